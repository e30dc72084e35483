package program

import (
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// SetLevel gives a partner a level from At on. What he reaches afterwards replaces it as soon as that is a higher one, but not before Until. It is a
// [*NotFoundError] for somebody who is no partner, a [*LevelError] for a level that the plan does not have, and a [*MetaError] for an Until that is not
// after At.
func (p Partners) SetLevel(ctx context.Context, in SetLevel) (PartnerState, error) {
	if err := checkTime("until", in.Until); err != nil {
		return PartnerState{}, err
	}
	op := operation{name: "level", meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("level", string(in.Level))
	op.payload.add("until", canonicalTime(in.Until))
	return p.change(ctx, op, in.Partner, func(c *call, _ PartnerState) ([]partner.Fact, apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, nil, err
		}
		if _, ok := v.plan.Levels.Find(in.Level); !ok {
			return nil, nil, &LevelError{Level: in.Level}
		}
		until := instant(in.Until)
		if !in.Until.IsZero() && !until.After(c.at) {
			return nil, nil, &MetaError{Field: "until", Problem: "the level would not be kept for any time"}
		}
		return partner.SetLevelFacts(in.Partner, in.Level, until, c.at), publish, nil
	}, string(in.Level))
}

// LevelLog returns how the level of each partner has changed, in the order in which the levels hold: from, to, why, by which values of which metrics, and
// when. Somebody who is no partner has none. It is derived from the facts that are known of them.
func (p Partners) LevelLog(ctx context.Context, ids ...partner.ID) ([][]partner.LevelChange, error) {
	out := make([][]partner.LevelChange, len(ids))
	err := p.view(ctx, func(tx store.Tx) error {
		facts, err := tx.Facts(ctx, ids)
		for i := range facts {
			out[i] = partner.LevelChanges(facts[i])
		}
		return err
	})
	return out, err
}

// LevelProgress returns how the levels above that of a partner stand for him now, by the same evaluation as decides whether he rises. It is a
// [*NotFoundError] for somebody who is no partner.
func (p Partners) LevelProgress(ctx context.Context, id partner.ID) (incentive.Progress, error) {
	var out incentive.Progress
	err := p.view(ctx, func(tx store.Tx) error {
		c := &call{shell: p.shell, ctx: ctx, tx: tx, at: p.now()}
		c.record.Recorded = c.at
		v, _, err := c.planAt("at", c.at)
		if err != nil {
			return err
		}
		who, err := c.applicant(v, id)
		if err != nil {
			return err
		}
		if who.state.ID == "" {
			return &NotFoundError{Record: "partner", ID: string(id)}
		}
		out = v.plan.Levels.Progress(who.state.Level, who, c.config.Predicates)
		return who.err
	})
	return out, err
}

// Has reports whether a partner's level grants him a right at an instant (zero: now), by the plan in force then. Somebody who is no active partner has none.
func (p Partners) Has(ctx context.Context, id partner.ID, right string, at time.Time) (bool, error) {
	if at.IsZero() {
		at = p.now()
	}
	has := false
	err := p.view(ctx, func(tx store.Tx) error {
		c := &call{shell: p.shell, ctx: ctx, tx: tx, at: instant(at)}
		c.record.Recorded = p.now()
		v, _, err := c.planAt("at", c.at)
		if err != nil {
			return err
		}
		state, err := c.partner(id, c.at)
		has = state.Status == partner.Active && !state.Expired && v.plan.Levels.Has(state.Level, right)
		return err
	})
	return has, err
}

// Rise is a partner who got a higher level by what he reached.
type Rise struct {
	Partner  partner.ID
	From, To partner.Level
}

// knowing returns what is known of somebody by a plan.
type knowing func(v *version, id partner.ID) *measured

// rise gives each active partner the highest level above his own of which he has reached what the plan asks, from c.at on, and returns who rose. It is one
// evaluation of each by what is known of him. A level that began later than c.at is not replaced from before that. The partners are given in order of id.
func (c *call) rise(known knowing, ids ...partner.ID) ([]Rise, error) {
	versions, err := c.versions()
	if err != nil || !slices.ContainsFunc(versions, func(v *version) bool { return v.plan.Levels.Rise() }) {
		return nil, err
	}
	facts, err := c.tx.LockFacts(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	var rises []Rise
	for i, id := range ids {
		rise, err := c.riseOne(known, id, facts[i])
		if err != nil {
			return nil, err
		}
		if rise.To != "" {
			rises = append(rises, rise)
		}
	}
	return rises, nil
}

// buyerRises judges the level of the buyer of an order that is posted, if he is a partner, and returns the one to which he rises from the next order on, ""
// for none. What he spent is counted; the order is not written yet.
func (c *call) buyerRises(j *judged, order *settlement.Order) (partner.Level, error) {
	if j.buyer.ID == "" && !order.Promoted {
		return "", nil
	}
	known := func(v *version, id partner.ID) *measured {
		who := c.measured(v, id)
		who.unwritten = order
		return who
	}
	rises, err := c.rise(known, partner.ID(order.Customer))
	if err != nil || rises == nil {
		return "", err
	}
	return rises[0].To, nil
}

// riseOne is rise of one who is locked; To is "" where he does not rise. What is told late, after something that happened later, is judged as of now too: it
// may be what was still lacking.
func (c *call) riseOne(known knowing, id partner.ID, facts []partner.Fact) (Rise, error) {
	from := c.riseFrom(facts)
	rise, late, err := c.riseAt(known, id, facts, from)
	if err == nil && rise.To == "" && late && from.Before(c.record.Recorded) {
		rise, _, err = c.riseAt(known, id, facts, c.record.Recorded)
	}
	return rise, err
}

// riseAt is riseOne from an instant on, by what is known as of it. late says that he does not rise by something because it lies after the instant.
func (c *call) riseAt(known knowing, id partner.ID, facts []partner.Fact, from time.Time) (rise Rise, late bool, err error) {
	at := c.at
	defer func() { c.at = at }()
	c.at = from
	v, _, err := c.planAt("at", from)
	if err != nil {
		return Rise{}, false, err
	}
	state := partner.At(facts, from)
	if !state.Rises() {
		return Rise{}, v.plan.Joining.Waits(state.Status), nil // he may have become a partner since
	}
	who := known(v, id)
	next, ok := v.plan.Levels.Reached(state.Level, who, c.config.Predicates)
	if who.err != nil || !ok {
		return Rise{}, who.late, who.err
	}
	learned, err := partner.RiseFacts(id, next.Level, next.Verdict, from)
	if err != nil {
		return Rise{}, false, err
	}
	rise = Rise{Partner: id, From: state.Level, To: next.Level}
	return rise, false, c.learn(learned, "level_reached", string(id), map[string]any{"from": rise.From, "to": rise.To})
}

// riseFrom is from when on a level holds that is reached by what is told of c.at: from then on, but not before the last level that has begun by now, so that
// what is told late lets nobody fall at a time in between.
func (c *call) riseFrom(facts []partner.Fact) time.Time {
	from := c.at
	for _, f := range facts {
		if f.Kind == partner.FactLevel && f.At.After(from) && !f.At.After(c.record.Recorded) {
			from = f.At
		}
	}
	return from
}
