package commission

import (
	"math"
	"math/bits"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
)

// set is what the rules gave for all lines that have the same rates and campaigns: a part of the result's shares and skips.
type set struct {
	shares, sharesEnd int
	skips, skipsEnd   int

	scaling
	sum   uint64 // of the coefficients
	least uint64 // of the coefficients
}

// scaling is how the amounts of a set are worked out in integers: base (or units) × coefficient / 10^shift, with one shift for all its shares.
type scaling struct {
	shift   int
	wide    bool          // some number does not fit an int64: amounts are worked out with large numbers
	fast    bool          // divider does: all shares are of the base, and all numbers small
	divider money.Divider // divides by 10^shift and rounds
}

func (c *Calculator) scalingOf(shift int) scaling {
	divider, ok := c.plan.Rounding.Mode.Divider(shift)
	return scaling{shift: shift, wide: shift > money.MaxScale, fast: ok, divider: divider}
}

// openSet begins a set: what is added next belongs to it. closeSet sets all its other fields.
func (r *Result) openSet() {
	n := len(r.sets)
	if n == cap(r.sets) {
		r.growSets()
	}
	r.sets = r.sets[:n+1]
	r.sets[n].shares, r.sets[n].skips = len(r.shares), len(r.skips)
	r.out.scale, r.out.sum, r.out.least = r.calc.scale, 0, math.MaxUint64
}

// What grows a buffer is kept out of line, where it does not cost the common case its registers.
//
//go:noinline
func (r *Result) growSets() { r.sets = slices.Grow(r.sets, 1) }

//go:noinline
func (r *Result) growCoefficients() {
	r.coefficients = slices.Grow(r.coefficients, len(r.shares)-len(r.coefficients))
}

// closeSet ends the set that is open and turns its shares into integers of one shift, unless all of them are already.
func (r *Result) closeSet() {
	set := &r.sets[len(r.sets)-1]
	set.sharesEnd, set.skipsEnd = len(r.shares), len(r.skips)
	if len(r.coefficients) == len(r.shares) && r.out.sum < money.DividerLimit {
		set.scaling, set.sum, set.least = r.calc.plain, r.out.sum, r.out.least
		set.fast = set.fast && set.sum > 0
		return
	}
	if len(r.shares) > cap(r.coefficients) {
		r.growCoefficients()
	}
	r.coefficients = r.coefficients[:len(r.shares)]
	shares := r.shares[set.shares:]
	r.calc.anySet(set, shares, r.coefficients[set.shares:])
	r.findCaps(shares)
}

// findCaps notes whether campaigns with caps of their own multiply some of the shares.
func (r *Result) findCaps(shares []Share) {
	for i := range shares {
		r.capped = r.capped || shares[i].Campaign.capped()
	}
}

// anySet does every set.
func (c *Calculator) anySet(set *set, shares []Share, into []int64) {
	shift, ofBase := 0, true
	for i := range shares {
		shift = max(shift, c.shift(&shares[i]))
		ofBase = ofBase && shares[i].Rate.kind == percent && shares[i].Weight == 0
	}
	set.scaling, set.sum, set.least = c.scalingOf(shift), 0, math.MaxUint64
	for i := range shares {
		s := &shares[i]
		coefficient := set.times(set.times(s.Rate.coefficient, s.Campaign.factor().coefficient), s.Promotion.factor().coefficient)
		for range shift - c.shift(s) {
			coefficient = set.times(coefficient, 10)
		}
		into[i] = coefficient
		set.sum, set.least = set.sum+uint64(coefficient), min(set.least, uint64(coefficient))
		ofBase = ofBase && set.sum < money.DividerLimit
	}
	set.fast = set.fast && ofBase && !set.wide && set.sum > 0
}

// times returns a × b, and marks the set as wide where that does not fit an int64.
func (t *set) times(a, b int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > math.MaxInt64 {
		t.wide = true
		return 0
	}
	return int64(lo)
}

// shift is the power of ten by which an amount has to be divided after it was multiplied by the coefficients of the rate and of the factors on it;
// it may be below 0.
func (c *Calculator) shift(s *Share) int {
	shift := int(s.Rate.scale) + int(s.Campaign.factor().scale) + int(s.Promotion.factor().scale) - c.currency.Scale()
	if s.Rate.kind == percent {
		shift += c.price.Scale()
	}
	return shift
}

// factor is the factor of a campaign or a promotion in the form of a rate, 1 without one.
func (a *Applied) factor() Rate {
	if a == nil {
		return wholeLine
	}
	factor, _ := rateOf(a.Factor, percent)
	return factor
}

// tens are the powers of ten up to the most decimals of a rate.
var tens = [maxRateScale + 1]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}
