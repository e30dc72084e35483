package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

var transactionSentences = []sentence{
	{"what fn writes in an Update is there after it", updateCommits},
	{"fn sees its own writes", updateSeesItself},
	{"an Update whose fn fails leaves everything as it was", failedUpdate},
	{"an Update whose fn panics leaves everything as it was", panickedUpdate},
	{"an Update whose context is cancelled leaves everything as it was", cancelledUpdate},
	{"with a cancelled context Update and View are errors", cancelledBefore},
	{"a failed Update can be done again", failedUpdateAgain},
	{"Update and View return the error of fn unchanged", errorUnchanged},
	{"nobody sees what is not committed", dirtyRead},
	{"a View sees what was committed before it", viewSeesCommitted},
	{"a View cannot write or lock", viewCannotWrite},
	{"a Tx is of no use after its end", useAfterEnd},
}

var errRefused = errors.New("storetest: fn does not want it")

// filled fills the tenant's records and returns their dump.
func (x *trial) filled() string {
	x.Helper()
	x.update(func(tx store.Tx) error { return fill(x.ctx, tx) })
	return x.dump()
}

func updateCommits(x *trial) {
	require.Empty(x, x.dump(), "a new store is empty")
	require.NotEmpty(x, x.filled())
	require.Equal(x, list(samplePartner("p-1"), samplePartner("p-2")), read(x, store.Tx.Partners, list[partner.ID]("p-1", "p-2")))
	for _, m := range methodsThat(writing) {
		before := x.dump()
		x.update(func(tx store.Tx) error {
			_, err := m.call(x.ctx, tx)
			return err
		})
		require.NotEqual(x, before, x.dump(), m.name)
	}
}

func updateSeesItself(x *trial) {
	var within string
	x.update(func(tx store.Tx) error {
		if err := fill(x.ctx, tx); err != nil {
			return err
		}
		text, err := dumpTenant(x.ctx, tx)
		within = string(text)
		return err
	})
	sameText(x, within, x.dump())
	for _, m := range methodsThat(writing) {
		x.update(func(tx store.Tx) error {
			if _, err := m.call(x.ctx, tx); err != nil {
				return err
			}
			text, err := dumpTenant(x.ctx, tx)
			within = string(text)
			return err
		})
		sameText(x, within, x.dump(), m.name)
	}
}

// undone writes everything into an empty tenant, and with each method into a filled one, in transactions that end ends, and asserts that nothing stays.
func (x *trial) undone(end func(fn func(store.Tx) error)) {
	x.Helper()
	end(func(tx store.Tx) error { return fill(x.ctx, tx) })
	require.Empty(x, x.dump())
	before := x.filled()
	for _, m := range methodsThat(writing, locking) {
		end(func(tx store.Tx) error {
			_, err := m.call(x.ctx, tx)
			return err
		})
		sameText(x, before, x.dump(), m.name)
	}
	end(func(tx store.Tx) error {
		for _, m := range methodsThat(writing, locking) {
			if _, err := m.call(x.ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	sameText(x, before, x.dump(), "all of them in one transaction")
}

func failedUpdate(x *trial) {
	x.undone(func(fn func(store.Tx) error) {
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return errRefused
		})
		require.ErrorIs(x, err, errRefused)
	})
}

func panickedUpdate(x *trial) {
	x.undone(func(fn func(store.Tx) error) {
		var err error
		require.PanicsWithValue(x, "storetest: fn panics", func() {
			_ = x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				if err = fn(tx); err != nil {
					return err
				}
				panic("storetest: fn panics")
			})
		}, "a panic goes through Update")
		require.NoError(x, err)
	})
}

func cancelledUpdate(x *trial) {
	x.undone(func(fn func(store.Tx) error) {
		ctx, cancel := context.WithCancel(x.ctx)
		defer cancel()
		err := x.st.Update(ctx, x.tenant, func(tx store.Tx) error {
			err := fn(tx)
			cancel()
			return err
		})
		require.ErrorIs(x, err, context.Canceled)
	})
}

func cancelledBefore(x *trial) {
	before := x.filled()
	ctx, cancel := context.WithCancel(x.ctx)
	cancel()
	require.ErrorIs(x, x.st.Update(ctx, x.tenant, func(tx store.Tx) error { return tx.AddPartners(x.ctx, list(samplePartner("p-9"))) }), context.Canceled)
	require.ErrorIs(x, x.st.View(ctx, x.tenant, func(store.Tx) error { return nil }), context.Canceled)
	for _, m := range methods() {
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			_, err := m.call(ctx, tx)
			return err
		})
		require.ErrorIs(x, err, context.Canceled, m.name)
	}
	sameText(x, before, x.dump())
}

func failedUpdateAgain(x *trial) {
	x.filled()
	for _, m := range methodsThat(writing) {
		wants := func(want error) func(store.Tx) error {
			return func(tx store.Tx) error {
				if _, err := m.call(x.ctx, tx); err != nil {
					return err
				}
				return want
			}
		}
		require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, wants(errRefused)), errRefused, m.name)
		require.NoError(x, x.st.Update(x.ctx, x.tenant, wants(nil)), m.name)
	}
	again := x.of("another")
	again.filled()
	for _, m := range methodsThat(writing) {
		again.update(func(tx store.Tx) error {
			_, err := m.call(x.ctx, tx)
			return err
		})
	}
	sameText(x, again.dump(), x.dump(), "what failed before leaves a trace")
}

// fnError is an error that only == finds to be itself.
type fnError struct{ text string }

func (e *fnError) Error() string { return e.text }

func errorUnchanged(x *trial) {
	want := &fnError{"storetest: an error of fn's own"}
	fails := func(store.Tx) error { return want }
	require.Same(x, want, x.st.Update(x.ctx, x.tenant, fails))
	require.Same(x, want, x.st.View(x.ctx, x.tenant, fails))
}

// glance is how long a View gets to see what it must not see. A store may make it wait for the Update instead.
const glance = 100 * time.Millisecond

func dirtyRead(x *trial) {
	seen := make(chan []partner.Partner, 1)
	failed := make(chan error, 1)
	err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.AddPartners(x.ctx, list(samplePartner("p-1"))); err != nil {
			return err
		}
		looked := make(chan struct{})
		go func() {
			defer close(looked)
			var got []partner.Partner
			failed <- x.st.View(x.ctx, x.tenant, func(tx store.Tx) (err error) {
				got, err = tx.Partners(x.ctx, list[partner.ID]("p-1"))
				return err
			})
			seen <- got
		}()
		select {
		case <-looked:
		case <-time.After(glance):
		}
		return errRefused
	})
	require.ErrorIs(x, err, errRefused)
	require.NoError(x, <-failed)
	require.Equal(x, make([]partner.Partner, 1), <-seen)
}

func viewSeesCommitted(x *trial) {
	for n := range 3 {
		write(x, store.Tx.AddFacts, list(sampleFact("p-1", int64(n)+1)))
		require.Len(x, read(x, store.Tx.Facts, list[partner.ID]("p-1"))[0], n+1)
	}
}

func viewCannotWrite(x *trial) {
	before := x.filled()
	for _, m := range methodsThat(writing, locking) {
		err := x.st.View(x.ctx, x.tenant, func(tx store.Tx) error {
			_, err := m.call(x.ctx, tx)
			return err
		})
		require.ErrorIs(x, err, store.ErrReadOnly, m.name)
	}
	sameText(x, before, x.dump())
}

func useAfterEnd(x *trial) {
	before := x.filled()
	var kept []store.Tx
	keep := func(tx store.Tx) error { kept = append(kept, tx); return nil }
	x.update(keep)
	x.view(keep)
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return errors.Join(keep(tx), errRefused) }), errRefused)
	for _, tx := range kept {
		for _, m := range methods() {
			_, err := m.call(x.ctx, tx)
			require.Error(x, err, m.name)
		}
	}
	sameText(x, before, x.dump())
}
