package program

import (
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/ahead"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// expected is what an order that is told of reads first, where none of the plans that there probably are wants it otherwise.
func (in *Order) expected(c *call) store.Reads {
	if len(c.likely) == 0 || slices.ContainsFunc(c.likely, func(v *version) bool {
		return v.plan.Commission.GraceMinutes > 0 || v.plan.Binding.Unbind == tree.UnbindVoids || v.plan.Binding.KeepsOrders()
	}) {
		return store.Reads{}
	}
	next := store.Reads{LockOrders: []commission.OrderID{in.ID}, Bindings: []partner.Customer{in.Customer}, Partners: []partner.ID{partner.ID(in.Customer)}}
	// Among others all that is going to be locked is locked at once. Where some need counters, what customers have spent comes after these.
	if _, among := c.tx.(*ahead.Tx); among && !slices.ContainsFunc(c.likely, (*version).counts) {
		next.LockSpent = []partner.Customer{in.Customer}
	}
	return next
}

// lockPaid locks an order that is told of, after what is known of its customer where the order is going to be among it, or some plan has a grace in which it
// matters or voids what is pending of customers who are unbound.
func (c *call) lockPaid(in *Order) (settlement.Order, error) {
	matters, err := c.anyGrace()
	if err == nil && !matters {
		matters, err = c.anyVoid()
	}
	if err != nil {
		return settlement.Order{}, err
	}
	if !matters {
		v, _, err := c.planAt("paidAt", instant(in.PaidAt))
		if err != nil {
			return settlement.Order{}, err
		}
		matters = v.plan.Binding.KeepsOrders()
	}
	if !matters {
		return c.lock(in.ID)
	}
	if _, err := c.tx.LockBindings(c.ctx, []partner.Customer{in.Customer}); err != nil {
		return settlement.Order{}, err
	}
	return c.lockReached(in)
}

// lockReached locks an order that is told of. Where its payment may bind its buyer, it locks with it, in order of id, the orders that are judged again then, and
// after them at once what is left of campaigns for all of them. Nobody adds an order of the buyer meanwhile: his bindings are locked.
func (c *call) lockReached(in *Order) (settlement.Order, error) {
	v, _, err := c.planAt("paidAt", instant(in.PaidAt))
	if err != nil {
		return settlement.Order{}, err
	}
	gracious, err := c.anyGrace()
	if err != nil {
		return settlement.Order{}, err
	}
	if !gracious || in.Awaits != "" || in.Referrer == "" || !v.plan.Binding.BindsByPayment() {
		return c.lock(in.ID)
	}
	bound := tree.Binding{At: instant(in.PaidAt)}
	ids := []commission.OrderID{in.ID}
	for after := (store.OrderCursor{}); ; {
		page, err := c.tx.CustomerOrders(c.ctx, in.Customer, bound.At.Add(-commission.MaxGrace), after, defaultBatch)
		if err != nil {
			return settlement.Order{}, err
		}
		for _, o := range page {
			ids, after = append(ids, o.ID), store.OrderCursor{At: o.PaidAt, ID: o.ID}
		}
		if len(page) < defaultBatch {
			break
		}
	}
	all, err := c.tx.LockOrders(c.ctx, ids)
	if err != nil {
		return settlement.Order{}, err
	}
	var reached []settlement.Order
	for _, o := range all[1:] {
		judgedBy, err := c.planOf(o.Plan)
		if err != nil {
			return settlement.Order{}, err
		}
		if judgedBy.reaches(&o, bound) {
			reached = append(reached, o)
		}
	}
	if len(reached) == 0 {
		return all[0], nil
	}
	return all[0], c.lockCounted(reached, v.counterKeys(in.commission()))
}
