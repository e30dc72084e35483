package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// moved is another edge of a partner.
func moved(id, recruiter partner.ID, seq int64, from time.Time) tree.Edge {
	e := edgeFrom(id, recruiter, from)
	e.ID, e.Seq = fmt.Sprintf("%s-%d", e.ID, seq), seq
	return e
}

func edgeStale(x *trial) {
	write(x, store.Tx.AddEdges, list(sampleEdge("b", "a")))
	for _, edges := range [][]tree.Edge{
		{sampleEdge("b", "a")}, {moved("b", "c", 3, day(2))}, {moved("d", "a", 0, day(2))}, {sampleEdge("d", "a"), sampleEdge("b", "a")},
		{sampleEdge("e", "a"), sampleEdge("e", "b")}, {moved("f", "a", 2, day(2))},
	} {
		x.refused(store.ErrStale, func(tx store.Tx) error { return tx.AddEdges(x.ctx, edges) })
	}
}

func edgesKept(x *trial) {
	want := list(sampleEdge("b", "a"), moved("b", "c", 2, day(7)), moved("b", "", 3, day(4)))
	write(x, store.Tx.AddEdges, want[:1])
	write(x, store.Tx.AddEdges, list(want[1], sampleEdge("c", "a"), want[2]))
	require.Equal(x, [][]tree.Edge{want, list(sampleEdge("c", "a"))}, read(x, store.Tx.Edges, edges("b", "c")))
}

func uplinesMoved(x *trial) {
	write(x, store.Tx.AddEdges, list(edgeFrom("c", "b", day(1)), edgeFrom("b", "a", day(1)), edgeFrom("e", "d", day(1))))
	write(x, store.Tx.AddEdges, list(moved("b", "d", 2, day(5)), moved("b", "e", 3, day(3)), moved("c", "a", 2, day(8)), moved("c", "", 3, day(8))))
	for _, c := range []struct {
		at   time.Time
		want []partner.ID
	}{
		{day(1).Add(-time.Microsecond), list[partner.ID]("c")}, {day(1), list[partner.ID]("c", "b", "a")},
		{day(3).Add(-time.Microsecond), list[partner.ID]("c", "b", "a")}, {day(3), list[partner.ID]("c", "b", "e", "d")},
		{day(5).Add(-time.Microsecond), list[partner.ID]("c", "b", "e", "d")}, {day(5), list[partner.ID]("c", "b", "d")},
		{day(8).Add(-time.Microsecond), list[partner.ID]("c", "b", "d")}, {day(8), list[partner.ID]("c")}, {tree.Ever, list[partner.ID]("c")},
	} {
		require.Equal(x, c.want, line(x, "c", c.at, 0), "%s", c.at)
	}
}

func recruitsAsOf(x *trial) {
	write(x, store.Tx.AddEdges, list(edgeFrom("c", "a", day(1)), edgeFrom("B", "a", day(1)), edgeFrom("d", "a", day(4)), edgeFrom("e", "c", day(1))))
	write(x, store.Tx.AddEdges, list(moved("c", "", 2, day(3)), moved("B", "e", 2, day(5)), moved("B", "a", 3, day(6))))
	at := func(id partner.ID, at time.Time) store.RecruitQuery { return store.RecruitQuery{Recruiter: id, At: at} }
	got := read(x, store.Tx.Recruits, list(at("a", day(1).Add(-time.Microsecond)), at("a", day(1)), at("a", day(3).Add(-time.Microsecond)), at("a", day(3)), at("a", day(4)),
		at("a", day(5)), at("e", day(5)), at("e", day(6)), at("a", tree.Ever), at("c", day(1)), at("", day(3))))
	want := [][]partner.ID{nil, {"B", "c"}, {"B", "c"}, {"B"}, {"B", "d"}, {"d"}, {"B"}, nil, {"B", "d"}, {"e"}, nil}
	for i := range want {
		require.ElementsMatch(x, want[i], got[i], "query %d", i)
		require.IsNonDecreasing(x, append(got[i], "~"), "query %d", i)
	}
}

// customersOf is CustomersOf of one partner.
func customersOf(tx store.Tx, ctx context.Context, after partner.Customer, limit int) ([]partner.Customer, error) {
	return tx.CustomersOf(ctx, "p-1", after, limit)
}

func customersOfPages(x *trial) {
	released := sampleBinding("b-9", "c-9", "", day(3))
	released.By, released.Reason = tree.ByRelease, ""
	write(x, store.Tx.AddBindings, list(sampleBinding("b-1", "c-2", "p-1", day(1)), sampleBinding("b-2", "C-3", "p-1", day(1)), sampleBinding("b-3", "c-2", "p-1", day(2)),
		sampleBinding("b-4", "c-1", "p-2", day(1)), sampleBinding("b-5", "c-1", "p-1", day(9)), released))
	page := func(owner partner.ID, after partner.Customer, limit int) (got []partner.Customer) {
		x.Helper()
		x.view(func(tx store.Tx) (err error) {
			got, err = tx.CustomersOf(x.ctx, owner, after, limit)
			return err
		})
		return got
	}
	require.Equal(x, list[partner.Customer]("C-3", "c-1", "c-2"), page("p-1", "", 10))
	require.Equal(x, list[partner.Customer]("C-3", "c-1"), page("p-1", "", 2))
	require.Equal(x, list[partner.Customer]("c-2"), page("p-1", "c-1", 2))
	require.Equal(x, list[partner.Customer]("c-2"), page("p-1", "c-11", 2))
	require.Equal(x, list[partner.Customer]("c-1"), page("p-2", "", 10))
	require.Empty(x, page("p-1", "c-2", 10))
	require.Empty(x, page("p-1", "", 0))
	require.Empty(x, page("", "", 10), "nobody has no customers")
}
