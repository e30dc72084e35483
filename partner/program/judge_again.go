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
func (j *judged) caseOf(people [2][]commission.Upline) *settlement.Case {
	if plan := j.version.calc.Plan(); plan.LevelAt == commission.LevelAtPaid && (j.attributed.Partner != "" || !gracious(&plan, j.attributed)) {
		return nil
	}
	return (&settlement.Case{Order: *j.order, Candidates: j.candidates, Uplines: people[0], Seats: people[1]}).Clone()
}

// gracious reports whether a binding within the plan's grace can make an order somebody's that is attributed so.
func gracious(plan *commission.Plan, attributed commission.Attributed) bool {
	return plan.GraceMinutes > 0 && attributed.Partner == "" && attributed.Reason != commission.ContestedOrder && slices.Contains(plan.Attribution, commission.Owner)
}

// grace finds the owner whom the buyer of an order that is nobody's got within the plan's grace. An operation that writes locks the buyer's bindings
// first, so that of an order and a binding that come at once one sees the other.
func (c *call) grace(j *judged) error {
	plan := j.version.calc.Plan()
	if !gracious(&plan, j.attributed) {
		return nil
	}
	read := c.tx.Bindings
	if c.token != "" {
		read = c.tx.LockBindings
	}
	attempts, err := read(c.ctx, []partner.Customer{j.order.Customer})
	if err != nil {
		return err
	}
	owner := tree.OwnerAt(attempts[0], plan.AttributedAt(j.order).Add(plan.Grace()-time.Microsecond)) // the end of the grace is not in it
	j.belongsTo(owner)
	return nil
}

// belongsTo makes an order that is nobody's the owner's, if there is one.
func (j *judged) belongsTo(owner partner.ID) {
	if owner != "" {
		j.owner, j.candidates.Owner = owner, owner
		j.attributed = commission.Attributed{Partner: owner, By: commission.Owner}
	}
}

// graced judges the orders again that are nobody's and that a binding reaches within the grace of their plans, and returns what to write.
func (c *call) graced(bound tree.Binding) ([]settlement.Posting, error) {
	versions, err := c.versions()
	if err != nil || !slices.ContainsFunc(versions, func(v *version) bool { return v.plan.Commission.GraceMinutes > 0 }) {
		return nil, err
	}
	all, err := c.tx.LockCustomerOrders(c.ctx, []partner.Customer{bound.Customer}, bound.At.Add(-commission.MaxGrace))
	if err != nil {
		return nil, err
	}
	var out []settlement.Posting
	for _, o := range all[0] {
		posting, changes, err := c.gracedOrder(o, bound)
		if err != nil {
			return nil, err
		}
		if changes {
			out = append(out, posting)
		}
	}
	return out, nil
}

// gracedOrder judges one order again, and reports whether the binding reaches it.
func (c *call) gracedOrder(o settlement.Order, bound tree.Binding) (posting settlement.Posting, changes bool, err error) {
	v, err := c.planOf(o.Plan)
	if err != nil || o.Case == nil {
		return posting, false, err
	}
	plan := v.calc.Plan()
	at := plan.AttributedAt(&o.Case.Order)
	if !gracious(&plan, o.Attributed) || !bound.At.Before(at.Add(plan.Grace())) || !bound.At.After(at.Add(-plan.Grace())) {
		return posting, false, nil
	}
	j := &judged{order: &o.Case.Order, version: v, candidates: o.Case.Candidates}
	j.belongsTo(bound.Owner)
	if err := c.askWhose(j); err != nil || j.attributed.Partner == "" {
		return posting, false, err
	}
	uplines, err := c.uplines(j)
	if err != nil {
		return posting, false, err
	}
	people := [2][]commission.Upline{uplines, o.Case.Seats}
	if plan.LevelAt == commission.LevelAtRelease && !o.Released.IsZero() {
		if _, err := c.levelsAt(j, people[:1], o.ReleaseAt); err != nil {
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

// attributeLate writes orders that a binding reached.
func (c *call) attributeLate(orders []settlement.Posting) error {
	for _, p := range orders {
		if err := c.save(p); err != nil {
			return err
		}
		data := map[string]any{"owner": p.Order.Attributed.Partner, "commission": p.Order.Total}
		if err := c.emit("order_attributed", string(p.Order.ID), data); err != nil {
			return err
		}
	}
	return nil
}

// atRelease judges an order that is released by the levels of when its hold ended, where its plan says so. It raises the order's revision in any case.
func (c *call) atRelease(o settlement.Order) (settlement.Posting, error) {
	unchanged := settlement.Posting{Order: o}
	unchanged.Order.Revision++
	if o.Case == nil {
		return unchanged, nil
	}
	v, err := c.planOf(o.Plan)
	if err != nil || v.calc.Plan().LevelAt != commission.LevelAtRelease {
		return unchanged, err
	}
	j := &judged{order: &o.Case.Order, version: v, candidates: o.Case.Candidates, attributed: o.Attributed}
	people := [2][]commission.Upline{o.Case.Uplines, o.Case.Seats}
	if plan := v.calc.Plan(); !gracious(&plan, o.Attributed) {
		unchanged.Order.Case = nil
	}
	changed, err := c.levelsAt(j, people[:], o.ReleaseAt)
	if err != nil || !changed {
		return unchanged, err
	}
	return c.rejudge(o, j, people, settlement.Rejudgement{
		Attributed: o.Attributed, Case: unchanged.Order.Case, Reason: commission.LevelsOfRelease, Key: string(o.ID), At: o.ReleaseAt, Record: c.record,
	})
}

// levelsAt gives people the levels that they have at an instant, and reports whether anybody had another one.
func (c *call) levelsAt(j *judged, people [][]commission.Upline, at time.Time) (changed bool, err error) {
	before := [2][]commission.Upline{}
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
	var asked [2][]commission.Upline
	copy(asked[:], people)
	if err := c.askLevels(j, asked, at); err != nil {
		return false, err
	}
	for i, list := range people {
		changed = changed || !slices.Equal(list, before[i])
	}
	return changed, nil
}

// rejudge calculates an order again with these people and works out what that changes.
func (c *call) rejudge(o settlement.Order, j *judged, people [2][]commission.Upline, again settlement.Rejudgement) (settlement.Posting, error) {
	var err error
	if again.Result, err = j.version.calc.Calculate(j.order, people[0], nil, people[1]...); err != nil {
		return settlement.Posting{}, err
	}
	standing, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfOrder(o.ID)})
	if err != nil {
		return settlement.Posting{}, err
	}
	return o.Rejudge(j.version.calc, again, standing[0])
}
