package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) readerKey(name string) path { return t.at("readers").text(name) }

func (t *tx) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return locked[int64](ctx, t, keys(readers, t.readerKey))
}

func (t *tx) SaveReaders(ctx context.Context, readers []store.Reader) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, r := range readers {
		if err := write(t, t.readerKey(r.Name), r.Number); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Readers(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[int64](ctx, t, keys(readers, t.readerKey))
}
