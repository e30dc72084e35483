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

// away is the one place where rounding is decided: whether the quotient goes one unit away from zero. half is below, at or above 0 as the rest is below,
// at or above one half; odd tells whether the quotient is odd.
func (m Mode) away(half int64, odd bool) bool {
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
	rest.Abs(rest).Lsh(rest, 1)
	if m.away(int64(rest.Cmp(den)), quotient.Bit(0) == 1) {
		quotient.Add(quotient, big.NewInt(int64(num.Sign())))
	}
	return quotient
}

// MulPow10 returns units × coefficient / 10^shift, rounded once to a whole number, and whether the fast form could do it: shift is 0 to 18 and the
// result fits an int64. Otherwise the caller uses Quo.
func (m Mode) MulPow10(units, coefficient int64, shift int) (int64, bool) {
	if uint(shift) > MaxScale {
		return 0, false
	}
	hi, lo := bits.Mul64(abs(units), abs(coefficient))
	den := pow10[shift]
	var quotient, rest uint64
	switch {
	case hi == 0:
		quotient, rest = lo/den, lo%den
	case hi < den>>1:
		// The quotient is below 2^63, so that the unit that rounding adds cannot wrap.
		quotient, rest = bits.Div64(hi, lo, den)
	default:
		return 0, false
	}
	if m.away(int64(2*rest-den), quotient&1 == 1) {
		quotient++
	}
	if quotient > maxInt64 {
		return 0, false
	}
	if (units < 0) != (coefficient < 0) {
		return -int64(quotient), true
	}
	return int64(quotient), true
}

// MulFraction returns (whole + part/den) × coefficient / 10^shift, rounded once to a whole number, and whether it could do it: shift is 0 to 18 and the
// result has at most 38 digits. Otherwise the caller uses Quo. whole and part must not be of different signs, part be smaller than den, and coefficient not
// below 0; of a whole number part is 0.
func (m Mode) MulFraction(whole Units, part, den, coefficient int64, shift int) (Units, bool) {
	if n, ok := whole.Int64(); ok && part == 0 {
		if result, ok := m.MulPow10(n, coefficient, shift); ok {
			return UnitsOf(result), true
		}
	}
	if uint(shift) > MaxScale {
		return Units{}, false
	}
	ten := pow10[shift]
	quotient, over, ok := whole.abs().MulDiv(UnitsOf(coefficient), Units{lo: ten})
	if !ok {
		return Units{}, false
	}
	rest := over.lo
	half := int64(2*rest - ten)
	if part != 0 {
		hi, lo := bits.Mul64(abs(part), uint64(coefficient))
		more, left := bits.Div64(hi, lo, uint64(den))
		rest += more // below 10^18 + 2^63
		quotient, rest = quotient.plus(Units{lo: rest / ten}), rest%ten
		// 10^shift is even, so that less than one unit of rest decides a tie only; but 10^0 has no unit below it.
		switch half = int64(2*rest - ten); {
		case shift == 0:
			half = int64(left - (uint64(den) - left))
		case half == 0 && left > 0:
			half = 1
		}
	}
	if m.away(half, quotient.lo&1 == 1) {
		quotient = quotient.plus(UnitsOf(1))
	}
	return signed(uint64(quotient.hi), quotient.lo, whole.hi < 0 || part < 0)
}

// Divider divides by one power of ten and rounds, for those who do it often: by a multiplication and a shift. It takes numbers below [DividerLimit].
type Divider struct {
	bias    uint64 // twice what is added first, so that cutting off rounds
	inverse uint64 // 2^(63+shift) / 10^n, rounded up
	shift   uint8  // the least for which 2^shift is not below 10^n
	digits  uint8  // n
}

// DividerLimit is the first number that a Divider does not take.
const DividerLimit = 1 << 62

// Divider returns what divides by 10^shift and rounds by this mode. There is one for a shift of 0 to 18, and not for HalfEven, where the quotient decides
// what becomes of a half.
func (m Mode) Divider(shift int) (d Divider, ok bool) {
	if uint(shift) > MaxScale || int(m) >= len(dividers) || m.away(0, false) != m.away(0, true) {
		return Divider{}, false
	}
	return dividers[m][shift], true
}

// Quo returns n / 10^shift rounded, for n below DividerLimit.
//
// The division is exact: the inverse is too large by less than 2^shift parts of 2^(63+shift), so that n times the error stays below one part in 10^n
// (Granlund and Montgomery, Division by invariant integers using multiplication, theorem 4.2).
func (d Divider) Quo(n uint64) uint64 {
	quotient, _ := bits.Mul64(2*n+d.bias, d.inverse)
	return quotient >> (d.shift & 63)
}

// MulAll sets into[i] to n × coefficients[i] / 10^shift rounded, as Quo does, and returns their sum. into must be as long as coefficients, no coefficient
// below 0, and n times the sum of them below DividerLimit.
//
//go:noinline
func (d Divider) MulAll(into []Units, n uint64, coefficients []int64) (sum uint64) {
	into = into[:len(coefficients)]
	for i, c := range coefficients {
		quotient := d.Quo(n * uint64(c))
		into[i] = Units{lo: quotient}
		sum += quotient
	}
	return sum
}

// MulAllUnits is MulAll for an n of up to 38 digits, not below 0. 10^(2 × shift) must be below DividerLimit, and the coefficients together not above
// 10^shift: then nothing leaves its range.
//
//go:noinline
func (d Divider) MulAllUnits(into []Units, n Units, coefficients []int64) (sum Units) {
	// n is whole × 10^shift + rest, and only the part of the rest has to be rounded.
	ten := pow10[d.digits]
	high, rest := uint64(0), uint64(n.hi)
	if rest >= ten {
		high, rest = rest/ten, rest%ten
	}
	low, rest := bits.Div64(rest, n.lo, ten)
	into, whole := into[:len(coefficients)], Units{hi: int64(high), lo: low}
	var small, all uint64
	for i, c := range coefficients {
		quotient := d.Quo(rest * uint64(c))
		into[i] = whole.timesPlus(uint64(c), quotient)
		small, all = small+quotient, all+uint64(c)
	}
	return whole.timesPlus(all, small)
}

// timesPlus returns u × n + more of numbers not below 0 of which the result has at most 127 bits.
func (u Units) timesPlus(n, more uint64) Units {
	hi, lo := bits.Mul64(u.lo, n)
	lo, carry := bits.Add64(lo, more, 0)
	return Units{hi: int64(uint64(u.hi)*n + hi + carry), lo: lo}
}

var dividers = func() (all [len(modeNames)][MaxScale + 1]Divider) {
	for m := range all {
		for shift := range all[m] {
			all[m][shift] = newDivider(Mode(m), shift)
		}
	}
	return all
}()

// newDivider asks the mode what becomes of one half.
func newDivider(m Mode, digits int) Divider {
	den := pow10[digits]
	d := Divider{inverse: 1 << 63, shift: uint8(bits.Len64(den - 1)), digits: uint8(digits)}
	if d.shift > 0 {
		d.inverse, _ = bits.Div64(1<<(d.shift-1), 0, den)
		d.inverse++
	}
	if m.away(0, false) {
		d.bias = den // twice one half
	}
	return d
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
