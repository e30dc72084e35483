package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
		c.amount("commission", want.Commission, sums.paid[""])
		c.totals(want.Assets, sums.paid)
		c.amount("goods", want.Goods, sums.goods)
		if want.Kept.Valid {
			kept := sums.goods.Decimal().Sub(sums.paid[""].Decimal())
			scale := sums.goods.Currency().Scale()
			c.check(want.Kept.Decimal.Equal(kept), "kept", fixed(want.Kept.Decimal, scale), fixed(kept, scale))
		}
		optional(c, "entries", want.Entries, sums.entries)
		if want.Used != nil {
			if err := c.used(ctx, want.Used); err != nil {
				return err
			}
		}
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

// everybody returns the balances of every partner, cash first.
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
	cash, err := r.prog.Wallet.Balances(ctx, ids...)
	if err != nil {
		return nil, err
	}
	assets, err := r.prog.Wallet.Assets(ctx, ids...)
	if err != nil {
		return nil, err
	}
	both := append(cash, assets...)
	slices.SortStableFunc(both, func(a, b settlement.Balance) int { return strings.Compare(string(a.Partner), string(b.Partner)) })
	return both, nil
}

// sums are the totals over all orders as they stand.
type sums struct {
	paid    map[string]money.Amount // by asset, "" for cash
	goods   money.Amount
	entries int
}

// totals adds up every order's rows, and what is left of the goods paid for.
func (r *runner) totals(ctx context.Context) (sums, error) {
	var s sums
	plans, err := r.prog.Plans.All(ctx)
	if err != nil {
		return s, err
	}
	s.paid = map[string]money.Amount{"": r.scenario.Plan.Currency.Minor(0)}
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
			rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder(o.ID), settlement.OfShortfalls(o.ID), settlement.OfForfeits(settlement.OfOrder(o.ID))})
			if err != nil {
				return err
			}
			for _, row := range slices.Concat(rows...) {
				s.entries += len(row.Entries)
				asset := r.assetOf(row.Amount)
				if s.paid[asset], err = s.paid[asset].Add(row.Amount); err != nil {
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
