package storetest_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

// rerunning is a store that runs every fn twice, as the contract lets it: the first run is undone, and others come in between.
type rerunning struct{ *memstore.Store }

var errOnceMore = errors.New("once more")

func (r rerunning) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	err := r.Store.Update(ctx, tenant, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errOnceMore
	})
	if !errors.Is(err, errOnceMore) {
		return err
	}
	for range 10 {
		runtime.Gosched()
	}
	return r.Store.Update(ctx, tenant, fn)
}

// The suite and the programme must both take it that fn runs more than once.
func TestAStoreThatRunsEverythingTwiceKeepsTheContract(t *testing.T) {
	if testing.Short() {
		t.Skip("the suite runs once for memstore itself")
	}
	storetest.Run(t, func(testing.TB) store.Store { return rerunning{memstore.New()} }, storetest.WithWorkers(4), storetest.WithRounds(1), storetest.WithDebits(20), storetest.WithSize(20),
		storetest.Skip("joining/fn runs once", "it is about transactions of the shop's own, which there are none of here"))
}

func TestSentencesAreListed(t *testing.T) {
	names := storetest.Cases()
	require.Greater(t, len(names), 300)
	require.Contains(t, names, "balances/a change that needs more than is available changes nothing")
	require.Contains(t, names, "orders/an order is due at its ReleaseAt, and not a microsecond before")
}
