package kvstore_test

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/fenrun/fenrun/store/kvstore"
)

// memory is a database of keys and values in memory, whose values are sorted by key.
type memory struct {
	mu      sync.RWMutex
	records []kvstore.Record
	commits int
	limit   int
}

func (m *memory) find(key string) (int, bool) {
	return slices.BinarySearchFunc(m.records, key, func(r kvstore.Record, key string) int {
		switch {
		case r.Key < key:
			return -1
		case r.Key > key:
			return 1
		}
		return 0
	})
}

func (m *memory) Load(ctx context.Context, keys []string) ([]kvstore.Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return state{m}.Load(ctx, keys)
}

func (m *memory) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return state{m}.Scan(ctx, ranges)
}

func (m *memory) Commit(ctx context.Context, items []kvstore.Item) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, item := range items {
		revision := ""
		if i, there := m.find(item.Key); there {
			revision = m.records[i].Revision
		}
		if item.If != nil && *item.If != revision {
			return kvstore.ErrChanged
		}
	}
	m.commits++
	for _, item := range items {
		i, there := m.find(item.Key)
		record := kvstore.Record{Key: item.Key, Value: slices.Clone(item.Value), Revision: strconv.Itoa(m.commits)}
		switch {
		case item.Write == kvstore.Put && there:
			m.records[i] = record
		case item.Write == kvstore.Put:
			m.records = slices.Insert(m.records, i, record)
		case item.Write == kvstore.Remove && there:
			m.records = slices.Delete(m.records, i, i+1)
		}
	}
	return nil
}

func (m *memory) Limit() int { return m.limit }

// state reads a memory that does not change meanwhile.
type state struct{ m *memory }

func (s state) Load(ctx context.Context, keys []string) ([]kvstore.Record, error) {
	out := make([]kvstore.Record, len(keys))
	for n, key := range keys {
		if i, there := s.m.find(key); there {
			out[n] = s.m.records[i]
			out[n].Value = slices.Clone(out[n].Value)
		}
	}
	return out, ctx.Err()
}

func (s state) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) {
	out := make([][]kvstore.Record, len(ranges))
	for n, r := range ranges {
		i, _ := s.m.find(r.From)
		for ; i < len(s.m.records) && s.m.records[i].Key < r.To && (r.Limit == 0 || len(out[n]) < r.Limit); i++ {
			record := s.m.records[i]
			record.Value = slices.Clone(record.Value)
			out[n] = append(out[n], record)
		}
	}
	return out, ctx.Err()
}

// lasting is a memory whose Views read one state; who writes waits for them.
type lasting struct{ *memory }

func (l lasting) Snapshot(context.Context) (kvstore.Reader, func(), error) {
	l.mu.RLock()
	return state{l.memory}, l.mu.RUnlock, nil
}
