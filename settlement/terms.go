package settlement

import (
	"fmt"
	"maps"
	"slices"
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
	// Kinds gives a kind of order a hold of its own.
	Kinds map[commission.OrderKind]KindTerms `json:"kinds,omitempty"`
	// Shortfall says who bears what a refund takes back from somebody who has less than that available.
	Shortfall Shortfall `json:"shortfall"`
	// MinWithdrawal is the least that can be withdrawn, compared with the gross; absent: any amount above 0.
	MinWithdrawal decimal.NullDecimal `json:"minWithdrawal"`
}

// KindTerms is the hold of a kind of order. What it leaves out is that of the other orders.
type KindTerms struct {
	HoldDays *int    `json:"holdDays,omitempty"`
	Anchor   *Anchor `json:"anchor,omitempty"`
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
	kinds := t.Kinds
	if len(kinds) > 0 {
		t.Kinds = make(map[commission.OrderKind]KindTerms, len(kinds))
	}
	for kind, own := range kinds {
		if own.HoldDays == nil {
			days := *t.HoldDays
			own.HoldDays = &days
		}
		if own.Anchor == nil {
			anchor := t.Anchor
			own.Anchor = &anchor
		}
		t.Kinds[kind] = own
	}
	return t
}

// Of returns the terms of a kind of order: its own hold, or that of the others.
func (t Terms) Of(kind commission.OrderKind) Terms {
	own := t.Kinds[kind]
	if own.HoldDays != nil {
		t.HoldDays = own.HoldDays
	}
	if own.Anchor != nil {
		t.Anchor = *own.Anchor
	}
	return t
}

// Hold is how long the commission of an order is held whose kind has no hold of its own.
func (t Terms) Hold() time.Duration {
	days := DefaultHoldDays
	if t.HoldDays != nil {
		days = *t.HoldDays
	}
	return time.Duration(days) * 24 * time.Hour
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
	hold := func(path string, days *int, anchor *Anchor) {
		if days != nil && (*days < 0 || *days > maxHoldDays) {
			problems = append(problems, commission.Problem{Path: path + ".holdDays", Message: fmt.Sprintf("from 0 to %d days, not %d", maxHoldDays, *days)})
		}
		if anchor != nil && int(*anchor) >= len(anchorNames) {
			problems = append(problems, commission.Problem{Path: path + ".anchor", Message: fmt.Sprintf("%d names no option", *anchor)})
		}
	}
	hold("settlement", t.HoldDays, &t.Anchor)
	if int(t.Shortfall) >= len(shortfallNames) {
		problems = append(problems, commission.Problem{Path: "settlement.shortfall", Message: fmt.Sprintf("%d names no option", t.Shortfall)})
	}
	for _, kind := range slices.Sorted(maps.Keys(t.Kinds)) {
		path, own := commission.KeyPath("settlement.kinds", string(kind)), t.Kinds[kind]
		if kind == "" {
			problems = append(problems, commission.Problem{Path: path, Message: "a kind has a name; what holds for ordinary sales stands in settlement itself"})
		}
		hold(path, own.HoldDays, own.Anchor)
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
func (a Anchor) String() string { return commission.OptionText(a, anchorNames) }

// MarshalText writes the form of String.
func (a Anchor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (a *Anchor) UnmarshalText(text []byte) error {
	return commission.ParseOption(a, text, anchorNames)
}
