package tree

import (
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// family is where members who stand outside their recruiter's range are found: a list for each recruiter who has some. It grows with what changes, not
// with the index.
type family struct {
	first map[Member]Member  // of a recruiter's list; of nobody's: who has no recruiter
	late  []sibling          // of who joined later, from base on
	left  map[Member]sibling // of who moved
}

type sibling struct{ previous, next Member }

func (ix *Index) sibling(m Member) sibling {
	if m >= ix.base {
		return ix.family.late[m-ix.base]
	}
	return ix.family.left[m]
}

func (ix *Index) setSibling(m Member, s sibling) {
	if m >= ix.base {
		ix.family.late[m-ix.base] = s
		return
	}
	ix.family.left[m] = s
}

// adopt puts a member onto the list of a recruiter.
func (ix *Index) adopt(up, m Member) {
	if ix.family.first == nil {
		ix.family.first, ix.family.left = map[Member]Member{}, map[Member]sibling{}
	}
	next, ok := ix.family.first[up]
	if ok {
		ix.setSibling(next, sibling{m, ix.sibling(next).next})
	} else {
		next = nobody
	}
	ix.setSibling(m, sibling{nobody, next})
	ix.family.first[up] = m
	ix.span[m] |= strays
	if up != nobody {
		ix.span[up] |= adopts
	}
}

// leave takes a member off the list of his recruiter.
func (ix *Index) leave(up, m Member) {
	s := ix.sibling(m)
	switch {
	case s.previous != nobody:
		ix.setSibling(s.previous, sibling{ix.sibling(s.previous).previous, s.next})
	case s.next != nobody:
		ix.family.first[up] = s.next
	default:
		delete(ix.family.first, up)
		if up != nobody {
			ix.span[up] &^= adopts
		}
	}
	if s.next != nobody {
		ix.setSibling(s.next, sibling{s.previous, ix.sibling(s.next).next})
	}
}

// stretch is a range of places.
type stretch struct{ from, to Member }

// stray notes that a range has left the one around it.
func (ix *Index) stray(m Member) {
	if m >= ix.base {
		return
	}
	s := stretch{m, m + ix.size(m)}
	// Ranges lie in each other or apart: those in s are a run, and one around s is alone.
	i, _ := slices.BinarySearchFunc(ix.strayed, s.from, func(t stretch, from Member) int {
		if t.to <= from {
			return -1
		}
		return 1
	})
	j := i
	for j < len(ix.strayed) && ix.strayed[j].from < s.to {
		if ix.strayed[j].from <= s.from && s.to <= ix.strayed[j].to {
			return
		}
		j++
	}
	ix.strayed = slices.Replace(ix.strayed, i, j, s)
}

// hasStrayed reports whether somebody at or above a place has left the range around him since the index was built.
func (ix *Index) hasStrayed(m Member) bool {
	low, high := 0, len(ix.strayed)
	for low < high {
		middle := int(uint(low+high) / 2)
		if ix.strayed[middle].to <= m {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low < len(ix.strayed) && ix.strayed[low].from <= m
}

// join adds a member without a recruiter.
func (ix *Index) join(id partner.ID) Member {
	m := ix.ids.add(ix.ids.hash(string(id)), string(id))
	ix.places = append(ix.places, place{up: uint32(nobody)})
	ix.span = append(ix.span, 1)
	ix.self = append(ix.self, self{})
	ix.sums = append(ix.sums, team{all: pair{all: 1}})
	ix.family.late = append(ix.family.late, sibling{})
	ix.adopt(nobody, m)
	return m
}

// set makes a member what a node says, but for his recruiter.
func (ix *Index) set(m Member, n Node) {
	before := ix.one(m)
	ix.places[m].up = ix.places[m].up&whom | flags(n)
	ix.places[m].level = ix.levelOf(n.Level)
	if by := ix.one(m).minus(before); by != (pair{}) {
		ix.add(m, team{all: by})
		if up := ix.parent(m); up != nobody {
			ix.self[up].direct = ix.self[up].direct.plus(by)
		}
	}
}

// move puts a member with his team under another recruiter. Neither stands below the other in that team. The work is that of the two lines upwards, and of
// his path.
func (ix *Index) move(m, to Member) {
	from := ix.parent(m)
	if from == to {
		return
	}
	ix.cut(m)
	total, one := ix.total(m), ix.one(m)
	if from != nobody {
		ix.add(from, team{}.minus(total))
		ix.self[from].direct = ix.self[from].direct.minus(one)
	}
	if ix.span[m]&strays != 0 {
		ix.leave(from, m)
	} else {
		ix.stray(m)
	}
	ix.places[m].up = ix.places[m].up&^whom | uint32(to)
	ix.adopt(to, m)
	if to == nobody {
		return
	}
	ix.self[to].direct = ix.self[to].direct.plus(one)
	at := to
	if to+1 == m && int(m) == len(ix.places)-1 {
		// Who joined last and lies beside his recruiter lengthens his path, so that a chain that grows is one path.
		ix.places[m].offset, ix.sums[m] = ix.places[to].offset+1, team{}
		at = m
	}
	ix.add(at, total)
}
