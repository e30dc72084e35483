package tree

import (
	"slices"
	"strings"
)

// Count says how many members there are of each kind.
type Count struct {
	Partners int
	Others   int // who are known, and no partners
}

func (c *Count) add(p pair) {
	c.Partners += int(p.partners)
	c.Others += int(p.all - p.partners)
}

// Totals says how large a team is and what it sells. The counters are four: direct or all, partners or others.
type Totals struct {
	Direct Count // recruited by him
	All    Count // everybody below him
	Own    int64 // his own volume
	Volume int64 // his own and that of everybody below him
}

// Level is what stands so many steps below somebody.
type Level struct {
	Count
	Volume int64
}

// Scope says where a team ends. The zero Scope is the whole team.
type Scope struct {
	Depth       int  // how many levels below him belong to it; 0: all
	UntilLeader bool // whether the next leader below, with his whole branch, is no longer part of it
}

// Team returns the totals of a member's team within a scope. Of the whole team they are kept; any other is counted member by member.
func (ix *Index) Team(m Member, scope Scope) (t Totals) {
	if scope.Depth != 0 || scope.UntilLeader {
		return ix.teamWithin(m, scope)
	}
	// Field by field: a struct of six words that is copied whole right after its words were written waits for all of them.
	own, total := &ix.self[m], ix.total(m)
	partners := total.all.partners - ix.one(m).partners
	t.Direct.Partners, t.Direct.Others = int(own.direct.partners), int(own.direct.all-own.direct.partners)
	t.All.Partners, t.All.Others = int(partners), int(total.all.all-1-partners)
	t.Own, t.Volume = own.own, total.volume
	return t
}

// teamWithin is Team within less than the whole team.
func (ix *Index) teamWithin(m Member, scope Scope) Totals {
	t := Totals{Own: ix.self[m].own}
	if scope.Depth > 0 {
		t.Volume = t.Own
		for i, l := range ix.Levels(m, scope) {
			if i == 0 {
				t.Direct = l.Count
			}
			t.All.Partners += l.Partners
			t.All.Others += l.Others
			t.Volume += l.Volume
		}
		return t
	}
	var all, direct pair
	ix.visit(m, func(at Member) bool {
		if at != m && ix.IsLeader(at) {
			return false
		}
		t.Volume += ix.self[at].own
		one := ix.one(at)
		all = all.plus(one)
		if ix.parent(at) == m {
			direct = direct.plus(one)
		}
		return true
	})
	t.Direct.add(direct)
	t.All.add(all.minus(ix.one(m)))
	return t
}

// Levels returns what stands one step below a member, two steps below, and so on, as far as somebody does and the scope goes.
func (ix *Index) Levels(m Member, scope Scope) []Level {
	var levels []Level
	level, next := []Member{m}, []Member(nil)
	for scope.Depth == 0 || len(levels) < scope.Depth {
		var l Level
		next = next[:0]
		for _, up := range level {
			ix.eachChild(up, func(child Member) {
				if scope.UntilLeader && ix.IsLeader(child) {
					return
				}
				l.add(ix.one(child))
				l.Volume += ix.self[child].own
				next = append(next, child)
			})
		}
		if len(next) == 0 {
			break
		}
		levels = append(levels, l)
		level, next = next, level
	}
	return levels
}

// Children appends to dst whom a member recruited, in order of id.
func (ix *Index) Children(dst []Member, m Member) []Member {
	from := len(dst)
	ix.eachChild(m, func(child Member) { dst = append(dst, child) })
	ix.sortByID(dst[from:])
	return dst
}

// Roots appends to dst who has no recruiter, in order of id.
func (ix *Index) Roots(dst []Member) []Member {
	from := len(dst)
	ix.eachRoot(func(m Member) { dst = append(dst, m) })
	ix.sortByID(dst[from:])
	return dst
}

func (ix *Index) sortByID(members []Member) {
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(ix.ids.at(a), ix.ids.at(b)) })
}

// eachRoot visits who has no recruiter.
func (ix *Index) eachRoot(visit func(Member)) {
	for m := Member(0); m < ix.base; m += ix.size(m) {
		if ix.span[m]&strays == 0 {
			visit(m)
		}
	}
	ix.eachAdopted(nobody, visit)
}

// eachChild visits whom a member recruited: in his range from one range to the next, then who strays.
func (ix *Index) eachChild(m Member, visit func(Member)) {
	end := m + ix.size(m)
	for child := m + 1; child < end; child += ix.size(child) {
		if ix.span[child]&strays == 0 {
			visit(child)
		}
	}
	if ix.span[m]&adopts != 0 {
		ix.eachAdopted(m, visit)
	}
}

func (ix *Index) eachAdopted(up Member, visit func(Member)) {
	m, ok := ix.family.first[up]
	for ok {
		visit(m)
		m = ix.sibling(m).next
		ok = m != nobody
	}
}

// visit visits a member and everybody below him, uplines before those below them; where into returns false, nobody below.
func (ix *Index) visit(m Member, into func(Member) bool) {
	for waiting := []Member{m}; len(waiting) > 0; {
		from := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		for at, end := from, from+ix.size(from); at < end; {
			if at != from && ix.span[at]&strays != 0 || !into(at) {
				at += ix.size(at)
				continue
			}
			if ix.span[at]&adopts != 0 {
				ix.eachAdopted(at, func(child Member) { waiting = append(waiting, child) })
			}
			at++
		}
	}
}
