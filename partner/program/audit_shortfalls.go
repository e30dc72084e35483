package program

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/settlement"
)

// shortfalls compares what somebody else bears of the refunds of an order with itself: each row belongs to a refund after release, and what the seller
// bears in a currency is what the others are spared in it.
func (a *audit) shortfalls(o *settlement.Order, terms settlement.Terms) error {
	if terms.Shortfall == settlement.ShortfallOwed {
		return nil
	}
	all, err := a.tx.Rows(a.ctx, []settlement.Source{settlement.OfShortfalls(o.ID)})
	if err != nil {
		return err
	}
	type part struct {
		revision int64
		currency money.Currency
	}
	refunds, sums := map[int64]bool{}, map[part]money.Amount{}
	for _, r := range o.Refunds {
		refunds[r.Revision] = r.Released
	}
	for i := range all[0] {
		row := &all[0][i]
		a.row(string(o.ID), row)
		a.expect(row)
		a.check(refunds[row.Revision] && !row.Released.IsZero(), "I10", string(o.ID), "revision %d bears something for %s, and is no refund after release", row.Revision, row.Payee)
		of := part{row.Revision, row.Amount.Currency()}
		spared := sums[of]
		sum(&spared, row.Amount)
		sums[of] = spared
	}
	order := func(a, b part) int { return cmp.Or(cmp.Compare(a.revision, b.revision), a.currency.Cmp(b.currency)) }
	for _, of := range slices.SortedFunc(maps.Keys(sums), order) {
		spared := sums[of]
		ok := spared.IsZero() || terms.Shortfall == settlement.ShortfallByShop && spared.Sign() > 0
		a.check(ok, "I1", string(o.ID), "the rows by which somebody bears revision %d sum to %s", of.revision, spared)
	}
	return nil
}
