package money

import "math/bits"

// MulDiv returns u × n / den, cut off towards zero, and what is left of u × n then, which has the sign of u; in between nothing is cut off or too large. n
// must not be below 0, and den above 0. ok is false where the quotient has more than 38 digits.
func (u Units) MulDiv(n, den Units) (quotient, rest Units, ok bool) {
	a := u.abs()
	if uint64(a.hi|n.hi|den.hi) == 0 {
		if hi, lo := bits.Mul64(a.lo, n.lo); hi < den.lo {
			lo, left := bits.Div64(hi, lo, den.lo)
			quotient, _ = signed(0, lo, u.hi < 0)
			rest, _ = signed(0, left, u.hi < 0)
			return quotient, rest, true
		}
	}
	// The product, in four words.
	p1, p0 := bits.Mul64(a.lo, n.lo)
	p2, low := bits.Mul64(uint64(a.hi), n.lo)
	p1, carry := bits.Add64(p1, low, 0)
	p2 += carry
	high, low := bits.Mul64(a.lo, uint64(n.hi))
	p1, carry = bits.Add64(p1, low, 0)
	p2, carry = bits.Add64(p2, high, carry)
	p3, low := bits.Mul64(uint64(a.hi), uint64(n.hi))
	p3 += carry
	p2, carry = bits.Add64(p2, low, 0)
	p3 += carry

	if p3 > uint64(den.hi) || p3 == uint64(den.hi) && p2 >= den.lo {
		return Units{}, Units{}, false // the quotient has more than two words
	}
	var q1, q0, r1, r0 uint64
	if den.hi == 0 {
		q1, r0 = bits.Div64(p2, p1, den.lo)
		q0, r0 = bits.Div64(r0, p0, den.lo)
	} else {
		s := bits.LeadingZeros64(uint64(den.hi)) // at least 1
		d1, d0 := uint64(den.hi)<<s|den.lo>>(64-s), den.lo<<s
		q1, r1, r0 = div2(p3<<s|p2>>(64-s), p2<<s|p1>>(64-s), p1<<s|p0>>(64-s), d1, d0)
		q0, r1, r0 = div2(r1, r0, p0<<s, d1, d0)
		r1, r0 = r1>>s, r0>>s|r1<<(64-s)
	}
	if quotient, ok = signed(q1, q0, u.hi < 0); !ok {
		return Units{}, Units{}, false
	}
	rest, _ = signed(r1, r0, u.hi < 0)
	return quotient, rest, true
}

// div2 divides three words by two, of which the first has its highest bit set; the quotient has one word (Knuth, The Art of Computer Programming, 4.3.1,
// algorithm D, with two words of the divisor in every step).
func div2(n2, n1, n0, d1, d0 uint64) (quotient, r1, r0 uint64) {
	var beyond uint64 // of r1, a third word
	if n2 < d1 {
		quotient, r1 = bits.Div64(n2, n1, d1)
	} else {
		quotient = 1<<64 - 1
		r1, beyond = bits.Add64(n1, d1, 0)
	}
	high, low := bits.Mul64(quotient, d0)
	for beyond == 0 && (high > r1 || high == r1 && low > n0) {
		var borrow uint64
		low, borrow = bits.Sub64(low, d0, 0)
		high -= borrow
		quotient--
		r1, beyond = bits.Add64(r1, d1, 0)
	}
	r0, borrow := bits.Sub64(n0, low, 0)
	return quotient, r1 - high - borrow, r0
}

// scaled returns u × 10^shift, and whether that is a whole number of at most 38 digits and shift is -18 to 18.
func (u Units) scaled(shift int) (Units, bool) {
	n, den := UnitsOf(1), UnitsOf(1)
	switch {
	case shift == 0:
		return u, true
	case shift < -MaxScale || shift > MaxScale:
		return Units{}, false
	case shift < 0:
		den.lo = pow10[-shift]
	default:
		n.lo = pow10[shift]
	}
	quotient, rest, ok := u.MulDiv(n, den)
	return quotient, ok && rest.IsZero()
}
