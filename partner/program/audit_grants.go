package program

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// grants compares the one-off bonuses with their rows, and judges all users again.
func (a *audit) grants() error {
	any, _, err := a.oneOffs()
	if err != nil || !any {
		return err
	}
	for _, step := range []func() error{a.allGrants, a.recruits, a.customers} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) allGrants() error {
	return pages(a.ctx, a.tx.ScanGrants, func(g *settlement.Grants) partner.ID { return g.User }, a.granted)
}

// granted compares a page of grants with their rows, and each bonus with the plan that judged it.
func (a *audit) granted(page []settlement.Grants) error {
	sources, orders := make([]settlement.Source, len(page)), make([]commission.OrderID, len(page))
	for i, g := range page {
		sources[i], orders[i] = settlement.OfGrants(g.User), g.Settled
	}
	rows, err := a.tx.Rows(a.ctx, sources)
	if err != nil {
		return err
	}
	settled, err := a.tx.Orders(a.ctx, orders)
	if err != nil {
		return err
	}
	for i := range page {
		g, subject := &page[i], string(page[i].User)
		var total money.Amount
		for j := range rows[i] {
			row := &rows[i][j]
			a.row(subject, row)
			a.check(!row.Released.IsZero(), "I10", subject, "row %d of %s waits, and one-off bonuses do not", row.Revision, row.Payee)
			sum(&total, row.Amount)
			a.expect(row)
		}
		stands, err := g.Total()
		a.check(err == nil && total.Units() == stands.Units(), "I1", subject, "rows sum to %s, the one-off bonuses to %s", total, stands)
		// Where something has happened since, the next run makes it right.
		if g.Due.IsZero() && g.Settled != "" {
			a.check(settled[i].Settled() && string(settled[i].Customer) == subject, "I6", subject, "order %s is none of his that is settled", g.Settled)
		}
		for j := range g.All {
			if err := a.grant(g, &g.All[j], rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// grant compares one bonus with the plan that judged it, with what it stands by, and with its rows.
func (a *audit) grant(of *settlement.Grants, g *settlement.Grant, rows []settlement.Row) error {
	a.report.Grants++
	subject := fmt.Sprintf("%s for %s", g.Name, of.User)
	v, err := a.planOf(g.Plan)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(v.plan.OneOffs, func(o incentive.OneOff) bool { return o.Name == g.Name && o.Covers(g.At) })
	a.check(i >= 0, "I12", subject, "plan %d has no such bonus at %s", g.Plan, g.At.Format(time.RFC3339))
	if i < 0 {
		return nil
	}
	var should money.Amount
	if o := &v.plan.OneOffs[i]; o.Upgrade != nil {
		a.check((o.Upgrade.Payee == incentive.ToSelf) == (g.Payee == of.User), "I12", subject, "it is given to %q, and the plan gives it to the %s", g.Payee, o.Upgrade.Payee)
		should, err = v.plan.Currency.Amount(o.Upgrade.Levels[g.Level])
	} else {
		should, err = v.plan.Currency.Amount(o.FirstOrder.Amount)
	}
	if err != nil {
		return err
	}
	a.check(g.Amount == should, "I12", subject, "it is %s, the plan gives %s", g.Amount, should)
	a.check(g.Stands == of.Pays(*g), "I6", subject, "paid: %t, owed: %t, by order %q", g.Stands, g.Owed(), of.Settled)
	once := slices.IndexFunc(of.All, func(x settlement.Grant) bool { return x.Name == g.Name && x.Level == g.Level })
	a.check(&of.All[once] == g, "I12", subject, "it was given twice")

	// The entries of one bonus are told from those of the same bonus for other levels by where they come from.
	var paid money.Amount
	for _, row := range rows {
		for _, e := range row.Entries {
			if e.Rule == g.Rule() && (g.Kind == settlement.ForFirstOrder || e.Source.Key == string(g.Level)) {
				a.check(e.Payee == g.Payee, "I1", subject, "%s is paid, and it is for %q", e.Payee, g.Payee)
				sum(&paid, e.Amount)
			}
		}
	}
	if !g.Stands {
		should = should.Currency().Minor(0)
	}
	a.check(paid.Units() == should.Units(), "I1", subject, "its entries sum to %s, and %s should stand", paid, should)
	return nil
}

// recruits looks for levels that were reached and have not been judged.
func (a *audit) recruits() error {
	return pages(a.ctx, a.tx.ScanPartners, func(p *partner.Partner) partner.ID { return p.ID }, func(page []partner.Partner) error {
		users := make([]partner.ID, len(page))
		for i, p := range page {
			users[i] = p.ID
		}
		return a.judgedAgain(users)
	})
}

// customers looks for first orders that have not been judged.
func (a *audit) customers() error {
	return pages(a.ctx, a.tx.ScanCustomers, func(s *store.Spend) partner.Customer { return s.Customer }, func(page []store.Spend) error {
		users := make([]partner.ID, len(page))
		for i, s := range page {
			users[i] = partner.ID(s.Customer)
		}
		return a.judgedAgain(users)
	})
}

// judgedAgain judges users as a run does, and looks whether that was done: who has a settled order has one noted, and each level that was reached has its
// bonus. Somebody whose first order was nobody's may have been bound since, for that time too. Those with whom a run has to deal yet are left to it.
func (a *audit) judgedAgain(users []partner.ID) error {
	grants, err := a.tx.Grants(a.ctx, users)
	if err != nil {
		return err
	}
	for i := range grants {
		grants[i].User = users[i]
	}
	now := a.now()
	grants = slices.DeleteFunc(grants, func(g settlement.Grants) bool { return !g.Due.IsZero() && !g.Due.After(now) })
	found, err := a.findGrants(grants, now)
	if err != nil {
		return err
	}
	for i, g := range grants {
		subject := string(g.User)
		for _, x := range found[i].Found {
			v, err := a.planOf(x.Plan)
			if err != nil {
				return err
			}
			if x.At.Equal(v.stored.From) {
				continue // the plan may have been published after the level was given, in the same instant
			}
			a.check(x.Kind == settlement.ForFirstOrder && g.Settled != "", "I12", subject, "the bonus %s is due for him and was not judged", x.Name)
		}
		if len(g.All) > 0 {
			a.check((g.Settled == "") == (found[i].Settled == ""), "I6", subject, "he was judged with the settled order %q and has %q", g.Settled, found[i].Settled)
		}
	}
	return nil
}
