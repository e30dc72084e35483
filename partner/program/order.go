package program

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Line is one line of an order.
type Line = commission.Line

// Order is a paid order as the shop knows it. Amounts are in the currency of the plan with at most the plan's price scale of decimals.
type Order struct {
	ID       commission.OrderID `json:"id"`
	Customer partner.Customer   `json:"customer"`
	Referrer partner.ID         `json:"referrer,omitempty"` // the partner whom the order itself names (a link, a code); "" for none
	PaidAt   time.Time          `json:"paidAt"`             // the order is judged by what held at this instant
	Lines    []Line             `json:"lines"`
	Discount decimal.Decimal    `json:"discount,omitempty"` // taken off the whole order (a coupon); spread over the lines
	Freight  decimal.Decimal    `json:"freight,omitempty"`  // paid on top; never commissioned
	Places   commission.Places  `json:"places"`             // whose territory it is
	Actor    string             `json:"actor,omitempty"`
	Reason   string             `json:"reason,omitempty"`
}

// Received says that an order has been received: its hold begins.
type Received struct {
	Order commission.OrderID
	Meta
}

// Refund says what came back of an order.
type Refund struct {
	ID    string // the shop's id of the refund: the same refund is done once
	Order commission.OrderID
	Lines []RefundLine
	Meta
}

// RefundLine is what came back of one line: units, money, or both.
type RefundLine = settlement.RefundLine

// EarlyError says that an event came before its order, where the programme refuses that.
type EarlyError struct {
	Order commission.OrderID
	Event string // "received" or "refund"
}

func (e *EarlyError) Error() string {
	return fmt.Sprintf("program: %s of order %q, which is not known", e.Event, e.Order)
}

// commission is the order as the calculation sees it.
func (o *Order) commission() *commission.Order {
	return &commission.Order{
		ID: o.ID, Customer: o.Customer, Referrer: o.Referrer, PaidAt: instant(o.PaidAt), Lines: o.Lines, Discount: o.Discount, Freight: o.Freight, Places: o.Places,
	}
}

// check finds what is wrong with the ids and the time; the calculation checks the numbers.
func (o *Order) check() error {
	errs := []error{partner.CheckID("id", o.ID), partner.CheckID("customer", o.Customer)}
	if o.Referrer != "" {
		errs = append(errs, partner.CheckID("referrer", o.Referrer))
	}
	for i := range o.Lines {
		l, at := &o.Lines[i], "lines["+strconv.Itoa(i)+"]."
		errs = append(errs, partner.CheckID(at+"id", l.ID), checkText(at+"sku", l.SKU, maxKey), checkText(at+"product", l.Product, maxKey),
			checkText(at+"category", l.Category, maxKey))
	}
	errs = append(errs, checkText("places.shipTo", o.Places.ShipTo, maxKey), checkText("places.pickup", o.Places.Pickup, maxKey),
		checkText("places.delivery", o.Places.Delivery, maxKey))
	if o.PaidAt.IsZero() {
		errs = append(errs, &MetaError{Field: "paidAt", Problem: "an order needs the instant of its payment"})
	}
	errs = append(errs, checkTime("paidAt", o.PaidAt))
	return errors.Join(errs...)
}

func (o *Order) operation() operation {
	op := operation{name: "paid", key: string(o.ID), meta: Meta{At: o.PaidAt, Actor: o.Actor, Reason: o.Reason}}
	op.payload.add("customer", string(o.Customer))
	op.payload.add("referrer", string(o.Referrer))
	op.payload.add("paidAt", canonicalTime(o.PaidAt))
	lines := make([]string, 0, len(o.Lines))
	for i := range o.Lines {
		l := &o.Lines[i]
		rates := make([]string, len(l.Rates))
		for j, r := range l.Rates {
			rates[j] = r.String()
		}
		lines = append(lines, list(string(l.ID), l.SKU, l.Product, l.Category, strconv.FormatInt(l.Quantity, 10),
			canonicalDecimal(l.Amount), canonicalNull(l.Cost), list(rates...)))
	}
	op.payload.add("lines", list(lines...))
	op.payload.add("discount", canonicalDecimal(o.Discount))
	op.payload.add("freight", canonicalDecimal(o.Freight))
	op.payload.add("shipTo", o.Places.ShipTo)
	op.payload.add("pickup", o.Places.Pickup)
	op.payload.add("delivery", o.Places.Delivery)
	return op
}

func (r *Refund) operation() operation {
	op := operation{name: "refund", key: r.ID, meta: r.Meta}
	op.payload.add("order", string(r.Order))
	op.payload.add("lines", refundLines(r.Lines))
	op.payload.add("at", canonicalTime(r.At))
	return op
}

func refundLines(lines []RefundLine) string {
	values := make([]string, len(lines))
	for i, l := range lines {
		values[i] = list(string(l.Line), strconv.FormatInt(l.Quantity, 10), canonicalNull(l.Amount))
	}
	return list(values...)
}
