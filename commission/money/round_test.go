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

// roundDecimal is what each mode is called in shopspring/decimal.
func roundDecimal(m money.Mode, d decimal.Decimal, places int32) decimal.Decimal {
	switch m {
	case money.HalfUp:
		return d.Round(places)
	case money.HalfEven:
		return d.RoundBank(places)
	}
	return d.Truncate(places)
}

func TestModesRoundOnce(t *testing.T) {
	for _, c := range []struct {
		num, den                 int64
		halfUp, halfEven, cutOff int64
	}{
		{0, 1, 0, 0, 0}, {7, 1, 7, 7, 7},
		{5, 10, 1, 0, 0}, {15, 10, 2, 2, 1}, {25, 10, 3, 2, 2}, {35, 10, 4, 4, 3},
		{24, 10, 2, 2, 2}, {26, 10, 3, 3, 2}, {29, 10, 3, 3, 2}, {1, 3, 0, 0, 0}, {2, 3, 1, 1, 0}, {5, 3, 2, 2, 1},
	} {
		for mode, want := range map[money.Mode]int64{money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.cutOff} {
			require.Equal(t, want, mode.Quo(big.NewInt(c.num), big.NewInt(c.den)).Int64(), "%s %d/%d", mode, c.num, c.den)
			require.Equal(t, -want, mode.Quo(big.NewInt(-c.num), big.NewInt(c.den)).Int64(), "%s -%d/%d", mode, c.num, c.den)
		}
	}
}

func TestQuoEqualsDecimalRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := anyBig().Draw(t, "n")
		for shift := range 37 {
			for _, mode := range modes {
				exact := decimal.NewFromBigInt(n, -int32(shift))
				want := roundDecimal(mode, exact, 0)
				before := new(big.Int).Set(n)
				got := mode.Quo(n, money.Pow10(shift))
				require.Zero(t, want.Rat().Num().Cmp(got), "%s of %s: want %s, got %s", mode, exact, want, got)
				require.Zero(t, before.Cmp(n), "the arguments stay as they were")
			}
		}
	})
}

func TestQuoEqualsTheDefinitionForEveryDenominator(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := anyBig().Draw(t, "num")
		den := new(big.Int).Add(new(big.Int).Abs(anyBig().Draw(t, "den")), big.NewInt(1))
		exact := new(big.Rat).SetFrac(num, den)
		for _, mode := range modes {
			got := mode.Quo(num, den)
			off := new(big.Rat).Sub(exact, new(big.Rat).SetInt(got))
			switch distance := new(big.Rat).Abs(off).Cmp(big.NewRat(1, 2)); {
			case mode == money.Down:
				require.Negative(t, new(big.Rat).Abs(off).Cmp(big.NewRat(1, 1)))
				require.True(t, off.Sign() == 0 || off.Sign() == exact.Sign(), "towards zero")
			case mode == money.HalfUp:
				require.True(t, distance < 0 || distance == 0 && off.Sign() == -exact.Sign(), "a half goes away from zero")
			default:
				require.True(t, distance < 0 || distance == 0 && got.Bit(0) == 0, "a half goes to the even one")
			}
		}
	})
}

// TestMulPow10EqualsDecimalRounding is also why the fast path may be used: it gives up only where the shift or the result does not fit.
func TestMulPow10EqualsDecimalRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, coefficient := anyInt64().Draw(t, "units"), anyInt64().Draw(t, "coefficient")
		if rapid.Bool().Draw(t, "rate") {
			coefficient = rapid.Int64Range(0, 1000).Draw(t, "per mille")
		}
		exact := decimal.New(units, 0).Mul(decimal.New(coefficient, 0))
		for shift := range money.MaxScale + 1 {
			for _, mode := range modes {
				requireMulPow10(t, mode, units, coefficient, shift, roundDecimal(mode, exact.Shift(-int32(shift)), 0).Rat().Num())
			}
		}
		for _, shift := range []int{-1, math.MinInt, money.MaxScale + 1, money.MaxScale + 2, 1000, math.MaxInt} {
			_, ok := money.HalfUp.MulPow10(units, coefficient, shift)
			require.False(t, ok, "shift %d", shift)
		}
	})
}

// requireMulPow10 lets the fast form give up at -2^63, which has no positive counterpart.
func requireMulPow10(t require.TestingT, mode money.Mode, units, coefficient int64, shift int, want *big.Int) {
	got, ok := mode.MulPow10(units, coefficient, shift)
	if fits := want.IsInt64() && want.Int64() != math.MinInt64; fits || ok {
		require.True(t, fits, "%s of %d × %d / 10^%d is %s, which does not fit", mode, units, coefficient, shift, want)
		require.True(t, ok, "%s of %d × %d / 10^%d fits", mode, units, coefficient, shift)
		require.Equal(t, want.Int64(), got, "%s of %d × %d / 10^%d", mode, units, coefficient, shift)
	}
}

func TestMulPow10AtTheEndsOfTheRange(t *testing.T) {
	for _, c := range []struct {
		units, coefficient int64
		shift              int
	}{
		{math.MaxInt64, 1, 0}, {math.MinInt64, 1, 0}, {math.MinInt64, -1, 0}, {math.MinInt64, math.MinInt64, 18}, {math.MaxInt64, 10, 1}, {math.MinInt64, 10, 1},
		{math.MaxInt64, math.MaxInt64, 18}, {math.MaxInt64, 1_000_000_000_000_000_000, 18}, {math.MinInt64, 1_000_000_000_000_000_000, 18},
		{math.MaxInt64, 2, 0}, {math.MaxInt64, 1_000_000_000, 9}, {math.MaxInt64, 1_000_000_001, 9},
		// Just below 2^64, where one unit more would wrap to 0.
		{9223372036854775794, 2000000000000000003, 18}, {9223372036854775485, 200000000000000007, 17}, {9223372036854773502, 20000000000000005, 16},
	} {
		exact := decimal.New(c.units, 0).Mul(decimal.New(c.coefficient, 0)).Shift(-int32(c.shift))
		for _, mode := range modes {
			requireMulPow10(t, mode, c.units, c.coefficient, c.shift, roundDecimal(mode, exact, 0).Rat().Num())
		}
	}
}

func TestModeTextIsItsName(t *testing.T) {
	for mode, name := range map[money.Mode]string{money.HalfUp: "half-up", money.HalfEven: "half-even", money.Down: "down"} {
		text, err := mode.MarshalText()
		require.NoError(t, err)
		require.Equal(t, name, string(text))
		back := money.Mode(77)
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, mode, back)
	}
	mode := money.HalfEven
	require.EqualError(t, mode.UnmarshalText([]byte("up")), `money: rounding mode "up": write "half-up", "half-even" or "down"`)
	require.Error(t, mode.UnmarshalText(nil))
	require.Equal(t, money.HalfEven, mode)
	require.Equal(t, "Mode(9)", money.Mode(9).String())
}

func TestPow10IsANewNumberEachTime(t *testing.T) {
	for n := range 60 {
		want := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
		money.Pow10(n).SetInt64(0)
		require.Zero(t, want.Cmp(money.Pow10(n)))
	}
}
