package commission

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Rate is what a rule pays: a share of the base ("10%") or an amount for each unit ("3.00/unit"). It is a comparable value. The zero Rate is "not set",
// which is not the same as 0 %: a rate that is not set leaves the choice to the next source.
type Rate struct {
	coefficient int64
	scale       uint8
	kind        rateKind
}

type rateKind uint8

const (
	unset rateKind = iota
	percent
	perUnit
)

const (
	unitSuffix   = "/unit"
	unsetText    = "-"
	maxRateScale = 18
)

// Fraction returns the rate that pays this share of the base: 0.10 is 10 %. It is a [*RateError] below 0, above 1, or with more than 18 decimals.
func Fraction(share decimal.Decimal) (Rate, error) {
	r, ok := rateOf(share, percent)
	if !ok || share.GreaterThan(decimal.NewFromInt(1)) {
		return Rate{}, &RateError{Text: plain(share), Problem: "a share is from 0 to 1 with at most 18 decimals; 10 % is 0.10"}
	}
	return r, nil
}

// PerUnit returns the rate that pays this amount for each unit sold. It is a [*RateError] below 0 or with more than 18 digits.
func PerUnit(amount decimal.Decimal) (Rate, error) {
	r, ok := rateOf(amount, perUnit)
	if !ok {
		return Rate{}, &RateError{Text: plain(amount), Problem: "an amount per unit is 0 or more with at most 18 digits"}
	}
	return r, nil
}

func rateOf(d decimal.Decimal, kind rateKind) (Rate, bool) {
	if d.Sign() < 0 || d.NumDigits() > 60 || d.Exponent() < -60 || d.Exponent() > 18 {
		return Rate{}, false
	}
	if scale := -d.Exponent(); scale >= 0 && scale <= maxRateScale && d.NumDigits() <= 18 {
		return Rate{coefficient: d.CoefficientInt64(), scale: uint8(scale), kind: kind}.shortest(), true
	}
	for scale := 0; scale <= maxRateScale; scale++ {
		units, err := money.Scaled(d, scale)
		if err != nil {
			continue
		}
		n, ok := units.Int64()
		return Rate{coefficient: n, scale: uint8(scale), kind: kind}, ok && n < 1e18
	}
	return Rate{}, false
}

// shortest returns the rate without zeros at its end, so that equal rates are equal values.
func (r Rate) shortest() Rate {
	for r.scale > 0 && r.coefficient%10 == 0 {
		r.coefficient, r.scale = r.coefficient/10, r.scale-1
	}
	return r
}

// plain writes a number without writing out an exponent that would fill memory.
func plain(d decimal.Decimal) string {
	if e := d.Exponent(); e > 60 || e < -60 || d.NumDigits() > 60 {
		return "a number with too many digits"
	}
	return d.String()
}

// RateError says why a text or number is no rate.
type RateError struct {
	Text    string
	Problem string
}

func (e *RateError) Error() string { return fmt.Sprintf("commission: rate %q: %s", e.Text, e.Problem) }

var unitsOfShare = []struct {
	suffix string
	shift  int32
}{{"%", -2}, {"‰", -3}, {"bp", -4}, {"", 0}}

// ParseRate reads a rate: a share of the base as "10%", "100‰", "1000bp" or "0.10"; an amount for each unit as "3.00/unit"; "-" for the rate that is
// not set. Anything else is a [*RateError].
func ParseRate(text string) (Rate, error) {
	if text == unsetText {
		return Rate{}, nil
	}
	if number, ok := strings.CutSuffix(text, unitSuffix); ok {
		d, err := money.ParseDecimal(number)
		if err != nil {
			return Rate{}, &RateError{Text: text, Problem: `write an amount for each unit as "3.00/unit"`}
		}
		return PerUnit(d)
	}
	for _, u := range unitsOfShare {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		d, err := money.ParseDecimal(number)
		if err != nil {
			break
		}
		share := d.Shift(u.shift)
		if share.GreaterThan(decimal.NewFromInt(1)) {
			return Rate{}, &RateError{Text: text, Problem: fmt.Sprintf("this is %s %%, more than the whole; 10 %% is %q or %q", plain(share.Shift(2)), "10%", "0.10")}
		}
		return Fraction(share)
	}
	return Rate{}, &RateError{Text: text, Problem: `write "10%", "0.10" or "3.00/unit"`}
}

// MustRate is [ParseRate] for constants; it panics where that returns an error.
func MustRate(text string) Rate {
	r, err := ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// IsSet reports whether the rate is set; "0%" is.
func (r Rate) IsSet() bool { return r.kind != unset }

// IsPerUnit reports whether the rate is an amount for each unit.
func (r Rate) IsPerUnit() bool { return r.kind == perUnit }

// Decimal returns the share of the base (0.10 for 10 %) or the amount per unit; 0 if not set.
func (r Rate) Decimal() decimal.Decimal { return decimal.New(r.coefficient, -int32(r.scale)) }

// String returns "10%", "3/unit" or "-".
func (r Rate) String() string {
	text, _ := r.MarshalText()
	return string(text)
}

// MarshalText writes the form of String.
func (r Rate) MarshalText() ([]byte, error) { return r.AppendText(make([]byte, 0, 24)) }

// AppendText appends the form of String.
func (r Rate) AppendText(b []byte) ([]byte, error) {
	switch r.kind {
	case percent:
		return append(appendShort(b, r.coefficient, int(r.scale)-2), '%'), nil
	case perUnit:
		return append(appendShort(b, r.coefficient, int(r.scale)), unitSuffix...), nil
	}
	return append(b, unsetText...), nil
}

// appendShort appends n / 10^scale without zeros at the end of its decimals.
func appendShort(b []byte, n int64, scale int) []byte {
	for ; scale > 0 && n%10 == 0; scale-- {
		n /= 10
	}
	b = money.AppendFixed(b, n, max(scale, 0))
	for ; scale < 0 && n != 0; scale++ {
		b = append(b, '0')
	}
	return b
}

// UnmarshalText reads what [ParseRate] reads.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// NumberHint says what to write in a plan instead of a bare number, which could mean 10 or 10 %.
func (Rate) NumberHint(raw string) string {
	return fmt.Sprintf(`write a rate as text: "%s%%" for a share of the base, or "%s/unit" for an amount for each unit`, raw, raw)
}
