package money

import (
	"cmp"
	"errors"
	"math/big"
	"math/bits"
	"slices"
)

// ErrWeights is returned by Split for weights that cannot bear the total: a negative one, or none above 0.
var ErrWeights = errors.New("money: a total cannot be split by these weights")

// Split divides total among the weights and appends one part a weight to into: each part is total × weight / sum of weights, cut off towards zero, and
// the units left over go one each to the largest remainders, ties to the earlier. The parts always sum to the total. A total of 0 needs no weight
// above 0. It is [ErrWeights] if a weight is negative or a total other than 0 finds no weight above 0; into is then returned unchanged.
func Split(into []Units, total Units, weights []Units) ([]Units, error) {
	sum := new(big.Int)
	var small uint64 // the sum while it and every weight fit an int64
	fits := true
	for _, w := range weights {
		if w.Sign() < 0 {
			return into, ErrWeights
		}
		n, ok := w.Int64()
		if fits = fits && ok && uint64(n) <= maxInt64-small; fits {
			small += uint64(n)
		}
	}
	t, ok := total.abs().Int64()
	fits = fits && ok
	if fits && small == 0 && t != 0 {
		return into, ErrWeights
	}
	if total.IsZero() {
		for range weights {
			into = append(into, Units{})
		}
		return into, nil
	}
	start := len(into)
	var buffer [32]share
	shares := buffer[:0]
	var left int64
	if fits {
		left = t
		for i, w := range weights {
			n, _ := w.Int64()
			hi, lo := bits.Mul64(uint64(t), uint64(n))
			part, rest := bits.Div64(hi, lo, small)
			into = append(into, UnitsOf(int64(part)))
			left -= int64(part)
			shares = append(shares, share{index: i, rest: rest})
		}
	} else {
		var err error
		if into, shares, left, err = splitBig(into, shares, sum, total.abs(), weights); err != nil {
			return into[:start], err
		}
	}
	if left > 0 {
		slices.SortStableFunc(shares, compareRest)
		for _, s := range shares[:left] {
			into[start+s.index] = into[start+s.index].plus(UnitsOf(1))
		}
	}
	if total.Sign() < 0 {
		for i := start; i < len(into); i++ {
			into[i] = into[i].Neg()
		}
	}
	return into, nil
}

// share is one weight's remainder: in rest, or in large where the weights do not fit a word.
type share struct {
	index int
	rest  uint64
	large *big.Int
}

func compareRest(a, b share) int {
	if a.large != nil {
		return b.large.Cmp(a.large)
	}
	return cmp.Compare(b.rest, a.rest)
}

func splitBig(into []Units, shares []share, sum *big.Int, total Units, weights []Units) ([]Units, []share, int64, error) {
	for _, w := range weights {
		sum.Add(sum, w.Big(nil))
	}
	if sum.Sign() == 0 {
		return into, shares, 0, ErrWeights
	}
	left := total.Big(nil)
	whole := total.Big(nil)
	for i, w := range weights {
		part, rest := w.Big(nil), new(big.Int)
		part.Mul(part, whole)
		part.QuoRem(part, sum, rest)
		left.Sub(left, part)
		units, err := UnitsFromBig(part)
		if err != nil {
			return into, shares, 0, err
		}
		into = append(into, units)
		shares = append(shares, share{index: i, rest: 0, large: rest})
	}
	return into, shares, left.Int64(), nil
}
