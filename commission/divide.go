package commission

import "github.com/fenrun/fenrun/commission/money"

// dividers returns the end of the shares from start on that divide one amount.
func (r *Result) dividers(start, end int) int {
	first := &r.shares[start]
	next := start + 1
	if first.Weight == 0 {
		return next
	}
	for next < end && first.dividesWith(&r.shares[next]) {
		next++
	}
	return next
}

// dividesWith reports whether two shares, one after the other, are parts of one amount.
func (s *Share) dividesWith(other *Share) bool {
	return other.Weight > 0 && s.Weights == other.Weights && s.Rule == other.Rule && s.Slot == other.Slot && s.Rate == other.Rate &&
		s.Source.Kind == other.Source.Kind && s.Source.Key == other.Source.Key
}

// head returns the first of the shares that divide an amount with this one.
func (r *Result) head(share int) *Share {
	for r.shares[share].Weight > 0 && share > 0 && r.shares[share-1].Weight > 0 && r.shares[share-1].dividesWith(&r.shares[share]) {
		share--
	}
	return &r.shares[share]
}

// divide adds the entries of the shares from start to end, which divide an amount by weight, and returns what they get: all of it, unless some of the
// weights are nobody's.
func (r *Result) divide(index, start, end int, amount money.Units) (money.Units, error) {
	weights, rest := r.weights[:0], r.shares[start].Weights
	for i := start; i < end; i++ {
		weights = append(weights, money.UnitsOf(int64(r.shares[i].Weight)))
		rest -= r.shares[i].Weight
	}
	if rest > 0 {
		weights = append(weights, money.UnitsOf(int64(rest)))
	}
	r.weights = weights
	parts, err := money.Split(r.parts[:0], amount, weights)
	if err != nil {
		return money.Units{}, err
	}
	r.parts = parts
	for i := start; i < end; i++ {
		r.addEntry(index, i, parts[i-start])
	}
	if rest > 0 {
		return amount.Sub(parts[len(parts)-1])
	}
	return amount, nil
}
