package rehearsal

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// GrantsOf asks which one-off bonuses there are for somebody.
type GrantsOf struct {
	User partner.ID `json:"user" strict:"required"` // the recruit or customer for whom they are given
}

// Granted is a one-off bonus that a run paid, or took back: Amount is below 0 then.
type Granted struct {
	Name   string          `json:"name" strict:"required"` // of the bonus in the plan
	For    partner.ID      `json:"for" strict:"required"`
	Level  partner.Level   `json:"level,omitempty"` // that was reached; "" is not checked
	Payee  partner.ID      `json:"payee" strict:"required"`
	Amount decimal.Decimal `json:"amount" strict:"required"`
}

// Grant is a one-off bonus as it was judged.
type Grant struct {
	Name   string              `json:"name" strict:"required"`
	Level  partner.Level       `json:"level,omitempty"`
	Payee  partner.ID          `json:"payee,omitempty"` // who brought the user; "" for nobody
	Amount decimal.NullDecimal `json:"amount"`
	Reason partner.Reason      `json:"reason,omitempty"` // why nobody gets it
	Stands bool                `json:"stands,omitempty"` // whether it is paid
}

func (x *GrantsOf) grants(ctx context.Context, r *runner) (any, error) {
	all, err := r.prog.Bonuses.Grants(ctx, x.User)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// granted compares complete lists, in order.
func (c checker) granted(want []Granted, got []program.GrantChange) {
	c.same("granted", fmt.Sprint(len(want)), fmt.Sprint(len(got)))
	for i := range min(len(want), len(got)) {
		w, g := want[i], got[i].Grant
		what := fmt.Sprintf("granted %d", i+1)
		c.same(what, w.Name+" for "+string(w.For), g.Name+" for "+string(got[i].User))
		c.same(what+", its payee", string(w.Payee), string(g.Payee))
		if w.Level != "" {
			c.same(what+", its level", string(w.Level), string(g.Level))
		}
		amount := g.Amount
		if !g.Stands {
			amount = amount.Neg()
		}
		c.exactly(what+", its amount", w.Amount, amount)
	}
}

// grants compares complete lists, in order.
func (c checker) grants(want *Expect, got *settlement.Grants) {
	if want.Grants == nil {
		return
	}
	c.same("grants", fmt.Sprint(len(want.Grants)), fmt.Sprint(len(got.All)))
	for i := range min(len(want.Grants), len(got.All)) {
		w, g := want.Grants[i], got.All[i]
		what := fmt.Sprintf("grant %d", i+1)
		c.same(what, w.Name+" "+string(w.Level), g.Name+" "+string(g.Level))
		c.same(what+", its payee", string(w.Payee), string(g.Payee))
		c.amount(what+", its amount", w.Amount, g.Amount)
		c.same(what+", its reason", string(w.Reason), string(g.Reason))
		c.check(w.Stands == g.Stands, what+", whether it is paid", fmt.Sprint(w.Stands), fmt.Sprint(g.Stands))
	}
}
