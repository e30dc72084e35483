package program

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// caseOf returns what an order is kept for where the plan may judge it once more, nil where it does not.
func (j *judged) caseOf(people [][]commission.Upline) *settlement.Case {
	if plan := j.version.calc.Plan(); plan.LevelAt == commission.LevelAtPaid && (j.attributed.Partner != "" || !gracious(&plan, j.attributed)) {
		return nil
	}
	again := (&settlement.Case{Order: *j.order, Candidates: j.candidates, Uplines: people[0], Seats: people[1]}).Clone()
	again.Order.Used = nil // it is judged again by what is left of campaigns then
	return again
}

// gracious reports whether a binding within the plan's grace can make an order somebody's that is attributed so.
func gracious(plan *commission.Plan, attributed commission.Attributed) bool {
	return plan.GraceMinutes > 0 && attributed.Partner == "" && attributed.Reason != commission.ContestedOrder && slices.Contains(plan.Attribution, commission.Owner)
}

// anyGrace reports whether some version of the plan has a grace.
func (c *call) anyGrace() (bool, error) {
	versions, err := c.versions()
	return slices.ContainsFunc(versions, func(v *version) bool { return v.plan.Commission.GraceMinutes > 0 }), err
}

// grace finds the owner whom the buyer of an order that is nobody's got within the plan's grace. An operation that writes locks the buyer's bindings
// first, so that of an order and a binding that come at once one sees the other.
func (c *call) grace(j *judged) error {
	plan := j.version.calc.Plan()
	if !gracious(&plan, j.attributed) {
		return nil
	}
	read := c.tx.LockBindings
	if c.quotes {
		read = c.tx.Bindings
	}
	attempts, err := read(c.ctx, []partner.Customer{j.order.Customer})
	if err != nil {
		return err
	}
	owner, err := c.ownerInGrace(j.version, j.order, attempts[0])
	j.belongsTo(owner)
	return err
}

// ownerInGrace returns the first who owns the buyer of an order within the plan's grace by all that is known of him, "" for nobody. That the payment of the order
// itself bound him counts for later orders only, where the plan does not say otherwise.
func (c *call) ownerInGrace(v *version, order *commission.Order, known []tree.Binding) (partner.ID, error) {
	policies, err := c.policies()
	if err != nil {
		return "", err
	}
	plan := v.calc.Plan()
	begins := plan.AttributedAt(order)
	for _, h := range tree.History(known, policies...) {
		if !h.From.Before(begins.Add(plan.Grace())) || !h.To.IsZero() && !h.To.After(begins) {
			continue
		}
		first := tree.StandingAt(known, latest(h.From, begins), policies...)
		if own := first.By == tree.ByPayment && first.Since.Equal(order.PaidAt); !own || v.plan.Binding.SameOrder {
			return h.Owner, nil
		}
	}
	return "", nil
}

// belongsTo makes an order that is nobody's the owner's, if there is one.
func (j *judged) belongsTo(owner partner.ID) {
	if owner != "" {
		j.owner, j.candidates.Owner = owner, owner
		j.attributed = commission.Attributed{Partner: owner, By: commission.Owner}
	}
}

// graced judges the orders again that are nobody's and that a binding reaches within the grace of their plans, and returns what to write. known is what was
// known of the customer before it.
func (c *call) graced(bound tree.Binding, known []tree.Binding) ([]settlement.Posting, error) {
	if gracious, err := c.anyGrace(); err != nil || !gracious {
		return nil, err
	}
	all, err := c.tx.LockCustomerOrders(c.ctx, []partner.Customer{bound.Customer}, bound.At.Add(-commission.MaxGrace))
	if err != nil {
		return nil, err
	}
	var reached []settlement.Order
	for _, o := range all[0] {
		v, err := c.planOf(o.Plan)
		if err != nil {
			return nil, err
		}
		if v.reaches(&o, bound) {
			reached = append(reached, o)
		}
	}
	if err := c.lockCounted(reached, nil); err != nil {
		return nil, err
	}
	var out []settlement.Posting
	known = append(slices.Clone(known), bound)
	for _, o := range reached {
		posting, changes, err := c.gracedOrder(o, bound, known)
		if err != nil {
			return nil, err
		}
		if changes {
			out = append(out, posting)
		}
	}
	return out, nil
}

// reaches reports whether a binding lies within the grace of an order that the plan judged, and that is nobody's.
func (v *version) reaches(o *settlement.Order, bound tree.Binding) bool {
	plan := v.calc.Plan()
	if o.Case == nil || !gracious(&plan, o.Attributed) {
		return false
	}
	at := plan.AttributedAt(&o.Case.Order)
	return bound.At.Before(at.Add(plan.Grace())) && bound.At.After(at.Add(-plan.Grace()))
}

// gracedOrder judges one order again that a binding reaches, by all that is known of its customer, and reports whether that makes it somebody's.
func (c *call) gracedOrder(o settlement.Order, bound tree.Binding, known []tree.Binding) (posting settlement.Posting, changes bool, err error) {
	v, err := c.planOf(o.Plan)
	if err != nil {
		return posting, false, err
	}
	plan := v.calc.Plan()
	j := &judged{order: &o.Case.Order, version: v, candidates: o.Case.Candidates}
	owner, err := c.ownerInGrace(v, j.order, known)
	if err != nil || owner == "" {
		return posting, false, err
	}
	j.belongsTo(owner)
	if err := c.askWhose(j); err != nil || j.attributed.Partner == "" {
		return posting, false, err
	}
	uplines, err := c.uplines(j)
	if err != nil {
		return posting, false, err
	}
	people := j.people(uplines, o.Case.Seats)
	if plan.LevelAt == commission.LevelAtRelease && !o.Released.IsZero() {
		if _, err := c.levelsAt(j, j.people(uplines, nil), o.ReleaseAt); err != nil {
			return posting, false, err
		}
	} else if err := c.askLevels(j, people, j.order.PaidAt); err != nil {
		return posting, false, err
	}
	if err := c.askVerdict(j, people); err != nil {
		return posting, false, err
	}
	var again *settlement.Case
	if o.Released.IsZero() {
		again = j.caseOf(people)
	}
	posting, err = c.rejudge(o, j, people, settlement.Rejudgement{
		Attributed: j.attributed, Case: again, Reason: commission.BoundInGrace, Key: c.key, At: bound.At, Record: c.record,
	})
	return posting, err == nil, err
}

// attributeLate writes orders that a binding reached. By one that was released its buyer is judged once more: he is a new customer of the owner's then, and
// where the shop bars it now, it is no settled order any more.
func (c *call) attributeLate(orders []settlement.Posting) error {
	if len(orders) == 0 {
		return nil
	}
	after := make([]settlement.Order, len(orders))
	var rows []settlement.Row
	for i, p := range orders {
		after[i], rows = p.Order, append(rows, p.Rows...)
	}
	if err := c.tx.SaveOrders(c.ctx, after); err != nil {
		return err
	}
	if err := c.countAgain(orders); err != nil {
		return err
	}
	for i := range after {
		if err := c.markBy(&after[i]); err != nil {
			return err
		}
	}
	kept, err := c.forfeitsOfLate(orders)
	if err != nil {
		return err
	}
	if err := c.addRows(append(rows, kept...)); err != nil {
		return err
	}
	if err := c.tellForfeits(kept); err != nil {
		return err
	}
	for _, o := range after {
		v, err := c.planOf(o.Plan)
		if err != nil {
			return err
		}
		changes, err := soldChange(v, &settlement.Order{}, &o) // it was nobody's
		if err != nil {
			return err
		}
		data := withAssets(o, map[string]any{"owner": o.Attributed.Partner, "commission": o.Total})
		if err := c.emit("order_attributed", string(o.ID), withSold(changes, data)); err != nil {
			return err
		}
	}
	return nil
}

// atRelease judges orders that are released by the levels of when their holds ended, where their plans say so. It raises the revision of each in any case.
func (c *call) atRelease(due []settlement.Order) ([]settlement.Posting, error) {
	var again []settlement.Order
	judges := make([]bool, len(due))
	for i, o := range due {
		if o.Case == nil {
			continue
		}
		v, err := c.planOf(o.Plan)
		if err != nil {
			return nil, err
		}
		if judges[i] = v.calc.Plan().LevelAt == commission.LevelAtRelease; judges[i] {
			again = append(again, o)
		}
	}
	if err := c.lockCounted(again, nil); err != nil {
		return nil, err
	}
	out := make([]settlement.Posting, len(due))
	for i, o := range due {
		var err error
		if judges[i] {
			out[i], err = c.orderAtRelease(o)
		} else {
			out[i].Order = o
			out[i].Order.Revision++
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// orderAtRelease judges one order, which has a Case, by the levels of when its hold ended.
func (c *call) orderAtRelease(o settlement.Order) (settlement.Posting, error) {
	unchanged := settlement.Posting{Order: o}
	unchanged.Order.Revision++
	v, err := c.planOf(o.Plan)
	if err != nil {
		return unchanged, err
	}
	j := &judged{order: &o.Case.Order, version: v, candidates: o.Case.Candidates, attributed: o.Attributed}
	people := j.people(o.Case.Uplines, o.Case.Seats)
	if plan := v.calc.Plan(); !gracious(&plan, o.Attributed) {
		unchanged.Order.Case = nil
	}
	changed, err := c.levelsAt(j, people, o.ReleaseAt)
	if err != nil || !changed {
		return unchanged, err
	}
	return c.rejudge(o, j, people, settlement.Rejudgement{
		Attributed: o.Attributed, Case: unchanged.Order.Case, Reason: commission.LevelsOfRelease, Key: string(o.ID), At: o.ReleaseAt, Record: c.record,
	})
}

// levelsAt gives people the levels that they have at an instant, and reports whether anybody had another one.
func (c *call) levelsAt(j *judged, people [][]commission.Upline, at time.Time) (changed bool, err error) {
	before := make([][]commission.Upline, len(people))
	for i, list := range people {
		before[i] = slices.Clone(list)
		ids := make([]partner.ID, len(list))
		for k := range list {
			ids[k] = list[k].Partner
		}
		if len(ids) == 0 {
			continue
		}
		facts, err := c.tx.Facts(c.ctx, ids)
		if err != nil {
			return false, err
		}
		for k := range list {
			list[k].Level = partner.At(facts[k], at).Level
			list[k].Leader = j.version.plan.Levels.Leads(list[k].Level)
		}
	}
	if err := c.askLevels(j, people, at); err != nil {
		return false, err
	}
	for i, list := range people {
		changed = changed || !slices.Equal(list, before[i])
	}
	return changed, nil
}

// rejudge calculates an order again with these people, in cash and in each asset, and works out what that changes.
//
// It is judged with what other orders leave of campaigns, as an order that is paid then would be: what it used itself is there for it again, more than that
// only as far as it is left, and where a budget has too little left for all of it, it is without the campaign. What has come back of it says nothing: the
// whole order is what is judged, so that it is the same whether a refund comes before or after. The counters are locked.
func (c *call) rejudge(o settlement.Order, j *judged, people [][]commission.Upline, again settlement.Rejudgement) (settlement.Posting, error) {
	var err error
	whole := *j.order
	if whole.Used, err = c.usedByOthers(j.version, &o, &whole); err != nil {
		return settlement.Posting{}, err
	}
	if j.result, err = j.version.calc.Calculate(&whole, people[0], nil, people[1]...); err != nil {
		return settlement.Posting{}, err
	}
	if err := j.assetResults(people[0], people[1]); err != nil {
		return settlement.Posting{}, err
	}
	again.Result, again.Assets = j.result, j.assets
	standing, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfOrder(o.ID)})
	if err != nil {
		return settlement.Posting{}, err
	}
	posting, err := o.Rejudge(j.version.calc, again, standing[0], j.version.assets...)
	if err != nil {
		return posting, err
	}
	return posting, c.willCount(j.version, &posting)
}
