package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestALineSellsUnlessItTakesNoPart(t *testing.T) {
	for reason, sells := range map[partner.Reason]bool{
		"": true, commission.SelfPurchased: true, commission.NoCost: true, commission.NoListPrice: true,
		commission.GiftGoods: false, commission.ExcludedGoods: false, commission.ExcludedKind: false, commission.Exchanged: false, commission.NotJoining: false, "test": false,
	} {
		line := commission.FrozenLine{Reason: reason}
		require.Equal(t, sells, line.Sells(), reason)
	}
}

// What a line keeps does not need its plan.
func TestALineKeepsSomethingWhileTheCalculatorFindsSomethingLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		frozen := calculate(t, calc, order, uplines).Freeze()
		returned := genReturned(t, calc, frozen)
		if rapid.Bool().Draw(t, "all of it") {
			returned = everything(t, calc, frozen)
		}
		for i := range frozen.Lines {
			line := &frozen.Lines[i]
			require.Equal(t, !calc.Left(line, returned[i]).IsZero(), line.Keeps(returned[i]))
			require.Equal(t, !calc.Left(line, commission.Returned{}).IsZero(), line.Keeps(commission.Returned{}))
			require.Equal(t, calc.Left(line, returned[i]), line.Left(returned[i]))
		}
	})
}
