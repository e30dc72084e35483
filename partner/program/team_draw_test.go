package program_test

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

const namedLevels = `"levels": [{"id": "agent", "name": "Agent", "weight": 1, "default": true}, {"id": "director", "name": "总监", "weight": 2}]`

// grown is a team that was grown by the programme, with what everybody sold in whole yuan.
type grown struct {
	prog      *program.Program
	index     *program.TeamIndex
	recruiter map[partner.ID]partner.ID
	sold      map[partner.ID]int64
}

// grow recruits people, whose recruiters come before them, and lets some of them sell.
func grow(t require.TestingT, plan string, people []partner.ID, recruiter func(i int) partner.ID, sells func(i int) int64) *grown {
	g := &grown{recruiter: map[partner.ID]partner.ID{}, sold: map[partner.ID]int64{}}
	var err error
	g.prog, err = program.New(memstore.New(), program.Config{Plan: program.MustPlan(plan)})
	require.NoError(t, err)
	for i, id := range people {
		_, err := g.prog.Partners.Add(ctx, program.Add{Partner: id})
		require.NoError(t, err)
		if g.recruiter[id] = recruiter(i); g.recruiter[id] != "" {
			_, err := g.prog.Team.Recruit(ctx, program.Recruit{Partner: id, Recruiter: g.recruiter[id]})
			require.NoError(t, err)
		}
		if g.sold[id] = sells(i); g.sold[id] > 0 {
			_, err := g.prog.Orders.Paid(ctx, program.Order{
				ID: commission.OrderID("o" + string(id)), Customer: partner.Customer(id), PaidAt: noon.AddDate(1, 0, 0), Lines: []program.Line{line("1", 1, fmt.Sprint(g.sold[id]))},
			})
			require.NoError(t, err)
		}
	}
	g.index, err = g.prog.Team.Index(ctx, program.IndexOf{Sales: true})
	require.NoError(t, err)
	return g
}

// steps returns how far somebody stands below another one, -1 where he does not.
func (g *grown) steps(from, to partner.ID) int {
	steps := 0
	for ; to != from; to = g.recruiter[to] {
		if to == "" {
			return -1
		}
		steps++
	}
	return steps
}

// forest is the team of somebody as far as a number of steps, drawn from a list. -1 is all of it.
func (g *grown) forest(t require.TestingT, root partner.ID, steps int) *draw.Forest {
	cny := money.MustCurrency("CNY", 2)
	var members []draw.Member
	for id, recruiter := range g.recruiter {
		distance := g.steps(root, id)
		if distance < 0 || steps >= 0 && distance > steps {
			continue
		}
		team := int64(0)
		for other, sold := range g.sold {
			if d := g.steps(root, other); g.steps(id, other) >= 0 && (steps < 0 || d <= steps) {
				team += sold
			}
		}
		if id == root {
			recruiter = ""
		}
		members = append(members, draw.Member{Recruiter: recruiter, Node: draw.Node{ID: id, Level: "Agent", Figures: []draw.Figure{
			{Name: "team", Amount: cny.Minor(100 * team)}, {Name: "own", Amount: cny.Minor(100 * g.sold[id])},
		}}})
	}
	f, err := draw.NewForest("all teams", members)
	require.NoError(t, err)
	return f
}

func numberedPeople(n int) (people []partner.ID) {
	for i := range n {
		people = append(people, partner.ID(fmt.Sprintf("p%03d", i)))
	}
	return people
}

// drawGrown draws a team of up to 25, and plans by which people earn from so many steps below them.
func drawGrown(t *rapid.T) (g *grown, steps int) {
	steps = rapid.IntRange(-1, 3).Draw(t, "steps")
	// Who buys for himself earns himself in all but one of them: where he does not, those above him move one step down.
	terms := map[int]string{
		-1: `"commission": {"rates": ["10%", "5%"]}, "bonuses": [{"name": "ladder", "every": "month", "ladder": {"steps": [{"from": "0", "rate": "1%"}]}}]`,
		0:  `"commission": {"selfPurchase": "own", "rates": ["10%"]}`, 1: `"commission": {"rates": ["10%"]}`,
		2: `"commission": {"selfPurchase": "own", "rates": ["10%"], "levels": {"director": ["10%", "0%", "1%"]}}`,
		3: `"commission": {"selfPurchase": "own", "slots": 4, "rates": ["1%", "1%", "1%", "1%"]}`,
	}
	if steps < 0 && rapid.Bool().Draw(t, "compress") {
		terms[-1] = `"commission": {"rates": ["10%", "5%"], "missing": "compress"}`
	}
	people := numberedPeople(rapid.IntRange(1, 25).Draw(t, "people"))
	g = grow(t, `{"currency": "CNY", `+namedLevels+`, `+terms[steps]+`}`, people, func(i int) partner.ID {
		if r := rapid.IntRange(-1, i-1).Draw(t, "recruiter"); r >= 0 {
			return people[r]
		}
		return ""
	}, func(int) int64 { return rapid.Int64Range(0, 3).Draw(t, "sold") })
	return g, steps
}

// TestRule_2_12_AViewerSeesAsFarAsHeEarns holds every drawing and page of the index against one of a list: of everybody for the shop, and for a partner of
// those alone from whom he earns.
func TestRule_2_12_AViewerSeesAsFarAsHeEarns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, steps := drawGrown(t)
		ids := slices.Sorted(maps.Keys(g.recruiter))
		viewer := rapid.SampledFrom(append([]partner.ID{""}, ids...)).Draw(t, "viewer")
		if viewer == "" {
			steps = -1
		}
		forest := g.forest(t, viewer, steps)
		o := draw.Options{Depth: rapid.IntRange(0, 3).Draw(t, "depth"), Children: rapid.IntRange(0, 4).Draw(t, "children"), Nodes: rapid.IntRange(0, 9).Draw(t, "nodes")}
		for _, root := range append([]partner.ID{""}, ids...) {
			o.Root = root
			in := program.DrawTeam{Options: o, Viewer: viewer}
			if root == "" {
				o.Root = viewer
			}
			got, err := g.index.Draw(in)
			page, pageErr := g.index.Children(program.ChildrenOf{Of: root, Viewer: viewer, Limit: o.Children})
			want, wantErr := draw.Build(forest, o)
			if wantErr != nil {
				var unseen *program.NotFoundError
				require.ErrorAs(t, err, &unseen, "%s below %s", root, viewer)
				require.ErrorAs(t, pageErr, &unseen)
				continue
			}
			require.NoError(t, err)
			require.NoError(t, pageErr)
			require.Equal(t, want, got)
			requirePage(t, forest, o, page)
		}
	})
}

// requirePage compares a page of the index with one of a list.
func requirePage(t require.TestingT, forest *draw.Forest, o draw.Options, got program.TeamPage) {
	want, err := forest.Children(o.Root, o.After, o.WithDefaults().Children)
	require.NoError(t, err)
	require.Len(t, got.Members, len(want.Nodes))
	require.Equal(t, want.Left, got.Left)
	for i, n := range want.Nodes {
		m := got.Members[i]
		require.Equal(t, [5]any{n.ID, n.Direct, n.All, n.Figures[0].Amount, n.Figures[1].Amount}, [5]any{m.ID, m.Direct.Partners, m.Team.Partners, m.Team.Volume, m.Own.Volume})
		require.Equal(t, "Agent", m.LevelName)
	}
}

func TestRule_3_19_PagesOfAnIndexShowEverybodyOnce(t *testing.T) {
	people := numberedPeople(101)
	g := grow(t, twoLevels, people, func(i int) partner.ID {
		if i == 0 {
			return ""
		}
		return people[0]
	}, func(int) int64 { return 0 })
	var seen, drawn []partner.ID
	for after := partner.ID(""); ; {
		page, err := g.index.Children(program.ChildrenOf{Of: people[0], After: after})
		require.NoError(t, err)
		for _, m := range page.Members {
			seen = append(seen, m.ID)
		}
		require.Equal(t, 100-len(seen), page.Left)
		d, err := g.index.Draw(program.DrawTeam{Options: draw.Options{Root: people[0], After: after}})
		require.NoError(t, err)
		for _, n := range d.Nodes[1:] {
			drawn = append(drawn, n.ID)
		}
		require.Equal(t, page.Left, d.Nodes[0].More)
		if page.Left == 0 {
			break
		}
		after = d.After(0)
	}
	require.Equal(t, people[1:], seen)
	require.Equal(t, people[1:], drawn)
	_, err := g.index.Children(program.ChildrenOf{Limit: -1})
	require.ErrorContains(t, err, "limit")
	_, err = g.index.Draw(program.DrawTeam{Viewer: "nobody"})
	require.ErrorContains(t, err, `no partner "nobody"`)
	_, err = g.index.Draw(program.DrawTeam{Options: draw.Options{Language: 7}})
	require.ErrorContains(t, err, "Language is 7")
}

// TestRule_3_19_ADrawingOfAProgrammeSaysWhatItsLevelsAreCalled draws a partner and a candidate in Chinese, masked.
func TestRule_3_19_ADrawingOfAProgrammeSaysWhatItsLevelsAreCalled(t *testing.T) {
	s := family(t, `{"currency": "CNY", `+namedLevels+`, "joining": {"spend": "100"}, "commission": {"rates": ["10%", "5%"]}}`)
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "director"})
	require.NoError(t, err)
	x, err := s.Team.Index(ctx, program.IndexOf{})
	require.NoError(t, err)
	d, err := x.Draw(program.DrawTeam{Viewer: "alice", Options: draw.Options{Language: draw.Chinese, Mask: func(n draw.Node) draw.Node {
		n.Label, n.ID = strings.ToUpper(string(n.ID[:1]))+"*", "token-"+n.ID
		return n
	}}})
	require.NoError(t, err)
	require.Equal(t, []draw.Node{
		{ID: "token-alice", Label: "A*", Level: "总监", Direct: 1, All: 1}, {ID: "token-bob", Label: "B*", Level: "Agent", Status: "非合伙人"},
	}, []draw.Node{d.Nodes[0].Node, d.Nodes[1].Node}, "without sales there are no figures")
	p, err := x.Performance("alice", tree.Scope{})
	require.NoError(t, err)
	require.Equal(t, program.Performance{Direct: program.Group{People: program.People{Known: 1}}, Team: program.Group{People: program.People{Known: 1}}}, p)
}

// TestRule_3_19_ThreeHundredMembersAreReadable gives a drawing of 300 from a programme to Graphviz and xmllint, twice the same.
func TestRule_3_19_ThreeHundredMembersAreReadable(t *testing.T) {
	people := numberedPeople(400)
	g := grow(t, twoLevels, people, func(i int) partner.ID {
		if i == 0 {
			return ""
		}
		return people[(i-1)/3]
	}, func(i int) int64 { return int64(i % 7) })
	forms := func() map[string]string {
		d, err := g.index.Draw(program.DrawTeam{Options: draw.Options{Root: people[0]}})
		require.NoError(t, err)
		require.Len(t, d.Nodes, 300)
		var svg, dot, mermaid, json strings.Builder
		require.NoError(t, d.SVG(&svg))
		require.NoError(t, d.DOT(&dot))
		require.NoError(t, d.Mermaid(&mermaid))
		require.NoError(t, d.JSON(&json))
		return map[string]string{"svg": svg.String(), "dot": dot.String(), "mermaid": mermaid.String(), "json": json.String()}
	}
	written := forms()
	require.Equal(t, written, forms())
	for form, text := range written {
		for _, id := range people[:300] {
			require.Contains(t, text, string(id), form)
		}
		require.NotContains(t, text, string(people[300]), form)
	}
	for _, c := range []struct{ command, form, said string }{
		{"xmllint --noout -", "svg", ""}, {"gc -n -e", "dot", ""}, {"acyclic -nv", "dot", "is acyclic"},
	} {
		t.Run(c.command, func(t *testing.T) {
			words := strings.Fields(c.command)
			if _, err := exec.LookPath(words[0]); err != nil {
				t.Skipf("%s is not installed (graphviz, libxml2-utils)", words[0])
			}
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Stdin = strings.NewReader(written[c.form])
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), c.said)
			require.NotContains(t, strings.ToLower(string(out)), "warning")
		})
	}
}
