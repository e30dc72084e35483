package commission_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// team is a tree of partners, each with a level and what he sells himself, in whole money.
type team struct {
	parent []int // -1 at the top; always before the child
	level  []int // 0: none
	sold   []int64
	ranked bool // whether nobody has a higher level than the one above him
}

func genTeams() *rapid.Generator[team] {
	return rapid.Custom(func(t *rapid.T) team {
		n := rapid.IntRange(1, 25).Draw(t, "partners")
		g := team{parent: make([]int, n), level: make([]int, n), sold: make([]int64, n), ranked: rapid.Bool().Draw(t, "ranked")}
		for i := range n {
			g.parent[i] = rapid.IntRange(max(-1, i-4), i-1).Draw(t, "parent")
			highest := 4
			if g.ranked && g.parent[i] >= 0 {
				highest = g.level[g.parent[i]]
			}
			g.level[i] = rapid.IntRange(0, highest).Draw(t, "level")
			g.sold[i] = rapid.SampledFrom([]int64{0, 1, 3, 100, 9999}).Draw(t, "sold")
		}
		return g
	})
}

func (g team) name(i int) partner.ID { return partner.ID(fmt.Sprint("p", i)) }

func (g team) uplines(i int) []commission.Upline {
	var list []commission.Upline
	for ; i >= 0; i = g.parent[i] {
		u := commission.Upline{Partner: g.name(i)}
		if g.level[i] > 0 {
			u.Level, u.Leader = partner.Level(fmt.Sprint("g", g.level[i])), true
		}
		list = append(list, u)
	}
	return list
}

// TestRule_4_20_BothFormsOfTheDifferentialAreEqual: paid sale by sale, walking up, and as it is defined over a period, from the groups. Where nobody has a
// higher level than the one above him, that is the share of what the group sold less the shares of the groups below.
func TestRule_4_20_BothFormsOfTheDifferentialAreEqual(t *testing.T) {
	shares := []string{"0%", "2.5%", "10%", "33.333%", "50%"} // higher levels have higher shares
	plan := commission.Plan{Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{}}, PriceScale: 8}
	for i, text := range shares[1:] {
		plan.Differential.Rates[partner.Level(fmt.Sprint("g", i+1))] = commission.MustRate(text)
	}
	cur := money.MustCurrency("CUR", 8) // fine enough for every amount to be exact
	calc, err := commission.New(cur, plan)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		g := genTeams().Draw(t, "team")
		perSale := make([]*big.Rat, len(g.parent))
		for i := range perSale {
			perSale[i] = new(big.Rat)
		}
		index := map[partner.ID]int{}
		for i := range g.parent {
			index[g.name(i)] = i
		}
		result := &commission.Result{}
		for i := range g.parent {
			order := orderOf(goods("p", 1, fmt.Sprint(g.sold[i])))
			_, err := calc.Calculate(order, g.uplines(i), result)
			require.NoError(t, err)
			top := new(big.Rat)
			for e := range result.Entries() {
				sum := perSale[index[e.Payee]]
				sum.Add(sum, e.Amount.Decimal().Rat())
				top.Add(top, e.Amount.Decimal().Rat())
			}
			reached := new(big.Rat)
			for _, u := range g.uplines(i) {
				if rate := plan.Differential.Rates[u.Level].Decimal().Rat(); rate.Cmp(reached) > 0 {
					reached = rate
				}
			}
			require.Zero(t, top.Cmp(reached.Mul(reached, big.NewRat(g.sold[i], 1))), "all together get the highest share reached")
		}
		share := func(i int) *big.Rat { return commission.MustRate(shares[g.level[i]]).Decimal().Rat() }
		for i := range perSale {
			want := g.reached(i, new(big.Rat), share)
			if g.ranked {
				want = new(big.Rat).Mul(share(i), g.volume(i))
			}
			for _, child := range g.children(i) {
				if g.ranked {
					want.Sub(want, new(big.Rat).Mul(share(child), g.volume(child)))
				} else {
					want.Sub(want, g.reached(child, new(big.Rat), share))
				}
			}
			require.Equal(t, want.RatString(), perSale[i].RatString(), g.name(i))
		}
	})
}

func (g team) children(i int) []int {
	var list []int
	for child, parent := range g.parent {
		if parent == i {
			list = append(list, child)
		}
	}
	return list
}

// volume is what the group of i sold.
func (g team) volume(i int) *big.Rat {
	sum := big.NewRat(g.sold[i], 1)
	for _, child := range g.children(i) {
		sum.Add(sum, g.volume(child))
	}
	return sum
}

// reached is what the group of i sold, each sale at the highest share from i down to it, or at a share that is higher still.
func (g team) reached(i int, atLeast *big.Rat, share func(int) *big.Rat) *big.Rat {
	if own := share(i); own.Cmp(atLeast) > 0 {
		atLeast = own
	}
	sum := new(big.Rat).Mul(atLeast, big.NewRat(g.sold[i], 1))
	for _, child := range g.children(i) {
		sum.Add(sum, g.reached(child, atLeast, share))
	}
	return sum
}

// TestRule_4_20_DifferentialsNeverExceedTheHighestShare of the base, before rounding; and rounded half-up or half-even, by less than half a unit each.
func TestRule_4_20_DifferentialsNeverExceedTheHighestShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		c.campaigns, c.plan.Cap, c.plan.Peer, c.plan.Loss = nil, commission.Rate{}, commission.Peer{}, commission.FloorLine
		c.plan.Differential.Rates, c.plan.Team = map[partner.Level]commission.Rate{}, commission.Team{Mode: commission.EveryLeader, Levels: map[partner.Level]commission.Rate{}}
		c.plan.Overflow, c.plan.Rounding.Scope = commission.ProRata, commission.PerEntry
		for _, level := range genLevels[1:] {
			c.plan.Differential.Rates[partner.Level(level)] = commission.MustRate(rapid.SampledFrom(genShares[1:]).Draw(t, "differential"))
			c.plan.Team.Levels[partner.Level(level)] = commission.MustRate(rapid.SampledFrom(genShares[1:]).Draw(t, "team"))
		}
		calc, _ := c.calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		result := calculate(t, calc, order, uplines)
		for rule, rates := range map[string]map[partner.Level]commission.Rate{commission.RuleDifferential: c.plan.Differential.Rates, commission.RuleTeam: c.plan.Team.Levels} {
			highest := new(big.Rat)
			for _, rate := range rates {
				if share := rate.Decimal().Rat(); share.Cmp(highest) > 0 {
					highest = share
				}
			}
			for _, set := range result.Freeze().Sets {
				sum := new(big.Rat)
				for _, s := range set.Shares {
					if s.Rule == rule {
						sum.Add(sum, s.Rate.Decimal().Rat())
						require.Positive(t, s.Rate.Decimal().Sign())
					}
				}
				require.LessOrEqual(t, sum.Cmp(highest), 0)
			}
			paid, most, entries := map[commission.LineID]*big.Rat{}, map[commission.LineID]*big.Rat{}, map[commission.LineID]int64{}
			for e := range result.Entries() {
				if e.Rule != rule {
					continue
				}
				if paid[e.Line] == nil {
					paid[e.Line] = new(big.Rat)
					most[e.Line] = minor(new(big.Rat).Mul(highest, e.Base.Decimal().Rat()), c.cur.Scale())
				}
				entries[e.Line]++
				paid[e.Line].Add(paid[e.Line], minor(e.Amount.Decimal().Rat(), c.cur.Scale()))
			}
			for id, sum := range paid {
				limit := most[id].Add(most[id], big.NewRat(entries[id], 2))
				require.LessOrEqual(t, sum.Cmp(limit), 0)
			}
		}
	})
}

// TestRule_4_20_NobodyAboveTheHighestShareIsLookedAt: he gets nothing, and is not listed either.
func TestRule_4_20_NobodyAboveTheHighestShareIsLookedAt(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Differential: grades()})
	paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("A:G3", "B:G2", "C:G4", "D:G1", "E#candidate", "F:G4"))
	require.Equal(t, []string{"p differential/0 A 20.00", "p differential/0 C 5.00"}, entriesOf(paid))
	require.Equal(t, []string{"p differential/0 B@2 overtaken"}, unpaidOf(paid))
}
