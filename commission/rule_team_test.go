package commission_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func leaders(mode commission.TeamMode) commission.Team {
	return commission.Team{Levels: byLevel(map[string]string{"L1": "2%", "L2": "5%", "L3": "8%", "zero": "0%"}), Mode: mode}
}

// TestRule_4_23_EveryLeaderGetsTheDifference: the seller himself is no leader above himself, an overtaken leader gets nothing, and nobody above the highest
// share is looked at.
func TestRule_4_23_EveryLeaderGetsTheDifference(t *testing.T) {
	order := orderOf(goods("p", 1, "200.00"))
	order.Discount, order.Freight = dec("100.00"), dec("20.00")
	for name, c := range map[string]struct {
		uplines         []commission.Upline
		entries, unpaid []string
	}{
		"one":          {above("S:L3!", "A", "B:L1!"), []string{"p team/0 B 2.00"}, nil},
		"rising":       {above("S", "A:L1!", "B:L2!", "C:L3!"), []string{"p team/0 A 2.00", "p team/0 B 3.00", "p team/0 C 3.00"}, nil},
		"overtaken":    {above("S", "A:L2!", "B:L1!", "C:L2!", "D:L3!"), []string{"p team/0 A 5.00", "p team/0 D 3.00"}, []string{"p team/0 B@3 overtaken", "p team/0 C@4 overtaken"}},
		"the highest":  {above("S", "A:L3!", "B:L3!", "C:L1!"), []string{"p team/0 A 8.00"}, nil},
		"barred":       {above("S", "A#candidate:L2!", "B:L1!", "C:L2!"), []string{"p team/0 B 2.00", "p team/0 C 3.00"}, []string{"p team/0 A@2 candidate"}},
		"no rate":      {above("S", "A:L1!", "B:other!", "C:zero!", "D:L2!"), []string{"p team/0 A 2.00", "p team/0 D 3.00"}, []string{"p team/0 B@3 no_rate", "p team/0 C@4 zero_rate"}},
		"none":         {above("S:L1!", "A:L2"), nil, []string{"p team/0 @0 no_leader"}},
		"nobody above": {above("S:L1!"), nil, []string{"p team/0 @0 no_leader"}},
	} {
		for _, missing := range []commission.Missing{commission.Forfeit, commission.Compress, commission.ToTop, commission.Dynamic} {
			paid := calculate(t, newCalculator(t, commission.Plan{Team: leaders(commission.EveryLeader), Missing: missing}), order, c.uplines)
			require.Equal(t, c.entries, entriesOf(paid), name)
			require.Equal(t, c.unpaid, unpaidOf(paid), name)
		}
	}
	plan := commission.Plan{Team: commission.Team{Rate: commission.MustRate("3%"), Levels: byLevel(map[string]string{"L2": "7%"}), Mode: commission.EveryLeader}}
	paid := calculate(t, newCalculator(t, plan), order, above("S", "A!", "B:L1!", "C:L2!"))
	require.Equal(t, []string{"p team/0 A 3.00", "p team/0 C 4.00"}, entriesOf(paid))
	require.Equal(t, "team", paid.Entry(0).Source.String())
	require.Equal(t, "team L2, at 7%", paid.Entry(1).Source.String())
}

// TestRule_4_23_ALeaderWithoutARateEndsNearest: he is the nearest leader, and the plan gives him nothing.
func TestRule_4_23_ALeaderWithoutARateEndsNearest(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Team: leaders(commission.Nearest)})
	for text, reason := range map[string]string{"A:other!": "no_rate", "A:zero!": "zero_rate"} {
		paid := calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("S", text, "B:L2!"))
		require.Zero(t, paid.Len())
		require.Equal(t, []string{"p team/0 A@2 " + reason}, unpaidOf(paid))
	}
}

// TestHardCase_AMemberBecomesALeader: nearest takes his branch away from the leader above, differential leaves the difference.
func TestHardCase_AMemberBecomesALeader(t *testing.T) {
	before, after := above("S", "M:member", "L:L2!"), above("S", "M:L1!", "L:L2!")
	for mode, want := range map[commission.TeamMode]map[string]string{
		commission.Nearest:     {"M": "2.00"},
		commission.EveryLeader: {"M": "2.00", "L": "3.00"},
	} {
		calc, order := newCalculator(t, commission.Plan{Team: leaders(mode)}), orderOf(goods("p", 1, "100.00"))
		paid := calculate(t, calc, order, before)
		require.Equal(t, map[string]string{"L": "5.00"}, earned(t, paid), mode)
		frozen := paid.Freeze()
		require.Equal(t, want, earned(t, calculate(t, calc, order, after)), mode)

		// What was paid before is taken back from whom it was paid to.
		require.Equal(t, map[string]string{"L": "5.00"}, earned(t, targetOf(t, calc, frozen)))
		require.Zero(t, targetOf(t, calc, frozen, commission.Returned{Money: price("100.00")}).Len())
	}
}

// TestRule_4_23_LongLinesOfLeadersEnd at the highest share.
func TestRule_4_23_LongLinesOfLeadersEnd(t *testing.T) {
	uplines := make([]commission.Upline, commission.MaxUplines)
	for i := range uplines {
		uplines[i] = commission.Upline{Partner: partner.ID(fmt.Sprint(i)), Level: "L3", Leader: true}
	}
	start := time.Now()
	paid := calculate(t, newCalculator(t, commission.Plan{Team: leaders(commission.EveryLeader)}), orderOf(goods("p", 1, "100.00")), uplines)
	require.Equal(t, []string{"p team/0 1 8.00"}, entriesOf(paid))
	require.Empty(t, unpaidOf(paid))
	require.Less(t, time.Since(start), 5*time.Second)
}
