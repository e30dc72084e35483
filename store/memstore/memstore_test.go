package memstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return memstore.New() },
		storetest.WithJoin(func(_ testing.TB, st store.Store) (store.Store, func() error, func()) {
			t := st.(*memstore.Store).Begin()
			return t, t.Commit, t.Rollback
		}))
}

var ctx = context.Background()

func addPartner(id partner.ID) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.AddPartners(ctx, []partner.Partner{{ID: id}}) }
}

func count(t *testing.T, st store.Store) int {
	t.Helper()
	var all []partner.Partner
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) (err error) {
		all, err = tx.ScanPartners(ctx, "", 100)
		return err
	}))
	return len(all)
}

func TestTheZeroStoreIsReadyToUse(t *testing.T) {
	var st memstore.Store
	require.Zero(t, count(t, &st))
	require.NoError(t, st.Update(ctx, "", addPartner("alice")))
	require.Equal(t, 1, count(t, &st))
}

func TestATransactionThatHasEndedIsOfNoUse(t *testing.T) {
	st := memstore.New()
	for _, end := range []func(*memstore.Transaction){func(x *memstore.Transaction) { _ = x.Commit() }, (*memstore.Transaction).Rollback} {
		x := st.Begin()
		end(x)
		require.ErrorIs(t, x.Update(ctx, "", addPartner("alice")), memstore.ErrEnded)
		require.ErrorIs(t, x.View(ctx, "", func(store.Tx) error { return nil }), memstore.ErrEnded)
		require.ErrorIs(t, x.Commit(), memstore.ErrEnded)
		x.Rollback()
	}
	require.Zero(t, count(t, st))
}

func TestTheCommitOfATransactionThatFailedIsThatFailure(t *testing.T) {
	st := memstore.New()
	x := st.Begin()
	require.NoError(t, x.Update(ctx, "", addPartner("alice")))
	err := x.Update(ctx, "", func(tx store.Tx) error {
		if err := addPartner("bob")(tx); err != nil {
			return err
		}
		return addPartner("alice")(tx)
	})
	require.ErrorIs(t, err, store.ErrExists)
	require.Equal(t, err, x.Commit())
	require.Zero(t, count(t, st), "nothing stays")
	require.ErrorIs(t, x.Commit(), memstore.ErrEnded)
}

func TestARefusalInATransactionLetsTheOthersCommit(t *testing.T) {
	st := memstore.New()
	x := st.Begin()
	require.NoError(t, x.Update(ctx, "", addPartner("alice")))
	require.ErrorIs(t, x.Update(ctx, "", addPartner("alice")), store.ErrExists, "found before it wrote anything")
	require.NoError(t, x.Commit())
	require.Equal(t, 1, count(t, st))
}

func TestPartnersThatAreUndoneLeaveTheOrderOfThoseThatStay(t *testing.T) {
	st := memstore.New()
	add := func(ids ...partner.ID) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, id := range ids {
				if err := addPartner(id)(tx); err != nil {
					return err
				}
			}
			return nil
		}
	}
	require.NoError(t, st.Update(ctx, "", add("b", "d")))
	require.Equal(t, 2, count(t, st))
	x := st.Begin()
	require.NoError(t, x.Update(ctx, "", add("a", "c")))
	require.Equal(t, 4, count(t, x), "the order is worked out within the transaction")
	x.Rollback()
	require.Equal(t, 2, count(t, st))
	require.NoError(t, st.Update(ctx, "", add("c")))
	var ids []partner.ID
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) error {
		all, err := tx.ScanPartners(ctx, "", 100)
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return err
	}))
	require.Equal(t, []partner.ID{"b", "c", "d"}, ids)
}
