package program_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func TestRule_8_01_TheOrderFeedFromPaidToRefunded(t *testing.T) {
	s := family(t, twoLevels)
	out := s.paid(s.order("o-1", 3, "597.00"))
	require.Equal(t, "89.55 CNY", out.Commission.String())
	s.has("bob", "59.70", "0.00", "0.00")
	s.has("alice", "29.85", "0.00", "0.00")

	require.Equal(t, noon.Add(7*24*time.Hour), s.received("o-1").ReleaseAt)
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("bob", "39.80", "0.00", "0.00")

	require.Empty(t, s.due(noon.Add(7*24*time.Hour-time.Microsecond)).Released)
	s.has("bob", "39.80", "0.00", "0.00")
	require.Equal(t, []commission.OrderID{"o-1"}, s.due(noon.Add(7*24*time.Hour)).Released)
	s.has("bob", "0.00", "39.80", "0.00")
	s.has("alice", "0.00", "19.90", "0.00")
	require.Empty(t, s.due(noon.Add(8*24*time.Hour)).Released, "once")
}

func TestRule_5_11_RefundAfterReleaseTakesFromAvailable(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 3, "597.00"))
	s.received("o-1")
	s.due(noon.Add(7 * 24 * time.Hour))
	out := s.refunded("r-1", "o-1", units("1", 3))
	require.Len(t, out.Changes, 2)
	require.True(t, out.Changes[0].Debt)
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestRule_5_12_RefundAfterWithdrawalIsDebtAndTheNextReleasePaysIt(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 3, "597.00"))
	s.received("o-1")
	s.due(noon.Add(7 * 24 * time.Hour))
	w, err := s.withdraw("w-1", "bob", "59.70")
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("bob", "0.00", "0.00", "19.90")
	_, err = s.withdraw("w-2", "bob", "0.01")
	require.ErrorIs(t, err, settlement.ErrInsufficient, "withdrawals are blocked by debt")

	s.paid(s.order("o-2", 1, "250.00"))
	s.received("o-2")
	s.due(s.now.Add(7 * 24 * time.Hour))
	s.has("bob", "0.00", "5.10", "0.00")

	_, err = s.Wallet.Reject(ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(t, err)
	s.has("bob", "0.00", "64.80", "0.00")
	s.sound()
}

func TestRule_5_34_TheSameCallAgainGivesTheFirstResult(t *testing.T) {
	s := family(t, twoLevels)
	first := s.paid(s.order("o-1", 3, "597.00"))
	before := s.state("alice", "bob")
	again := s.paid(s.order("o-1", 3, "597.0000"))
	require.True(t, again.Repeated)
	again.Repeated = false
	require.Equal(t, first, again)
	require.Equal(t, before, s.state("alice", "bob"))

	s.received("o-1")
	refund := s.refunded("r-1", "o-1", units("1", 1))
	before = s.state("alice", "bob")
	require.Equal(t, refund, s.refunded("r-1", "o-1", units("1", 1)))
	require.Equal(t, before, s.state("alice", "bob"))
	again = s.paid(s.order("o-1", 3, "597.00"))
	again.Repeated = false
	require.Equal(t, first, again, "whatever has come since")
}

func TestRule_5_34_TheSameKeyWithOtherFactsNamesTheField(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 3, "597.00"))
	s.refunded("r-1", "o-1", units("1", 1))
	before := s.state("alice", "bob")
	for field, change := range map[string]func(*program.Order){
		"customer": func(o *program.Order) { o.Customer = "dave" },
		"referrer": func(o *program.Order) { o.Referrer = "alice" },
		"paidAt":   func(o *program.Order) { o.PaidAt = o.PaidAt.Add(time.Second) },
		"lines":    func(o *program.Order) { o.Lines[0].Quantity = 2 },
		"discount": func(o *program.Order) { o.Discount = decimal.NewFromInt(1) },
		"freight":  func(o *program.Order) { o.Freight = decimal.NewFromInt(1) },
	} {
		o := s.order("o-1", 3, "597.00")
		change(&o)
		_, err := s.Orders.Paid(ctx, o)
		var conflict *store.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.ErrorIs(t, err, store.ErrConflict)
		require.Equal(t, field, conflict.Field)
	}
	_, err := s.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: []program.RefundLine{units("1", 2)}})
	require.ErrorContains(t, err, "another lines")
	require.Equal(t, before, s.state("alice", "bob"))
}

func TestRule_5_35_EarlyEventsWaitForTheirOrder(t *testing.T) {
	s := family(t, twoLevels)
	require.True(t, s.refunded("r-1", "o-1", units("1", 1)).Parked)
	require.True(t, s.refunded("r-bad", "o-1", units("9", 1)).Parked)
	require.True(t, s.received("o-1").Parked)
	require.True(t, s.received("o-1").Parked, "again")

	first := s.paid(s.order("o-1", 3, "597.00"))
	require.Equal(t, []settlement.Unparked{
		{Key: "r-1", Event: "refund"},
		{Key: "r-bad", Event: "refund", Refused: `settlement: refund of order "o-1": lines[0].line: the order has no line "9"`},
		{Key: "o-1", Event: "received"},
	}, first.Unparked)
	require.Equal(t, noon.Add(7*24*time.Hour), first.ReleaseAt)
	s.has("bob", "39.80", "0.00", "0.00")
	again := s.paid(s.order("o-1", 3, "597.00"))
	again.Repeated = false
	require.Equal(t, first, again)
	require.True(t, s.refunded("r-1", "o-1", units("1", 1)).Parked, "the first result again")
	s.due(noon.Add(7 * 24 * time.Hour))
	s.has("bob", "0.00", "39.80", "0.00")
}

func TestRule_5_35_EarlyEventsAreRefusedWhereTheConfigSaysSo(t *testing.T) {
	s := family(t, twoLevels, func(c *program.Config) { c.EarlyEvents = program.Refuse })
	before := s.state("alice", "bob")
	var early *program.EarlyError
	_, err := s.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: []program.RefundLine{units("1", 1)}})
	require.ErrorAs(t, err, &early)
	_, err = s.Orders.Received(ctx, program.Received{Order: "o-1"})
	require.ErrorAs(t, err, &early)
	require.Equal(t, before, s.state("alice", "bob"))
	s.paid(s.order("o-1", 3, "597.00"))
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("bob", "39.80", "0.00", "0.00")
}

func TestRule_3_15_AnOrderFollowsTheRelationsAsOfItsPayment(t *testing.T) {
	s := family(t, twoLevels)
	before := s.order("o-0", 1, "100.00")
	before.Customer = "dave"
	s.now = s.now.Add(time.Hour)
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob"})
	require.NoError(t, err)
	out := s.paid(before)
	require.Empty(t, out.Entries)
	require.Equal(t, commission.NoOwner, out.Attributed.Reason)

	after := s.order("o-1", 1, "100.00")
	after.Customer = "dave"
	require.Len(t, s.paid(after).Entries, 2, "a bind counts from its very instant")
}

func TestRule_1_15_AFrozenPartnerEarnsNothingWhileHeIs(t *testing.T) {
	s := family(t, twoLevels)
	s.now = s.now.Add(time.Hour)
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	out := s.paid(s.order("o-1", 1, "100.00"))
	require.Len(t, out.Entries, 1)
	require.Equal(t, []commission.Unpaid{{Line: "1", Rule: "slots", Slot: 1, Position: 1, Partner: "bob", Reason: partner.EarningFrozen}}, out.Unpaid)

	late := s.order("o-2", 1, "100.00")
	late.PaidAt = late.PaidAt.Add(-time.Microsecond)
	require.Len(t, s.paid(late).Entries, 2, "paid before the freeze")

	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.Unfreeze(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	require.Len(t, s.paid(s.order("o-3", 1, "100.00")).Entries, 2)
}

func TestRule_4_33_AnOrderIsJudgedByThePlanInForceAtItsPayment(t *testing.T) {
	s := family(t, twoLevels)
	early := s.order("o-1", 1, "100.00")
	s.now = s.now.Add(time.Hour)
	next := program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["20%"]}}`)
	published, err := s.Plans.Publish(ctx, program.Publish{Plan: next, From: s.now.Add(time.Hour)})
	require.NoError(t, err)
	require.Equal(t, 2, published.Version)
	out := s.paid(early)
	require.Equal(t, "15.00 CNY", out.Commission.String())
	require.Equal(t, 1, out.Plan)

	at := s.now.Add(time.Hour)
	for offset, want := range map[time.Duration]string{-time.Microsecond: "15.00 CNY", 0: "20.00 CNY"} {
		s.now = at.Add(offset)
		require.Equal(t, want, s.paid(s.order("o"+offset.String(), 1, "100.00")).Commission.String())
	}
	s.refunded("r-1", "o-1", units("1", 1))

	_, err = s.Plans.Publish(ctx, program.Publish{Plan: next, From: noon})
	var back *program.BackdatedError
	require.ErrorAs(t, err, &back)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{"currency": "JPY"}`)})
	require.ErrorContains(t, err, "stays in it")
	all, err := s.Plans.All(ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
}

func TestRule_4_41_AQuoteIsWhatTheOrderPaysAndWritesNothing(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-0", 1, "1.00"))
	before := s.state("alice", "bob")
	quote, err := s.Orders.Quote(ctx, s.order("o-1", 3, "597.00"))
	require.NoError(t, err)
	require.Equal(t, before, s.state("alice", "bob"))
	require.Equal(t, quote, s.paid(s.order("o-1", 3, "597.00")))

	fresh := family(t, twoLevels)
	quote, err = fresh.Orders.Quote(ctx, program.Order{Customer: "carol", Lines: []program.Line{line("1", 3, "597.00")}})
	require.NoError(t, err)
	require.Equal(t, "89.55 CNY", quote.Commission.String())
}

func TestRule_4_41_AQuoteComesAfterWhatIsKnownOfItsInstant(t *testing.T) {
	s := open(t, `{"currency": "CNY", "binding": {"on": "payment", "sameOrder": true}, "commission": {"rates": ["10%"], "attribution": ["owner"]}}`)
	s.add("alice")
	s.add("bob")
	first, second := s.order("o-1", 1, "10.00"), s.order("o-2", 1, "10.00")
	first.Referrer, second.Referrer = "alice", "bob"
	s.paid(first)
	quote, err := s.Orders.Quote(ctx, second)
	require.NoError(t, err)
	require.Equal(t, partner.ID("alice"), quote.Attributed.Partner, "whom the payment before it, at the same instant, has bound the buyer to")
	require.Equal(t, quote, s.paid(second))
}

func TestRule_1_10_TheOrderThatReachesTheAmountPaysTheRelationsBeforeIt(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "300"}, "commission": {"rates": ["10%", "5%"]}}`)
	s.add("alice")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "alice"})
	require.NoError(t, err)
	require.False(t, s.paid(s.order("o-1", 1, "200.00")).Promoted)
	s.refunded("r-1", "o-1", amount("1", "0.01"))
	require.False(t, s.paid(s.order("o-2", 1, "100.00")).Promoted, "refunds count")
	out := s.paid(s.order("o-3", 1, "0.01"))
	require.True(t, out.Promoted)
	carol, err := s.Partners.At(ctx, "carol", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.Active, carol.Status)
	require.Equal(t, partner.ID("alice"), carol.Recruiter)
	require.False(t, s.paid(s.order("o-4", 1, "500.00")).Promoted, "once")

	_, err = s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "carol"})
	require.NoError(t, err)
	o := s.order("o-5", 1, "100.00")
	o.Customer = "dave"
	require.Equal(t, "15.00 CNY", s.paid(o).Commission.String())

	recruit, err := s.Team.Recruit(ctx, program.Recruit{Partner: "erin", Recruiter: "carol"})
	require.NoError(t, err)
	require.Equal(t, partner.Candidate, recruit.Partner.Status)
}

func TestRule_4_46_EveryEntryIsExplained(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "products": {"tea": ["12%"]}, "missing": "compress"}}`)
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	s.paid(s.order("o-1", 3, "597.00"))
	s.received("o-1")
	s.refunded("r-1", "o-1", units("1", 1))
	all, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	require.Len(t, all, 2)
	for _, x := range all {
		one, err := s.Orders.Explain(ctx, x.ID)
		require.NoError(t, err)
		require.Equal(t, x.Explanation, one)
	}
	require.Equal(t, "alice: 71.64 CNY from line 1 of order o-1: slot 1, 12% of 597.00 (product tea), rounded half-up per entry; passed over bob at 1: his "+
		"earnings are frozen; plan version 1; released at 2026-06-08T12:00:00Z", all[0].String())
	require.Equal(t, "alice：71.64 CNY，来自订单 o-1 商品行 1：第 1 层，12% × 597.00（商品比例 tea），按笔四舍五入；跳过第 1 位 bob：收益已冻结；方案版本 1；2026-06-08T12:00:00Z 到账", all[0].Chinese())
	require.Contains(t, all[1].String(), "-23.88 CNY")
	require.Contains(t, all[1].String(), "12% of -199.00 (product tea), rounded half-up per entry, adjusted after a refund")
	_, err = s.Orders.Explain(ctx, program.EntryID{Order: "o-1", Revision: 9})
	var missing *program.NotFoundError
	require.ErrorAs(t, err, &missing)
	_, err = s.Orders.ExplainAll(ctx, "o-9")
	require.ErrorAs(t, err, &missing)
}

func TestSpendCountsOnWhenAPlanReadsFinerPrices(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "10"}, "commission": {"rates": ["10%"]}}`)
	require.False(t, s.paid(s.order("o-1", 1, "5.00")).Promoted)
	s.now = s.now.Add(time.Hour)
	finer := program.MustPlan(`{"currency": "CNY", "joining": {"spend": "10"}, "commission": {"rates": ["10%"], "priceScale": 4}}`)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: finer})
	require.NoError(t, err)
	require.False(t, s.paid(s.order("o-2", 1, "4.9999")).Promoted)
	s.refunded("r-1", "o-1", units("1", 1))
	require.True(t, s.paid(s.order("o-3", 1, "5.01")).Promoted)
}
