package settlement

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Order is what the ledger keeps of an order: what it froze when it was paid, and what has come since. Before it is paid it can exist too, with nothing
// but parked events.
type Order struct {
	ID       commission.OrderID
	Revision int64 // raised by every write; 0: not stored
	Posted   bool
	Customer partner.Customer
	PaidAt   time.Time
	Kind     commission.OrderKind // "" for an ordinary sale
	Plan     int                  // the version of the plan that judged it

	Attributed commission.Attributed
	Frozen     commission.Frozen
	Goods      []Goods      `json:",omitempty"` // what its lines are, by line; none where the shop said nothing of them
	Total      money.Amount // what stands: the sum of its rows in cash
	Assets     []OrderAsset // what it pays beside cash, in the order of the plan
	// Campaigns are what it uses, as it stands, of campaigns that have a budget or a cap for each customer.
	Campaigns []commission.CampaignUse

	Returned   []commission.Returned // what has come back, by line
	Refunds    []AppliedRefund
	ReceivedAt time.Time      // zero: not yet
	ReleaseAt  time.Time      // when its rows become available; zero: not fixed
	Released   time.Time      // when they did; zero: not yet
	Veto       partner.Reason // why they were kept from it when they were last due (the shop's own reason, an open exchange); "": they were not

	Exchanges []Exchange // of its goods, in order of opening

	Case    *Case       // what it was judged on, where it may be judged once more; nil where not
	Earlier []Judgement // how it was judged before it was judged again, in order

	Parked   []Parked      // events that came before the order and wait for it, in order of arrival
	Unparked []Unparked    // what became of them when it came
	Promoted bool          // whether the order made its buyer a partner
	Risen    partner.Level // the level to which its buyer rose by it; "": he did not
	partner.Record
}

// OrderAsset is what an order pays in an asset beside cash.
type OrderAsset struct {
	Frozen commission.Frozen // its amounts are of the asset
	Total  money.Amount      // what stands: the sum of its rows in the asset
}

// Asset returns what the order pays in a currency other than cash, nil for nothing.
func (o *Order) Asset(currency money.Currency) *OrderAsset {
	for i := range o.Assets {
		if o.Assets[i].Total.Currency() == currency {
			return &o.Assets[i]
		}
	}
	return nil
}

// AppliedRefund remembers which revision a refund made, and whether the order had been released by then.
type AppliedRefund struct {
	Key      string
	Revision int64
	At       time.Time
	Released bool
}

// Parked is an event that waits for its order.
type Parked struct {
	Key      string
	Received *Receipt
	Refund   *Refund
	partner.Record
}

// Unparked says what became of an event that had come before its order.
type Unparked struct {
	Key     string
	Event   string // "received" or "refund"
	Refused string // why it could not be applied; "" if it was
}

// Clone returns a copy that shares no memory with o.
func (o Order) Clone() Order {
	o.Frozen, o.Campaigns = o.Frozen.Clone(), slices.Clone(o.Campaigns)
	o.Goods = slices.Clone(o.Goods)
	o.Assets = slices.Clone(o.Assets)
	for i := range o.Assets {
		o.Assets[i].Frozen = o.Assets[i].Frozen.Clone()
	}
	o.Returned = slices.Clone(o.Returned)
	o.Refunds = slices.Clone(o.Refunds)
	o.Unparked = slices.Clone(o.Unparked)
	o.Exchanges = slices.Clone(o.Exchanges)
	o.Case = o.Case.Clone()
	o.Earlier = slices.Clone(o.Earlier)
	for i := range o.Earlier {
		o.Earlier[i] = o.Earlier[i].clone()
	}
	o.Parked = slices.Clone(o.Parked)
	for i := range o.Parked {
		o.Parked[i].Received = own(o.Parked[i].Received)
		if r := o.Parked[i].Refund; r != nil {
			own := *r
			own.Lines = slices.Clone(r.Lines)
			o.Parked[i].Refund = &own
		}
	}
	return o
}

// Posting is what an order pays, to be written.
type Posting struct {
	Order     Order
	Rows      []Row
	Forfeits  []Row                    // by which the shop keeps what payees forfeit of Rows; of the source OfForfeits
	Campaigns []commission.CampaignUse // by how much what the order uses of campaigns changes; those of which it does not are left out
}

// Accrual is what is known of an order when it is posted.
type Accrual struct {
	Customer   partner.Customer
	PaidAt     time.Time
	Kind       commission.OrderKind
	Plan       int
	Terms      Terms
	Attributed commission.Attributed
	Goods      []Goods // what its lines are, as [GoodsOf] finds it
	Result     *commission.Result
	Assets     []*commission.Result // what it pays beside cash, an asset each
	Case       *Case                // what it may be judged on once more; nil: it is not
	Key        string
	Record     partner.Record
}

// Accrue posts an order: it freezes what was calculated and makes one row a payee and currency. o is what the ledger has of the order, with its parked events or
// nothing.
func (o Order) Accrue(a Accrual) (Posting, error) {
	o = o.Clone()
	o.Posted, o.Customer, o.PaidAt, o.Kind, o.Plan, o.Attributed, o.Record = true, a.Customer, a.PaidAt, a.Kind, a.Plan, a.Attributed, a.Record
	o.Goods = slices.Clone(a.Goods)
	o.Frozen, o.Campaigns, o.Case = a.Result.Freeze(), a.Result.Uses(), a.Case.Clone()
	o.Returned = make([]commission.Returned, len(o.Frozen.Lines))
	o.Revision++
	var err error
	if o.Total, err = a.Result.Total(); err != nil {
		return Posting{}, err
	}
	if terms := a.Terms.Of(a.Kind); terms.Anchor == AnchorPaid {
		o.ReleaseAt = a.PaidAt.Add(terms.Hold())
	}
	entries := slices.AppendSeq(make([]commission.Entry, 0, a.Result.Len()), a.Result.Entries())
	for _, paid := range a.Assets {
		total, err := paid.Total()
		if err != nil {
			return Posting{}, err
		}
		o.Assets = append(o.Assets, OrderAsset{Frozen: paid.Freeze(), Total: total})
		entries = slices.AppendSeq(entries, paid.Entries())
	}
	all, err := rows(OfOrder(o.ID), o.Revision, a.Key, a.PaidAt, a.Record, entries)
	if err != nil {
		return Posting{}, err
	}
	uses, err := changedUses(nil, o.Campaigns)
	return Posting{Order: o, Rows: all, Campaigns: uses}, err
}

// Receipt says that an order has been received: its hold begins.
type Receipt struct {
	Order commission.OrderID
	At    time.Time
}

// Receive fixes when the order's rows become available, by the plan's terms for its kind. Only the first receipt counts, and where the hold begins at
// payment none changes anything.
func (o Order) Receive(r Receipt, terms Terms) Order {
	if !o.ReceivedAt.IsZero() {
		return o
	}
	o.ReceivedAt = r.At
	if terms = terms.Of(o.Kind); terms.Anchor == AnchorReceived {
		o.ReleaseAt = r.At.Add(terms.Hold())
	}
	o.Revision++
	return o
}
