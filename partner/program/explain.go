package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// EntryID names one entry: of an order, a revision (the posting or a refund) and a payee, the index-th from 0.
type EntryID struct {
	Order    commission.OrderID
	Revision int64
	Payee    partner.ID
	Index    int
}

// String returns "order/revision/payee/index".
func (id EntryID) String() string {
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

// ExplainAll returns every entry of an order, reversals too, in order of revision and payee, each with why it is what it is. It is a [*NotFoundError]
// for an order that is not known.
func (o Orders) ExplainAll(ctx context.Context, id commission.OrderID) ([]ExplainedEntry, error) {
	var out []ExplainedEntry
	err := o.view(ctx, func(tx store.Tx) error {
		c := &call{shell: o.shell, ctx: ctx, tx: tx}
		order, v, err := c.posted(id)
		if err != nil {
			return err
		}
		rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder(id), settlement.OfShortfalls(id)})
		if err != nil {
			return err
		}
		plan := v.calc.Plan()
		for _, row := range joinRows(rows[0], rows[1]) {
			_, frozen := order.JudgedAt(row.Revision)
			for i, e := range row.Entries {
				out = append(out, ExplainedEntry{
					ID: EntryID{Order: id, Revision: row.Revision, Payee: row.Payee, Index: i},
					Explanation: commission.Explanation{
						Order: id, Plan: order.Plan, Entry: e, Rounding: plan.Rounding, Stacking: plan.Stacking, Cap: plan.Cap, OrderCap: plan.OrderCap, ReleaseAt: order.ReleaseAt,
						Passed: frozen.PassedOver(&e),
					},
				})
			}
		}
		return nil
	})
	return out, err
}

// joinRows adds what payees bear for others, or are spared, to their rows of the order's revisions, so that each is one row.
func joinRows(rows, borne []settlement.Row) []settlement.Row {
	for _, b := range borne {
		at := func(r settlement.Row) bool { return r.Revision == b.Revision && r.Payee == b.Payee }
		if i := slices.IndexFunc(rows, at); i >= 0 {
			rows[i].Entries = append(rows[i].Entries, b.Entries...)
		} else {
			rows = append(rows, b)
		}
	}
	slices.SortFunc(rows, func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Payee, b.Payee))
	})
	return rows
}
