package settlement

import (
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Goods is what a line of an order is, as far as the shop said it.
type Goods struct {
	SKU      string `json:"sku,omitempty"`
	Product  string `json:"product,omitempty"`
	Category string `json:"category,omitempty"`
	Gift     bool   `json:"gift,omitempty"` // whether it comes free with other goods
}

// GoodsOf returns what lines are, nil where the shop said it of none.
func GoodsOf(lines []commission.Line) []Goods {
	goods, said := make([]Goods, len(lines)), false
	for i := range lines {
		goods[i] = Goods{SKU: lines[i].SKU, Product: lines[i].Product, Category: lines[i].Category, Gift: lines[i].Gift}
		said = said || goods[i] != Goods{}
	}
	if !said {
		return nil
	}
	return goods
}

// Came returns when the order came to a node, zero for not yet.
func (o *Order) Came(n partner.Node) time.Time {
	switch {
	case !o.Posted:
		return time.Time{}
	case n == partner.Completed:
		return o.ReceivedAt
	case n == partner.AfterSaleOver:
		return o.Released
	}
	return o.PaidAt
}

// AfterSale reports whether an after-sale of the order is open or has succeeded: a refund, or an exchange, of which nobody knows whether the buyer has
// other goods by it.
func (o *Order) AfterSale() bool { return len(o.Refunds) > 0 || len(o.Exchanges) > 0 }

// Measure returns what a posted order adds to a metric of orders, with its defaults written out, whatever its window, scope and node: money in whole units of
// the currency, cut off downwards as its order's total is, or a number. counts is false for an order that the metric passes over. It is an error where a sum
// has more than 38 digits.
func (o *Order) Measure(m partner.Metric, currency money.Currency) (value partner.Value, counts bool, err error) {
	value.Amount = currency.Minor(0)
	if m.Name == partner.MetricTopUp {
		return o.topUp(value)
	}
	sale := m.Name == partner.MetricVolume || m.Name == partner.MetricSales
	if sale && (o.Attributed.Partner == "" || !m.SelfPurchase && partner.ID(o.Customer) == o.Attributed.Partner) {
		return value, false, nil
	}
	var paid money.Amount
	var units int64
	for i := range o.Frozen.Lines {
		line, goods := &o.Frozen.Lines[i], o.goods(i)
		takes := sale && line.Sells() || !sale && o.bought(line, goods)
		if !takes || !m.OfGoods(goods.Product, goods.Category, goods.SKU) {
			continue
		}
		counts = true
		var back commission.Returned
		if m.Count == partner.Net && i < len(o.Returned) {
			back = o.Returned[i]
		}
		if paid, err = paid.Add(line.Left(back)); err != nil {
			return value, false, err
		}
		if back == (commission.Returned{}) || line.Keeps(back) {
			units += line.Quantity - back.Units
		}
	}
	switch {
	case m.Unit() == partner.Money:
		value.Amount, err = currency.Amount(paid.Decimal().Truncate(int32(currency.Scale())))
	case m.Name == partner.MetricUnits:
		value = partner.Value{Number: units}
	case m.Count == partner.Net && o.AfterSale():
		return partner.Value{}, false, nil
	case counts:
		value = partner.Value{Number: 1}
	default:
		value = partner.Value{}
	}
	return value, counts, err
}

// goods returns what a line is, the zero Goods where the shop did not say.
func (o *Order) goods(line int) Goods {
	if line >= len(o.Goods) {
		return Goods{}
	}
	return o.Goods[line]
}

// bought reports whether the buyer paid for a line, whatever it pays to partners: not what comes free, nor goods in exchange for others that he has paid for.
func (o *Order) bought(line *commission.FrozenLine, goods Goods) bool {
	return o.Kind != commission.GiftOrder && !goods.Gift && line.Reason != commission.Exchanged
}

// topUp is what the order put into the buyer's account.
func (o *Order) topUp(value partner.Value) (_ partner.Value, counts bool, err error) {
	if o.Kind != commission.Recharge {
		return value, false, nil
	}
	var paid money.Amount
	for i := range o.Frozen.Lines {
		if paid, err = paid.Add(o.Frozen.Lines[i].Left(commission.Returned{})); err != nil {
			return value, false, err
		}
	}
	currency := value.Amount.Currency()
	if len(o.Refunds) > 0 {
		value.Flag = partner.TopUpRefunded
	}
	value.Amount, err = currency.Amount(paid.Decimal().Truncate(int32(currency.Scale())))
	return value, true, err
}

// Tally measures a metric of orders as of an instant: it is given every order of the scope, in any order, each once, and adds up those that count.
type Tally struct {
	metric   partner.Metric
	currency money.Currency
	from, at time.Time
	value    partner.Value
	late     bool
}

// NewTally returns the tally of a metric, with its defaults written out, in a currency as of an instant, and of nothing yet. levelSince is when the one whom
// it measures reached his level, as [partner.LevelSince] says.
func NewTally(m partner.Metric, currency money.Currency, at, levelSince time.Time) *Tally {
	t := &Tally{metric: m, currency: currency, from: m.From(at, levelSince), at: at}
	if m.Unit() == partner.Money {
		t.value.Amount = currency.Minor(0)
	}
	return t
}

// From is the first instant of the tally's window, the zero Time for all: orders that were paid before it need not be given.
func (t *Tally) From() time.Time { return t.from }

// Add counts an order. Its errors are those of [Order.Measure].
func (t *Tally) Add(o *Order) error {
	came := o.Came(t.metric.Node)
	if came.IsZero() || o.PaidAt.Before(t.from) {
		return nil
	}
	if came.After(t.at) {
		t.late = true
		return nil
	}
	value, counts, err := o.Measure(t.metric, t.currency)
	switch {
	case err != nil || !counts:
		return err
	case t.metric.Name == partner.MetricTopUp:
		// Of equal ones one that was not refunded.
		if c := value.Amount.Cmp(t.value.Amount); c > 0 || c == 0 && value.Flag == "" {
			t.value = value
		}
		return nil
	case t.metric.Unit() == partner.Money:
		t.value.Amount, err = t.value.Amount.Add(value.Amount)
		return err
	}
	t.value.Number += value.Number
	return nil
}

// Value is what the orders come to.
func (t *Tally) Value() partner.Value { return t.value }

// Late reports whether an order was passed over because what makes it count lies after the instant.
func (t *Tally) Late() bool { return t.late }
