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

// Shares collects what a rule decides. Pay and Skip run for every upline of every order; they set the fields of what lies in the buffers one by one,
// which is several times faster than to append a whole new one.
type Shares struct {
	result    *Result
	rule      string
	promotion *Applied // of the line
	care      bool     // whether a share can have a factor
}

// Pay pays the upline at index of Input.Uplines. Slot is 0 for a rule without slots. A rate that is not set or is 0 becomes a reason.
func (s *Shares) Pay(index, slot int, rate Rate, source Source) {
	r := s.result
	n := len(r.shares)
	if rate.coefficient == 0 || n == cap(r.shares) || s.care {
		s.payWithCare(index, slot, rate, source)
		return
	}
	r.shares = r.shares[:n+1]
	share, u := &r.shares[n], &r.uplines[index]
	share.Slot, share.Position, share.Rate = int32(slot), int32(index+1), rate
	share.Payee, share.Level, share.Rule, share.Source, share.Campaign, share.Promotion = u.Partner, u.Level, s.rule, source, nil, nil
}

// payWithCare is Pay where the rate is none or 0, there are campaigns or a promotion, or the buffer is full.
func (s *Shares) payWithCare(index, slot int, rate Rate, source Source) {
	r := s.result
	switch {
	case !rate.IsSet():
		s.Skip(index, slot, NoRate)
	case rate.coefficient == 0:
		s.Skip(index, slot, ZeroRate)
	default:
		u := &r.uplines[index]
		r.shares = append(r.shares, Share{
			Payee: u.Partner, Level: u.Level, Rule: s.rule, Slot: int32(slot), Position: int32(index + 1),
			Rate: rate, Source: source, Campaign: r.calc.campaignFor(r.order, s.rule, slot), Promotion: s.promotion,
		})
	}
}

// Skip records that the upline at index of Input.Uplines (-1: nobody stands there) gets nothing from this rule, and why.
func (s *Shares) Skip(index, slot int, reason partner.Reason) {
	r := s.result
	n := len(r.skips)
	if n == cap(r.skips) || index < 0 {
		s.skipWithCare(index, slot, reason)
		return
	}
	r.skips = r.skips[:n+1]
	skip := &r.skips[n]
	skip.Slot, skip.Position = int32(slot), int32(index+1)
	skip.Rule, skip.Partner, skip.Reason = s.rule, r.uplines[index].Partner, reason
}

// skipWithCare is Skip where nobody stands or the buffer is full.
//
//go:noinline
func (s *Shares) skipWithCare(index, slot int, reason partner.Reason) {
	skip := Skip{Rule: s.rule, Slot: int32(slot), Position: int32(index + 1), Reason: reason}
	if index >= 0 {
		skip.Partner = s.result.uplines[index].Partner
	}
	s.result.skips = append(s.result.skips, skip)
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
	FromKind
	FromSKU
	FromProduct
	FromCategory
	FromPartner
	FromLevel
	FromDefault
	FromTeam
	FromDifferential
)

var sourceNames = []string{"line", "kind", "sku", "product", "category", "partner", "level", "default", "team", "differential"}

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
