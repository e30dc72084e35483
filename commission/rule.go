package commission

import (
	"github.com/fenrun/fenrun/partner"
)

// Rule decides who is paid for a line of an order, and at which rate. It says nothing about amounts: factors, rounding, caps and refunds are applied to
// its output afterwards, the same for every rule.
//
// A rule must be a pure function of its input, and must not look at the line's amounts: an output is a rate on a base or an amount for each unit, so
// that it scales by itself when a part is refunded. It is asked once for all lines of an order that have the same rates.
type Rule interface {
	Shares(in Input, out *Shares)
}

// Input is what a rule sees. It must not be changed or kept.
type Input struct {
	Order   *Order
	Line    *Line
	Uplines []Upline // from slot 1 upwards, the buyer himself already handled by the plan's self-purchase policy
	// Vacant is how many places at the beginning of Uplines are kept by the plan but not paid (self-purchase skip-slot).
	Vacant int

	rates *lineRates
}

// Rate returns the rate of a slot when payee holds it, by the plan's precedence, and where it came from. It is not set if nothing gives one.
func (in *Input) Rate(slot int, payee *Upline) (Rate, Source) { return in.rates.of(slot, payee) }

// Slots is how many slots the plan pays.
func (in *Input) Slots() int { return in.rates.calc.slots }

// Shares collects what a rule decides.
type Shares struct {
	result *Result
	rule   *string
}

// Pay pays the upline at index of Input.Uplines. Slot is 0 for a rule without slots. A rate that is not set or is 0 becomes a reason.
func (s *Shares) Pay(index, slot int, rate Rate, source Source) {
	switch {
	case !rate.IsSet():
		s.Skip(index, slot, NoRate)
	case rate.coefficient == 0:
		s.Skip(index, slot, ZeroRate)
	default:
		s.result.addShare(s.rule, index, slot, rate, source)
	}
}

// Skip records that the upline at index of Input.Uplines (-1: nobody stands there) gets nothing from this rule, and why.
func (s *Shares) Skip(index, slot int, reason partner.Reason) {
	s.result.addSkip(s.rule, index, slot, reason)
}

// Source is where a rate came from: a kind, and the key under which the plan has it.
type Source struct {
	Kind SourceKind `json:"kind"`
	Key  string     `json:"key,omitempty"`
}

// SourceKind is a kind of place that rates come from.
type SourceKind uint8

// The kinds, in order of precedence; FromTeam and FromDifferential are the rates of those rules.
const (
	FromLine SourceKind = iota
	FromSKU
	FromProduct
	FromCategory
	FromPartner
	FromLevel
	FromDefault
	FromTeam
	FromDifferential
)

var sourceNames = []string{"line", "sku", "product", "category", "partner", "level", "default", "team", "differential"}

// String returns the kind's name: "product".
func (k SourceKind) String() string { return optionText(k, sourceNames) }

// MarshalText writes the form of String.
func (k SourceKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (k *SourceKind) UnmarshalText(text []byte) error { return parseOption(k, text, sourceNames) }

// String returns the kind and the key: "product p2", or "default".
func (s Source) String() string {
	if s.Key == "" {
		return s.Kind.String()
	}
	return s.Kind.String() + " " + s.Key
}
