package program

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Grants returns the one-off bonuses for users, in the order asked for: those that were paid, those that wait for a settled order, and those that nobody
// gets, each with why. Somebody for whom there is none has none. What has happened since the last RunDue is not judged yet.
func (b Bonuses) Grants(ctx context.Context, users ...partner.ID) ([]settlement.Grants, error) {
	var out []settlement.Grants
	err := b.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.Grants(ctx, users)
		for i := range out {
			out[i].User = users[i]
		}
		return err
	})
	return out, err
}

// oneOffs reports whether some version of the plan has one-off bonuses, and whether some has them for first orders.
func (c *call) oneOffs() (any, firstOrders bool, err error) {
	versions, err := c.versions()
	for _, v := range versions {
		any, firstOrders = any || len(v.plan.OneOffs) > 0, firstOrders || v.plan.OneOffs.FirstOrders()
	}
	return any, firstOrders, err
}

// markLevel has somebody judged who was given a level by which his recruiter may get a bonus, from the instant on at which he has it. Of a level that begins
// later nobody knows what the plan will be then.
func (c *call) markLevel(id partner.ID, level partner.Level) error {
	if level == "" {
		return nil
	}
	versions, err := c.versions()
	if err != nil {
		return err
	}
	pays := func(v *version) bool { return v.plan.OneOffs.Upgrades(v.plan.Levels, level) }
	if !c.at.After(c.record.Recorded) && !slices.ContainsFunc(versions, pays) {
		return nil
	}
	grants, err := c.tx.LockGrants(c.ctx, []partner.ID{id})
	if err != nil {
		return err
	}
	return c.tx.SaveGrants(c.ctx, []settlement.Grants{grants[0].Mark(c.at, c.record)})
}

// markSettled has the buyers of orders that are released judged: those who have a settled order by it and had none.
func (c *call) markSettled(released []settlement.Order) error {
	since := map[partner.ID]time.Time{}
	for i := range released {
		if o := &released[i]; o.Settled() {
			since[partner.ID(o.Customer)] = o.Released
		}
	}
	if len(since) == 0 {
		return nil
	}
	any, firstOrders, err := c.oneOffs()
	if err != nil || !any {
		return err
	}
	grants, err := c.tx.LockGrants(c.ctx, slices.Sorted(maps.Keys(since)))
	if err != nil {
		return err
	}
	var marked []settlement.Grants
	for _, g := range grants {
		if g.Settled == "" && (g.Revision > 0 || firstOrders) {
			marked = append(marked, g.Mark(since[g.User], c.record))
		}
	}
	return c.tx.SaveGrants(c.ctx, marked)
}

// markUnsettled has the buyer of an order judged that was released and of which nothing is left after a refund, if bonuses stand by it.
func (c *call) markUnsettled(o *settlement.Order) error {
	if o.Settled() {
		return nil
	}
	return c.markBy(o)
}

// markBy has the buyer of an order judged by which bonuses stand, or would if there were some: from now on at the latest, also where a run that was ahead of
// the clock has released it.
func (c *call) markBy(o *settlement.Order) error {
	if o.Released.IsZero() {
		return nil
	}
	if any, _, err := c.oneOffs(); err != nil || !any {
		return err
	}
	grants, err := c.tx.LockGrants(c.ctx, []partner.ID{partner.ID(o.Customer)})
	if err != nil || grants[0].Settled != o.ID {
		return err
	}
	at := o.Released
	if c.record.Recorded.Before(at) {
		at = c.record.Recorded
	}
	return c.tx.SaveGrants(c.ctx, []settlement.Grants{grants[0].Mark(at, c.record)})
}

// GrantChange is a one-off bonus that was paid, or taken back.
type GrantChange struct {
	User    partner.ID // for whom it is given
	Grant   settlement.Grant
	Settled commission.OrderID // the order by which it stands; "" where it was taken back
}
