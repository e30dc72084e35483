package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// bonusRun is a run as it is worked out from the facts of its period.
type bonusRun struct {
	shell    Bonuses
	version  *version
	bonus    commission.Bonus
	from, to time.Time
	run      settlement.Run
	result   *commission.BonusResult
	entries  []commission.Entry
	unpaid   []commission.Unpaid
	total    money.Amount
	kept     money.Amount
	payees   int
	digest   string
	stands   []commission.Entry
}

// check finds what is wrong with the name of a run.
func (b Bonuses) check(in BonusRun) error {
	if b.store == nil {
		return ErrNoStore
	}
	return errors.Join(partner.CheckID("bonus", in.Bonus), checkText("actor", in.Actor, maxKey), checkText("reason", in.Reason, maxText))
}

// compute reads the facts of a period and works out what the bonus pays.
func (b Bonuses) compute(ctx context.Context, in BonusRun) (*bonusRun, error) {
	if err := b.check(in); err != nil {
		return nil, err
	}
	x := &bonusRun{shell: b}
	err := b.view(ctx, func(tx store.Tx) error {
		c := &call{shell: b.shell, ctx: ctx, tx: tx}
		if err := c.bonusOf(in, x); err != nil {
			return err
		}
		if err := c.calculateBonus(in, x); err != nil {
			return err
		}
		return c.runAndRows(in, x)
	})
	if err != nil {
		return nil, err
	}
	return x, x.sum()
}

// locked is a run as it stands, of which nothing is worked out. It is a [*settlement.RunStateError] for one that was never locked.
func (b Bonuses) locked(ctx context.Context, in BonusRun) (*bonusRun, error) {
	if err := b.check(in); err != nil {
		return nil, err
	}
	x := &bonusRun{shell: b}
	err := b.view(ctx, func(tx store.Tx) error {
		c := &call{shell: b.shell, ctx: ctx, tx: tx}
		if err := c.runAndRows(in, x); err != nil {
			return err
		}
		if x.run.State == "" {
			return &settlement.RunStateError{Run: settlement.NewRunID(in.Bonus, in.Period), To: settlement.RunReversed}
		}
		var err error
		if x.version, err = c.planOf(x.run.Plan); err != nil {
			return err
		}
		i := slices.IndexFunc(x.version.plan.Bonuses, func(b commission.Bonus) bool { return b.Name == in.Bonus })
		x.bonus = x.version.plan.Bonuses[i] // by which it was locked
		x.empty()
		return nil
	})
	return x, err
}

// bonusOf finds the plan in force at the end of the period, and its bonus.
func (c *call) bonusOf(in BonusRun, x *bonusRun) error {
	var err error
	if x.from, x.to, err = c.window(in.Period); err != nil {
		return err
	}
	if x.version, _, err = c.planAt("period", x.to.Add(-time.Microsecond)); err != nil {
		return err
	}
	if !x.from.Before(x.to) {
		return &MetaError{Field: "period", Problem: "there is no " + in.Period.String() + ": a plan has changed the calendar, and the year began elsewhere by it"}
	}
	i := slices.IndexFunc(x.version.plan.Bonuses, func(b commission.Bonus) bool { return b.Name == in.Bonus })
	if i < 0 {
		return &NotFoundError{Record: "bonus", ID: in.Bonus}
	}
	if x.bonus = x.version.plan.Bonuses[i]; x.bonus.Every != in.Period.Every() {
		return &MetaError{Field: "period", Problem: "the bonus runs every " + x.bonus.Every.String() + ", and " + in.Period.String() + " is none"}
	}
	return nil
}

// calculateBonus reads members and sales and calculates.
func (c *call) calculateBonus(in BonusRun, x *bonusRun) error {
	f := &bonusFacts{call: c, run: x, plans: map[int]*version{}}
	calc, err := x.version.calc.Bonus(x.bonus)
	if err != nil {
		return err
	}
	if err := f.gather(calc); err != nil {
		return err
	}
	f.input.Period = in.Period
	x.result, err = calc.Calculate(f.input, nil)
	return err
}

// runAndRows reads a run and what stands of it.
func (c *call) runAndRows(in BonusRun, x *bonusRun) error {
	runs, err := c.tx.Runs(c.ctx, []settlement.RunID{settlement.NewRunID(in.Bonus, in.Period)})
	if err != nil {
		return err
	}
	x.run = runs[0]
	for _, source := range x.run.Sources() {
		rows, err := c.tx.Rows(c.ctx, []settlement.Source{source})
		if err != nil {
			return err
		}
		for _, row := range rows[0] {
			x.stands = append(x.stands, row.Entries...)
		}
	}
	return nil
}
