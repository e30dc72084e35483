package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

var planSentences = []sentence{
	{"versions are 1, 2, … and any other is ErrStale", planVersions},
	{"Plans returns the versions from one on, in order", plansFrom},
}

func planVersions(x *trial) {
	add := func(version int) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.AddPlan(x.ctx, samplePlan(version)) }
	}
	for _, wrong := range list(0, 2, -1) {
		x.refused(store.ErrStale, add(wrong))
	}
	x.update(add(1))
	for _, wrong := range list(0, 1, 3) {
		x.refused(store.ErrStale, add(wrong))
	}
	x.update(add(2))
	x.update(func(tx store.Tx) error {
		if err := add(3)(tx); err != nil {
			return err
		}
		return add(4)(tx)
	})
	require.Len(x, read(x, store.Tx.Plans, 1), 4)
}

func plansFrom(x *trial) {
	for version := range 12 {
		write(x, store.Tx.AddPlan, samplePlan(version+1))
	}
	for _, first := range list(-1, 0, 1, 2, 9, 10, 12, 13, 100) {
		got := read(x, store.Tx.Plans, first)
		require.Len(x, got, max(0, 13-max(first, 1)))
		for i, p := range got {
			require.Equal(x, max(first, 1)+i, p.Version)
		}
	}
}
