package program

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Add makes somebody a partner.
type Add struct {
	Partner   partner.ID
	Level     partner.Level // "": the plan's default level
	Candidate bool          // whether he begins as a recruit does: as a candidate, where the plan asks something of recruits
	Meta
}

// SetLevel gives a partner a level.
type SetLevel struct {
	Partner partner.ID
	Level   partner.Level
	// Until is the instant before which the level does not change by what he reaches. Zero: it does as soon as he reaches a higher one.
	Until time.Time
	Meta
}

// Freeze freezes a partner's earnings or withdrawals, or lifts the freeze.
type Freeze struct {
	Partner partner.ID
	Meta
}

// NotFoundError says that there is no such record.
type NotFoundError struct {
	Record string // "partner", "order", "withdrawal", "entry", "bonus"
	ID     string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("program: there is no %s %q", e.Record, e.ID)
}

// LevelError says that the plan has no such level.
type LevelError struct {
	Level partner.Level
}

func (e *LevelError) Error() string { return fmt.Sprintf("program: the plan has no level %q", e.Level) }

// PartnerState is a partner as of an instant.
type PartnerState struct {
	partner.Partner
	partner.State
	Recruiter partner.ID // who stands above him, or is the first to do so later; "" for none
}

// Add makes somebody a partner who earns from At on, whatever the plan asks of recruits; a candidate becomes a partner by it. Somebody who is a partner
// already stays what he is. A Candidate has a place in the tree, so that he can recruit, and earns nothing before he has reached what the plan asks of
// recruits; a plan that asks for nothing makes him a partner at once.
//
// It is a [*LevelError] for a level that the plan does not have, a [*partner.MoveError] for one who is leaving, or has left and cannot come back by the
// plan, and a [*partner.IDError] for an id that cannot be one.
func (p Partners) Add(ctx context.Context, in Add) (PartnerState, error) {
	if err := partner.CheckID("partner", in.Partner); err != nil {
		return PartnerState{}, err
	}
	op := operation{name: "add", meta: in.Meta, keyed: func(c *call) (string, error) { return c.joiningKey(in.Partner) }}
	if in.Candidate {
		op.name = "candidate" // not the same as becoming a partner later
	}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("level", string(in.Level))
	op.addKeyedAt()
	return write(ctx, p.shell, op, func(c *call, out *PartnerState) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		level, err := levelOnJoining(v.plan.Levels, in.Level)
		if err != nil {
			return nil, err
		}
		state, err := c.partner(in.Partner, c.at)
		if err != nil {
			return nil, err
		}
		if state.ID != "" && in.Level == "" {
			level = "" // a candidate keeps the level he has
		}
		status := partner.Active
		if in.Candidate {
			status = v.plan.Joining.StatusOnRecruit()
		}
		if state.Status == partner.Active || state.Status == status {
			*out = state
			return publish, nil
		}
		join, err := c.join(v, in.Partner, state, status, level)
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := inTurn(publish, join); err != nil {
				return err
			}
			*out, err = c.partner(in.Partner, c.at)
			return err
		}, nil
	}, func(c *call, first store.Claim, out *PartnerState) error {
		var err error
		*out, err = c.partner(in.Partner, c.at)
		return err
	})
}

// joiningKey is the natural key of somebody's joining: himself, and how often he has left before where he has, so that coming back is another operation than
// joining for the first time.
func (c *call) joiningKey(id partner.ID) (string, error) {
	facts, err := c.tx.Facts(c.ctx, []partner.ID{id})
	if err != nil {
		return "", err
	}
	left, live := 0, false
	for _, f := range facts[0] { // in the order in which they were recorded
		if f.Kind != partner.FactStatus {
			continue
		}
		if live && !partner.Status(f.Value).Live() {
			left++
		}
		live = partner.Status(f.Value).Live()
	}
	if left == 0 {
		return string(id), nil
	}
	return list(string(id), strconv.Itoa(left)), nil
}

func levelOnJoining(levels incentive.Levels, asked partner.Level) (partner.Level, error) {
	if asked == "" {
		return levels.OnJoining()
	}
	if _, ok := levels.Find(asked); !ok {
		return "", &LevelError{Level: asked}
	}
	return asked, nil
}

// partner returns what holds of somebody at an instant; the zero PartnerState for nobody.
func (c *call) partner(id partner.ID, at time.Time) (PartnerState, error) {
	found, err := c.tx.Partners(c.ctx, []partner.ID{id})
	if err != nil || found[0].ID == "" || !c.knows(found[0].Record) {
		return PartnerState{}, err
	}
	facts, err := c.tx.Facts(c.ctx, []partner.ID{id})
	if err != nil {
		return PartnerState{}, err
	}
	edges, err := c.edgesOf("", id)
	if err != nil {
		return PartnerState{}, err
	}
	state := PartnerState{Partner: found[0], State: partner.At(slices.DeleteFunc(facts[0], func(f partner.Fact) bool { return !c.knows(f.Record) }), at)}
	state.Recruiter = recruiterAt(slices.DeleteFunc(edges, func(e tree.Edge) bool { return !c.knows(e.Record) }), at)
	return state, nil
}

// knows reports whether what was recorded so counts for this call.
func (c *call) knows(r partner.Record) bool { return c.known.IsZero() || !r.Recorded.After(c.known) }

// At returns a partner as of an instant; the zero instant is now. It is a [*NotFoundError] for somebody who is none.
func (p Partners) At(ctx context.Context, id partner.ID, at time.Time) (PartnerState, error) {
	if at.IsZero() {
		at = p.now()
	}
	var out PartnerState
	err := p.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = (&call{shell: p.shell, ctx: ctx, tx: tx}).partner(id, instant(at))
		if err == nil && out.ID == "" {
			err = &NotFoundError{Record: "partner", ID: string(id)}
		}
		return err
	})
	return out, err
}

// Freeze freezes a partner's earnings: orders paid from At on pay him nothing. What he has earned stays his.
func (p Partners) Freeze(ctx context.Context, in Freeze) (PartnerState, error) {
	return p.set(ctx, "freeze", in.Partner, in.Meta, partner.FactEarning, partner.Frozen)
}

// Unfreeze lifts a freeze: orders paid from At on pay him again. What he missed he does not get.
func (p Partners) Unfreeze(ctx context.Context, in Freeze) (PartnerState, error) {
	return p.set(ctx, "unfreeze", in.Partner, in.Meta, partner.FactEarning, partner.Open)
}

// FreezeWithdrawal keeps a partner from withdrawing from At on. He goes on earning, and what he has stays his; withdrawals that he has asked for go on.
func (p Partners) FreezeWithdrawal(ctx context.Context, in Freeze) (PartnerState, error) {
	return p.set(ctx, "freeze_withdrawal", in.Partner, in.Meta, partner.FactWithdrawal, partner.Frozen)
}

// UnfreezeWithdrawal lets a partner withdraw again from At on.
func (p Partners) UnfreezeWithdrawal(ctx context.Context, in Freeze) (PartnerState, error) {
	return p.set(ctx, "unfreeze_withdrawal", in.Partner, in.Meta, partner.FactWithdrawal, partner.Open)
}

// set writes one fact. Its natural key is what it says and when.
func (p Partners) set(ctx context.Context, name string, id partner.ID, meta Meta, kind partner.FactKind, value string) (PartnerState, error) {
	op := operation{name: name, meta: meta}
	op.payload.add("partner", string(id))
	op.payload.add(name, value)
	return p.change(ctx, op, id, func(c *call, _ PartnerState) ([]partner.Fact, apply, error) {
		return []partner.Fact{{Partner: id, Kind: kind, Value: value, At: c.at}}, nothing, nil
	}, value)
}
