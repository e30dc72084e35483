package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// bySteps pays 5 % from 1,000, 10 % from 10,000 and 15 % from 100,000 of team volume.
var bySteps = commission.Ladder{Steps: steps("1000 5%, 10000 10%, 100000 15%")}

// ladderPaid pays the ladder and fails unless its entries are as given, "payee amount".
func ladderPaid(t *testing.T, l commission.Ladder, want []string, texts ...string) *commission.BonusResult {
	t.Helper()
	paid := periodOf(t, ladderOf(t, l), commission.BonusInput{Members: members(texts...)})
	require.Equal(t, want, bonuses(paid))
	return paid
}

func TestRule_4_24_ALadderPaysWhatItsRateExceedsTheLegs(t *testing.T) {
	paid := ladderPaid(t, bySteps, []string{"A 2000.00", "B 250.00", "C 14649.99", "D 2000.00"},
		"A 10000.00", "B 5000.00 < A", "C 90000.00 < A", "D 20000.00 < C", "E 999.99 < C", "F 0 < A")
	require.Equal(t, []string{"E not_reached", "F no_volume"}, unpaidBonuses(paid))
	require.Equal(t, "18899.99", paid.Total().Plain(), "15 % of 125,999.99, cut off once")
	require.Equal(t, commission.Entry{
		Rule: "ladder:b", Payee: "C", Amount: price("14649.99"), Base: price("110999.99"), Rate: commission.MustRate("15%"),
		Source: commission.Source{Kind: commission.FromLadder, Key: "100000"},
		Detail: &commission.BonusDetail{
			Pays: price("14649.99"), Volume: price("110999.99"), Base: price("110999.99"),
			Legs: []commission.LegsPart{{Rate: commission.MustRate("10%"), Volume: price("20000.00"), Entitled: price("2000.00")}},
		},
	}, paid.Entry(2))
	require.Equal(t, price("2000.00"), paid.Legs(2))
	require.Equal(t, price("0.00"), paid.Kept())
	require.Equal(t, 4, paid.Len())
}

func TestRule_4_24_AThresholdIsReachedByAVolumeEqualToIt(t *testing.T) {
	ladderPaid(t, bySteps, []string{"A 499.99"}, "A 9999.99")
	ladderPaid(t, bySteps, []string{"A 1000.00"}, "A 10000.00")
	paid := ladderPaid(t, bySteps, nil, "A 999.99")
	require.Equal(t, []string{"A not_reached"}, unpaidBonuses(paid))
	ladderPaid(t, commission.Ladder{Steps: steps("0 5%")}, []string{"A 0.05"}, "A 1.00", "B 0 < A")
}

func TestRule_4_24_OneWhoseLegsHaveTheSameRateIsOvertaken(t *testing.T) {
	paid := ladderPaid(t, bySteps, []string{"B 1000.00"}, "A 0", "B 10000.00 < A")
	require.Equal(t, []string{"A overtaken"}, unpaidBonuses(paid))
}

func TestRule_4_24_RatesCanGoByLevel(t *testing.T) {
	paid := ladderPaid(t, commission.Ladder{Rates: levelRates("g0 0%, g1 5%, g2 10%, g3 20%")}, []string{"A 20.00", "B 20.00", "D 5.00", "F 10.00"},
		"A:g2 0", "B:g3 100.00 < A", "C:g1 0 < A", "D:g1 100.00 < C", "E 50.00 < F", "F:g2 50.00 < A", "G:g0 150.00 < A", "H:g2 0 < D")
	require.Equal(t, []string{"C overtaken", "E no_rate", "G zero_rate", "H no_volume"}, unpaidBonuses(paid))
}

func TestRule_4_24_ABarredMembersShareGoesToTheNextAbove(t *testing.T) {
	paid := ladderPaid(t, bySteps, []string{"A 3000.00"}, "A 0", "B#earning_frozen 10000.00 < A", "C#candidate 20000.00 < B")
	require.Equal(t, []string{"B earning_frozen", "C candidate"}, unpaidBonuses(paid))
	require.Equal(t, price("30000.00"), paid.Entry(0).Base, "his volume counts above him")
	paid = ladderPaid(t, bySteps, []string{"C 100.00"}, "B#earning_frozen 10000.00", "C 2000.00 < B")
	require.Equal(t, []string{"B earning_frozen"}, unpaidBonuses(paid), "nobody above: it stays with the shop")
}

func TestRule_4_24_ALegCountsTowardsAStepUpToItsCap(t *testing.T) {
	half := commission.Ladder{Steps: bySteps.Steps, LegCap: commission.MustRate("50%")}
	for _, c := range []struct {
		want  []string
		texts []string
	}{
		{[]string{"B 1000.00"}, []string{"A 0", "B 10000.00 < A"}},
		{[]string{"A 500.00", "B 250.00", "C 250.00"}, []string{"A 0", "B 5000.00 < A", "C 5000.00 < A"}},
		{[]string{"B 250.00", "C 249.99"}, []string{"A 0", "B 5000.00 < A", "C 4999.99 < A"}},
		{[]string{"A 500.00", "B 1000.00"}, []string{"A 5000.00", "B 10000.00 < A"}},
		{[]string{"A 250.00", "B 1000.00", "C 250.00"}, []string{"A 0", "B 10000.00 < A", "C 5000.00 < A"}},
	} {
		paid := periodOf(t, ladderOf(t, half), commission.BonusInput{Members: members(c.texts...)})
		require.Equal(t, c.want, bonuses(paid), c.texts)
	}
}

func TestRule_4_24_PartsOfAUnitOfALegCapAddUp(t *testing.T) {
	// Half of 1.01 is 0.505: two such legs are the threshold, and 0.51 with 0.50 is not.
	l := commission.Ladder{Steps: steps("1.01 100%"), LegCap: commission.MustRate("50%")}
	paid := ladderPaid(t, l, []string{"A 1.02"}, "A 0", "B 0.51 < A", "C 0.51 < A")
	require.Equal(t, []string{"B not_reached", "C not_reached"}, unpaidBonuses(paid))
	ladderPaid(t, l, nil, "A 0", "B 0.51 < A", "C 0.50 < A")
}

func TestRule_4_24_FractionsPassUpAndAreNeverLost(t *testing.T) {
	l := commission.Ladder{Steps: steps("0 50%")}
	paid := ladderPaid(t, l, []string{"A 0.01"}, "A 0", "B 0.01 < A", "C 0.01 < A")
	require.Equal(t, []string{"B rounds_to_zero", "C rounds_to_zero"}, unpaidBonuses(paid))
	require.Equal(t, price("0.02"), paid.Entry(0).Base)
	paid = ladderPaid(t, l, nil, "A 0", "B 0.01 < A")
	require.Equal(t, []string{"A overtaken", "B rounds_to_zero"}, unpaidBonuses(paid))
}

func TestRule_4_24_LossesLowerTheTeamButNoBonusFallsBelowZero(t *testing.T) {
	paid := ladderPaid(t, bySteps, []string{"A 450.00"}, "A 10000.00", "B -1000.00 < A")
	require.Equal(t, []string{"B no_volume"}, unpaidBonuses(paid))

	byLevel := commission.Ladder{Rates: levelRates("g1 5%, g2 10%, g3 20%")}
	paid = ladderPaid(t, byLevel, []string{"C 50.00"}, "B:g2 -900.00", "C:g1 1000.00 < B")
	require.Equal(t, []string{"B no_volume"}, unpaidBonuses(paid), "10 % of 100.00 is less than what C is entitled to")
	paid = ladderPaid(t, byLevel, []string{"C 10.00"}, "B:g2 -10.00", "C:g2 100.00 < B")
	require.Equal(t, []string{"B no_volume"}, unpaidBonuses(paid), "his own loss, not C's rate, leaves him nothing")
	ladderPaid(t, byLevel, []string{"A 170.00", "C 50.00"}, "A:g3 1000.00", "B:g2 -900.00 < A", "C:g1 1000.00 < B")
	paid = ladderPaid(t, byLevel, []string{"C 50.00", "D 100.00"}, "A:g3 0", "B:g2 -1000.00 < A", "C:g1 1000.00 < B", "D:g3 500.00 < E", "E:g3 -500.00 < A")
	require.Equal(t, []string{"A no_volume", "B no_volume", "E no_volume"}, unpaidBonuses(paid))
}
