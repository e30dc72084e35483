package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

func tiersOf(t tester, mode commission.TierMode, text string) *commission.BonusCalculator {
	t.Helper()
	return bonusOf(t, commission.Bonus{Tiers: &commission.Tiers{Mode: mode, Steps: steps(text)}})
}

// oneSeller pays the sales of A.
func oneSeller(t *testing.T, mode commission.TierMode, text string, sales ...string) *commission.BonusResult {
	t.Helper()
	list, all := members("A:gold 0"), []money.Units{}
	for _, sale := range sales {
		all = append(all, price(sale).Units())
		total, err := list[0].Volume.Add(price(sale).Units())
		require.NoError(t, err)
		list[0].Volume = total
	}
	return periodOf(t, tiersOf(t, mode, text), commission.BonusInput{Members: list, Sales: [][]money.Units{all}})
}

const threeTiers = "0 5%, 1000 8%, 5000 10%"

func TestRule_4_24_TiersPayInThreeModes(t *testing.T) {
	sales := []string{"800.00", "700.00", "4000.00", "500.00"}
	for _, c := range []struct {
		mode commission.TierMode
		want []string
	}{
		{commission.Marginal, []string{"A 50.00", "A 320.00", "A 100.00"}},
		{commission.Retroactive, []string{"A 600.00"}},
		{commission.Prospective, []string{"A 75.00", "A 320.00", "A 50.00"}},
	} {
		paid := oneSeller(t, c.mode, threeTiers, sales...)
		require.Equal(t, c.want, bonuses(paid), c.mode)
	}
	paid := oneSeller(t, commission.Prospective, threeTiers, sales...)
	require.Equal(t, commission.Entry{
		Rule: "tiers:b", Payee: "A", Level: "gold", Amount: price("75.00"), Base: price("1500.00"), Rate: commission.MustRate("5%"),
		Source: commission.Source{Kind: commission.FromTiers, Key: "0"},
		Detail: &commission.BonusDetail{Pays: price("75.00"), Volume: price("6000.00"), Base: price("1500.00")},
	}, paid.Entry(0), "the sale that crosses the threshold is whole in the tier before it")
	require.Equal(t, "1000", paid.Entry(1).Source.Key)
}

func TestRule_4_24_AVolumeEqualToATiersThresholdHasReachedIt(t *testing.T) {
	require.Equal(t, []string{"A 80.00"}, bonuses(oneSeller(t, commission.Retroactive, threeTiers, "1000.00")))
	require.Equal(t, []string{"A 50.00"}, bonuses(oneSeller(t, commission.Retroactive, threeTiers, "999.99")))
	require.Equal(t, []string{"A 50.00"}, bonuses(oneSeller(t, commission.Marginal, threeTiers, "1000.00")))
	require.Equal(t, []string{"A 50.00", "A 8.00"}, bonuses(oneSeller(t, commission.Prospective, threeTiers, "1000.00", "100.00")))
}

func TestRule_4_24_TiersAreRoundedOnceAndLaidByLargestRemainder(t *testing.T) {
	// 1.50 at 5 % and 1.50 at 7 % are 0.075 and 0.105, together 0.18.
	require.Equal(t, []string{"A 0.08", "A 0.10"}, bonuses(oneSeller(t, commission.Marginal, "0 5%, 1.5 7%", "3.00")), "a tie goes to the lower tier")
	require.Equal(t, []string{"A 0.01"}, bonuses(oneSeller(t, commission.Marginal, "0 20%, 0.02 20%, 0.04 20%", "0.06")), "0.004 three times is 0.012")
	paid := oneSeller(t, commission.Marginal, "0 0.000000000000001%, 1 100%", "2.00")
	require.Equal(t, []string{"A 1.00"}, bonuses(paid))
}

func TestRule_4_24_LossesAndProfitsOfTiersAreRoundedTogether(t *testing.T) {
	paid := oneSeller(t, commission.Prospective, "0 10%, 0.2 7%", "5.00", "-0.11")
	require.Equal(t, []string{"A 0.50", "A -0.01"}, bonuses(paid), "0.5 less 0.0077")
	paid = oneSeller(t, commission.Prospective, "0 10%, 0.2 7%", "5.06", "-0.11")
	require.Equal(t, []string{"A 0.51", "A -0.01"}, bonuses(paid), "0.506 less 0.0077 is 0.50")
}

func TestBonusesOfTheFinestRatesAndPricesAreExact(t *testing.T) {
	calc := newCalculator(t, commission.Plan{PriceScale: 3})
	fine := steps("0 99.9999999999999999%")
	for want, b := range map[string]commission.Bonus{
		"1.00": {Name: "b", Tiers: &commission.Tiers{Steps: fine}}, "0.99": {Name: "b", Ladder: &commission.Ladder{Steps: fine}},
	} {
		bonus, err := calc.Bonus(b)
		require.NoError(t, err)
		paid := periodOf(t, bonus, commission.BonusInput{Members: []commission.Member{{Partner: "A", Recruiter: -1, Volume: money.UnitsOf(1000)}}})
		require.Equal(t, want, paid.Total().Plain())
		require.Equal(t, "1.000", paid.Entry(0).Base.Plain())
	}
}

func TestRule_4_24_PartsThatFitAWordAndTheirSumDoesNot(t *testing.T) {
	paid := oneSeller(t, commission.Marginal, "0 100%, 70000000000000000 100%", "140000000000000000.00")
	require.Equal(t, []string{"A 70000000000000000.00", "A 70000000000000000.00"}, bonuses(paid))
}

func TestRule_4_24_TiersOfAPeriodWithLosses(t *testing.T) {
	for _, mode := range []commission.TierMode{commission.Marginal, commission.Retroactive, commission.Prospective} {
		require.Equal(t, []string{"A no_volume"}, unpaidBonuses(oneSeller(t, mode, threeTiers, "100.00", "-100.00")), mode)
		require.Equal(t, []string{"A no_volume"}, unpaidBonuses(oneSeller(t, mode, threeTiers)), mode)
		require.Equal(t, []string{"A no_volume"}, unpaidBonuses(oneSeller(t, mode, threeTiers, "10.00", "-100.00")), mode)
	}
	paid := oneSeller(t, commission.Prospective, threeTiers, "1000.00", "-100.00", "50.00")
	require.Equal(t, []string{"A 52.50", "A -8.00"}, bonuses(paid), "what went back is taken at the tier reached before it")
	require.Equal(t, "44.50", paid.Total().Plain())
	require.Equal(t, []string{"A 5.00"}, bonuses(oneSeller(t, commission.Prospective, threeTiers, "-100.00", "200.00")), "below 0 counts as 0")
	require.Equal(t, []string{"A no_volume"}, unpaidBonuses(oneSeller(t, commission.Prospective, "0 1%, 100 50%", "100.00", "-50.00")), "1.00 less 25.00")
	require.Equal(t, []string{"A 0.02", "A -0.01"}, bonuses(oneSeller(t, commission.Prospective, "0 10%, 0.2 10%", "0.20", "-0.10")))
}

func TestRule_4_24_WhoEarnsNothingFromTiersIsToldWhy(t *testing.T) {
	require.Equal(t, []string{"A not_reached"}, unpaidBonuses(oneSeller(t, commission.Marginal, "10 5%", "10.00")))
	require.Equal(t, []string{"A not_reached"}, unpaidBonuses(oneSeller(t, commission.Retroactive, "10 5%", "9.99")))
	require.Equal(t, []string{"A not_reached"}, unpaidBonuses(oneSeller(t, commission.Prospective, "10 5%", "100.00")))
	require.Equal(t, []string{"A zero_rate"}, unpaidBonuses(oneSeller(t, commission.Retroactive, "0 0%, 100 5%", "50.00")))
	require.Equal(t, []string{"A rounds_to_zero"}, unpaidBonuses(oneSeller(t, commission.Marginal, "0 1%", "0.49")))
	paid := periodOf(t, tiersOf(t, commission.Marginal, threeTiers), commission.BonusInput{Members: members("A#earning_frozen 100.00", "B 100.00")})
	require.Equal(t, []string{"A earning_frozen"}, unpaidBonuses(paid))
	require.Equal(t, []string{"B 5.00"}, bonuses(paid))
}

func TestSalesMustBeTheVolume(t *testing.T) {
	calc := tiersOf(t, commission.Prospective, threeTiers)
	list := members("A 1.00", "B 2.00")
	for _, c := range []struct {
		sales [][]money.Units
		paths []string
	}{
		{nil, []string{"sales"}},
		{[][]money.Units{{money.UnitsOf(100)}}, []string{"sales"}},
		{[][]money.Units{{money.UnitsOf(99)}, nil}, []string{"sales[0]", "sales[1]"}},
		{[][]money.Units{{money.UnitsOf(100)}, {money.UnitsOf(300), money.UnitsOf(-99)}}, []string{"sales[1]"}},
	} {
		require.Equal(t, c.paths, bonusErrorPaths(t, calc, commission.BonusInput{Members: list, Sales: c.sales}))
	}
	fine := [][]money.Units{{money.UnitsOf(100)}, {money.UnitsOf(300), money.UnitsOf(-100)}}
	require.NoError(t, errOf(calc.Calculate(commission.BonusInput{Members: list, Sales: fine}, nil)))
}
