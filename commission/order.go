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
	Staff    partner.ID       `json:"staff,omitempty"`    // the member of the shop's own staff whom the order names, if he is a partner of the programme; "" for none
	PaidAt   time.Time        `json:"paidAt"`
	// CreatedAt is when the buyer made the order, not after PaidAt; zero: when he paid it. It matters only where the plan says so.
	CreatedAt time.Time       `json:"createdAt"`
	Lines     []Line          `json:"lines"`
	Discount  decimal.Decimal `json:"discount,omitempty"` // taken off the whole order (a coupon); spread over the lines by largest remainder
	Freight   decimal.Decimal `json:"freight,omitempty"`  // paid on top; never commissioned
	Places    Places          `json:"places"`             // whose territory it is
	Bar       partner.Reason  `json:"bar,omitempty"`      // why the whole order pays nobody; "" if it pays
	Kind      OrderKind       `json:"kind,omitempty"`     // what kind of order it is; "" for an ordinary sale
	Tenders   []Tender        `json:"tenders,omitempty"`  // with what it was paid, as far as it matters; each kind once
	Used      []Used          `json:"used,omitempty"`     // what earlier orders use of campaigns; of one that is not named: nothing
	// Trees are the lines of people above the sale in the trees by which the plan pays beside that of recruiters; in one that is not named nobody stands.
	Trees []TreeLine `json:"trees,omitempty"`
}

// OrderKind is a kind of order. A plan can give it rates and a hold of its own, or exclude it. The kinds below are those that shops have in common; a
// shop can have others of its own.
type OrderKind string

// Kinds of orders. Only GiftOrder and Exchange mean something by themselves: they pay nothing unless the plan has an entry for them or, of Exchange, makes an
// exchange a refund and a new order.
const (
	PreSale        OrderKind = "pre-sale"         // paid as a deposit and a balance
	CashOnDelivery OrderKind = "cash-on-delivery" // paid when it is delivered
	GroupBuy       OrderKind = "group-buy"        // valid only once enough buyers have come together
	Recharge       OrderKind = "recharge"         // money put into the buyer's account with the shop
	Card           OrderKind = "card"             // a card or a voucher
	Service        OrderKind = "service"          // a service
	GiftOrder      OrderKind = "gift"             // goods for which nobody pays
	Exchange       OrderKind = "exchange"         // goods in exchange for others, whose order keeps its commission
)

// OrderKinds returns the kinds that shops have in common.
func OrderKinds() []OrderKind {
	return []OrderKind{PreSale, CashOnDelivery, GroupBuy, Recharge, Card, Service, GiftOrder, Exchange}
}

// Tender is a part of what an order was paid with.
type Tender struct {
	Kind   string          `json:"kind"`   // a code of the shop's: "points", "gift-card"
	Amount decimal.Decimal `json:"amount"` // 0 or more, in the currency of the plan
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

	Gift      bool                `json:"gift,omitempty"`      // whether it comes free with other goods; a gift pays nothing
	Promotion string              `json:"promotion,omitempty"` // the promotion by which it was sold, by the name that it has in the plan; "" for none
	List      decimal.NullDecimal `json:"list,omitempty"`      // the list price of all its units; needed where the plan pays on the list price
	// GiveUp is how much less the buyer pays for the line because the selling partner gives it up out of his own commission. Amount does not take it
	// off: the others are paid on what the line costs without it.
	GiveUp decimal.Decimal `json:"giveUp,omitempty"`
}

// hasFacts reports whether there is more to be known of the line than what was paid for which goods.
func (l *Line) hasFacts() bool {
	return l.Cost.Valid || l.Gift || l.Promotion != "" || l.List.Valid || l.GiveUp != (decimal.Decimal{})
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
	MaxTenders  = 100
)

// OrderError lists everything that is wrong with an order. Nothing was calculated.
type OrderError struct {
	Order    OrderID
	Problems []Problem
}

// Problem names a field by its path, such as lines[2].amount, and says what is wrong with it: [partner.Problem].
type Problem = partner.Problem

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
