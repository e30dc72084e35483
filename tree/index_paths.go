package tree

// A path's sums are a Fenwick tree turned round. What the i-th member of a path counts (from 1 on) is the total of his team less that of the next on the
// path; the sum at i is over the members i … i + (lowest bit of i) - 1. So a total is the sums at i, i + lowest bit, … up to the path's end, and what changes
// at i changes the sums at i, i - lowest bit, … down to 1.

// toSums turns totals along a path from m to before end into sums. m begins the path.
func (ix *Index) toSums(m, end Member) {
	for i := Member(1); m+i-1 < end; i++ {
		at := m + i - 1
		if next := at + i&-i; next < end {
			ix.sums[at] = ix.sums[at].minus(ix.sums[next])
		}
	}
}

// toTotals turns sums back into totals.
func (ix *Index) toTotals(m, end Member) {
	for i := end - m; i > 0; i-- {
		at := m + i - 1
		if next := at + i&-i; next < end {
			ix.sums[at] = ix.sums[at].plus(ix.sums[next])
		}
	}
}

// total returns what a team has, the member himself too.
//
// Half of all members have nobody below them, and most others a short path: which of the next two places belong to it, no processor can guess. So both are
// read, and counted with all their bits or none.
func (ix *Index) total(m Member) team {
	places, sums := ix.places, ix.sums[:len(ix.places)]
	sum, at, i, n := sums[m], uint(m), uint(places[m].offset)+1, uint(len(places))
	near, next := at+i&-i, i+i&-i
	if far, last := near+next&-next, next+next&-next; near < n && far < n {
		sum = sum.plusIf(&sums[near], onPath(places[near].offset, next))
		on := onPath(places[far].offset, last)
		if sum = sum.plusIf(&sums[far], on); on == 0 {
			return sum
		}
		at, i = far, last
	}
	for {
		if at, i = at+i&-i, i+i&-i; at >= n || onPath(places[at].offset, i) == 0 {
			return sum
		}
		sum = sum.plus(sums[at])
	}
}

// onPath is -1 where a place is the i-th of a path that has begun before it, else 0: where another path begins in between, its offset is lower.
func onPath(offset uint16, i uint) int64 { return int64(uint(offset)^(i-1)-1) >> 63 }

// plusIf adds u where on is -1, nothing where it is 0.
func (t team) plusIf(u *team, on int64) team {
	return team{t.volume + u.volume&on, pair{t.all.all + u.all.all&uint32(on), t.all.partners + u.all.partners&uint32(on)}}
}

// add adds to the totals of m and of everybody above him.
func (ix *Index) add(m Member, by team) {
	for m != nobody {
		top := m - Member(ix.places[m].offset)
		for i := m - top + 1; i > 0; i &= i - 1 {
			at := &ix.sums[top+i-1]
			*at = at.plus(by)
		}
		m = ix.parent(top)
	}
}

// cut makes a member the first of a path of his own. Nobody's total changes by it.
func (ix *Index) cut(m Member) {
	if ix.places[m].offset == 0 {
		return
	}
	top, end := m-Member(ix.places[m].offset), m+1
	for int(end) < len(ix.places) && ix.places[end].offset != 0 {
		end++
	}
	ix.toTotals(top, end)
	for at := m; at < end; at++ {
		ix.places[at].offset = uint16(at - m)
	}
	ix.toSums(top, m)
	ix.toSums(m, end)
}
