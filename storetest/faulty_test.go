package storetest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

var ctx = context.Background()

// add adds two partners, one after the other.
func add(tx store.Tx) error {
	for _, id := range []partner.ID{"alice", "bob"} {
		if err := tx.AddPartners(ctx, []partner.Partner{{ID: id}}); err != nil {
			return err
		}
	}
	return nil
}

// count returns how many partners there are.
func count(t *testing.T, st store.Store) int {
	t.Helper()
	n := 0
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) error {
		all, err := tx.ScanPartners(ctx, "", 10)
		n = len(all)
		return err
	}))
	return n
}

func TestAFaultyStoreFailsAtTheCallThatItIsToldTo(t *testing.T) {
	for _, c := range []struct {
		at    int
		mode  storetest.Mode
		err   error
		calls []string
		left  int
	}{
		{1, storetest.Before, storetest.ErrFault, []string{"AddPartners"}, 0},
		{2, storetest.Before, storetest.ErrFault, []string{"AddPartners", "AddPartners"}, 0},
		{2, storetest.After, storetest.ErrFault, []string{"AddPartners", "AddPartners"}, 0},
		{2, storetest.Stale, store.ErrStale, []string{"AddPartners", "AddPartners"}, 0},
		{3, storetest.Before, storetest.ErrFault, []string{"AddPartners", "AddPartners", storetest.Commit}, 0},
		{3, storetest.Stale, store.ErrStale, []string{"AddPartners", "AddPartners", storetest.Commit}, 0},
		{3, storetest.After, store.ErrUnknown, []string{"AddPartners", "AddPartners", storetest.Commit}, 2},
		{1, storetest.Cancel, context.Canceled, []string{"AddPartners"}, 0},
		{3, storetest.Cancel, context.Canceled, []string{"AddPartners", "AddPartners", storetest.Commit}, 0},
		{4, storetest.Before, nil, []string{"AddPartners", "AddPartners", storetest.Commit}, 2},
		{0, storetest.Before, nil, []string{"AddPartners", "AddPartners", storetest.Commit}, 2},
	} {
		inner := memstore.New()
		faulty := storetest.NewFaulty(inner)
		ctx := faulty.Context(ctx)
		faulty.FailAt(c.at, c.mode)
		err := faulty.Update(ctx, "", func(tx store.Tx) error {
			for _, id := range []partner.ID{"alice", "bob"} {
				if err := tx.AddPartners(ctx, []partner.Partner{{ID: id}}); err != nil {
					return err
				}
			}
			return nil
		})
		require.ErrorIs(t, err, c.err)
		require.Equal(t, c.calls, faulty.Calls())
		require.Equal(t, c.left, count(t, inner), "call %d, mode %d", c.at, c.mode)
	}
}

func TestAFaultyStoreFailsOnce(t *testing.T) {
	faulty := storetest.NewFaulty(memstore.New())
	faulty.FailAt(2, storetest.Before)
	require.ErrorIs(t, faulty.Update(ctx, "", add), storetest.ErrFault)
	require.NoError(t, faulty.Update(ctx, "", add))
	require.Equal(t, 2, count(t, faulty))
	require.Equal(t, "ScanPartners", faulty.Calls()[5], "a View has no commit, its calls count")
}

func TestALostAnswerIsUnknownAndAFaultAtOnce(t *testing.T) {
	faulty := storetest.NewFaulty(memstore.New())
	faulty.FailAt(3, storetest.After)
	err := faulty.Update(ctx, "", add)
	require.ErrorIs(t, err, store.ErrUnknown)
	require.ErrorIs(t, err, storetest.ErrFault)
}

func TestAFaultyStorePassesErrorsOn(t *testing.T) {
	faulty := storetest.NewFaulty(memstore.New())
	own := errors.New("fn's own")
	require.Equal(t, own, faulty.Update(ctx, "", func(store.Tx) error { return own }))
	require.Equal(t, own, faulty.View(ctx, "", func(store.Tx) error { return own }))
	require.NoError(t, faulty.Update(ctx, "", add))
	require.ErrorIs(t, faulty.Update(ctx, "", add), store.ErrExists)
	require.ErrorIs(t, faulty.View(ctx, "", add), store.ErrReadOnly)
	require.False(t, slices.Contains(faulty.Calls()[4:], storetest.Commit), "what fails does not commit")
}

func TestDumpsAreEqualIfAndOnlyIfTheContentIs(t *testing.T) {
	dump := func(st store.Store, tenants ...store.Tenant) string {
		text, err := storetest.Dump(ctx, st, tenants...)
		require.NoError(t, err)
		return string(text)
	}
	one, two := memstore.New(), memstore.New()
	require.Equal(t, "tenant \"\"\n", dump(one))
	require.NoError(t, one.Update(ctx, "", add))
	require.NotEqual(t, dump(one), dump(two))
	require.NoError(t, two.Update(ctx, "", func(tx store.Tx) error {
		return tx.AddPartners(ctx, []partner.Partner{{ID: "bob"}, {ID: "alice"}})
	}))
	require.Equal(t, dump(one), dump(two))
	require.Equal(t, "tenant \"\"\npartner {\"ID\":\"alice\"}\npartner {\"ID\":\"bob\"}\ntenant \"other\"\n", dump(two, "", "other"))
	require.NoError(t, two.Update(ctx, "", func(tx store.Tx) error {
		return tx.AddPartners(ctx, []partner.Partner{{ID: "carol", Record: partner.Record{Reason: "\n"}}})
	}))
	require.Equal(t, dump(one)+"partner {\"ID\":\"carol\",\"Reason\":\"\\n\"}\n", dump(two))
}
