package commission_test

import (
	"math"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var stars = map[partner.Level]int64{"s1": 10, "s2": 20, "s3": 30}

func poolPaid(t *testing.T, p commission.Pool, net string, list []commission.Member) *commission.BonusResult {
	t.Helper()
	return periodOf(t, bonusOf(t, commission.Bonus{Pool: &p}), commission.BonusInput{Members: list, Net: price(net).Units()})
}

// s20 is two shareholders of weight 10, five of 20 and ten of 30.
func s20() []commission.Member {
	var list []commission.Member
	for level, n := range map[partner.Level]int{"s1": 2, "s2": 5, "s3": 10} {
		for range n {
			list = append(list, commission.Member{Level: level})
		}
	}
	slices.SortFunc(list, func(a, b commission.Member) int { return int(a.Level[1]) - int(b.Level[1]) })
	for i := range list {
		list[i].Partner = memberID(i)
	}
	return list
}

func TestS20_APoolIsDividedByLargestRemainder(t *testing.T) {
	paid := poolPaid(t, commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}, "100.00", s20())
	var got []string
	for e := range paid.Entries() {
		got = append(got, e.Amount.Plain())
	}
	require.Equal(t, slices.Concat(
		slices.Repeat([]string{"0.24"}, 2), slices.Repeat([]string{"0.48"}, 5), slices.Repeat([]string{"0.72"}, 2), slices.Repeat([]string{"0.71"}, 8),
	), got)
	require.Equal(t, price("10.00"), paid.Total())
	require.Equal(t, price("0.00"), paid.Kept())
	require.Empty(t, slices.Collect(paid.Unpaid()))
	require.Equal(t, commission.Entry{
		Rule: "pool:b", Payee: "p2", Level: "s2", Amount: price("0.48"), Base: price("100.00"), Units: 20, Rate: commission.MustRate("10%"),
		Source: commission.Source{Kind: commission.FromPool, Key: "s2"},
		Detail: &commission.BonusDetail{
			Pays: price("0.48"), Volume: price("100.00"), Base: price("100.00"),
			Pool: &commission.PoolDetail{Pool: price("10.00"), Weight: 20, Weights: decimal.NewFromInt(420), Residue: true, Kept: price("0.00")},
		},
	}, paid.Entry(2))
	require.Equal(t, price("0.00"), paid.Legs(2))
}

func TestMistake_M19_AMemberOfAPoolDoesNotGetTheFullRate(t *testing.T) {
	var list []commission.Member
	for i := range 25 {
		list = append(list, commission.Member{Partner: memberID(i), Level: "s1"})
	}
	paid := poolPaid(t, commission.Pool{Rate: commission.MustRate("5%"), Levels: stars}, "1000.01", list)
	require.Equal(t, price("50.00"), paid.Total(), "not 25 times 50.00")
	for e := range paid.Entries() {
		require.Equal(t, price("2.00"), e.Amount)
	}
}

func TestRule_4_25_APartnersOwnWeightComesBeforeHisLevels(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: stars, Partners: map[partner.ID]int64{"A": 30, "C": 0}}
	paid := poolPaid(t, pool, "100.00", members("A:s1 0", "B:s1 0", "C:s3 0", "D 0", "E:none 0"))
	require.Equal(t, []string{"A 7.50", "B 2.50"}, bonuses(paid))
	require.Equal(t, []string{"C no_weight", "D no_weight", "E no_weight"}, unpaidBonuses(paid))
	require.Equal(t, commission.Source{Kind: commission.FromPool}, paid.Entry(0).Source)
	require.Equal(t, int64(30), paid.Entry(0).Units)
}

func TestRule_4_25_TiesGoToTheEarlier(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}
	require.Equal(t, []string{"A 3.34", "B 3.33", "C 3.33"}, bonuses(poolPaid(t, pool, "100.00", members("A:s1 0", "B:s1 0", "C:s1 0"))))
}

func TestRule_4_25_ABarredShareGoesToTheOthersOrToTheShop(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}
	list := members("A:s1 0", "B#earning_frozen 0", "C:s2 0", "D#candidate 0", "E:s3 0")
	list[1].Level = "s2"
	paid := poolPaid(t, pool, "100.00", list)
	require.Equal(t, []string{"A 1.67", "C 3.33", "E 5.00"}, bonuses(paid))
	require.Equal(t, []string{"B earning_frozen", "D candidate"}, unpaidBonuses(paid))
	require.Equal(t, price("0.00"), paid.Kept())

	pool.Barred = commission.ToShop
	paid = poolPaid(t, pool, "100.00", list)
	require.Equal(t, []string{"A 1.25", "C 2.50", "E 3.75"}, bonuses(paid))
	require.Equal(t, []string{"B earning_frozen", "D candidate"}, unpaidBonuses(paid))
	require.Equal(t, price("2.50"), paid.Kept())
}

func TestRule_4_25_APoolWithoutMembersStaysWithTheShop(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}
	for _, list := range [][]commission.Member{nil, members("A#candidate 0", "B 0")} {
		paid := poolPaid(t, pool, "100.00", list)
		require.Zero(t, paid.Len())
		require.Equal(t, price("10.00"), paid.Kept())
		require.Equal(t, append([]string{"A candidate", "B no_weight"}[:len(list)], "no_members"), unpaidBonuses(paid))
	}
	pool.Barred = commission.ToShop
	list := members("A#candidate 0")
	list[0].Level = "s1"
	paid := poolPaid(t, pool, "100.00", list)
	require.Equal(t, price("10.00"), paid.Kept())
	require.Equal(t, []string{"A candidate"}, unpaidBonuses(paid))
}

func TestRule_4_25_WhatDividesNothingSaysWhy(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}
	for net, reason := range map[string]string{"0": "no_volume", "-100.00": "no_volume", "0.04": "rounds_to_zero"} {
		paid := poolPaid(t, pool, net, members("A:s1 0"))
		require.Equal(t, []string{"A " + reason}, unpaidBonuses(paid))
		require.Equal(t, price("0.00"), paid.Kept())
		require.Equal(t, price("0.00"), paid.Total())
	}
	paid := poolPaid(t, pool, "0.10", members("A:s1 0", "B:s1 0"))
	require.Equal(t, []string{"A 0.01"}, bonuses(paid))
	require.Equal(t, []string{"B rounds_to_zero"}, unpaidBonuses(paid))
	pool.Rate = commission.MustRate("0%")
	require.Equal(t, []string{"A zero_rate"}, unpaidBonuses(poolPaid(t, pool, "100.00", members("A:s1 0"))))
}

func TestRule_4_25_APoolIsRoundedOnceByThePlansMode(t *testing.T) {
	for mode, want := range map[money.Mode]string{money.HalfUp: "0.02", money.Down: "0.01"} {
		calc, err := newCalculator(t, commission.Plan{PriceScale: 3, Rounding: commission.Rounding{Mode: mode}}).
			Bonus(commission.Bonus{Name: "b", Pool: &commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}})
		require.NoError(t, err)
		paid := periodOf(t, calc, commission.BonusInput{Members: members("A:s1 0"), Net: money.UnitsOf(155)})
		require.Equal(t, want, paid.Total().Plain())
		require.Equal(t, "0.155", paid.Entry(0).Base.Plain())
	}
}

func TestRule_4_25_AnyWeightsAndAmountsAreExact(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("100%"), Partners: map[partner.ID]int64{"A": math.MaxInt64, "B": math.MaxInt64, "C": 1}}
	net, err := cny.Amount(dec("999999999999999999999999999999999999.99"))
	require.NoError(t, err)
	paid := poolPaid(t, pool, net.Plain(), members("A 0", "B 0", "C 0"))
	require.Equal(t, net, paid.Total())
	require.Equal(t, []string{"A 499999999999999999972894945687862389.15", "B 499999999999999999972894945687862389.14", "C 54210108624275221.70"}, bonuses(paid))
}
