package commission

import (
	"math"
	"math/bits"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// set is what the rules gave for all lines that have the same rates: a part of the result's shares and skips.
type set struct {
	shares, sharesEnd int
	skips, skipsEnd   int

	// An amount of the set is base (or units) × coefficient / 10^shift, with one shift for all its shares and the coefficients beside them.
	shift   int
	wide    bool          // some coefficient does not fit an int64: amounts are worked out with large numbers
	fast    bool          // all shares are of the base, and the sum is below the divider's limit
	divider money.Divider // divides by 10^shift and rounds
	sum     uint64        // of the coefficients
	least   uint64        // of the coefficients
}

// openSet begins a set: what is added next belongs to it.
func (r *Result) openSet() {
	r.sets = append(r.sets, set{shares: len(r.shares), skips: len(r.skips)})
}

// addShare freezes what a rule pays to the upline at index.
//
// It and addSkip are short on purpose, and set the fields of an element that lies in the buffer one by one, instead of appending a whole one: they run
// for every upline of every order.
func (r *Result) addShare(rule *string, index, slot int, rate Rate, source Source) {
	n := len(r.shares)
	if n == cap(r.shares) {
		r.growShares()
	}
	r.shares = r.shares[:n+1]
	s, u := &r.shares[n], &r.uplines[index]
	s.Payee, s.Level, s.Rule, s.Slot, s.Position = u.Partner, u.Level, *rule, int32(slot), int32(index+1)
	s.Rate, s.Source, s.Campaign = rate, source, nil
	if len(r.calc.campaigns) > 0 {
		if k := r.calc.campaignFor(r.order, *rule, slot); k != nil {
			s.Campaign = &k.applied
		}
	}
}

// addSkip freezes that a rule pays nothing to the upline at index, -1 for nobody.
func (r *Result) addSkip(rule *string, index, slot int, reason partner.Reason) {
	n := len(r.skips)
	if n == cap(r.skips) {
		r.growSkips()
	}
	r.skips = r.skips[:n+1]
	s, id := &r.skips[n], partner.ID("")
	if index >= 0 {
		id = r.uplines[index].Partner
	}
	s.Rule, s.Slot, s.Position, s.Partner, s.Reason = *rule, int32(slot), int32(index+1), id, reason
}

func (r *Result) growShares() { r.shares = append(r.shares, Share{})[:len(r.shares)] }

func (r *Result) growSkips() { r.skips = append(r.skips, Skip{})[:len(r.skips)] }

// closeSet ends the set that is open and turns its shares into integers of one shift.
func (r *Result) closeSet() {
	set := &r.sets[len(r.sets)-1]
	set.sharesEnd, set.skipsEnd = len(r.shares), len(r.skips)
	shares := r.shares[set.shares:]
	shift, fast := 0, true
	for i := range shares {
		shift = max(shift, r.calc.shift(&shares[i]))
		fast = fast && shares[i].Rate.kind == percent
	}
	sum, least, wide := uint64(0), uint64(math.MaxUint64), shift > money.MaxScale
	for i := range shares {
		s := &shares[i]
		coefficient := s.Rate.coefficient
		if gap := shift - r.calc.shift(s); gap > 0 || s.Campaign != nil {
			var ok bool
			coefficient, ok = s.coefficient(gap)
			wide = wide || !ok
		}
		r.coefficients = append(r.coefficients, coefficient)
		sum, least = sum+uint64(coefficient), min(least, uint64(coefficient))
		fast = fast && sum < money.DividerLimit
	}
	divider, ok := r.calc.plan.Rounding.Mode.Divider(shift)
	set.shift, set.wide, set.divider, set.sum, set.least = shift, wide, divider, sum, least
	set.fast = fast && ok && !wide
}

// shift is the power of ten by which an amount has to be divided after it was multiplied by the coefficients of the rate and of the campaign's factor;
// it may be below 0.
func (c *Calculator) shift(s *Share) int {
	shift := int(s.Rate.scale) + c.shifts[s.Rate.kind&3]
	if s.Campaign != nil {
		shift += int(s.factor().scale)
	}
	return shift
}

// coefficient is rate × factor × 10^zeros, and whether that fits an int64.
func (s *Share) coefficient(zeros int) (int64, bool) {
	product := uint64(s.Rate.coefficient)
	for _, n := range [...]uint64{uint64(s.factor().coefficient), tens[min(zeros, money.MaxScale)]} {
		hi, lo := bits.Mul64(product, n)
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		product = lo
	}
	return int64(product), zeros <= money.MaxScale
}

// factor is what the share's campaign multiplies the rate by, 1 without one.
func (s *Share) factor() Rate {
	if s.Campaign == nil {
		return wholeLine
	}
	factor, _ := rateOf(s.Campaign.Factor, percent)
	return factor
}

// tens are the powers of ten that fit an int64.
var tens = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}
