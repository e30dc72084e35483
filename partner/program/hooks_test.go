package program_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// levelled has two levels, the higher of which leads and has a rate of its own, a team reward and an agent.
const levelled = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "boss", "weight": 2, "leader": true}],
  "commission": {
    "rates": ["10%", "5%"], "levels": {"boss": ["12%", "6%"]}, "team": {"rate": "1%"},
    "fees": [{"name": "platform", "payee": "zoe", "rate": "1%"}]
  }
}`

func hooked(t *testing.T, hooks program.Hooks) *shop {
	t.Helper()
	s := family(t, levelled, func(c *program.Config) { c.Hooks = hooks })
	s.add("zoe")
	return s
}

// earnings are the entries of an outcome as "payee rule amount".
func earnings(out program.Outcome) []string {
	var list []string
	for _, e := range out.Entries {
		list = append(list, fmt.Sprintf("%s %s %s", e.Payee, e.Rule, e.Amount.Plain()))
	}
	return list
}

func (s *shop) quote(o program.Order) program.Outcome {
	s.t.Helper()
	out, err := s.Orders.Quote(ctx, o)
	require.NoError(s.t, err)
	return out
}

func attributing(to commission.Attributed) program.Hooks {
	return program.Hooks{Attribute: program.AttributeFunc(func(context.Context, program.Sale) (commission.Attributed, error) { return to, nil })}
}

func TestRule_8_6_TheShopDecidesWhoseOrderItIs(t *testing.T) {
	for _, c := range []struct {
		answer, want commission.Attributed
		earns        []string
	}{
		{commission.Attributed{Partner: "bob"}, commission.Attributed{Partner: "bob", By: commission.Owner}, []string{"bob slots 10.00", "alice slots 5.00", "zoe fee 1.00"}},
		{commission.Attributed{Partner: "alice", By: commission.Buyer}, commission.Attributed{Partner: "alice", By: commission.Referrer}, []string{"alice slots 10.00", "zoe fee 1.00"}},
		{commission.Attributed{Partner: "zoe"}, commission.Attributed{Partner: "zoe", By: commission.Chosen}, []string{"zoe slots 10.00", "zoe fee 1.00"}},
		{commission.Attributed{Reason: "staff_sale"}, commission.Attributed{Reason: "staff_sale"}, []string{"zoe fee 1.00"}},
	} {
		s := hooked(t, attributing(c.answer))
		order := s.order("o-1", 1, "100.00")
		order.Referrer = "alice"
		quoted := s.quote(order)
		out := s.paid(order)
		require.Equal(t, c.want, out.Attributed)
		require.Equal(t, c.earns, earnings(out))
		require.Equal(t, quoted.Attributed, out.Attributed)
		require.Equal(t, quoted.Entries, out.Entries)
		kept, err := s.Orders.Outcome(ctx, "o-1")
		require.NoError(t, err)
		require.Equal(t, c.want, kept.Attributed)
	}
}

func TestRule_8_6_AnAttributionThatMakesNoSenseIsRefused(t *testing.T) {
	for want, answer := range map[string]commission.Attributed{
		`"nobody" is no partner`:                         {Partner: "nobody"},
		`it is "bob"'s, and nobody's for the reason "x"`: {Partner: "bob", Reason: "x"},
		`reason ""`: {},
	} {
		s := hooked(t, attributing(answer))
		before := s.state("bob")
		_, err := s.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
		var wrong *program.HookError
		require.ErrorAs(t, err, &wrong)
		require.ErrorContains(t, err, `program: hook Attribute, asked about order "o-1": `)
		require.ErrorContains(t, err, want)
		require.Equal(t, before, s.state("bob"))
		_, err = s.Orders.Quote(ctx, s.order("o-1", 1, "100.00"))
		require.ErrorContains(t, err, want)
	}
}

func TestRule_8_6_TheShopSaysWhichLevelSomebodyHad(t *testing.T) {
	level := func(levels map[partner.ID]partner.Level) program.Hooks {
		return program.Hooks{Level: program.LevelFunc(func(context.Context, program.Sale) (map[partner.ID]partner.Level, error) { return levels, nil })}
	}
	s := hooked(t, level(map[partner.ID]partner.Level{"alice": "boss", "stranger": "no such level"}))
	out := s.paid(s.order("o-1", 1, "100.00"))
	require.Equal(t, []string{"bob slots 10.00", "alice slots 6.00", "alice team 1.00", "zoe fee 1.00"}, earnings(out))
	require.Equal(t, []partner.Level{"agent", "boss"}, []partner.Level{out.Entries[0].Level, out.Entries[1].Level})
	now, err := s.Partners.At(ctx, "alice", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.Level("agent"), now.Level, "the programme's own level stays")

	out = hooked(t, level(map[partner.ID]partner.Level{"bob": ""})).paid(s.order("o-1", 1, "100.00"))
	require.Empty(t, out.Entries[0].Level)

	s = hooked(t, level(map[partner.ID]partner.Level{"alice": "golf"}))
	_, err = s.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.EqualError(t, err, `program: hook Level, asked about order "o-1": alice has level "golf", which the plan does not have`)
}

func verifying(verdict program.Verdict) program.Hooks {
	return program.Hooks{Verify: program.VerifyFunc(func(context.Context, program.Sale) (program.Verdict, error) { return verdict, nil })}
}

func TestRule_8_6_TheShopCanOnlyTakeAway(t *testing.T) {
	s := hooked(t, verifying(program.Verdict{Order: "brushed", Payees: map[partner.ID]partner.Reason{"bob": "unused"}}))
	out := s.paid(s.order("o-1", 1, "100.00"))
	require.Empty(t, out.Entries)
	require.Equal(t, partner.ID("bob"), out.Attributed.Partner)
	require.Equal(t, []commission.Unpaid{{Line: "1", Reason: "brushed"}}, out.Unpaid)
	require.Contains(t, out.String(), "brushed")
	s.received("o-1")
	require.Empty(t, s.refunded("r-1", "o-1", units("1", 1)).Entries)

	s = hooked(t, verifying(program.Verdict{Payees: map[partner.ID]partner.Reason{"bob": "suspected", "zoe": "unpaid_rent", "stranger": "x", "alice": "other"}}))
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "alice", Meta: program.Meta{At: noon.Add(-time.Hour)}})
	require.NoError(t, err)
	out = s.paid(s.order("o-2", 1, "100.00"))
	require.Empty(t, out.Entries, "one who is frozen stays so")
	var reasons []string
	for _, u := range out.Unpaid {
		reasons = append(reasons, string(u.Partner)+" "+string(u.Reason))
	}
	require.Equal(t, []string{"bob suspected", "alice earning_frozen", " no_leader", "zoe unpaid_rent"}, reasons)

	nothing := hooked(t, verifying(program.Verdict{Payees: map[partner.ID]partner.Reason{"bob": ""}}))
	require.Len(t, nothing.paid(nothing.order("o-1", 1, "100.00")).Entries, 3)

	for _, verdict := range []program.Verdict{
		{Order: partner.Reason(strings.Repeat("x", 65))}, {Payees: map[partner.ID]partner.Reason{"alice": "two\nlines"}},
	} {
		_, err := hooked(t, verifying(verdict)).Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
		require.ErrorContains(t, err, "program: hook Verify")
	}
}

// TestRule_8_6_HooksSeeCopies: what a hook does to its input changes nothing.
func TestRule_8_6_HooksSeeCopies(t *testing.T) {
	var seen []program.Sale
	spoil := func(sale program.Sale) {
		keep := sale
		keep.Uplines, keep.Seats = slices.Clone(sale.Uplines), slices.Clone(sale.Seats)
		seen = append(seen, keep)
		sale.Order.Lines[0].Quantity, sale.Order.Lines[0].Rates[0] = 0, commission.MustRate("100%")
		for _, people := range [][]commission.Upline{sale.Uplines, sale.Seats} {
			for i := range people {
				people[i] = commission.Upline{Partner: "thief"}
			}
		}
	}
	s := hooked(t, program.Hooks{
		Attribute: program.AttributeFunc(func(_ context.Context, sale program.Sale) (commission.Attributed, error) {
			spoil(sale)
			return sale.Attributed, nil
		}),
		Level: program.LevelFunc(func(_ context.Context, sale program.Sale) (map[partner.ID]partner.Level, error) {
			spoil(sale)
			return nil, nil
		}),
		Verify: program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
			spoil(sale)
			return program.Verdict{}, nil
		}),
	})
	order := s.order("o-1", 2, "100.00")
	order.Lines[0].Rates = []commission.Rate{commission.MustRate("20%")}
	out := s.paid(order)
	require.Equal(t, []string{"bob slots 20.00", "alice slots 5.00", "zoe fee 1.00"}, earnings(out))
	require.Len(t, seen, 3)
	require.Empty(t, seen[0].Uplines)
	require.Equal(t, commission.Candidates{Owner: "bob"}, seen[0].Candidates)
	for _, sale := range seen[1:] {
		require.Equal(t, []partner.ID{"bob", "alice"}, []partner.ID{sale.Uplines[0].Partner, sale.Uplines[1].Partner})
		require.Equal(t, partner.ID("zoe"), sale.Seats[0].Partner)
		require.Equal(t, commission.Attributed{Partner: "bob", By: commission.Owner}, sale.Attributed)
	}
}

func TestRule_8_6_NoHookIsAskedAgain(t *testing.T) {
	asked := map[string]int{}
	var tenants []store.Tenant
	s := hooked(t, program.Hooks{
		Attribute: program.AttributeFunc(func(_ context.Context, sale program.Sale) (commission.Attributed, error) {
			asked["Attribute"]++
			tenants = append(tenants, sale.Tenant)
			return sale.Attributed, nil
		}),
		Level: program.LevelFunc(func(context.Context, program.Sale) (map[partner.ID]partner.Level, error) {
			asked["Level"]++
			return nil, nil
		}),
		Verify: program.VerifyFunc(func(context.Context, program.Sale) (program.Verdict, error) {
			asked["Verify"]++
			return program.Verdict{}, nil
		}),
		Release: program.ReleaseFunc(func(context.Context, program.Release) (partner.Reason, error) {
			asked["Release"]++
			return "", nil
		}),
	})
	order := s.order("o-1", 2, "100.00")
	early := program.Refund{ID: "r-0", Order: "o-1", Lines: []program.RefundLine{units("1", 1)}}
	_, err := s.Orders.Refunded(ctx, early)
	require.NoError(t, err)
	s.paid(order)
	s.paid(order)
	s.received("o-1")
	require.Equal(t, map[string]int{"Attribute": 1, "Level": 1, "Verify": 1}, asked)
	s.due(noon.AddDate(0, 0, 7))
	s.due(noon.AddDate(0, 0, 8))
	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, map[string]int{"Attribute": 1, "Level": 1, "Verify": 1, "Release": 1}, asked)
	_, err = s.For("second").Orders.Quote(ctx, order)
	require.NoError(t, err)
	require.Equal(t, []store.Tenant{"", "second"}, tenants)
}

func TestRule_8_6_AHookThatFailsLeavesNothing(t *testing.T) {
	broken := errors.New("the shop's system is away")
	for _, hooks := range []program.Hooks{
		{Attribute: program.AttributeFunc(func(context.Context, program.Sale) (commission.Attributed, error) {
			return commission.Attributed{}, broken
		})},
		{Level: program.LevelFunc(func(context.Context, program.Sale) (map[partner.ID]partner.Level, error) { return nil, broken })},
		{Verify: program.VerifyFunc(func(context.Context, program.Sale) (program.Verdict, error) { return program.Verdict{}, broken })},
	} {
		s := hooked(t, hooks)
		before := s.state("alice", "bob", "zoe")
		_, err := s.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
		require.ErrorIs(t, err, broken)
		require.Equal(t, before, s.state("alice", "bob", "zoe"))
		_, err = s.Orders.Outcome(ctx, "o-1")
		var missing *program.NotFoundError
		require.ErrorAs(t, err, &missing)
	}
}

func TestRule_8_7_AVetoKeepsAnOrderPendingWithItsReasonUntilItIsLifted(t *testing.T) {
	veto := map[commission.OrderID]partner.Reason{"o-1": "disputed"}
	asked := 0
	s := hooked(t, program.Hooks{Release: program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) {
		asked++
		return veto[due.Order.ID], nil
	})})
	s.paid(s.order("o-1", 1, "100.00"))
	s.paid(s.order("o-2", 1, "100.00"))
	s.received("o-1")
	s.received("o-2")
	week := noon.AddDate(0, 0, 7)
	due := s.due(week)
	require.Equal(t, []commission.OrderID{"o-2"}, due.Released)
	require.Equal(t, []program.VetoedOrder{{Order: "o-1", Reason: "disputed"}}, due.Vetoed)
	require.Contains(t, due.String(), "1 kept back")
	s.has("bob", "10.00", "10.00", "0.00")
	out, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, partner.Reason("disputed"), out.Veto)
	first := s.order("o-1", 1, "100.00")
	first.PaidAt = noon
	require.Empty(t, s.paid(first).Veto, "the first answer does not know it")

	// The same reason again writes nothing; another one does.
	before := s.state("bob")
	require.Len(t, s.due(week).Vetoed, 1)
	require.Equal(t, before, s.state("bob"))
	veto["o-1"] = "under_review"
	require.Equal(t, partner.Reason("under_review"), s.due(week).Vetoed[0].Reason)
	require.NotEqual(t, before, s.state("bob"))

	// A refund works while it is kept back, and what is left is released once.
	s.refunded("r-1", "o-1", amount("1", "50.00"))
	s.has("bob", "5.00", "10.00", "0.00")
	delete(veto, "o-1")
	due = s.due(week.Add(time.Hour))
	require.Equal(t, []commission.OrderID{"o-1"}, due.Released)
	require.Empty(t, due.Vetoed)
	s.has("bob", "0.00", "15.00", "0.00")
	out, err = s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Empty(t, out.Veto)
	require.Empty(t, s.due(week.Add(2*time.Hour)).Released)
	require.Equal(t, 5, asked)

	var kinds []string
	events, err := s.Events(ctx, 0, 100)
	require.NoError(t, err)
	for _, e := range events {
		if strings.HasPrefix(e.Kind, "release_") || e.Kind == "order_released" {
			kinds = append(kinds, e.Kind+" "+e.Subject)
		}
	}
	require.ElementsMatch(t, []string{"release_vetoed o-1", "release_vetoed o-1", "order_released o-1", "order_released o-2"}, kinds)
}

// TestRule_8_7_WhatIsKeptBackKeepsNoOtherBack however many are older.
func TestRule_8_7_WhatIsKeptBackKeepsNoOtherBack(t *testing.T) {
	asked := 0
	s := family(t, twoLevels, func(c *program.Config) {
		c.Batch = 1
		c.Hooks.Release = program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) {
			asked++
			if due.Order.ID < "o-30" {
				return "disputed", nil
			}
			return "", nil
		})
	})
	for i := 10; i < 33; i++ {
		id := fmt.Sprint("o-", i)
		_, err := s.Orders.Paid(ctx, s.order(id, 1, "1.00"))
		require.NoError(t, err)
		s.received(commission.OrderID(id))
	}
	due := s.due(noon.AddDate(0, 0, 7))
	require.Len(t, due.Vetoed, 20)
	require.Equal(t, []commission.OrderID{"o-30", "o-31", "o-32"}, due.Released)
	require.Equal(t, 23, asked, "each order is asked about once in a run")
}

func TestRule_8_7_AReleaseHookThatFailsHoldsUpItsOrderAlone(t *testing.T) {
	s := hooked(t, program.Hooks{Release: program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) {
		switch due.Order.ID {
		case "o-1":
			return "", errors.New("away")
		case "o-2":
			return partner.Reason(strings.Repeat("x", 65)), nil
		case "o-3":
			return "disputed", nil
		}
		due.Order.Frozen.Lines[0].Quantity = 0
		return "", nil
	})})
	for i := 1; i <= 4; i++ {
		s.paid(s.order(fmt.Sprint("o-", i), 1, "100.00"))
		s.received(commission.OrderID(fmt.Sprint("o-", i)))
	}
	due := s.due(noon.AddDate(0, 0, 7))
	require.Equal(t, []commission.OrderID{"o-4"}, due.Released)
	require.Equal(t, []program.VetoedOrder{{Order: "o-3", Reason: "disputed"}}, due.Vetoed)
	require.Len(t, due.Failed, 2)
	var wrong *program.HookError
	require.ErrorAs(t, due.Failed[0].Err, &wrong)
	require.EqualError(t, wrong, `program: hook Release, asked about order "o-1": away`)
	s.has("bob", "30.00", "10.00", "0.00")
}
