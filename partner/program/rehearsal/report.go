package rehearsal

import (
	"fmt"
	"strings"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// Report is what came of a scenario.
type Report struct {
	Scenario     string
	Events       int // that were played
	Entries      int // that orders paid, reversals too
	Checks       int // comparisons that were made, those of the audit too
	Differences  []Difference
	Explanations []program.ExplainedEntry // of every entry, order by order as they were paid
	Balances     settlement.Balances      // at the end, by partner
}

// Difference is one thing that is not as expected.
type Difference struct {
	Event int    // 1, 2, …; 0 is the end of the scenario
	Label string // what the event does: "paid o-1"
	What  string // what was compared: "entry line 1 slot 1 of bob"
	Want  string
	Got   string
}

// String says it in one line: "event 3 (paid o-1): entry line 1 slot 1 of bob: want 19.90, got 19.95".
func (d Difference) String() string {
	place := "at the end"
	if d.Event > 0 {
		place = fmt.Sprintf("event %d (%s)", d.Event, d.Label)
	}
	return fmt.Sprintf("%s: %s: want %s, got %s", place, d.What, d.Want, d.Got)
}

// OK reports whether everything is as expected.
func (r Report) OK() bool { return len(r.Differences) == 0 }

// String says it in one line, and a line a difference.
func (r Report) String() string {
	found := "no difference"
	switch n := len(r.Differences); {
	case n == 1:
		found = "1 difference"
	case n > 1:
		found = fmt.Sprintf("%d differences", n)
	}
	lines := []string{fmt.Sprintf("%s: %d events, %d entries, %d checks, %s", r.Scenario, r.Events, r.Entries, r.Checks, found)}
	for _, d := range r.Differences {
		lines = append(lines, "  "+d.String())
	}
	return strings.Join(lines, "\n")
}
