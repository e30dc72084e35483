package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// EntryID names one entry: of an order, a revision (the posting or a refund), a payee and an asset, the index-th from 0.
type EntryID struct {
	Order    commission.OrderID
	Revision int64
	Payee    partner.ID
	Asset    string // its code; "" for cash
	Index    int
}

// String returns "order/revision/payee/index", of another asset than cash "order/revision/payee/asset/index".
func (id EntryID) String() string {
	if id.Asset != "" {
		return fmt.Sprintf("%s/%d/%s/%s/%d", id.Order, id.Revision, id.Payee, id.Asset, id.Index)
	}
	return fmt.Sprintf("%s/%d/%s/%d", id.Order, id.Revision, id.Payee, id.Index)
}

// Explain returns why an entry is what it is. It is a [*NotFoundError] for an entry that there is not.
func (o Orders) Explain(ctx context.Context, id EntryID) (commission.Explanation, error) {
	all, err := o.ExplainAll(ctx, id.Order)
	if err != nil {
		return commission.Explanation{}, err
	}
	for _, x := range all {
		if x.ID == id {
			return x.Explanation, nil
		}
	}
	return commission.Explanation{}, &NotFoundError{Record: "entry", ID: id.String()}
}

// ExplainedEntry is an entry of an order with its id and its explanation.
type ExplainedEntry struct {
	ID EntryID
	commission.Explanation
}

// ExplainAll returns every entry of an order, reversals too, in order of revision, payee and currency, each with why it is what it is. It is a
// [*NotFoundError] for an order that is not known.
func (o Orders) ExplainAll(ctx context.Context, id commission.OrderID) ([]ExplainedEntry, error) {
	var out []ExplainedEntry
	err := o.view(ctx, func(tx store.Tx) error {
		c := &call{shell: o.shell, ctx: ctx, tx: tx}
		order, v, err := c.posted(id)
		if err != nil {
			return err
		}
		rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder(id), settlement.OfShortfalls(id), settlement.OfForfeits(settlement.OfOrder(id))})
		if err != nil {
			return err
		}
		for _, row := range joinRows(rows[0], append(rows[1], rows[2]...)) {
			judged := order.JudgedAt(row.Revision)
			plan, frozen, ratio, asset := v.calc.Plan(), &judged.Frozen, (*decimal.Decimal)(nil), ""
			if a, paid := v.assetFor(row.Amount.Currency()), judged.Asset(row.Amount.Currency()); a != nil && paid != nil {
				counts := a.Ratio()
				plan, frozen, ratio, asset = a.Plan(), &paid.Frozen, &counts, a.Currency().Code()
			}
			for i, e := range row.Entries {
				out = append(out, ExplainedEntry{
					ID: EntryID{Order: id, Revision: row.Revision, Payee: row.Payee, Asset: asset, Index: i},
					Explanation: commission.Explanation{
						Order: id, Plan: order.Plan, Entry: e, Rounding: plan.Rounding, Stacking: plan.Stacking, Cap: plan.Cap, OrderCap: plan.OrderCap, ReleaseAt: order.ReleaseAt,
						Passed: frozen.PassedOver(&e), Ratio: ratio,
					},
				})
			}
		}
		return nil
	})
	return out, err
}

// joinRows adds what payees bear for others, are spared, or forfeit to their rows of the order's revisions, so that each is one row a currency.
func joinRows(rows, others []settlement.Row) []settlement.Row {
	for _, b := range others {
		at := func(r settlement.Row) bool { return r.Revision == b.Revision && accountOf(&r) == accountOf(&b) }
		if i := slices.IndexFunc(rows, at); i >= 0 {
			rows[i].Entries = append(rows[i].Entries, b.Entries...)
		} else {
			rows = append(rows, b)
		}
	}
	slices.SortFunc(rows, func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()))
	})
	return rows
}
