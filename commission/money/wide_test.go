package money_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

// anySize draws a whole number not below 0 of at most 38 digits, around a power of two half of the time.
func anySize() *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		if rapid.Bool().Draw(t, "any") {
			return new(big.Int).Abs(anyBig().Draw(t, "n"))
		}
		n := new(big.Int).Lsh(big.NewInt(1), uint(rapid.SampledFrom([]int{31, 32, 62, 63, 64, 65, 96, 125, 126}).Draw(t, "bits")))
		return n.Add(n, big.NewInt(rapid.Int64Range(-2, 2).Draw(t, "off")))
	})
}

func TestMulDivIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, n, den := anySize().Draw(t, "u"), anySize().Draw(t, "n"), anySize().Draw(t, "den")
		if den.Sign() == 0 {
			den.SetInt64(1)
		}
		if rapid.Bool().Draw(t, "negative") {
			u.Neg(u)
		}
		if rapid.Bool().Draw(t, "part of a whole") && n.Cmp(den) > 0 {
			n, den = den, n
		}
		want, left := new(big.Int).QuoRem(new(big.Int).Mul(u, n), den, new(big.Int))
		quotient, rest, ok := unitsOf(t, u).MulDiv(unitsOf(t, n), unitsOf(t, den))
		require.Equal(t, want.CmpAbs(tooLarge) < 0, ok, "%s × %s / %s", u, n, den)
		if ok {
			requireBig(t, want, quotient)
			requireBig(t, left, rest)
		}
	})
}

// TestMulDivCorrectsItsQuotient has the numbers for which the quotient that the upper words give is one or two too large, or has one bit too many.
func TestMulDivCorrectsItsQuotient(t *testing.T) {
	word := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, upper := range []int64{1, 2, 3, 1<<61 + 1, 5421010862427522169} {
		for _, lower := range []uint64{0, 1, 1 << 63, math.MaxUint64 - 1, math.MaxUint64} {
			den := new(big.Int).Mul(big.NewInt(upper), word)
			den.Add(den, new(big.Int).SetUint64(lower))
			for off := int64(1); off <= 3; off++ {
				u := new(big.Int).Sub(den, big.NewInt(off))
				for _, n := range []*big.Int{u, new(big.Int).Sub(word, big.NewInt(off)), den} {
					want, left := new(big.Int).QuoRem(new(big.Int).Mul(u, n), den, new(big.Int))
					quotient, rest, ok := unitsOf(t, u).MulDiv(unitsOf(t, n), unitsOf(t, den))
					require.True(t, ok)
					require.Zero(t, want.Cmp(quotient.Big(nil)), "%s × %s / %s", u, n, den)
					require.Zero(t, left.Cmp(rest.Big(nil)), "%s × %s / %s", u, n, den)
				}
			}
		}
	}
}

func TestMulFractionEqualsQuo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, negative := anySize().Draw(t, "whole"), rapid.Bool().Draw(t, "negative")
		den := rapid.SampledFrom([]int64{1, 2, 3, 7, 100, 1_000_000_000, math.MaxInt64}).Draw(t, "den")
		part := rapid.OneOf(rapid.Just(den/2), rapid.Int64Range(0, den-1)).Draw(t, "part")
		coefficient := rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "coefficient")
		for shift := range money.MaxScale + 1 {
			whole := size
			if rapid.Bool().Draw(t, "near a tie") {
				// A multiple of half a unit, or the part below it.
				half := new(big.Int).Add(money.Pow10(shift), big.NewInt(1))
				half.Rsh(half, 1)
				whole = new(big.Int).Sub(size, new(big.Int).Rem(size, half))
			}
			num := new(big.Int).Mul(whole, big.NewInt(den))
			num.Add(num, big.NewInt(part)).Mul(num, big.NewInt(coefficient))
			u, p := unitsOf(t, whole), part
			if negative {
				u, p = u.Neg(), -part
				num.Neg(num)
			}
			for _, mode := range modes {
				want := mode.Quo(num, new(big.Int).Mul(money.Pow10(shift), big.NewInt(den)))
				got, ok := mode.MulFraction(u, p, den, coefficient, shift)
				require.Equal(t, want.CmpAbs(tooLarge) < 0, ok, "%s of (%s + %d/%d) × %d / 10^%d", mode, whole, p, den, coefficient, shift)
				if ok {
					requireBig(t, want, got)
				}
			}
		}
		_, ok := money.Down.MulFraction(money.UnitsOf(1), 1, 2, 1, money.MaxScale+1)
		require.False(t, ok)
		_, ok = money.Down.MulFraction(money.UnitsOf(1), 0, 1, 1, -1)
		require.False(t, ok)
	})
}

func TestMulAllUnitsEqualsMulFractionForEachAndSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anySize().Draw(t, "n")
		for shift := range money.MaxScale/2 + 1 {
			left := money.Pow10(shift).Int64()
			coefficients := make([]int64, rapid.IntRange(0, 9).Draw(t, "number"))
			for i := range coefficients {
				coefficients[i] = rapid.OneOf(rapid.Just(left), rapid.Int64Range(0, left)).Draw(t, "coefficient")
				left -= coefficients[i]
			}
			for _, mode := range []money.Mode{money.HalfUp, money.Down} {
				d, _ := mode.Divider(shift)
				into := make([]money.Units, len(coefficients))
				sum, want := d.MulAllUnits(into, unitsOf(t, n), coefficients), new(big.Int)
				for i, c := range coefficients {
					each, ok := mode.MulFraction(unitsOf(t, n), 0, 1, c, shift)
					require.True(t, ok)
					require.Equal(t, each, into[i], "%s of %s × %d / 10^%d", mode, n, c, shift)
					want.Add(want, each.Big(nil))
				}
				require.Zero(t, want.Cmp(sum.Big(nil)))
			}
		}
	})
}

func TestLargeAmountsCostNoAllocationButTheCopyOfTheirDecimal(t *testing.T) {
	price, rate := decimal.New(math.MaxInt64, 3), int64(15)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { sinkUnits, _ = money.Scaled(price, 2) }), 1.0)
	u, weights, parts := sinkUnits, []money.Units{sinkUnits, money.UnitsOf(7)}, make([]money.Units, 0, 2)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		sinkUnits, _ = money.HalfEven.MulFraction(u, 1, 3, rate, 2)
		parts, _ = money.Split(parts[:0], u, weights)
	}))
}
