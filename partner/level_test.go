package partner_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
)

// recordedOn numbers facts of bob and says that they were recorded together on a day.
func recordedOn(n int, before []partner.Fact, facts ...partner.Fact) []partner.Fact {
	for i := range facts {
		facts[i].Partner, facts[i].Seq = "bob", int64(len(before)+1)
		facts[i].Record = partner.Record{Recorded: day(n), Actor: fmt.Sprint("on ", n)}
		before = append(before, facts[i])
	}
	return before
}

// asked are conditions of every kind.
var asked = partner.Conditions{Any: []partner.Condition{
	atLeast(partner.Metric{Name: partner.MetricSpend, Node: partner.Completed, Products: []string{"p <1>"}}, "100.00"),
	{All: []partner.Condition{
		atLeast(partner.Metric{Name: partner.MetricCustomers, Days: 30}, "2"), {Metric: &partner.Metric{Name: partner.MetricMemberLevel}, OneOf: []string{"vip"}},
		{Own: &partner.OwnCondition{Name: "exam", Version: "1", Params: `{"marks":"60"}`}},
	}},
}}

var exam = partner.Predicates{{Name: "exam", Version: "1", Make: func(partner.Params) (partner.Predicate, error) {
	return func(partner.Facts) partner.Answer {
		return partner.Answer{Met: true, English: "has 61 \x00 marks", Chinese: "61 分"}
	}, nil
}}}

func TestRule_6_11_TheLogSaysFromToCauseValuesAndTime(t *testing.T) {
	verdict := asked.Evaluate(known(map[partner.MetricName]partner.Value{
		partner.MetricSpend: {Amount: yuan("99.99")}, partner.MetricCustomers: {Number: 2}, partner.MetricMemberLevel: {Text: "vip", Flag: partner.TopUpRefunded},
	}), exam)
	require.True(t, verdict.Met)
	rise, err := partner.RiseFacts("bob", "gold", verdict, day(4))
	require.NoError(t, err)

	facts := recordedOn(1, nil,
		partner.Fact{Kind: partner.FactStatus, Value: "active", At: day(1)}, partner.Fact{Kind: partner.FactLevel, Value: "agent", At: day(1)})
	facts = recordedOn(4, facts, rise...)
	facts = recordedOn(6, facts, partner.SetLevelFacts("bob", "silver", day(9), day(6))...)
	facts = recordedOn(7, facts,
		partner.Fact{Kind: partner.FactValidUntil, At: day(7)}, partner.Fact{Kind: partner.FactLevel, Value: "diamond", At: day(7)})
	facts = recordedOn(8, facts, partner.Fact{Kind: partner.FactEarning, Value: partner.Frozen, At: day(8)})
	facts = recordedOn(8, facts, partner.SetLevelFacts("bob", "silver", time.Time{}, day(3))...) // told late

	log := partner.LevelChanges(facts)
	record := func(n int) partner.Record { return partner.Record{Recorded: day(n), Actor: fmt.Sprint("on ", n)} }
	require.Equal(t, []partner.LevelChange{
		{Partner: "bob", To: "agent", Cause: partner.LevelJoined, At: day(1), Record: record(1)},
		{Partner: "bob", From: "agent", To: "silver", Cause: partner.LevelSet, At: day(3), Record: record(8)},
		{Partner: "bob", From: "silver", To: "gold", Cause: partner.LevelReached, Reached: log[2].Reached, At: day(4), Record: record(4)},
		{Partner: "bob", From: "gold", To: "silver", Cause: partner.LevelSet, LockedUntil: day(9), At: day(6), Record: record(6)},
		{Partner: "bob", From: "silver", To: "diamond", Cause: partner.LevelRenewed, At: day(7), Record: record(7)},
	}, log)
	require.Equal(t, verdict.String(), log[2].Reached.String())
	require.Equal(t, verdict.Chinese(), log[2].Reached.Chinese())
	require.Equal(t, verdict.Flags(), log[2].Reached.Flags())
	require.Equal(t, "99.99 CNY", log[2].Reached.Parts[0].Value.Amount.String())
	require.Empty(t, partner.LevelChanges(nil))
}

func TestRule_6_11_WhatCannotBeReadIsLeftOutOfTheLogAndNothingElseIs(t *testing.T) {
	facts := recordedOn(1, nil, partner.Fact{Kind: partner.FactLevel, Value: "gold", At: day(1)}, partner.Fact{Kind: partner.FactLevelReached, Value: `{"met": 7}`, At: day(1)})
	require.Equal(t, []partner.LevelChange{{Partner: "bob", To: "gold", Cause: partner.LevelReached, At: day(1), Record: facts[0].Record}}, partner.LevelChanges(facts))
}

// The log is a chain, and the state at any instant is where it stands then.
func TestRule_6_11_TheLogAgreesWithTheStateAtAnyInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []partner.Fact
		for n := range rapid.IntRange(0, 8).Draw(t, "acts") {
			at, level := day(rapid.IntRange(0, 3).Draw(t, "day")), partner.Level(rapid.SampledFrom([]string{"agent", "gold", "silver"}).Draw(t, "level"))
			act := partner.SetLevelFacts("bob", level, time.Time{}, at)
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				var err error
				if act, err = partner.RiseFacts("bob", level, partner.Verdict{Met: true}, at); err != nil {
					t.Fatal(err)
				}
			case 1:
				act = []partner.Fact{{Kind: partner.FactStatus, Value: "active", At: at}, {Kind: partner.FactLevel, Value: string(level), At: at}}
			case 2:
				act = []partner.Fact{{Kind: partner.FactEarning, Value: partner.Frozen, At: at}}
			}
			facts = recordedOn(n, facts, act...)
		}
		log := partner.LevelChanges(rapid.Permutation(facts).Draw(t, "shuffled"))
		for d := range 5 {
			instant := day(d).Add(-time.Microsecond)
			var want partner.Level
			for i, change := range log {
				if i > 0 && change.From != log[i-1].To {
					t.Fatalf("%v does not follow %v", change, log[i-1])
				}
				if !change.At.After(instant) {
					want = change.To
				}
			}
			if got := partner.At(facts, instant).Level; got != want {
				t.Fatalf("at %s: %s, by the log %s", instant, got, want)
			}
		}
	})
}

func TestRule_6_10_AManualLevelIsLockedUntilItsInstantAndOnlyThatLevel(t *testing.T) {
	facts := recordedOn(1, nil, partner.Fact{Kind: partner.FactStatus, Value: "active", At: day(1)})
	facts = recordedOn(2, facts, partner.SetLevelFacts("bob", "gold", day(9), day(2))...)
	require.True(t, partner.At(facts, day(2).Add(-1)).Rises())
	for _, instant := range []time.Time{day(2), day(9).Add(-time.Microsecond)} {
		s := partner.At(facts, instant)
		require.True(t, s.LevelSet && s.LevelLocked && !s.Rises(), instant)
	}
	s := partner.At(facts, day(9))
	require.True(t, s.LevelSet && !s.LevelLocked && s.Rises(), "the instant itself is not covered")

	open := recordedOn(3, facts, partner.SetLevelFacts("bob", "gold", time.Time{}, day(3))...)
	require.True(t, partner.At(open, day(3)).Rises(), "the last word of the shop counts")
	rise, err := partner.RiseFacts("bob", "diamond", partner.Verdict{}, day(9))
	require.NoError(t, err)
	risen := partner.At(recordedOn(9, facts, rise...), day(9))
	require.False(t, risen.LevelSet, "a level that was reached is not the shop's")

	for name, bar := range map[string]partner.Fact{
		"a candidate":            {Kind: partner.FactStatus, Value: "candidate", At: day(9)},
		"one who is leaving":     {Kind: partner.FactStatus, Value: "terminating", At: day(9)},
		"one whose time is over": {Kind: partner.FactValidUntil, Value: partner.InstantValue(day(9)), At: day(9)},
	} {
		require.False(t, partner.At(recordedOn(9, facts, bar), day(9)).Rises(), name)
	}
	frozen := partner.Fact{Kind: partner.FactEarning, Value: partner.Frozen, At: day(9)}
	require.True(t, partner.At(recordedOn(9, facts, frozen), day(9)).Rises(), "whose earnings are frozen rises")
}

func TestRule_6_02_EarningsAreWhatIsPostedOrReleasedNetOfWhatWasTakenBack(t *testing.T) {
	h := partner.History{Partner: "bob", At: day(9), Currency: cny, Earnings: []partner.Earning{
		{At: day(1), Released: day(5), Amount: yuan("10.00")}, {At: day(2), Released: day(9), Amount: yuan("5.00")}, {At: day(3), Amount: yuan("2.00")},
		{At: day(4), Released: day(4), Amount: yuan("-1.00")}, {At: day(10), Released: day(10), Amount: yuan("99.00")}, {At: day(8), Released: day(10), Amount: yuan("0.50")},
	}}
	require.Equal(t, "16.50", measure(t, h, partner.Metric{Name: partner.MetricEarned}).Amount.Plain())
	require.Equal(t, "14.00", measure(t, h, partner.Metric{Name: partner.MetricEarned, Node: partner.AfterSaleOver}).Amount.Plain())
	verdict := partner.Conditions{All: []partner.Condition{
		atLeast(partner.Metric{Name: partner.MetricEarned, Node: partner.AfterSaleOver}, "20"), atLeast(partner.Metric{Name: partner.MetricEarned}, "16.5"),
	}}.Evaluate(h, nil)
	require.Equal(t, "all of: own earnings, released: 14.00 of 20.00, 6.00 short; own earnings: 16.50 of 16.50, met", verdict.String())
	require.Equal(t, "满足全部条件：本人累计收益（已结算）：14.00 / 20.00，还差 6.00；本人累计收益：16.50 / 16.50，已达成", verdict.Chinese())

	most, err := cny.Parse("999999999999999999999999999999999999.99")
	require.NoError(t, err)
	h.Earnings = []partner.Earning{{At: day(1), Amount: most}, {At: day(1), Amount: most}}
	_, known := h.Measure(partner.Metric{Name: partner.MetricEarned})
	require.False(t, known, "a sum beyond 38 digits is not known")

	bad := partner.Metric{Name: partner.MetricEarned, Node: partner.Completed, Scope: partner.Direct, Count: partner.Gross, Days: 3, Products: []string{"p"}}
	var paths []string
	for _, p := range bad.Validate("m") {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"m.scope", "m.node", "m.count", "m.days", "m.products"}, paths)
}
