package money

import (
	"bytes"
	"fmt"
	"strings"
)

// MaxScale is the largest number of decimals that a currency can have.
const MaxScale = 18

const maxCode = 15

// Currency is a unit of account: a code such as "CNY" and a scale, the number of decimals of its minor unit. It is comparable and holds no pointer.
// The zero Currency belongs to the zero Amount only.
type Currency struct {
	code  [maxCode]byte
	scale uint8
}

// NewCurrency returns the currency of that code and scale. The code has 1 to 15 letters, digits, dots, dashes or underscores; the scale is 0 to
// [MaxScale]. It need not be an ISO currency: points, tokens and other assets are welcome. Anything else is a [*CurrencyError].
func NewCurrency(code string, scale int) (Currency, error) {
	if code == "" || len(code) > maxCode || strings.IndexFunc(code, badCodeRune) >= 0 {
		return Currency{}, &CurrencyError{Code: code, Scale: scale, Problem: "a currency code has 1 to 15 letters, digits, dots, dashes or underscores"}
	}
	if scale < 0 || scale > MaxScale {
		return Currency{}, &CurrencyError{Code: code, Scale: scale, Problem: fmt.Sprintf("a currency has a scale of 0 to %d", MaxScale)}
	}
	c := Currency{scale: uint8(scale)}
	copy(c.code[:], code)
	return c, nil
}

// MustCurrency is [NewCurrency] for constants; it panics where that returns an error.
func MustCurrency(code string, scale int) Currency {
	c, err := NewCurrency(code, scale)
	if err != nil {
		panic(err)
	}
	return c
}

func badCodeRune(r rune) bool {
	return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_')
}

// StandardScale returns the scale that ISO 4217 gives the code, and whether it lists the code: 2 for CNY, 0 for JPY, 3 for KWD.
func StandardScale(code string) (scale int, ok bool) {
	if len(code) != 3 || strings.Contains(code, " ") {
		return 0, false
	}
	switch {
	case strings.Contains(iso0, code):
		return 0, true
	case strings.Contains(iso3, code):
		return 3, true
	case strings.Contains(iso2, code):
		return 2, true
	case code == "CLF" || code == "UYW":
		return 4, true
	}
	return 0, false
}

// The active codes of ISO 4217 by the number of their decimals; spaces keep a code from being found across two neighbours.
const (
	iso0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
	iso3 = "BHD IQD JOD KWD LYD OMR TND"
	iso2 = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD " +
		"EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA " +
		"MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS " +
		"SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
)

// Code returns the currency's code, "" for the zero Currency.
func (c Currency) Code() string { return strings.TrimRight(string(c.code[:]), "\x00") }

// Scale returns the number of decimals of the minor unit.
func (c Currency) Scale() int { return int(c.scale) }

// Cmp orders currencies by code, byte by byte, then by scale; the zero Currency comes first.
func (c Currency) Cmp(d Currency) int {
	if order := bytes.Compare(c.code[:], d.code[:]); order != 0 {
		return order
	}
	return int(c.scale) - int(d.scale)
}

// IsZero reports whether c is the zero Currency.
func (c Currency) IsZero() bool { return c == Currency{} }

// String returns the code.
func (c Currency) String() string { return c.Code() }
