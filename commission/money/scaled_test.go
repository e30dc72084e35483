package money_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

func TestScaledAmountAndDecimalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for scale := range money.MaxScale + 1 {
			cur := money.MustCurrency("CUR", scale)
			units := unitsOf(t, anyBig().Draw(t, "units"))

			d := cur.Of(units).Decimal()
			require.Equal(t, -scale, int(d.Exponent()))
			require.Zero(t, d.Coefficient().Cmp(units.Big(nil)))

			back, err := money.Scaled(d, scale)
			require.NoError(t, err)
			require.Equal(t, units, back)
			amount, err := cur.Amount(d)
			require.NoError(t, err)
			require.Equal(t, cur.Of(units), amount)
		}
	})
}

// TestScaledIsExactOrAnError compares with the definition: d × 10^scale as a fraction is a whole number of at most 38 digits, or there is an error.
func TestScaledIsExactOrAnError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.NewFromBigInt(anyBig().Draw(t, "coefficient"), int32(rapid.IntRange(-45, 45).Draw(t, "exponent")))
		if rapid.Bool().Draw(t, "trailing zeros") {
			zeros := rapid.IntRange(1, 25).Draw(t, "zeros")
			d = decimal.NewFromBigInt(new(big.Int).Mul(d.Coefficient(), money.Pow10(zeros)), d.Exponent()-int32(zeros))
		}
		for scale := range money.MaxScale + 1 {
			exact := new(big.Rat).Mul(d.Rat(), new(big.Rat).SetInt(money.Pow10(scale)))
			got, err := money.Scaled(d, scale)
			switch {
			case !exact.IsInt() && exact.Num().CmpAbs(new(big.Int).Mul(exact.Denom(), tooLarge)) >= 0:
				require.Error(t, err, "too many decimals and too many digits")
			case !exact.IsInt():
				var e *money.ScaleError
				require.ErrorAs(t, err, &e)
				require.Equal(t, scale, e.Scale)
			case exact.Num().CmpAbs(tooLarge) >= 0:
				var e *money.RangeError
				require.ErrorAs(t, err, &e)
			default:
				require.NoError(t, err)
				require.Zero(t, exact.Num().Cmp(got.Big(nil)))
			}
		}
	})
}

func TestHugeExponentsAreFoundBeforeANumberIsBuilt(t *testing.T) {
	big38 := decimal.NewFromBigInt(bigOf(strings.Repeat("9", 38)), 0).Coefficient()
	start := time.Now()
	for _, exponent := range []int32{1_000_000_000, math.MaxInt32} {
		for _, d := range []decimal.Decimal{decimal.New(1, exponent), decimal.New(-7, exponent), decimal.NewFromBigInt(big38, exponent)} {
			for _, scale := range []int{0, 2, money.MaxScale} {
				e := requireKind[*money.RangeError](t, ignore(money.Scaled(d, scale)))
				require.Less(t, len(e.Error()), 120)
			}
		}
	}
	for _, exponent := range []int32{-1_000_000_000, math.MinInt32} {
		for _, d := range []decimal.Decimal{decimal.New(1, exponent), decimal.New(-7, exponent), decimal.NewFromBigInt(big38, exponent)} {
			for _, scale := range []int{0, 2, money.MaxScale} {
				e := requireKind[*money.ScaleError](t, ignore(money.Scaled(d, scale)))
				require.Less(t, len(e.Error()), 120)
			}
		}
	}
	for _, exponent := range []int32{math.MinInt32, math.MaxInt32} {
		zero, err := money.Scaled(decimal.New(0, exponent), 2)
		require.NoError(t, err)
		require.True(t, zero.IsZero(), "0 is 0 with any exponent")
	}
	require.Less(t, time.Since(start), time.Second)

	allocated := testing.AllocsPerRun(10, func() { _, _ = money.Scaled(decimal.New(1, 1_000_000_000), 2) })
	require.Less(t, allocated, 20.0)
}

func TestErrorsNeverWriteOutAHugeNumber(t *testing.T) {
	many := decimal.NewFromBigInt(new(big.Int).Exp(big.NewInt(7), big.NewInt(5000), nil), 0)
	require.EqualError(t, ignore(cny.Amount(many)), "money: a number of 4226 digits has more than 38 digits in minor units")
	require.EqualError(t, ignore(cny.Amount(decimal.New(1, 1_000_000_000))), "money: 1e1000000000 has more than 38 digits in minor units")
	require.EqualError(t, ignore(cny.Amount(decimal.New(-1, -1_000_000_000))), "money: -1e-1000000000 has more than 2 decimals")
	require.EqualError(t, ignore(cny.Amount(dec("0.001"))), "money: 0.001 has more than 2 decimals")
}
