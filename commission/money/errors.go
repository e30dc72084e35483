package money

import "fmt"

// CurrencyError says why a code and a scale make no currency.
type CurrencyError struct {
	Code    string
	Scale   int
	Problem string
}

func (e *CurrencyError) Error() string {
	return fmt.Sprintf("money: currency %q with scale %d: %s", e.Code, e.Scale, e.Problem)
}

// ScaleError says that a number has more decimals than it may have here; nothing is rounded silently.
type ScaleError struct {
	Value string
	Scale int
}

func (e *ScaleError) Error() string {
	return fmt.Sprintf("money: %s has more than %d decimals", e.Value, e.Scale)
}

// RangeError says that a number has more than 38 digits in minor units.
type RangeError struct {
	Value string
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("money: %s has more than %d digits in minor units", e.Value, maxDigits)
}

// MismatchError says that amounts of two currencies met.
type MismatchError struct {
	A, B Currency
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("money: %s (scale %d) and %s (scale %d) do not mix", e.A, e.A.Scale(), e.B, e.B.Scale())
}

// SyntaxError says that a text is no plain decimal number.
type SyntaxError struct {
	Value string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("money: %q is not a plain decimal number such as 19.90", e.Value)
}
