package commission

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// OrderID is the host's id of an order, LineID its id of a line within the order.
type (
	OrderID string
	LineID  string
)

// Order is a paid order as the shop knows it. Amounts are in the currency of the plan with at most the plan's price scale of decimals.
type Order struct {
	ID       OrderID          `json:"id"`
	Customer partner.Customer `json:"customer"`
	Referrer partner.ID       `json:"referrer,omitempty"` // the partner whom the order itself names (a link, a code); "" for none
	PaidAt   time.Time        `json:"paidAt"`
	Lines    []Line           `json:"lines"`
	Discount decimal.Decimal  `json:"discount,omitempty"` // taken off the whole order (a coupon); spread over the lines by largest remainder
	Freight  decimal.Decimal  `json:"freight,omitempty"`  // paid on top; never commissioned
	Places   Places           `json:"places"`             // whose territory it is
	Bar      partner.Reason   `json:"bar,omitempty"`      // why the whole order pays nobody; "" if it pays
}

// Line is one line of an order.
type Line struct {
	ID       LineID              `json:"id"`
	SKU      string              `json:"sku,omitempty"`
	Product  string              `json:"product,omitempty"`
	Category string              `json:"category,omitempty"`
	Quantity int64               `json:"quantity"`        // units sold, at least 1; goods sold by weight count in the smallest unit sold
	Amount   decimal.Decimal     `json:"amount"`          // what the line costs: all units, after the line's own discounts, before the order's
	Cost     decimal.NullDecimal `json:"cost,omitempty"`  // what all its units cost the shop; needed where the plan pays on profit
	Rates    []Rate              `json:"rates,omitempty"` // rates given with the line, slot 1 first; they come before every rate of the plan
}

// Upline is one in the line of people above a buyer, as of the order's payment.
type Upline struct {
	Partner partner.ID
	Level   partner.Level  // "" for none
	Leader  bool           // whether the level makes him a leader, who receives the team reward
	Bar     partner.Reason // why he earns nothing; "" if he earns (see partner.State.Bar)
}

// Limits of one order. What exceeds them is an OrderError, before any work is done.
const (
	MaxLines    = 5000
	MaxQuantity = 1_000_000_000
	MaxUplines  = 100_000
)

// OrderError lists everything that is wrong with an order. Nothing was calculated.
type OrderError struct {
	Order    OrderID
	Problems []Problem
}

// Problem names a field by its path, such as lines[2].amount, and says what is wrong with it.
type Problem struct {
	Path    string
	Message string
}

// String returns "path: message".
func (p Problem) String() string { return p.Path + ": " + p.Message }

func (e *OrderError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return fmt.Sprintf("commission: order %q: %s", e.Order, strings.Join(texts, "; "))
}

func (e *OrderError) add(path, format string, args ...any) {
	e.Problems = append(e.Problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}
