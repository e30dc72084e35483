package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// listed is how many operations a list has that is played as a whole.
const listed = 320

// played is what a list of operations gave, what indexes of the team say after it, and what it left.
type played struct {
	answers []string
	indexes string
	content string
}

// play tells a programme on an empty store of a list of operations, one by one.
func play(t *testing.T, st store.Store, list operations) played {
	s, err := openShop(st, list, 0)
	require.NoError(t, err)
	var out played
	w := watch(t, s)
	for i := range listed {
		w.before(i)
		got, err := s.tell(context.Background(), i)
		require.NoError(t, err, "operation %d", i)
		out.answers = append(out.answers, withoutIDs(got))
	}
	out.indexes = w.end()
	s.sound(t)
	out.content = contentOf(t, st)
	return out
}

// playInBatches tells of orders, receipts and refunds that come one after the other at one instant together, and in the end of each again alone, which gives
// its first answer.
func playInBatches(t *testing.T, st store.Store, list operations) played {
	s, err := openShop(st, list, 0)
	require.NoError(t, err)
	ctx := context.Background()
	var out played
	say := func(i int, got any, err error) {
		text, err := answer(got, err)
		require.NoError(t, err, "operation %d", i)
		out.answers = append(out.answers, withoutIDs(text))
	}
	w := watch(t, s)
	for i := 0; i < listed; {
		w.before(i)
		n := 1
		for i+n < listed && (i+n)/block == i/block && list.together(i+n) == list.together(i) {
			n++
		}
		s.place.Store(int64(i))
		switch list.kind(i) {
		case paid:
			all, err := s.prog.Orders.PaidBatch(ctx, batch(i, n, list.order))
			require.NoError(t, err)
			for _, one := range all {
				say(i, one.Outcome, one.Err)
			}
		case received:
			all, err := s.prog.Orders.ReceivedBatch(ctx, batch(i, n, list.receipt))
			require.NoError(t, err)
			for _, one := range all {
				say(i, one.Outcome, one.Err)
			}
		case refunded:
			all, err := s.prog.Orders.RefundedBatch(ctx, batch(i, n, list.refund))
			require.NoError(t, err)
			for _, one := range all {
				say(i, one.Outcome, one.Err)
			}
		case queued:
			require.NoError(t, s.prog.Orders.QueueBatch(ctx, batch(i, n, list.order)))
			for range n {
				say(i, nil, nil)
			}
		default:
			got, err := s.do(ctx, i)
			say(i, got, err)
		}
		i += n
	}
	for i, first := range out.answers {
		if !s.answeredAgain(i, first) {
			continue
		}
		got, err := s.tell(ctx, i)
		require.NoError(t, err)
		require.Equal(t, first, withoutIDs(got), "operation %d again", i)
	}
	s.place.Store(listed - 1)
	out.indexes = w.end()
	s.sound(t)
	out.content = contentOf(t, st)
	return out
}

func batch[T any](i, n int, at func(int) T) []T {
	all := make([]T, n)
	for k := range all {
		all[k] = at(i + k)
	}
	return all
}

// sameAsInMemory asserts that lists of operations give the same answers on a store as in memory and leave the same, one by one and in batches.
func sameAsInMemory(t *testing.T, open func(testing.TB) store.Store) {
	for seed := range operations(2) {
		want := play(t, memstore.New(), seed)
		for how, play := range map[string]func(*testing.T, store.Store, operations) played{"one by one": play, "in batches": playInBatches} {
			t.Run(fmt.Sprintf("list %d %s", seed, how), func(t *testing.T) {
				got := play(t, open(t), seed)
				for i := range listed {
					require.Equal(t, want.answers[i], got.answers[i], "operation %d", i)
				}
				require.Empty(t, difference(want.indexes, got.indexes))
				require.Empty(t, difference(want.content, got.content))
			})
		}
	}
}

// difference is which lines are only in one of two texts, at most some of them.
func difference(want, got string) string {
	count := map[string]int{}
	for line := range strings.Lines(want) {
		count[line]--
	}
	for line := range strings.Lines(got) {
		count[line]++
	}
	var out []string
	for _, text := range []string{want, got} {
		for line := range strings.Lines(text) {
			if n := count[line]; n != 0 && len(out) < 20 {
				out = append(out, fmt.Sprintf("%+d %s", n, line))
				delete(count, line)
			}
		}
	}
	if len(out) == 0 && want != got {
		return "the same lines in another order"
	}
	return strings.Join(out, "")
}

// TestTheListsOfOperationsDoSomethingOfEachKind: lists of refusals would prove nothing.
func TestTheListsOfOperationsDoSomethingOfEachKind(t *testing.T) {
	for seed := range operations(2) {
		done, kinds := map[kind]int{}, map[kind]bool{}
		out := play(t, memstore.New(), seed)
		for i, got := range out.answers {
			kinds[seed.kind(i)] = true
			if !strings.HasPrefix(got, refusedFor) {
				done[seed.kind(i)]++
			}
		}
		require.Len(t, kinds, int(cleared)+1)
		require.Len(t, done, len(kinds), "%v", done)
		for _, event := range []string{
			"order_paid", "order_received", "order_refunded", "order_released", "event_parked", "commission_forfeited", "grant_paid", "customer_unbound",
			"partner_moved", "partner_cleared", "partner_level", "withdrawal_paid", "withdrawal_failed", "withdrawal_rejected",
		} {
			require.Contains(t, out.content, `"Kind":"`+event+`"`)
		}
	}
}

func TestOperationsLeaveTheSameInBatchesInMemory(t *testing.T) {
	sameAsInMemory(t, func(testing.TB) store.Store { return memstore.New() })
}

func TestOperationsLeaveTheSameOnSQLiteAsInMemory(t *testing.T) {
	sameAsInMemory(t, func(tb testing.TB) store.Store {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "shop.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(off)")
		require.NoError(tb, err)
		tb.Cleanup(func() { require.NoError(tb, db.Close()) })
		return opened(tb, db, sqlstore.Config{Dialect: sqlstore.SQLite})
	})
}

func TestOperationsLeaveTheSameOnPostgreSQLAsInMemory(t *testing.T) {
	t.Parallel()
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	t.Run("through pgx", func(t *testing.T) { sameAsInMemory(t, func(tb testing.TB) store.Store { return p.open(tb) }) })
	t.Run("through pgx itself", func(t *testing.T) {
		pool, err := pgxpool.New(context.Background(), postgresAt.dsn())
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		sameAsInMemory(t, func(tb testing.TB) store.Store {
			st, err := pgxstore.New(pool, p.open(tb).Config())
			require.NoError(tb, err)
			return st
		})
	})
}

func TestOperationsLeaveTheSameOnMySQLAsInMemory(t *testing.T) {
	t.Parallel()
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	sameAsInMemory(t, func(tb testing.TB) store.Store { return p.open(tb) })
}
