package partner

import (
	"slices"
	"strings"
	"time"
)

// Partner is one who takes part, as recorded when he was added. What changes later is a [Fact].
type Partner struct {
	ID     ID
	Joined time.Time // when he was added, by the host's clock
	Record
}

// Record is what every stored record says of its own origin.
type Record struct {
	Recorded time.Time // when it was written, by the library's clock
	Actor    string    // who caused it; "" for the host's own system
	Reason   string    // free text; "" for none
}

// Status is where a partner stands.
type Status string

const (
	// Candidate is known and has a place in the tree, but has not reached the plan's joining conditions: he earns nothing.
	Candidate Status = "candidate"
	// Active takes part.
	Active Status = "active"
)

// FactKind is what a fact is about.
type FactKind string

const (
	// FactStatus sets the status; the value is a [Status].
	FactStatus FactKind = "status"
	// FactLevel sets the level; the value is a [Level], "" for none.
	FactLevel FactKind = "level"
	// FactEarning freezes earnings or lifts the freeze; the value is [Frozen] or [Open].
	FactEarning FactKind = "earning"
)

// The values of a FactEarning.
const (
	Open   = "open"
	Frozen = "frozen"
)

// Fact is one thing that holds of a partner from an instant on, until the next fact of its kind.
type Fact struct {
	Partner ID
	Kind    FactKind
	Value   string
	At      time.Time // from when it holds, by the host's clock
	Seq     int64     // the order of recording within the partner: 1, 2, …
	Record
}

// State is what holds of a partner at an instant. The zero State is that of somebody who is no partner.
type State struct {
	Status  Status
	Level   Level
	Earning string
}

// Reasons why somebody in the line of an order earns nothing.
const (
	// NotPartner: there is no such partner at that time.
	NotPartner Reason = "not_partner"
	// NotYetPartner: a candidate, who has not reached the joining conditions.
	NotYetPartner Reason = "candidate"
	// EarningFrozen: the partner's earnings are frozen.
	EarningFrozen Reason = "earning_frozen"
)

// Bar returns why one in this state earns nothing, "" if he earns.
func (s State) Bar() Reason {
	switch {
	case s.Status == "":
		return NotPartner
	case s.Status == Candidate:
		return NotYetPartner
	case s.Earning == Frozen:
		return EarningFrozen
	}
	return ""
}

// At returns the state at an instant: of each kind the last fact whose At is not after it, and of those with equal At the last recorded. Facts may come
// in any order; no fact gives the zero State.
func At(facts []Fact, instant time.Time) State {
	var s State
	for _, f := range Sorted(facts) {
		if f.At.After(instant) {
			break
		}
		switch f.Kind {
		case FactStatus:
			s.Status = Status(f.Value)
		case FactLevel:
			s.Level = Level(f.Value)
		case FactEarning:
			s.Earning = f.Value
		}
	}
	return s
}

// Sorted returns the facts in the order in which they hold: by At, then by recording. The input is returned itself where it is in that order.
func Sorted(facts []Fact) []Fact {
	if slices.IsSortedFunc(facts, compareFacts) {
		return facts
	}
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, compareFacts)
	return facts
}

func compareFacts(a, b Fact) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Partner), string(b.Partner)); c != 0 {
		return c
	}
	return int(a.Seq - b.Seq)
}
