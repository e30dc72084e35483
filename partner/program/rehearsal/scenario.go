package rehearsal

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// Scenario is what happens to a programme and what must come of it. [Parse] reads it from a file.
type Scenario struct {
	Name        string       `json:"name" strict:"required"`
	About       string       `json:"about,omitempty"` // what it shows, for people
	Rules       []string     `json:"rules,omitempty"` // the numbers of the rules that it proves: "5.2"
	Plan        program.Plan `json:"plan" strict:"required"`
	From        time.Time    `json:"from"`                  // the first instant at which the plan is in force; zero: since ever
	Start       time.Time    `json:"start"`                 // where the clock stands at the beginning; zero: the first event says when it is
	EarlyEvents string       `json:"earlyEvents,omitempty"` // "park" or "" keeps a receipt or refund that comes before its order; "refuse" refuses it
	Events      []Event      `json:"events" strict:"required"`
	Expect      *Final       `json:"expect"` // what holds at the end; nil: nothing is expected

	// Own and Hooks are the shop's own code that it is played with, which no file can hold.
	Own   commission.Rules `json:"-"`
	Hooks program.Hooks    `json:"-"`
}

// Event is one thing that happens. It has exactly one action.
type Event struct {
	At       time.Time `json:"at"`            // when it happened; zero: now, where the clock stands
	Recorded time.Time `json:"recorded"`      // when the programme is told; zero: At
	Key      string    `json:"key,omitempty"` // done once for each key; "": the natural one. A withdrawal needs a key, and is called by it afterwards.
	Actor    string    `json:"actor,omitempty"`
	Reason   string    `json:"reason,omitempty"`

	Add       *Add        `json:"add"`
	Recruit   *Recruit    `json:"recruit"`
	Bind      *Bind       `json:"bind"`
	Assign    *Assign     `json:"assign"`
	Transfer  *Transfer   `json:"transfer"`
	Unbind    *Unbind     `json:"unbind"`
	Move      *Move       `json:"move"`
	Import    *Import     `json:"import"`
	Freeze    *Person     `json:"freeze"`
	Unfreeze  *Person     `json:"unfreeze"`
	Level     *Level      `json:"level"`
	Terminate *Person     `json:"terminate"`
	Finish    *Depart     `json:"finish"`
	ClearOut  *Depart     `json:"clearOut"`
	Publish   *Publish    `json:"publish"`
	Paid      *Order      `json:"paid"`
	Quote     *Order      `json:"quote"`
	Received  *Received   `json:"received"`
	Refund    *Refund     `json:"refund"`
	Exchange  *Exchange   `json:"exchange"`
	Run       *Due        `json:"run"`
	Withdraw  *Withdraw   `json:"withdraw"`
	Approve   *Withdrawal `json:"approve"`
	Reject    *Withdrawal `json:"reject"`
	Pay       *Payout     `json:"pay"`
	Fail      *Withdrawal `json:"fail"`
	Bonus     *Bonus      `json:"bonus"`
	Grants    *GrantsOf   `json:"grants"`
	Levels    *Person     `json:"levels"`

	ExchangeClosed *Exchange `json:"exchangeClosed"`

	Expect *Expect `json:"expect"` // what must come of it; nil: no error
}

// Add makes somebody a partner.
type Add struct {
	Partner partner.ID    `json:"partner" strict:"required"`
	Level   partner.Level `json:"level,omitempty"` // "": the plan's default level
}

// Recruit says who brought whom.
type Recruit struct {
	Partner   partner.ID   `json:"partner" strict:"required"`
	Recruiter partner.ID   `json:"recruiter" strict:"required"`
	Tree      partner.Tree `json:"tree,omitempty"` // "" for that of recruiters
}

// Bind says by whom a customer came.
type Bind struct {
	Customer partner.Customer `json:"customer" strict:"required"`
	Owner    partner.ID       `json:"owner" strict:"required"`
	By       tree.Cause       `json:"by,omitempty"` // "share" or "" for a link or code, "contact" or "order"
}

// Person names the partner who is frozen or unfrozen, is leaving, or is asked about.
type Person struct {
	Partner partner.ID `json:"partner" strict:"required"`
}

// Level gives a partner a level.
type Level struct {
	Partner partner.ID    `json:"partner" strict:"required"`
	Level   partner.Level `json:"level" strict:"required"`
	Until   time.Time     `json:"until"` // until when what he reaches does not change it; zero: until that is a higher one
}

// Publish publishes another plan.
type Publish struct {
	Plan program.Plan `json:"plan" strict:"required"`
	From time.Time    `json:"from"` // zero: when the event happens
}

// Order is an order that is paid, or asked about, when the event happens.
type Order struct {
	Order    commission.OrderID `json:"order" strict:"required"`
	Customer partner.Customer   `json:"customer" strict:"required"`
	Referrer partner.ID         `json:"referrer,omitempty"` // the partner whom the order itself names; "" for none
	Staff    partner.ID         `json:"staff,omitempty"`    // the member of the shop's own staff whom it names; "" for none
	Lines    []program.Line     `json:"lines" strict:"required"`
	Discount decimal.Decimal    `json:"discount"` // taken off the whole order
	Freight  decimal.Decimal    `json:"freight"`  // paid on top
	Places   commission.Places  `json:"places"`   // whose territory it is

	Kind     commission.OrderKind `json:"kind,omitempty"`     // "" for an ordinary sale
	Abnormal partner.Reason       `json:"abnormal,omitempty"` // why the shop says that it pays nothing; "" if it does not
	Tenders  []program.Tender     `json:"tenders,omitempty"`  // with what it was paid, as far as it matters
	Awaits   program.Awaits       `json:"awaits,omitempty"`   // what is still to come before it is final; "" for nothing

	CreatedAt time.Time `json:"createdAt"` // when the buyer made it; zero: when he paid it
}

// Received names the order that was received.
type Received struct {
	Order commission.OrderID `json:"order" strict:"required"`
}

// Refund says what came back of an order.
type Refund struct {
	Refund string               `json:"refund" strict:"required"` // the shop's id of the refund
	Order  commission.OrderID   `json:"order" strict:"required"`
	Lines  []program.RefundLine `json:"lines" strict:"required"`
}

// Exchange says that goods of an order are exchanged for others, or that this is over.
type Exchange struct {
	Exchange string               `json:"exchange" strict:"required"` // the shop's id of the exchange
	Order    commission.OrderID   `json:"order" strict:"required"`
	Lines    []program.RefundLine `json:"lines,omitempty"` // what comes back, where the plan makes an exchange a refund
}

// Due lets the scheduler run what is due when the event happens.
type Due struct{}

// Withdraw asks for money to be paid out.
type Withdraw struct {
	Partner partner.ID      `json:"partner" strict:"required"`
	Amount  decimal.Decimal `json:"amount" strict:"required"`
	Asset   string          `json:"asset,omitempty"` // its code; "" for cash, which alone can be
}

// Withdrawal names a withdrawal by the key of its request.
type Withdrawal struct {
	Withdrawal string `json:"withdrawal" strict:"required"`
}

// Payout says that a withdrawal was paid, and what was taken from its gross.
type Payout struct {
	Withdrawal string          `json:"withdrawal" strict:"required"` // the key of its request
	Tax        decimal.Decimal `json:"tax"`
	Fee        decimal.Decimal `json:"fee"`
}
