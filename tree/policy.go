package tree

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Policy is the binding section of a plan: what binds a customer to an owner, for how long, and who can take him away. The zero Policy is the default: a
// share binds, and the first owner stays for ever. [Policy.WithDefaults] shows what is left out.
type Policy struct {
	// On is what binds a customer.
	On Trigger `json:"on,omitempty"`
	// SameOrder says whether an order whose payment binds the customer is the sale of the owner to whom it binds him. Otherwise only later ones are.
	SameOrder bool `json:"sameOrder,omitempty"`
	// Days is for how many days of 24 hours a customer is bound: from the instant of the binding on, and not at the instant at which they are over. 0: for
	// ever. Another number of days counts from the same instant.
	Days int `json:"days,omitempty"`
	// RenewOnOrder lets an order begin the days again: they are over Days after its payment, or later where they were.
	RenewOnOrder bool `json:"renewOnOrder,omitempty"`
	// LockOnOrder binds a customer for ever who has paid an order while he was bound.
	LockOnOrder bool `json:"lockOnOrder,omitempty"`
	// Touch says who has a customer whom several have brought.
	Touch Touch `json:"touch,omitempty"`
	// ProtectionDays is for how many days of 24 hours from the binding on nobody takes a customer whom the last one has who brought him.
	ProtectionDays int `json:"protectionDays,omitempty"`
	// NewCustomersOnly keeps a customer from being bound who has paid an order before.
	NewCustomersOnly bool `json:"newCustomersOnly,omitempty"`
	// Preempt is what takes a customer as long as his binding is pending: until he has paid an order while he was bound. It goes before touch and
	// protection. Empty: no binding is pending.
	Preempt []Cause `json:"preempt,omitempty"`
	// Unbind says what becomes of what is pending of an owner from the orders of a customer whom the shop takes from him.
	Unbind Unbind `json:"unbind,omitempty"`
}

// Trigger is what binds a customer.
type Trigger string

// The triggers.
const (
	// OnShare: he clicks a link, scans a code, adds a partner as a contact, or places an order of his. The default.
	OnShare Trigger = "share"
	// OnOrder: he places an order.
	OnOrder Trigger = "order"
	// OnPayment: he pays an order that names a partner.
	OnPayment Trigger = "payment"
)

// Touch is who has a customer whom several have brought.
type Touch string

// The touches.
const (
	// TouchFirst: the first, as long as he is bound to him. The default.
	TouchFirst Touch = "first"
	// TouchLast: the last, once the protection of the one before is over. What the owner himself brings begins the days again.
	TouchLast Touch = "last"
)

// Unbind is what becomes of pending commission where a customer is unbound.
type Unbind string

// What becomes of it.
const (
	// UnbindKeeps: it stays the owner's. The default.
	UnbindKeeps Unbind = "keep"
	// UnbindVoids: it is the shop's, of all orders that are the owner's since the customer was bound to him. Those above the owner keep theirs.
	UnbindVoids Unbind = "void"
)

// maxDays keeps times within what every store can hold.
const maxDays = 3650

// WithDefaults returns the section with every field that was left out set to what it means.
func (p Policy) WithDefaults() Policy {
	if p.On == "" {
		p.On = OnShare
	}
	if p.Touch == "" {
		p.Touch = TouchFirst
	}
	if p.Unbind == "" {
		p.Unbind = UnbindKeeps
	}
	return p
}

// Validate returns every problem of the section, nil if there is none.
func (p Policy) Validate() []partner.Problem {
	p = p.WithDefaults()
	var problems []partner.Problem
	add := func(when bool, path, format string, args ...any) {
		if when {
			problems = append(problems, partner.Problem{Path: "binding." + path, Message: fmt.Sprintf(format, args...)})
		}
	}
	triggers, touches, unbinds := []Trigger{OnShare, OnOrder, OnPayment}, []Touch{TouchFirst, TouchLast}, []Unbind{UnbindKeeps, UnbindVoids}
	add(!slices.Contains(triggers, p.On), "on", "%q is none of %q", p.On, triggers)
	add(!slices.Contains(touches, p.Touch), "touch", "%q is none of %q", p.Touch, touches)
	add(!slices.Contains(unbinds, p.Unbind), "unbind", "%q is none of %q", p.Unbind, unbinds)
	for _, d := range []struct {
		path string
		days int
	}{{"days", p.Days}, {"protectionDays", p.ProtectionDays}} {
		add(d.days < 0 || d.days > maxDays, d.path, "from 0 to %d days, not %d", maxDays, d.days)
	}
	add(p.SameOrder && !p.BindsByPayment(), "sameOrder", `no payment binds: it means something only where "on" is %q or "preempt" has %q`, OnPayment, ByPayment)
	add(p.RenewOnOrder && p.Days == 0, "renewOnOrder", `a binding for ever needs no renewal; set "days"`)
	add(p.RenewOnOrder && p.LockOnOrder, "renewOnOrder", `an order that binds for ever renews nothing; leave out one of "renewOnOrder" and "lockOnOrder"`)
	add(p.LockOnOrder && p.Days == 0 && p.Touch == TouchFirst, "lockOnOrder", `the first owner stays for ever as it is; set "days", or "touch": %q`, TouchLast)
	add(p.ProtectionDays > 0 && p.Touch == TouchFirst, "protectionDays", `nobody takes a customer from the first owner; set "touch": %q`, TouchLast)
	add(p.Days > 0 && p.ProtectionDays > p.Days, "protectionDays", "nobody is protected for %d days who is bound for %d", p.ProtectionDays, p.Days)
	for i, cause := range p.Preempt {
		path := fmt.Sprintf("preempt[%d]", i)
		add(!slices.Contains(attempts, cause), path, "%q is none of %q", cause, attempts)
		add(slices.Contains(p.Preempt[:i], cause), path, "%q stands there already", cause)
	}
	return problems
}

// KeepsOrders reports whether orders decide who owns a customer, so that each order that is paid under this policy is kept among what is known of him.
func (p Policy) KeepsOrders() bool {
	return p.On == OnPayment || p.RenewOnOrder || p.LockOnOrder || p.NewCustomersOnly || len(p.Preempt) > 0
}

// BindsByPayment reports whether the payment of an order that names a partner can bind.
func (p Policy) BindsByPayment() bool {
	return p.On == OnPayment || slices.Contains(p.Preempt, ByPayment)
}

// triggers reports whether an attempt of this cause binds.
func (p Policy) triggers(cause Cause) bool {
	switch p.On {
	case OnOrder:
		return cause == ByOrder
	case OnPayment:
		return cause == ByPayment
	}
	return cause == ByShare || cause == ByContact || cause == ByOrder
}

// Dated is a policy with the first instant from which it is in force.
type Dated struct {
	From time.Time
	Policy
}

// inForce returns the policy of an instant: of those that have begun the one that began last, and of those the last; the default where none has.
func inForce(policies []Dated, instant time.Time) Policy {
	var found *Dated
	for i := range policies {
		if p := &policies[i]; !p.From.After(instant) && (found == nil || !p.From.Before(found.From)) {
			found = p
		}
	}
	if found == nil {
		return Policy{}
	}
	return found.Policy
}

func afterDays(t time.Time, days int) time.Time { return t.Add(time.Duration(days) * 24 * time.Hour) }
