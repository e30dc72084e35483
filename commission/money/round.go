package money

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

// Mode is how a number between two units is rounded. The zero Mode is HalfUp.
type Mode uint8

const (
	// HalfUp rounds to the nearest unit and a half away from zero: 2.5 to 3, -2.5 to -3.
	HalfUp Mode = iota
	// HalfEven rounds to the nearest unit and a half to the even one: 2.5 to 2, 3.5 to 4.
	HalfEven
	// Down cuts off, towards zero: 2.9 to 2, -2.9 to -2.
	Down
)

var modeNames = [...]string{HalfUp: "half-up", HalfEven: "half-even", Down: "down"}

// String returns "half-up", "half-even" or "down".
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// MarshalText writes the form of String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "half-up", "half-even" or "down".
func (m *Mode) UnmarshalText(text []byte) error {
	for i, name := range modeNames {
		if name == string(text) {
			*m = Mode(i)
			return nil
		}
	}
	return fmt.Errorf("money: rounding mode %q: write \"half-up\", \"half-even\" or \"down\"", clip(string(text)))
}

// away is the one place where rounding is decided: whether the quotient goes one unit away from zero. half compares the rest with one half, odd tells
// whether the quotient is odd.
func (m Mode) away(half int, odd bool) bool {
	switch m {
	case HalfUp:
		return half >= 0
	case HalfEven:
		return half > 0 || half == 0 && odd
	}
	return false
}

// Quo returns num / den, rounded once to a whole number. den must be above 0.
func (m Mode) Quo(num, den *big.Int) *big.Int {
	quotient, rest := new(big.Int), new(big.Int)
	quotient.QuoRem(num, den, rest)
	if rest.Sign() == 0 {
		return quotient
	}
	rest.Abs(rest).Lsh(rest, 1)
	if m.away(rest.Cmp(den), quotient.Bit(0) == 1) {
		quotient.Add(quotient, big.NewInt(int64(num.Sign())))
	}
	return quotient
}

// MulPow10 returns units × coefficient / 10^shift, rounded once to a whole number, and whether the fast form could do it: shift is 0 to 18 and the
// result fits an int64. Otherwise the caller uses Quo.
func (m Mode) MulPow10(units, coefficient int64, shift int) (int64, bool) {
	hi, lo := bits.Mul64(abs(units), abs(coefficient))
	negative := (units < 0) != (coefficient < 0)
	var quotient, rest, den uint64
	if uint(shift) >= uint(len(pow10)-1) {
		return 0, false
	}
	den = pow10[shift]
	switch {
	case hi == 0:
		// Constant divisors become multiplications; these are the common sums of a rate's and a price's decimals.
		switch shift {
		case 0:
			quotient = lo
		case 1:
			quotient = lo / 10
		case 2:
			quotient = lo / 100
		case 3:
			quotient = lo / 1_000
		case 4:
			quotient = lo / 10_000
		case 5:
			quotient = lo / 100_000
		case 6:
			quotient = lo / 1_000_000
		default:
			quotient = lo / den
		}
		rest = lo - quotient*den
	case hi < den>>1:
		// The quotient is below 2^63, so that the unit that rounding adds cannot wrap.
		quotient, rest = bits.Div64(hi, lo, den)
	default:
		return 0, false
	}
	if rest != 0 {
		half := 0
		switch other := den - rest; {
		case rest < other:
			half = -1
		case rest > other:
			half = 1
		}
		if m.away(half, quotient&1 == 1) {
			quotient++
		}
	}
	if quotient > maxInt64 {
		return 0, false
	}
	if negative {
		return -int64(quotient), true
	}
	return int64(quotient), true
}

const maxInt64 = math.MaxInt64

func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-n)
	}
	return uint64(n)
}

var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Pow10 returns 10^n as a new number; n must not be negative.
func Pow10(n int) *big.Int {
	if n < len(pow10) {
		return new(big.Int).SetUint64(pow10[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
