package commission_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// genCrowds draws long lines of few levels, where most have peers.
func genCrowds() *rapid.Generator[[]commission.Upline] {
	return rapid.Custom(func(t *rapid.T) []commission.Upline {
		list := make([]commission.Upline, rapid.IntRange(1, 12).Draw(t, "depth"))
		for i := range list {
			list[i] = commission.Upline{
				Partner: partner.ID(fmt.Sprint("p", i)), Level: partner.Level(rapid.SampledFrom([]string{"g1", "g2", "g1", ""}).Draw(t, "level")),
				Leader: often(t, "leader", 40),
			}
			if often(t, "barred", 25) {
				list[i].Bar = partner.EarningFrozen
			}
		}
		return list
	})
}

// genPeerCases draws plans that always have peers, with rates short enough to be shared.
func genPeerCases() *rapid.Generator[genCase] {
	return rapid.Custom(func(t *rapid.T) genCase {
		c := genCase{cur: cny}
		texts := []string{"10%", "7%", "33.3%", "60%", "0.05%", "3.00/unit", "0.0125/unit", "-"}
		draw := func(label string, texts []string) commission.Rate {
			return commission.MustRate(rapid.SampledFrom(texts).Draw(t, label))
		}
		c.plan = commission.Plan{
			Rates: []commission.Rate{draw("slot 1", texts), draw("slot 2", texts), draw("slot 3", texts)}, Slots: 3,
			Team:         commission.Team{Rate: draw("team", texts[:5]), Mode: commission.TeamMode(rapid.IntRange(0, 1).Draw(t, "mode"))},
			Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{"g1": draw("g1", texts[:5]), "g2": draw("g2", texts[:5])}},
			Peer: commission.Peer{
				Rate: draw("peer", []string{"10%", "10%", "12.5%", "100%"}), First: rapid.IntRange(0, 4).Draw(t, "first"),
				Of: commission.PeerBase(rapid.IntRange(0, 1).Draw(t, "of")),
			},
			Base: commission.Base(rapid.IntRange(0, 1).Draw(t, "base")), Loss: commission.Loss(rapid.IntRange(0, 2).Draw(t, "loss")),
			Missing: commission.Missing(rapid.IntRange(0, 2).Draw(t, "missing")), SelfPurchase: commission.SelfPurchase(rapid.IntRange(0, 2).Draw(t, "self")),
			Cap: commission.MustRate(rapid.SampledFrom([]string{"-", "-", "50%", "20%"}).Draw(t, "cap")), Overflow: commission.Overflow(rapid.IntRange(0, 1).Draw(t, "overflow")),
			Rounding: commission.Rounding{Mode: money.Mode(rapid.IntRange(0, 2).Draw(t, "rounding")), Scope: commission.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))},
		}
		c.plan.Peer.Income = rapid.SampledFrom([][]string{nil, {"slots"}, {"team"}, {"differential", "slots"}, {"slots", "team", "differential"}}).Draw(t, "income")
		if often(t, "peer levels", 40) {
			c.plan.Peer.Levels = map[partner.Level]commission.Rate{"g2": draw("peer of g2", []string{"20%", "0%", "50%"})}
		}
		if often(t, "campaign", 30) {
			c.campaigns = []commission.Campaign{{Name: "c", Factor: dec("1.5"), Rules: []string{"peer", "slots"}}}
		}
		return c
	})
}

// genShortOrders are genOrders with rates of the lines that peers can share.
func genShortOrders() *rapid.Generator[*commission.Order] {
	return rapid.Custom(func(t *rapid.T) *commission.Order {
		order := genOrders(2, false).Draw(t, "order")
		order.PaidAt = june.Add(time.Hour)
		for i := range order.Lines {
			if len(order.Lines[i].Rates) > 0 {
				order.Lines[i].Rates = rates(rapid.SampledFrom([]string{"20%", "2/unit", "-"}).Draw(t, "line rate"), "5%")
			}
		}
		return order
	})
}

// TestRule_4_22_PeersEqualTheNaiveDefinition before and after refunds; and a full return leaves nobody anything.
func TestRule_4_22_PeersEqualTheNaiveDefinition(t *testing.T) {
	paid := 0
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genPeerCases().Draw(t, "plan").calculator(t)
		for range 4 {
			order, uplines := genShortOrders().Draw(t, "order"), genCrowds().Draw(t, "uplines")
			result := calculate(t, calc, order, uplines)
			lines := naive.freeze(order, uplines)
			requireOracle(t, naive.settle(lines), result)
			for e := range result.Entries() {
				if e.Rule == commission.RulePeer {
					paid++
				}
			}
			first, frozen := book(slices.Collect(result.Entries())), result.Freeze()
			returned := genReturned(t, calc, frozen)
			target := targetOf(t, calc, frozen, returned...)
			requireOracle(t, naive.target(lines, order, returned), target)
			first.post(t, target)
			first.requireEqual(t, target)
			first.post(t, targetOf(t, calc, frozen, everything(t, calc, frozen)...))
			require.Empty(t, first.sums(t))
		}
	})
	require.Positive(t, paid)
}

// TestRule_4_22_PeersGetAtMostTheirShareOfEveryIncomeFirstTimes: all peers together, of shares of the base before rounding and cap. Nobody gets a peer bonus
// because of a peer bonus: without the juniors' own rules there is none.
func TestRule_4_22_PeersGetAtMostTheirShareOfEveryIncomeFirstTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genPeerCases().Draw(t, "plan")
		c.plan.Peer.Of, c.campaigns = commission.OfIncome, nil
		calc, _ := c.calculator(t)
		requirePeersBounded(t, calc, calculate(t, calc, genShortOrders().Draw(t, "order"), genCrowds().Draw(t, "uplines")))
	})

	// Few draws need not reach the bound.
	calc, _ := genCase{cur: cny, plan: commission.Plan{
		Rates: rates("10%"), Peer: commission.Peer{Rate: commission.MustRate("10%"), First: 2, Of: commission.OfIncome, Income: []string{commission.RuleSlots}},
	}}.calculator(t)
	order := &commission.Order{ID: "o", Customer: "c", PaidAt: june, Lines: []commission.Line{{ID: "1", Quantity: 1, Amount: dec("100")}}}
	uplines := []commission.Upline{{Partner: "p0", Level: "g1"}, {Partner: "p1", Level: "g1"}, {Partner: "p2", Level: "g1"}, {Partner: "p3", Level: "g1"}}
	require.Equal(t, 1, requirePeersBounded(t, calc, calculate(t, calc, order, uplines)), "the bound is reached")
}

// requirePeersBounded asserts that peers get no more than their share of every income, and returns how often they get all of it.
func requirePeersBounded(t tester, calc *commission.Calculator, result *commission.Result) (reached int) {
	t.Helper()
	peers := calc.Plan().Peer
	for _, set := range result.Freeze().Sets {
		for _, perUnit := range []bool{false, true} {
			most, sum := new(big.Rat), new(big.Rat)
			for _, s := range set.Shares {
				rate := s.Rate.Decimal().Rat()
				switch {
				case s.Rate.IsPerUnit() != perUnit:
				case s.Rule == commission.RulePeer:
					sum.Add(sum, rate)
					require.True(t, slices.ContainsFunc(set.Shares, func(junior commission.Share) bool {
						return slices.Contains(peers.Income, junior.Rule) && junior.Level == s.Level && junior.Position < s.Position
					}))
				case slices.Contains(peers.Income, s.Rule) && s.Level != "":
					share, ok := peers.Levels[s.Level]
					if !ok {
						share = peers.Rate
					}
					rate.Mul(rate, share.Decimal().Rat())
					most.Add(most, rate.Mul(rate, big.NewRat(int64(peers.First), 1)))
				}
			}
			require.LessOrEqual(t, sum.Cmp(most), 0)
			if sum.Sign() > 0 && sum.Cmp(most) == 0 {
				reached++
			}
		}
	}
	return reached
}

// TestRule_4_19_WhatARefusingPlanAcceptsOfPeersIsNeverCut: the most that peers can get is no less than any order gives them.
func TestRule_4_19_WhatARefusingPlanAcceptsOfPeersIsNeverCut(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := genPeerCases().Draw(t, "plan")
		draw := func(label string, texts ...string) commission.Rate {
			return commission.MustRate(rapid.SampledFrom(texts).Draw(t, label))
		}
		c.plan.Rates = []commission.Rate{draw("slot 1", "10%", "2%", "-"), draw("slot 2", "5%", "1%", "-")}
		c.plan.Slots = 2
		if often(t, "levels", 50) {
			c.plan.Levels = map[partner.Level][]commission.Rate{"g2": {draw("slot 1 of g2", "12%", "1%")}}
			c.plan.LevelBonus = commission.LevelBonus{
				Mode: commission.BonusMode(rapid.IntRange(0, 2).Draw(t, "bonus")), Rates: map[partner.Level][]commission.Rate{"g1": rates("3%")},
			}
		}
		c.plan.Team.Rate = draw("team", "4%", "8%")
		c.plan.Team.Levels = map[partner.Level]commission.Rate{"g1": draw("team of g1", "3%", "6%")}
		c.plan.Differential.Rates = map[partner.Level]commission.Rate{"g1": draw("g1", "2%", "6%"), "g2": draw("g2", "4%", "6%")}
		c.plan.Peer.Rate = draw("peer", "1%", "5%", "20%")
		c.plan.Recruiter.Rate = draw("recruiter", "1%", "3%")
		if often(t, "of the recruiter", 30) {
			c.plan.Peer.Income = append(slices.Clone(c.plan.Peer.Income), commission.RuleRecruiter)
		}
		c.plan.Cap, c.plan.Overflow = commission.MustRate(rapid.SampledFrom([]string{"30%", "40%", "55%", "80%"}).Draw(t, "cap")), commission.RefusePlan
		c.plan.Rounding, c.plan.Base = commission.Rounding{Mode: money.Down}, commission.Amount
		calc, err := commission.New(c.cur, c.plan, c.campaigns...)
		if err != nil {
			refused++
			return
		}
		accepted++
		for range 5 {
			order, uplines := genShortOrders().Draw(t, "order"), genCrowds().Draw(t, "uplines")
			for i := range order.Lines {
				order.Lines[i].Rates = nil
			}
			for e := range calculate(t, calc, order, uplines).Entries() {
				require.False(t, e.Cut, "%s of %s by %s", e.Amount, e.Line, e.Rule)
			}
		}
	})
	require.Positive(t, accepted)
	require.Positive(t, refused)
}
