package program

import (
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree/draw"
)

// DrawTeam says which part of a team is drawn, and for whom.
type DrawTeam struct {
	draw.Options            // Root: "" is the whole forest or, for a viewer, himself
	Viewer       partner.ID // who looks, as in [ChildrenOf]
}

// Draw makes a drawing of a team as it is: everybody with his level, how many stand below him and, where the index has sales, what his team and he sold. The
// options say where it begins, how deep and how wide it goes, and how people are called and masked. The cursor of a member of whom only some children are
// shown goes on, and a member who is closed opens, by another drawing with him as its root.
//
// It is a [*NotFoundError] where the root is no member, or the viewer does not see him, and otherwise an error of [draw.Build].
func (x *TeamIndex) Draw(in DrawTeam) (drawing *draw.Drawing, err error) {
	x.read(func(s *teamState) {
		var v viewer
		if v, err = s.viewer(in.Viewer); err != nil {
			return
		}
		in.Root = v.root(in.Root)
		drawing, err = draw.Build(&teamSource{viewer: v, words: teamWords[min(max(in.Language, draw.English), draw.Chinese)]}, in.Options)
	})
	return drawing, err
}

// words are what a drawing of a team says beside names.
type words struct{ forest, known, team, own string }

var teamWords = [...]words{
	draw.English: {forest: "all teams", known: "not a partner", team: "team", own: "own"},
	draw.Chinese: {forest: "全部团队", known: "非合伙人", team: "团队业绩", own: "个人业绩"},
}

// teamSource is a team as somebody sees it, for a drawing.
type teamSource struct {
	viewer
	words words
}

// Node implements [draw.Source].
func (t *teamSource) Node(id partner.ID) (draw.Node, error) {
	if id == "" {
		_, direct := t.ix.RootsAfter(nil, "", 0)
		return draw.Node{Label: t.words.forest, Direct: direct, All: t.ix.Len()}, nil
	}
	m, in, err := t.sees(id)
	if err != nil {
		return draw.Node{}, err
	}
	member, err := t.member(m, in)
	return t.node(&member), err
}

// Children implements [draw.Source].
func (t *teamSource) Children(of, after partner.ID, limit int) (draw.Page, error) {
	members, err := t.children(of, after, limit)
	page := draw.Page{Left: members.Left}
	for i := range members.Members {
		page.Nodes = append(page.Nodes, t.node(&members.Members[i]))
	}
	return page, err
}

// node is a member as he is drawn. Customers have no place in a drawing.
func (t *teamSource) node(m *TeamMember) draw.Node {
	n := draw.Node{ID: m.ID, Level: m.LevelName, Direct: m.Direct.Partners + m.Direct.Known, All: m.Team.Partners + m.Team.Known}
	if !m.Partner {
		n.Status = t.words.known
	}
	if t.orders != nil {
		n.Figures = []draw.Figure{{Name: t.words.team, Amount: m.Team.Volume}, {Name: t.words.own, Amount: m.Own.Volume}}
	}
	return n
}
