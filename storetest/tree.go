package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

var treeSentences = []sentence{
	{"an edge whose Seq is not one above the partner's last in its tree is ErrStale and nothing is added", edgeStale},
	{"a partner keeps all his edges, in order of Seq", edgesKept},
	{"Uplines begins with the start, known or not, and goes up to the top", uplinesToTheTop},
	{"Uplines follows an edge from its first instant on, and not a microsecond before", uplinesAsOf},
	{"Uplines returns at most Depth people, and all for 0", uplinesDepth},
	{"Uplines answers several queries at once, each by its own", uplinesSeveral},
	{"Uplines follows of a partner's edges the one that began last, of one instant the last recorded, and stops at one to nobody", uplinesMoved},
	{"Recruits returns who stands directly below as of its instant, in order of id", recruitsAsOf},
	{"Uplines ends even where edges make a ring", uplinesRing},
	{"an attempt to bind whose id exists is an ExistsError and nothing is added", bindingExists},
	{"attempts to bind come in order of time, then id, however they were added", bindingsInOrder},
	{"CustomersOf returns each customer of whom a binding names the partner, once, in order of id and page by page", customersOfPages},
	{"an edge holds in its own tree and in no other", edgesOfTrees},
	{"Uplines and Recruits answer queries of several trees at once, each by its own", severalTrees},
	{"LockTrees keeps nothing from the one who holds it", lockTrees},
}

// edgeFrom is an edge that holds from a day on.
func edgeFrom(id, recruiter partner.ID, from time.Time) tree.Edge {
	e := sampleEdge(id, recruiter)
	e.From = from
	return e
}

func line(x *trial, start partner.ID, at time.Time, depth int) []partner.ID {
	x.Helper()
	return read(x, store.Tx.Uplines, list(store.UplineQuery{Start: start, At: at, Depth: depth}))[0]
}

func uplinesToTheTop(x *trial) {
	require.Equal(x, list[partner.ID]("d"), line(x, "d", day(9), 0))
	write(x, store.Tx.AddEdges, list(sampleEdge("d", "c"), sampleEdge("b", "a"), sampleEdge("c", "b"), sampleEdge("e", "b")))
	require.Equal(x, list[partner.ID]("d", "c", "b", "a"), line(x, "d", day(9), 0))
	require.Equal(x, list[partner.ID]("e", "b", "a"), line(x, "e", day(9), 0))
	require.Equal(x, list[partner.ID]("a"), line(x, "a", day(9), 0))
}

func uplinesAsOf(x *trial) {
	at := day(5)
	write(x, store.Tx.AddEdges, list(edgeFrom("c", "b", at), edgeFrom("b", "a", day(7)), edgeFrom("d", "c", day(1))))
	require.Equal(x, list[partner.ID]("d", "c"), line(x, "d", at.Add(-time.Microsecond), 0))
	require.Equal(x, list[partner.ID]("d", "c", "b"), line(x, "d", at, 0))
	require.Equal(x, list[partner.ID]("d", "c", "b", "a"), line(x, "d", day(7), 0))
	require.Equal(x, list[partner.ID]("d"), line(x, "d", time.Time{}, 0))
	require.Equal(x, list[partner.ID]("d", "c", "b", "a"), line(x, "d", tree.Ever, 0), "Ever is after every edge")
}

// chain adds a chain of people 0 … n, each recruited by the one before.
func chain(x *trial, n int) {
	x.Helper()
	edges := make([]tree.Edge, n)
	for i := range edges {
		edges[i] = sampleEdge(person(i+1), person(i))
	}
	write(x, store.Tx.AddEdges, edges)
}

func person(n int) partner.ID { return partner.ID(fmt.Sprintf("p-%d", n)) }

func uplinesDepth(x *trial) {
	chain(x, 40)
	for depth := 1; depth <= 41; depth++ {
		got := line(x, person(40), day(9), depth)
		require.Len(x, got, depth)
		require.Equal(x, person(41-depth), got[depth-1])
	}
	require.Len(x, line(x, person(40), day(9), 100), 41)
	require.Len(x, line(x, person(40), day(9), 0), 41)
}

func uplinesSeveral(x *trial) {
	write(x, store.Tx.AddEdges, list(edgeFrom("c", "b", day(2)), edgeFrom("b", "a", day(1))))
	got := read(x, store.Tx.Uplines, []store.UplineQuery{
		{Start: "c", At: day(9), Depth: 2}, {Start: "nobody", At: day(9)}, {Start: "c", At: day(1)}, {Start: "c", At: day(9)}, {Start: "b", At: day(9)},
	})
	require.Equal(x, [][]partner.ID{{"c", "b"}, {"nobody"}, {"c"}, {"c", "b", "a"}, {"b", "a"}}, got)
}

func uplinesRing(x *trial) {
	write(x, store.Tx.AddEdges, list(sampleEdge("a", "b"), sampleEdge("b", "c"), sampleEdge("c", "a"), sampleEdge("d", "a"), sampleEdge("s", "s")))
	for _, start := range list[partner.ID]("a", "b", "c", "d", "s") {
		got := line(x, start, day(9), 0)
		require.LessOrEqual(x, len(got), 10, "%v", got)
		require.Equal(x, start, got[0])
	}
}

func bindingExists(x *trial) {
	write(x, store.Tx.AddBindings, list(sampleBinding("b-1", "c-1", "p-1", day(1))))
	for _, again := range [][]tree.Binding{
		{sampleBinding("b-1", "c-1", "p-1", day(1))}, {sampleBinding("b-1", "c-2", "p-2", day(2))},
		{sampleBinding("b-2", "c-1", "p-1", day(1)), sampleBinding("b-2", "c-3", "p-1", day(1))},
	} {
		x.exists(func(tx store.Tx) error { return tx.AddBindings(x.ctx, again) })
	}
}

func bindingsInOrder(x *trial) {
	write(x, store.Tx.AddBindings, list(sampleBinding("z", "c-1", "p-1", day(3)), sampleBinding("y", "c-2", "p-1", day(1))))
	write(x, store.Tx.AddBindings, list(sampleBinding("m", "c-1", "p-2", day(2)), sampleBinding("B", "c-1", "p-3", day(2)), sampleBinding("a", "c-1", "p-4", day(2))))
	write(x, store.Tx.AddBindings, list(sampleBinding("late", "c-1", "p-5", day(2).Add(-time.Microsecond))))
	var got []string
	for _, b := range read(x, store.Tx.Bindings, list[partner.Customer]("c-1"))[0] {
		got = append(got, b.ID)
	}
	require.Equal(x, list("late", "B", "a", "m", "z"), got)
}

func lockTrees(x *trial) {
	x.update(func(tx store.Tx) error {
		for range 2 {
			if err := tx.LockTrees(x.ctx, list[partner.Tree]("supply", "", "supply")); err != nil {
				return err
			}
		}
		return tx.AddEdges(x.ctx, list(sampleEdge("b", "a")))
	})
	require.Equal(x, list[partner.ID]("b", "a"), line(x, "b", day(9), 0))
}
