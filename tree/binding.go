package tree

import (
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Binding is one thing that decides to whom a customer belongs: an attempt to bind him to an owner, such as a click, an order that he paid, or what somebody
// of the shop decided about him. All of them are kept; who owns the customer at an instant is derived from them.
type Binding struct {
	ID       string // unique within the tenant; it decides between those of the same instant
	Customer partner.Customer
	Owner    partner.ID     // "" for nobody: of a release, and of an order that names no partner
	By       Cause          // "" is ByShare
	At       time.Time      // when it happened, by the host's clock
	Had      partner.ID     // who owned the customer when it was recorded; "" for nobody
	Reason   partner.Reason // why it changed nothing then; "" if it did what it was to do
	partner.Record
}

// Cause is what a binding came of.
type Cause string

// The causes. The first four are attempts, which a plan lets bind or not; the others are decisions, which no plan keeps from anything.
const (
	ByShare      Cause = "share"      // he clicked a link or scanned a code
	ByContact    Cause = "contact"    // he added the partner as a contact
	ByOrder      Cause = "order"      // he placed an order of the partner
	ByPayment    Cause = "payment"    // he paid an order; its owner is the partner whom it names
	ByAssignment Cause = "assignment" // somebody of the shop assigned one who belonged to nobody
	ByTransfer   Cause = "transfer"   // somebody of the shop gave him to another, or his owner has left
	ByRelease    Cause = "release"    // he belongs to nobody from then on
	ByVoid       Cause = "void"       // as ByRelease, and what was pending of his owner from his orders is the shop's
	ByImport     Cause = "import"     // it was so where the relations were kept before
)

// attempts are the causes that a plan can let bind.
var attempts = []Cause{ByShare, ByContact, ByOrder, ByPayment}

// Attempt reports whether it is one that a plan lets bind or not.
func (c Cause) Attempt() bool { return c == "" || slices.Contains(attempts, c) }

// derived are the reasons that follow from who owned the customer: they may not stand when something that happened before comes to be known.
var derived = []partner.Reason{"", Owned, SameOwner, Protected, Locked, OtherTrigger}

// couldBind reports whether an attempt or an assignment binds a customer if the plan and what came before let it: one does not whose owner could have none, or
// that came of a partner.
func (b *Binding) couldBind() bool { return b.Owner != "" && slices.Contains(derived, b.Reason) }

// OwnerAt returns who owns a customer at an instant, "" for nobody: what all that is known of him comes to in (time, id) order, each by the policy that was
// in force when it happened, and how long by the one of the instant. Without a policy the first owner stays for ever. The bindings may come in any order.
func OwnerAt(bindings []Binding, instant time.Time, policies ...Dated) partner.ID {
	return StandingAt(bindings, instant, policies...).Owner
}

func compareBindings(a, b Binding) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// SortBindings sorts bindings into the order in which they count: by time, then id.
func SortBindings(bindings []Binding) { slices.SortFunc(bindings, compareBindings) }

// inOrder returns the bindings in that order: themselves where they are in it.
func inOrder(bindings []Binding) []Binding {
	if slices.IsSortedFunc(bindings, compareBindings) {
		return bindings
	}
	bindings = slices.Clone(bindings)
	SortBindings(bindings)
	return bindings
}
