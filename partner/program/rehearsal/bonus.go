package rehearsal

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// Bonus does something with the run of a period bonus.
type Bonus struct {
	Name   string            `json:"name" strict:"required"`   // of the bonus in the plan
	Period commission.Period `json:"period" strict:"required"` // "2026-06", "2026-Q2", "2026"
	Do     string            `json:"do,omitempty"`             // "preview" or "", "lock", "post" or "reverse"
}

// BonusEntry is what a run pays somebody. Rate and Source are checked where they are given.
type BonusEntry struct {
	Payee  partner.ID      `json:"payee" strict:"required"`
	Amount decimal.Decimal `json:"amount" strict:"required"`
	Rate   commission.Rate `json:"rate"`
	Source string          `json:"source,omitempty"`
}

// What can be done with a run.
const (
	doPreview = "preview"
	doLock    = "lock"
	doPost    = "post"
	doReverse = "reverse"
)

func (x *Bonus) run(ctx context.Context, r *runner, meta program.Meta) (any, error) {
	in := program.BonusRun{Bonus: x.Name, Period: x.Period, Actor: meta.Actor, Reason: meta.Reason}
	switch x.Do {
	case doLock:
		return r.prog.Bonuses.Lock(ctx, in)
	case doPost:
		return r.prog.Bonuses.Post(ctx, in)
	case doReverse:
		return r.prog.Bonuses.Reverse(ctx, in)
	}
	return r.prog.Bonuses.Preview(ctx, in)
}

// bonus compares what a run pays.
func (c checker) bonus(want *Expect, got *program.RunOutcome) {
	c.amount("commission", want.Commission, got.Total)
	c.amount("kept", want.Kept, got.Kept)
	c.version(want, got.Plan)
	if want.RunState != nil {
		c.same("run state", string(*want.RunState), string(got.Run.State))
	}
	if want.Bonuses != nil {
		c.bonusEntries(want.Bonuses, got.Entries)
	}
	if want.Unpaid != nil {
		seen := map[partner.ID]partner.Reason{}
		for _, u := range got.Unpaid {
			seen[u.Partner] = u.Reason
		}
		for _, w := range want.Unpaid {
			c.same("unpaid "+string(w.Partner), string(w.Reason), string(seen[w.Partner]))
		}
	}
	if want.Changes != nil {
		c.changes(want.Changes, got.Changes)
	}
}

// bonusEntries compares complete lists in the order of payees.
func (c checker) bonusEntries(want []BonusEntry, got []commission.Entry) {
	c.same("bonuses", fmt.Sprint(len(want)), fmt.Sprint(len(got)))
	for i, w := range want {
		if i >= len(got) {
			return
		}
		g := got[i]
		what := fmt.Sprintf("bonus %d", i+1)
		c.same(what+", its payee", string(w.Payee), string(g.Payee))
		c.exactly(what+" of "+string(w.Payee), w.Amount, g.Amount)
		if w.Rate.IsSet() {
			c.same(what+", its rate", w.Rate.String(), g.Rate.String())
		}
		if w.Source != "" {
			c.same(what+", where its rate is from", w.Source, g.Source.String())
		}
	}
}

// settled leaves out of what a run answers what tells the first time from the second: what it changed, and what was written.
func settled(out program.RunOutcome) program.RunOutcome {
	out.Changes, out.Run = nil, settlement.Run{State: out.Run.State}
	return out
}
