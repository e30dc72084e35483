package commission

import (
	"cmp"
	"math"
	"math/bits"
)

// at returns the coefficient of a share at a scale that is not below its own; a share is at most 1, so that it fits.
func (r Rate) at(scale uint8) int64 { return r.coefficient * int64(tens[scale-r.scale]) }

// cmp compares two shares; one that is not set counts as 0.
func (r Rate) cmp(s Rate) int {
	scale := max(r.scale, s.scale)
	return cmp.Compare(r.at(scale), s.at(scale))
}

// minus returns what a share exceeds another. What is not set stays so.
func (r Rate) minus(s Rate) Rate {
	if !r.IsSet() {
		return r
	}
	scale := max(r.scale, s.scale)
	return Rate{coefficient: r.at(scale) - s.at(scale), scale: scale, kind: r.kind}.shortest()
}

// plus returns the sum of two rates of one kind, and whether it has at most 18 digits, as a rate that is read has. Two shares always do.
func (r Rate) plus(s Rate) (Rate, bool) {
	scale := max(r.scale, s.scale)
	a, ok := mul64(r.coefficient, int64(tens[scale-r.scale]))
	b, fits := mul64(s.coefficient, int64(tens[scale-s.scale]))
	if !ok || !fits || a > math.MaxInt64-b {
		return Rate{}, false
	}
	sum := Rate{coefficient: a + b, scale: scale, kind: r.kind}.shortest()
	return sum, sum.kind == percent || sum.coefficient < 1e18
}

// times returns a rate multiplied by a share, in the kind of the rate, and whether it has at most 18 decimals and fits.
func (r Rate) times(share Rate) (Rate, bool) {
	n, ok := mul64(r.coefficient, share.coefficient)
	scale := r.scale + share.scale
	for ; scale > maxRateScale && n%10 == 0; scale-- {
		n /= 10
	}
	if !ok || scale > maxRateScale {
		return Rate{}, false
	}
	return Rate{coefficient: n, scale: scale, kind: r.kind}.shortest(), true
}

// mul64 returns a × b of two numbers not below 0, and whether it fits.
func mul64(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && lo <= math.MaxInt64
}
