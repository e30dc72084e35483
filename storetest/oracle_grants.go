package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// One-off bonuses: for levels that somebody reaches, and for first orders that stay.

// oracleGrants are the bonuses for one user, in the order in which they were found.
type oracleGrants struct {
	due     time.Time // from when on he is to be judged; zero: nothing has happened since he was
	settled commission.OrderID
	all     []oracleGrant
}

// oracleGrant is one bonus, in minor units.
type oracleGrant struct {
	name   string
	level  partner.Level      // "": for a first order
	order  commission.OrderID // "": for a level
	at     time.Time
	plan   int
	payee  partner.ID
	amount int64
	bars   partner.Reason // why nobody gets it; "": the payee does
	stands bool
}

// mark has a user judged from an instant on.
func (o *oracle) mark(user partner.ID, at time.Time) {
	if o.grants[user] == nil {
		o.grants[user] = &oracleGrants{}
	}
	if g := o.grants[user]; g.due.IsZero() || at.Before(g.due) {
		g.due = at
	}
}

// anyOneOff reports whether a version of the plan has a bonus that is so.
func (o *oracle) anyOneOff(is func(*program.Plan, *incentive.OneOff) bool) bool {
	for i := range o.plans {
		plan := &o.plans[i].plan
		for k := range plan.OneOffs {
			if is(plan, &plan.OneOffs[k]) {
				return true
			}
		}
	}
	return false
}

func oracleEvery(*program.Plan, *incentive.OneOff) bool { return true }

// markLevel has one judged who was given a level for which there is a bonus or, of a level that is to come, may be one.
func (o *oracle) markLevel(user partner.ID, level partner.Level, at time.Time) {
	pays := func(plan *program.Plan, x *incentive.OneOff) bool { return len(oracleReaches(plan, x, "", level)) > 0 }
	if level != "" && (at.After(o.clock) || o.anyOneOff(pays)) {
		o.mark(user, at)
	}
}

// markSettled has the buyer of an order judged that is released, if it stays and he had none that did.
func (o *oracle) markSettled(x *oracleOrder) {
	first := func(_ *program.Plan, b *incentive.OneOff) bool { return b.FirstOrder != nil }
	user := partner.ID(x.customer)
	if g := o.grants[user]; o.settled(x) && o.anyOneOff(oracleEvery) && (g != nil && g.settled == "" || g == nil && o.anyOneOff(first)) {
		o.mark(user, x.releasedAt)
	}
}

// markUnsettled has the buyer of an order judged of which nothing is left, markBy that of one that was judged again, if bonuses stand by it.
func (o *oracle) markUnsettled(x *oracleOrder) {
	if !o.settled(x) {
		o.markBy(x)
	}
}

func (o *oracle) markBy(x *oracleOrder) {
	if g := o.grants[partner.ID(x.customer)]; x.released && g != nil && g.settled == x.in.ID {
		o.mark(partner.ID(x.customer), modelEarlier(x.releasedAt, o.clock))
	}
}

// settled reports whether an order stays: it was released, and something that was paid for goods of the programme is left.
func (o *oracle) settled(x *oracleOrder) bool {
	return x.posted && x.released && slices.ContainsFunc(x.lines, func(l oracleLine) bool { return l.sells && o.refundable(x, &l).Sign() > 0 })
}

// settledOrder is the order of somebody's that stays and was released first, nil for none.
func (o *oracle) settledOrder(customer partner.Customer) *oracleOrder {
	var first *oracleOrder
	for _, id := range o.orderIDs(func(x *oracleOrder) bool { return x.customer == customer && o.settled(x) }) {
		if x := o.orders[id]; first == nil || x.releasedAt.Before(first.releasedAt) {
			first = x
		}
	}
	return first
}

func oracleWeight(plan *program.Plan, id partner.Level) int {
	i := slices.IndexFunc(plan.Levels, func(l incentive.Level) bool { return l.ID == id })
	if i < 0 {
		i = slices.IndexFunc(plan.Levels, func(l incentive.Level) bool { return l.Default })
	}
	return plan.Levels[i].Weight
}

// oracleReaches are the levels, lowest first, for which a bonus is paid where somebody comes from one level to another.
func oracleReaches(plan *program.Plan, x *incentive.OneOff, from, to partner.Level) (reached []partner.Level) {
	if x.Upgrade == nil || !oracleHasLevel(plan, to) {
		return nil
	}
	for level := range x.Upgrade.Levels {
		between := x.Upgrade.Skipped == incentive.SkippedPaid && oracleWeight(plan, level) < oracleWeight(plan, to)
		if oracleWeight(plan, level) > oracleWeight(plan, from) && (level == to || between) {
			reached = append(reached, level)
		}
	}
	slices.SortFunc(reached, func(a, b partner.Level) int { return cmp.Compare(oracleWeight(plan, a), oracleWeight(plan, b)) })
	return reached
}

// judgeGrants judges everybody who is to be judged by an instant.
func (o *oracle) judgeGrants(now time.Time) {
	for user, g := range o.grants {
		if g.due.IsZero() || g.due.After(now) {
			continue
		}
		g.due, g.settled = time.Time{}, ""
		found := o.findUpgrades(user, g, now)
		if x := o.settledOrder(partner.Customer(user)); x != nil && o.anyOneOff(oracleEvery) {
			g.settled = x.in.ID
			found = append(found, o.findFirstOrder(user, x)...)
		}
		for _, f := range found {
			known := slices.ContainsFunc(g.all, func(x oracleGrant) bool { return x.name == f.name && x.level == f.level })
			if known {
				continue
			}
			if f.bars = commission.NoRecruiter; f.payee != "" {
				f.bars = o.bar(f.payee, o.plan(f.plan), f.at)
			}
			g.all = append(g.all, f)
		}
		for i := range g.all {
			x := &g.all[i]
			if x.bars == "" && !x.stands && o.leftWith(x, now) {
				x.bars = commission.ForfeitedByLeaving
			}
			x.stands = x.bars == "" && (g.settled != "" || x.payee == user)
		}
	}
}

// leftWith reports whether the payee of a bonus that waits has left since, where what is pending is forfeited by that.
func (o *oracle) leftWith(x *oracleGrant, now time.Time) bool {
	return slices.ContainsFunc(o.departures, func(d oracleDeparture) bool {
		return d.id == x.payee && d.forfeits && !d.at.After(now) && (!x.at.After(d.at) || !now.After(d.recorded))
	})
}

// findUpgrades finds the levels that somebody has reached by an instant, each compared with what he had by all that was told before it.
func (o *oracle) findUpgrades(user partner.ID, g *oracleGrants, now time.Time) (found []oracleGrant) {
	person := o.people[user]
	if person == nil {
		return nil
	}
	for i, f := range person.facts {
		if f.kind != partner.FactLevel {
			continue
		}
		if f.at.After(modelEarlier(now, o.clock)) { // then the plan may be another
			if g.due.IsZero() || f.at.Before(g.due) {
				g.due = f.at
			}
			continue
		}
		version := o.planAt(f.at)
		if version == 0 {
			continue
		}
		plan, then := o.plan(version), *o
		then.people = map[partner.ID]*oraclePerson{user: {facts: person.facts[:i]}}
		for k := range plan.OneOffs {
			x := &plan.OneOffs[k]
			for _, level := range oracleReaches(plan, x, then.level(user, f.at), partner.Level(f.value)) {
				if !oracleRuns(x.From, x.To, f.at) {
					continue
				}
				grant := oracleGrant{name: x.Name, level: level, at: f.at, plan: version, payee: user, amount: oracleInt(o.minor(x.Upgrade.Levels[level]))}
				if x.Upgrade.Payee == incentive.ToRecruiter {
					grant.payee = o.recruitedBy(user, f)
				}
				found = append(found, grant)
			}
		}
	}
	return found
}

// recruitedBy is below whom somebody reached a level: with the one with which he was recruited, below who recruited him.
func (o *oracle) recruitedBy(user partner.ID, level oracleFact) partner.ID {
	if edges := o.people[user].edges; len(edges) > 0 && edges[0].recorded.Equal(level.recorded) {
		return edges[0].recruiter
	}
	return o.edgeAt(user, level.at)
}

// findFirstOrder finds the bonuses for a first order, which go to who had recruited the buyer, or owned him, when it was paid.
func (o *oracle) findFirstOrder(user partner.ID, x *oracleOrder) (found []oracleGrant) {
	plan := o.plan(x.version)
	for k := range plan.OneOffs {
		b := &plan.OneOffs[k]
		if b.FirstOrder == nil || !oracleRuns(b.From, b.To, x.in.PaidAt) {
			continue
		}
		payee := o.edgeAt(user, x.in.PaidAt)
		if b.FirstOrder.Of == incentive.NewCustomers {
			if payee = o.owner(x.customer, x.in.PaidAt); payee == "" && x.ownedBy(x.whose.Partner) {
				payee = x.whose.Partner
			}
		}
		if payee != "" {
			found = append(found, oracleGrant{
				name: b.Name, order: x.in.ID, at: x.in.PaidAt, plan: x.version, payee: payee, amount: oracleInt(o.minor(b.FirstOrder.Amount)),
			})
		}
	}
	return found
}

func oracleRuns(from, to *time.Time, at time.Time) bool {
	return (from == nil || !at.Before(*from)) && (to == nil || at.Before(*to))
}

// bar is why somebody earns nothing at an instant by a plan, "" if he does.
func (o *oracle) bar(id partner.ID, plan *program.Plan, at time.Time) partner.Reason {
	if o.accrues(id, plan, at) {
		return ""
	}
	switch status := o.status(id, at); {
	case status == "":
		return partner.NotPartner
	case status == partner.Candidate:
		return partner.NotYetPartner
	case status == partner.Terminating:
		return partner.IsTerminating
	case status == partner.Terminated:
		return partner.HasLeft
	case status == partner.ClearedOut:
		return partner.IsClearedOut
	case o.over(id, partner.FactValidUntil, at):
		return partner.Expired
	}
	return partner.EarningFrozen
}

// granted is what somebody has of one-off bonuses.
func (o *oracle) granted(id partner.ID) (sum int64) {
	for _, g := range o.grants {
		for _, x := range g.all {
			if x.stands && x.payee == id {
				sum += x.amount
			}
		}
	}
	return sum
}

// is reports whether a bonus is as the programme shows it; amounts are in its minor units.
func (x *oracleGrant) is(g *settlement.Grant, amount int64) bool {
	return x.name == g.Name && x.level == g.Level && x.order == g.Order && x.at.Equal(g.At) && x.plan == g.Plan && x.payee == g.Payee && x.amount == amount &&
		x.bars == g.Reason && x.stands == g.Stands
}
