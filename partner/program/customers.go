package program

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Customers returns at most limit customers of a partner as of an instant (zero: now), with an id above after, in order of id. The empty id begins; fewer than
// limit are the last.
func (t Team) Customers(ctx context.Context, owner partner.ID, at time.Time, after partner.Customer, limit int) ([]partner.Customer, error) {
	if at.IsZero() {
		at = t.now()
	}
	var out []partner.Customer
	err := t.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = (&call{shell: t.shell, ctx: ctx, tx: tx, at: instant(at)}).customersOf(owner, after, limit)
		return err
	})
	return out, err
}

// customersOf returns at most limit customers who belong to somebody at the instant of this call, with an id above after, in order of id.
func (c *call) customersOf(owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	var all []partner.Customer
	for len(all) < limit {
		page, err := c.tx.CustomersOf(c.ctx, owner, after, c.config.Batch)
		if err != nil || len(page) == 0 {
			return all, err
		}
		known, err := c.tx.Bindings(c.ctx, page)
		if err != nil {
			return nil, err
		}
		owned, err := c.ownedBy(owner, page, known)
		if err != nil {
			return nil, err
		}
		all, after = append(all, owned...), page[len(page)-1]
	}
	return all[:min(len(all), max(limit, 0))], nil
}

// customersLeft returns everybody who belongs to somebody at the instant of this call, in order of id, by bindings that are read so.
func (c *call) customersLeft(id partner.ID, read func(context.Context, []partner.Customer) ([][]tree.Binding, error)) ([]partner.Customer, error) {
	var all []partner.Customer
	for after := partner.Customer(""); ; {
		page, err := c.tx.CustomersOf(c.ctx, id, after, c.config.Batch)
		if err != nil || len(page) == 0 {
			return all, err
		}
		known, err := read(c.ctx, page)
		if err != nil {
			return nil, err
		}
		owned, err := c.ownedBy(id, page, known)
		if err != nil {
			return nil, err
		}
		all, after = append(all, owned...), page[len(page)-1]
	}
}

// ownedBy returns which customers belong to somebody at the instant of this call.
func (c *call) ownedBy(id partner.ID, customers []partner.Customer, known [][]tree.Binding) (owned []partner.Customer, err error) {
	for i, customer := range customers {
		owner, err := c.ownerOf(known[i], c.at)
		if err != nil {
			return nil, err
		}
		if owner == id {
			owned = append(owned, customer)
		}
	}
	return owned, nil
}
