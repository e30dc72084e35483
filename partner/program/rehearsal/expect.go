package rehearsal

import (
	"reflect"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Expect is what must come of an event. What is left out is not checked, except that an event must succeed unless an error is expected. A list that is
// given is complete unless its comment says otherwise: [] is none.
type Expect struct {
	// Error is a part of the message with which the event is refused, ErrorType what kind of error it is. Either alone will do.
	Error     string    `json:"error,omitempty"`
	ErrorType ErrorType `json:"errorType,omitempty"`
	// Balances are checked in the buckets that are named, after the event.
	Balances map[partner.ID]Buckets `json:"balances"`

	// Of paid and quote. Unpaid lists some of those who get nothing, or all of them where Complete says so.
	Entries    []Entry             `json:"entries"`
	Unpaid     []Unpaid            `json:"unpaid"`
	Complete   bool                `json:"complete,omitempty"`
	Commission decimal.NullDecimal `json:"commission"`
	// Assets are what it pays beside cash, by asset: the sums of their entries. Those that are named are checked.
	Assets     map[string]decimal.Decimal `json:"assets"`
	Goods      decimal.NullDecimal        `json:"goods"` // paid for the goods: after discounts, without freight
	Kept       decimal.NullDecimal        `json:"kept"`  // what the shop keeps of it
	Attributed *partner.ID                `json:"attributed"`
	Campaigns  []CampaignUse              `json:"campaigns"`         // what it uses of campaigns that have a budget or a cap for each customer
	Version    int                        `json:"version,omitempty"` // of the plan that judged the order; of publish: the new one
	Promoted   *bool                      `json:"promoted"`          // whether the order made its buyer a partner
	Risen      *partner.Level             `json:"risen"`             // the level to which its buyer rose by it, "" for none
	Unparked   []Unparked                 `json:"unparked"`          // events that had come before the order, in order of arrival
	Repeated   *bool                      `json:"repeated"`          // whether the order had been paid before

	// Of bonus: all that the run pays, in the order of payees; Commission is its total, Kept what of a pool nobody gets, and Changes what is different from
	// what stands. RunState is where the run stands after it, "" where nothing is locked.
	Bonuses  []BonusEntry         `json:"bonuses"`
	RunState *settlement.RunState `json:"runState"`
	// Of refund: what the order pays each payee before and after it.
	Changes []Change `json:"changes"`
	// Of refund and exchange: what somebody else bears of it, all of it, in order of payee, then currency: above 0 what a payee is spared, below 0 what the
	// seller is charged.
	Borne []Borne `json:"borne"`
	// Of exchange: whether the order waits for it to be closed.
	Held *bool `json:"held"`
	// Of received and refund: whether it waits for its order.
	Parked *bool `json:"parked"`
	// Of received and paid: when the commission becomes available.
	ReleaseAt *time.Time `json:"releaseAt"`
	// Of run: the orders whose commission became available.
	Released []commission.OrderID `json:"released"`
	// Of run: the orders that the shop's own code kept pending, and why.
	Vetoed map[commission.OrderID]partner.Reason `json:"vetoed"`
	// Of run: the one-off bonuses that were paid or taken back, in order of whom they are for.
	Granted []Granted `json:"granted"`
	// Of run: who rose to a higher level, in order.
	Rises []Rise `json:"rises"`
	// Of run: who became partners by what they reached, in the order in which it was found.
	Promotes []partner.ID `json:"promotes"`
	// Of grants: the one-off bonuses for the user, in the order in which they were judged.
	Grants []Grant `json:"grants"`
	// Of levels: how the level has changed, all of it, and how those above it stand, lowest first.
	Log      []LevelChange `json:"log"`
	Progress []Prospect    `json:"progress"`

	// Of bind and assign: who owns the customer after it, "" for nobody, and whether by this event.
	Owner *partner.ID `json:"owner"`
	Bound *bool       `json:"bound"`
	// Of transfer, unbind, finish and clearOut: the customers who got another owner, in order.
	Transfers []Transferred `json:"transfers"`
	// Of finish and clearOut: the partners who got another recruiter, in order.
	Moves []Rehung `json:"moves"`
	// Of finish and clearOut: whether what is pending of him is forfeited, which the next run takes.
	Forfeits *bool `json:"forfeits"`
	// Of move: whether it changes anything.
	Moved *bool `json:"moved"`
	// Of recruit: whether the edge is new.
	Recruited *bool `json:"recruited"`
	// Of add, recruit, freeze, unfreeze, level and terminate, the level of levels, and the status of finish and clearOut: what holds of the partner after it.
	Recruiter *partner.ID     `json:"recruiter"`
	Level     *partner.Level  `json:"level"`
	Status    *partner.Status `json:"status"`
	// Of paid and quote: why the order is nobody's; of bind, assign, recruit and move: why nothing changed; "" for none.
	Reason *partner.Reason `json:"reason"`

	// Of withdraw, approve, reject, pay and fail. Withdrawal is the key of the request that this is the same withdrawal as.
	State      settlement.State    `json:"state,omitempty"`
	Net        decimal.NullDecimal `json:"net"` // gross less tax and fee
	Withdrawal string              `json:"withdrawal,omitempty"`
}

// Entry is one amount that an order pays: who gets how much for which line. What is not needed is checked where it is given.
type Entry struct {
	Line   commission.LineID   `json:"line" strict:"required"`
	Slot   int                 `json:"slot,omitempty"`
	Rule   string              `json:"rule,omitempty"` // "": slots
	Payee  partner.ID          `json:"payee" strict:"required"`
	Asset  string              `json:"asset,omitempty"` // its code; "" for cash
	Amount decimal.Decimal     `json:"amount" strict:"required"`
	Base   decimal.NullDecimal `json:"base"`             // what the rate was taken of
	Rate   commission.Rate     `json:"rate"`             // "-" and absent are the same: not checked
	Source string              `json:"source,omitempty"` // where the rate came from: "default", "product p2"
	Cut    *bool               `json:"cut"`              // whether the cap of the line lowered it
	Factor decimal.NullDecimal `json:"factor"`           // of the promotion by which the goods were sold; 1 where none multiplied the rate
	GiveUp decimal.NullDecimal `json:"giveUp"`           // what the payee gave up of it for the buyer
	// Campaign is what multiplied it: "618", or "618 + new".
	Campaign      string `json:"campaign,omitempty"`
	CutByOrder    *bool  `json:"cutByOrder"`    // whether the cap of the order lowered it
	CutByCampaign *bool  `json:"cutByCampaign"` // whether the cap of a campaign lowered it
}

// CampaignUse is what an order uses of a campaign that has a budget or a cap for each customer.
type CampaignUse struct {
	Campaign string          `json:"campaign" strict:"required"`
	Added    decimal.Decimal `json:"added" strict:"required"`
	Reason   partner.Reason  `json:"reason,omitempty"` // why it adds nothing, or less than it would
}

// Unpaid is one who gets nothing from a line. Without rule and slot it is the whole line.
type Unpaid struct {
	Line    commission.LineID `json:"line,omitempty"` // "" of a bonus
	Slot    int               `json:"slot,omitempty"`
	Rule    string            `json:"rule,omitempty"`    // "" with a slot: slots
	Partner partner.ID        `json:"partner,omitempty"` // "" where nobody stands
	Asset   string            `json:"asset,omitempty"`   // its code; "" for cash
	Reason  partner.Reason    `json:"reason" strict:"required"`
}

// Change is what an order pays somebody before and after a refund. Released is whether it was taken from what had been released.
type Change struct {
	Payee    partner.ID      `json:"payee" strict:"required"`
	Asset    string          `json:"asset,omitempty"` // its code; "" for cash
	Before   decimal.Decimal `json:"before" strict:"required"`
	After    decimal.Decimal `json:"after" strict:"required"`
	Released *bool           `json:"released"`
}

// Borne is what somebody is spared, or charged for others, of what a refund takes back.
type Borne struct {
	Payee  partner.ID      `json:"payee" strict:"required"`
	Asset  string          `json:"asset,omitempty"` // its code; "" for cash
	Amount decimal.Decimal `json:"amount" strict:"required"`
}

// Unparked is an event that had come before its order.
type Unparked struct {
	Event   string `json:"event" strict:"required"` // "received" or "refund"
	Refused string `json:"refused,omitempty"`       // a part of the reason why it could not be applied; "": it was
}

// Buckets are what a partner has: the parts of his balance in cash, and of those in other assets.
type Buckets struct {
	Balance
	Assets map[string]Balance `json:"assets"` // by code
}

// Balance is the parts of a balance; only those that are given are checked.
type Balance struct {
	Earned      decimal.NullDecimal `json:"earned"`
	Pending     decimal.NullDecimal `json:"pending"`
	Available   decimal.NullDecimal `json:"available"`
	Withdrawing decimal.NullDecimal `json:"withdrawing"`
	Paid        decimal.NullDecimal `json:"paid"`
	Taxed       decimal.NullDecimal `json:"taxed"`
	Fees        decimal.NullDecimal `json:"fees"`
	Debt        decimal.NullDecimal `json:"debt"`
}

// Final is what must hold at the end. The totals are over all orders, after all refunds and with what the shop bears of them.
type Final struct {
	Balances   map[partner.ID]Buckets     `json:"balances"`
	Commission decimal.NullDecimal        `json:"commission"`
	Assets     map[string]decimal.Decimal `json:"assets"` // what is paid beside cash, by asset
	Goods      decimal.NullDecimal        `json:"goods"`  // paid for goods and not given back
	Kept       decimal.NullDecimal        `json:"kept"`   // goods less commission
	// Used is what orders use of campaigns that have a budget, in all, after all refunds. It is a complete list.
	Used    map[string]decimal.Decimal `json:"used"`
	Entries *int                       `json:"entries"` // how many, reversals too
}

// fails reports whether the event is expected to be refused.
func (e *Expect) fails() bool { return e != nil && (e.Error != "" || e.ErrorType != "") }

// given returns the names of the fields that expect something.
func (e *Expect) given() []string {
	var names []string
	v := reflect.ValueOf(e).Elem()
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	return names
}

// ruleName returns the rule of an entry, by its name or by its having a slot.
func ruleName(rule string, slot int) string {
	if rule == "" && slot > 0 {
		return commission.RuleSlots
	}
	return rule
}
