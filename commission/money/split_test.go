package money_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

func TestSplitGivesTheRestToTheLargestRemainders(t *testing.T) {
	for _, c := range []struct {
		name    string
		total   string
		weights []string
		parts   []string
	}{
		{"a coupon over three lines", "3000", []string{"10000", "11980", "2997"}, []string{"1201", "1439", "360"}},
		{"ties to the earlier", "100", []string{"1", "1", "1"}, []string{"34", "33", "33"}},
		{"two units over three equal weights", "2", []string{"1", "1", "1"}, []string{"1", "1", "0"}},
		{"largest remainder, not largest weight", "10", []string{"5", "3", "1"}, []string{"6", "3", "1"}},
		{"a negative total mirrors the positive one", "-100", []string{"1", "1", "1"}, []string{"-34", "-33", "-33"}},
		{"a weight of 0 gets nothing", "7", []string{"0", "2", "0", "3"}, []string{"0", "3", "0", "4"}},
		{"one weight gets all", "7", []string{"5"}, []string{"7"}},
		{"nothing over weights of 0", "0", []string{"0", "0"}, []string{"0", "0"}},
		{"nothing over nobody", "0", nil, nil},
		{"weights beyond 64 bits", "100", []string{"10000000000000000000000000000000000000", "20000000000000000000000000000000000000"}, []string{"33", "67"}},
		{"a total beyond 64 bits", "100000000000000000001", []string{"1", "2"}, []string{"33333333333333333334", "66666666666666666667"}},
		{"weights whose sum is beyond 64 bits", "9", []string{"9223372036854775807", "9223372036854775807", "1"}, []string{"5", "4", "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var weights []money.Units
			for _, w := range c.weights {
				weights = append(weights, unitsOf(t, bigOf(w)))
			}
			parts, err := money.Split(nil, unitsOf(t, bigOf(c.total)), weights)
			require.NoError(t, err)
			var got []string
			for _, p := range parts {
				got = append(got, p.Big(nil).String())
			}
			require.Equal(t, c.parts, got)
		})
	}
}

func TestSplitRefusesWeightsThatBearNothing(t *testing.T) {
	huge := unitsOf(t, bigOf(strings.Repeat("9", 30)))
	one, zero := money.UnitsOf(1), money.Units{}
	for name, c := range map[string]struct {
		total   money.Units
		weights []money.Units
	}{
		"no weight":                        {one, nil},
		"only zeros":                       {one, []money.Units{zero, zero}},
		"only zeros for a large total":     {huge, []money.Units{zero, zero}},
		"a negative weight":                {one, []money.Units{one, one.Neg()}},
		"a large negative weight":          {one, []money.Units{huge.Neg(), huge}},
		"a negative weight for no total":   {zero, []money.Units{one, one.Neg()}},
		"a negative weight and huge total": {huge, []money.Units{huge, one.Neg()}},
	} {
		into := []money.Units{money.UnitsOf(7)}
		got, err := money.Split(into, c.total, c.weights)
		require.ErrorIs(t, err, money.ErrWeights, name)
		require.Equal(t, into, got, name)
	}
}

type splitCase struct {
	total   *big.Int
	weights []*big.Int
}

func anySplit(most int64) *rapid.Generator[splitCase] {
	return rapid.Custom(func(t *rapid.T) splitCase {
		c := splitCase{total: anyBig().Draw(t, "total")}
		if most > 0 {
			c.total.Rem(c.total, big.NewInt(most))
		}
		sum := new(big.Int)
		for range rapid.IntRange(1, 40).Draw(t, "number") {
			w := new(big.Int).Abs(anyBig().Draw(t, "weight"))
			if most > 0 {
				w.Rem(w, big.NewInt(most))
			}
			c.weights = append(c.weights, w)
			sum.Add(sum, w)
		}
		if sum.Sign() == 0 {
			c.weights[len(c.weights)-1] = big.NewInt(1)
		}
		return c
	})
}

func (c splitCase) run(t require.TestingT, factor *big.Int) []money.Units {
	var weights []money.Units
	for _, w := range c.weights {
		weights = append(weights, unitsOf(t, new(big.Int).Mul(w, factor)))
	}
	prefix := []money.Units{money.UnitsOf(-3)}
	parts, err := money.Split(prefix, unitsOf(t, c.total), weights)
	require.NoError(t, err)
	require.Len(t, parts, len(weights)+1, "parts are appended")
	require.Equal(t, prefix[0], parts[0])
	return parts[1:]
}

func TestSplitPartsSumToTheWholeAndAreFair(t *testing.T) {
	one := big.NewInt(1)
	rapid.Check(t, func(t *rapid.T) {
		c := anySplit(0).Draw(t, "case")
		parts := c.run(t, one)
		sum, weight := new(big.Int), new(big.Int)
		for i, p := range parts {
			sum.Add(sum, p.Big(nil))
			weight.Add(weight, c.weights[i])
		}
		require.Zero(t, c.total.Cmp(sum), "parts sum to %s, not %s", sum, c.total)

		// Each part is the exact one cut off, or one unit more; who gets that unit has a larger remainder, or the same one and stands earlier.
		type rest struct {
			value *big.Rat
			extra bool
		}
		rests := make([]rest, len(parts))
		for i, p := range parts {
			exact := new(big.Rat).SetFrac(new(big.Int).Mul(new(big.Int).Abs(c.total), c.weights[i]), weight)
			floor := new(big.Int).Quo(exact.Num(), exact.Denom())
			got := p.Big(nil)
			require.True(t, got.Sign() == 0 || got.Sign() == c.total.Sign())
			extra := new(big.Int).Sub(got.Abs(got), floor)
			require.True(t, extra.Sign() == 0 || extra.Cmp(one) == 0, "part %d is %s units off", i, extra)
			rests[i] = rest{exact.Sub(exact, new(big.Rat).SetInt(floor)), extra.Sign() > 0}
		}
		for i, a := range rests {
			for j, b := range rests {
				if a.extra && !b.extra {
					order := a.value.Cmp(b.value)
					require.True(t, order > 0 || order == 0 && i < j, "part %d got the unit of part %d", i, j)
				}
			}
		}
	})
}

// TestSplitFastPathEqualsBigPath scales the weights beyond 64 bits, which changes no share.
func TestSplitFastPathEqualsBigPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anySplit(1_000_000_000_000).Draw(t, "case")
		require.Equal(t, c.run(t, big.NewInt(1)), c.run(t, money.Pow10(20)))
	})
}
