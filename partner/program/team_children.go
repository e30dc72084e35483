package program

import (
	"cmp"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// ChildrenOf asks for a page of those whom a member recruited, in order of id.
type ChildrenOf struct {
	Of    partner.ID // ""; those whom nobody recruited or, for a viewer, whom he did
	After partner.ID // only those whose ids are above it: the cursor is the id of the last one that was shown, also when he has left
	Limit int        // at most so many; 0: 20
	// Viewer is the partner who looks. He sees himself and those below him, as far as the plan in force pays anybody for what they sell, and of their teams what
	// he sees: for him the others are not there. "" is the shop, which sees everybody.
	Viewer partner.ID
}

// TeamMember is a member as others see him.
type TeamMember struct {
	tree.Node
	LevelName string // of the plan in force; the level itself where it has no name
	Performance
}

// TeamPage is a page of members.
type TeamPage struct {
	Members []TeamMember
	Left    int // how many come after them
}

// defaultPage is how many members a page has that does not say so.
const defaultPage = 20

// Children returns a page of those whom a member recruited, each with his team. Members come in order of id, so that pages show everybody once, whoever joins
// or leaves in between. It is a [*NotFoundError] where the member is none, or the viewer does not see him.
func (x *TeamIndex) Children(in ChildrenOf) (page TeamPage, err error) {
	if in.Limit < 0 {
		return page, &MetaError{Field: "limit", Problem: "a number from 0 is needed"}
	}
	x.read(func(s *teamState) {
		var v viewer
		if v, err = s.viewer(in.Viewer); err == nil {
			page, err = v.children(in.Of, in.After, cmp.Or(in.Limit, defaultPage))
		}
	})
	return page, err
}

// viewer is who looks at a team.
type viewer struct {
	*teamState
	id    partner.ID // "" for the shop
	me    tree.Member
	depth int // how many stand above him
}

func (s *teamState) viewer(id partner.ID) (v viewer, err error) {
	v = viewer{teamState: s, id: id}
	if id != "" {
		if v.me, err = s.find(id); err == nil {
			v.depth = s.ix.Depth(v.me)
		}
	}
	return v, err
}

// root is who is meant by nobody: the whole forest for the shop, himself for a partner.
func (v *viewer) root(id partner.ID) partner.ID { return cmp.Or(id, v.id) }

// sees returns a member and how far below him is seen.
func (v *viewer) sees(id partner.ID) (tree.Member, sight, error) {
	m, err := v.find(id)
	if err != nil || v.id == "" {
		return m, sight{}, err
	}
	unseen := &NotFoundError{Record: "partner", ID: string(id)}
	if m != v.me && !v.ix.Above(v.me, m) {
		return 0, sight{}, unseen
	}
	if v.terms.steps == everyStep {
		return m, sight{}, nil
	}
	left := v.terms.steps - (v.ix.Depth(m) - v.depth)
	if left < 0 {
		return 0, sight{}, unseen
	}
	return m, sight{scope: tree.Scope{Depth: left}, blind: left == 0}, nil
}

// member returns a member as he is seen.
func (v *viewer) member(m tree.Member, in sight) (TeamMember, error) {
	node := v.ix.Node(m)
	p, err := v.performance(m, in)
	return TeamMember{Node: node, LevelName: v.levelName(node.Level), Performance: p}, err
}

// levelName is how a level is called.
func (s *teamState) levelName(level partner.Level) string {
	for _, l := range s.terms.levels {
		if l.ID == level {
			return cmp.Or(l.Name, string(level))
		}
	}
	return string(level)
}

// children returns a page of a member's children as they are seen.
func (v *viewer) children(of, after partner.ID, limit int) (page TeamPage, err error) {
	var members []tree.Member
	below := sight{}
	if of = v.root(of); of == "" {
		members, page.Left = v.ix.RootsAfter(nil, after, limit)
	} else {
		m, in, err := v.sees(of)
		if err != nil || in.blind {
			return page, err
		}
		members, page.Left = v.ix.ChildrenAfter(nil, m, after, limit)
		if below = in; in.scope.Depth > 0 {
			below.scope.Depth--
			below.blind = below.scope.Depth == 0
		}
	}
	for _, m := range members {
		child, err := v.member(m, below)
		if err != nil {
			return TeamPage{}, err
		}
		page.Members = append(page.Members, child)
	}
	return page, nil
}
