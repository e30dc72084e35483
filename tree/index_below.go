package tree

import "github.com/fenrun/fenrun/partner"

// Own returns a member's own volume.
func (ix *Index) Own(m Member) int64 { return ix.self[m].own }

// IsPartner reports whether a member is a partner, and not only known.
func (ix *Index) IsPartner(m Member) bool { return ix.places[m].up&isPartner != 0 }

// Below calls each with every member of a team within a scope, from those one step below on: whoever stands one step below a member, then who stands two
// steps below, and so on. Those of one step come in no particular order.
func (ix *Index) Below(m Member, scope Scope, each func(at Member, step int)) {
	level, next := []Member{m}, []Member(nil)
	for step := 1; len(level) > 0 && (scope.Depth == 0 || step <= scope.Depth); step++ {
		next = next[:0]
		for _, up := range level {
			ix.eachChild(up, func(child Member) {
				if scope.UntilLeader && ix.IsLeader(child) {
					return
				}
				each(child, step)
				next = append(next, child)
			})
		}
		level, next = next, level
	}
}

// ChildrenAfter appends to dst the first whom a member recruited and whose ids are above after, in order of id, at most limit of them, and returns how many
// come after those. A child who has left in between still has his place. The work is that of looking at all of them once.
func (ix *Index) ChildrenAfter(dst []Member, m Member, after partner.ID, limit int) (page []Member, left int) {
	p := idPager{ix: ix, after: string(after), page: dst, from: len(dst), limit: max(limit, 0)}
	ix.eachChild(m, p.take)
	p.cut()
	return p.page, p.left
}

// RootsAfter is [Index.ChildrenAfter] for those who have no recruiter.
func (ix *Index) RootsAfter(dst []Member, after partner.ID, limit int) (page []Member, left int) {
	p := idPager{ix: ix, after: string(after), page: dst, from: len(dst), limit: max(limit, 0)}
	ix.eachRoot(p.take)
	p.cut()
	return p.page, p.left
}

// idPager keeps the members with the lowest ids above one, and counts the others.
type idPager struct {
	ix    *Index
	after string
	page  []Member
	from  int // where it begins in page
	limit int
	left  int
}

// take takes a member. When twice as many wait as are asked for, the higher half of them is let go.
func (p *idPager) take(m Member) {
	if p.ix.ids.at(m) <= p.after {
		return
	}
	if p.page = append(p.page, m); len(p.page)-p.from > 2*p.limit+together {
		p.cut()
	}
}

// cut puts those who are kept in order and lets go who is too many.
func (p *idPager) cut() {
	own := p.page[p.from:]
	p.ix.sortByID(own)
	if len(own) > p.limit {
		p.left += len(own) - p.limit
		p.page = p.page[:p.from+p.limit]
	}
}
