package program_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// asking is a plan whose recruits must reach something, with a hold of a day.
func asking(joining string) string {
	return fmt.Sprintf(`{"currency": "CNY", "joining": %s, "commission": {"rates": ["10%%", "5%%"]}, "settlement": {"holdDays": 1}}`, joining)
}

// all is a threshold of one metric.
func all(metric, atLeast string) string {
	return fmt.Sprintf(`{"threshold": {"all": [{"metric": {%s}, "atLeast": %q}]}}`, metric, atLeast)
}

func (s *shop) status(id partner.ID) partner.Status {
	s.t.Helper()
	state, err := s.Partners.At(ctx, id, s.now)
	if err != nil {
		var unknown *program.NotFoundError
		require.ErrorAs(s.t, err, &unknown)
	}
	return state.Status
}

// progress is how far carol is.
func (s *shop) progress() string {
	s.t.Helper()
	v, err := s.Partners.Progress(ctx, "carol")
	require.NoError(s.t, err)
	return v.String()
}

func TestRule_1_04_AnOrderCountsFromItsNodeOn(t *testing.T) {
	for _, c := range []struct {
		node                     string
		paid, received, released bool
	}{{"paid", true, false, false}, {"completed", false, true, false}, {"after-sale-over", false, false, true}} {
		s := applied(t, asking(all(fmt.Sprintf(`"name": "spend", "node": %q`, c.node), "100")))
		require.Equal(t, c.paid, s.paid(s.order("o-1", 1, "100.00")).Promoted, c.node)
		s.received("o-1")
		is := c.paid || c.received
		require.Equal(t, is, s.status("carol") == partner.Active, c.node)
		due := s.due(noon.Add(24 * time.Hour))
		require.Equal(t, []commission.OrderID{"o-1"}, due.Released)
		require.Equal(t, c.released, len(due.Promoted) == 1, c.node)
		require.Equal(t, partner.Active, s.status("carol"), c.node)
		carol, err := s.Partners.At(ctx, "carol", s.now)
		require.NoError(t, err)
		require.Equal(t, partner.ID("bob"), carol.Recruiter, "below her owner, whenever it was")
		require.Empty(t, s.due(s.now.Add(time.Hour)).Promoted, "once")
	}
}

func TestRule_1_04_ARefundCountsBeforeTheNodeIsReached(t *testing.T) {
	s := applied(t, asking(all(`"name": "spend", "node": "after-sale-over"`, "100")))
	s.paid(s.order("o-1", 1, "100.00"))
	s.received("o-1")
	s.refunded("r-1", "o-1", amount("1", "0.01"))
	require.Empty(t, s.due(noon.Add(24*time.Hour)).Promoted)
	require.Equal(t, "own spend, after-sale over: 99.99 of 100.00, 0.01 short", s.progress())
	s.paid(s.order("o-2", 1, "0.01"))
	s.received("o-2")
	require.Equal(t, []partner.ID{"carol"}, s.due(s.now.Add(24*time.Hour)).Promoted)
	s.refunded("r-2", "o-1", amount("1", "50.00"))
	require.Equal(t, partner.Active, s.status("carol"), "what is reached is not taken back")
}

func TestRule_1_04_WhatNobodyPaidForIsNotSpent(t *testing.T) {
	s := applied(t, asking(all(`"name": "spend"`, "100")))
	gift := s.order("o-1", 1, "100.00")
	gift.Kind = commission.GiftOrder
	s.paid(gift)
	exchanged := s.order("o-2", 1, "100.00")
	exchanged.Kind = commission.Exchange
	s.paid(exchanged)
	free := s.order("o-3", 1, "100.00")
	free.Lines[0].Gift = true
	s.paid(free)
	require.Equal(t, "own spend: 0.00 of 100.00, 100.00 short", s.progress())
	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, "own spend: 0.00 of 100.00, 100.00 short", s.progress(), "so that none of it goes back either")
}

func TestRule_1_05_OneTopUpIsEnoughAndItsRefundIsFlagged(t *testing.T) {
	s := applied(t, asking(`{"entry": "application", "threshold": {"all": [{"metric": {"name": "topUp"}, "atLeast": "500"}]}}`))
	topUp := func(id, amount string) {
		o := s.order(id, 1, amount)
		o.Kind = commission.Recharge
		s.paid(o)
	}
	topUp("o-1", "300.00")
	topUp("o-2", "300.00")
	s.paid(s.order("o-3", 1, "900.00"))
	require.Equal(t, "own single top-up: 300.00 of 500.00, 200.00 short", s.progress(), "no sum, and no purchase")
	topUp("o-4", "500.00")
	s.refunded("r-1", "o-4", units("1", 1))
	require.Equal(t, "own single top-up: 500.00 of 500.00, met", s.progress())
	out, err := s.Partners.Apply(ctx, program.Apply{Applicant: "carol"})
	require.NoError(t, err)
	require.Equal(t, []partner.Reason{partner.TopUpRefunded}, out.Application.Flags)
}

func TestRule_1_06_GoodsOfTheWindowUntilTheyComeBack(t *testing.T) {
	s := applied(t, asking(`{"entry": "application", "threshold": {"all": [{"metric": {"name": "units", "since": "2026-06-01T12:00:00Z", "days": 10, "products": ["tea"], "skus": ["x"]}, "atLeast": "2"}]}}`))
	buys := func(id, product, sku string, quantity int64, at time.Time) {
		s.now = at
		o := s.order(id, quantity, "10.00")
		o.Lines[0].Product, o.Lines[0].SKU = product, sku
		s.paid(o)
	}
	short := func(n int) string {
		return fmt.Sprintf("own units bought, in the last 10 days, since 2026-06-01T12:00:00Z, of products tea, of SKUs x: %d of 2, %d short", n, 2-n)
	}
	buys("o-1", "tea", "", 2, noon.Add(-time.Microsecond))
	buys("o-2", "cup", "y", 9, noon)
	require.Equal(t, short(0), s.progress())
	buys("o-3", "tea", "", 1, noon)
	require.Equal(t, short(1), s.progress())
	s.now = noon.Add(10*24*time.Hour + time.Microsecond)
	require.Equal(t, short(0), s.progress(), "the window moves on")
	buys("o-4", "cup", "x", 2, s.now)
	_, err := s.Partners.Apply(ctx, program.Apply{Applicant: "carol"})
	require.NoError(t, err)
	open, err := s.Partners.Applications(ctx, "", 10)
	require.NoError(t, err)
	s.refunded("r-1", "o-4", units("1", 2))
	_, err = s.Partners.Review(ctx, program.Review{Application: open[0].ID, Decision: partner.ApplicationApproved})
	var not *partner.NotEligibleError
	require.ErrorAs(t, err, &not, "it came back before she was approved")
	require.Equal(t, 1, s.reminded(), "rule 1.11")
}

// reminded counts how often carol was told that she can apply.
func (s *shop) reminded() (n int) {
	s.t.Helper()
	for _, kind := range s.events("carol") {
		if kind == "partner_eligible" {
			n++
		}
	}
	return n
}

func TestRule_1_07_AnAfterSaleTakesAnOrderOutOfTheCountOrNot(t *testing.T) {
	for count, want := range map[string][3]bool{"net": {false, false, true}, "gross": {false, true, false}} {
		s := applied(t, asking(all(fmt.Sprintf(`"name": "orders", "count": %q`, count), "2")))
		require.Equal(t, want[0], s.paid(s.order("o-1", 1, "10.00")).Promoted)
		s.refunded("r-1", "o-1", amount("1", "0.01"))
		require.Equal(t, want[1], s.paid(s.order("o-2", 1, "10.00")).Promoted, count)
		require.Equal(t, want[2], s.paid(s.order("o-3", 1, "10.00")).Promoted, count)
	}
	s := applied(t, asking(all(`"name": "orders"`, "2")))
	s.paid(s.order("o-1", 1, "10.00"))
	_, err := s.Orders.Exchange(ctx, program.Exchange{ID: "x-1", Order: "o-1"})
	require.NoError(t, err)
	require.False(t, s.paid(s.order("o-2", 1, "10.00")).Promoted, "an after-sale is open")
	require.Equal(t, "own orders paid: 1 of 2, 1 short", s.progress())
}

func TestRule_1_10_WhatIsToldLateIsJudgedAsOfNowToo(t *testing.T) {
	s := applied(t, asking(all(`"name": "orders"`, "2")))
	s.now = noon.Add(time.Hour)
	require.False(t, s.paid(s.order("o-2", 1, "10.00")).Promoted)
	late := s.order("o-1", 1, "10.00")
	late.PaidAt = noon
	out := s.paid(late)
	require.True(t, out.Promoted, "the second order that is known, although it was paid first")
	require.Equal(t, partner.ID("bob"), out.Attributed.Partner)
	require.Equal(t, partner.Active, s.status("carol"))
	before, err := s.Partners.At(ctx, "carol", s.now.Add(-time.Microsecond))
	require.NoError(t, err)
	require.Empty(t, before.Status, "from when it is known on")
}

func TestRule_1_10_AnEarlyReceiptIsJudgedWithItsOrder(t *testing.T) {
	s := applied(t, asking(all(`"name": "orders", "node": "completed"`, "1")))
	s.received("o-1")
	s.paid(s.order("o-1", 1, "10.00"))
	require.Equal(t, partner.Active, s.status("carol"))
}

func TestRule_1_11_ARemindsComesAtAnyNode(t *testing.T) {
	s := applied(t, asking(`{"entry": "application", "threshold": {"any": [{"metric": {"name": "orders", "node": "completed"}, "atLeast": "1"}, {"metric": {"name": "orders", "node": "after-sale-over"}, "atLeast": "1"}]}}`))
	s.paid(s.order("o-1", 1, "10.00"))
	require.Zero(t, s.reminded())
	s.received("o-1")
	require.Equal(t, 1, s.reminded())
	s.due(noon.Add(24 * time.Hour))
	s.paid(s.order("o-2", 1, "10.00"))
	s.received("o-2")
	require.Equal(t, 1, s.reminded(), "once for each person and version of the rule")
}

func TestRule_6_08_OwnSalesOfACandidateCountWithHisOwnPurchasesOrWithout(t *testing.T) {
	for flag, want := range map[string]string{"false": "own sales volume: 70.00 of 999.00, 929.00 short", "true": "own sales volume, with his own purchases: 100.00 of 999.00, 899.00 short"} {
		s := open(t, `{"currency": "CNY", "joining": `+all(`"name": "volume", "selfPurchase": `+flag, "999")+`, "commission": {"rates": ["10%"], "attribution": ["buyer", "referrer"]}}`)
		s.add("alice")
		s.recruit("carol", "alice")
		own := s.order("o-1", 1, "30.00")
		s.paid(own)
		dan := s.order("o-2", 1, "70.00")
		dan.Customer, dan.Referrer = "dan", "carol"
		s.paid(dan)
		require.Equal(t, want, s.progress())
	}
}

func TestRule_6_07_SinceTheLevelCountsNothingTwice(t *testing.T) {
	s := open(t, `{"currency": "CNY", "levels": [{"id": "basic", "weight": 1, "default": true}, {"id": "gold", "weight": 2}], "commission": {"rates": ["10%"]},
		"joining": {"threshold": {"all": [{"metric": {"name": "orders", "sinceLevel": true}, "atLeast": "9"}]}}}`)
	s.add("alice")
	s.recruit("carol", "alice")
	s.paid(s.order("o-1", 1, "1.00"))
	s.now = s.now.Add(time.Hour)
	s.paid(s.order("o-2", 1, "1.00"))
	require.Contains(t, s.progress(), "1 of 9", "since she has a level, without what came with it")
	s.level("carol", "gold")
	require.Contains(t, s.progress(), "0 of 9")
	s.now = s.now.Add(time.Hour)
	s.paid(s.order("o-3", 1, "1.00"))
	require.Contains(t, s.progress(), "1 of 9")
	s.level("carol", "gold")
	require.Contains(t, s.progress(), "1 of 9", "the level that she has stays reached when she reached it")
}

// noOrdersRead is a store of which nobody reads orders to measure something.
type noOrdersRead struct{ *memstore.Store }

type noOrdersTx struct{ store.Tx }

func (n noOrdersRead) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return n.Store.Update(ctx, tenant, func(tx store.Tx) error { return fn(noOrdersTx{tx}) })
}

func (noOrdersTx) CustomerOrders(context.Context, partner.Customer, time.Time, store.OrderCursor, int) ([]settlement.Order, error) {
	panic("the orders of a customer are read")
}

func TestAPlanThatAsksForSpendingAloneReadsNoOrders(t *testing.T) {
	s := open(t, "")
	var err error
	s.Program, err = program.New(noOrdersRead{s.store}, program.Config{Plan: program.MustPlan(asking(`{"spend": "100"}`)), Clock: func() time.Time { return s.now }})
	require.NoError(t, err)
	require.False(t, s.paid(s.order("o-1", 1, "60.00")).Promoted)
	s.received("o-1")
	s.due(noon.Add(24 * time.Hour))
	require.True(t, s.paid(s.order("o-2", 1, "40.00")).Promoted)
}

// The total that the store keeps is what the metric says of the orders, whatever came back and at whatever price scale.
func TestTheStoredTotalOfACustomerIsWhatHisOrdersSay(t *testing.T) {
	s := applied(t, `{"currency": "CNY", "joining": {"threshold": {"all": [{"metric": {"name": "spend"}, "atLeast": "9999"}, {"metric": {"name": "spend", "since": "1970-01-01T00:00:01Z"}, "atLeast": "9999"}]}},
		"commission": {"rates": ["10%"], "priceScale": 4}}`)
	same := func() {
		t.Helper()
		v, err := s.Partners.Progress(ctx, "carol")
		require.NoError(t, err)
		require.Equal(t, v.Parts[1].Value, v.Parts[0].Value)
	}
	o := s.order("o-1", 3, "10.0055")
	o.Discount = decimal.RequireFromString("1.0001")
	o.Lines = append(o.Lines, line("2", 2, "0.0099"))
	s.paid(o)
	same()
	s.paid(s.order("o-2", 1, "0.0199"))
	same()
	s.refunded("r-1", "o-1", units("1", 1))
	same()
	s.refunded("r-2", "o-1", amount("2", "0.0088"))
	same()
	s.refunded("r-3", "o-1", units("1", 2))
	same()
}
