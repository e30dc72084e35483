package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var payoutSentences = []sentence{
	{"a withdrawal whose id exists is an ExistsError and nothing is added", withdrawalExists},
	{"a withdrawal is saved with the revision above the stored one and any other is ErrStale", withdrawalRevisions},
	{"a stale withdrawal keeps the others of its call from being saved", staleWithdrawalInBatch},
	{"LockWithdrawals returns a withdrawal as it is now, own writes too", lockWithdrawalNow},
}

func withdrawalAt(n int, revision int64) settlement.Withdrawal {
	w := sampleWithdrawal(number(n), "p-1")
	w.Revision = revision
	return w
}

func withdrawalExists(x *trial) {
	write(x, store.Tx.AddWithdrawals, list(withdrawalAt(1, 1)))
	for _, again := range [][]settlement.Withdrawal{{withdrawalAt(1, 1)}, {withdrawalAt(1, 2)}, {withdrawalAt(2, 1), withdrawalAt(1, 1)}, {withdrawalAt(3, 1), withdrawalAt(3, 1)}} {
		x.exists(func(tx store.Tx) error { return tx.AddWithdrawals(x.ctx, again) })
	}
}

func withdrawalRevisions(x *trial) {
	write(x, store.Tx.AddWithdrawals, list(withdrawalAt(1, 1)))
	save := func(n int64) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.SaveWithdrawals(x.ctx, list(withdrawalAt(1, n))) }
	}
	for stored := int64(1); stored < 4; stored++ {
		for _, wrong := range list(stored-1, stored, stored+2, 0) {
			x.refused(store.ErrStale, save(wrong))
		}
		x.update(save(stored + 1))
	}
	x.refused(store.ErrStale, func(tx store.Tx) error { return tx.SaveWithdrawals(x.ctx, list(withdrawalAt(9, 2))) })
}

func staleWithdrawalInBatch(x *trial) {
	write(x, store.Tx.AddWithdrawals, list(withdrawalAt(1, 1), withdrawalAt(2, 1)))
	x.refused(store.ErrStale, func(tx store.Tx) error {
		return tx.SaveWithdrawals(x.ctx, list(withdrawalAt(1, 2), withdrawalAt(2, 1)))
	})
}

func lockWithdrawalNow(x *trial) {
	write(x, store.Tx.AddWithdrawals, list(withdrawalAt(1, 1)))
	x.update(func(tx store.Tx) error {
		for n := int64(1); n < 4; n++ {
			locked, err := tx.LockWithdrawals(x.ctx, list(number(1)))
			if err != nil {
				return err
			}
			require.Equal(x, n, locked[0].Revision)
			if err := tx.SaveWithdrawals(x.ctx, list(withdrawalAt(1, n+1))); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(x, int64(4), change(x, store.Tx.LockWithdrawals, list(number(1)))[0].Revision)
}
