package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestAGoalHoldsUpToItsBound(t *testing.T) {
	require.True(t, slower("G1", "", 400, 100, 4).Holds)
	require.False(t, slower("G1", "", 401, 100, 4).Holds)
	require.True(t, faster("G2", "", 4, 100, 25).Holds)
	require.False(t, faster("G2", "", 4.1, 100, 25).Holds)
	require.True(t, count("G3", "", 0, 0).Holds)
	require.False(t, count("G3", "", 0.01, 0).Holds)
}

func TestTheTableShowsWhatHolds(t *testing.T) {
	var out strings.Builder
	require.NoError(t, printTable(&out, []goal{
		slower("G1", "near", 212.34, 61.26, 4), faster("G2", "far", 300, 6000, 25), times("G2", "to look at", 300, 50, 6), count("G3", "none", 0, 0), count("G3", "some", 2.5, 2),
	}))
	require.Equal(t, `goal  name        ours    reference  ratio   goal    holds
G1    near        212 ns  61.3 ns    3.47x   <= 4x   yes
G2    far         300 ns  6000 ns    20.00x  >= 25x  NO
G2    to look at  300 ns  50 ns      6.00x   -       -
G3    none        0       -          -       <= 0    yes
G3    some        2.5     -          -       <= 2    NO
`, out.String())
}

func TestGoalsAreJSONForMachines(t *testing.T) {
	text, err := json.Marshal(slower("G1", "near", 200, 100, 4))
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"G1","name":"near","unit":"ns","ours":200,"reference":100,"ratio":2,"goal":"<= 4x","holds":true}`, string(text))
}

// TestTheReferencesPayTheSame keeps the comparison one of equal work.
func TestTheReferencesPayTheSame(t *testing.T) {
	ours, err := newOurs()
	require.NoError(t, err)
	require.NoError(t, sameEntries(ours, newHand(), newBare(), newPlain()))
	require.Equal(t, 24, ours.result.Len())

	other := newHand()
	other.lines[1].amount += 10_00
	require.NoError(t, sameEntries(ours, newHand(), newBare(), newPlain()))
	require.Error(t, sameEntries(ours, other, newBare(), newPlain()))
}

// TestLargeOrdersAreLarge keeps the measurement one of what its name says, and the order the same but for its size.
func TestLargeOrdersAreLarge(t *testing.T) {
	small, err := newOurs()
	require.NoError(t, err)
	small.calculate()
	products, err := newLarge(18)
	require.NoError(t, err)
	products.calculate()
	amounts, err := newLarge(20)
	require.NoError(t, err)
	amounts.calculate()
	require.Equal(t, small.result.Len(), products.result.Len())
	require.Equal(t, small.result.Len(), amounts.result.Len())
	for i := range lineAmounts {
		product := products.order.Lines[i].Amount.Shift(2)
		require.True(t, product.BigInt().IsInt64())
		require.False(t, product.Mul(decimal.NewFromInt(19)).BigInt().IsUint64(), "the shares are together 19 %")
		require.False(t, amounts.order.Lines[i].Amount.Shift(2).BigInt().IsUint64())
	}
}

func TestTheRichReferencePaysTheSame(t *testing.T) {
	rich, err := newRich(4)
	require.NoError(t, err)
	require.NoError(t, newRichHand(rich).same(rich))
	other := newRichHand(rich)
	other.lines[2].amount += 10_00
	require.Error(t, other.same(rich))
}
