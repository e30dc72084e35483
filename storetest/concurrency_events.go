package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

func eventsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		const each = 3
		var writing atomic.Int64
		writing.Store(int64(workers))
		var seen []store.Event
		errs := together(workers+3, func(i int) error {
			switch {
			case i < workers:
				defer writing.Add(-1)
				return appendSeveral(x, i, each)
			case i < workers+2:
				return numberWhile(x, func() bool { return writing.Load() > 0 })
			}
			var err error
			seen, err = follow(x, func() bool { return writing.Load() > 0 })
			return err
		})
		require.Equal(x, workers+3, won(x, nil, errs))
		require.NoError(x, numberWhile(x, func() bool { return false }))
		last := int64(0)
		if len(seen) > 0 {
			last = seen[len(seen)-1].Number
		}
		seen = append(seen, scan(x, store.Tx.Events, last, 1000)...)
		require.Len(x, seen, workers*each*2, "a reader sees every event")
		ids := map[string]bool{}
		for i, e := range seen {
			require.Equal(x, int64(i)+1, e.Number)
			ids[e.ID] = true
		}
		require.Len(x, ids, len(seen), "each once")
	})
}

// appendSeveral appends events in pairs, some of which are undone.
func appendSeveral(x *trial, worker, pairs int) error {
	for n := range pairs {
		pair := list(sampleEvent(fmt.Sprintf("%d-%d-a", worker, n)), sampleEvent(fmt.Sprintf("%d-%d-b", worker, n)))
		for _, want := range []error{errRefused, nil} {
			err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				if err := tx.AppendEvents(x.ctx, pair); err != nil {
					return err
				}
				return want
			})
			if !errors.Is(err, want) {
				return err
			}
		}
	}
	return nil
}

// numberWhile numbers events while there may be more, and then all that are left.
func numberWhile(x *trial, more func() bool) error {
	for {
		last, n := !more(), 0
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) (err error) {
			n, err = tx.NumberEvents(x.ctx, 3)
			return err
		})
		if err != nil || last && n == 0 {
			return err
		}
	}
}

// follow reads events by their numbers while there may be more.
func follow(x *trial, more func() bool) (seen []store.Event, err error) {
	for last := int64(0); ; {
		done := !more()
		var page []store.Event
		err := x.st.View(x.ctx, x.tenant, func(tx store.Tx) (err error) {
			page, err = tx.Events(x.ctx, last, 5)
			return err
		})
		if err != nil || done && len(page) == 0 {
			return seen, err
		}
		if len(page) > 0 {
			seen, last = append(seen, page...), page[len(page)-1].Number
		}
	}
}
