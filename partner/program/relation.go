package program

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// bindingProblems are those of the binding section, and of what the joining section has against it.
func (p Plan) bindingProblems() []partner.Problem {
	problems := p.Binding.Validate()
	if p.Binding.On == tree.OnPayment {
		problems = append(problems, p.Joining.CheckFirstPayment()...)
	}
	return problems
}

// policies returns the binding sections of all plans, each from when it is in force.
func (c *call) policies() ([]tree.Dated, error) {
	versions, err := c.versions()
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return []tree.Dated{{Policy: c.config.Plan.Binding}}, nil
	}
	policies := make([]tree.Dated, len(versions))
	for i, v := range versions {
		policies[i] = tree.Dated{From: v.stored.From, Policy: v.plan.Binding}
	}
	return policies, nil
}

// ownerOf returns who owns a customer of whom this is known as of an instant, "" for nobody.
func (c *call) ownerOf(known []tree.Binding, at time.Time) (partner.ID, error) {
	if len(known) == 0 {
		return "", nil
	}
	policies, err := c.policies()
	if err != nil {
		return "", err
	}
	return tree.OwnerAt(known, at, policies...), nil
}

// owner returns who owns a customer as of an instant, "" for nobody.
func (c *call) owner(customer partner.Customer, at time.Time) (partner.ID, error) {
	known, err := c.tx.Bindings(c.ctx, []partner.Customer{customer})
	if err != nil {
		return "", err
	}
	return c.ownerOf(known[0], at)
}

// History returns to whom a customer belonged, one time after the other, by all that is known now: who owned him at any instant. What orders paid by what was
// known before stays.
func (t Team) History(ctx context.Context, customer partner.Customer) ([]tree.Held, error) {
	var out []tree.Held
	err := t.view(ctx, func(tx store.Tx) error {
		c := &call{shell: t.shell, ctx: ctx, tx: tx}
		known, err := tx.Bindings(ctx, []partner.Customer{customer})
		if err != nil {
			return err
		}
		policies, err := c.policies()
		out = tree.History(known[0], policies...)
		return err
	})
	return out, err
}

// Ownership returns to whom a customer belongs as of an instant (zero: now), and until when; the zero Ownership where he belongs to nobody.
func (t Team) Ownership(ctx context.Context, customer partner.Customer, at time.Time) (tree.Ownership, error) {
	if at.IsZero() {
		at = t.now()
	}
	var out tree.Ownership
	err := t.view(ctx, func(tx store.Tx) error {
		c := &call{shell: t.shell, ctx: ctx, tx: tx}
		known, err := tx.Bindings(ctx, []partner.Customer{customer})
		if err != nil {
			return err
		}
		policies, err := c.policies()
		out = tree.StandingAt(known[0], instant(at), policies...)
		return err
	})
	return out, err
}

// Bindings returns all that decides to whom a customer belongs, in the order in which it counts: every attempt to bind him, and every order of his where the
// plan lets orders decide.
func (t Team) Bindings(ctx context.Context, customer partner.Customer) ([]tree.Binding, error) {
	var out []tree.Binding
	err := t.view(ctx, func(tx store.Tx) error {
		known, err := tx.Bindings(ctx, []partner.Customer{customer})
		if err == nil {
			out = known[0]
		}
		return err
	})
	return out, err
}

// payment finds what an order tells of to whom its customer belongs, where the plan lets orders decide: whether its payment binds him to the partner whom it
// names, and, where the plan says so, whose sale it is by that.
func (c *call) payment(j *judged) error {
	policy := j.version.plan.Binding
	if !policy.KeepsOrders() {
		return nil
	}
	o := j.order
	j.payment = &tree.Binding{ID: c.token, Customer: o.Customer, By: tree.ByPayment, At: o.PaidAt, Had: j.owner, Record: c.record}
	names := o.Referrer != "" && string(o.Referrer) != string(o.Customer) && policy.BindsByPayment()
	plan := j.version.calc.Plan()
	if asked := plan.AttributedAt(o); !names && asked.Equal(o.PaidAt) {
		return nil
	}
	known, err := c.tx.Bindings(c.ctx, []partner.Customer{o.Customer})
	if err != nil {
		return err
	}
	if j.payment.Had, err = c.ownerOf(known[0], o.PaidAt); err != nil || !names {
		return err
	}
	j.payment.Owner, j.known = o.Referrer, known[0]
	out, err := c.bindable(*j.payment, known[0])
	if err != nil {
		return err
	}
	if j.payment.Reason = out.Reason; out.Bound && policy.SameOrder {
		j.owner = out.Owner
	}
	return nil
}

// gracedByPayment judges the orders again that the payment of another one reaches, which is posted so, because it binds their buyer.
func (c *call) gracedByPayment(j *judged, posting *settlement.Posting) ([]settlement.Posting, error) {
	if j.payment == nil || j.payment.Owner == "" || j.payment.Reason != "" {
		return nil, nil
	}
	if err := c.willCount(j.version, posting); err != nil {
		return nil, err
	}
	return c.graced(*j.payment, j.known)
}

// addPayment keeps what an order tells of to whom its customer belongs.
func (c *call) addPayment(j *judged) error {
	switch {
	case j.payment == nil:
		return nil
	case j.payment.Owner == "":
		return c.tx.AddBindings(c.ctx, []tree.Binding{*j.payment})
	}
	return c.addBinding(*j.payment)
}
