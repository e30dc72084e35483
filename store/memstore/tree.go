package memstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// LockTree has nothing to do: one Update runs at a time.
func (t *tx) LockTree(ctx context.Context) error { return t.writes(ctx) }

func (t *tx) AddEdges(ctx context.Context, edges []tree.Edge) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, e := range edges {
		if _, ok := t.edges[e.Partner]; ok {
			return &store.ExistsError{Record: "edge", Key: string(e.Partner)}
		}
		put(t, t.edges, e.Partner, e)
	}
	return nil
}

func (t *tx) Edges(ctx context.Context, ids []partner.ID) ([]tree.Edge, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]tree.Edge, len(ids))
	for i, id := range ids {
		out[i] = t.edges[id]
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
			e, ok := t.edges[id]
			return e, ok
		})
	}
	return out, nil
}

func (t *tx) AddBindings(ctx context.Context, attempts []tree.Binding) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, b := range attempts {
		if t.bindingIDs[b.ID] {
			return &store.ExistsError{Record: "binding", Key: b.ID}
		}
		put(t, t.bindingIDs, b.ID, true)
		all := append(slices.Clone(t.bindings[b.Customer]), b)
		tree.SortBindings(all)
		put(t, t.bindings, b.Customer, all)
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
