package memstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// LockTrees has nothing to do: one Update runs at a time.
func (t *tx) LockTrees(ctx context.Context, _ []partner.Tree) error { return t.writes(ctx) }

func (t *tx) AddEdges(ctx context.Context, edges []tree.Edge) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, e := range edges {
		of := store.EdgeQuery{Tree: e.Tree, Partner: e.Partner}
		all := t.edges[of]
		if e.Seq != int64(len(all))+1 {
			return store.ErrStale
		}
		put(t, t.edges, of, append(slices.Clip(all), e))
		if e.Recruiter != "" {
			note(t, t.recruits, store.EdgeQuery{Tree: e.Tree, Partner: e.Recruiter}, e.Partner)
		}
	}
	return nil
}

// note puts what into the set of a key.
func note[Of, K comparable](t *tx, sets map[Of]map[K]bool, of Of, what K) {
	if sets[of] == nil {
		put(t, sets, of, map[K]bool{})
	}
	put(t, sets[of], what, true)
}

func (t *tx) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]tree.Edge, len(queries))
	for i, q := range queries {
		out[i] = slices.Clone(t.edges[q])
	}
	return out, nil
}

func (t *tx) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]partner.ID, len(queries))
	for i, q := range queries {
		out[i] = tree.Walk(q.Start, q.At, q.Depth, func(id partner.ID) (tree.Edge, bool) {
			return tree.EdgeAt(t.edges[store.EdgeQuery{Tree: q.Tree, Partner: id}], q.At)
		})
	}
	return out, nil
}

func (t *tx) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]partner.ID, len(queries))
	for i, q := range queries {
		for id := range t.recruits[store.EdgeQuery{Tree: q.Tree, Partner: q.Recruiter}] {
			if tree.RecruiterAt(t.edges[store.EdgeQuery{Tree: q.Tree, Partner: id}], q.At) == q.Recruiter {
				out[i] = append(out[i], id)
			}
		}
		slices.Sort(out[i])
	}
	return out, nil
}

func (t *tx) AddBindings(ctx context.Context, bindings []tree.Binding) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, b := range bindings {
		if t.bindingIDs[b.ID] {
			return &store.ExistsError{Record: "binding", Key: b.ID}
		}
		put(t, t.bindingIDs, b.ID, true)
		all := append(slices.Clone(t.bindings[b.Customer]), b)
		tree.SortBindings(all)
		put(t, t.bindings, b.Customer, all)
		if b.Owner != "" {
			note(t, t.owned, b.Owner, b.Customer)
		}
	}
	return nil
}

// LockBindings reads: one Update runs at a time.
func (t *tx) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.Bindings(ctx, customers)
}

func (t *tx) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]tree.Binding, len(customers))
	for i, c := range customers {
		out[i] = slices.Clone(t.bindings[c])
	}
	return out, nil
}

func (t *tx) CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return page(slices.Collect(maps.Keys(t.owned[owner])), cmp.Compare, after, limit), nil
}
