package commission_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var bonusRates = []string{"0%", "5%", "10%", "10%", "33.333%", "0.1%", "100%", "12.3456789012345%", "99.9999999999999999%"}

func genVolume(t *rapid.T, losses bool) money.Units {
	n, _ := new(big.Int).SetString(rapid.SampledFrom(genAmounts).Draw(t, "volume"), 10)
	u, err := money.UnitsFromBig(n)
	require.NoError(t, err)
	if losses && often(t, "loss", 20) {
		return u.Neg()
	}
	return u
}

// genTree draws members in any order.
func genTree(t *rapid.T, losses bool) []commission.Member {
	n := rapid.IntRange(0, 9).Draw(t, "members")
	place := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})).Draw(t, "order")
	list := make([]commission.Member, n)
	for i := range n {
		m := commission.Member{Partner: memberID(i), Recruiter: -1, Volume: genVolume(t, losses)}
		m.Level = partner.Level(rapid.SampledFrom(genLevels).Draw(t, "level"))
		if i > 0 && often(t, "recruited", 85) {
			m.Recruiter = place[rapid.IntRange(0, i-1).Draw(t, "recruiter")]
		}
		if often(t, "barred", 15) {
			m.Bar = partner.EarningFrozen
		}
		m.Leader = often(t, "leads", 25)
		list[place[i]] = m
	}
	return list
}

func genSteps(t *rapid.T, rising bool) []commission.Step {
	var list []commission.Step
	from := int64(0)
	for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
		if from += rapid.SampledFrom([]int64{1, 2, 7, 50, 101, 10000}).Draw(t, "step"); i == 0 && often(t, "from 0", 50) {
			from = 0
		}
		rate := commission.MustRate(rapid.SampledFrom(bonusRates).Draw(t, "rate"))
		list = append(list, commission.Step{From: decimal.New(from, -2), Rate: rate})
	}
	if rising {
		rates := make([]commission.Rate, len(list))
		for i := range list {
			rates[i] = list[i].Rate
		}
		slices.SortFunc(rates, func(a, b commission.Rate) int { return a.Decimal().Cmp(b.Decimal()) })
		for i := range list {
			list[i].Rate = rates[i]
		}
	}
	return list
}

func genLadder(t *rapid.T) commission.Ladder {
	l := genLadderRates(t)
	if often(t, "leaders leave", 40) {
		l.Leaders = commission.LeadersLeave
	}
	return l
}

func genLadderRates(t *rapid.T) commission.Ladder {
	if often(t, "by level", 40) {
		l := commission.Ladder{Rates: map[partner.Level]commission.Rate{}}
		for _, level := range genLevels[:rapid.IntRange(1, len(genLevels)).Draw(t, "levels")] {
			l.Rates[partner.Level(level)] = commission.MustRate(rapid.SampledFrom(bonusRates).Draw(t, "rate"))
		}
		return l
	}
	l := commission.Ladder{Steps: genSteps(t, true)}
	if often(t, "leg cap", 40) {
		l.LegCap = commission.MustRate(rapid.SampledFrom([]string{"50%", "33.333%", "100%", "0.1%", "99.9999999999999999%"}).Draw(t, "leg cap"))
	}
	return l
}

// unitsOfAll is what each member gets, in units.
func unitsOfAll(t tester, list []commission.Member, r *commission.BonusResult) []*big.Rat {
	t.Helper()
	sums, out := paidTo(t, r), make([]*big.Rat, len(list))
	for i := range list {
		out[i] = ratOf(sums[list[i].Partner])
	}
	return out
}

func requireRats(t tester, want, got []*big.Rat) {
	t.Helper()
	require.Equal(t, fmt.Sprint(want), fmt.Sprint(got))
}

func total(list []*big.Rat) *big.Rat {
	sum := zero()
	for _, x := range list {
		sum.Add(sum, x)
	}
	return sum
}

// requireLadderLaws pays the members and checks everything that holds of a ladder.
func requireLadderLaws(t tester, l commission.Ladder, list []commission.Member) {
	t.Helper()
	o := ladderOracle{ladder: l, members: list, scale: 2}
	result := periodOf(t, ladderOf(t, l), commission.BonusInput{Members: list})
	got, exact := unitsOfAll(t, list, result), o.bySale()
	requireRats(t, o.rounded(), got)

	unpaid := map[partner.ID]bool{}
	for u := range result.Unpaid() {
		require.False(t, unpaid[u.Partner])
		require.NotEmpty(t, u.Reason)
		unpaid[u.Partner] = true
	}
	losses, top, volume := false, zero(), zero()
	for i := range list {
		losses = losses || list[i].Volume.Sign() < 0
		volume.Add(volume, ratOf(list[i].Volume))
		if rate := o.rate(i); rate.Cmp(top) > 0 {
			top = rate
		}
		require.Equal(t, got[i].Sign() > 0, !unpaid[list[i].Partner], "paid or told why")
		require.GreaterOrEqual(t, got[i].Sign(), 0)
		require.False(t, list[i].Bar != "" && got[i].Sign() != 0)
	}
	i := 0
	for e := range result.Entries() {
		all := floorOf(new(big.Rat).Mul(ratOf(e.Base.Units()), e.Rate.Decimal().Rat()))
		require.Equal(t, all.RatString(), new(big.Rat).Add(ratOf(e.Amount.Units()), ratOf(result.Legs(i).Units())).RatString(), "an entry explains itself")
		i++
	}
	if losses {
		return
	}
	n := big.NewRat(int64(len(list)), 1)
	require.LessOrEqual(t, total(got).Cmp(new(big.Rat).Mul(top, volume)), 0, "never above the highest rate of all")
	for i := range list {
		require.LessOrEqual(t, new(big.Rat).Abs(new(big.Rat).Sub(got[i], exact[i])).Cmp(n), 0, "rounding moves less than a unit a member")
	}
	if !o.monotone() {
		return
	}
	requireRats(t, exact, o.byGroup())
	for i := range list {
		below := zero()
		for s := range list {
			if slices.Contains(o.path(s), i) {
				below.Add(below, got[s])
			}
		}
		require.Equal(t, floorOf(new(big.Rat).Mul(o.team(i), o.rate(i))).RatString(), below.RatString(), "a team gets its volume × the rate at its top")
	}
}

func TestRule_4_24_ALadderIsWhatEverySalePaysOnItsWayUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { requireLadderLaws(t, genLadder(t), genTree(t, often(t, "losses", 30))) })
}

func TestRule_4_24_ConservationIsExactOnEveryTeam(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := genTree(t, false)
		for i := range list {
			list[i].Bar = ""
		}
		l := commission.Ladder{Steps: genSteps(t, true)}
		require.True(t, ladderOracle{ladder: l, members: list, scale: 2}.monotone())
		requireLadderLaws(t, l, list)
	})
}

func TestRule_4_24_TheOrderOfMembersDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, ladder := genTree(t, true), ladderOf(t, genLadder(t))
		mixed, place := make([]commission.Member, len(list)), make([]int, len(list))
		for i := range place {
			place[i] = i
		}
		place = rapid.Permutation(place).Draw(t, "place")
		for i, m := range list {
			if m.Recruiter >= 0 {
				m.Recruiter = place[m.Recruiter]
			}
			mixed[place[i]] = m
		}
		one, other := periodOf(t, ladder, commission.BonusInput{Members: list}), periodOf(t, ladder, commission.BonusInput{Members: mixed})
		require.Equal(t, paidTo(t, one), paidTo(t, other))
		require.ElementsMatch(t, slices.Collect(one.Entries()), slices.Collect(other.Entries()))
		require.ElementsMatch(t, slices.Collect(one.Unpaid()), slices.Collect(other.Unpaid()))
	})
}
