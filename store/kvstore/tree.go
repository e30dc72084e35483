package kvstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// treeHeadKey is of a record that changes with every edge of a tree.
func (t *tx) treeHeadKey(name partner.Tree) path { return t.at("tree heads").text(string(name)) }

// edgesKey is of all edges of a partner in a tree: one record, so that a line of people is read step by step and not edge by edge.
func (t *tx) edgesKey(q store.EdgeQuery) path {
	return t.at("edges").text(string(q.Tree)).text(string(q.Partner))
}

// recruitsOf are those who ever had an edge to somebody.
func (t *tx) recruitsOf(q store.EdgeQuery) path {
	return t.at("recruits").text(string(q.Tree)).text(string(q.Partner))
}

func (t *tx) LockTrees(ctx context.Context, trees []partner.Tree) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	_, err := t.lock(ctx, keys(trees, t.treeHeadKey))
	return err
}

func (t *tx) AddEdges(ctx context.Context, edges []tree.Edge) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	key := func(e tree.Edge) path { return t.edgesKey(store.EdgeQuery{Tree: e.Tree, Partner: e.Partner}) }
	if _, err := t.lock(ctx, keys(edges, key)); err != nil {
		return err
	}
	for _, e := range edges {
		all, err := decode[[]tree.Edge](t.now(key(e)))
		if err != nil {
			return t.fail(err)
		}
		if e.Seq != int64(len(all))+1 {
			return store.ErrStale
		}
		if err := write(t, key(e), append(all, e)); err != nil {
			return err
		}
		if err := write(t, t.treeHeadKey(e.Tree), e.Tree); err != nil {
			return err
		}
		if e.Recruiter == "" {
			continue
		}
		below := t.recruitsOf(store.EdgeQuery{Tree: e.Tree, Partner: e.Recruiter}).text(string(e.Partner))
		if err := write(t, below, e.Partner); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[[]tree.Edge](ctx, t, keys(queries, t.edgesKey))
}

// Uplines reads a step of all lines at a time.
func (t *tx) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	known := map[store.EdgeQuery][]tree.Edge{}
	here, passed := make([]store.EdgeQuery, len(queries)), make([]map[partner.ID]bool, len(queries))
	for i, q := range queries {
		here[i], passed[i] = store.EdgeQuery{Tree: q.Tree, Partner: q.Start}, map[partner.ID]bool{}
	}
	for step := 1; ; step++ {
		var missing []store.EdgeQuery
		var going []int
		for i, q := range queries {
			if (q.Depth > 0 && step >= q.Depth) || here[i].Partner == "" || passed[i][here[i].Partner] {
				continue
			}
			passed[i][here[i].Partner] = true
			going = append(going, i)
			if _, ok := known[here[i]]; !ok {
				missing = append(missing, here[i])
			}
		}
		if len(going) == 0 {
			break
		}
		edges, err := t.Edges(ctx, missing)
		if err != nil {
			return nil, err
		}
		for i, q := range missing {
			known[q] = edges[i]
		}
		for _, i := range going {
			here[i].Partner = tree.RecruiterAt(known[here[i]], queries[i].At)
		}
	}
	out := make([][]partner.ID, len(queries))
	for i, q := range queries {
		out[i] = tree.Walk(q.Start, q.At, q.Depth, func(id partner.ID) (tree.Edge, bool) {
			return tree.EdgeAt(known[store.EdgeQuery{Tree: q.Tree, Partner: id}], q.At)
		})
	}
	return out, nil
}

func (t *tx) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	ever, err := scans[partner.ID](ctx, t, ranges(queries, func(q store.RecruitQuery) path {
		return t.recruitsOf(store.EdgeQuery{Tree: q.Tree, Partner: q.Recruiter})
	}))
	if err != nil {
		return nil, err
	}
	var of []store.EdgeQuery
	for i, q := range queries {
		for _, id := range ever[i] {
			of = append(of, store.EdgeQuery{Tree: q.Tree, Partner: id})
		}
	}
	edges, err := t.Edges(ctx, of)
	if err != nil {
		return nil, err
	}
	for i, q := range queries {
		own := edges[:len(ever[i])]
		edges = edges[len(ever[i]):]
		at := 0
		ever[i] = slices.DeleteFunc(ever[i], func(partner.ID) bool {
			at++
			return tree.RecruiterAt(own[at-1], q.At) != q.Recruiter
		})
	}
	return ever, nil
}
