package program_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/storetest"
)

func TestAQueuedOrderPaysWhatAnOrderPaidAtOncePays(t *testing.T) {
	plans := make([]program.Plan, len(batchPlans))
	for i, text := range batchPlans {
		plans[i] = program.MustPlan(text)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		plan := plans[rapid.IntRange(0, len(plans)-1).Draw(t, "plan")]
		atOnce, queued := openBatched(t, plan, &now, 3), openBatched(t, plan, &now, 3)
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			now = now.Add(time.Hour)
			orders := drawOrders(t, now)
			orders = slices.DeleteFunc(orders, func(o program.Order) bool { return o.ID == "" })
			for _, in := range orders {
				require.NoError(t, queued.prog.Orders.Queue(ctx, in))
				require.NoError(t, queued.prog.Orders.Queue(ctx, in), "told again")
			}
			due, err := queued.prog.RunDue(ctx, now)
			require.NoError(t, err)
			slices.SortStableFunc(orders, func(a, b program.Order) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.ID, b.ID)) })
			once := slices.CompactFunc(orders, func(a, b program.Order) bool { return a.ID == b.ID }) // of two ways the hash decides which comes first
			if len(once) != len(orders) {
				return
			}
			refused := 0
			for _, in := range orders {
				if _, err := atOnce.prog.Orders.Paid(ctx, in); err != nil {
					refused++
				}
			}
			_, err = atOnce.prog.RunDue(ctx, now)
			require.NoError(t, err)
			require.Len(t, due.Unposted, refused)
			require.Len(t, due.Posted, len(orders)-refused)
			for _, in := range orders {
				want, wantErr := atOnce.prog.Orders.Outcome(ctx, in.ID)
				have, err := queued.prog.Orders.Outcome(ctx, in.ID)
				requireSame(t, want, wantErr, have, err)
			}
			want, err := atOnce.prog.Wallet.Balances(ctx, "alice", "bob")
			require.NoError(t, err)
			have, err := queued.prog.Wallet.Balances(ctx, "alice", "bob")
			require.NoError(t, err)
			require.Equal(t, want.String(), have.String())
			report, err := queued.prog.Audit(ctx)
			require.NoError(t, err)
			require.True(t, report.OK(), report.String())
		}
	})
}

func TestAQueuedOrderThatCannotBePostedStaysWithTheReason(t *testing.T) {
	s := family(t, twoLevels)
	good, bad, other := s.order("o-1", 1, "10.00"), s.order("o-2", 0, "10.00"), s.order("o-1", 1, "11.00")
	other.PaidAt = other.PaidAt.Add(time.Second)
	require.NoError(t, s.Orders.QueueBatch(ctx, []program.Order{good, bad, other}))
	waiting, err := s.Orders.Queued(ctx, false, store.QueueCursor{}, 10)
	require.NoError(t, err)
	require.Len(t, waiting, 3)

	due := s.due(noon.Add(time.Minute))
	require.Equal(t, []commission.OrderID{"o-1"}, due.Posted)
	require.Len(t, due.Unposted, 2)
	require.ErrorIs(t, due.Unposted[1].Err, store.ErrConflict)
	require.Equal(t, []string{"o-2", "o-1"}, s.told("order_refused"))

	refused, err := s.Orders.Queued(ctx, true, store.QueueCursor{}, 10)
	require.NoError(t, err)
	require.Len(t, refused, 2)
	require.Contains(t, refused[0].Refused, "lines[0].quantity")
	require.Contains(t, refused[1].Refused, "another paidAt")
	require.Empty(t, s.due(noon.Add(2*time.Minute)).Unposted, "what was refused is not tried again")

	for _, q := range refused {
		require.NoError(t, s.Orders.Unqueue(ctx, q.Place()))
	}
	refused, err = s.Orders.Queued(ctx, true, store.QueueCursor{}, 10)
	require.NoError(t, err)
	require.Empty(t, refused)
}

func TestAQueuedOrderIsPartOfTheShopsTransaction(t *testing.T) {
	s := family(t, twoLevels)
	tx := s.store.Begin()
	require.NoError(t, s.In(tx).Orders.Queue(ctx, s.order("o-1", 1, "10.00")))
	tx.Rollback()
	require.Empty(t, s.due(noon).Posted)
	tx = s.store.Begin()
	require.NoError(t, s.In(tx).Orders.Queue(ctx, s.order("o-1", 1, "10.00")))
	require.NoError(t, tx.Commit())
	require.Equal(t, []commission.OrderID{"o-1"}, s.due(noon).Posted)
	require.Equal(t, "1.00 CNY", s.balance("bob").Pending.String())
}

func TestAQueuedOrderIsPostedOnceWhereRunDueIsCutOff(t *testing.T) {
	for k := 1; ; k++ {
		prog, faulty, _ := openFaulty(t, 3)
		orders := ordersOf(t, prog, "o", 5)
		require.NoError(t, prog.Orders.QueueBatch(ctx, orders))
		faulty.FailAt(k, storetest.After)
		_, err := prog.RunDue(ctx, noon)
		calls := len(faulty.Calls())
		faulty.FailAt(0, storetest.Before)
		_, again := prog.RunDue(ctx, noon)
		require.NoError(t, again)
		balances, again := prog.Wallet.Balances(ctx, "alice")
		require.NoError(t, again)
		require.Equal(t, "5.00 CNY", balances[0].Pending.String(), "call %d", k)
		waiting, again := prog.Orders.Queued(ctx, false, store.QueueCursor{}, 10)
		require.NoError(t, again)
		require.Empty(t, waiting)
		if err == nil && k > calls {
			return
		}
	}
}

func TestAnOrderThatNoQueueCanHoldIsRefused(t *testing.T) {
	s := family(t, twoLevels)
	for _, spoil := range []func(*program.Order){
		func(o *program.Order) { o.ID = "" },
		func(o *program.Order) { o.PaidAt = time.Time{} },
	} {
		in := s.order("o-1", 1, "10.00")
		spoil(&in)
		require.Error(t, s.Orders.QueueBatch(ctx, []program.Order{s.order("o-2", 1, "1.00"), in}))
	}
	waiting, err := s.Orders.Queued(ctx, false, store.QueueCursor{}, 10)
	require.NoError(t, err)
	require.Empty(t, waiting)
}
