package storetest

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

func brokenRelations() []broken {
	return []broken{
		{mistake: "a partner has only the edge that was recorded last", open: with(func(tx store.Tx) store.Tx { return lastEdges{tx} }), killers: list(
			"tree/a partner keeps all his edges, in order of Seq")},
		{mistake: "who was moved away still stands below", open: with(func(tx store.Tx) store.Tx { return everBelow{tx} }), killers: list(
			"tree/Recruits returns who stands directly below as of its instant, in order of id")},
		{mistake: "uplines are those that are to come", open: with(func(tx store.Tx) store.Tx { return movesAtOnce{tx} }), killers: list(
			"tree/Uplines follows of a partner's edges the one that began last, of one instant the last recorded, and stops at one to nobody")},
		{mistake: "an edge is added whatever its Seq", open: with(func(tx store.Tx) store.Tx { return anySeq{tx} }), killers: list(
			"tree/an edge whose Seq is not one above the partner's last in its tree is ErrStale and nothing is added", "concurrency/of records of one id that are added at once exactly one is")},
		{mistake: "everybody stands in one tree", open: with(func(tx store.Tx) store.Tx { return oneTree{tx} }), killers: list(
			"tree/an edge holds in its own tree and in no other", "tree/Uplines and Recruits answer queries of several trees at once, each by its own")},
		{mistake: "the uplines are those of the tree of recruiters", open: with(func(tx store.Tx) store.Tx { return recruiterLines{tx} }), killers: list(
			"tree/Uplines and Recruits answer queries of several trees at once, each by its own")},
		{mistake: "the customers of a partner are those of everybody", open: with(func(tx store.Tx) store.Tx { return allCustomers{tx} }), killers: list(
			"tree/CustomersOf returns each customer of whom a binding names the partner, once, in order of id and page by page")},
	}
}

type lastEdges struct{ store.Tx }

func (l lastEdges) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	found, err := l.Tx.Edges(ctx, queries)
	for i, all := range found {
		found[i] = all[max(0, len(all)-1):]
	}
	return found, err
}

type everBelow struct{ store.Tx }

func (e everBelow) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	early := make([]store.RecruitQuery, len(queries))
	for i, q := range queries {
		if early[i] = q; q.At.After(day(1)) {
			early[i].At = day(1)
		}
	}
	return e.Tx.Recruits(ctx, early)
}

type movesAtOnce struct{ store.Tx }

func (m movesAtOnce) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	ever := make([]store.UplineQuery, len(queries))
	for i, q := range queries {
		ever[i] = q
		ever[i].At = tree.Ever
	}
	return m.Tx.Uplines(ctx, ever)
}

type anySeq struct{ store.Tx }

func (a anySeq) AddEdges(ctx context.Context, edges []tree.Edge) error {
	for _, e := range edges {
		found, err := a.Tx.Edges(ctx, []store.EdgeQuery{{Tree: e.Tree, Partner: e.Partner}})
		if err != nil {
			return err
		}
		e.Seq = int64(len(found[0])) + 1
		if err := a.Tx.AddEdges(ctx, []tree.Edge{e}); err != nil {
			return err
		}
	}
	return nil
}

type allCustomers struct{ store.Tx }

func (a allCustomers) CustomersOf(ctx context.Context, _ partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	page, err := a.ScanCustomers(ctx, after, limit)
	var all []partner.Customer
	for _, s := range page {
		all = append(all, s.Customer)
	}
	return all, err
}

// oneTree forgets of which tree an edge is, when it is written and when it is read.
type oneTree struct{ store.Tx }

func (o oneTree) AddEdges(ctx context.Context, edges []tree.Edge) error {
	same := append([]tree.Edge{}, edges...)
	for i := range same {
		same[i].Tree = ""
		found, err := o.Tx.Edges(ctx, []store.EdgeQuery{{Partner: same[i].Partner}})
		if err != nil {
			return err
		}
		same[i].Seq = int64(len(found[0])) + 1
		if err := o.Tx.AddEdges(ctx, same[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (o oneTree) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	same := append([]store.EdgeQuery{}, queries...)
	for i := range same {
		same[i].Tree = ""
	}
	return o.Tx.Edges(ctx, same)
}

// recruiterLines is asked for a line of another tree and gives that of recruiters.
type recruiterLines struct{ store.Tx }

func (r recruiterLines) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	same := append([]store.UplineQuery{}, queries...)
	for i := range same {
		same[i].Tree = ""
	}
	return r.Tx.Uplines(ctx, same)
}
