package tree

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Ownership is to whom a customer belongs at an instant. The zero Ownership is that of one who belongs to nobody.
type Ownership struct {
	Owner   partner.ID
	By      Cause     // what bound him
	Since   time.Time // the first instant at which he belongs to him
	Until   time.Time // the first at which he does not any more, by the policy of the instant and if nothing happens; zero: never
	Pending bool      // whether what the policy of the instant names can take him
	Locked  bool      // whether an order has bound him for ever
}

// StandingAt returns to whom a customer belongs at an instant, derived as [OwnerAt] says.
func StandingAt(bindings []Binding, instant time.Time, policies ...Dated) Ownership {
	var r relation
	for _, b := range inOrder(bindings) {
		if b.At.After(instant) {
			break
		}
		r.take(&b, inForce(policies, b.At))
	}
	return r.at(instant, inForce(policies, instant))
}

// Try returns what an attempt would come to that is added to what is known of a customer: why it does not bind him, "" if it does, and to whom he belongs
// then. What was recorded with the attempt as its reason is its reason again where that does not follow from who owns the customer.
func Try(known []Binding, attempt Binding, policies ...Dated) (Ownership, partner.Reason) {
	all := inOrder(append(slices.Clone(known), attempt))
	var r relation
	for i := range all {
		reason := r.take(&all[i], inForce(policies, all[i].At))
		if all[i].ID == attempt.ID {
			return r.at(attempt.At, inForce(policies, attempt.At)), reason
		}
	}
	return Ownership{}, ""
}

// Held is a time for which a customer belonged to one owner: From is the first instant, To the first after it, zero for ever.
type Held struct {
	Owner    partner.ID
	By       Cause
	From, To time.Time
}

// History returns to whom a customer belonged, one time after the other; for the times between them he belonged to nobody. At every instant it says what
// [OwnerAt] does.
func History(bindings []Binding, policies ...Dated) []Held {
	bindings = inOrder(bindings)
	instants := make([]time.Time, 0, 2*len(bindings)+len(policies))
	for _, p := range policies {
		instants = append(instants, p.From)
		for _, b := range bindings {
			if p.Days > 0 {
				instants = append(instants, afterDays(b.At, p.Days))
			}
		}
	}
	for _, b := range bindings {
		instants = append(instants, b.At)
	}
	slices.SortFunc(instants, time.Time.Compare)
	var all []Held
	var r relation
	taken := 0
	for _, at := range slices.CompactFunc(instants, time.Time.Equal) {
		for ; taken < len(bindings) && !bindings[taken].At.After(at); taken++ {
			r.take(&bindings[taken], inForce(policies, bindings[taken].At))
		}
		now, n := r.at(at, inForce(policies, at)), len(all)
		open := n > 0 && all[n-1].To.IsZero()
		if open && all[n-1].Owner == now.Owner {
			continue
		}
		if open {
			all[n-1].To = at
		}
		if now.Owner != "" {
			all = append(all, Held{Owner: now.Owner, By: now.By, From: at})
		}
	}
	return all
}

// relation is what a customer's bindings up to some come to.
type relation struct {
	owner   partner.ID // who has him, if the days are not over
	by      Cause
	bound   time.Time // when he was bound
	renewed time.Time // from when the days count
	firm    bool      // whether the binding is not pending
	locked  bool
	orders  bool // whether he has paid any
	ordered time.Time
}

// until returns the first instant at which the binding holds no more, zero for never.
func (r *relation) until(p Policy) time.Time {
	if r.locked || p.Days == 0 {
		return time.Time{}
	}
	return afterDays(r.renewed, p.Days)
}

// at returns to whom he belongs at an instant by a policy, if nothing else has happened.
func (r *relation) at(instant time.Time, p Policy) Ownership {
	until := r.until(p)
	if r.owner == "" || !until.IsZero() && !instant.Before(until) {
		return Ownership{}
	}
	return Ownership{Owner: r.owner, By: r.by, Since: r.bound, Until: until, Pending: len(p.Preempt) > 0 && !r.firm, Locked: r.locked}
}

// take goes on by one binding, by the policy that was in force then, and returns why it bound nobody.
func (r *relation) take(b *Binding, p Policy) partner.Reason {
	owner := r.at(b.At, p).Owner
	switch b.By {
	case ByRelease, ByVoid:
		*r = relation{orders: r.orders, ordered: r.ordered}
		return ""
	case ByTransfer, ByImport:
		r.bind(b, true)
		return ""
	case ByAssignment:
		switch {
		case !b.couldBind():
			return b.Reason
		case owner == "":
			r.bind(b, true)
			return ""
		case owner == b.Owner:
			return SameOwner
		}
		return Owned
	case ByPayment:
		reason := b.Reason
		if b.couldBind() {
			reason = r.attempt(b, p, owner)
		}
		r.pay(b.At, p)
		return reason
	}
	if !b.couldBind() {
		return b.Reason
	}
	return r.attempt(b, p, owner)
}

// attempt binds him if the policy lets it, and returns why it does not. owner is who has him.
func (r *relation) attempt(b *Binding, p Policy, owner partner.ID) partner.Reason {
	by := b.By
	if by == "" {
		by = ByShare
	}
	triggers := p.triggers(by)
	switch {
	case owner == b.Owner:
		if triggers && p.Touch == TouchLast && b.At.After(r.renewed) {
			r.renewed = b.At
		}
		return SameOwner
	case p.NewCustomersOnly && r.orders && r.ordered.Before(b.At):
		return NotNew
	case owner == "" && triggers:
	case owner == "":
		return OtherTrigger
	case r.locked:
		return Locked
	case !r.firm && slices.Contains(p.Preempt, by):
	case !triggers:
		return OtherTrigger
	case p.Touch != TouchLast:
		return Owned
	case b.At.Before(afterDays(r.bound, p.ProtectionDays)):
		return Protected
	}
	r.bind(b, false)
	return ""
}

// bind gives him to the owner of a binding.
func (r *relation) bind(b *Binding, firm bool) {
	r.owner, r.by, r.bound, r.renewed, r.firm, r.locked = b.Owner, b.By, b.At, b.At, firm, false
	if r.by == "" {
		r.by = ByShare
	}
}

// pay notes an order that he paid.
func (r *relation) pay(at time.Time, p Policy) {
	if !r.orders {
		r.orders, r.ordered = true, at
	}
	if r.at(at, p).Owner == "" {
		return
	}
	r.firm = true
	r.locked = r.locked || p.LockOnOrder
	if p.RenewOnOrder && at.After(r.renewed) {
		r.renewed = at
	}
}
