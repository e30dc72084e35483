package program

import (
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// judged is an order with all that decides it.
type judged struct {
	order      *commission.Order
	version    *version
	publish    apply
	candidates commission.Candidates
	attributed commission.Attributed
	result     *commission.Result   // in cash
	assets     []*commission.Result // in each asset of the plan
	owner      partner.ID
	payment    *tree.Binding  // what the order tells of to whom its customer belongs; nil where the plan asks for nothing
	known      []tree.Binding // what was known of that before, where the payment may bind him
	buyer      PartnerState
	again      *settlement.Case // what it may be judged on once more; nil: it is not
}

// judge reads what held when the order was paid and calculates. An order that is going to be posted locks what is left of campaigns.
func (c *call) judge(in *Order, posts bool) (*judged, error) {
	j := &judged{order: in.commission()}
	var err error
	if j.version, j.publish, err = c.planAt("paidAt", j.order.PaidAt); err != nil {
		return nil, err
	}
	if err := c.attribute(j); err != nil {
		return nil, err
	}
	uplines, err := c.uplines(j)
	if err != nil {
		return nil, err
	}
	seats, err := c.seats(j)
	if err != nil {
		return nil, err
	}
	people := j.people(uplines, seats)
	if err := c.askLevels(j, people, j.order.PaidAt); err != nil {
		return nil, err
	}
	if err := c.askVerdict(j, people); err != nil {
		return nil, err
	}
	if err := c.used(j, len(uplines)+len(seats), posts); err != nil {
		return nil, err
	}
	if j.result, err = j.version.calc.Calculate(j.order, uplines, nil, seats...); err != nil {
		return nil, err
	}
	if err := j.assetResults(uplines, seats); err != nil {
		return nil, err
	}
	j.again = j.caseOf(people)
	return j, nil
}

// attribute finds whose order it is.
func (c *call) attribute(j *judged) error {
	var err error
	plan := j.version.calc.Plan()
	at := plan.AttributedAt(j.order)
	if j.owner, err = c.owner(j.order.Customer, at); err != nil {
		return err
	}
	if err := c.payment(j); err != nil {
		return err
	}
	if j.buyer, err = c.partner(partner.ID(j.order.Customer), at); err != nil {
		return err
	}
	candidates := commission.Candidates{Owner: j.owner}
	if j.buyer.Status != "" {
		candidates.Buyer = j.buyer.ID
	}
	if j.order.Referrer != "" {
		referrer, err := c.partner(j.order.Referrer, at)
		if err != nil {
			return err
		}
		candidates.Referrer, candidates.Unknown = referrer.ID, referrer.ID == ""
	}
	if j.order.Staff != "" {
		member, err := c.partner(j.order.Staff, at)
		if err != nil {
			return err
		}
		candidates.Staff = member.ID
	}
	j.candidates, j.attributed = candidates, plan.Attributed(candidates)
	if err := c.grace(j); err != nil {
		return err
	}
	return c.askWhose(j)
}

// uplines returns the line of people above the sale, as they were when it was paid, and gives the order those of the other trees by which it pays.
func (c *call) uplines(j *judged) ([]commission.Upline, error) {
	j.order.Trees = nil
	if j.attributed.Partner == "" {
		return nil, nil
	}
	trees := append([]partner.Tree{""}, j.version.trees()...)
	queries := make([]store.UplineQuery, len(trees))
	for i, name := range trees {
		queries[i] = store.UplineQuery{Tree: name, Start: j.attributed.Partner, At: j.order.PaidAt, Depth: j.version.reach(name)}
	}
	lines, err := c.tx.Uplines(c.ctx, queries)
	if err != nil {
		return nil, err
	}
	people, err := c.asOf(j, slices.Concat(lines...))
	if err != nil {
		return nil, err
	}
	uplines, rest := people[:len(lines[0]):len(lines[0])], people[len(lines[0]):]
	for i, name := range trees[1:] {
		n := len(lines[i+1])
		j.order.Trees = append(j.order.Trees, commission.TreeLine{Tree: name, Uplines: rest[:n:n]})
		rest = rest[n:]
	}
	return uplines, nil
}

// people are the uplines and the seats of an order, and those who stand above the sale in other trees, to be changed in place.
func (j *judged) people(uplines, seats []commission.Upline) [][]commission.Upline {
	all := [][]commission.Upline{uplines, seats}
	for i := range j.order.Trees {
		all = append(all, j.order.Trees[i].Uplines)
	}
	return all
}

// seats returns those whom the plan itself names for the order, as they were when it was paid.
func (c *call) seats(j *judged) ([]commission.Upline, error) {
	ids := j.version.seats(j.order)
	if len(ids) == 0 {
		return nil, nil
	}
	return c.asOf(j, ids)
}

// asOf returns partners as they were when the order was paid.
func (c *call) asOf(j *judged, ids []partner.ID) ([]commission.Upline, error) {
	facts, err := c.tx.Facts(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	people := make([]commission.Upline, len(ids))
	for i, id := range ids {
		state := partner.At(facts[i], j.order.PaidAt)
		people[i] = commission.Upline{Partner: id, Level: state.Level, Leader: j.version.plan.Levels.Leads(state.Level), Bar: j.version.plan.Joining.Bar(state)}
	}
	return people, nil
}
