package money

import (
	"math/big"
	"math/bits"
)

const maxDigits = 38

// Units is a whole number of minor units: a signed integer of at most 38 digits, in 128 bits, without a pointer. The zero Units is 0.
type Units struct {
	hi int64
	lo uint64
}

// limit is 10^38, the first number that is too large.
var limit = Units{hi: 5421010862427522170, lo: 687399551400673280}

// UnitsOf returns n as Units.
func UnitsOf(n int64) Units {
	return Units{hi: n >> 63, lo: uint64(n)}
}

// UnitsFromBig returns n as Units, or a [*RangeError] beyond 38 digits.
func UnitsFromBig(n *big.Int) (Units, error) {
	u, ok := unitsFromBig(n)
	if !ok {
		return Units{}, &RangeError{Value: shorten(n)}
	}
	return u, nil
}

func unitsFromBig(n *big.Int) (u Units, ok bool) {
	words := n.Bits()
	if len(words) > 128/bits.UintSize {
		return Units{}, false
	}
	var hi, lo uint64
	size := bits.UintSize // of a word
	for i := len(words) - 1; i >= 0; i-- {
		hi, lo = hi<<size|lo>>(64-size), lo<<size|uint64(words[i])
	}
	return signed(hi, lo, n.Sign() < 0)
}

// signed returns a number of that size and sign, and whether it has at most 38 digits.
func signed(hi, lo uint64, negative bool) (u Units, ok bool) {
	if hi > uint64(limit.hi) || hi == uint64(limit.hi) && lo >= limit.lo {
		return Units{}, false
	}
	if u = (Units{hi: int64(hi), lo: lo}); negative {
		u = u.Neg()
	}
	return u, true
}

// shorten keeps an error readable when a number has thousands of digits.
func shorten(n *big.Int) string {
	s := n.String()
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return s
}

// Int64 returns u as an int64 and whether it fits.
func (u Units) Int64() (int64, bool) {
	return int64(u.lo), u.hi == int64(u.lo)>>63
}

// Big sets into to u and returns it; a nil into is made.
func (u Units) Big(into *big.Int) *big.Int {
	if into == nil {
		into = new(big.Int)
	}
	if n, ok := u.Int64(); ok {
		return into.SetInt64(n)
	}
	a := u.abs()
	into.SetUint64(uint64(a.hi))
	into.Lsh(into, 64)
	var low big.Int
	into.Or(into, low.SetUint64(a.lo))
	if u.hi < 0 {
		into.Neg(into)
	}
	return into
}

// Sign returns -1, 0 or 1.
func (u Units) Sign() int {
	switch {
	case u.hi < 0:
		return -1
	case u.hi == 0 && u.lo == 0:
		return 0
	}
	return 1
}

// IsZero reports whether u is 0.
func (u Units) IsZero() bool { return u == Units{} }

// Neg returns -u.
func (u Units) Neg() Units {
	lo, borrow := bits.Sub64(0, u.lo, 0)
	hi, _ := bits.Sub64(0, uint64(u.hi), borrow)
	return Units{hi: int64(hi), lo: lo}
}

func (u Units) abs() Units {
	if u.hi < 0 {
		return u.Neg()
	}
	return u
}

// Cmp returns -1 if u < v, 0 if they are equal and 1 if u > v.
func (u Units) Cmp(v Units) int {
	switch {
	case u == v:
		return 0
	case u.hi < v.hi || u.hi == v.hi && u.lo < v.lo:
		return -1
	}
	return 1
}

// Add returns u + v, or a [*RangeError] beyond 38 digits.
func (u Units) Add(v Units) (Units, error) {
	sum := u.plus(v)
	if sum.tooLarge() {
		return Units{}, &RangeError{Value: shorten(new(big.Int).Add(u.Big(nil), v.Big(nil)))}
	}
	return sum, nil
}

// Sub returns u - v, or a [*RangeError] beyond 38 digits.
func (u Units) Sub(v Units) (Units, error) { return u.Add(v.Neg()) }

// plus cannot wrap: both sides are below 10^38, and 2·10^38 is below 2^128 as a bit pattern that tooLarge recognises.
func (u Units) plus(v Units) Units {
	lo, carry := bits.Add64(u.lo, v.lo, 0)
	hi, _ := bits.Add64(uint64(u.hi), uint64(v.hi), carry)
	return Units{hi: int64(hi), lo: lo}
}

func (u Units) tooLarge() bool {
	if u.hi > -limit.hi && u.hi < limit.hi {
		return false
	}
	return u.Cmp(limit) >= 0 || u.Cmp(limit.Neg()) <= 0
}
