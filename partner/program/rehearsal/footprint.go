package rehearsal

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// part is one kind of records as text, to see whether they changed.
type part struct{ name, text string }

// all is more than a scenario has of anything.
const all = 1 << 30

// footprint is everything that an event can change: people, the tree, plans, balances, withdrawals, and of the orders its own.
func (r *runner) footprint(ctx context.Context, e *Event) ([]part, error) {
	var parts []part
	err := r.view(ctx, func(tx store.Tx) error {
		people, err := tx.ScanPartners(ctx, "", all)
		if err != nil {
			return err
		}
		ids := make([]partner.ID, len(people))
		var edges []store.EdgeQuery
		for i, p := range people {
			ids[i] = p.ID
			for _, name := range r.trees {
				edges = append(edges, store.EdgeQuery{Tree: name, Partner: p.ID})
			}
		}
		for _, read := range []struct {
			name string
			of   func() (any, error)
		}{
			{"partners", func() (any, error) { return tx.Facts(ctx, ids) }},
			{"the trees", func() (any, error) { return tx.Edges(ctx, edges) }},
			{"bindings", func() (any, error) { return tx.Bindings(ctx, r.customers) }},
			{"plans", func() (any, error) { return tx.Plans(ctx, 1) }},
			{"the order", func() (any, error) { return tx.Orders(ctx, []commission.OrderID{e.order()}) }},
			{"the order's rows", func() (any, error) {
				order := settlement.OfOrder(e.order())
				return tx.Rows(ctx, []settlement.Source{order, settlement.OfShortfalls(e.order()), settlement.OfForfeits(order)})
			}},
			{"balances", func() (any, error) { return tx.Balances(ctx, ids) }},
			{"counters", func() (any, error) { return tx.ScanCounters(ctx, store.CounterKey{}, all) }},
			{"runs", func() (any, error) { return tx.ScanRuns(ctx, "", all) }},
			{"one-off bonuses", func() (any, error) { return tx.ScanGrants(ctx, "", all) }},
			{"forfeits", func() (any, error) { return tx.ScanForfeits(ctx, "", all) }},
			{"withdrawals", func() (any, error) { return tx.ScanWithdrawals(ctx, "", all) }},
		} {
			records, err := read.of()
			if err != nil {
				return err
			}
			text, err := json.Marshal(records)
			if err != nil {
				return err
			}
			parts = append(parts, part{read.name, string(text)})
		}
		return nil
	})
	return parts, err
}

// changed names the parts that are not the same, "" if all are.
func changed(before, after []part) string {
	var names []string
	for i := range before {
		if before[i].text != after[i].text {
			names = append(names, before[i].name)
		}
	}
	return strings.Join(names, ", ")
}
