package money

import (
	"errors"
	"math/big"
	"slices"
)

// ErrWeights is returned by Split for weights that cannot bear the total: a negative one, or none above 0.
var ErrWeights = errors.New("money: a total cannot be split by these weights")

// Split divides total among the weights and appends one part a weight to into: each part is total × weight / sum of weights, cut off towards zero, and
// the units left over go one each to the largest remainders, ties to the earlier. The parts always sum to the total. A total of 0 needs no weight
// above 0. It is [ErrWeights] if a weight is negative or a total other than 0 finds no weight above 0; into is then returned unchanged.
func Split(into []Units, total Units, weights []Units) ([]Units, error) {
	var sum Units
	fits := true
	for _, w := range weights {
		if w.Sign() < 0 {
			return into, ErrWeights
		}
		if fits {
			sum = sum.plus(w)
			fits = !sum.tooLarge()
		}
	}
	start := len(into)
	switch {
	case total.IsZero():
		for range weights {
			into = append(into, Units{})
		}
		return into, nil
	case !fits:
		into = splitBig(into, total.abs(), weights)
	case sum.IsZero():
		return into, ErrWeights
	default:
		into = split(into, total.abs(), weights, sum)
	}
	if total.Sign() < 0 {
		for i := start; i < len(into); i++ {
			into[i] = into[i].Neg()
		}
	}
	return into, nil
}

// share is one weight's remainder.
type share struct {
	index int
	rest  Units
}

func compareRest(a, b share) int { return b.rest.Cmp(a.rest) }

// split is Split of a total above 0 among weights of which the sum has at most 38 digits.
func split(into []Units, total Units, weights []Units, sum Units) []Units {
	var buffer [32]share
	shares, left, start := buffer[:0], total, len(into)
	for i, w := range weights {
		part, rest, _ := total.MulDiv(w, sum)
		into = append(into, part)
		left = left.plus(part.Neg())
		shares = append(shares, share{index: i, rest: rest})
	}
	if units, _ := left.Int64(); units > 0 {
		slices.SortStableFunc(shares, compareRest)
		for _, s := range shares[:units] {
			into[start+s.index] = into[start+s.index].plus(UnitsOf(1))
		}
	}
	return into
}

// splitBig is split for a sum of more digits.
func splitBig(into []Units, total Units, weights []Units) []Units {
	sum, whole, left := new(big.Int), total.Big(nil), total.Big(nil)
	for _, w := range weights {
		sum.Add(sum, w.Big(nil))
	}
	rests, order, start := make([]*big.Int, len(weights)), make([]int, len(weights)), len(into)
	for i, w := range weights {
		part := w.Big(nil)
		rests[i], order[i] = new(big.Int), i
		part.QuoRem(part.Mul(part, whole), sum, rests[i])
		left.Sub(left, part)
		units, _ := UnitsFromBig(part) // not above the total
		into = append(into, units)
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] {
		into[start+i] = into[start+i].plus(UnitsOf(1))
	}
	return into
}
