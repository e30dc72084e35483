package program

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// applicant is somebody who applies: what holds of him, and what is known of him. It is [partner.Facts].
type applicant struct {
	*measured
	state PartnerState
}

func (c *call) applicant(v *version, id partner.ID) (*applicant, error) {
	state, err := c.partner(id, c.at)
	return &applicant{measured: c.measured(v, id), state: state}, err
}

// recruiting finds who recruits an applicant, and checks the level that he asks for.
func (c *call) recruiting(v *version, in *Apply, state PartnerState) error {
	if in.Level != "" {
		if _, ok := v.plan.Levels.Find(in.Level); !ok {
			return &LevelError{Level: in.Level}
		}
	}
	named := in.Recruiter != "" && state.Recruiter == ""
	switch {
	case in.Recruiter == in.Applicant:
		return tree.ErrSelf
	case state.Recruiter != "": // for ever
		in.Recruiter = state.Recruiter
		return nil
	case !named:
		owner, err := c.owner(partner.Customer(in.Applicant), c.at)
		if err != nil || owner == "" {
			return err
		}
		in.Recruiter = owner
	}
	known, err := c.partner(in.Recruiter, c.at)
	if err != nil {
		return err
	}
	if known.ID == "" {
		return &NotFoundError{Record: "partner", ID: string(in.Recruiter)}
	}
	above, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Start: in.Recruiter, At: c.edgeFrom()}})
	if err != nil {
		return err
	}
	by, reason, err := c.entitled(v, above[0])
	if err == nil && reason != "" && named {
		return &partner.ApplyError{Applicant: in.Applicant, Reason: reason, Status: state.Status}
	}
	in.Recruiter = by.ID
	return err
}

// admit returns what makes an applicant a partner whose application is approved: at the level that he asked for, or a higher one that he has reached by
// then, below the recruiter of his application.
func (c *call) admit(v *version, a partner.Application, state PartnerState) (apply, error) {
	level := a.Level
	if _, ok := v.plan.Levels.Find(level); !ok && level != "" {
		return nil, &LevelError{Level: level}
	}
	if level == "" && (state.ID == "" || state.Level == "") {
		recruiter, err := c.standing(a.Recruiter)
		if err != nil {
			return nil, err
		}
		if level, err = v.plan.Levels.OnJoining(); err != nil {
			return nil, err
		}
		if a.Recruiter != "" {
			level = v.plan.Levels.RecruitLevel(recruiter.Level)
		}
	}
	join, err := c.join(v, a.Applicant, state, partner.Active, level)
	if err != nil {
		return nil, err
	}
	rise := func() error {
		_, err := c.rise(c.measured, a.Applicant)
		return err
	}
	kept, err := c.keptBy("", a.Applicant)
	if err != nil {
		return nil, err
	}
	if a.Recruiter == "" || kept != "" {
		return func() error { return inTurn(join, rise) }, nil
	}
	if _, err := c.checkEdge("", a.Applicant, a.Recruiter); err != nil {
		return nil, err
	}
	return func() error {
		return inTurn(join, func() error { return c.addEdge("", a.Applicant, a.Recruiter) }, rise)
	}, nil
}

// Progress returns how what the plan asks of somebody stands for him now, by the same evaluation as decides whether he becomes a partner.
func (p Partners) Progress(ctx context.Context, id partner.ID) (partner.Verdict, error) {
	var out partner.Verdict
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
		_, out = v.plan.Joining.Reached(who, c.config.Predicates)
		return who.err
	})
	return out, err
}
