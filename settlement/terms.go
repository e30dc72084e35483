package settlement

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// Terms are the settlement section of a plan: when commission becomes available, and what can be withdrawn.
type Terms struct {
	// HoldDays is how many days of 24 hours commission is held. nil is 7.
	HoldDays *int `json:"holdDays,omitempty"`
	// Anchor is when the hold begins.
	Anchor Anchor `json:"anchor"`
	// MinWithdrawal is the least that can be withdrawn, compared with the gross; absent: any amount above 0.
	MinWithdrawal decimal.NullDecimal `json:"minWithdrawal"`
}

// DefaultHoldDays is the hold where a plan gives none.
const DefaultHoldDays = 7

// maxHoldDays keeps times within what every store can hold.
const maxHoldDays = 3650

// WithDefaults returns the terms with every field that was left out set to what it means.
func (t Terms) WithDefaults() Terms {
	if t.HoldDays == nil {
		days := DefaultHoldDays
		t.HoldDays = &days
	}
	return t
}

// Hold is how long commission is held.
func (t Terms) Hold() time.Duration {
	return time.Duration(*t.WithDefaults().HoldDays) * 24 * time.Hour
}

// Min returns the least that can be withdrawn, the zero Amount for any.
func (t Terms) Min(currency money.Currency) (money.Amount, error) {
	if !t.MinWithdrawal.Valid {
		return money.Amount{}, nil
	}
	return currency.Amount(t.MinWithdrawal.Decimal)
}

// Validate returns every problem of the terms in this currency, nil if there is none.
func (t Terms) Validate(currency money.Currency) []commission.Problem {
	var problems []commission.Problem
	if days := *t.WithDefaults().HoldDays; days < 0 || days > maxHoldDays {
		problems = append(problems, commission.Problem{Path: "settlement.holdDays", Message: fmt.Sprintf("from 0 to %d days, not %d", maxHoldDays, days)})
	}
	if int(t.Anchor) >= len(anchorNames) {
		problems = append(problems, commission.Problem{Path: "settlement.anchor", Message: fmt.Sprintf("%d names no option", t.Anchor)})
	}
	if least, err := t.Min(currency); err != nil {
		problems = append(problems, commission.Problem{Path: "settlement.minWithdrawal", Message: err.Error()})
	} else if least.Sign() < 0 {
		problems = append(problems, commission.Problem{Path: "settlement.minWithdrawal", Message: "a minimum is not below 0"})
	}
	return problems
}

// Anchor is when the hold begins.
type Anchor uint8

const (
	// AnchorReceived begins the hold when the order is received.
	AnchorReceived Anchor = iota
	// AnchorPaid begins it when the order is paid.
	AnchorPaid
)

var anchorNames = []string{"received", "paid"}

// String returns the option's name in a plan.
func (a Anchor) String() string {
	if int(a) < len(anchorNames) {
		return anchorNames[a]
	}
	return fmt.Sprintf("unknown (%d)", uint8(a))
}

// MarshalText writes the form of String.
func (a Anchor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (a *Anchor) UnmarshalText(text []byte) error {
	for i, name := range anchorNames {
		if name == string(text) {
			*a = Anchor(i)
			return nil
		}
	}
	return &commission.OptionError{Text: string(text), Names: anchorNames}
}
