package program

import (
	"context"
	"strconv"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// Terminate begins to end somebody's time as a partner, or takes that back.
type Terminate struct {
	Partner partner.ID
	Meta
}

// Renew gives a partner more time.
type Renew struct {
	Partner partner.ID
	Level   partner.Level // "": the level that he has
	Days    int           // of 24 hours; 0: as long as the plan says
	Meta
}

// Added is what became of one of several who were added.
type Added struct {
	Partner PartnerState
	Err     error // why he was not; nil if he was
}

// AddAll adds each of them on its own, in the order given: those who can be are partners, and of each other one Err says why he is not.
func (p Partners) AddAll(ctx context.Context, all []Add) []Added {
	out := make([]Added, len(all))
	for i, in := range all {
		out[i].Partner, out[i].Err = p.Add(ctx, in)
	}
	return out
}

// Terminate begins to end somebody's time as a partner: from At on he earns nothing more, what he has earned settles, and he can withdraw it. It is a
// [*partner.MoveError] unless he is active, and a [*NotFoundError] for somebody who is no partner.
func (p Partners) Terminate(ctx context.Context, in Terminate) (PartnerState, error) {
	return p.move(ctx, in, partner.MoveTerminate)
}

// Resume takes a termination back: from At on he earns again. What he missed he does not get. Its errors are those of Terminate, unless he is leaving.
func (p Partners) Resume(ctx context.Context, in Terminate) (PartnerState, error) {
	return p.move(ctx, in, partner.MoveResume)
}

// move takes a partner to another status. Its natural key is what is done and when.
func (p Partners) move(ctx context.Context, in Terminate, move partner.Move) (PartnerState, error) {
	op := operation{name: string(move), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	return p.change(ctx, op, in.Partner, func(c *call, state PartnerState) ([]partner.Fact, apply, error) {
		next, err := state.Status.Next(in.Partner, move)
		return []partner.Fact{{Partner: in.Partner, Kind: partner.FactStatus, Value: string(next), At: c.at}}, nothing, err
	})
}

// Renew gives a partner more time from At on: at the level that he has the days are added to what he still has, at another they begin at At and he has that
// level from then on. It is a [*partner.MoveError] unless he is active, a [*LevelError] for a level that the plan does not have, a [*MetaError] for days
// below 0, and a [*NotFoundError] for somebody who is no partner.
func (p Partners) Renew(ctx context.Context, in Renew) (PartnerState, error) {
	if in.Days < 0 {
		return PartnerState{}, &MetaError{Field: "days", Problem: "a renewal is for at least one day"}
	}
	op := operation{name: string(partner.MoveRenew), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("level", string(in.Level))
	op.payload.add("days", strconv.Itoa(in.Days))
	return p.change(ctx, op, in.Partner, func(c *call, state PartnerState) ([]partner.Fact, apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, nil, err
		}
		level, days := in.Level, in.Days
		if level == "" {
			level = state.Level
		} else if _, ok := v.plan.Levels.Find(level); !ok {
			return nil, nil, &LevelError{Level: level}
		}
		if days == 0 {
			days = v.plan.Joining.ValidDays
		}
		if _, err := state.Status.Next(in.Partner, partner.MoveRenew); err != nil {
			return nil, nil, err
		}
		facts := []partner.Fact{{Partner: in.Partner, Kind: partner.FactValidUntil, Value: partner.InstantValue(state.Renew(level, days, c.at)), At: c.at}}
		if level != state.Level {
			facts = append(facts, partner.Fact{Partner: in.Partner, Kind: partner.FactLevel, Value: string(level), At: c.at})
		}
		return facts, publish, nil
	})
}

func nothing() error { return nil }

// change writes what is decided of a partner who is known. Its natural key is the partner, what else is named, and when.
func (p Partners) change(
	ctx context.Context, op operation, id partner.ID, decide func(*call, PartnerState) ([]partner.Fact, apply, error), named ...string,
) (PartnerState, error) {
	if err := partner.CheckID("partner", id); err != nil {
		return PartnerState{}, err
	}
	at := op.meta.At
	if at.IsZero() {
		at = p.now()
	}
	op.key = list(append(append([]string{string(id)}, named...), canonicalTime(at))...)
	op.addKeyedAt()
	return write(ctx, p.shell, op, func(c *call, out *PartnerState) (apply, error) {
		state, err := c.partner(id, c.at)
		if err != nil {
			return nil, err
		}
		if state.ID == "" {
			return nil, &NotFoundError{Record: "partner", ID: string(id)}
		}
		facts, first, err := decide(c, state)
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := first(); err != nil {
				return err
			}
			if err := c.learn(facts, "partner_"+op.name, string(id), map[string]any{"value": facts[0].Value}); err != nil {
				return err
			}
			*out, err = c.partner(id, c.at)
			return err
		}, nil
	}, func(c *call, first store.Claim, out *PartnerState) error {
		var err error
		*out, err = c.partner(id, c.at)
		return err
	})
}

// CheckDelete returns nil if the shop can delete a member now, else a [*partner.DeleteError] with everything that is against it: he is a partner, money of
// his is open, or a withdrawal is.
func (p Partners) CheckDelete(ctx context.Context, id partner.ID) error {
	return p.view(ctx, func(tx store.Tx) error {
		c := &call{shell: p.shell, ctx: ctx, tx: tx}
		state, err := c.partner(id, p.now())
		if err != nil {
			return err
		}
		balances, err := tx.Balances(ctx, []partner.ID{id})
		if err != nil {
			return err
		}
		open, withdrawing := false, false
		for _, b := range balances[0] { // of every currency
			for _, a := range []money.Amount{b.Pending, b.Available, b.Withdrawing, b.Debt} {
				open = open || !a.IsZero()
			}
			withdrawing = withdrawing || !b.Withdrawing.IsZero()
		}
		return state.CheckDelete(id, open, withdrawing)
	})
}
