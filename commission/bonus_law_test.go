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

// smallTree pays a small tree in plain integers: rates are quarters.
type smallTree struct {
	recruiter, rate []int
	flow            []int
}

func (s *smallTree) sell(seller, volume int) {
	best := 0
	for i := seller; i >= 0; i = s.recruiter[i] {
		if s.rate[i] >= best {
			best = s.rate[i]
			s.flow[i] += volume
		}
	}
}

func (s *smallTree) entitled(member int) (all, legs int) {
	for i := range s.rate {
		next := s.recruiter[i]
		for next >= 0 && s.rate[next] < s.rate[i] {
			next = s.recruiter[next]
		}
		if next == member {
			leg, _ := s.entitled(i)
			legs += leg
		}
	}
	return max(legs, s.flow[member]*s.rate[member]/4), legs
}

func (s *smallTree) circle() bool {
	for i := range s.recruiter {
		j := s.recruiter[i]
		for range s.recruiter {
			if j >= 0 {
				j = s.recruiter[j]
			}
		}
		if j >= 0 {
			return true
		}
	}
	return false
}

// TestRule_4_24_EverySmallTree takes every way in which up to five members can recruit each other, with each of three levels for each of them.
func TestRule_4_24_EverySmallTree(t *testing.T) {
	calc := ladderOf(t, commission.Ladder{Rates: levelRates("a 0%, b 50%, c 75%")})
	result, trees, circles := &commission.BonusResult{}, 0, 0
	for n := 1; n <= 5; n++ {
		digit := func(number, base, i int) int {
			for range i {
				number /= base
			}
			return number % base
		}
		count := func(base int) int {
			all := 1
			for range n {
				all *= base
			}
			return all
		}
		list := make([]commission.Member, n)
		for tree := range count(n + 1) {
			s := &smallTree{recruiter: make([]int, n), rate: make([]int, n), flow: make([]int, n)}
			for i := range list {
				s.recruiter[i] = digit(tree, n+1, i) - 1
				list[i] = commission.Member{Partner: memberID(i), Recruiter: s.recruiter[i], Volume: money.UnitsOf(int64(2*i + 1))}
			}
			if s.circle() {
				circles++
				_, err := calc.Calculate(commission.BonusInput{Members: list}, result)
				var e *commission.BonusError
				require.ErrorAs(t, err, &e)
				continue
			}
			for levels := range count(3) {
				trees++
				clear(s.flow)
				for i := range list {
					level := digit(levels, 3, i)
					list[i].Level, s.rate[i] = partner.Level([]string{"a", "b", "c"}[level]), []int{0, 2, 3}[level]
				}
				for i := range list {
					s.sell(i, 2*i+1)
				}
				if _, err := calc.Calculate(commission.BonusInput{Members: list}, result); err != nil {
					t.Fatal(err)
				}
				paid := [5]int64{}
				for e := range result.Entries() {
					paid[e.Payee[1]-'0'], _ = e.Amount.Units().Int64()
				}
				for i := range list {
					if all, legs := s.entitled(i); paid[i] != int64(all-legs) {
						t.Fatalf("%v: member %d got %d, not %d - %d", *s, i, paid[i], all, legs)
					}
				}
			}
		}
	}
	require.Equal(t, 1*3+3*9+16*27+125*81+1296*243, trees)
	require.Equal(t, 1+6+48+500+6480, circles)
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

func TestRule_4_25_SharesArePartsOfThePoolByLargestRemainder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := commission.Pool{Rate: commission.MustRate(rapid.SampledFrom(bonusRates).Draw(t, "rate")), Partners: map[partner.ID]int64{"other": 1}}
		pool.Levels = map[partner.Level]int64{"g1": rapid.Int64Range(0, 3).Draw(t, "g1"), "g2": rapid.SampledFrom([]int64{1, 7, 1 << 62}).Draw(t, "g2")}
		pool.Barred = commission.BarredShare(rapid.IntRange(0, 1).Draw(t, "barred"))
		if often(t, "own weight", 50) {
			pool.Partners[memberID(1)] = rapid.Int64Range(0, 5).Draw(t, "own")
		}
		list, net := genTree(t, true), genVolume(t, true)
		calc := bonusOf(t, commission.Bonus{Pool: &pool})
		result := periodOf(t, calc, commission.BonusInput{Members: list, Net: net})

		whole, weights, all := zero(), make([]*big.Rat, len(list)), zero()
		if net.Sign() > 0 {
			whole = floorOf(new(big.Rat).Add(new(big.Rat).Mul(ratOf(net), pool.Rate.Decimal().Rat()), big.NewRat(1, 2)))
		}
		for i, m := range list {
			weight, own := pool.Partners[m.Partner]
			if !own {
				weight = pool.Levels[m.Level]
			}
			if m.Bar != "" && pool.Barred == commission.ToOthers {
				weight = 0
			}
			weights[i] = big.NewRat(weight, 1)
			all.Add(all, weights[i])
		}
		want, kept := make([]*big.Rat, len(list)), new(big.Rat).Set(whole)
		for i := range want {
			want[i] = zero()
		}
		if all.Sign() > 0 {
			for i := range want {
				want[i].Mul(whole, new(big.Rat).Quo(weights[i], all))
			}
			want, kept = largestRemainder(whole, want), zero()
			for i := range want {
				if list[i].Bar != "" {
					kept.Add(kept, want[i])
					want[i] = zero()
				}
			}
		}
		requireRats(t, want, unitsOfAll(t, list, result))
		require.Equal(t, kept.RatString(), ratOf(result.Kept().Units()).RatString())
		require.Equal(t, whole.RatString(), new(big.Rat).Add(ratOf(result.Total().Units()), ratOf(result.Kept().Units())).RatString(), "residue 0")

		extra := slices.Insert(slices.Clone(list), rapid.IntRange(0, len(list)).Draw(t, "place"), commission.Member{Partner: "extra", Recruiter: -1})
		require.Equal(t, paidTo(t, result), paidTo(t, periodOf(t, calc, commission.BonusInput{Members: extra, Net: net})), "weight 0 changes nothing")
		reasons := map[partner.ID]int{}
		for u := range result.Unpaid() {
			reasons[u.Partner]++
		}
		for i, m := range list {
			require.Equal(t, want[i].Sign() == 0, reasons[m.Partner] == 1)
		}
		require.Equal(t, all.Sign() == 0, reasons[""] == 1)
	})
}

func TestRule_4_24_TiersAreTheirExactSumRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := commission.Tiers{Steps: genSteps(t, often(t, "rising", 50))}
		single, rising := len(tiers.Steps) == 1 && tiers.Steps[0].From.IsZero(), true
		for i := 1; i < len(tiers.Steps); i++ {
			rising = rising && tiers.Steps[i].Rate.Decimal().Cmp(tiers.Steps[i-1].Rate.Decimal()) >= 0
		}
		losses := often(t, "losses", 30)
		var sales []money.Units
		member := commission.Member{Partner: "A", Recruiter: -1}
		for range rapid.IntRange(0, 5).Draw(t, "sales") {
			sale := genVolume(t, losses)
			sales = append(sales, sale)
			member.Volume, _ = member.Volume.Add(sale)
		}
		mode := money.Mode(rapid.IntRange(0, 2).Draw(t, "mode"))
		paid := map[commission.TierMode]*big.Rat{}
		for _, tiers.Mode = range []commission.TierMode{commission.Marginal, commission.Retroactive, commission.Prospective} {
			plan := commission.Plan{Rounding: commission.Rounding{Mode: mode}}
			calc, err := newCalculator(t, plan).Bonus(commission.Bonus{Name: "b", Tiers: &tiers})
			require.NoError(t, err)
			result := periodOf(t, calc, commission.BonusInput{Members: []commission.Member{member}, Sales: [][]money.Units{sales}})
			exact := tierOracle(tiers, 2, sales)
			whole, parts := zero(), exact
			if sum := total(exact); sum.Sign() > 0 {
				whole = new(big.Rat).SetInt(mode.Quo(sum.Num(), sum.Denom()))
				parts = largestRemainder(whole, exact)
			}
			if whole.Sign() == 0 {
				parts = nil
				require.NotEmpty(t, unpaidBonuses(result))
			}
			got := make([]*big.Rat, len(parts))
			for i := range got {
				got[i] = zero()
			}
			for e := range result.Entries() {
				tier := slices.IndexFunc(tiers.Steps, func(s commission.Step) bool { return s.From.String() == e.Source.Key })
				got[tier] = ratOf(e.Amount.Units())
			}
			if whole.Sign() != 0 {
				requireRats(t, parts, got)
			}
			paid[tiers.Mode] = ratOf(result.Total().Units())
			require.Equal(t, whole.RatString(), paid[tiers.Mode].RatString())
		}
		if single {
			require.Equal(t, paid[commission.Marginal], paid[commission.Retroactive])
			require.Equal(t, paid[commission.Marginal], paid[commission.Prospective])
		}
		if rising {
			require.LessOrEqual(t, paid[commission.Marginal].Cmp(paid[commission.Retroactive]), 0)
			if !losses {
				require.LessOrEqual(t, paid[commission.Prospective].Cmp(paid[commission.Retroactive]), 0)
			}
		}
	})
}
