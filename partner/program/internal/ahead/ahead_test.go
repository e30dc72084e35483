package ahead_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program/internal/ahead"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// locking is a transaction that keeps what is locked in it, in order.
type locking struct {
	store.Tx
	locked []string
}

func (l *locking) LockOrders(ctx context.Context, ids []commission.OrderID) (all []settlement.Order, err error) {
	l.locked = append(l.locked, "orders")
	return l.Tx.LockOrders(ctx, ids)
}

func (l *locking) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	l.locked = append(l.locked, "counters")
	return l.Tx.LockCounters(ctx, keys)
}

// TestWhatAsksTheStoreWaitsForItsTurn has an operation that ends before another has locked what comes first.
func TestWhatAsksTheStoreWaitsForItsTurn(t *testing.T) {
	ctx := context.Background()
	usd := money.MustCurrency("USD", 2)
	require.NoError(t, memstore.New().Update(ctx, "", func(tx store.Tx) error {
		l := &locking{Tx: tx}
		all := ahead.New(l)
		operations := []func() error{
			func() error {
				return all.ChangeCounters(ctx, []store.CounterChange{{CounterKey: store.CounterKey{Campaign: "spring"}, Amount: usd.Minor(1)}})
			},
			func() error {
				_, err := all.LockOrders(ctx, []commission.OrderID{"o-1"})
				return err
			},
		}
		err := all.Do(ctx, len(operations),
			func(i int) (bool, error) { return true, operations[i]() },
			func(_ int, _ bool, err error) error { return err })
		require.Equal(t, []string{"orders", "counters"}, l.locked)
		return err
	}))
}
