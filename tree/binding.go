package tree

import (
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Binding is one attempt to bind a customer to an owner: a click, a scan, an assignment. All attempts are kept; who owns the customer at an instant is
// derived from them.
type Binding struct {
	ID       string // unique within the tenant; it decides between attempts at the same instant
	Customer partner.Customer
	Owner    partner.ID
	At       time.Time      // when it happened, by the host's clock
	Had      partner.ID     // who owned the customer when it was recorded; "" for nobody
	Reason   partner.Reason // why it changed nothing then; "" if it bound the customer
	partner.Record
}

// Reasons why an attempt to bind changes nothing.
const (
	// Owned: the customer has another owner, who keeps him.
	Owned partner.Reason = "owned"
	// SameOwner: the customer has this owner already.
	SameOwner partner.Reason = "same_owner"
	// IsPartner: the customer is in the tree himself; his line is his own.
	IsPartner partner.Reason = "is_partner"
	// UnknownOwner: there is no such partner.
	UnknownOwner partner.Reason = "unknown_owner"
	// InactiveOwner: the owner earns nothing at that time.
	InactiveOwner partner.Reason = "inactive_owner"
)

// couldBind reports whether the attempt binds a customer whom nobody owns before it: one that another owner stood against does.
func (b *Binding) couldBind() bool {
	return b.Reason == "" || b.Reason == Owned || b.Reason == SameOwner
}

// OwnerAt returns who owns the customer of these attempts at an instant: the owner of the first attempt in (time, id) order that is not after it, since
// the first owner stays; attempts for an owner who could have none, or of a partner, do not count. No such attempt gives "". Attempts may come in any
// order.
func OwnerAt(attempts []Binding, instant time.Time) partner.ID {
	var first *Binding
	for i := range attempts {
		a := &attempts[i]
		if a.couldBind() && !a.At.After(instant) && (first == nil || before(a, first)) {
			first = a
		}
	}
	if first == nil {
		return ""
	}
	return first.Owner
}

func before(a, b *Binding) bool {
	if c := a.At.Compare(b.At); c != 0 {
		return c < 0
	}
	return a.ID < b.ID
}

// SortBindings sorts attempts into the order in which they count: by time, then id.
func SortBindings(attempts []Binding) {
	slices.SortFunc(attempts, func(a, b Binding) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}
