package draw

// tidy places items so that none overlaps another one of its depth, a parent stands in the middle of his first and last child, equal branches look equal,
// and what lies between two large branches is spread evenly: the tidy tree of Reingold and Tilford in the linear time of Buchheim, Jünger and Leipert
// ("Improving Walker's Algorithm to Run in Linear Time", 2002). Nothing calls itself, so that a chain may be as long as memory is.
//
// It returns the middle of every item across the direction in which the tree grows, from 0. apart says how far apart the middles of two neighbours must be
// at least, the upper one first.
func tidy(items []item, apart func(a, b int) int) []int {
	t := layout{items: items, apart: apart, places: make([]spot, len(items))}
	for i := range t.places {
		t.places[i] = spot{ancestor: i, thread: none}
	}
	// Parents from the last to the first: whoever stands below a child is placed before the child.
	for p := len(items) - 1; p >= 0; p-- {
		ancestor := items[p].first
		for c := items[p].first; c < items[p].first+items[p].n; c++ {
			t.place(c)
			if c > items[p].first {
				ancestor = t.apportion(c, ancestor)
			}
		}
	}
	t.place(0)
	middles, moved, lowest := make([]int, len(items)), make([]int, len(items)), 0
	for i := range items {
		by := 0
		if p := items[i].parent; p >= 0 {
			by = moved[p]
		}
		middles[i] = t.places[i].at + by
		moved[i] = t.places[i].below + by
		lowest = min(lowest, middles[i])
	}
	for i := range middles {
		middles[i] -= lowest
	}
	return middles
}

const none = -1

// spot is where an item stands among its siblings, and what is still to be done to it.
type spot struct {
	at       int // against the parent's own spot
	below    int // how far everybody below moves with it
	shift    int // how far it, and by shares whoever stands before it, is still to be moved
	change   int // by how much that becomes less from one sibling to the one before
	thread   int // where the outline goes on below an item without children
	ancestor int // the sibling of the branch in hand below which it stands
}

type layout struct {
	items  []item
	places []spot
	apart  func(a, b int) int
}

// place sets an item beside the sibling before it, and in the middle of its children.
func (t *layout) place(i int) {
	it, s := &t.items[i], &t.places[i]
	middle := 0
	if it.n > 0 {
		t.spread(it)
		middle = (t.places[it.first].at + t.places[it.first+it.n-1].at) >> 1
	}
	if it.parent < 0 || i == t.items[it.parent].first {
		s.at = middle
		return
	}
	s.at = t.places[i-1].at + t.apart(i-1, i)
	if it.n > 0 {
		s.below = s.at - middle
	}
}

// spread does what is still to be done to the children of an item.
func (t *layout) spread(it *item) {
	shift, change := 0, 0
	for c := it.first + it.n - 1; c >= it.first; c-- {
		s := &t.places[c]
		s.at += shift
		s.below += shift
		change += s.change
		shift += s.shift + change
	}
}

// apportion moves a branch away from its siblings before it, wherever one of them comes too near, and returns which of them reaches deepest.
func (t *layout) apportion(v, ancestor int) int {
	inner, outer := v, v // the outlines of the branch: its upper and its lower side
	before := v - 1      // those of its siblings
	first := t.items[t.items[v].parent].first
	innerBy, outerBy := t.places[inner].below, t.places[outer].below
	beforeBy, firstBy := t.places[before].below, t.places[first].below
	for {
		nextBefore, nextInner := t.lower(before), t.upper(inner)
		if nextBefore == none || nextInner == none {
			before, inner = nextBefore, nextInner
			break
		}
		before, inner = nextBefore, nextInner
		first, outer = t.upper(first), t.lower(outer)
		t.places[outer].ancestor = v
		shift := t.places[before].at + beforeBy - t.places[inner].at - innerBy + t.apart(before, inner)
		if shift > 0 {
			from := ancestor
			if a := t.places[before].ancestor; t.items[a].parent == t.items[v].parent {
				from = a
			}
			t.move(from, v, shift)
			innerBy += shift
			outerBy += shift
		}
		beforeBy += t.places[before].below
		innerBy += t.places[inner].below
		firstBy += t.places[first].below
		outerBy += t.places[outer].below
	}
	if before != none && t.lower(outer) == none {
		t.places[outer].thread = before
		t.places[outer].below += beforeBy - outerBy
	}
	if inner != none && t.upper(first) == none {
		t.places[first].thread = inner
		t.places[first].below += innerBy - firstBy
		ancestor = v
	}
	return ancestor
}

// move moves a branch by a shift, and later whoever stands between it and a sibling before it by their shares.
func (t *layout) move(from, to, shift int) {
	a, b := &t.places[from], &t.places[to]
	share := shift / (to - from)
	a.change += share
	b.change -= share
	b.shift += shift
	// What whole shares leave over ends with the first who moves: the sibling at which the move begins stays where it is.
	t.places[from+1].shift -= shift % (to - from)
	b.at += shift
	b.below += shift
}

// upper returns the next item of the upper outline, none at its end.
func (t *layout) upper(i int) int {
	if t.items[i].n > 0 {
		return t.items[i].first
	}
	return t.places[i].thread
}

// lower returns the next item of the lower outline, none at its end.
func (t *layout) lower(i int) int {
	if n := t.items[i].n; n > 0 {
		return t.items[i].first + n - 1
	}
	return t.places[i].thread
}
