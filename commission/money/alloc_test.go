package money_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
)

var (
	sinkDecimal decimal.Decimal
	sinkUnits   money.Units
	sinkAmount  money.Amount
)

func TestADecimalCostsAtMostTwoAllocations(t *testing.T) {
	for _, n := range []int64{0, 1, 1990, -1990, 1 << 62} {
		a := cny.Minor(n)
		require.LessOrEqual(t, testing.AllocsPerRun(100, func() { sinkDecimal = a.Decimal() }), 2.0)
	}
}

func TestCommonAmountsCostNoAllocation(t *testing.T) {
	price := dec("199.00")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		u, _ := money.Scaled(price, 4)
		n, _ := u.Int64()
		n, _ = money.HalfUp.MulPow10(n, 5, 2)
		a, _ := cny.Minor(n).Add(cny.Minor(1))
		sinkUnits, sinkAmount = u, a
	}))
}
