package commission

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Rule decides who is paid for a line of an order, and at which rate. It says nothing about amounts: factors, rounding, caps and refunds are applied to
// its output afterwards, the same for every rule.
//
// A rule must be a pure function of its input, and must not look at the line's amounts: an output is a rate on a base or an amount for each unit, so
// that it scales by itself when a part is refunded. It is asked once for all lines of an order that have the same rates; one of the shop's own for all
// that have the same SKU, product, category and rates.
type Rule interface {
	Shares(in *Input, out *Shares)
}

// Input is what a rule sees. It must not be changed or kept.
type Input struct {
	Order   *Order
	Line    *Line    // a rule of the shop's own sees its SKU, Product and Category
	Uplines []Upline // from slot 1 upwards, the buyer himself already handled by the plan's self-purchase policy
	// Vacant is how many places at the beginning of Uplines are kept by the plan but not paid (self-purchase skip-slot).
	Vacant int
	// Seats are those whom the plan itself names for the order, in the order of [Calculator.Seats].
	Seats []Upline
	// Paid is what the rules before this one have given for the line.
	Paid []Share

	rates *lineRates
}

// Rate returns the rate of a slot when payee holds it, by the plan's precedence, and where it came from. It is not set if nothing gives one.
func (in *Input) Rate(slot int, payee *Upline) (Rate, Source) { return in.rates.of(slot, payee) }

// seat returns the index, as Shares.Pay takes it, of somebody whom the plan names for the order, and him.
func (in *Input) seat(id partner.ID) (index int, seat *Upline) {
	i, _ := seatOf(in.Seats, id)
	return len(in.Uplines) + i, &in.Seats[i]
}

// Slots is how many slots the plan pays.
func (in *Input) Slots() int { return in.rates.calc.slots }

// Shares collects what a rule decides. Pay and Skip run for every upline of every order; they set the fields of what lies in the buffers one by one,
// which is several times faster than to append a whole new one.
type Shares struct {
	result    *Result
	rule      string
	careful   bool     // nothing is paid the fast way
	scale     uint8    // the plan's, at which quick turns rates into integers
	sum       uint64   // of those of the set
	least     uint64   // of those of the set
	promotion *Applied // of the line
	own       bool     // the rule is one of the shop's own
	line      LineID   // the line that it is asked about, for its errors
}

// payee returns who stands at an index of Input.Uplines or, from their number on, of Input.Seats.
func (r *Result) payee(index int) *Upline {
	if index < len(r.uplines) {
		return &r.uplines[index]
	}
	return &r.seats[index-len(r.uplines)]
}

// position is the place of an index in the line of uplines, 0 for a seat.
func (r *Result) position(index int) int32 {
	if index < len(r.uplines) {
		return int32(index + 1)
	}
	return 0
}

// Pay pays the upline at index of Input.Uplines or, from their number on, the one at that place of Input.Seats. Slot is 0 for a rule without slots. A
// rate that is not set or is 0 becomes a reason; for a rule of the shop's own, so does everything for which the payee earns nothing.
//
// A rule of the shop's own that names nobody, a slot that there is not, or the same payee twice in a slot, makes Calculate return a [*RuleError].
func (s *Shares) Pay(index, slot int, rate Rate, source Source) {
	if share := s.quick(index, slot, rate); share != nil {
		share.Source = source
		return
	}
	s.payWithCare(index, slot, rate, source, 0, 0)
}

// quick adds a share of an upline and returns it, without its source, where nothing has to be looked at with care; it returns nil where something has. A
// share of the base it turns into an integer at once, at the scale of the plan; where it does so with all shares of a set, closeSet has nothing to do.
func (s *Shares) quick(index, slot int, rate Rate) *Share {
	r := s.result
	n := len(r.shares)
	if rate.coefficient == 0 || n == cap(r.shares) || s.careful || index >= len(r.uplines) {
		return nil
	}
	r.shares = r.shares[:n+1]
	if rate.kind == percent && rate.scale <= s.scale && n == len(r.coefficients) && n < cap(r.coefficients) && s.sum < money.DividerLimit {
		coefficient := uint64(rate.coefficient) * tens[s.scale-rate.scale] // at most 10^18, since no share is above 1
		r.coefficients = r.coefficients[:n+1]
		r.coefficients[n] = int64(coefficient)
		s.sum, s.least = s.sum+coefficient, min(s.least, coefficient)
	}
	share, u := &r.shares[n], &r.uplines[index]
	share.Slot, share.Position, share.Rate, share.Weight, share.Weights = int32(slot), int32(index+1), rate, 0, 0
	share.Payee, share.Level, share.Rule, share.Campaign, share.Promotion = u.Partner, u.Level, s.rule, nil, nil
	return share
}

// PayPart pays a part of what a rate gives: weight of weights, which is the sum over all who divide it. Those of one slot and source who are named one
// after another divide one amount by largest remainder, so that together they get it to the last unit; a part that nobody is named for stays with the
// shop. A weight is at least 1, and the weights of those who divide an amount are not above their sum.
func (s *Shares) PayPart(index, slot int, rate Rate, source Source, weight, weights int32) {
	if s.own && (weight < 1 || weight > weights) {
		s.wrong("nobody gets %d parts of %d", weight, weights)
		return
	}
	s.payWithCare(index, slot, rate, source, weight, weights)
}

// payWithCare is Pay where the rate is none or 0, there are campaigns or a promotion, the rule is one of the shop's own, the payee has a seat or a part, or
// the buffer is full.
func (s *Shares) payWithCare(index, slot int, rate Rate, source Source, weight, weights int32) {
	r := s.result
	switch {
	case s.own && !s.grants(index, slot, &source):
	case !rate.IsSet():
		s.Skip(index, slot, NoRate)
	case rate.coefficient == 0:
		s.Skip(index, slot, ZeroRate)
	default:
		u := r.payee(index)
		r.shares = append(r.shares, Share{
			Payee: u.Partner, Level: u.Level, Rule: s.rule, Slot: int32(slot), Position: r.position(index), Weight: weight, Weights: weights,
			Rate: rate, Source: source, Campaign: r.applied(s.rule, slot, u, weight > 0), Promotion: s.promotion,
		})
	}
}

// juniors returns an empty buffer.
func (s *Shares) juniors() *[]junior {
	s.result.juniors = s.result.juniors[:0]
	return &s.result.juniors
}

// Skip records that the one at index of Input.Uplines or Input.Seats (-1: nobody stands there) gets nothing from this rule, and why.
func (s *Shares) Skip(index, slot int, reason partner.Reason) {
	r := s.result
	n := len(r.skips)
	if n == cap(r.skips) || s.own || uint(index) >= uint(len(r.uplines)) {
		s.skipWithCare(index, slot, reason)
		return
	}
	r.skips = r.skips[:n+1]
	skip := &r.skips[n]
	skip.Slot, skip.Position = int32(slot), int32(index+1)
	skip.Rule, skip.Partner, skip.Reason = s.rule, r.uplines[index].Partner, reason
}

// skipWithCare is Skip where nobody stands, somebody has a seat, the rule is one of the shop's own, or the buffer is full.
//
//go:noinline
func (s *Shares) skipWithCare(index, slot int, reason partner.Reason) {
	if !s.own || s.explains(index, slot, reason) {
		s.addSkip(index, slot, reason)
	}
}

func (s *Shares) addSkip(index, slot int, reason partner.Reason) {
	skip := Skip{Rule: s.rule, Slot: int32(slot), Reason: reason}
	if index >= 0 {
		skip.Partner, skip.Position = s.result.payee(index).Partner, s.result.position(index)
	}
	s.result.skips = append(s.result.skips, skip)
}

// Source is where a rate came from: a kind, and the key under which the plan has it.
type Source struct {
	Kind  SourceKind `json:"kind"`
	Key   string     `json:"key,omitempty"`
	Bonus *Raise     `json:"bonus,omitempty"` // what changed the rate; nil for none. It must not be changed.
	// Rate is the rate that stands there, where only a part of it is paid (a differential) or a share of others' rates (a peer bonus); nil where it is what
	// is paid. It must not be changed.
	Rate *Rate `json:"rate,omitempty"`
}

// at is the source of a part, of which the plan has the rate.
func (s Source) at(rate *Rate, part Rate) Source {
	if *rate != part {
		s.Rate = rate
	}
	return s
}

// SourceKind is a kind of place that rates come from.
type SourceKind uint8

// The kinds, in order of precedence; from FromTeam on they are the rates of the rules of those names, from FromLadder on of period bonuses, then of one-off ones.
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
	FromRecruiter
	FromPeer
	FromTerritory
	FromFee
	FromLadder
	FromPool
	FromTiers
	FromUpgrade    // a one-off bonus for a level
	FromFirstOrder // a one-off bonus for a first order
	FromOwn        // whatever a rule of the shop's own knows
)

var sourceNames = []string{
	"line", "kind", "sku", "product", "category", "partner", "level", "default", "team", "differential", "recruiter", "peer", "territory", "fee", "ladder", "pool",
	"tiers", "upgrade", "first-order", "own",
}

// String returns the kind's name: "product".
func (k SourceKind) String() string { return OptionText(k, sourceNames) }

// MarshalText writes the form of String.
func (k SourceKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (k *SourceKind) UnmarshalText(text []byte) error { return ParseOption(k, text, sourceNames) }

// String returns the kind and the key: "product p2", or "default"; with a bonus "product p2, plus 2% for level gold";
// where something else is paid than what stands there, "differential gold, at 25%".
func (s Source) String() string {
	text := s.Kind.String()
	if s.Key != "" {
		text += " " + s.Key
	}
	if s.Bonus != nil {
		text += ", " + s.Bonus.text()
	}
	if s.Rate != nil {
		text += ", at " + s.Rate.String()
	}
	return text
}
