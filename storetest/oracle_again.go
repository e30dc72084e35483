package storetest

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// Orders that are judged once more: for an owner whom their buyer gets within the plan's grace, and by the levels of their release.

// ownerInGrace returns who is the first to own the buyer of an order that is nobody's within the plan's grace, "" for nobody; but by the order itself only where
// the plan says so.
func (o *oracle) ownerInGrace(x *oracleOrder, known []oracleBinding) partner.ID {
	plan := o.plan(x.version)
	c := &plan.Commission
	byOwner := len(c.Attribution) == 0 || slices.Contains(c.Attribution, commission.Owner)
	if x.whose.Partner != "" || c.GraceMinutes == 0 || !byOwner || x.whose.Reason == commission.ContestedOrder {
		return ""
	}
	begins := oracleAt(c.AttributionAt, &x.in)
	ends := begins.Add(time.Duration(c.GraceMinutes) * time.Minute)
	instants := []time.Time{begins}
	for _, b := range known {
		instants = append(instants, b.at)
	}
	for _, p := range o.plans {
		instants = append(instants, p.from)
	}
	slices.SortFunc(instants, time.Time.Compare)
	for _, at := range instants {
		if at.Before(begins) || !at.Before(ends) {
			continue
		}
		hold, _ := o.replay(known, at)
		own := hold.by == tree.ByPayment && hold.since.Equal(x.in.PaidAt) && !plan.Binding.SameOrder
		if owner := hold.lasts(o.policy(at), at); owner != "" && !own {
			return owner
		}
	}
	return ""
}

// graced makes orders that are nobody's those of the owner whom their buyer got by a binding within the plan's grace of each, before it or after it.
func (o *oracle) graced(b oracleBinding) {
	ids := o.orderIDs(func(x *oracleOrder) bool { return x.posted && x.customer == b.customer })
	slices.SortStableFunc(ids, func(a, b commission.OrderID) int { return o.orders[a].in.PaidAt.Compare(o.orders[b].in.PaidAt) })
	for _, id := range ids {
		x := o.orders[id]
		plan := o.plan(x.version)
		grace := time.Duration(plan.Commission.GraceMinutes) * time.Minute
		apart := b.at.Sub(oracleAt(plan.Commission.AttributionAt, &x.in)).Abs()
		owner := o.ownerInGrace(x, o.known(b.customer))
		if apart >= grace || owner == "" {
			continue
		}
		x.whose = commission.Attributed{Partner: owner, By: commission.Owner}
		x.people = o.lineOf(owner, plan, x.in.PaidAt)
		if x.released && plan.Commission.LevelAt == commission.LevelAtRelease {
			o.relevel(x.people, plan, x.releaseAt)
		}
		o.takeWithin(x, plan)
		o.forfeit(x, o.clock)
		o.markBy(x)
	}
}

// relevel gives people the levels that they have at an instant, and reports whether somebody had another one.
func (o *oracle) relevel(people []oracleUpline, plan *program.Plan, at time.Time) (changed bool) {
	for i := range people {
		level := o.level(people[i].id, at)
		changed = changed || level != people[i].level
		people[i].level, people[i].leader = level, oracleLeads(plan, level)
	}
	return changed
}

// atRelease judges an order once more that is released, by the levels of when its hold was over, where the plan says so.
func (o *oracle) atRelease(x *oracleOrder) {
	plan := o.plan(x.version)
	if plan.Commission.LevelAt != commission.LevelAtRelease {
		return
	}
	changed := o.relevel(x.people, plan, x.releaseAt)
	for id, who := range x.seats {
		seat := []oracleUpline{who}
		changed = o.relevel(seat, plan, x.releaseAt) || changed
		x.seats[id] = seat[0]
	}
	if changed {
		o.takeWithin(x, plan)
	}
}
