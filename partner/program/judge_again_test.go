package program_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// byLevels pays by level in every way that there is: slots, bonuses, leaders, differential, campaigns, all within a cap that cuts.
const byLevels = `{
  "currency": "CNY",
  "levels": [{"id": "one", "weight": 1, "default": true}, {"id": "two", "weight": 2}, {"id": "three", "weight": 3, "leader": true}],
  "commission": {
    "rates": ["7%%", "3%%"], "levels": {"two": ["9%%", "4.5%%"], "three": ["0%%", "6%%"]}, "missing": %q, "cap": "17%%", "rounding": {"mode": "half-up", "scope": %q},
    "levelBonus": {"mode": "additive", "rates": {"three": ["1%%"]}}, "team": {"rate": "2%%"}, "differential": {"rates": {"one": "1%%", "two": "2.5%%", "three": "4%%"}},
    "levelAt": %q
  },
  "campaigns": [{"name": "twos", "factor": "1.5", "levels": ["two"]}]
}`

var byLevelsPeople = []partner.ID{"alice", "bob", "erin"}

// A law: what is judged by the levels of its release pays what an order of people who had those levels when it was paid pays, whatever came back before and
// after it.
func TestRule_4_32_LevelsOfReleasePayWhatThoseLevelsPay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		missing, scope := rapid.SampledFrom([]string{"forfeit", "compress", "dynamic"}).Draw(rt, "missing"), rapid.SampledFrom([]string{"entry", "order"}).Draw(rt, "scope")
		level := rapid.SampledFrom([]partner.Level{"one", "two", "three"})
		then, later := map[partner.ID]partner.Level{}, map[partner.ID]partner.Level{}
		for _, id := range byLevelsPeople {
			then[id], later[id] = level.Draw(rt, "then"), level.Draw(rt, "later")
		}
		amounts := [2]string{rapid.SampledFrom([]string{"0.07", "10.01", "99.99"}).Draw(rt, "a"), rapid.SampledFrom([]string{"0.50", "33.33"}).Draw(rt, "b")}
		before, after := rapid.IntRange(0, 2).Draw(rt, "back before"), rapid.IntRange(0, 2).Draw(rt, "back after")

		play := func(at string, levels map[partner.ID]partner.Level) *shop {
			s := open(t, fmt.Sprintf(byLevels, missing, scope, at))
			for i, id := range byLevelsPeople {
				s.add(id)
				if i > 0 {
					s.recruit(id, byLevelsPeople[i-1])
				}
				setLevel(s, id, levels[id])
			}
			_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "erin"})
			require.NoError(rt, err)
			s.paid(program.Order{ID: "o-1", Customer: "carol", PaidAt: s.now, Lines: []program.Line{line("1", 3, amounts[0]), line("2", 2, amounts[1])}})
			for i := range before {
				s.refunded(fmt.Sprintf("before-%d", i), "o-1", units("1", 1))
			}
			s.received("o-1")
			if at == "released" {
				s.now = noon.Add(time.Hour)
				for _, id := range byLevelsPeople {
					setLevel(s, id, later[id])
				}
			}
			s.due(noon.AddDate(0, 0, 9))
			require.Empty(rt, s.due(noon.AddDate(0, 0, 9)).Released)
			for i := range after {
				s.refunded(fmt.Sprintf("after-%d", i), "o-1", units("2", 1))
			}
			return s
		}
		again, of := play("released", then), play("paid", later)
		for _, id := range byLevelsPeople {
			require.Equal(rt, of.earned(id), again.earned(id), "%s at %v, then %v", id, then, later)
		}
		if before == 2 && after == 2 {
			again.refunded("rest", "o-1", units("1", 1))
			for _, id := range byLevelsPeople {
				require.Equal(rt, "0.00", again.earned(id), "a full refund leaves nothing")
			}
		}
	})
}

func setLevel(s *shop, id partner.ID, level partner.Level) {
	s.t.Helper()
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: id, Level: level})
	require.NoError(s.t, err)
}

func (s *shop) earned(id partner.ID) string {
	s.t.Helper()
	earned, err := s.balance(id).Earned()
	require.NoError(s.t, err)
	return earned.Plain()
}

func TestRule_4_46_WhatIsJudgedAgainIsExplainedEntryByEntry(t *testing.T) {
	s := family(t, fmt.Sprintf(byLevels, "forfeit", "entry", "released"))
	paid := s.paid(s.order("o-1", 1, "100.00"))
	s.received("o-1")
	s.now = noon.Add(time.Hour)
	setLevel(s, "bob", "two")
	s.due(noon.AddDate(0, 0, 7))
	all, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	var texts []string
	for _, x := range all {
		if x.Entry.Payee == "bob" && x.Entry.Rule == commission.RuleSlots {
			texts = append(texts, x.String())
		}
	}
	require.Equal(t, []string{
		"bob: 7.00 CNY from line 1 of order o-1: slot 1, 7% of 100.00 (default), rounded half-up per entry; plan version 1; released at 2026-06-08T12:00:00Z",
		"bob: -7.00 CNY from line 1 of order o-1: slot 1, 7% of -100.00 (default), rounded half-up per entry, judged by the levels of when its hold ended; plan version 1; released at 2026-06-08T12:00:00Z",
		"bob: 12.08 CNY from line 1 of order o-1: slot 1, 9% of 100.00 (level two) × 1.5 (campaign twos), rounded half-up per entry, cut by the line's cap of 17%, judged by the levels of when its hold ended; plan version 1; released at 2026-06-08T12:00:00Z",
	}, texts)

	again, err := s.Orders.Paid(ctx, func() program.Order { o := s.order("o-1", 1, "100.00"); o.PaidAt = noon; return o }())
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, paid.Entries, again.Entries, "the first answer again")
	now, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, "12.08", now.Entries[0].Amount.Plain())

	s.refunded("r-1", "o-1", units("1", 1))
	all, err = s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	last := all[len(all)-2].Entry
	require.Equal(t, []string{"bob", "-12.08", "9%"}, []string{string(last.Payee), last.Amount.Plain(), last.Rate.String()}, "a refund goes by the rate that stands")
}

func TestALevelHookIsAskedForTheLevelsOfRelease(t *testing.T) {
	var asked []time.Time
	broken := false
	s := family(t, fmt.Sprintf(byLevels, "forfeit", "entry", "released"), func(c *program.Config) {
		c.Hooks.Level = program.LevelFunc(func(_ context.Context, sale program.Sale) (map[partner.ID]partner.Level, error) {
			asked = append(asked, sale.At)
			if broken {
				return nil, errors.New("not now")
			}
			if sale.At.After(noon) {
				return map[partner.ID]partner.Level{"bob": "two"}, nil
			}
			return nil, nil
		})
	})
	s.paid(s.order("o-1", 1, "100.00"))
	s.received("o-1")
	broken = true
	due := s.due(noon.AddDate(0, 0, 8))
	require.Len(t, due.Failed, 1)
	var hook *program.HookError
	require.ErrorAs(t, due.Failed[0].Err, &hook)
	s.has("bob", "8.00", "0.00", "0.00") // an order that cannot be judged stays as it is
	broken = false
	s.due(noon.AddDate(0, 0, 8))
	require.Equal(t, "14.32", s.earned("bob"), "13.50 of slot 1 and 2.50 by the differential, within the cap")
	require.Equal(t, noon, asked[0])
	require.Equal(t, noon.AddDate(0, 0, 7), asked[len(asked)-1], "the end of the hold, and not the run")
}

// A law: with minutes of grace, an order and a binding within them give the same whichever is told first, and whatever comes back between.
func TestRule_3_15_WithinTheGraceTheOrderOfTellingSaysNothing(t *testing.T) {
	paidAt := noon.Add(2 * time.Hour)
	for _, plan := range []string{
		`{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "graceMinutes": 30}}`,
		`{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "graceMinutes": 30, "levelAt": "released"}, "settlement": {"holdDays": 0, "anchor": "paid"}}`,
		`{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "graceMinutes": 30, "cap": "14%",
		  "territory": {"by": ["ship-to"], "regions": {"44": {"rate": "4%", "agents": [{"partner": "agent"}]}}}}}`,
		`{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "graceMinutes": 30,
		  "territory": {"by": ["ship-to"], "regions": {"44": {"rate": "4%", "agents": [{"partner": "agent"}]}}}},
		  "campaigns": [{"name": "double", "factor": "2", "rules": ["slots", "territory"], "budget": "60.00"}, {"name": "most", "factor": "3", "perCustomer": "20.00"}],
		  "assets": [{"code": "POINTS", "ratio": "10", "commission": {"rates": ["7%", "1%"],
		    "territory": {"by": ["ship-to"], "regions": {"44": {"rate": "3%", "agents": [{"partner": "agent"}]}}}}}],
		  "settlement": {"holdDays": 0, "anchor": "paid"}}`,
	} {
		for _, after := range []time.Duration{-time.Minute, 0, time.Microsecond, 29*time.Minute + 59*time.Second, 30 * time.Minute} {
			order := program.Order{ID: "o-1", Customer: "dora", PaidAt: paidAt, Lines: []program.Line{line("1", 3, "100.01")}, Places: commission.Places{ShipTo: "44"}}
			steps := map[string]func(*shop){
				"paid": func(s *shop) { s.paid(order) },
				"bound": func(s *shop) {
					_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "bob", Meta: program.Meta{At: paidAt.Add(after)}})
					require.NoError(t, err)
					s.sound()
				},
				"refunded": func(s *shop) { s.refunded("r-1", "o-1", units("1", 1)) },
				"released": func(s *shop) { s.due(paidAt.Add(time.Hour)) },
			}
			var first []string
			for _, told := range [][]string{
				{"bound", "paid", "refunded", "released"}, {"paid", "bound", "refunded", "released"}, {"paid", "refunded", "bound", "released"},
				{"refunded", "paid", "bound", "released"}, {"paid", "released", "bound", "refunded"},
			} {
				s := family(t, plan)
				s.add("agent")
				s.now = paidAt.Add(time.Hour)
				for _, step := range told {
					steps[step](s)
				}
				has := append([]string{s.earned("bob")}, s.everything([]partner.ID{"bob", "alice", "agent"})...)
				if first == nil {
					first = has
				}
				require.Equal(t, first, has, "%s: %v after %s", plan, told, after)
				require.Equal(t, after < 30*time.Minute, has[0] != "0.00")
			}
		}
	}
}

func TestRule_3_15_WhoBecameAPartnerByTheOrderIsBoundToNobodyAnyMore(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "100.00"}, "commission": {"rates": ["10%"], "graceMinutes": 60}}`)
	s.add("alice")
	o := s.order("o-1", 1, "100.00")
	require.True(t, s.paid(o).Promoted)
	s.now = noon.Add(time.Minute)
	out, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "alice"})
	require.NoError(t, err)
	require.Equal(t, program.BindOutcome{Reason: tree.IsPartner}, out)
	s.has("alice", "0.00", "0.00", "0.00")
}

func TestAnOrderThatABindingReachesIsAskedAboutAgain(t *testing.T) {
	var attributed []partner.ID
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "graceMinutes": 30}}`, func(c *program.Config) {
		c.Hooks.Attribute = program.AttributeFunc(func(_ context.Context, sale program.Sale) (commission.Attributed, error) {
			attributed = append(attributed, sale.Candidates.Owner)
			return sale.Attributed, nil
		})
		c.Hooks.Verify = program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
			return program.Verdict{Payees: map[partner.ID]partner.Reason{"alice": "risk"}}, nil
		})
	})
	o := s.order("o-1", 1, "100.00")
	o.Customer = "dora"
	require.Equal(t, commission.NoOwner, s.paid(o).Attributed.Reason)
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "bob", Meta: program.Meta{At: noon.Add(time.Minute)}})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"", "bob"}, attributed)
	require.Equal(t, []string{"10.00", "0.00"}, []string{s.earned("bob"), s.earned("alice")})
	out, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, commission.Attributed{Partner: "bob", By: commission.Owner}, out.Attributed)
}

func TestRule_3_16_TheInstantOfCreationIsOneOfTheFactsOfAnOrder(t *testing.T) {
	s := family(t, twoLevels)
	o := s.order("o-1", 1, "100.00")
	o.CreatedAt = noon.Add(-time.Hour)
	s.paid(o)
	o.CreatedAt = o.CreatedAt.In(time.FixedZone("", 8*3600))
	_, err := s.Orders.Paid(ctx, o)
	require.NoError(t, err, "the same instant in another zone")
	o.CreatedAt = o.CreatedAt.Add(time.Microsecond)
	_, err = s.Orders.Paid(ctx, o)
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, "createdAt", conflict.Field)
}
