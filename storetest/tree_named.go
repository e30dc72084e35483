package storetest

import (
	"encoding/json"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// inTree puts an edge into another tree.
func inTree(name partner.Tree, e tree.Edge) tree.Edge {
	e.ID, e.Tree = string(name)+"-"+e.ID, name
	return e
}

// edges asks for the edges of partners in the tree of recruiters.
func edges(ids ...partner.ID) []store.EdgeQuery { return edgesIn("", ids...) }

func edgesIn(name partner.Tree, ids ...partner.ID) []store.EdgeQuery {
	queries := make([]store.EdgeQuery, len(ids))
	for i, id := range ids {
		queries[i] = store.EdgeQuery{Tree: name, Partner: id}
	}
	return queries
}

// treesOf returns the trees that stored plans name, that of recruiters first. A text that is no plan names none.
func treesOf(plans []store.PlanVersion) []partner.Tree {
	all := []partner.Tree{""}
	for _, p := range plans {
		var document struct {
			Trees []partner.Tree `json:"trees"`
		}
		if json.Unmarshal(p.Text, &document) == nil {
			all = append(all, document.Trees...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func edgesOfTrees(x *trial) {
	recruited := list(sampleEdge("b", "a"), moved("b", "c", 2, day(3)))
	supplied := list(inTree("supply", sampleEdge("b", "d")), inTree("supply", moved("b", "", 2, day(4))), inTree("supply", moved("b", "a", 3, day(5))))
	upper := list(inTree("Supply", sampleEdge("b", "e")))
	write(x, store.Tx.AddEdges, list(recruited[0], supplied[0], upper[0], supplied[1]))
	write(x, store.Tx.AddEdges, list(recruited[1], supplied[2]))
	require.Equal(x, [][]tree.Edge{supplied, recruited, upper, nil, supplied}, read(x, store.Tx.Edges, list(
		store.EdgeQuery{Tree: "supply", Partner: "b"}, store.EdgeQuery{Partner: "b"}, store.EdgeQuery{Tree: "Supply", Partner: "b"},
		store.EdgeQuery{Tree: "none", Partner: "b"}, store.EdgeQuery{Tree: "supply", Partner: "b"})))
	for _, e := range []tree.Edge{inTree("supply", moved("b", "d", 2, day(6))), inTree("none", moved("b", "d", 2, day(6))), inTree("Supply", moved("b", "d", 4, day(6)))} {
		x.refused(store.ErrStale, func(tx store.Tx) error { return tx.AddEdges(x.ctx, list(e)) })
	}
}

func severalTrees(x *trial) {
	write(x, store.Tx.AddEdges, list(sampleEdge("c", "b"), sampleEdge("b", "a"), inTree("supply", sampleEdge("b", "c")), inTree("supply", sampleEdge("a", "b")),
		inTree("supply", edgeFrom("e", "b", day(4))), inTree("other", sampleEdge("c", "e"))))
	up := func(name partner.Tree, id partner.ID, depth int) store.UplineQuery {
		return store.UplineQuery{Tree: name, Start: id, At: day(3), Depth: depth}
	}
	require.Equal(x, [][]partner.ID{{"a", "b", "c"}, {"c", "b", "a"}, {"c", "e"}, {"c"}, {"a"}, {"a", "b"}, {"e"}, {"c"}}, read(x, store.Tx.Uplines, list(
		up("supply", "a", 0), up("", "c", 0), up("other", "c", 0), up("supply", "c", 0), up("", "a", 0), up("supply", "a", 2), up("supply", "e", 0), up("none", "c", 0))))
	below := func(name partner.Tree, id partner.ID) store.RecruitQuery {
		return store.RecruitQuery{Tree: name, Recruiter: id, At: day(3)}
	}
	got := read(x, store.Tx.Recruits, list(below("supply", "b"), below("", "b"), below("supply", "c"), below("other", "b"), below("other", "e"), below("none", "b"),
		store.RecruitQuery{Tree: "supply", Recruiter: "b", At: day(4)}))
	for i, want := range [][]partner.ID{{"a"}, {"c"}, {"b"}, nil, {"c"}, nil, {"a", "e"}} {
		require.ElementsMatch(x, want, got[i], "query %d", i)
	}
}
