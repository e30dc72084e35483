package program

import (
	"context"
	"errors"
	"fmt"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Assign gives a customer who belongs to nobody to a partner. It needs Actor and Reason.
type Assign struct {
	Customer partner.Customer
	Owner    partner.ID
	Meta
}

// Bind attempts to bind a customer to an owner: whether it does, and for how long, the plan's binding section says; without one the first owner stays. Every
// attempt is kept as a record, and where it changes nothing the outcome names the owner and the reason. Orders that are nobody's and that it reaches within
// their plan's grace become the owner's. An unknown or inactive owner binds nothing and is a reason too, so that a bad link never disturbs the shop. It is
// [tree.ErrSelf] where somebody would own himself.
func (t Team) Bind(ctx context.Context, in Bind) (BindOutcome, error) {
	by := in.By
	if by == "" {
		by = tree.ByShare
	}
	if !by.Attempt() || by == tree.ByPayment {
		return BindOutcome{}, &MetaError{Field: "by", Problem: fmt.Sprintf("%q is none of %q", by, []tree.Cause{tree.ByShare, tree.ByContact, tree.ByOrder})}
	}
	return t.bind(ctx, "bind", in.Customer, in.Owner, by, in.Meta)
}

// Assign gives a customer who belongs to nobody to a partner, whatever binds by the plan. A customer who has an owner stays with him, and the outcome says so.
// It is a [*MetaError] where nobody says who does it and why, and its other errors are those of Bind.
func (t Team) Assign(ctx context.Context, in Assign) (BindOutcome, error) {
	if err := in.Meta.answerable(); err != nil {
		return BindOutcome{}, err
	}
	return t.bind(ctx, "assign", in.Customer, in.Owner, tree.ByAssignment, in.Meta)
}

// answerable returns an error unless it says who does something and why.
func (m Meta) answerable() error {
	switch {
	case m.Actor == "":
		return &MetaError{Field: "actor", Problem: "who decides this is named here"}
	case m.Reason == "":
		return &MetaError{Field: "reason", Problem: "why it is decided stands here"}
	}
	return nil
}

func (t Team) bind(ctx context.Context, name string, customer partner.Customer, owner partner.ID, by tree.Cause, meta Meta) (BindOutcome, error) {
	if err := errors.Join(partner.CheckID("customer", customer), partner.CheckID("owner", owner)); err != nil {
		return BindOutcome{}, err
	}
	if string(customer) == string(owner) {
		return BindOutcome{}, tree.ErrSelf
	}
	at := meta.At
	if at.IsZero() {
		at = t.now()
	}
	op := operation{name: name, key: list(string(customer), string(owner), canonicalTime(at)), meta: meta}
	op.payload.add("customer", string(customer))
	op.payload.add("owner", string(owner))
	if by == tree.ByContact || by == tree.ByOrder {
		op.key = list(string(customer), string(owner), canonicalTime(at), string(by))
		op.payload.add("by", string(by))
	}
	op.addKeyedAt()
	return write(ctx, t.shell, op, func(c *call, out *BindOutcome) (apply, error) {
		known, err := c.tx.LockBindings(ctx, []partner.Customer{customer})
		if err != nil {
			return nil, err
		}
		attempt := tree.Binding{ID: c.token, Customer: customer, Owner: owner, By: by, At: c.at, Record: c.record}
		if attempt.Had, err = c.ownerOf(known[0], c.at); err != nil {
			return nil, err
		}
		if *out, err = c.bindable(attempt, known[0]); err != nil {
			return nil, err
		}
		attempt.Reason = out.Reason
		var reached []settlement.Posting
		if out.Bound {
			if reached, err = c.graced(attempt, known[0]); err != nil {
				return nil, err
			}
		}
		return func() error {
			if err := c.addBinding(attempt); err != nil {
				return err
			}
			return c.attributeLate(reached)
		}, nil
	}, func(c *call, first store.Claim, out *BindOutcome) error {
		known, err := c.tx.Bindings(ctx, []partner.Customer{customer})
		if err != nil {
			return err
		}
		for _, b := range known[0] {
			if b.ID == first.Token {
				*out = BindOutcome{Owner: b.Had, Bound: b.Reason == "", Reason: b.Reason}
			}
		}
		if out.Bound {
			out.Owner = owner
		}
		return nil
	})
}

// addBinding keeps an attempt to bind, tells of it, and where its owner has left since it was made lets the customer go with that.
func (c *call) addBinding(b tree.Binding) error {
	if err := c.tx.AddBindings(c.ctx, []tree.Binding{b}); err != nil {
		return err
	}
	if err := c.emit("customer_bind", string(b.Customer), map[string]any{"owner": b.Owner, "reason": b.Reason}); err != nil {
		return err
	}
	return c.releaseLeft(b)
}

// bindable works out what an attempt to bind does to a customer of whom this is known. What keeps it from binding anybody is found first, whoever owns the
// customer: what comes to be known later can make who owns him another, and that stands.
func (c *call) bindable(attempt tree.Binding, known []tree.Binding) (BindOutcome, error) {
	owner, err := c.partner(attempt.Owner, attempt.At)
	if err != nil {
		return BindOutcome{}, err
	}
	self, err := c.partner(partner.ID(attempt.Customer), attempt.At)
	if err != nil {
		return BindOutcome{}, err
	}
	out := BindOutcome{Owner: attempt.Had}
	switch {
	case owner.ID == "":
		out.Reason = tree.UnknownOwner
	case owner.Bar() != "":
		out.Reason = tree.InactiveOwner
	case self.ID != "":
		out.Reason = tree.IsPartner
	default:
		policies, err := c.policies()
		if err != nil {
			return BindOutcome{}, err
		}
		if out.Reason, err = c.refusal(attempt, known, policies); err != nil || out.Reason != "" {
			return out, err
		}
		out.Owner, out.Bound = attempt.Owner, true
	}
	return out, nil
}

// refusal returns why the plan does not let an attempt bind, "" if it does. Of two at one instant the id decides.
func (c *call) refusal(attempt tree.Binding, known []tree.Binding, policies []tree.Dated) (partner.Reason, error) {
	_, reason := tree.Try(known, attempt, policies...)
	if reason != "" {
		return reason, nil
	}
	v, _, err := c.planAt("at", attempt.At)
	if errors.Is(err, ErrNoPlan) {
		return "", nil
	}
	if err != nil || !v.plan.Binding.NewCustomersOnly || !attempt.By.Attempt() {
		return "", err
	}
	// What he spent before orders were noted of him is known only as a sum.
	spent, err := c.tx.Spent(c.ctx, []partner.Customer{attempt.Customer})
	if err != nil || spent[0].IsZero() || hasOrders(known) {
		return "", err
	}
	return tree.NotNew, nil
}

// hasOrders reports whether orders of a customer are noted.
func hasOrders(known []tree.Binding) bool {
	for _, b := range known {
		if b.By == tree.ByPayment {
			return true
		}
	}
	return false
}
