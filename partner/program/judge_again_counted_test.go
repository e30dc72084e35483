package program_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// everyPair pays by level in cash and in points, with a budget and a cap for each customer.
const everyPair = `{
  "currency": "CNY",
  "levels": [{"id": "one", "weight": 1, "default": true}, {"id": "two", "weight": 2}, {"id": "three", "weight": 3, "leader": true}],
  "commission": {
    "rates": ["7%%", "3%%"], "levels": {"two": ["9%%", "4.5%%"], "three": ["0%%", "6%%"]}, "missing": %q, "cap": "21%%",
    "differential": {"rates": {"one": "1%%", "two": "2.5%%", "three": "4%%"}}, "stacking": "sum", "levelAt": %q
  },
  "campaigns": [{"name": "twos", "factor": "1.5", "levels": ["two"], "budget": %q}, {"name": "all", "factor": "1.7", "perCustomer": %q}],
  "assets": [{"code": "POINTS", "ratio": "10", "commission": {"rates": ["5%%", "1%%"], "levels": {"two": ["11%%"], "three": ["13%%", "3%%"]}},
    "campaigns": [{"name": "threes", "factor": "3", "levels": ["three"]}]}]
}`

// everything is what people have in cash and in points, and what stands on the counters.
func (s *shop) everything(ids []partner.ID) []string {
	s.t.Helper()
	var all []string
	for _, id := range ids {
		b, err := s.Wallet.Assets(ctx, id)
		require.NoError(s.t, err)
		all = append(all, fmt.Sprintf("%s: %s\n%s", id, settlement.Balances{s.balance(id)}, b))
	}
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		counters, err := tx.ScanCounters(ctx, store.CounterKey{}, 100)
		for _, c := range counters {
			all = append(all, fmt.Sprintf("%s %s: %s", c.Campaign, c.Customer, c.Amount))
		}
		return err
	}))
	return all
}

// A law: an order that is judged by the levels of its release stands, in cash, in points and on every counter, as one whose people had those levels when it
// was paid, whatever came back before and after it, and beside an order of somebody else's that uses the same campaigns.
func TestRule_4_32_LevelsOfReleaseCountInEveryAssetAndOnEveryCounter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		missing, level := rapid.SampledFrom([]string{"forfeit", "compress"}).Draw(rt, "missing"), rapid.SampledFrom([]partner.Level{"one", "two", "three"})
		budget := rapid.SampledFrom([]string{"0.01", "2.00", "6.00", "100"}).Draw(rt, "budget")
		most := rapid.SampledFrom([]string{"0.50", "3.00", "100"}).Draw(rt, "per customer")
		then, later := map[partner.ID]partner.Level{}, map[partner.ID]partner.Level{}
		for _, id := range byLevelsPeople {
			then[id], later[id] = level.Draw(rt, "then"), level.Draw(rt, "later")
		}
		other := rapid.Bool().Draw(rt, "another order")
		before, after := rapid.IntRange(0, 2).Draw(rt, "back before"), rapid.IntRange(0, 2).Draw(rt, "back after")

		play := func(at string, levels map[partner.ID]partner.Level) *shop {
			s := open(t, fmt.Sprintf(everyPair, missing, at, budget, most))
			for i, id := range byLevelsPeople {
				s.add(id)
				if i > 0 {
					s.recruit(id, byLevelsPeople[i-1])
				}
				setLevel(s, id, levels[id])
			}
			s.add("zoe")
			setLevel(s, "zoe", "two")
			for customer, owner := range map[partner.Customer]partner.ID{"carol": "erin", "dora": "zoe"} {
				_, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner})
				require.NoError(rt, err)
			}
			if other {
				s.paid(program.Order{ID: "o-0", Customer: "dora", PaidAt: s.now, Lines: []program.Line{line("1", 1, "77.77")}})
			}
			s.paid(program.Order{ID: "o-1", Customer: "carol", PaidAt: s.now, Lines: []program.Line{line("1", 3, "99.99"), line("2", 2, "33.33")}})
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
			for i := range after {
				s.refunded(fmt.Sprintf("after-%d", i), "o-1", units("2", 1))
			}
			return s
		}
		again, of := play("released", then), play("paid", later)
		require.Equal(rt, of.everything(append(byLevelsPeople, "zoe")), again.everything(append(byLevelsPeople, "zoe")), "%v, then %v", then, later)
		if before == 2 && after == 2 {
			again.refunded("rest", "o-1", units("1", 1))
			for _, id := range byLevelsPeople {
				require.Equal(rt, "0.00", again.earned(id), "a full refund leaves nothing")
				require.Equal(rt, "0 POINTS, 0 POINTS", again.points(id))
			}
			require.Equal(rt, "0.00", again.counter("all", "carol"))
		}
	})
}

// twice pays 10 % or, to gold, 20 %, and doubles that until it has added 40.00.
const twice = `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
	"commission": {"rates": ["10%"], "levels": {"gold": ["20%"]}, "levelAt": "released"}, "settlement": {"anchor": "paid", "holdDays": 1},
	"campaigns": [{"name": "double", "factor": "2", "budget": "40.00"}]}`

func TestRule_6_25_AnOrderJudgedAgainGetsWhatOthersLeaveOfABudget(t *testing.T) {
	s := family(t, twice)
	s.paid(s.order("o-1", 1, "100.00"))
	s.paid(s.order("o-2", 1, "100.00"))
	s.paid(s.order("o-3", 1, "100.00"))
	require.Equal(t, "30.00", s.counter("double", ""))
	s.level("bob", "gold")
	require.Len(t, s.due(noon.AddDate(0, 0, 1)).Released, 3, "in one transaction")
	var totals []string
	for _, id := range []commission.OrderID{"o-1", "o-2", "o-3"} {
		out, err := s.Orders.Outcome(ctx, id)
		require.NoError(t, err)
		totals = append(totals, out.Commission.String())
	}
	require.Equal(t, []string{"40.00 CNY", "20.00 CNY", "40.00 CNY"}, totals, "20.00 beside two that use 10.00; of 10.00 too little is left; what the second gave back the third has")
	require.Equal(t, "40.00", s.counter("double", ""))
	s.refunded("r-1", "o-1", units("1", 1))
	s.refunded("r-2", "o-2", units("1", 1))
	require.Equal(t, "20.00", s.counter("double", ""))
	s.refunded("r-3", "o-3", units("1", 1))
	require.Equal(t, "0.00", s.counter("double", ""))
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestRule_6_25_ACampaignThatNoLongerAppliesIsReleased(t *testing.T) {
	s := family(t, `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
		"commission": {"rates": ["10%"], "levelAt": "released"}, "settlement": {"anchor": "paid", "holdDays": 1}, "campaigns": [
		{"name": "agents", "factor": "2", "levels": ["agent"], "budget": "40.00"}, {"name": "golds", "factor": "3", "levels": ["gold"], "perCustomer": "15.00"}]}`)
	s.paid(s.order("o-1", 1, "100.00"))
	require.Equal(t, []string{"10.00", "0.00"}, []string{s.counter("agents", ""), s.counter("golds", "carol")})
	s.level("bob", "gold")
	s.due(noon.AddDate(0, 0, 1))
	require.Equal(t, []string{"0.00", "15.00"}, []string{s.counter("agents", ""), s.counter("golds", "carol")})
	s.has("bob", "0.00", "25.00", "0.00")
}

func TestRule_6_25_ABudgetIsOfTheInstantThatACampaignLooksAt(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"], "campaignAt": "created"},
		"campaigns": [{"name": "double", "factor": "2", "to": "2026-06-01T12:00:00Z", "budget": "15.00"}]}`)
	early := s.order("o-1", 1, "100.00")
	early.CreatedAt = noon.Add(-time.Minute)
	require.Equal(t, "20.00 CNY", s.paid(early).Commission.String())
	require.Equal(t, "10.00", s.counter("double", ""))
	late := s.order("o-2", 1, "100.00")
	late.CreatedAt = noon.Add(-time.Minute)
	require.Equal(t, "10.00 CNY", s.paid(late).Commission.String(), "5.00 are left")
	require.Equal(t, "1.00 CNY", s.paid(s.order("o-3", 1, "10.00")).Commission.String(), "created when it was paid, at the end of the campaign")
	require.Equal(t, "10.00", s.counter("double", ""))
}

func TestRule_4_40_OrdersWithAssetsUseBudgetsOfCash(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "campaigns": [{"name": "double", "factor": "2", "budget": "15.00", "perCustomer": "12.00"}],
		"assets": [{"code": "POINTS", "commission": {"rates": ["50%"]}, "campaigns": [{"name": "double", "factor": "2"}]}]}`)
	for id, want := range []string{"20.00 CNY", "12.00 CNY", "10.00 CNY"} {
		out := s.paid(s.order(fmt.Sprintf("o-%d", id), 1, "100.00"))
		require.Equal(t, []string{want, "100 POINTS"}, []string{out.Commission.String(), out.Assets[0].Total.String()})
	}
	s.refunded("r-0", "o-0", units("1", 1))
	require.Equal(t, []string{"2.00", "2.00"}, []string{s.counter("double", ""), s.counter("double", "carol")})
	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, []string{"0.00", "0.00"}, []string{s.counter("double", ""), s.counter("double", "carol")})
}

func TestRule_6_25_OrdersThatOneBindingReachesShareWhatIsLeft(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"], "graceMinutes": 30}, "campaigns": [{"name": "double", "factor": "2", "budget": "25.00"}]}`)
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		o := s.order(id, 1, "100.00")
		o.Customer = "dora"
		require.Equal(t, "0.00 CNY", s.paid(o).Commission.String())
	}
	s.paid(s.order("o-4", 1, "50.00"))
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "bob"})
	require.NoError(t, err)
	s.sound()
	require.Equal(t, "25.00", s.counter("double", ""))
	var reasons []partner.Reason
	for _, id := range []commission.OrderID{"o-1", "o-2", "o-3"} {
		out, err := s.Orders.Outcome(ctx, id)
		require.NoError(t, err)
		reasons = append(reasons, reasonsOf(out)...)
	}
	require.Equal(t, []partner.Reason{"", "", commission.BudgetSpent}, reasons, "the earlier come first")
}

func TestRule_4_46_WhatIsJudgedAgainIsExplainedInItsAsset(t *testing.T) {
	s := family(t, `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
		"commission": {"rates": ["10%"], "levelAt": "released"}, "settlement": {"anchor": "paid", "holdDays": 1},
		"assets": [{"code": "POINTS", "ratio": "10", "commission": {"rates": ["20%"], "levels": {"gold": ["30%"]}}}]}`)
	first := s.paid(s.order("o-1", 2, "100.00"))
	s.refunded("r-1", "o-1", units("1", 1))
	s.level("bob", "gold")
	s.due(noon.AddDate(0, 0, 1))
	s.has("bob", "0.00", "5.00", "0.00")
	require.Equal(t, "0 POINTS, 150 POINTS", s.points("bob"))
	all, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	var texts []string
	for _, x := range all {
		one, err := s.Orders.Explain(ctx, x.ID)
		require.NoError(t, err)
		require.Equal(t, x.Explanation, one)
		if x.ID.Asset != "" {
			texts = append(texts, fmt.Sprintf("%s %s", x.ID, x.String()[:37]))
		}
	}
	require.Equal(t, []string{
		"o-1/1/bob/POINTS/0 bob: 200 POINTS from line 1 of order ",
		"o-1/2/bob/POINTS/0 bob: -100 POINTS from line 1 of order",
		"o-1/3/bob/POINTS/0 bob: -100 POINTS from line 1 of order",
		"o-1/3/bob/POINTS/1 bob: 150 POINTS from line 1 of order ",
	}, texts, "cash stands as it should")

	again, err := s.Orders.Paid(ctx, func() program.Order { o := s.order("o-1", 2, "100.00"); o.PaidAt = noon; return o }())
	require.NoError(t, err)
	require.Equal(t, first.Assets, again.Assets, "the first answer again")
	now, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, "300 POINTS", now.Assets[0].Total.String())
	s.refunded("r-2", "o-1", units("1", 1))
	require.Equal(t, "0 POINTS, 0 POINTS", s.points("bob"))
}

// An order was created at 12:20, when nobody owned dora, and paid at 13:00, when bob did: it is nobody's, and her first, for which he gets 8.00. A binding
// to alice at 12:30 is told later.
func TestRule_4_28_AnOrderThatIsJudgedAgainIsSettledAsItIsJudged(t *testing.T) {
	for name, c := range map[string]struct {
		bar        partner.Reason
		alice, bob string // available after the binding
		granted    int    // one-off bonuses that change then
	}{"it pays": {"", "10.00", "8.00", 0}, "the shop bars it": {"fraud", "0.00", "0.00", 1}} {
		t.Run(name, func(t *testing.T) {
			s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"], "attributionAt": "created", "graceMinutes": 30}, "settlement": {"anchor": "paid", "holdDays": 0},
				"oneOffs": [{"name": "welcome", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}}]}`, func(config *program.Config) {
				config.Hooks.Verify = program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
					if sale.Attributed.Partner == "" {
						return program.Verdict{}, nil
					}
					return program.Verdict{Order: c.bar}, nil
				})
			})
			s.now = noon.Add(time.Hour)
			bind := func(owner partner.ID, minutes int) {
				_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: owner, Meta: program.Meta{At: s.now.Add(time.Duration(minutes) * time.Minute)}})
				require.NoError(t, err)
				s.sound()
			}
			bind("bob", -5)
			o := s.order("o-1", 1, "100.00")
			o.Customer, o.CreatedAt = "dora", s.now.Add(-40*time.Minute)
			require.Equal(t, commission.NoOwner, s.paid(o).Attributed.Reason)
			require.Len(t, s.due(s.now).Granted, 1)
			s.has("bob", "0.00", "8.00", "0.00")
			bind("alice", -30)
			require.Len(t, s.due(s.now).Granted, c.granted)
			s.has("alice", "0.00", c.alice, "0.00")
			s.has("bob", "0.00", c.bob, "0.00")
			s.refunded("r-1", "o-1", units("1", 1))
			s.due(s.now)
			s.has("alice", "0.00", "0.00", "0.00")
			s.has("bob", "0.00", "0.00", "0.00")
		})
	}
}

func TestRule_4_28_WhatLevelsOfReleaseChangeIsSettledWithTheOrder(t *testing.T) {
	s := family(t, strings.Replace(oneOffPlan, `"rates": ["10%"],`, `"rates": ["10%"], "levels": {"gold": ["20%"]}, "levelAt": "released",`, 1))
	s.paid(s.order("o-1", 1, "100.00"))
	s.level("bob", "gold")
	require.Len(t, s.due(noon.AddDate(0, 0, 1)).Granted, 1)
	s.has("bob", "0.00", "28.00", "0.00")
	s.refunded("r-1", "o-1", units("1", 1))
	require.Len(t, s.due(s.now).Granted, 1)
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestRule_4_40_APlanWhoseAssetIsJudgedInAnotherWayIsRefused(t *testing.T) {
	text := `{"currency": "CNY", "commission": {"rates": ["10%%"], "levelAt": %q}, "assets": [{"code": "POINTS", "commission": {"rates": ["20%%"], "levelAt": %q},
		"campaigns": [{"name": "double", "factor": "2"%s}]}]}`
	for _, c := range []struct{ cash, own, more, path string }{
		{"released", "released", "", ""}, {"released", "paid", "", ""}, {"paid", "released", "", "assets[0].commission.levelAt"},
		{"paid", "paid", `, "budget": "100"`, "assets[0].campaigns[0].budget"}, {"paid", "paid", `, "perCustomer": "100"`, "assets[0].campaigns[0].perCustomer"},
	} {
		_, err := program.ParsePlan([]byte(fmt.Sprintf(text, c.cash, c.own, c.more)))
		if c.path == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.path)
		require.ErrorContains(t, err, "leave it out")
	}
}
