package program

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// join returns what writes that somebody becomes a partner or a candidate, or a [*partner.MoveError] where he cannot.
func (c *call) join(v *version, id partner.ID, state PartnerState, status partner.Status, level partner.Level) (apply, error) {
	facts, err := v.plan.Joining.Join(partner.Standing{ID: id, State: state.State}, status, level, c.at)
	if err != nil {
		return nil, err
	}
	return func() error {
		if state.ID == "" {
			if err := c.tx.AddPartners(c.ctx, []partner.Partner{{ID: id, Joined: c.at, Record: c.record}}); err != nil {
				return err
			}
		}
		return c.learn(facts, "partner_"+string(status), string(id), map[string]any{"level": level})
	}, nil
}

// learn writes facts and an event that tells of them.
func (c *call) learn(facts []partner.Fact, event, subject string, data map[string]any) error {
	for i := range facts {
		facts[i].Record = c.record
	}
	if err := c.tx.AddFacts(c.ctx, facts); err != nil {
		return err
	}
	for _, f := range facts {
		if f.Kind != partner.FactLevel {
			continue
		}
		if err := c.markLevel(f.Partner, partner.Level(f.Value)); err != nil {
			return err
		}
	}
	return c.emit(event, subject, data)
}

// spend counts what the buyer of an order that is posted has paid, and judges him by it: from the next order on he is a partner. The order is not written
// yet.
func (c *call) spend(j *judged, order *settlement.Order) (promoted bool, err error) {
	paid, err := spentOn(j.version, order)
	if err != nil {
		return false, err
	}
	totals, err := c.tx.AddSpend(c.ctx, []store.Spend{{Customer: order.Customer, Amount: paid}})
	plan := j.version.calc.Plan()
	if attributed := plan.AttributedAt(j.order); err != nil || j.buyer.Status == partner.Active && attributed.Equal(j.order.PaidAt) {
		return false, err
	}
	facts := c.measured(j.version, partner.ID(order.Customer))
	facts.spent, facts.unwritten = &totals[0], order
	return c.judgeJoining(j.version, facts, func() (partner.ID, error) { return j.owner, nil })
}

// spentOn is what the buyer has spent on an order, as it stands: what his total has of it.
func spentOn(v *version, o *settlement.Order) (money.Amount, error) {
	value, _, err := o.Measure(ownSpend, v.calc.Currency())
	return value.Amount, err
}

// cameTo judges the buyer of an order that has come to a node after its payment, and that is written, where what the plan asks can be reached by it: whether
// he becomes a partner, and to which level he rises, "" for none.
func (c *call) cameTo(node partner.Node, order *settlement.Order) (promoted bool, risen partner.Level, err error) {
	v, _, err := c.planAt("at", c.at)
	if errors.Is(err, ErrNoPlan) {
		return false, "", nil
	}
	if err != nil || !v.asksAt(node) {
		return false, "", err
	}
	id := partner.ID(order.Customer)
	buyer, err := c.partner(id, c.at)
	if err != nil {
		return false, "", err
	}
	waits := v.plan.Joining.Waits(buyer.Status)
	if !waits && !buyer.Rises() {
		return false, "", nil
	}
	// Adding nothing takes the locks that keep two facts of one buyer from missing each other.
	totals, err := c.tx.AddSpend(c.ctx, []store.Spend{{Customer: order.Customer}})
	if err != nil {
		return false, "", err
	}
	if waits {
		facts := c.measured(v, id)
		facts.spent = &totals[0]
		promoted, err = c.judgeJoining(v, facts, func() (partner.ID, error) { return c.owner(order.Customer, c.at) })
		if err != nil || !promoted {
			return false, "", err
		}
	}
	rises, err := c.rise(c.measured, id)
	if err != nil || rises == nil {
		return promoted, "", err
	}
	return promoted, rises[0].To, nil
}

// judgeJoining makes somebody a partner if what is known of him reaches what the plan asks for. Where he has to apply for it, he is told of it once. What is
// told late, after something that happened later, is judged as of now too: it may be what was still lacking.
func (c *call) judgeJoining(v *version, facts *measured, owner func() (partner.ID, error)) (promoted bool, err error) {
	_, verdict := v.plan.Joining.Reached(facts, c.config.Predicates)
	if facts.err != nil {
		return false, facts.err
	}
	if !verdict.Met && facts.late && facts.at.Before(c.record.Recorded) {
		at := c.at
		defer func() { c.at = at }()
		c.at = c.record.Recorded
		return c.judgeJoining(v, facts.asOf(c.at), owner)
	}
	if !verdict.Met {
		return false, nil
	}
	now, err := c.partner(facts.id, c.at)
	switch {
	case err != nil:
		return false, err
	case v.plan.Joining.Reminds(now.Status, verdict):
		return false, c.remind(v, facts.id)
	case !v.plan.Joining.Promotes(now.Status, verdict):
		return false, nil
	}
	by, err := owner()
	if err != nil {
		return false, err
	}
	return true, c.promote(v, facts.id, now, by)
}

// promote makes somebody a partner who has reached what the plan asks for. A candidate keeps the level and the recruiter that he has; a customer stands
// below his owner, or whoever recruits for him, at the level that this gives.
func (c *call) promote(v *version, id partner.ID, now PartnerState, owner partner.ID) error {
	by, level := partner.ID(""), partner.Level("")
	if now.ID == "" {
		var err error
		if by, level, err = c.recruiterOf(v, owner); err != nil {
			return err
		}
	}
	join, err := c.join(v, id, now, partner.Active, level)
	if err != nil {
		return err
	}
	if err := join(); err != nil {
		return err
	}
	// Nobody stands below somebody who was no partner until now, so that this edge cannot close a ring.
	if by != "" {
		return c.addEdge("", id, by)
	}
	return nil
}

// recruiterOf returns who recruits a customer of somebody, "" for nobody, and the level with which the recruit begins.
func (c *call) recruiterOf(v *version, owner partner.ID) (partner.ID, partner.Level, error) {
	if owner != "" {
		above, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Start: owner, At: c.edgeFrom()}})
		if err != nil {
			return "", "", err
		}
		by, _, err := c.entitled(v, above[0])
		if err != nil || by.ID != "" {
			return by.ID, v.plan.Levels.RecruitLevel(by.Level), err
		}
	}
	level, err := v.plan.Levels.OnJoining()
	return "", level, err
}

// remind tells once for each person and threshold that he can apply.
func (c *call) remind(v *version, id partner.ID) error {
	text, err := strictjson.Encode(v.plan.Joining.Asked())
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	rule := hex.EncodeToString(sum[:])
	claims, err := c.tx.Claim(c.ctx, []store.Claim{{
		ClaimKey: store.ClaimKey{Operation: "eligible", Key: list(string(id), rule)}, Hash: rule, Token: c.token, At: c.record.Recorded,
	}})
	if err != nil || claims[0].Token != c.token {
		return err
	}
	return c.emit("partner_eligible", string(id), map[string]any{"rule": rule})
}
