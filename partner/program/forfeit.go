package program

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// anyForfeit reports whether some version of the plan lets the shop keep what is pending of somebody: where none does nothing has to be looked for.
func (c *call) anyForfeit() (bool, error) {
	versions, err := c.versions()
	return slices.ContainsFunc(versions, func(v *version) bool {
		return v.plan.Joining.Leaving.Pending == partner.PendingForfeits || v.plan.Binding.Unbind == tree.UnbindVoids
	}), err
}

// anyVoid reports whether by some version of the plan unbinding a customer voids what is pending from his orders.
func (c *call) anyVoid() (bool, error) {
	versions, err := c.versions()
	return slices.ContainsFunc(versions, func(v *version) bool { return v.plan.Binding.Unbind == tree.UnbindVoids }), err
}

// paying is a source of which payees may forfeit something.
type paying struct {
	of       settlement.Source
	revision int64            // of its record, once this is written
	at       time.Time        // when that came about for which it pays
	recorded time.Time        // when it was recorded; zero: each of its rows by itself
	added    []settlement.Row // that come to it
	isNew    bool             // whether nothing of it stands yet
	lost     partner.ID       // from whom the customer was taken with what was pending; "" for nobody
}

// payingOrder is an order with rows that come to it.
func payingOrder(o *settlement.Order, added []settlement.Row) paying {
	return paying{of: settlement.OfOrder(o.ID), revision: o.Revision, at: o.PaidAt, recorded: o.Recorded, added: added}
}

// forfeits works out the rows by which the shop keeps what payees of sources forfeit, by what is known at an instant.
func (c *call) forfeits(now time.Time, all ...paying) ([]settlement.Row, error) {
	if any, err := c.anyForfeit(); err != nil || !any || len(all) == 0 {
		return nil, err
	}
	var sources []settlement.Source
	for i := range all {
		if !all[i].isNew {
			sources = append(sources, all[i].of, settlement.OfForfeits(all[i].of))
		}
	}
	stored, err := c.tx.Rows(c.ctx, sources)
	if err != nil {
		return nil, err
	}
	standing := make([]settlement.Forfeiting, len(all))
	var payees []partner.ID
	for i := range all {
		f := &standing[i]
		f.Of, f.Revision, f.Added, f.Key, f.At, f.Record = all[i].of, all[i].revision, all[i].added, cmp.Or(c.key, all[i].of.ID), c.at, c.record
		if !all[i].isNew {
			f.Standing, f.Forfeited, stored = stored[0], stored[1], stored[2:]
		}
		for _, rows := range [][]settlement.Row{f.Standing, f.Added} {
			for k := range rows {
				payees = append(payees, rows[k].Payee)
			}
		}
	}
	slices.Sort(payees)
	payees = slices.Compact(payees)
	known, err := c.tx.Forfeits(c.ctx, payees)
	if err != nil {
		return nil, err
	}
	var out []settlement.Row
	for i := range standing {
		standing[i].Reason = func(row *settlement.Row) partner.Reason {
			at, _ := slices.BinarySearch(payees, row.Payee)
			recorded := all[i].recorded
			if recorded.IsZero() {
				recorded = row.Recorded
			}
			switch {
			case known[at].Covers(all[i].at, recorded, now):
				return commission.ForfeitedByLeaving
			case row.Payee == all[i].lost:
				return commission.ForfeitedByUnbinding
			}
			return ""
		}
		rows, err := standing[i].Rows()
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// tellForfeits tells what the shop keeps.
func (c *call) tellForfeits(rows []settlement.Row) error {
	for i := range rows {
		if row := &rows[i]; row.Amount.Sign() < 0 {
			if err := c.emit("commission_forfeited", string(row.Payee), map[string]any{"source": row.Source.ID, "amount": row.Amount.Neg()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// voidedOwner returns from whom the customer of an order was taken since it was paid, with what was pending from it; "" for nobody. The order's own payment
// binds nobody to him.
func (c *call) voidedOwner(o *settlement.Order) (partner.ID, error) {
	if any, err := c.anyVoid(); err != nil || !any || o.Attributed.By != commission.Owner {
		return "", err
	}
	known, err := c.tx.Bindings(c.ctx, []partner.Customer{o.Customer})
	if err != nil {
		return "", err
	}
	for _, b := range known[0] {
		if b.By == tree.ByVoid && b.Had == o.Attributed.Partner && !b.At.Before(o.PaidAt) {
			return b.Had, nil
		}
	}
	return "", nil
}

// forfeitsOfNew works out what the shop keeps of an order that is posted: of one that was paid before somebody left and is told of after it.
func (c *call) forfeitsOfNew(p *settlement.Posting) error {
	if len(p.Rows) == 0 {
		return nil
	}
	order := payingOrder(&p.Order, p.Rows)
	order.isNew = true
	var err error
	if order.lost, err = c.voidedOwner(&p.Order); err != nil {
		return err
	}
	p.Forfeits, err = c.forfeits(c.record.Recorded, order)
	return err
}

// forfeitsOf works out what the shop keeps of orders once what comes to them stands.
func (c *call) forfeitsOf(postings []settlement.Posting, now time.Time) ([]settlement.Row, error) {
	all := make([]paying, len(postings))
	for i := range postings {
		all[i] = payingOrder(&postings[i].Order, postings[i].Rows)
	}
	return c.forfeits(now, all...)
}

// forfeitsOfLate works out what the shop keeps of orders that somebody owns only since he was told of late: he may have left, or lost the customer, since.
func (c *call) forfeitsOfLate(postings []settlement.Posting) ([]settlement.Row, error) {
	all := make([]paying, len(postings))
	for i := range postings {
		all[i] = payingOrder(&postings[i].Order, postings[i].Rows)
		var err error
		if all[i].lost, err = c.voidedOwner(&postings[i].Order); err != nil {
			return nil, err
		}
	}
	return c.forfeits(c.record.Recorded, all...)
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
