package money

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Amount is an exact amount of a currency. It is a comparable value without a pointer; every operation returns a new one. The zero Amount is 0 of no
// currency and adds to any amount.
type Amount struct {
	units Units
	cur   Currency
}

// Minor returns n minor units of c: 1990 is 19.90 CNY.
func (c Currency) Minor(n int64) Amount { return Amount{units: UnitsOf(n), cur: c} }

// Of returns u minor units of c.
func (c Currency) Of(u Units) Amount { return Amount{units: u, cur: c} }

// Amount returns d exactly. It is a [*ScaleError] if d has more decimals than c (trailing zeros do not count) and a [*RangeError] beyond 38 digits.
func (c Currency) Amount(d decimal.Decimal) (Amount, error) {
	u, err := Scaled(d, c.Scale())
	if err != nil {
		return Amount{}, err
	}
	return Amount{units: u, cur: c}, nil
}

// Parse returns the amount of a plain decimal number such as "19.9" or "-3". It is a [*SyntaxError], [*ScaleError] or [*RangeError] otherwise;
// exponents are not read.
func (c Currency) Parse(s string) (Amount, error) {
	d, err := ParseDecimal(s)
	if err != nil {
		return Amount{}, err
	}
	return c.Amount(d)
}

// ParseDecimal reads a plain decimal number: digits, at most one point between digits, an optional minus; at most 60 characters. Anything else,
// exponents too, is a [*SyntaxError], so that a text from outside cannot make a number of a million digits.
func ParseDecimal(s string) (decimal.Decimal, error) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(s) > 60 || !digits(whole) || point && !digits(fraction) {
		return decimal.Decimal{}, &SyntaxError{Value: clip(s)}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, &SyntaxError{Value: clip(s)}
	}
	return d, nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "..."
	}
	return s
}

// Scaled returns d × 10^scale as a whole number. It is a [*ScaleError] if d has more decimals than scale (trailing zeros do not count) and a
// [*RangeError] beyond 38 digits, found from the exponent before any large number is built.
func Scaled(d decimal.Decimal, scale int) (Units, error) {
	shift := scale + int(d.Exponent())
	if d.NumDigits() <= 18 { // the coefficient surely fits an int64
		n := d.CoefficientInt64()
		switch {
		case shift == 0 || n == 0:
			return UnitsOf(n), nil
		case shift > 0 && shift < len(pow10) && abs(n) <= uint64(maxInt64)/pow10[shift]:
			return UnitsOf(n * int64(pow10[shift])), nil
		case shift < 0 && -shift < len(pow10) && n%int64(pow10[-shift]) == 0:
			return UnitsOf(n / int64(pow10[-shift])), nil
		}
	}
	return scaledLarge(d, scale, shift)
}

// scaledLarge is Scaled of any coefficient. Its only memory is the copy of it that there is to be had of a decimal, unless more than 38 digits are in play.
func scaledLarge(d decimal.Decimal, scale, shift int) (Units, error) {
	coefficient := d.Coefficient()
	if u, ok := unitsFromBig(coefficient); ok {
		if u, ok = u.scaled(shift); ok {
			return u, nil
		}
	}
	switch {
	case coefficient.Sign() == 0:
		return Units{}, nil
	case d.NumDigits()+shift > maxDigits:
		return Units{}, &RangeError{Value: describe(d)}
	case shift < 0:
		// A number with fewer digits than the zeros it needs at its end has too many decimals.
		if -shift >= d.NumDigits() {
			return Units{}, &ScaleError{Value: describe(d), Scale: scale}
		}
		var rest big.Int
		if coefficient.QuoRem(coefficient, Pow10(-shift), &rest); rest.Sign() != 0 {
			return Units{}, &ScaleError{Value: describe(d), Scale: scale}
		}
	default:
		coefficient.Mul(coefficient, Pow10(shift))
	}
	return UnitsFromBig(coefficient)
}

// describe writes d without ever writing out a huge exponent.
func describe(d decimal.Decimal) string {
	if d.NumDigits() > 60 {
		return "a number of " + strconv.Itoa(d.NumDigits()) + " digits"
	}
	if e := d.Exponent(); e > 60 || e < -60 {
		return d.Coefficient().String() + "e" + strconv.Itoa(int(e))
	}
	return d.String()
}

// Currency returns the currency, the zero Currency for the zero Amount.
func (a Amount) Currency() Currency { return a.cur }

// Units returns the minor units.
func (a Amount) Units() Units { return a.units }

// Decimal returns the amount as a decimal at the currency's scale.
func (a Amount) Decimal() decimal.Decimal {
	if n, ok := a.units.Int64(); ok {
		return decimal.New(n, -int32(a.cur.scale))
	}
	return decimal.NewFromBigInt(a.units.Big(nil), -int32(a.cur.scale))
}

// Plain returns the number alone, with all decimals of the currency: "19.90".
func (a Amount) Plain() string { return string(a.appendPlain(nil)) }

func (a Amount) appendPlain(b []byte) []byte {
	if n, ok := a.units.Int64(); ok {
		return AppendFixed(b, n, int(a.cur.scale))
	}
	return append(b, a.Decimal().StringFixed(int32(a.cur.scale))...)
}

// String returns the number and the code: "19.90 CNY", or "0" for the zero Amount.
func (a Amount) String() string {
	text, _ := a.MarshalText()
	return string(text)
}

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int { return a.units.Sign() }

// IsZero reports whether the amount is 0, in any currency.
func (a Amount) IsZero() bool { return a.units.IsZero() }

// Neg returns -a.
func (a Amount) Neg() Amount { return Amount{units: a.units.Neg(), cur: a.cur} }

// Cmp orders amounts: first by number where the currencies are the same or one is the zero Amount, else by the currency's code and scale.
func (a Amount) Cmp(b Amount) int {
	if a.cur == b.cur || a == (Amount{}) || b == (Amount{}) {
		return a.units.Cmp(b.units)
	}
	return a.cur.Cmp(b.cur)
}

// Add returns a + b. It is a [*MismatchError] if the currencies differ (the zero Amount has none and adds to any) and a [*RangeError] beyond 38 digits.
func (a Amount) Add(b Amount) (Amount, error) {
	cur := a.cur
	switch {
	case a.cur == b.cur, b == Amount{}:
	case a == Amount{}:
		cur = b.cur
	default:
		return Amount{}, &MismatchError{A: a.cur, B: b.cur}
	}
	units, err := a.units.Add(b.units)
	if err != nil {
		return Amount{}, err
	}
	return Amount{units: units, cur: cur}, nil
}

// Sub returns a - b; its errors are those of Add.
func (a Amount) Sub(b Amount) (Amount, error) { return a.Add(b.Neg()) }

// Sum returns the sum of the amounts, the zero Amount for none; its errors are those of Add.
func Sum(amounts ...Amount) (Amount, error) {
	var total Amount
	var err error
	for _, a := range amounts {
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// MarshalText writes the form of String, which carries code and scale: "19.90 CNY".
func (a Amount) MarshalText() ([]byte, error) { return a.AppendText(make([]byte, 0, 24)) }

// AppendText appends the form of String.
func (a Amount) AppendText(b []byte) ([]byte, error) {
	b = a.appendPlain(b)
	if !a.cur.IsZero() {
		b = append(append(b, ' '), a.cur.Code()...)
	}
	return b, nil
}

// UnmarshalText reads what MarshalText writes; the scale is the number of decimals written. Its errors are those of [Currency.Parse] and
// [NewCurrency].
func (a *Amount) UnmarshalText(text []byte) error {
	number, code, found := strings.Cut(string(text), " ")
	if !found {
		if number != "0" {
			return &SyntaxError{Value: clip(number)}
		}
		*a = Amount{}
		return nil
	}
	_, fraction, _ := strings.Cut(number, ".")
	cur, err := NewCurrency(code, len(fraction))
	if err != nil {
		return err
	}
	parsed, err := cur.Parse(number)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
