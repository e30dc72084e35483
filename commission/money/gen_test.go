package money_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

var modes = []money.Mode{money.HalfUp, money.HalfEven, money.Down}

var cny = money.MustCurrency("CNY", 2)

// edges are the numbers around which integer arithmetic breaks: small ones, cents, and the ends of 63, 64 and 126 bits.
var edges = []string{
	"0", "1", "2", "5", "7", "9", "10", "49", "50", "51", "99", "100", "101", "3333", "999999999999999999", "1000000000000000000",
	"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "100000000000000000000",
	strings.Repeat("9", 38),
}

// anyBig draws a whole number of at most 38 digits and either sign, an edge half of the time.
func anyBig() *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		text := rapid.OneOf(rapid.SampledFrom(edges), rapid.StringMatching(`[0-9]{1,38}`)).Draw(t, "digits")
		n, _ := new(big.Int).SetString(text, 10)
		if rapid.Bool().Draw(t, "negative") {
			n.Neg(n)
		}
		return n
	})
}

func anyInt64() *rapid.Generator[int64] {
	return rapid.Custom(func(t *rapid.T) int64 {
		n := anyBig().Draw(t, "n")
		return new(big.Int).Rem(n, big.NewInt(1<<62)).Int64()*2 + rapid.Int64Range(-1, 1).Draw(t, "odd")
	})
}

func unitsOf(t require.TestingT, n *big.Int) money.Units {
	u, err := money.UnitsFromBig(n)
	require.NoError(t, err)
	return u
}

func bigOf(text string) *big.Int {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic(text)
	}
	return n
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// requireKind fails unless err is a T, and returns it.
func requireKind[T error](t *testing.T, err error) T {
	t.Helper()
	var typed T
	require.ErrorAs(t, err, &typed)
	return typed
}
