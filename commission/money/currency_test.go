package money_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
)

func TestCurrencyHasACodeAndAScale(t *testing.T) {
	for _, code := range []string{"CNY", "points", "T-1_x.y", "A", strings.Repeat("x", 15)} {
		for _, scale := range []int{0, 2, money.MaxScale} {
			c, err := money.NewCurrency(code, scale)
			require.NoError(t, err)
			require.Equal(t, code, c.Code())
			require.Equal(t, code, c.String())
			require.Equal(t, scale, c.Scale())
			require.False(t, c.IsZero())
			require.True(t, c == money.MustCurrency(code, scale), "currencies of the same code and scale are equal")
		}
	}
	require.NotEqual(t, money.MustCurrency("CNY", 2), money.MustCurrency("CNY", 3))
}

func TestCurrencyErrorsCarryCodeAndScale(t *testing.T) {
	for _, c := range []struct {
		code  string
		scale int
	}{
		{"", 2}, {strings.Repeat("x", 16), 2}, {"元", 2}, {"C NY", 2}, {"C\x00", 2}, {"\xff", 2}, {"C\n", 2},
		{"CNY", -1}, {"CNY", money.MaxScale + 1}, {"CNY", 258},
	} {
		cur, err := money.NewCurrency(c.code, c.scale)
		require.Equal(t, money.Currency{}, cur)
		e := requireKind[*money.CurrencyError](t, err)
		require.Equal(t, c.code, e.Code)
		require.Equal(t, c.scale, e.Scale)
		require.Contains(t, e.Error(), "money: currency ")
		require.Panics(t, func() { money.MustCurrency(c.code, c.scale) })
	}
}

func TestStandardScaleIsThatOfISO4217(t *testing.T) {
	for code, scale := range map[string]int{
		"CNY": 2, "AED": 2, "ZWG": 2, "USD": 2, "JPY": 0, "BIF": 0, "XPF": 0, "KWD": 3, "BHD": 3, "TND": 3, "CLF": 4, "UYW": 4, "HUF": 2,
	} {
		got, ok := money.StandardScale(code)
		require.True(t, ok, code)
		require.Equal(t, scale, got, code)
	}
	for _, code := range []string{"", "XXX", "cny", "NY ", "Y C", " CN", "CN", "CNYX", "points", "PY "} {
		_, ok := money.StandardScale(code)
		require.False(t, ok, "%q", code)
	}
}
