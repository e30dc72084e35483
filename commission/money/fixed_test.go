package money_test

import (
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

func TestFixedIsWhatADecimalWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(-200, 200), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "n")
		scale := rapid.IntRange(0, 25).Draw(t, "scale")
		require.Equal(t, "x"+decimal.New(n, -int32(scale)).StringFixed(int32(scale)), string(money.AppendFixed([]byte("x"), n, scale)))
	})
}
