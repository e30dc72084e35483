package storetest

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// To whom customers belong: what happened is played again from the beginning whenever it is asked.

// oracleBinding is something that can decide to whom a customer belongs.
type oracleBinding struct {
	customer partner.Customer
	owner    partner.ID // "" for nobody
	by       tree.Cause
	at       time.Time
	had      partner.ID // from whom somebody took him
	never    bool       // whether it binds nobody whatever was before: there was no such owner, he earned nothing, or the customer was no customer
}

// oracleOwned is that a customer is somebody's.
type oracleOwned struct {
	owner          partner.ID
	by             tree.Cause
	since, renewed time.Time // when he was bound, and from when the days count
	firm, forever  bool      // whether nothing preempts it, and whether an order has made it last for ever
}

const oracleDay = 24 * time.Hour

// policy is the binding section that is in force at an instant.
func (o *oracle) policy(at time.Time) tree.Policy {
	if version := o.planAt(at); version > 0 {
		return o.plan(version).Binding
	}
	return tree.Policy{}
}

// oracleBinds reports whether the policy lets a cause bind somebody who is free.
func oracleBinds(p tree.Policy, by tree.Cause) bool {
	switch p.On {
	case tree.OnOrder:
		return by == tree.ByOrder
	case tree.OnPayment:
		return by == tree.ByPayment
	}
	return by != tree.ByPayment
}

// oracleNotes reports whether orders decide by a policy to whom customers belong.
func oracleNotes(p tree.Policy) bool {
	return p.On == tree.OnPayment || p.NewCustomersOnly || len(p.Preempt) > 0 || p.RenewOnOrder || p.LockOnOrder
}

// lasts returns whose a customer still is at an instant.
func (h *oracleOwned) lasts(p tree.Policy, at time.Time) partner.ID {
	if over := h.renewed.Add(time.Duration(p.Days) * oracleDay); p.Days > 0 && !h.forever && !at.Before(over) {
		return ""
	}
	return h.owner
}

// known are the bindings of a customer in the order in which they happened; of one instant, in which they were recorded.
func (o *oracle) known(customer partner.Customer) (all []oracleBinding) {
	for _, b := range o.bindings {
		if b.customer == customer {
			all = append(all, b)
		}
	}
	slices.SortStableFunc(all, func(a, b oracleBinding) int { return a.at.Compare(b.at) })
	return all
}

// owner returns who owns a customer at an instant.
func (o *oracle) owner(customer partner.Customer, at time.Time) partner.ID {
	return o.ownerBy(o.known(customer), at)
}

func (o *oracle) ownerBy(known []oracleBinding, at time.Time) partner.ID {
	hold, _ := o.replay(known, at)
	return hold.lasts(o.policy(at), at)
}

// replay plays what happened up to an instant, and returns what it comes to and why the last of it bound nobody.
func (o *oracle) replay(known []oracleBinding, at time.Time) (h oracleOwned, reason partner.Reason) {
	var ordered *time.Time
	for i := range known {
		b := &known[i]
		if b.at.After(at) {
			break
		}
		p := o.policy(b.at)
		has := h.lasts(p, b.at)
		take := func(firm bool) {
			h, reason = oracleOwned{owner: b.owner, by: b.by, since: b.at, renewed: b.at, firm: firm}, ""
		}
		switch b.by {
		case tree.ByRelease, tree.ByVoid:
			h, reason = oracleOwned{}, ""
		case tree.ByTransfer:
			take(true)
		case tree.ByAssignment:
			if reason = oracleKeeps(has, b); reason == "" && !b.never {
				take(true)
			}
		default:
			if b.never || b.owner == "" {
				break
			}
			if reason = h.refuses(b, p, has, ordered); reason == "" {
				take(false)
			} else if reason == tree.SameOwner && p.Touch == tree.TouchLast && oracleBinds(p, b.by) && b.at.After(h.renewed) {
				h.renewed = b.at
			}
		}
		if b.by != tree.ByPayment {
			continue
		}
		if ordered == nil {
			ordered = &b.at
		}
		if h.lasts(p, b.at) != "" {
			h.firm, h.forever = true, h.forever || p.LockOnOrder
			if p.RenewOnOrder && b.at.After(h.renewed) {
				h.renewed = b.at
			}
		}
	}
	return h, reason
}

func oracleKeeps(has partner.ID, b *oracleBinding) partner.Reason {
	switch has {
	case "":
		return ""
	case b.owner:
		return tree.SameOwner
	}
	return tree.Owned
}

// refuses returns why an attempt does not bind somebody who is this one's, "" if it does.
func (h *oracleOwned) refuses(b *oracleBinding, p tree.Policy, has partner.ID, ordered *time.Time) partner.Reason {
	binds := oracleBinds(p, b.by)
	if has == b.owner {
		return tree.SameOwner
	}
	if p.NewCustomersOnly && ordered != nil && ordered.Before(b.at) {
		return tree.NotNew
	}
	if has != "" && h.forever {
		return tree.Locked
	}
	if has != "" && !h.firm && slices.Contains(p.Preempt, b.by) {
		return ""
	}
	if !binds {
		return tree.OtherTrigger
	}
	if has == "" {
		return ""
	}
	if p.Touch != tree.TouchLast {
		return tree.Owned
	}
	if b.at.Sub(h.since) < time.Duration(p.ProtectionDays)*oracleDay {
		return tree.Protected
	}
	return ""
}

// attempt works out what an attempt comes to: whose the customer was, and why it does not bind him. What keeps it from ever binding is noted on it.
func (o *oracle) attempt(b *oracleBinding) (had partner.ID, reason partner.Reason) {
	had = o.owner(b.customer, b.at)
	switch {
	case o.people[b.owner] == nil:
		reason = tree.UnknownOwner
	case !o.earns(b.owner, b.at):
		reason = tree.InactiveOwner
	case o.people[partner.ID(b.customer)] != nil:
		reason = tree.IsPartner
	}
	if reason != "" {
		b.never = true
		return had, reason
	}
	known := o.known(b.customer)
	noted := slices.ContainsFunc(known, func(k oracleBinding) bool { return k.by == tree.ByPayment })
	known = append(known, *b)
	slices.SortStableFunc(known, func(a, b oracleBinding) int { return a.at.Compare(b.at) })
	_, reason = o.replay(known, b.at)
	if reason == "" && b.by != tree.ByAssignment && o.policy(b.at).NewCustomersOnly && !noted && o.spent[b.customer] != 0 {
		b.never, reason = true, tree.NotNew // what he spent before orders were noted of him
	}
	return had, reason
}

// bind tries to bind a customer and returns who owns him then and why it was not by this attempt.
func (o *oracle) bind(b oracleBinding) (partner.ID, partner.Reason) {
	had, reason := o.attempt(&b)
	o.bindings = append(o.bindings, b)
	if reason == "" {
		had = b.owner
		o.graced(b)
		o.noteLate(b)
	}
	return had, reason
}

// payment is what the payment of an order tells of to whom its buyer belongs, nil for nothing, and whether it binds him; and whose he is then for the order
// itself.
func (o *oracle) payment(in *program.Order, owner partner.ID) (_ *oracleBinding, binds bool, _ partner.ID) {
	p := o.policy(in.PaidAt)
	if !oracleNotes(p) {
		return nil, false, owner
	}
	b := &oracleBinding{customer: in.Customer, by: tree.ByPayment, at: in.PaidAt}
	if in.Referrer == "" || string(in.Referrer) == string(in.Customer) || p.On != tree.OnPayment && !slices.Contains(p.Preempt, tree.ByPayment) {
		return b, false, owner
	}
	b.owner = in.Referrer
	if _, reason := o.attempt(b); reason != "" {
		return b, false, owner
	}
	if p.SameOrder {
		owner = b.owner
	}
	return b, true, owner
}
