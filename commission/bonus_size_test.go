package commission_test

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

func TestMembersWithoutATreeAreRefused(t *testing.T) {
	calc := ladderOf(t, bySteps)
	list := members("A 1.00", "B 1.00 < A", "C 1.00 < D", "D 1.00 < E", "E 1.00 < C", "F 1.00 < E", "G 1.00")
	list[6].Recruiter = 6
	require.Equal(t, []string{"members[2].recruiter", "members[6].recruiter"}, bonusErrorPaths(t, calc, commission.BonusInput{Members: list}))
	_, err := calc.Calculate(commission.BonusInput{Members: list}, nil)
	require.ErrorContains(t, err, `"C" stands above himself, in a circle of 3`)

	list[0].Recruiter, list[3].Recruiter = 7, -2
	require.Equal(t, []string{"members[0].recruiter", "members[3].recruiter"}, bonusErrorPaths(t, calc, commission.BonusInput{Members: list}))

	many := make([]commission.Member, 50)
	for i := range many {
		many[i].Recruiter = i
	}
	require.Len(t, bonusErrorPaths(t, calc, commission.BonusInput{Members: many}), 20, "an error is not as long as the list")
	for i := range many {
		many[i].Recruiter = -2
	}
	require.Len(t, bonusErrorPaths(t, calc, commission.BonusInput{Members: many}), 20)

	many[0].Recruiter = -1
	require.NoError(t, errOf(bonusOf(t, commission.Bonus{Tiers: &commission.Tiers{Steps: bySteps.Steps}}).Calculate(commission.BonusInput{Members: many}, nil)),
		"only a ladder looks at recruiters")
}

func TestSumsBeyond38DigitsAreRangeErrors(t *testing.T) {
	most, err := cny.Amount(decimal.RequireFromString("999999999999999999999999999999999999.99"))
	require.NoError(t, err)
	list := members("A 0", "B 0 < A")
	list[1].Volume = most.Units()
	ladder := ladderOf(t, commission.Ladder{Steps: steps("0 100%")})
	require.Equal(t, most, periodOf(t, ladder, commission.BonusInput{Members: list}).Total())

	list[0].Volume = money.UnitsOf(-1)
	result, err := ladder.Calculate(commission.BonusInput{Members: list}, nil)
	var e *money.RangeError
	require.ErrorAs(t, err, &e)
	require.ErrorContains(t, err, `commission: bonus "b": money: `)
	require.Zero(t, result.Len())

	seller := []commission.Member{{Partner: "A", Volume: most.Units()}}
	sales := [][]money.Units{{most.Units()}}
	tiers := tiersOf(t, commission.Prospective, "0 100%")
	require.Equal(t, most, periodOf(t, tiers, commission.BonusInput{Members: seller, Sales: sales}).Total())
	sales[0] = append(sales[0], money.UnitsOf(-1))
	require.ErrorAs(t, errOf(tiers.Calculate(commission.BonusInput{Members: seller, Sales: sales}, nil)), &e)
}

func TestAResultIsUsedAgainAcrossBonuses(t *testing.T) {
	list := members("A 500.00", "B:s1 20000.00 < A", "C:s2 5.00 < B")
	in := commission.BonusInput{Members: list, Net: price("100.00").Units(), Sales: [][]money.Units{
		{list[0].Volume}, {list[1].Volume}, {list[2].Volume},
	}}
	calcs := []*commission.BonusCalculator{
		ladderOf(t, bySteps), bonusOf(t, commission.Bonus{Pool: &commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}}),
		tiersOf(t, commission.Prospective, threeTiers), ladderOf(t, commission.Ladder{Steps: bySteps.Steps, LegCap: commission.MustRate("50%")}),
		tiersOf(t, commission.Marginal, "1 1%"),
	}
	var again *commission.BonusResult
	for round := range 10 {
		calc := calcs[round*3%len(calcs)]
		used := in
		if round%2 == 1 {
			used.Members, used.Sales = in.Members[:1], in.Sales[:1]
		}
		fresh := periodOf(t, calc, used)
		var err error
		again, err = calc.Calculate(used, again)
		require.NoError(t, err)
		require.Equal(t, slices.Collect(fresh.Entries()), slices.Collect(again.Entries()))
		require.Equal(t, slices.Collect(fresh.Unpaid()), slices.Collect(again.Unpaid()))
		require.Equal(t, fresh.Kept(), again.Kept())
	}
	for range again.Entries() {
		break
	}
	for range periodOf(t, calcs[1], in).Unpaid() {
		break
	}
}

// bigTree is so many members, each recruited by somebody before him, in a mixed order.
func bigTree(n int, recruiter func(i int) int) []commission.Member {
	random := rand.New(rand.NewSource(1))
	place := random.Perm(n)
	list := make([]commission.Member, n)
	for i := range n {
		m := commission.Member{Partner: "p", Recruiter: -1, Level: partner.Level(genLevels[i%4]), Volume: money.UnitsOf(int64(i % 10_000))}
		if i > 0 {
			m.Recruiter = place[recruiter(i)]
		}
		list[place[i]] = m
	}
	return list
}

func TestRule_4_24_AChainOfAMillionIsPaid(t *testing.T) {
	const n = 1_000_000
	list := bigTree(n, func(i int) int { return i - 1 })
	result := periodOf(t, ladderOf(t, bySteps), commission.BonusInput{Members: list})
	require.Equal(t, "7499250.00", result.Total().Plain(), "15 % of all volume")
	unpaid := 0
	for range result.Unpaid() {
		unpaid++
	}
	require.Equal(t, n, result.Len()+unpaid)
}

// TestRule_4_24_NobodyWalksALongChainOfEqualRates: half of the members have a higher rate and stand below a long chain of a lower one. Each walking up that
// chain would take minutes.
func TestRule_4_24_NobodyWalksALongChainOfEqualRates(t *testing.T) {
	const n = 400_000
	list := make([]commission.Member, n)
	for i := range list {
		list[i] = commission.Member{Partner: "p", Recruiter: min(i, n/2) - 1, Level: "low", Volume: money.UnitsOf(100)}
		if i >= n/2 {
			list[i].Level = "high"
		}
	}
	result := periodOf(t, ladderOf(t, commission.Ladder{Rates: levelRates("low 1%, high 2%")}), commission.BonusInput{Members: list})
	require.Equal(t, n, result.Len())
	require.Equal(t, "6000.00", result.Total().Plain())
}

func TestAReusedBonusResultNeedsNoMemory(t *testing.T) {
	for _, n := range []int{100, 10_000} {
		random := rand.New(rand.NewSource(2))
		list := bigTree(n, random.Intn)
		in := commission.BonusInput{Members: list, Sales: make([][]money.Units, n)}
		for i := range list {
			in.Sales[i] = []money.Units{list[i].Volume}
		}
		for _, calc := range []*commission.BonusCalculator{
			ladderOf(t, bySteps), ladderOf(t, commission.Ladder{Steps: bySteps.Steps, LegCap: commission.MustRate("33%")}),
			ladderOf(t, commission.Ladder{Rates: levelRates("g1 1%, g2 3%, g3 2%")}),
			tiersOf(t, commission.Marginal, threeTiers), tiersOf(t, commission.Prospective, threeTiers),
		} {
			result := periodOf(t, calc, in)
			require.Zero(t, testing.AllocsPerRun(5, func() { _, _ = calc.Calculate(in, result) }))
			require.Zero(t, testing.AllocsPerRun(5, func() {
				for i := range result.Len() {
					_ = result.Amount(i)
				}
			}))
		}
	}
}

// BenchmarkLadder1M pays a ladder over a million members in one pass.
func BenchmarkLadder1M(b *testing.B) {
	random := rand.New(rand.NewSource(3))
	for name, recruiter := range map[string]func(int) int{"random": random.Intn, "chain": func(i int) int { return i - 1 }} {
		in := commission.BonusInput{Members: bigTree(1_000_000, recruiter)}
		for kind, l := range map[string]commission.Ladder{"steps": bySteps, "legCap": {Steps: bySteps.Steps, LegCap: commission.MustRate("50%")}} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				calc, err := commission.New(cny, commission.Plan{})
				require.NoError(b, err)
				bonus, err := calc.Bonus(commission.Bonus{Name: "b", Ladder: &l})
				require.NoError(b, err)
				var result *commission.BonusResult
				b.ReportAllocs()
				for range b.N {
					if result, err = bonus.Calculate(in, result); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
