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

// weightOf is the weight of an amount that the shares from start to end divide: that of all who are to divide it, named or not.
func (r *Result) weightOf(start, end int) int64 {
	named := int64(0)
	for i := start; i < end; i++ {
		named += int64(r.shares[i].Weight)
	}
	return max(named, int64(r.shares[start].Weights))
}

// weightsOf appends the weights of the shares from start to end, and that which is nobody's.
func (r *Result) weightsOf(into []money.Units, start, end int) []money.Units {
	rest := r.weightOf(start, end)
	for i := start; i < end; i++ {
		into = append(into, money.UnitsOf(int64(r.shares[i].Weight)))
		rest -= int64(r.shares[i].Weight)
	}
	return append(into, money.UnitsOf(rest))
}

// partsOf divides an amount by weight among the shares from start to end. The last part is nobody's. It lies in a buffer.
func (r *Result) partsOf(start, end int, amount money.Units) (parts []money.Units, err error) {
	r.weights = r.weightsOf(r.weights[:0], start, end)
	r.parts, err = money.Split(r.parts[:0], amount, r.weights)
	return r.parts, err
}

// divide adds the entries of the shares from start to end, which divide an amount by weight, and returns what they get: all of it, unless some of the
// weights are nobody's.
func (r *Result) divide(index, start, end int, amount money.Units) (money.Units, error) {
	parts, err := r.partsOf(start, end, amount)
	if err != nil {
		return money.Units{}, err
	}
	for i := start; i < end; i++ {
		r.addEntry(index, i, parts[i-start])
	}
	return amount.Sub(parts[end-start])
}
