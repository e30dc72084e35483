package rehearsal

import (
	"context"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// final checks what holds at the end, and audits.
func (r *runner) final(ctx context.Context) error {
	c := checker{runner: r}
	sums, err := r.totals(ctx)
	if err != nil {
		return err
	}
	r.report.Entries = sums.entries
	if want := r.scenario.Expect; want != nil {
		c.amount("commission", want.Commission, sums.commission)
		c.amount("goods", want.Goods, sums.goods)
		if want.Kept.Valid {
			kept := sums.goods.Decimal().Sub(sums.commission.Decimal())
			scale := sums.goods.Currency().Scale()
			c.check(want.Kept.Decimal.Equal(kept), "kept", fixed(want.Kept.Decimal, scale), fixed(kept, scale))
		}
		optional(c, "entries", want.Entries, sums.entries)
		if err := c.balances(ctx, want.Balances); err != nil {
			return err
		}
	}
	if r.report.Balances, err = r.everybody(ctx); err != nil {
		return err
	}
	audit, err := r.prog.Audit(ctx)
	if err != nil {
		return err
	}
	r.report.Checks += audit.Checks - len(audit.Broken)
	for _, broken := range audit.Broken {
		c.check(false, fmt.Sprintf("audit %s of %s", broken.Invariant, broken.Subject), "", broken.Message)
	}
	return nil
}

// everybody returns the balance of every partner.
func (r *runner) everybody(ctx context.Context) (settlement.Balances, error) {
	var ids []partner.ID
	err := r.view(ctx, func(tx store.Tx) error {
		people, err := tx.ScanPartners(ctx, "", all)
		for _, p := range people {
			ids = append(ids, p.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.prog.Wallet.Balances(ctx, ids...)
}

// sums are the totals over all orders as they stand.
type sums struct {
	commission, goods money.Amount
	entries           int
}

// totals adds up every order's rows, and what is left of the goods paid for.
func (r *runner) totals(ctx context.Context) (sums, error) {
	var s sums
	plans, err := r.prog.Plans.All(ctx)
	if err != nil {
		return s, err
	}
	s.commission = r.scenario.Plan.Currency.Minor(0)
	err = r.view(ctx, func(tx store.Tx) error {
		orders, err := tx.Orders(ctx, r.posted)
		if err != nil {
			return err
		}
		for _, o := range orders {
			plan := plans[o.Plan-1].Plan
			calc, err := r.scenario.Own.New(plan.Currency.Currency, plan.Commission, plan.Campaigns...)
			if err != nil {
				return err
			}
			rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder(o.ID), settlement.OfShortfalls(o.ID)})
			if err != nil {
				return err
			}
			for _, row := range slices.Concat(rows...) {
				s.entries += len(row.Entries)
				if s.commission, err = s.commission.Add(row.Amount); err != nil {
					return err
				}
			}
			if err := s.addGoods(calc, &o); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

// addGoods adds what is left of the goods of an order. Plans with different price scales do not add up as they are: the finer scale counts.
func (s *sums) addGoods(calc *commission.Calculator, o *settlement.Order) error {
	left, err := calc.Target(o.Frozen, o.Returned, nil)
	if err != nil {
		return err
	}
	net, err := left.Net()
	if err != nil {
		return err
	}
	total := s.goods.Decimal().Add(net.Decimal())
	finer := net.Currency()
	if s.goods.Currency().Scale() > finer.Scale() {
		finer = s.goods.Currency()
	}
	s.goods, err = finer.Amount(total)
	return err
}
