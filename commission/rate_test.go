package commission_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
)

func TestRateReadsSharesAndAmountsPerUnit(t *testing.T) {
	for text, c := range map[string]struct {
		written, decimal string
		perUnit          bool
	}{
		"10%":                             {"10%", "0.1", false},
		"0.335%":                          {"0.335%", "0.00335", false},
		"100%":                            {"100%", "1", false},
		"1":                               {"100%", "1", false},
		"0":                               {"0%", "0", false},
		"0.000%":                          {"0%", "0", false},
		"5‰":                              {"0.5%", "0.005", false},
		"25bp":                            {"0.25%", "0.0025", false},
		"0.000000000000000001":            {"0.0000000000000001%", "0.000000000000000001", false},
		"3.00/unit":                       {"3/unit", "3", true},
		"0/unit":                          {"0/unit", "0", true},
		"0.005/unit":                      {"0.005/unit", "0.005", true},
		"999999999999999999/unit":         {"999999999999999999/unit", "999999999999999999", true},
		"0.10000000000000000000000000000": {"10%", "0.1", false},
	} {
		r, err := commission.ParseRate(text)
		require.NoError(t, err, text)
		require.True(t, r.IsSet())
		require.Equal(t, c.perUnit, r.IsPerUnit(), text)
		require.True(t, dec(c.decimal).Equal(r.Decimal()), text)
		require.Equal(t, c.written, r.String())
		require.Equal(t, r, commission.MustRate(r.String()))
	}
}

func TestARateThatIsNotSetIsNotZero(t *testing.T) {
	none, err := commission.ParseRate("-")
	require.NoError(t, err)
	require.Equal(t, commission.Rate{}, none)
	require.False(t, none.IsSet())
	require.False(t, none.IsPerUnit())
	require.Equal(t, "-", none.String())
	require.True(t, none.Decimal().IsZero())
	require.NotEqual(t, none, commission.MustRate("0%"))
	require.NotEqual(t, commission.MustRate("0%"), commission.MustRate("0/unit"))
}

func TestRateRefusesEverythingElse(t *testing.T) {
	for _, text := range []string{
		"", "%", "/unit", "10 %", " 10%", "10%%", "1e-1", "1e1000000000", "-10%", "-0.1", "-1/unit", "+1%", "10％", "ten", "101%", "10", "1.0000001", "1001‰",
		"10001bp", "3/unit/unit", "3 /unit", "3/Unit", "1%/unit", "--", "0.0000000000000000001", "1000000000000000000/unit", "0.1234567890123456789/unit",
		"0." + strings.Repeat("0", 70) + "1",
	} {
		r, err := commission.ParseRate(text)
		var e *commission.RateError
		require.ErrorAs(t, err, &e, "%q", text)
		require.Equal(t, commission.Rate{}, r)
		require.Panics(t, func() { commission.MustRate(text) })
		kept := commission.MustRate("3%")
		require.Error(t, kept.UnmarshalText([]byte(text)))
		require.Equal(t, commission.MustRate("3%"), kept)
	}
	_, err := commission.ParseRate("10")
	require.EqualError(t, err, `commission: rate "10": this is 1000 %, more than the whole; 10 % is "10%" or "0.10"`)
	_, err = commission.ParseRate("ten")
	require.EqualError(t, err, `commission: rate "ten": write "10%", "0.10" or "3.00/unit"`)
}

func TestRatesOfDecimalsHaveBounds(t *testing.T) {
	huge, tiny := decimal.New(1, 1_000_000_000), decimal.New(1, -1_000_000_000)
	for _, d := range []decimal.Decimal{huge, tiny, huge.Neg(), dec("-0.1"), dec("0.1234567890123456789")} {
		for _, make := range []func(decimal.Decimal) (commission.Rate, error){commission.Fraction, commission.PerUnit} {
			r, err := make(d)
			var e *commission.RateError
			require.ErrorAs(t, err, &e)
			require.Less(t, len(e.Error()), 200)
			require.Equal(t, commission.Rate{}, r)
		}
	}
	_, err := commission.Fraction(dec("1.1"))
	require.Error(t, err)
	r, err := commission.PerUnit(decimal.New(5, 3))
	require.NoError(t, err)
	require.Equal(t, "5000/unit", r.String())
	r, err = commission.Fraction(decimal.New(100, -3))
	require.NoError(t, err)
	require.Equal(t, commission.MustRate("10%"), r, "trailing zeros make no other rate")
}

func TestRateTextRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64Range(0, 999_999_999_999_999_999).Draw(t, "digits"), -int32(rapid.IntRange(0, 18).Draw(t, "scale")))
		for _, make := range []func(decimal.Decimal) (commission.Rate, error){commission.Fraction, commission.PerUnit} {
			r, err := make(d)
			if err != nil {
				require.True(t, d.GreaterThan(decimal.NewFromInt(1)))
				continue
			}
			require.True(t, d.Equal(r.Decimal()))
			text, err := json.Marshal(r)
			require.NoError(t, err)
			var back commission.Rate
			require.NoError(t, json.Unmarshal(text, &back))
			require.Equal(t, r, back)
		}
	})
}

func TestABareNumberInAPlanIsAnsweredWithWhatToWrite(t *testing.T) {
	require.Equal(t, `write a rate as text: "10%" for a share of the base, or "10/unit" for an amount for each unit`, commission.Rate{}.NumberHint("10"))
}

func TestARateIsWrittenAsItsDecimalIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.OneOf(rapid.Int64Range(0, 120), rapid.Int64Range(0, 1_000_000_000)).Draw(t, "n"), -rapid.Int32Range(0, 9).Draw(t, "scale"))
		if share, err := commission.Fraction(d); err == nil {
			require.Equal(t, d.Shift(2).String()+"%", share.String())
		}
		if unit, err := commission.PerUnit(d); err == nil {
			require.Equal(t, d.String()+"/unit", unit.String())
		}
	})
}
