package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

var readerSentences = []sentence{
	{"a reader that has read nothing is at 0, and then where it was saved last", readersRead},
	{"LockReaders leaves nothing of a reader that has read nothing, and returns how far it is now", readersLocked},
	{"how far a reader came in a transaction that fails is forgotten", readersUndone},
}

func readersRead(x *trial) {
	names := list("r-2", "r-1", "R-1")
	require.Equal(x, list[int64](0, 0, 0), read(x, store.Tx.Readers, names))
	write(x, store.Tx.SaveReaders, list(store.Reader{Name: "r-1", Number: 7}, store.Reader{Name: "r-2", Number: 1}))
	require.Equal(x, list[int64](1, 7, 0), read(x, store.Tx.Readers, names))
	write(x, store.Tx.SaveReaders, list(store.Reader{Name: "r-1", Number: 1 << 40}))
	require.Equal(x, list[int64](1, 1<<40, 0), read(x, store.Tx.Readers, names))
	write(x, store.Tx.SaveReaders, list(store.Reader{Name: "r-1", Number: 3}, store.Reader{Name: "r-1", Number: 4}))
	require.Equal(x, list[int64](1, 4, 0), read(x, store.Tx.Readers, names), "the last of one call counts")
}

func readersLocked(x *trial) {
	x.update(func(tx store.Tx) error {
		for n := range int64(3) {
			got, err := tx.LockReaders(x.ctx, list("r-1", "r-2"))
			if err != nil {
				return err
			}
			require.Equal(x, list(n, 0), got, "own writes too")
			if err := tx.SaveReaders(x.ctx, list(store.Reader{Name: "r-1", Number: n + 1})); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(x, list[int64](3, 0), read(x, store.Tx.Readers, list("r-1", "r-2")))
}

func readersUndone(x *trial) {
	write(x, store.Tx.SaveReaders, list(store.Reader{Name: "r-1", Number: 7}))
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.SaveReaders(x.ctx, list(store.Reader{Name: "r-1", Number: 9}, store.Reader{Name: "r-2", Number: 9})); err != nil {
			return err
		}
		return errRefused
	})
	require.Equal(x, list[int64](7, 0), read(x, store.Tx.Readers, list("r-1", "r-2")))
}

func readersAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		const each = 3
		for _, err := range together(workers, func(int) error {
			for range each {
				err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
					if _, err := tx.Readers(x.ctx, list("r-1")); err != nil { // a snapshot that may be older
						return err
					}
					got, err := tx.LockReaders(x.ctx, list("r-1"))
					if err != nil {
						return err
					}
					return tx.SaveReaders(x.ctx, list(store.Reader{Name: "r-1", Number: got[0] + 1}))
				})
				if err != nil {
					return err
				}
			}
			return nil
		}) {
			require.NoError(x, err)
		}
		require.Equal(x, list(int64(each*workers)), read(x, store.Tx.Readers, list("r-1")))
	})
}
