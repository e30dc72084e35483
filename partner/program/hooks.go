package program

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Hooks are the shop's own code at five places. What is nil is not asked.
//
// A hook is asked within the transaction, which may run more than once: it decides from what it is given and from the shop's own records, and writes
// nothing; it must not call the programme. Its answer is checked; what makes no sense, and an error of its own, is a [*HookError], and nothing is written
// then. Attribute, Level and Verify are asked in this order about every order that is paid or quoted. A repeated call and a refund ask none of them again:
// what they said is frozen with the order. Only where the plan judges an order once more are they: Level at its release, all three where a binding reaches
// it within the plan's grace. A rule of the shop's own, which decides who is paid at which rate, is not a hook but a [commission.Rules].
type Hooks struct {
	Attribute Attributor // whose order it is
	Level     Leveler    // which level somebody has
	Verify    Verifier   // who must not be paid
	Release   Releaser   // whether an order that is due is released
	Measure   Measurer   // what the programme does not measure itself of somebody who wants to be a partner
}

// Sale is an order of which a hook is asked, with what is known so far. All of it is a copy.
type Sale struct {
	Tenant     store.Tenant
	Order      commission.Order      // with the lines of people in other trees, which are not yet known to Attribute
	At         time.Time             // as of when it is asked: the payment or, of a Leveler whose plan takes the levels of release, the end of the hold
	Candidates commission.Candidates // those whose line the order could pay
	Attributed commission.Attributed // by the plan; after Attribute, as that decided
	Uplines    []commission.Upline   // the line of people above the sale; not yet known to Attribute
	Seats      []commission.Upline   // those whom the plan names; not yet known to Attribute
}

// Attributor decides whose order it is: one of the candidates, any other partner, or, with a reason, nobody's. [Sale].Attributed is what the plan says, and
// the answer where the hook has nothing to say. Where the partner was found is worked out: By is not looked at.
type Attributor interface {
	Attribute(ctx context.Context, sale Sale) (commission.Attributed, error)
}

// Leveler decides which levels uplines, in every tree, and those with seats had at [Sale].At, "" for none. Whoever is left out keeps the one he has in the
// programme; whoever does not stand there is passed over. A level that the plan does not have is an error.
type Leveler interface {
	Level(ctx context.Context, sale Sale) (map[partner.ID]partner.Level, error)
}

// Verifier takes away what an order would pay: all of it, or what some would get.
type Verifier interface {
	Verify(ctx context.Context, sale Sale) (Verdict, error)
}

// Verdict is what a [Verifier] takes away. The zero Verdict takes nothing.
type Verdict struct {
	Order  partner.Reason                // why the order pays nobody, for ever; "": it pays. It is recorded, and counts as the buyer's spending.
	Payees map[partner.ID]partner.Reason // why some earn nothing from it. Whoever does not stand there, or earns nothing anyway, is passed over.
}

// Releaser may keep an order that is due from being released: its reason leaves everything pending, is shown on the order, and the next run asks again.
// "" releases it. An error makes the order one that could not be released.
type Releaser interface {
	Release(ctx context.Context, due Release) (partner.Reason, error)
}

// Release is an order that is due.
type Release struct {
	Tenant store.Tenant
	Order  settlement.Order // a copy; its Veto is the last answer
	At     time.Time        // the instant of the run
}

// AttributeFunc is a function that is an [Attributor].
type AttributeFunc func(ctx context.Context, sale Sale) (commission.Attributed, error)

// Attribute calls the function.
func (f AttributeFunc) Attribute(ctx context.Context, sale Sale) (commission.Attributed, error) {
	return f(ctx, sale)
}

// LevelFunc is a function that is a [Leveler].
type LevelFunc func(ctx context.Context, sale Sale) (map[partner.ID]partner.Level, error)

// Level calls the function.
func (f LevelFunc) Level(ctx context.Context, sale Sale) (map[partner.ID]partner.Level, error) {
	return f(ctx, sale)
}

// VerifyFunc is a function that is a [Verifier].
type VerifyFunc func(ctx context.Context, sale Sale) (Verdict, error)

// Verify calls the function.
func (f VerifyFunc) Verify(ctx context.Context, sale Sale) (Verdict, error) { return f(ctx, sale) }

// ReleaseFunc is a function that is a [Releaser].
type ReleaseFunc func(ctx context.Context, due Release) (partner.Reason, error)

// Release calls the function.
func (f ReleaseFunc) Release(ctx context.Context, due Release) (partner.Reason, error) {
	return f(ctx, due)
}

// HookError says that a hook failed or that its answer makes no sense.
type HookError struct {
	Hook    string // the field of [Hooks]
	Order   commission.OrderID
	Partner partner.ID // about whom Measure was asked, which is about no order
	Err     error
}

func (e *HookError) Error() string {
	if e.Order == "" {
		return fmt.Sprintf("program: hook %s, asked about %q: %s", e.Hook, e.Partner, e.Err)
	}
	return fmt.Sprintf("program: hook %s, asked about order %q: %s", e.Hook, e.Order, e.Err)
}

// Unwrap returns the hook's own error, or what is wrong with its answer.
func (e *HookError) Unwrap() error { return e.Err }

// sale is what a hook is shown of an order.
func (c *call) sale(j *judged, people [][]commission.Upline, at time.Time) Sale {
	order := *j.order
	order.Lines = slices.Clone(order.Lines)
	for i := range order.Lines {
		order.Lines[i].Rates = slices.Clone(order.Lines[i].Rates)
	}
	order.Trees = slices.Clone(order.Trees)
	for i := range order.Trees {
		order.Trees[i].Uplines = slices.Clone(order.Trees[i].Uplines)
	}
	return Sale{
		Tenant: c.tenant, Order: order, At: at, Candidates: j.candidates, Attributed: j.attributed,
		Uplines: slices.Clone(people[0]), Seats: slices.Clone(people[1]),
	}
}

// askWhose lets the shop decide whose order it is.
func (c *call) askWhose(j *judged) error {
	hook := c.config.Hooks.Attribute
	if hook == nil {
		return nil
	}
	wrong := func(err error) error { return &HookError{Hook: "Attribute", Order: j.order.ID, Err: err} }
	answer, err := hook.Attribute(c.ctx, c.sale(j, [][]commission.Upline{nil, nil}, j.order.PaidAt))
	switch {
	case err != nil:
		return wrong(err)
	case answer.Partner != "" && answer.Reason != "":
		return wrong(fmt.Errorf("it is %q's, and nobody's for the reason %q", answer.Partner, answer.Reason))
	case answer.Partner == "":
		if err := partner.CheckID("reason", answer.Reason); err != nil {
			return wrong(err)
		}
		j.attributed = commission.Attributed{Reason: answer.Reason}
		return nil
	case answer.Partner == j.attributed.Partner:
		return nil
	}
	state, err := c.partner(answer.Partner, j.order.PaidAt)
	switch {
	case err != nil:
		return err
	case state.ID == "":
		return wrong(fmt.Errorf("%q is no partner", answer.Partner))
	}
	j.attributed = commission.Attributed{Partner: answer.Partner, By: foundAt(j.candidates, answer.Partner)}
	return nil
}

// foundAt is the place where a partner stands among the candidates.
func foundAt(c commission.Candidates, id partner.ID) commission.Attribution {
	switch id {
	case c.Buyer:
		return commission.Buyer
	case c.Owner:
		return commission.Owner
	case c.Referrer:
		return commission.Referrer
	}
	return commission.Chosen
}

// askLevels lets the shop decide which levels people have at an instant.
func (c *call) askLevels(j *judged, people [][]commission.Upline, at time.Time) error {
	hook := c.config.Hooks.Level
	if hook == nil {
		return nil
	}
	wrong := func(err error) error { return &HookError{Hook: "Level", Order: j.order.ID, Err: err} }
	levels, err := hook.Level(c.ctx, c.sale(j, people, at))
	if err != nil {
		return wrong(err)
	}
	for _, list := range people {
		for i := range list {
			u := &list[i]
			level, decided := levels[u.Partner]
			if !decided {
				continue
			}
			if _, known := j.version.plan.Levels.Find(level); !known && level != "" {
				return wrong(fmt.Errorf("%s has level %q, which the plan does not have", u.Partner, level))
			}
			u.Level, u.Leader = level, j.version.plan.Levels.Leads(level)
		}
	}
	return nil
}

// askVerdict lets the shop take away what the order would pay.
func (c *call) askVerdict(j *judged, people [][]commission.Upline) error {
	hook := c.config.Hooks.Verify
	if hook == nil {
		return nil
	}
	wrong := func(err error) error { return &HookError{Hook: "Verify", Order: j.order.ID, Err: err} }
	verdict, err := hook.Verify(c.ctx, c.sale(j, people, j.order.PaidAt))
	if err != nil {
		return wrong(err)
	}
	if verdict.Order != "" {
		if err := partner.CheckID("reason", verdict.Order); err != nil {
			return wrong(err)
		}
		j.order.Bar = verdict.Order
	}
	for _, list := range people {
		for i := range list {
			reason := verdict.Payees[list[i].Partner]
			if reason == "" || list[i].Bar != "" {
				continue
			}
			if err := partner.CheckID("reason", reason); err != nil {
				return wrong(fmt.Errorf("%s: %w", list[i].Partner, err))
			}
			list[i].Bar = reason
		}
	}
	return nil
}

// askRelease finds why an order that is due should stay pending: an exchange that is open, or what the shop says.
func (c *call) askRelease(o settlement.Order, now time.Time) (partner.Reason, error) {
	if o.Exchanging() {
		return commission.ExchangeOpen, nil
	}
	hook := c.config.Hooks.Release
	if hook == nil {
		return "", nil
	}
	veto, err := hook.Release(c.ctx, Release{Tenant: c.tenant, Order: o.Clone(), At: now})
	if err == nil && veto != "" {
		err = partner.CheckID("reason", veto)
	}
	if err != nil {
		return "", &HookError{Hook: "Release", Order: o.ID, Err: err}
	}
	return veto, nil
}
