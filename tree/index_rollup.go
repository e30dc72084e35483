package tree

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Volumes appends to dst every member's own volume, from member 0 on.
func (ix *Index) Volumes(dst []int64) []int64 {
	dst = slices.Grow(dst, len(ix.self))
	for i := range ix.self {
		dst = append(dst, ix.self[i].own)
	}
	return dst
}

// RollUp works out of a value of each member what his team has of it together: his own and that of everybody below him, or, until the next leader, of
// everybody below him who does not stand below another leader, nor leads himself. values and the result are by member; dst is used again where it has room,
// and must not be values. It is [ErrVolume] where the values, whatever their signs, are together too large for 64 bits.
func (ix *Index) RollUp(dst, values []int64, untilLeader bool) ([]int64, error) {
	if err := ix.fits(values); err != nil {
		return nil, err
	}
	n := ix.Len()
	dst = slices.Grow(dst[:0], n)[:n]
	small := true
	if untilLeader || n > int(ix.base) || len(ix.strayed) > 0 {
		bound := bounded(n)
		for m, v := range values {
			dst[m] = v
			small = small && bound.holds(v)
		}
		ix.rollUp(dst, untilLeader)
	} else {
		small = ix.rollUpRanges(dst, values)
	}
	if !small && !addUp(values) {
		return nil, ErrVolume
	}
	return dst, nil
}

// near is how many sums rollUpRanges keeps: so many stay in a cache.
const near = 1 << 11

// rollUpRanges is RollUp where every team is a range: what it has is the sum of the values from its first place on, less that from its end on. It reports
// whether all values are so small that no sum of them leaves 64 bits.
func (ix *Index) rollUpRanges(dst, values []int64) bool {
	var sums [near]int64 // from each of the last places on; those of all would be as much memory as the values
	sum, all, bound := int64(0), uint64(0), bounded(len(values))
	values, span := values[:len(dst)], ix.span[:len(dst)]
	for m := len(dst) - 1; m >= 0; m-- {
		v, size := values[m], uint(span[m])
		sum += v
		all |= uint64(v + bound.half)
		sums[uint(m)%near] = sum
		team := sum - sums[(uint(m)+size)%near]
		if size >= near {
			team = ix.rollUpFar(dst, m, v)
		}
		dst[m] = team
	}
	return all < 2*uint64(bound.half)
}

// rollUpFar is what the team of a member has whose end is too far away: his own value, and what the teams of those have whom he recruited.
func (ix *Index) rollUpFar(dst []int64, m int, own int64) int64 {
	for child, end := m+1, m+int(ix.span[m]); child < end; child += int(ix.span[child]) {
		own += dst[child]
	}
	return own
}

// bound is half of a range around 0: so many values in it make no sum that leaves 64 bits.
type bound struct{ half int64 }

func bounded(values int) bound { return bound{1 << (62 - bits.Len(uint(values)))} }

func (b bound) holds(v int64) bool { return -b.half <= v && v < b.half }

// addUp reports whether no sum of some of the values can leave 64 bits.
func addUp(values []int64) bool {
	var weight uint64
	for _, v := range values {
		if weight += magnitude(v); weight > math.MaxInt64 {
			return false
		}
	}
	return true
}

// rollUp turns values into what teams have of them where not every team is a range.
func (ix *Index) rollUp(dst []int64, untilLeader bool) {
	stop := uint32(0)
	if untilLeader {
		stop = isLeader
	}
	var later []Member // who lies before his recruiter
	for m := len(dst) - 1; m >= 0; m-- {
		up := ix.places[m].up
		switch at := int(up & whom); {
		case up&stop != 0:
		case at < m:
			dst[at] += dst[m]
		case at != int(nobody):
			later = append(later, Member(m))
		}
	}
	// What these have from below is complete but for what one of them brings another; each brings his own part to everybody above him.
	parts := make([]int64, len(later))
	for i, m := range later {
		parts[i] = dst[m]
	}
	for i, m := range later {
		for up := ix.parent(m); up != nobody; up = ix.parent(up) {
			dst[up] += parts[i]
			if ix.places[up].up&stop != 0 {
				break
			}
		}
	}
}

func (ix *Index) fits(values []int64) error {
	if len(values) != ix.Len() {
		return fmt.Errorf("tree: %d values for %d members", len(values), ix.Len())
	}
	return nil
}

// Top returns at most limit members with the highest values, the highest first; of equal ones the lowest id comes first. values are by member; who is
// asked for is whom keep keeps, everybody where it is nil.
func (ix *Index) Top(values []int64, limit int, keep func(Member) bool) ([]Member, error) {
	if err := ix.fits(values); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, nil
	}
	before := func(a, b Member) bool {
		if values[a] != values[b] {
			return values[a] > values[b]
		}
		return ix.ids.at(a) < ix.ids.at(b)
	}
	var top []Member // a heap, the last one first
	least := int64(math.MinInt64)
	for i := 0; i < len(values); i++ {
		for i+4 <= len(values) && max(values[i], values[i+1], values[i+2], values[i+3]) < least {
			i += 4
		}
		if i == len(values) || values[i] < least {
			continue
		}
		m := Member(i)
		if len(top) == limit && !before(m, top[0]) || keep != nil && !keep(m) {
			continue
		}
		if len(top) < limit {
			top = append(top, m)
			rise(top, before)
		} else {
			top[0] = m
			sink(top, before)
		}
		if len(top) == limit {
			least = values[top[0]]
		}
	}
	slices.SortFunc(top, func(a, b Member) int {
		if before(a, b) {
			return -1
		}
		return 1
	})
	return top, nil
}

// rise brings the last of a heap to its place.
func rise(heap []Member, before func(a, b Member) bool) {
	for i := len(heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !before(heap[up], heap[i]) {
			return
		}
		heap[i], heap[up] = heap[up], heap[i]
		i = up
	}
}

// sink brings the first of a heap to its place.
func sink(heap []Member, before func(a, b Member) bool) {
	for i := 0; ; {
		last := 2*i + 1
		if last >= len(heap) {
			return
		}
		if last+1 < len(heap) && before(heap[last], heap[last+1]) {
			last++
		}
		if !before(heap[i], heap[last]) {
			return
		}
		heap[i], heap[last] = heap[last], heap[i]
		i = last
	}
}
