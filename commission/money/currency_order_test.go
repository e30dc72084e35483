package money_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
)

func TestCurrenciesAreOrderedByCodeThenScale(t *testing.T) {
	sorted := []money.Currency{
		{}, money.MustCurrency("CN", 9), money.MustCurrency("CNY", 2), money.MustCurrency("CNY", 3), money.MustCurrency("POINTS", 0), money.MustCurrency("cny", 2),
	}
	mixed := slices.Clone(sorted)
	slices.Reverse(mixed)
	slices.SortFunc(mixed, money.Currency.Cmp)
	require.Equal(t, sorted, mixed)
	for _, c := range sorted {
		require.Zero(t, c.Cmp(c))
	}
}
