package money_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

func TestParseReadsPlainDecimals(t *testing.T) {
	for text, minor := range map[string]int64{
		"0": 0, "-0": 0, "0.00": 0, "19.9": 1990, "19.90": 1990, "19.9000000": 1990, "-3": -300, "-0.01": -1, "007": 700, "00.10": 10,
		"92233720368547758.07": 9223372036854775807,
	} {
		a, err := cny.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, cny.Minor(minor), a, text)
	}
	a, err := cny.Parse(strings.Repeat("9", 36) + ".99")
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("9", 36)+".99", a.Plain())
}

func TestParseRefusesWhatIsNoPlainDecimal(t *testing.T) {
	for _, text := range []string{
		"", "-", ".", "1.", ".5", "-.5", "+1", "--1", "1e3", "1E-3", "0x10", "1,000.00", " 1", "1 ", "1.2.3", "１", "NaN", "Inf", "-Inf", "1_000", "1-", "\x00",
		strings.Repeat("1", 61), "0." + strings.Repeat("0", 59), "1e1000000000",
	} {
		a, err := cny.Parse(text)
		e := requireKind[*money.SyntaxError](t, err)
		require.LessOrEqual(t, len(e.Value), 60, "an error never repeats a long text")
		require.Equal(t, money.Amount{}, a)
	}
	require.EqualError(t, ignore(cny.Parse("1e3")), `money: "1e3" is not a plain decimal number such as 19.90`)
}

func TestParseNeverRounds(t *testing.T) {
	for _, text := range []string{"19.901", "0.001", "-0.009", "1.0000000000000000000000000000000000000001", "9223372036854775807.001"} {
		e := requireKind[*money.ScaleError](t, ignore(cny.Parse(text)))
		require.Equal(t, 2, e.Scale)
	}
	require.EqualError(t, ignore(cny.Parse("19.901")), "money: 19.901 has more than 2 decimals")
}

func TestParseRefusesMoreThan38Digits(t *testing.T) {
	for _, text := range []string{"1" + strings.Repeat("0", 36), "-" + strings.Repeat("9", 37), strings.Repeat("9", 60)} {
		requireKind[*money.RangeError](t, ignore(cny.Parse(text)))
	}
}

func TestAmountTextCarriesCodeAndScale(t *testing.T) {
	for text, a := range map[string]money.Amount{
		"19.90 CNY":                cny.Minor(1990),
		"-0.05 CNY":                cny.Minor(-5),
		"0.00 CNY":                 cny.Minor(0),
		"7 JPY":                    money.MustCurrency("JPY", 0).Minor(7),
		"0.000000000000000001 ETH": money.MustCurrency("ETH", 18).Minor(1),
		"0":                        {},
	} {
		require.Equal(t, text, a.String())
		var back money.Amount
		require.NoError(t, back.UnmarshalText([]byte(text)))
		require.Equal(t, a, back)
	}
}

func TestAmountTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cur := money.MustCurrency(rapid.StringMatching(`[A-Za-z0-9._-]{1,15}`).Draw(t, "code"), rapid.IntRange(0, money.MaxScale).Draw(t, "scale"))
		a := cur.Of(unitsOf(t, anyBig().Draw(t, "units")))
		written, err := json.Marshal(a)
		require.NoError(t, err)
		back := money.MustCurrency("OLD", 1).Minor(4)
		require.NoError(t, json.Unmarshal(written, &back))
		require.Equal(t, a, back)
	})
}

func TestAmountTextRefusesEverythingElse(t *testing.T) {
	for _, text := range []string{
		"", "1", "0.00", "CNY", " CNY", "1 ", "1  CNY", "1.5 C Y", "1e3 CNY", "x CNY", "1. CNY", "1.0000000000000000000 CNY", "1 元", "00",
	} {
		a := cny.Minor(5)
		require.Error(t, a.UnmarshalText([]byte(text)), "%q", text)
		require.Equal(t, cny.Minor(5), a, "an amount that cannot be read stays as it was")
	}
}

func TestAmountsOfTwoCurrenciesDoNotMix(t *testing.T) {
	jpy, fine := money.MustCurrency("JPY", 0), money.MustCurrency("CNY", 4)
	for _, other := range []money.Amount{jpy.Minor(1), fine.Minor(1), jpy.Minor(0)} {
		for _, err := range []error{ignore(cny.Minor(1).Add(other)), ignore(cny.Minor(1).Sub(other)), ignore(money.Sum(cny.Minor(1), other))} {
			e := requireKind[*money.MismatchError](t, err)
			require.Equal(t, cny, e.A)
			require.Equal(t, other.Currency(), e.B)
		}
	}
	require.EqualError(t, ignore(cny.Minor(1).Add(fine.Minor(1))), "money: CNY (scale 2) and CNY (scale 4) do not mix")
}

func TestZeroAmountAddsToAny(t *testing.T) {
	for _, pair := range [][2]money.Amount{{cny.Minor(5), {}}, {{}, cny.Minor(5)}} {
		sum, err := pair[0].Add(pair[1])
		require.NoError(t, err)
		require.Equal(t, cny.Minor(5), sum)
	}
	difference, err := money.Amount{}.Sub(cny.Minor(5))
	require.NoError(t, err)
	require.Equal(t, cny.Minor(-5), difference)
	none, err := money.Sum()
	require.NoError(t, err)
	require.Equal(t, money.Amount{}, none)
}

func TestSumStaysWithin38Digits(t *testing.T) {
	most := cny.Of(unitsOf(t, bigOf(strings.Repeat("9", 38))))
	requireKind[*money.RangeError](t, ignore(most.Add(cny.Minor(1))))
	requireKind[*money.RangeError](t, ignore(most.Neg().Sub(cny.Minor(1))))
	requireKind[*money.RangeError](t, ignore(most.Add(most)))
	requireKind[*money.RangeError](t, ignore(most.Neg().Sub(most)))
	zero, err := most.Add(most.Neg())
	require.NoError(t, err)
	require.Equal(t, cny.Minor(0), zero)
	total, err := money.Sum(cny.Minor(1), cny.Minor(2), cny.Minor(-4))
	require.NoError(t, err)
	require.Equal(t, cny.Minor(-1), total)
}

func TestCmpOrdersAmounts(t *testing.T) {
	jpy, fine := money.MustCurrency("JPY", 0), money.MustCurrency("CNY", 4)
	ordered := []money.Amount{
		cny.Of(unitsOf(t, bigOf("-100000000000000000000"))), cny.Minor(-2), cny.Minor(-1), cny.Minor(0), cny.Minor(1),
		cny.Of(unitsOf(t, bigOf("9223372036854775808"))), cny.Of(unitsOf(t, bigOf("18446744073709551616"))),
		fine.Minor(-9), fine.Minor(0), jpy.Minor(-9), jpy.Minor(3),
	}
	for i, a := range ordered {
		for j, b := range ordered {
			require.Equal(t, sign(i-j), sign(a.Cmp(b)), "%s and %s", a, b)
		}
		require.Equal(t, a.Sign(), a.Cmp(money.Amount{}), "the zero Amount compares by number")
		require.Equal(t, -a.Sign(), money.Amount{}.Cmp(a))
		require.Equal(t, a.Sign() == 0, a.IsZero())
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func ignore[T any](_ T, err error) error { return err }
