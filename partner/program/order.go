package program

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	Staff    partner.ID         `json:"staff,omitempty"`    // the member of the shop's own staff whom it names (导购), a partner of the programme too; "" for none
	PaidAt   time.Time          `json:"paidAt"`             // the order is judged by what held at this instant
	// CreatedAt is when the buyer made the order, not after PaidAt; zero: when he paid it. It matters only where the plan says so.
	CreatedAt time.Time         `json:"createdAt"`
	Lines     []Line            `json:"lines"`
	Discount  decimal.Decimal   `json:"discount,omitempty"` // taken off the whole order (a coupon); spread over the lines
	Freight   decimal.Decimal   `json:"freight,omitempty"`  // paid on top; never commissioned
	Places    commission.Places `json:"places"`             // whose territory it is

	Kind     commission.OrderKind `json:"kind,omitempty"`     // what kind of order it is; "" for an ordinary sale
	Abnormal partner.Reason       `json:"abnormal,omitempty"` // why the shop says that the order pays nothing (a test, suspected fraud); "" if it does not
	Tenders  []Tender             `json:"tenders,omitempty"`  // with what it was paid, as far as it matters; each kind once
	Awaits   Awaits               `json:"awaits,omitempty"`   // what is still to come before the order is final; "" for nothing

	Actor  string `json:"actor,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Tender is a part of what an order was paid with.
type Tender = commission.Tender

// Awaits is what is still to come before an order is final. Nothing is posted for it until then: the shop tells of the same order again when it has come,
// with the whole amount and the instant at which it did. Where it never comes (a forfeited deposit, a parcel that was refused) nothing is paid.
type Awaits string

// What an order can await.
const (
	AwaitsBalance    Awaits = "balance"    // a pre-sale of which only the deposit is paid
	AwaitsCollection Awaits = "collection" // cash on delivery that is not collected
	AwaitsFormation  Awaits = "formation"  // a group-buy for which not enough buyers have come together
)

var awaitsReasons = map[Awaits]partner.Reason{
	AwaitsBalance: commission.AwaitsBalance, AwaitsCollection: commission.AwaitsCollection, AwaitsFormation: commission.AwaitsFormation,
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

// EarlyError says that an event came before its order, where the programme refuses that; [Config].EarlyEvents lets a receipt and a refund wait.
type EarlyError struct {
	Order commission.OrderID
	Event string // "received", "refund" or "exchange"
}

func (e *EarlyError) Error() string {
	return fmt.Sprintf("program: %s of order %q, which is not known", e.Event, e.Order)
}

// commission is the order as the calculation sees it.
func (o *Order) commission() *commission.Order {
	return &commission.Order{
		ID: o.ID, Customer: o.Customer, Referrer: o.Referrer, Staff: o.Staff, PaidAt: instant(o.PaidAt), Lines: o.Lines, Discount: o.Discount, Freight: o.Freight, Places: o.Places,
		Kind: o.Kind, Bar: o.Abnormal, Tenders: o.Tenders, CreatedAt: instant(o.CreatedAt),
	}
}

// check finds what is wrong with the ids and the time; the calculation checks the numbers.
func (o *Order) check() error {
	errs := []error{partner.CheckID("id", o.ID), partner.CheckID("customer", o.Customer)}
	if o.Referrer != "" {
		errs = append(errs, partner.CheckID("referrer", o.Referrer))
	}
	if o.Staff != "" {
		errs = append(errs, partner.CheckID("staff", o.Staff))
	}
	for i := range o.Lines {
		l, at := &o.Lines[i], "lines["+strconv.Itoa(i)+"]."
		errs = append(errs, partner.CheckID(at+"id", l.ID), checkText(at+"sku", l.SKU, maxKey), checkText(at+"product", l.Product, maxKey),
			checkText(at+"category", l.Category, maxKey), checkText(at+"promotion", l.Promotion, maxKey))
	}
	errs = append(errs, checkText("kind", string(o.Kind), maxKey), checkText("abnormal", string(o.Abnormal), maxKey))
	for i, t := range o.Tenders {
		errs = append(errs, checkText("tenders["+strconv.Itoa(i)+"].kind", t.Kind, maxKey))
	}
	if o.Awaits != "" && awaitsReasons[o.Awaits] == "" {
		errs = append(errs, &MetaError{Field: "awaits", Problem: "an order awaits \"balance\", \"collection\" or \"formation\""})
	}
	errs = append(errs, checkText("places.shipTo", o.Places.ShipTo, maxKey), checkText("places.pickup", o.Places.Pickup, maxKey),
		checkText("places.delivery", o.Places.Delivery, maxKey))
	if o.PaidAt.IsZero() {
		errs = append(errs, &MetaError{Field: "paidAt", Problem: "an order needs the instant of its payment"})
	}
	errs = append(errs, checkTime("paidAt", o.PaidAt), checkTime("createdAt", o.CreatedAt))
	return errors.Join(errs...)
}

// operation is what the order is told as. That it awaits something is another operation than that it is paid, with a key for each thing that it awaits.
func (o *Order) operation() operation {
	op := operation{name: "paid", expects: o.expected, key: string(o.ID), meta: Meta{At: o.PaidAt, Actor: o.Actor, Reason: o.Reason}}
	if o.Awaits != "" {
		op.name, op.key = "awaits", string(o.ID)+"/"+string(o.Awaits)
	}
	op.payload.add("customer", string(o.Customer))
	op.payload.add("referrer", string(o.Referrer))
	op.payload.add("staff", string(o.Staff))
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
	op.payload.add("kind", string(o.Kind))
	op.payload.add("abnormal", string(o.Abnormal))
	op.payload.add("tenders", list(o.tenders()...))
	op.payload.add("lineFacts", list(o.lineFacts()...))
	op.payload.add("createdAt", canonicalTime(o.CreatedAt))
	return op
}

// tenders returns the tenders in canonical form, in order of kind: which is named first says nothing.
func (o *Order) tenders() []string {
	texts := make([]string, len(o.Tenders))
	for i, t := range o.Tenders {
		texts[i] = list(t.Kind, canonicalDecimal(t.Amount))
	}
	slices.Sort(texts)
	return texts
}

// lineFacts returns what there is to know of lines besides what stands in every order, in canonical form; nothing for a line that has none of it.
func (o *Order) lineFacts() []string {
	var texts []string
	for i := range o.Lines {
		l, gift := &o.Lines[i], ""
		if l.Gift {
			gift = "gift"
		}
		if facts := []string{gift, l.Promotion, canonicalNull(l.List), canonicalDecimal(l.GiveUp)}; strings.Join(facts, "") != "" {
			texts = append(texts, list(append([]string{string(l.ID)}, facts...)...))
		}
	}
	return texts
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
