package money_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

func TestThereIsADividerWhereTheQuotientDoesNotDecideTheRounding(t *testing.T) {
	for shift := -2; shift <= money.MaxScale+2; shift++ {
		for _, mode := range append(modes, 77) {
			_, ok := mode.Divider(shift)
			require.Equal(t, shift >= 0 && shift <= money.MaxScale && (mode == money.HalfUp || mode == money.Down), ok, "%s %d", mode, shift)
		}
	}
}

// dividends are the numbers where a division by multiplication would first go wrong: around whole results, around halves, and at the limit.
func dividends(t *rapid.T, den uint64) uint64 {
	n := rapid.OneOf(rapid.Uint64Range(0, money.DividerLimit-1), rapid.Just[uint64](money.DividerLimit-1)).Draw(t, "n")
	switch rapid.IntRange(0, 2).Draw(t, "where") {
	case 1:
		n -= n % den
	case 2:
		n = n - n%den + den/2
	}
	n += uint64(rapid.IntRange(0, 2).Draw(t, "and")) - 1
	if n >= money.DividerLimit {
		return money.DividerLimit - 1
	}
	return n
}

func TestADividerEqualsTheMode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for shift := range money.MaxScale + 1 {
			for _, mode := range []money.Mode{money.HalfUp, money.Down} {
				d, ok := mode.Divider(shift)
				require.True(t, ok)
				for range 4 {
					n := dividends(t, money.Pow10(shift).Uint64())
					want := mode.Quo(new(big.Int).SetUint64(n), money.Pow10(shift))
					require.Equal(t, want.Uint64(), d.Quo(n), "%s of %d / 10^%d", mode, n, shift)
				}
			}
		}
	})
}

func TestMulAllEqualsMulPow10ForEachAndSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(0, money.DividerLimit-1).Draw(t, "n")
		left := uint64(money.DividerLimit - 1)
		if n > 0 {
			left /= n
		}
		coefficients := make([]int64, rapid.IntRange(0, 9).Draw(t, "number"))
		for i := range coefficients {
			coefficients[i] = int64(rapid.Uint64Range(0, left).Draw(t, "coefficient"))
			left -= uint64(coefficients[i])
		}
		shift := rapid.IntRange(0, money.MaxScale).Draw(t, "shift")
		for _, mode := range []money.Mode{money.HalfUp, money.Down} {
			d, _ := mode.Divider(shift)
			into := make([]money.Units, len(coefficients))
			sum, want := d.MulAll(into, n, coefficients), uint64(0)
			for i, c := range coefficients {
				each, ok := mode.MulPow10(int64(n), c, shift)
				require.True(t, ok)
				require.Equal(t, money.UnitsOf(each), into[i])
				want += uint64(each)
			}
			require.Equal(t, want, sum)
		}
	})
}
