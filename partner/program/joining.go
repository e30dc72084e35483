package program

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/fenrun/fenrun/store"
)

// Measurer measures what the programme cannot know of somebody who wants to be a partner, or to rise to a level, from the shop's own records: everything but
// what he has spent himself in all, net and from payment on, and what he has earned. It returns the value and whether it is known; what is not known meets no
// condition. Money is in the currency of the plan.
type Measurer interface {
	Measure(ctx context.Context, asked Asked) (partner.Value, bool, error)
}

// Asked is what a [Measurer] is asked.
type Asked struct {
	Tenant  store.Tenant
	Partner partner.ID
	Metric  partner.Metric // with its defaults written out
	At      time.Time      // as of when
}

// MeasureFunc is a function that is a [Measurer].
type MeasureFunc func(ctx context.Context, asked Asked) (partner.Value, bool, error)

// Measure calls the function.
func (f MeasureFunc) Measure(ctx context.Context, asked Asked) (partner.Value, bool, error) {
	return f(ctx, asked)
}

// measured is what is known of somebody as of an instant. It is [partner.Facts] and keeps the first error of the hook.
type measured struct {
	*call
	id    partner.ID
	spent money.Amount // in all, net and from payment on
	err   error
}

// Measure implements [partner.Facts].
func (m *measured) Measure(metric partner.Metric) (partner.Value, bool) {
	if isSpent(metric) {
		return partner.Value{Amount: m.spent}, true
	}
	if metric.Name == partner.MetricEarned && m.err == nil {
		var value partner.Value
		var known bool
		value, known, m.err = m.earned(m.id, m.spent.Currency(), metric.Node)
		return value, known
	}
	hook := m.config.Hooks.Measure
	if hook == nil || m.err != nil {
		return partner.Value{}, false
	}
	value, known, err := hook.Measure(m.ctx, Asked{Tenant: m.tenant, Partner: m.id, Metric: metric, At: m.at})
	if err == nil && known && metric.Unit() == partner.Money && value.Amount.Currency() != m.spent.Currency() {
		err = fmt.Errorf("%s is not in %s", value.Amount, m.spent.Currency().Code())
	}
	if err != nil {
		m.err = &HookError{Hook: "Measure", Partner: m.id, Err: err}
		return partner.Value{}, false
	}
	return value, known
}

// isSpent reports whether a metric is what the programme counts itself.
func isSpent(m partner.Metric) bool {
	return m.Name == partner.MetricSpend && m.Node == partner.Paid && m.Count == partner.Net && m.Days == 0 && m.Since == nil && !m.SinceLevel &&
		len(m.Products)+len(m.Categories)+len(m.SKUs) == 0
}

// reached judges what a plan asks of somebody who has spent so much.
func (c *call) reached(v *version, id partner.ID, spent money.Amount) (bool, partner.Verdict, error) {
	facts := &measured{call: c, id: id, spent: v.plan.Currency.Minor(0)}
	facts.spent, facts.err = facts.spent.Add(spent)
	reached, verdict := v.plan.Joining.Reached(facts, c.config.Predicates)
	return reached, verdict, facts.err
}

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

// spend counts what the buyer has paid, and makes him a partner if that reaches what the plan asks for: from the next order on. Where he has to apply for
// it, he is told of it once.
func (c *call) spend(j *judged, in *Order) (promoted bool, err error) {
	totals, err := c.tx.AddSpend(c.ctx, []store.Spend{{Customer: in.Customer, Amount: j.net}})
	plan := j.version.calc.Plan()
	if attributed := plan.AttributedAt(j.order); err != nil || j.buyer.Status == partner.Active && attributed.Equal(j.order.PaidAt) {
		return false, err
	}
	id, v := partner.ID(in.Customer), j.version
	_, verdict, err := c.reached(v, id, totals[0])
	if err != nil || !verdict.Met {
		return false, err
	}
	now, err := c.partner(id, c.at)
	switch {
	case err != nil:
		return false, err
	case v.plan.Joining.Reminds(now.Status, verdict):
		return false, c.remind(v, id)
	case !v.plan.Joining.Promotes(now.Status, verdict):
		return false, nil
	}
	return true, c.promote(v, id, now, j.owner)
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
