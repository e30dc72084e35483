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
	"github.com/fenrun/fenrun/tree"
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

// compute reads the facts of a period and works out what the bonus pays.
func (b Bonuses) compute(ctx context.Context, in BonusRun) (*bonusRun, error) {
	if b.store == nil {
		return nil, ErrNoStore
	}
	if err := errors.Join(partner.CheckID("bonus", in.Bonus), checkText("actor", in.Actor, maxKey), checkText("reason", in.Reason, maxText)); err != nil {
		return nil, err
	}
	x := &bonusRun{shell: b}
	err := b.view(ctx, func(tx store.Tx) error {
		c := &call{shell: b.shell, ctx: ctx, tx: tx}
		if err := c.bonusOf(in, x); err != nil {
			return err
		}
		return c.calculateBonus(in, x)
	})
	if err != nil {
		return nil, err
	}
	return x, x.sum()
}

// bonusOf finds the plan in force at the end of the period, and its bonus.
func (c *call) bonusOf(in BonusRun, x *bonusRun) error {
	calendar := commission.Calendar{}
	// Which plan it is decides the calendar, and the calendar when the period ends.
	for range 2 {
		x.from, x.to = instant(calendar.From(in.Period)), instant(calendar.To(in.Period))
		v, _, err := c.planAt("period", x.to.Add(-time.Microsecond))
		if err != nil {
			return err
		}
		x.version, calendar = v, v.calendar
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
	if err := f.members(); err != nil {
		return err
	}
	if err := f.recruiters(); err != nil {
		return err
	}
	if err := f.sales(); err != nil {
		return err
	}
	calc, err := x.version.calc.Bonus(x.bonus)
	if err != nil {
		return err
	}
	if x.result, err = calc.Calculate(f.input, nil); err != nil {
		return err
	}
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

// bonusFacts gathers the input of a bonus: partners in order of id, as they were at the end of the period.
type bonusFacts struct {
	*call
	run   *bonusRun
	input commission.BonusInput
	plans map[int]*version // that orders were judged by
}

func (f *bonusFacts) last() time.Time { return f.run.to.Add(-time.Microsecond) }

func (f *bonusFacts) members() error {
	for after := partner.ID(""); ; {
		page, err := f.tx.ScanPartners(f.ctx, after, auditPage)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]partner.ID, len(page))
		for i, p := range page {
			ids[i] = p.ID
		}
		facts, err := f.tx.Facts(f.ctx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			state := partner.At(facts[i], f.last())
			f.input.Members = append(f.input.Members, commission.Member{Partner: id, Level: state.Level, Bar: state.Bar(), Recruiter: -1})
		}
		after = ids[len(ids)-1]
	}
}

// recruiters reads the tree as it was at the end of the period.
func (f *bonusFacts) recruiters() error {
	if f.run.bonus.Ladder == nil {
		return nil
	}
	for page := range slices.Chunk(f.input.Members, auditPage) {
		ids := make([]partner.ID, len(page))
		for i := range page {
			ids[i] = page[i].Partner
		}
		edges, err := f.tx.Edges(f.ctx, ids)
		if err != nil {
			return err
		}
		for i := range edges {
			if recruiter := tree.RecruiterAt(edges[i], f.last()); recruiter != "" {
				page[i].Recruiter = f.index(recruiter)
			}
		}
	}
	return nil
}

// index is the place of a partner among the members, -1 for somebody who is none.
func (f *bonusFacts) index(id partner.ID) int {
	i, found := slices.BinarySearchFunc(f.input.Members, id, func(m commission.Member, id partner.ID) int {
		switch {
		case m.Partner < id:
			return -1
		case m.Partner > id:
			return 1
		}
		return 0
	})
	if !found {
		return -1
	}
	return i
}

// sales adds up what is left of the orders that were paid in the period.
func (f *bonusFacts) sales() error {
	each := f.run.bonus.Tiers != nil && f.run.bonus.Tiers.Mode == commission.Prospective
	if each {
		f.input.Sales = make([][]money.Units, len(f.input.Members))
	}
	scale := f.run.version.calc.Price().Scale()
	for after := (store.OrderCursor{}); ; {
		page, err := f.tx.PaidOrders(f.ctx, f.run.from, f.run.to, after, auditPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			net, err := f.netLeft(&page[i], scale)
			if err != nil {
				return err
			}
			if f.input.Net, err = f.input.Net.Add(net); err != nil {
				return err
			}
			m := f.index(page[i].Attributed.Partner)
			if m < 0 {
				continue
			}
			volume := &f.input.Members[m].Volume
			if *volume, err = volume.Add(net); err != nil {
				return err
			}
			if each {
				f.input.Sales[m] = append(f.input.Sales[m], net)
			}
		}
		last := &page[len(page)-1]
		after = store.OrderCursor{PaidAt: last.PaidAt, ID: last.ID}
	}
}

// netLeft is what is left of an order's goods at a price scale, cut off downwards where the order's own plan counted finer.
func (f *bonusFacts) netLeft(o *settlement.Order, scale int) (money.Units, error) {
	v, err := f.plans[o.Plan], error(nil)
	if v == nil {
		if v, err = f.planOf(o.Plan); err != nil {
			return money.Units{}, err
		}
		f.plans[o.Plan] = v
	}
	total := v.calc.Price().Minor(0)
	for i := range o.Frozen.Lines {
		if !o.Frozen.Lines[i].Sells() {
			continue
		}
		if total, err = total.Add(v.calc.Left(&o.Frozen.Lines[i], o.Returned[i])); err != nil {
			return money.Units{}, err
		}
	}
	return money.Scaled(total.Decimal().Truncate(int32(scale)), scale)
}
