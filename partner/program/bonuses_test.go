package program_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// team is a ladder on team volume; twoLevels are paid beside it.
const teamLadder = `{
	"currency": "CNY", "commission": {"rates": ["10%", "5%"]},
	"bonuses": [{"name": "team", "ladder": {"steps": [{"from": "0", "rate": "2%"}, {"from": "1000", "rate": "5%"}]}}]
}`

var june2026 = must(commission.ParsePeriod("2026-06"))

func (s *shop) run(bonus string) program.BonusRun {
	return program.BonusRun{Bonus: bonus, Period: june2026, Actor: "clerk"}
}

func lines(entries []commission.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s %s", e.Payee, e.Amount.Plain()))
	}
	return all
}

func changes(all []program.PayeeChange) []string {
	var texts []string
	for _, c := range all {
		texts = append(texts, fmt.Sprintf("%s %s %s", c.Payee, c.Before.Plain(), c.After.Plain()))
	}
	return texts
}

// july moves the clock into July and releases what is due.
func (s *shop) july(day int) { s.due(time.Date(2026, 7, day, 0, 0, 0, 0, time.UTC)) }

func TestRule_4_24_ARunPaysATeamLadderOnce(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 1, "600.00"))
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "alice"})
	require.NoError(t, err)
	other := s.order("o-2", 1, "500.00")
	other.Customer = "dora"
	s.paid(other)

	draft, err := s.Bonuses.Preview(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, []string{"alice 43.00", "bob 12.00"}, lines(draft.Entries), "alice leads 1,100.00 at 5 %, less the 2 % of bob's 600.00")
	require.Equal(t, settlement.RunState(""), draft.Run.State)
	_, err = s.Bonuses.Lock(ctx, s.run("team"))
	require.ErrorContains(t, err, "period: it is over at 2026-07-01T00:00:00Z")
	_, err = s.Bonuses.Post(ctx, s.run("team"))
	var state *settlement.RunStateError
	require.ErrorAs(t, err, &state)

	s.july(2)
	locked, err := s.Bonuses.Lock(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, settlement.RunLocked, locked.Run.State)
	s.has("bob", "60.00", "0.00", "0.00")
	for range 2 { // posted twice, paid once
		posted, err := s.Bonuses.Post(ctx, s.run("team"))
		require.NoError(t, err)
		require.Equal(t, settlement.RunCommitted, posted.Run.State)
	}
	s.has("bob", "72.00", "0.00", "0.00")
	require.Equal(t, 1, s.due(s.now).Parts)
	s.has("bob", "60.00", "12.00", "0.00")
	s.has("alice", "80.00", "43.00", "0.00")
	again, err := s.Bonuses.Lock(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, settlement.RunCommitted, again.Run.State, "the same facts lock nothing anew")
}

func TestRule_4_24_ALateRefundPostsOnlyTheDifference(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 2, "1200.00"))
	s.july(2)
	require.NoError(t, s.post("team"))
	s.due(s.now)
	s.has("bob", "120.00", "60.00", "0.00")
	s.has("alice", "60.00", "0.00", "0.00")

	s.refunded("r-1", "o-1", units("1", 1))
	draft, err := s.Bonuses.Preview(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, []string{"bob 60.00 12.00"}, changes(draft.Changes), "600.00 at 2 %")
	_, err = s.Bonuses.Post(ctx, s.run("team"))
	require.NoError(t, err, "what is committed stays until it is locked anew")
	s.has("bob", "60.00", "60.00", "0.00")

	require.NoError(t, s.post("team"))
	s.due(s.now)
	s.has("bob", "60.00", "12.00", "0.00")
	rows, err := s.Wallet.Rows(ctx, "bob", program.CursorOf(settlement.Row{}), 10)
	require.NoError(t, err)
	require.Equal(t, "-48.00", rows[0].Amount.Plain())
	require.True(t, rows[0].At.Equal(s.now), "in the period in which it is posted")
	require.Equal(t, commission.Recalculated, rows[0].Entries[0].Reason)
}

func TestRule_4_24_WhatHasBeenPaidOutBecomesDebt(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 2, "1200.00"))
	s.july(2)
	require.NoError(t, s.post("team"))
	s.due(s.now)
	_, err := s.withdraw("w-1", "bob", "60.00")
	require.NoError(t, err)
	out, err := s.Bonuses.Reverse(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, settlement.RunReversed, out.Run.State)
	s.sound()
	s.due(s.now)
	s.has("bob", "120.00", "0.00", "60.00")
	_, err = s.Bonuses.Reverse(ctx, s.run("team"))
	require.NoError(t, err, "the same again changes nothing")
	_, err = s.Bonuses.Lock(ctx, s.run("team"))
	var state *settlement.RunStateError
	require.ErrorAs(t, err, &state)
	require.EqualError(t, err, "settlement: run team/2026-06 is reversed and cannot become locked")
}

func (s *shop) post(bonus string) error {
	_, err := s.Bonuses.Lock(ctx, s.run(bonus))
	if err != nil {
		return err
	}
	_, err = s.Bonuses.Post(ctx, s.run(bonus))
	s.sound()
	return err
}

func TestRule_4_25_APoolIsDividedToTheLastUnit(t *testing.T) {
	plan := program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["1%"]}, "bonuses": [{"name": "shareholders", "pool": {"rate": "10%", "partners": {"s-00": 10}}}]}`)
	for i := range 17 {
		weight := int64(10)
		if i >= 2 {
			weight = 20
		}
		if i >= 7 {
			weight = 30
		}
		plan.Bonuses[0].Pool.Partners[partner.ID(fmt.Sprintf("s-%02d", i))] = weight
	}
	s := open(t, "", func(c *program.Config) { c.Plan = plan })
	for i := range 17 {
		s.add(partner.ID(fmt.Sprintf("s-%02d", i)))
	}
	s.paid(s.order("o-1", 1, "100.00"))
	s.july(1)
	require.NoError(t, s.post("shareholders"))
	s.due(s.now)
	want := map[string]int{"0.24": 2, "0.48": 5, "0.72": 2, "0.71": 8}
	for i := range 17 {
		want[s.balance(partner.ID(fmt.Sprintf("s-%02d", i))).Available.Plain()]--
	}
	for text, left := range want {
		require.Zero(t, left, text)
	}
}

func TestOnlySalesOfTheProgrammeCountInARun(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"], "excluded": {"products": ["voucher"]}}, "bonuses": [{"name": "own", "tiers": {"steps": [{"from": "0", "rate": "1%"}]}}]}`)
	s.paid(s.order("o-1", 1, "100.00"))
	excluded := s.order("o-2", 1, "100.00")
	excluded.Lines[0].Product = "voucher"
	s.paid(excluded)
	fraud := s.order("o-3", 1, "100.00")
	fraud.Abnormal = "suspected_fraud"
	s.paid(fraud)
	exchange := s.order("o-4", 1, "100.00")
	exchange.Kind = commission.Exchange
	s.paid(exchange)
	draft, err := s.Bonuses.Preview(ctx, s.run("own"))
	require.NoError(t, err)
	require.Equal(t, []string{"bob 1.00"}, lines(draft.Entries))
}

func TestARunIsPostedInParts(t *testing.T) {
	s := open(t, `{"currency": "CNY", "commission": {"rates": ["1%"]}, "levels": [{"id": "holder", "weight": 1, "default": true}],
		"bonuses": [{"name": "all", "every": "month", "pool": {"rate": "50%", "levels": {"holder": 1}}}]}`)
	const many = 1300
	for i := range many {
		s.add(partner.ID(fmt.Sprintf("p-%04d", i)))
	}
	_, err := s.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: s.now, Lines: []program.Line{line("1", 1, "1000.00")}})
	require.NoError(t, err)
	s.now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	locked, err := s.Bonuses.Lock(ctx, s.run("all"))
	require.NoError(t, err)
	require.Equal(t, 3, locked.Run.Chunks)
	require.NoError(t, s.post("all"))
	require.Equal(t, 3, s.due(s.now).Parts)
	var sum decimal.Decimal
	for i := range many {
		sum = sum.Add(s.balance(partner.ID(fmt.Sprintf("p-%04d", i))).Available.Decimal())
	}
	require.Equal(t, "500", sum.String())
}

func TestARunThatChangedSinceItWasLockedIsNotPosted(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 2, "1200.00"))
	s.july(2)
	_, err := s.Bonuses.Lock(ctx, s.run("team"))
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	_, err = s.Bonuses.Post(ctx, s.run("team"))
	require.ErrorIs(t, err, program.ErrRunChanged)
	require.NoError(t, s.post("team"))
	s.due(s.now)
	s.has("bob", "60.00", "12.00", "0.00")
}

func TestARunSeesThePlanAndThePeopleAsOfItsEnd(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 1, "600.00"))
	late := s.order("o-2", 1, "100.00")
	late.PaidAt = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	s.now = late.PaidAt
	s.paid(late)
	s.july(3)
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(twoLevels)})
	require.NoError(t, err)
	draft, err := s.Bonuses.Preview(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, []string{"bob 12.00"}, lines(draft.Entries))
	_, err = s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "team", Period: june2026.Next().Next()})
	var missing *program.NotFoundError
	require.ErrorAs(t, err, &missing)
}

func TestRule_6_19_PeriodsAreThoseOfThePlansZone(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "calendar": {"zone": "Asia/Shanghai"},
		"bonuses": [{"name": "own", "tiers": {"steps": [{"from": "0", "rate": "1%"}]}}, {"name": "quarter", "every": "quarter", "tiers": {"mode": "prospective", "steps": [{"from": "0", "rate": "1%"}, {"from": "100", "rate": "2%"}]}}]}`)
	first := s.order("o-1", 1, "100.00")
	first.PaidAt = time.Date(2026, 6, 30, 15, 59, 59, 0, time.UTC)
	next := s.order("o-2", 1, "100.00")
	next.PaidAt = time.Date(2026, 6, 30, 16, 0, 0, 0, time.UTC)
	s.now = next.PaidAt
	s.paid(first)
	s.paid(next)
	june, err := s.Bonuses.Preview(ctx, s.run("own"))
	require.NoError(t, err)
	require.Equal(t, []string{"bob 1.00"}, lines(june.Entries))
	july, err := s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "own", Period: june2026.Next()})
	require.NoError(t, err)
	require.Equal(t, []string{"bob 1.00"}, lines(july.Entries))
	quarter, err := s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "quarter", Period: must(commission.ParsePeriod("2026-Q3"))})
	require.NoError(t, err)
	require.Equal(t, []string{"bob 1.00"}, lines(quarter.Entries))
	_, err = s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "quarter", Period: june2026})
	require.ErrorContains(t, err, "the bonus runs every quarter, and 2026-06 is none")
}

func TestAPlanNamesAZoneThatThereIs(t *testing.T) {
	for _, text := range []string{`{"zone": "Nowhere/Town"}`, `{"zone": "Local"}`, `{"yearBegins": 13}`} {
		_, err := program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "calendar": ` + text + `}`))
		var problems *program.PlanError
		require.ErrorAs(t, err, &problems, text)
	}
}

func TestARunNeedsAStoreAndAName(t *testing.T) {
	p, err := program.New(nil, program.Config{Plan: program.MustPlan(teamLadder)})
	require.NoError(t, err)
	_, err = p.Bonuses.Preview(ctx, program.BonusRun{Bonus: "team", Period: june2026})
	require.ErrorIs(t, err, program.ErrNoStore)
	s := family(t, teamLadder)
	for _, in := range []program.BonusRun{{Period: june2026}, {Bonus: "team", Period: june2026, Actor: "\x00"}} {
		_, err := s.Bonuses.Preview(ctx, in)
		require.Error(t, err)
	}
	all, err := s.Bonuses.All(ctx, "", 10)
	require.NoError(t, err)
	require.Empty(t, all)
}
