package settlement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

func measureCalc(t require.TestingT) *commission.Calculator {
	calc, err := commission.New(cny, commission.Plan{
		Rates:    []commission.Rate{commission.MustRate("10%")},
		Excluded: commission.Excluded{Products: []string{"postage"}},
		Kinds:    map[commission.OrderKind]commission.Kind{commission.Card: {Excluded: true}},
	})
	require.NoError(t, err)
	return calc
}

// told is an order and what the naive definition of the metrics is told of it.
type told struct {
	order settlement.Order
	deal  partner.Deal
	topUp *partner.TopUp
}

var day = 24 * time.Hour

// drawOrder draws an order with all that can come of it, and tells of it without asking the order: what was paid for a line is its price, and what came back
// of it what the refunds said.
func drawOrder(t *rapid.T, calc *commission.Calculator, n int) told {
	id := commission.OrderID(fmt.Sprint("o-", n))
	at := func(name string) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, name)) * day / 2)
	}
	paidAt := at("paid")
	o := commission.Order{
		ID: id, Customer: rapid.SampledFrom([]partner.Customer{"ann", "bob"}).Draw(t, "customer"), PaidAt: paidAt,
		Kind: rapid.SampledFrom([]commission.OrderKind{"", "", "", commission.Recharge, commission.Card, commission.GiftOrder}).Draw(t, "kind"),
	}
	seller := rapid.SampledFrom([]partner.ID{"", "ann", "bob"}).Draw(t, "seller")
	d := partner.Deal{Buyer: partner.ID(o.Customer), Seller: seller, PaidAt: paidAt}
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		l := commission.Line{
			ID: commission.LineID(fmt.Sprint(i)), Product: rapid.SampledFrom([]string{"", "tea", "postage"}).Draw(t, "product"),
			Category: rapid.SampledFrom([]string{"", "drinks"}).Draw(t, "category"), SKU: rapid.SampledFrom([]string{"", "s"}).Draw(t, "sku"),
			Quantity: rapid.Int64Range(1, 3).Draw(t, "quantity"),
		}
		price := rapid.Int64Range(0, 3).Draw(t, "price") * 50
		l.Amount = decimal.New(price*l.Quantity, -2)
		o.Lines = append(o.Lines, l)
		d.Lines = append(d.Lines, partner.DealLine{
			Product: l.Product, Category: l.Category, SKU: l.SKU, Units: l.Quantity, Paid: cny.Minor(price * l.Quantity), Refunded: cny.Minor(0),
		})
	}
	uplines := []commission.Upline{{Partner: seller}}
	if seller == "" {
		uplines = nil
	}
	result, err := calc.Calculate(&o, uplines, nil)
	require.NoError(t, err)
	posting, err := settlement.Order{ID: id}.Accrue(settlement.Accrual{
		Customer: o.Customer, PaidAt: paidAt, Kind: o.Kind, Attributed: commission.Attributed{Partner: seller}, Goods: settlement.GoodsOf(o.Lines), Result: result, Record: none,
	})
	require.NoError(t, err)
	x := told{order: posting.Order, deal: d}
	if o.Kind == commission.Recharge {
		x.topUp = &partner.TopUp{At: paidAt, Amount: cny.Minor(0)}
		for _, l := range d.Lines {
			x.topUp.Amount, _ = x.topUp.Amount.Add(l.Paid)
		}
	}
	x.refund(t, calc, posting.Rows)
	if rapid.Bool().Draw(t, "received") {
		x.deal.CompletedAt = paidAt.Add(day)
		x.order = x.order.Receive(settlement.Receipt{Order: id, At: x.deal.CompletedAt}, settlement.Terms{})
		if rapid.Bool().Draw(t, "released") {
			x.deal.AfterSaleOverAt = paidAt.Add(2 * day)
			x.order.Released = x.deal.AfterSaleOverAt
		}
	}
	if rapid.Bool().Draw(t, "exchange") {
		x.order, x.deal.AfterSale = x.order.OpenExchange("x-1", paidAt, true), true
	}
	return x
}

// refund takes whole units, or all the money of what is left, back from some lines.
func (x *told) refund(t *rapid.T, calc *commission.Calculator, rows []settlement.Row) {
	for i := range x.deal.Lines {
		l := &x.deal.Lines[i]
		back := settlement.RefundLine{Line: commission.LineID(fmt.Sprint(i)), Quantity: rapid.Int64Range(0, l.Units).Draw(t, "back")}
		money := l.Paid.Sign() > 0 && rapid.IntRange(0, 3).Draw(t, "money") == 0
		switch {
		case money:
			back.Quantity, back.Amount = 0, decimal.NewNullDecimal(l.Paid.Decimal())
			l.Refunded, l.Returned = l.Paid, l.Units
		case back.Quantity == 0:
			continue
		default:
			l.Refunded, l.Returned = cny.Minor(l.Paid.Decimal().Shift(2).IntPart()/l.Units*back.Quantity), back.Quantity
		}
		if l.Refunded == l.Paid {
			l.Returned = l.Units // nothing is left of it
		}
		posting, err := x.order.Refund(calc, settlement.Refund{Order: x.order.ID, Lines: []settlement.RefundLine{back}, At: noon}, rows, fmt.Sprint("r-", i), none)
		require.NoError(t, err)
		x.order, rows, x.deal.AfterSale = posting.Order, append(rows, posting.Rows...), true
		if x.topUp != nil {
			x.topUp.Refunded = true
		}
	}
}

// sells takes away what is no sale, buys what nobody paid for.
func (x *told) sells() partner.Deal {
	d := x.deal
	d.Lines = nil
	for _, l := range x.deal.Lines {
		if x.order.Kind == commission.Card || x.order.Kind == commission.GiftOrder || l.Product == "postage" || l.Paid.IsZero() {
			continue
		}
		d.Lines = append(d.Lines, l)
	}
	return d
}

func (x *told) buys() partner.Deal {
	d := x.deal
	if x.order.Kind == commission.GiftOrder {
		d.Lines = nil
	}
	return d
}

func drawMetric(t *rapid.T) partner.Metric {
	m := partner.Metric{
		Name: rapid.SampledFrom([]partner.MetricName{partner.MetricSpend, partner.MetricOrders, partner.MetricUnits, partner.MetricTopUp, partner.MetricVolume, partner.MetricSales}).Draw(t, "name"),
		Days: rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "days"), SinceLevel: rapid.IntRange(0, 3).Draw(t, "since the level") == 0,
	}
	if rapid.IntRange(0, 3).Draw(t, "since") == 0 {
		since := noon.Add(day)
		m.Since = &since
	}
	if m.Name == partner.MetricTopUp {
		return m.WithDefaults()
	}
	m.Node = rapid.SampledFrom([]partner.Node{partner.Paid, partner.Completed, partner.AfterSaleOver}).Draw(t, "node")
	m.Count = rapid.SampledFrom([]partner.Count{partner.Net, partner.Gross}).Draw(t, "count")
	if m.Name == partner.MetricVolume || m.Name == partner.MetricSales {
		m.SelfPurchase = rapid.Bool().Draw(t, "self-purchase")
	}
	switch rapid.IntRange(0, 4).Draw(t, "goods") {
	case 0:
		m.Products = []string{"tea"}
	case 1:
		m.Categories, m.SKUs = []string{"drinks"}, []string{"s", "other"}
	}
	return m.WithDefaults()
}

// The tally of real orders is what the naive definition says of the same events.
func TestRule_6_02_ATallyOfOrdersIsWhatTheMetricSaysEventByEvent(t *testing.T) {
	calc := measureCalc(t)
	rapid.Check(t, func(t *rapid.T) {
		all := make([]told, rapid.IntRange(0, 6).Draw(t, "orders"))
		for i := range all {
			all[i] = drawOrder(t, calc, i)
		}
		at := noon.Add(time.Duration(rapid.IntRange(0, 8).Draw(t, "at")) * day / 2)
		for range 20 {
			m := drawMetric(t)
			measured, h := tallied(t, m, at, all)
			want, known := h.Measure(m)
			require.True(t, known)
			require.Equal(t, want, measured, "%+v", m)
		}
	})
}

// tallied is what orders come to for ann, and what the naive definition is told of them.
func tallied(t require.TestingT, m partner.Metric, at time.Time, all []told) (partner.Value, partner.History) {
	h := partner.History{Partner: "ann", At: at, LevelSince: noon.Add(day), Currency: cny}
	tally := settlement.NewTally(m, cny, at, h.LevelSince)
	for i := range all {
		x := &all[i]
		his := partner.ID(x.order.Customer) == "ann"
		switch m.Name {
		case partner.MetricVolume, partner.MetricSales:
			his = x.order.Attributed.Partner == "ann"
			h.Deals = append(h.Deals, x.sells())
		default:
			h.Deals = append(h.Deals, x.buys())
		}
		if x.topUp != nil && his {
			h.TopUps = append(h.TopUps, *x.topUp)
		}
		if his {
			require.NoError(t, tally.Add(&x.order))
		}
	}
	return tally.Value(), h
}

func TestRule_1_05_OfTwoEqualTopUpsTheOneThatStaysCounts(t *testing.T) {
	recharge := func(id commission.OrderID, fen int64, refunded bool) *settlement.Order {
		o := &settlement.Order{
			ID: id, Posted: true, PaidAt: noon, Kind: commission.Recharge,
			Frozen: commission.Frozen{Lines: []commission.FrozenLine{{ID: "1", Quantity: 1, Net: cny.Minor(fen)}}, Sets: []commission.FrozenSet{{}}},
		}
		if refunded {
			o.Refunds = []settlement.AppliedRefund{{Key: "r"}}
		}
		return o
	}
	m := partner.Metric{Name: partner.MetricTopUp}.WithDefaults()
	for name, c := range map[string]struct {
		orders []*settlement.Order
		want   partner.Value
	}{
		"none":                         {nil, partner.Value{Amount: cny.Minor(0)}},
		"no sum":                       {[]*settlement.Order{recharge("a", 300, false), recharge("b", 200, false)}, partner.Value{Amount: cny.Minor(300)}},
		"the larger one was refunded":  {[]*settlement.Order{recharge("a", 300, true), recharge("b", 200, false)}, partner.Value{Amount: cny.Minor(300), Flag: partner.TopUpRefunded}},
		"of equal ones the other":      {[]*settlement.Order{recharge("a", 300, true), recharge("b", 300, false)}, partner.Value{Amount: cny.Minor(300)}},
		"whichever of them comes last": {[]*settlement.Order{recharge("b", 300, false), recharge("a", 300, true)}, partner.Value{Amount: cny.Minor(300)}},
	} {
		tally := settlement.NewTally(m, cny, noon, time.Time{})
		for _, o := range c.orders {
			require.NoError(t, tally.Add(o))
		}
		require.Equal(t, c.want, tally.Value(), name)
	}
}

func TestAnOrderBeforeTheInstantIsLateOnlyWhereItWouldCount(t *testing.T) {
	o := &settlement.Order{ID: "o-1", Posted: true, PaidAt: noon, ReceivedAt: noon.Add(day)}
	m := partner.Metric{Name: partner.MetricOrders, Node: partner.Completed}.WithDefaults()
	tally := settlement.NewTally(m, cny, noon, time.Time{})
	require.NoError(t, tally.Add(o))
	require.True(t, tally.Late())
	never := settlement.NewTally(m, cny, noon, time.Time{})
	require.NoError(t, never.Add(&settlement.Order{ID: "o-2", Posted: true, PaidAt: noon}))
	require.NoError(t, never.Add(&settlement.Order{ID: "o-3"}))
	require.False(t, never.Late())
}

func TestASumOfMoreThan38DigitsIsAnError(t *testing.T) {
	huge, err := money.UnitsFromBig(money.Pow10(37))
	require.NoError(t, err)
	o := &settlement.Order{ID: "o-1", Posted: true, PaidAt: noon, Frozen: commission.Frozen{Sets: []commission.FrozenSet{{}}}}
	for range 10 {
		o.Frozen.Lines = append(o.Frozen.Lines, commission.FrozenLine{ID: "1", Quantity: 1, Net: cny.Of(huge)})
	}
	tally := settlement.NewTally(partner.Metric{Name: partner.MetricSpend}.WithDefaults(), cny, noon, time.Time{})
	var outOfRange *money.RangeError
	require.ErrorAs(t, tally.Add(o), &outOfRange)
}
