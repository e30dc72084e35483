package draw_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree/draw"
)

func TestRule_3_19_ADrawingShowsWhatItsOptionsSayAndCountsTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 60)
		o := drawOptions(t, w)
		d, err := draw.Build(w.source, o)
		require.NoError(t, err)
		o = o.WithDefaults()
		require.LessOrEqual(t, len(d.Nodes), o.Nodes)
		require.Equal(t, o.Root, d.Nodes[0].ID)
		next := 1
		for i, n := range d.Nodes {
			all := w.children[n.ID]
			require.Equal(t, len(all), n.Direct)
			require.Equal(t, w.below(n.ID), n.All)
			require.NotEmpty(t, n.Label)
			from := 0
			if i == 0 && o.After != "" && n.Shown > 0 {
				from = slices.Index(all, o.After) + 1
			}
			require.Equal(t, next, n.First, "children stand side by side, one family after the other")
			next += n.Shown
			var shown []partner.ID
			for c := n.First; c < n.First+n.Shown; c++ {
				require.Equal(t, i, d.Nodes[c].Parent)
				require.Equal(t, n.Depth+1, d.Nodes[c].Depth)
				shown = append(shown, d.Nodes[c].ID)
			}
			require.True(t, slices.Equal(all[from:from+n.Shown], shown), "in order, none left out between")
			require.Equal(t, len(all), n.Before+n.Shown+n.More, "and the others are counted")
			if n.Shown > 0 {
				require.Equal(t, from, n.Before)
				require.Equal(t, shown[n.Shown-1], d.After(i))
			} else {
				require.Empty(t, d.After(i))
			}
			if o.Depth > 0 {
				require.LessOrEqual(t, n.Depth, o.Depth)
			}
			if n.More > 0 {
				require.True(t, n.Shown == o.Children || n.Depth == o.Depth && n.Shown == 0 || len(d.Nodes) == o.Nodes, "nobody is left out without a reason")
			}
		}
		require.Len(t, d.Nodes, next)
	})
}

func TestRule_3_19_GoingOnAfterTheLastChildShowsEverybodyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 60)
		o := draw.Options{Children: rapid.IntRange(1, 7).Draw(t, "a page"), Depth: 1}
		var seen []partner.ID
		for {
			d, err := draw.Build(w.source, o)
			require.NoError(t, err)
			require.Equal(t, len(seen), d.Nodes[0].Before)
			for _, n := range d.Nodes[1:] {
				seen = append(seen, n.ID)
			}
			if d.Nodes[0].More == 0 {
				break
			}
			o.After = d.After(0)
		}
		require.Equal(t, w.children[""], seen)
	})
}

func TestRule_3_19_EveryFormHasTheSameNodesAndEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 40)
		d, err := draw.Build(w.source, drawOptions(t, w))
		require.NoError(t, err)
		want := expected(d)
		dot, mermaid, data := write(t, d.DOT), write(t, d.Mermaid), write(t, d.JSON)
		requireEqualGraph(t, want, readDOT(t, dot), dot)
		requireEqualGraph(t, want, readMermaid(t, mermaid), mermaid)
		requireEqualGraph(t, want, readJSON(t, data), data)
		svg := write(t, d.SVG)
		p := readSVG(t, svg)
		require.Equal(t, d.Title, p.title)
		require.Len(t, p.boxes, len(want.names), svg)
		require.Len(t, p.lines, len(want.edges), svg)
		for i, e := range want.edges {
			from, to := p.boxes[e[0]], p.boxes[e[1]]
			require.Equal(t, [4]int{from.x + from.width, from.y + from.height/2, to.x, to.y + to.height/2}, p.lines[i])
		}
		for i, texts := range p.texts {
			said := ""
			for _, line := range texts {
				said += line.text
			}
			requireSays(t, want.names[i], said)
		}
	})
}

func TestRule_3_19_EqualTeamsGiveEqualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 30)
		o := drawOptions(t, w)
		d, err := draw.Build(w.source, o)
		require.NoError(t, err)
		shuffled := newWorld(t, rapid.Permutation(w.members).Draw(t, "members in another order"))
		other, err := draw.Build(shuffled.source, o)
		require.NoError(t, err)
		require.Equal(t, d, other)
		for name, form := range forms(d) {
			text := write(t, form)
			require.Equal(t, text, write(t, forms(other)[name]), name)
			require.True(t, strings.HasSuffix(text, "\n"))
		}
	})
}

func TestRule_3_19_AWideNodeComesInPages(t *testing.T) {
	const n = 10_000
	members := []draw.Member{{Node: draw.Node{ID: "alice"}}}
	for _, id := range numbered(n) {
		members = append(members, draw.Member{Node: draw.Node{ID: id}, Recruiter: "alice"})
	}
	w := newWorld(t, members)
	d, err := draw.Build(w.source, draw.Options{Root: "alice", Children: 100})
	require.NoError(t, err)
	require.Equal(t, [4]int{100, 0, 9_900, n}, [4]int{d.Nodes[0].Shown, d.Nodes[0].Before, d.Nodes[0].More, d.Nodes[0].All})
	for name, form := range forms(d) {
		require.Contains(t, write(t, form), "and 9,900 more", name)
	}
	d, err = draw.Build(w.source, draw.Options{Root: "alice", After: d.After(0), Children: 6_179, Nodes: n, Language: draw.Chinese})
	require.NoError(t, err)
	for name, form := range forms(d) {
		text := write(t, form)
		require.Contains(t, text, "前面还有 100 个", name)
		require.Contains(t, text, "还有 3,721 个", name)
	}
	d, err = draw.Build(w.source, draw.Options{Root: "alice", After: "p009999"})
	require.NoError(t, err)
	require.Equal(t, [3]int{0, n, 0}, [3]int{d.Nodes[0].Shown, d.Nodes[0].Before, d.Nodes[0].More}, "after the last there is nobody")
	d, err = draw.Build(w.source, draw.Options{Root: "alice", Children: n, Nodes: 2 * n})
	require.NoError(t, err)
	require.Len(t, readSVG(t, write(t, d.SVG)).boxes, n+1)
}

func TestRule_3_19_AChainOfAHundredThousandIsDrawn(t *testing.T) {
	const n = 100_000
	members := make([]draw.Member, n)
	for i, id := range numbered(n) {
		members[i].ID = id
		if i > 0 {
			members[i].Recruiter = members[i-1].ID
		}
	}
	d, err := draw.Build(newWorld(t, members).source, draw.Options{Nodes: 2 * n})
	require.NoError(t, err)
	require.Len(t, d.Nodes, n+1)
	require.Equal(t, n, d.Nodes[n].Depth)
	require.Equal(t, n+1, strings.Count(write(t, d.JSON), `"name"`))
	require.Equal(t, n, strings.Count(write(t, d.DOT), " -> "))
	require.Equal(t, n, strings.Count(write(t, d.Mermaid), " --- "))
	require.Equal(t, n+1, strings.Count(write(t, d.SVG), "<g>"))
}

func TestRule_3_19_AMaskHidesInEveryForm(t *testing.T) {
	members := []draw.Member{
		{Node: draw.Node{ID: "13800001111", Label: "secret alice"}},
		{Node: draw.Node{ID: "13800002222", Label: "secret bob"}, Recruiter: "13800001111"},
		{Node: draw.Node{ID: "13800003333", Label: "secret carol"}, Recruiter: "13800001111"},
		{Node: draw.Node{ID: "13800004444", Label: "secret dan"}, Recruiter: "13800002222"},
	}
	d, err := draw.Build(newWorld(t, members).source, draw.Options{Root: "13800001111", Children: 1, Depth: 2, Mask: func(n draw.Node) draw.Node {
		n.ID, n.Label = "token"+n.ID[10:], "user "+string(n.ID[10:])
		return n
	}})
	require.NoError(t, err)
	require.Len(t, d.Nodes, 3, "who is hidden still has his children")
	for name, form := range forms(d) {
		text := write(t, form)
		require.NotContains(t, text, "secret", name)
		require.NotContains(t, text, "1380000", name)
		require.Contains(t, text, "user 2", name)
	}
	require.Contains(t, write(t, d.JSON), `{"name":"and 1 more","of":"token1","after":"token2","more":1}`)
}

func TestRule_3_19_WhatMakesNoSenseIsRefused(t *testing.T) {
	w := newWorld(t, []draw.Member{{Node: draw.Node{ID: "alice"}}, {Node: draw.Node{ID: "bob"}, Recruiter: "alice"}})
	_, err := draw.Build(w.source, draw.Options{Depth: -1, Children: -2, Nodes: -3, Language: 9})
	for _, said := range []string{"Depth is -1", "Children is -2", "Nodes is -3", "Language is 9"} {
		require.ErrorContains(t, err, said)
	}
	var unknown *draw.UnknownError
	_, err = draw.Build(w.source, draw.Options{Root: "nobody"})
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, partner.ID("nobody"), unknown.ID)

	_, err = draw.NewForest("", []draw.Member{{}, {Node: draw.Node{ID: "a"}}, {Node: draw.Node{ID: "a"}}, {Node: draw.Node{ID: "b"}, Recruiter: "z"}})
	for _, said := range []string{`member 1, ""`, `member 3, "a"`, `recruiter "z" is no member`} {
		require.ErrorContains(t, err, said)
	}
	_, err = draw.NewForest("", []draw.Member{{Node: draw.Node{ID: "b"}, Recruiter: "a"}, {Node: draw.Node{ID: "a"}, Recruiter: "b"}})
	require.ErrorContains(t, err, `"a" and 1 more stand above themselves`)
}

// liar is a source that answers with a page whatever it is asked.
type liar struct {
	page draw.Page
	err  error
}

func (liar) Node(id partner.ID) (draw.Node, error) { return draw.Node{ID: id, Direct: 1}, nil }

func (l liar) Children(_, _ partner.ID, _ int) (draw.Page, error) { return l.page, l.err }

func TestRule_3_19_ASourceThatAnswersWhatCannotBeIsAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := draw.Build(liar{err: broken}, draw.Options{Root: "a"})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, `children of "a"`)
	for _, c := range []struct {
		page draw.Page
		said string
	}{
		{draw.Page{Nodes: []draw.Node{{ID: "b"}, {ID: "c"}, {ID: "d"}}}, "3 of them, where at most 2"},
		{draw.Page{Left: -1}, "-1 are left"},
		{draw.Page{Left: 1}, "none of them, and 1 are left"},
		{draw.Page{Nodes: []draw.Node{{ID: "a", Direct: 1}}}, `"a" is shown twice`},
	} {
		var problem *draw.SourceError
		_, err := draw.Build(liar{page: c.page}, draw.Options{Root: "a", Children: 2})
		require.ErrorAs(t, err, &problem, c.said)
		require.Equal(t, partner.ID("a"), problem.ID)
		require.ErrorContains(t, err, c.said)
	}
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("the disk is full")
	}
	return len(p), nil
}

func TestRule_3_19_AWriterThatFailsIsAnError(t *testing.T) {
	var members []draw.Member
	for i := range 1_000 {
		members = append(members, draw.Member{Node: draw.Node{ID: partner.ID(fmt.Sprint("p", i)), Label: strings.Repeat("x", 100)}})
	}
	d, err := draw.Build(newWorld(t, members).source, draw.Options{Children: 1_000, Nodes: 2_000})
	require.NoError(t, err)
	for name, form := range forms(d) {
		for _, left := range []int{0, 40_000} {
			require.ErrorContains(t, form(&full{left}), "full", name)
		}
	}
}
