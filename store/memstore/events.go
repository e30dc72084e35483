package memstore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out := make([]store.Claim, len(claims))
	for i, c := range claims {
		if _, ok := t.claims[c.ClaimKey]; !ok {
			put(t, t.claims, c.ClaimKey, c)
		}
		out[i] = t.claims[c.ClaimKey]
	}
	return out, nil
}

func (t *tx) Claimed(ctx context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]store.Claim, len(keys))
	for i, k := range keys {
		out[i] = t.claims[k]
	}
	return out, nil
}

func (t *tx) ScanClaims(ctx context.Context, after store.ClaimKey, limit int) ([]store.Claim, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []store.Claim
	for _, key := range page(slices.Collect(maps.Keys(t.claims)), compareKeys, after, limit) {
		out = append(out, t.claims[key])
	}
	return out, nil
}

func compareKeys(a, b store.ClaimKey) int {
	return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Key, b.Key))
}

func (t *tx) AppendEvents(ctx context.Context, events []store.Event) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, e := range events {
		e.Number = 0
		push(t, &t.events, cloneEvent(e))
	}
	return nil
}

func (t *tx) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	byID := func(a, b store.Event) int { return cmp.Compare(a.ID, b.ID) }
	out := page(slices.Clone(t.events[t.numbered:]), byID, store.Event{ID: after}, limit)
	for i := range out {
		out[i] = cloneEvent(out[i])
	}
	return out, nil
}

func (t *tx) NumberEvents(ctx context.Context, limit int) (int, error) {
	if err := t.writes(ctx); err != nil {
		return 0, err
	}
	before := t.numbered
	upTo := min(len(t.events), before+max(limit, 0))
	for i := before; i < upTo; i++ {
		t.events[i].Number = int64(i) + 1
	}
	if upTo == before {
		return 0, nil
	}
	t.numbered = upTo
	t.onUndo(func() {
		for i := before; i < upTo; i++ {
			t.events[i].Number = 0
		}
		t.numbered = before
	})
	return upTo - before, nil
}

func (t *tx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []store.Event
	for i := int(max(after, 0)); i < t.numbered && len(out) < limit; i++ {
		out = append(out, cloneEvent(t.events[i]))
	}
	return out, nil
}

func cloneEvent(e store.Event) store.Event {
	e.Data = slices.Clone(e.Data)
	return e
}

// LockReaders reads: one Update runs at a time.
func (t *tx) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.Readers(ctx, readers)
}

func (t *tx) SaveReaders(ctx context.Context, readers []store.Reader) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, r := range readers {
		put(t, t.records.readers, r.Name, r.Number)
	}
	return nil
}

func (t *tx) Readers(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	numbers := make([]int64, len(readers))
	for i, name := range readers {
		numbers[i] = t.records.readers[name]
	}
	return numbers, nil
}
