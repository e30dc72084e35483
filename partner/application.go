package partner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ApplicationID is the number of an application: 32 hex digits, never twice.
type ApplicationID string

// ApplicationState is where an application stands.
type ApplicationState string

// The states of an application.
const (
	// Open waits for a decision.
	ApplicationOpen ApplicationState = "open"
	// Approved made its applicant a partner.
	ApplicationApproved ApplicationState = "approved"
	// Rejected did not.
	ApplicationRejected ApplicationState = "rejected"
	// Cancelled was taken back by its applicant before a decision.
	ApplicationCancelled ApplicationState = "cancelled"
)

// Application is one application to become a partner. What it says is that of the instant at which it was made: a recruiter is not lost while it waits.
// Once decided it never changes; who applies again makes another.
type Application struct {
	ID        ApplicationID
	Revision  int64 // 1, 2, …: the number of its steps
	Applicant ID
	State     ApplicationState
	Level     Level         // asked for; "" is the plan's default level
	Recruiter ID            // who brought him; "" for nobody
	Source    string        // where he came from, as the shop calls it; "" for unknown
	At        time.Time     // when it was made, by the host's clock
	Plan      int           // the version of the plan by which it was made
	Answers   []FieldAnswer // in the order of the form
	Accepted  []Accepted    // in the order of the plan
	Flags     []Reason      // why somebody should look at it
	Steps     []ApplicationStep
	Record
}

// ApplicationStep is one step of an application: the state it came to, when, and by whom. The first is the application itself.
type ApplicationStep struct {
	State  ApplicationState
	At     time.Time
	Waived bool // of an approval: it was given although the threshold was not reached
	Banned bool // of a rejection: he cannot apply again
	Record
}

// Clone returns a copy that shares no memory.
func (a Application) Clone() Application {
	a.Answers, a.Accepted, a.Flags, a.Steps = slices.Clone(a.Answers), slices.Clone(a.Accepted), slices.Clone(a.Flags), slices.Clone(a.Steps)
	return a
}

// Decided reports whether it has ended.
func (a Application) Decided() bool { return a.State != ApplicationOpen }

// last is the step that ended it.
func (a *Application) last() ApplicationStep {
	if len(a.Steps) == 0 {
		return ApplicationStep{}
	}
	return a.Steps[len(a.Steps)-1]
}

// ErrNoReason is returned where a rejection gives none.
var ErrNoReason = errors.New("partner: a rejection needs a reason")

// ApplicationError lists everything that is wrong with what an applicant filled in. Nothing was recorded.
type ApplicationError struct {
	Problems []Problem
}

func (e *ApplicationError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "partner: application: " + strings.Join(texts, "; ")
}

// ApplyError says why somebody cannot apply now.
type ApplyError struct {
	Applicant ID
	Reason    Reason
	Open      ApplicationID // the one that is open
	Until     time.Time     // until when he has to wait
	Status    Status        // where he stands
	Verdict   Verdict       // what he has not reached
}

// Reasons why somebody cannot apply.
const (
	// AlreadyApplied: an application of his is open.
	AlreadyApplied Reason = "already_applied"
	// AlreadyPartner: he is a partner.
	AlreadyPartner Reason = "already_partner"
	// BannedFromApplying: an application of his was rejected for good. A partner is then made by adding him.
	BannedFromApplying Reason = "banned"
	// AppliesTooEarly: the days since his rejection are not over.
	AppliesTooEarly Reason = "reapply_too_early"
	// NotEligible: he has not reached what the plan asks.
	NotEligible Reason = "not_eligible"
	// MayNotRejoin: he has left, and the plan lets nobody come back who left so; its joining.leaving.rejoin lifts that.
	MayNotRejoin Reason = "may_not_rejoin"
)

func (e *ApplyError) Error() string {
	text := fmt.Sprintf("partner: %q cannot apply: %s", e.Applicant, ReasonEnglish(e.Reason))
	switch e.Reason {
	case AlreadyApplied:
		text += fmt.Sprintf(" (application %s); it is decided or cancelled first", e.Open)
	case AppliesTooEarly:
		text += " until " + e.Until.UTC().Format(time.RFC3339)
	case NotEligible:
		text += ": " + e.Verdict.String()
	}
	return text
}

// ApplicationStateError says that an application is not where a move begins: it has been decided.
type ApplicationStateError struct {
	ID    ApplicationID
	State ApplicationState
	Move  ApplicationState // to which it should have come
}

func (e *ApplicationStateError) Error() string {
	return fmt.Sprintf("partner: application %s is %s and cannot become %s; who applies again makes another", e.ID, e.State, e.Move)
}

// NotEligibleError says that an application cannot be approved, since what the plan asks is not reached, or is no longer. Waiving it lifts this.
type NotEligibleError struct {
	ID      ApplicationID
	Verdict Verdict
}

func (e *NotEligibleError) Error() string {
	return fmt.Sprintf("partner: application %s: what is asked is not reached; waive it to approve all the same: %s", e.ID, e.Verdict)
}

// Apply returns the application as it is recorded, open, or why it cannot be made: an [*ApplyError], or an [*ApplicationError] with everything that is
// wrong with what was filled in. before are all earlier applications of the same applicant, in any order, s where he stands; at and record of in say when.
func (j Joining) Apply(in Application, before []Application, s State, facts Facts, own Predicates) (Application, error) {
	reached, verdict := j.Reached(facts, own)
	if err := j.mayApply(in, before, s, reached, verdict); err != nil {
		return Application{}, err
	}
	problems := j.CheckForm(in.Answers, in.Accepted)
	if in.Recruiter == in.Applicant {
		problems = append(problems, Problem{Path: "recruiter", Message: "nobody can recruit himself"})
	}
	if len(in.Source) > MaxAnswer {
		problems = append(problems, Problem{Path: "source", Message: fmt.Sprintf("%d bytes are more than %d", len(in.Source), MaxAnswer)})
	}
	if len(problems) > 0 {
		return Application{}, &ApplicationError{Problems: problems}
	}
	out := in.Clone()
	out.State, out.Revision, out.Flags = ApplicationOpen, 1, verdict.Flags()
	out.Answers, out.Accepted = nil, nil
	for _, f := range j.Form {
		for _, a := range in.Answers {
			if a.Field == f.Key && strings.TrimSpace(a.Value) != "" {
				out.Answers = append(out.Answers, a)
			}
		}
	}
	for _, a := range j.Agreements {
		out.Accepted = append(out.Accepted, Accepted{Agreement: a.Key, Version: a.Version})
	}
	out.Steps = []ApplicationStep{{State: ApplicationOpen, At: in.At, Record: in.Record}}
	return out, nil
}

// mayApply returns why somebody cannot apply.
func (j Joining) mayApply(in Application, before []Application, s State, reached bool, verdict Verdict) error {
	e := &ApplyError{Applicant: in.Applicant, Status: s.Status}
	var rejected time.Time
	for i := range before {
		switch a, step := &before[i], before[i].last(); {
		case !a.Decided():
			e.Reason, e.Open = AlreadyApplied, a.ID
			return e
		case a.State == ApplicationRejected && step.Banned:
			e.Reason = BannedFromApplying
		case a.State == ApplicationRejected && step.At.After(rejected):
			rejected = step.At
		}
	}
	until := afterDays(rejected, j.ReapplyDays)
	switch {
	case e.Reason != "":
	case s.Status == Active || s.Status == Terminating:
		e.Reason = AlreadyPartner
	case (s.Status == Terminated || s.Status == ClearedOut) && !j.Leaving.MayRejoin(s.Status):
		e.Reason = MayNotRejoin
	case !rejected.IsZero() && in.At.Before(until):
		e.Reason, e.Until = AppliesTooEarly, until
	case !reached:
		e.Reason, e.Verdict = NotEligible, verdict
	default:
		return nil
	}
	return e
}

// Approve returns the application approved. reached and verdict are what [Joining.Reached] says at that time: what was reached when he applied may have
// been lost since. waive approves all the same. It is a [*NotEligibleError] or an [*ApplicationStateError] otherwise.
func (a Application) Approve(reached bool, verdict Verdict, waive bool, at time.Time, record Record) (Application, error) {
	if !reached && !waive && !a.Decided() {
		return a, &NotEligibleError{ID: a.ID, Verdict: verdict}
	}
	return a.move(ApplicationStep{State: ApplicationApproved, At: at, Waived: !reached, Record: record})
}

// Reject returns the application rejected; record says why, and without a reason it is [ErrNoReason]. ban keeps the applicant from applying again. It is
// an [*ApplicationStateError] once it is decided.
func (a Application) Reject(ban bool, at time.Time, record Record) (Application, error) {
	if strings.TrimSpace(record.Reason) == "" {
		return a, ErrNoReason
	}
	return a.move(ApplicationStep{State: ApplicationRejected, At: at, Banned: ban, Record: record})
}

// Cancel returns the application taken back by its applicant. It is an [*ApplicationStateError] once it is decided.
func (a Application) Cancel(at time.Time, record Record) (Application, error) {
	return a.move(ApplicationStep{State: ApplicationCancelled, At: at, Record: record})
}

func (a Application) move(step ApplicationStep) (Application, error) {
	if a.Decided() {
		return a, &ApplicationStateError{ID: a.ID, State: a.State, Move: step.State}
	}
	next := a.Clone()
	next.State, next.Revision, next.Steps = step.State, a.Revision+1, append(next.Steps, step)
	return next, nil
}
