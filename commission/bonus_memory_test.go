package commission_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// heapOf returns by how many bytes the heap grows through work whose result is kept.
func heapOf(work func() any) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := work()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return float64(int64(after.HeapAlloc) - int64(before.HeapAlloc))
}

// TestTheMemoryOfAPeriodIsBoundedByItsPartners: what a calculation keeps for each partner does not grow with their number. Of the bound, the entries or
// reasons are about a third.
func TestTheMemoryOfAPeriodIsBoundedByItsPartners(t *testing.T) {
	capped := commission.Ladder{Steps: bySteps.Steps, LegCap: commission.MustRate("50%")}
	ofPayment := capped
	ofPayment.AsOf = commission.AsOfPayment
	for name, c := range map[string]struct {
		bonus commission.Bonus
		bytes float64 // of a partner
	}{
		"ladder":            {commission.Bonus{Ladder: &capped}, 350},
		"ladder of payment": {commission.Bonus{Ladder: &ofPayment}, 370},
		"pool":              {commission.Bonus{Pool: &commission.Pool{Rate: commission.MustRate("10%"), Levels: stars}}, 200},
		"tiers":             {commission.Bonus{Tiers: &commission.Tiers{Steps: bySteps.Steps}}, 200},
	} {
		for _, n := range []int{20_000, 200_000} {
			list := bigTree(n, func(i int) int { return i / 3 })
			for i := range list {
				list[i].Partner = memberID(i)
			}
			calc := bonusOf(t, c.bonus)
			used := heapOf(func() any {
				return periodOf(t, calc, commission.BonusInput{Members: list, Net: money.UnitsOf(1_000_000)})
			})
			require.Less(t, used/float64(n), c.bytes, "%s of %d", name, n)
		}
	}
	for _, n := range []int{20_000, 200_000} {
		calc := ladderOf(t, ofPayment)
		used := heapOf(func() any {
			g := calc.Genealogy(asOfDay(5))
			for i := range n {
				g.Add("p", commission.Standing{Recruiter: i/2 - 1}, commission.Standing{From: asOfDay(1 + i%3), Level: "moved", Recruiter: i/2 - 1})
				require.NoError(t, g.Sell(i, asOfDay(0), money.UnitsOf(1)))
			}
			return g
		})
		require.Less(t, used/float64(n), 250.0, "a genealogy of %d", n)
	}
}
