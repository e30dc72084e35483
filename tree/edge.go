package tree

import (
	"errors"
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Edge says below whom a partner stands in a tree: from the instant of the edge on, until that of the next. All edges of a partner are kept. In another tree
// than the one of recruiters the words are the same: his recruiter there is who stands above him.
type Edge struct {
	ID        string // unique within the tenant
	Tree      partner.Tree
	Partner   partner.ID
	Recruiter partner.ID // "" for nobody: he stands at the root
	From      time.Time  // the first instant at which it holds
	Seq       int64      // the order of recording within the partner and the tree: 1, 2, …
	partner.Record
}

// EdgeAt returns which of a partner's edges holds at an instant: of those that have begun the one that began last, and of those the last recorded. It
// returns whether somebody stands above him by it. The edges may come in any order.
func EdgeAt(edges []Edge, instant time.Time) (edge Edge, ok bool) {
	begun := false
	for _, e := range edges {
		if !e.From.After(instant) && (!begun || e.From.After(edge.From) || e.From.Equal(edge.From) && e.Seq > edge.Seq) {
			edge, begun = e, true
		}
	}
	return edge, edge.Recruiter != ""
}

// RecruiterAt returns who stands above a partner with these edges at an instant, "" for nobody.
func RecruiterAt(edges []Edge, instant time.Time) partner.ID {
	edge, _ := EdgeAt(edges, instant)
	return edge.Recruiter
}

// NextAfter returns the first instant after another at which one of these edges begins, zero for none.
func NextAfter(edges []Edge, instant time.Time) (next time.Time) {
	for _, e := range edges {
		if e.From.After(instant) && (next.IsZero() || e.From.Before(next)) {
			next = e.From
		}
	}
	return next
}

// ErrSelf is returned where somebody would stand above himself.
var ErrSelf = errors.New("tree: nobody can be his own recruiter or owner")

// CycleError says that a recruiter stands below the partner whom he would recruit.
type CycleError struct {
	Partner, Recruiter partner.ID
	At                 time.Time // the first instant at which he would; zero: from the beginning of the edge on
}

func (e *CycleError) Error() string {
	text := fmt.Sprintf("tree: %q cannot recruit %q, who stands above him", e.Recruiter, e.Partner)
	if !e.At.IsZero() {
		text += fmt.Sprintf(" from %s on by a move that is to come; move that one otherwise first", e.At.UTC().Format(time.RFC3339))
	}
	return text
}

// RecruitedError says that a partner has had a recruiter already, who stays until somebody of the shop moves him.
type RecruitedError struct {
	Partner, Recruiter partner.ID
}

func (e *RecruitedError) Error() string {
	return fmt.Sprintf("tree: %q has been recruited by %q", e.Partner, e.Recruiter)
}

// Walk returns the line of people from start upwards as of an instant: start, his recruiter, and so on, at most depth of them (0: all). An edge that
// begins later is not followed. recruiter returns the edge of a partner and whether there is one. The walk ends in any case: at a partner who would
// come twice it stops.
func Walk(start partner.ID, instant time.Time, depth int, recruiter func(partner.ID) (Edge, bool)) []partner.ID {
	line := []partner.ID{start}
	// A hare that runs into the tortoise has found a ring, without remembering everybody on the way.
	tortoise, steps, power := start, 0, 1
	for current := start; depth == 0 || len(line) < depth; {
		edge, ok := recruiter(current)
		if !ok || edge.From.After(instant) || edge.Recruiter == tortoise {
			break
		}
		current = edge.Recruiter
		line = append(line, current)
		if steps++; steps == power {
			tortoise, steps, power = current, 0, power*2
		}
	}
	return line
}
