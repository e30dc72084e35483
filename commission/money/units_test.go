package money_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

// tooLarge is 10^38, the first number that has 39 digits.
var tooLarge = bigOf("1" + strings.Repeat("0", 38))

func TestUnitsEqualWholeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyBig().Draw(t, "a"), anyBig().Draw(t, "b")
		u, v := unitsOf(t, a), unitsOf(t, b)

		requireBig(t, a, u)
		requireBig(t, new(big.Int).Neg(a), u.Neg())
		require.Equal(t, a.Sign(), u.Sign())
		require.Equal(t, a.Sign() == 0, u.IsZero())
		require.Equal(t, a.Cmp(b), u.Cmp(v))
		require.Equal(t, a.Cmp(b) == 0, u == v, "equal numbers are equal values")
		n, ok := u.Int64()
		require.Equal(t, a.IsInt64(), ok)
		if ok {
			require.Equal(t, a.Int64(), n)
			require.Equal(t, u, money.UnitsOf(n))
		}

		requireSum(t, new(big.Int).Add(a, b), u.Add, v)
		requireSum(t, new(big.Int).Sub(a, b), u.Sub, v)
	})
}

func requireBig(t *rapid.T, want *big.Int, got money.Units) {
	t.Helper()
	require.Zero(t, want.Cmp(got.Big(nil)), "want %s, got %s", want, got.Big(nil))
	reused := big.NewInt(-77)
	require.Same(t, reused, got.Big(reused))
	require.Zero(t, want.Cmp(reused), "want %s, got %s", want, reused)
}

func requireSum(t *rapid.T, want *big.Int, op func(money.Units) (money.Units, error), v money.Units) {
	t.Helper()
	got, err := op(v)
	if want.CmpAbs(tooLarge) >= 0 {
		var range_ *money.RangeError
		require.ErrorAs(t, err, &range_)
		require.Equal(t, money.Units{}, got)
		return
	}
	require.NoError(t, err)
	requireBig(t, want, got)
}

func TestUnitsHaveAtMost38Digits(t *testing.T) {
	one := big.NewInt(1)
	for _, n := range []*big.Int{
		tooLarge, new(big.Int).Add(tooLarge, one), new(big.Int).Lsh(one, 126), new(big.Int).Lsh(one, 127), new(big.Int).Lsh(one, 128),
		new(big.Int).Sub(new(big.Int).Lsh(one, 127), one), new(big.Int).Lsh(one, 100_000),
	} {
		if n.Cmp(tooLarge) < 0 {
			requireKindOK(t, n)
			continue
		}
		for _, signed := range []*big.Int{n, new(big.Int).Neg(n)} {
			_, err := money.UnitsFromBig(signed)
			e := requireKind[*money.RangeError](t, err)
			require.LessOrEqual(t, len(e.Value), 60)
		}
	}
	requireKindOK(t, new(big.Int).Sub(tooLarge, one))
}

func requireKindOK(t *testing.T, n *big.Int) {
	t.Helper()
	for _, signed := range []*big.Int{n, new(big.Int).Neg(n)} {
		require.Zero(t, signed.Cmp(unitsOf(t, signed).Big(nil)))
	}
}
