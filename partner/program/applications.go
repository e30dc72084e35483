package program

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// Apply says that somebody applies to become a partner.
type Apply struct {
	Applicant partner.ID
	Level     partner.Level // asked for; "": the one with which a recruit begins
	Recruiter partner.ID    // who brought him; "": the recruiter that he has, or the partner to whom he is bound as a customer
	Source    string        // where he came from, as the shop calls it; "": unknown
	Answers   []partner.FieldAnswer
	Accepted  []partner.Accepted
	Meta
}

// Review decides on an application.
type Review struct {
	Application partner.ApplicationID
	Decision    partner.ApplicationState // approved, rejected, or cancelled by the applicant himself
	Waive       bool                     // to approve although what the plan asks is not reached
	Ban         bool                     // to reject for good: he cannot apply again
	Meta                                 // a rejection needs a Reason
}

// ApplicationOutcome says what became of an application.
type ApplicationOutcome struct {
	Application partner.Application
	Partner     PartnerState // the applicant; the zero PartnerState for one who is nobody yet
}

// DecisionError says that a review decides nothing.
type DecisionError struct {
	Decision partner.ApplicationState
}

func (e *DecisionError) Error() string {
	return "program: decision: an application is approved, rejected or cancelled, not \"" + string(e.Decision) + "\""
}

// Apply records an application, with its recruiter as of now, and approves it at once where the plan leaves nothing to review. It is a
// [*partner.ApplyError] where he cannot apply, because one of his is open, because what the plan asks is not reached, or because his recruiter may not
// recruit; a [*partner.ApplicationError] with everything that is wrong with what he filled in; a [*LevelError] for a level that the plan does not have, and a
// [*NotFoundError] for an unknown recruiter. Nothing is recorded then.
func (p Partners) Apply(ctx context.Context, in Apply) (ApplicationOutcome, error) {
	if err := partner.CheckID("applicant", in.Applicant); err != nil {
		return ApplicationOutcome{}, err
	}
	at := in.At
	if at.IsZero() {
		at = p.now()
	}
	op := operation{name: "apply", key: list(string(in.Applicant), canonicalTime(at)), meta: in.Meta, payload: in.payload()}
	op.addKeyedAt()
	return write(ctx, p.shell, op, func(c *call, out *ApplicationOutcome) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		in := in // fn may run again
		automatic := v.plan.Joining.Review == partner.ReviewAutomatic
		if automatic {
			if err := c.tx.LockTrees(ctx, recruiters); err != nil {
				return nil, err
			}
		}
		before, err := c.tx.LockApplications(ctx, []partner.ID{in.Applicant})
		if err != nil {
			return nil, err
		}
		who, err := c.applicant(v, in.Applicant)
		if err != nil {
			return nil, err
		}
		if err := c.recruiting(v, &in, who.state); err != nil {
			return nil, err
		}
		application, err := v.plan.Joining.Apply(partner.Application{
			ID: partner.ApplicationID(c.token), Applicant: in.Applicant, Level: in.Level, Recruiter: in.Recruiter, Source: in.Source, At: c.at,
			Plan: v.stored.Version, Answers: in.Answers, Accepted: in.Accepted, Record: c.record,
		}, before[0], who.state.State, who, c.config.Predicates)
		if who.err != nil || err != nil {
			return nil, firstOf(who.err, err)
		}
		saved, admit := []partner.Application{application}, apply(nothing)
		if automatic {
			reached, verdict := v.plan.Joining.Reached(who, c.config.Predicates)
			decided, err := application.Approve(reached, verdict, false, c.at, c.record)
			if err != nil {
				return nil, firstOf(who.err, err)
			}
			if admit, err = c.admit(v, decided, who.state); err != nil {
				return nil, err
			}
			saved = append(saved, decided)
		}
		return func() error {
			if err := publish(); err != nil {
				return err
			}
			for _, a := range saved {
				if err := c.saveApplication(a); err != nil {
					return err
				}
			}
			if err := admit(); err != nil {
				return err
			}
			out.Application = saved[len(saved)-1]
			out.Partner, err = c.partner(in.Applicant, c.at)
			return err
		}, nil
	}, func(c *call, first store.Claim, out *ApplicationOutcome) error {
		return c.applicationThen(partner.ApplicationID(first.Token), c.at, madeWith, out)
	})
}

// firstOf returns the first error that there is.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (in *Apply) payload() payload {
	var p payload
	p.add("applicant", string(in.Applicant))
	p.add("level", string(in.Level))
	p.add("recruiter", string(in.Recruiter))
	p.add("source", in.Source)
	var answers, accepted []string
	for _, a := range in.Answers {
		answers = append(answers, a.Field, a.Value)
	}
	for _, a := range in.Accepted {
		accepted = append(accepted, a.Agreement, a.Version)
	}
	p.add("answers", list(answers...))
	p.add("accepted", list(accepted...))
	return p
}

func (c *call) saveApplication(a partner.Application) error {
	if err := c.tx.SaveApplications(c.ctx, []partner.Application{a}); err != nil {
		return err
	}
	return c.emit("application_"+string(a.State), string(a.ID), map[string]any{"applicant": a.Applicant})
}

// madeWith reports whether a step was taken by the call that made the application: where the plan leaves nothing to review.
func madeWith(a *partner.Application, s partner.ApplicationStep) bool {
	return s.State == partner.ApplicationApproved && s.Record == a.Record && s.At.Equal(a.At)
}

// applicationThen reads an application, and its applicant, as they were after the last step that meets a condition.
func (c *call) applicationThen(id partner.ApplicationID, at time.Time, step func(*partner.Application, partner.ApplicationStep) bool, out *ApplicationOutcome) error {
	found, err := c.tx.Applications(c.ctx, []partner.ApplicationID{id})
	if err != nil {
		return err
	}
	a := found[0]
	for len(a.Steps) > 1 && !step(&a, a.Steps[len(a.Steps)-1]) {
		a.Steps = a.Steps[:len(a.Steps)-1]
	}
	if n := len(a.Steps); n > 0 {
		a.State, a.Revision = a.Steps[n-1].State, int64(n)
	}
	out.Application = a
	out.Partner, err = c.partner(a.Applicant, at)
	return err
}

// Review decides on an application, once and for all. An approval makes its applicant a partner, below the recruiter of the application, if what the plan
// asks is reached at that time too. It is a [*partner.ApplicationStateError] once it has been decided, a [*partner.NotEligibleError] where nothing waives
// what is not reached, [partner.ErrNoReason] for a rejection without one, a [*partner.MoveError] where the applicant has become a partner in another way,
// a [*tree.CycleError] where his recruiter stands below him, and a [*NotFoundError] for an unknown application.
func (p Partners) Review(ctx context.Context, in Review) (ApplicationOutcome, error) {
	if in.Decision != partner.ApplicationApproved && in.Decision != partner.ApplicationRejected && in.Decision != partner.ApplicationCancelled {
		return ApplicationOutcome{}, &DecisionError{Decision: in.Decision}
	}
	switch {
	case in.Waive && in.Decision != partner.ApplicationApproved:
		return ApplicationOutcome{}, &MetaError{Field: "waive", Problem: "it goes with an approval"}
	case in.Ban && in.Decision != partner.ApplicationRejected:
		return ApplicationOutcome{}, &MetaError{Field: "ban", Problem: "it goes with a rejection"}
	}
	op := operation{name: "review", key: list(string(in.Application), string(in.Decision)), meta: in.Meta}
	op.payload.add("application", string(in.Application))
	op.payload.add("decision", string(in.Decision))
	op.payload.add("waive", yes(in.Waive))
	op.payload.add("ban", yes(in.Ban))
	op.addKeyedAt()
	return write(ctx, p.shell, op, func(c *call, out *ApplicationOutcome) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		application, err := c.lockApplication(in.Application)
		if err != nil {
			return nil, err
		}
		decided, admit, err := c.decideApplication(v, application, &in)
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := inTurn(publish, func() error { return c.saveApplication(decided) }, admit); err != nil {
				return err
			}
			out.Application = decided
			out.Partner, err = c.partner(decided.Applicant, c.at)
			return err
		}, nil
	}, func(c *call, _ store.Claim, out *ApplicationOutcome) error {
		return c.applicationThen(in.Application, c.at, func(_ *partner.Application, s partner.ApplicationStep) bool { return s.State == in.Decision }, out)
	})
}

// yes is a flag as a fact of an operation.
func yes(set bool) string {
	if set {
		return "yes"
	}
	return ""
}

// lockApplication locks the tree, in which an approval gives the applicant a place, and the application.
func (c *call) lockApplication(id partner.ApplicationID) (partner.Application, error) {
	if err := c.tx.LockTrees(c.ctx, recruiters); err != nil {
		return partner.Application{}, err
	}
	found, err := c.tx.Applications(c.ctx, []partner.ApplicationID{id})
	if err != nil {
		return partner.Application{}, err
	}
	if found[0].ID == "" {
		return partner.Application{}, &NotFoundError{Record: "application", ID: string(id)}
	}
	locked, err := c.tx.LockApplications(c.ctx, []partner.ID{found[0].Applicant})
	if err != nil {
		return partner.Application{}, err
	}
	for _, a := range locked[0] {
		if a.ID == id {
			return a, nil
		}
	}
	return found[0], nil
}

// decideApplication works out what a decision makes of an application, and what else it writes.
func (c *call) decideApplication(v *version, a partner.Application, in *Review) (partner.Application, apply, error) {
	switch in.Decision {
	case partner.ApplicationRejected:
		decided, err := a.Reject(in.Ban, c.at, c.record)
		return decided, nothing, err
	case partner.ApplicationCancelled:
		decided, err := a.Cancel(c.at, c.record)
		return decided, nothing, err
	}
	who, err := c.applicant(v, a.Applicant)
	if err != nil {
		return a, nil, err
	}
	reached, verdict := v.plan.Joining.Reached(who, c.config.Predicates)
	if who.err != nil {
		return a, nil, who.err
	}
	decided, err := a.Approve(reached, verdict, in.Waive, c.at, c.record)
	if err != nil {
		return a, nil, err
	}
	admit, err := c.admit(v, decided, who.state)
	return decided, admit, err
}

// Applications returns at most limit applications that wait for a decision, with an id above after, in order of id, which is that of their making. The
// empty id begins.
func (p Partners) Applications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	var out []partner.Application
	err := p.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.OpenApplications(ctx, after, limit)
		return err
	})
	return out, err
}

// ApplicationsOf returns all applications of somebody in order of id.
func (p Partners) ApplicationsOf(ctx context.Context, id partner.ID) ([]partner.Application, error) {
	var out []partner.Application
	err := p.view(ctx, func(tx store.Tx) error {
		found, err := tx.ApplicationsOf(ctx, []partner.ID{id})
		if err == nil {
			out = found[0]
		}
		return err
	})
	return out, err
}
