package kvstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/kvstore"
	"github.com/fenrun/fenrun/tree"
)

var (
	ctx  = context.Background()
	cny  = money.MustCurrency("CNY", 2)
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

func partners(ids ...partner.ID) func(store.Tx) error {
	return func(tx store.Tx) error {
		for _, id := range ids {
			if err := tx.AddPartners(ctx, []partner.Partner{{ID: id}}); err != nil {
				return err
			}
		}
		return nil
	}
}

// meeting is a lock, and what somebody else does that it must not miss.
type meeting struct {
	lock func(tx store.Tx) (found int, err error)
	does func(tx store.Tx) error
}

// lockedOne is how much of one thing was found: its revision, or how many there are.
func lockedOne[T, K any](lock func(store.Tx, context.Context, []K) ([]T, error), key K, size func(T) int) func(store.Tx) (int, error) {
	return func(tx store.Tx) (int, error) {
		all, err := lock(tx, ctx, []K{key})
		if err != nil {
			return 0, err
		}
		return size(all[0]), nil
	}
}

func length[T any](all []T) int { return len(all) }

func meetings() map[string]meeting {
	counter := store.CounterKey{Campaign: "618"}
	order := func(id commission.OrderID, paid time.Time) func(store.Tx) error {
		return func(tx store.Tx) error {
			return tx.SaveOrders(ctx, []settlement.Order{{ID: id, Revision: 1, Posted: true, Customer: "c-1", PaidAt: paid}})
		}
	}
	ofCustomer := func(tx store.Tx) (int, error) {
		all, err := tx.LockCustomerOrders(ctx, []partner.Customer{"c-1"}, noon)
		return len(all[0]), err
	}
	return map[string]meeting{
		"facts": {lockedOne(store.Tx.LockFacts, partner.ID("p-1"), length[partner.Fact]), func(tx store.Tx) error {
			return tx.AddFacts(ctx, []partner.Fact{{Partner: "p-1", Kind: "level", Value: "gold"}})
		}},
		"applications": {lockedOne(store.Tx.LockApplications, partner.ID("p-1"), length[partner.Application]), func(tx store.Tx) error {
			return tx.SaveApplications(ctx, []partner.Application{{ID: "a-1", Applicant: "p-1", Revision: 1}})
		}},
		"trees": {func(tx store.Tx) (int, error) {
			if err := tx.LockTrees(ctx, []partner.Tree{"supply"}); err != nil {
				return 0, err
			}
			all, err := tx.Recruits(ctx, []store.RecruitQuery{{Tree: "supply", Recruiter: "p-1", At: noon}})
			return len(all[0]), err
		}, func(tx store.Tx) error {
			return tx.AddEdges(ctx, []tree.Edge{{Tree: "supply", Partner: "p-2", Recruiter: "p-1", Seq: 1}})
		}},
		"bindings": {lockedOne(store.Tx.LockBindings, partner.Customer("c-1"), length[tree.Binding]), func(tx store.Tx) error {
			return tx.AddBindings(ctx, []tree.Binding{{ID: "b-1", Customer: "c-1", Owner: "p-1"}})
		}},
		"an order that is not there": {lockedOne(store.Tx.LockOrders, commission.OrderID("o-1"), func(o settlement.Order) int { return int(o.Revision) }), order("o-1", noon)},
		"orders of a customer":       {ofCustomer, order("o-1", noon)},
		"counters": {lockedOne(store.Tx.LockCounters, counter, money.Amount.Sign), func(tx store.Tx) error {
			return tx.ChangeCounters(ctx, []store.CounterChange{{CounterKey: counter, Amount: cny.Minor(1)}})
		}},
		"runs": {lockedOne(store.Tx.LockRuns, settlement.RunID("r-1"), func(r settlement.Run) int { return int(r.Revision) }), func(tx store.Tx) error {
			return tx.SaveRuns(ctx, []settlement.Run{{ID: "r-1", Revision: 1}})
		}},
		"grants": {lockedOne(store.Tx.LockGrants, partner.ID("p-1"), func(g settlement.Grants) int { return int(g.Revision) }), func(tx store.Tx) error {
			return tx.SaveGrants(ctx, []settlement.Grants{{User: "p-1", Revision: 1}})
		}},
		"forfeits": {lockedOne(store.Tx.LockForfeits, partner.ID("p-1"), func(f settlement.Forfeits) int { return int(f.Revision) }), func(tx store.Tx) error {
			return tx.SaveForfeits(ctx, []settlement.Forfeits{{Partner: "p-1", Revision: 1}})
		}},
		"withdrawals": {lockedOne(store.Tx.LockWithdrawals, settlement.WithdrawalID("w-1"), func(w settlement.Withdrawal) int { return int(w.Revision) }), func(tx store.Tx) error {
			return tx.AddWithdrawals(ctx, []settlement.Withdrawal{{ID: "w-1", Revision: 1}})
		}},
		"readers": {lockedOne(store.Tx.LockReaders, "outbox", func(n int64) int { return int(n) }), func(tx store.Tx) error {
			return tx.SaveReaders(ctx, []store.Reader{{Name: "outbox", Number: 1}})
		}},
	}
}

func TestWhatIsLockedIsWhatTheCommitFinds(t *testing.T) {
	refusal := errors.New("fn does not want it")
	for name, m := range meetings() {
		for end, fn := range map[string]func(store.Tx) error{
			"writes": partners("alice"), "fails": func(store.Tx) error { return refusal }, "only reads": func(store.Tx) error { return nil },
		} {
			t.Run(name+", and fn "+end, func(t *testing.T) {
				db := &memory{}
				st, other := kvstore.New(db), kvstore.New(db)
				var found []int
				err := st.Update(ctx, "", func(tx store.Tx) error {
					n, err := m.lock(tx)
					if err != nil {
						return err
					}
					if found = append(found, n); len(found) == 1 {
						require.NoError(t, other.Update(ctx, "", m.does))
					}
					return fn(tx)
				})
				require.Equal(t, []int{0, 1}, found, "fn runs again and sees it")
				if end == "fails" {
					require.Same(t, refusal, err)
				} else {
					require.NoError(t, err)
				}
			})
		}
	}
}

func TestWhatIsWrittenAndThenLockedIsWhatTheCommitFinds(t *testing.T) {
	db := &memory{}
	st, other := kvstore.New(db), kvstore.New(db)
	binds := func(id string) func(store.Tx) error {
		return func(tx store.Tx) error {
			return tx.AddBindings(ctx, []tree.Binding{{ID: id, Customer: "c-1", Owner: "p-1"}})
		}
	}
	var found []int
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		if err := binds("b-1")(tx); err != nil {
			return err
		}
		all, err := tx.LockBindings(ctx, []partner.Customer{"c-1"})
		if found = append(found, len(all[0])); len(found) == 1 {
			require.NoError(t, other.Update(ctx, "", binds("b-2")))
		}
		return err
	}))
	require.Equal(t, []int{1, 2}, found)
}

func TestAnOrderThatGoesToAnotherCustomerIsMissedByWhoHasLockedThoseOfTheFirst(t *testing.T) {
	db := &memory{}
	st, other := kvstore.New(db), kvstore.New(db)
	saves := func(revision int64, customer partner.Customer) func(store.Tx) error {
		return func(tx store.Tx) error {
			return tx.SaveOrders(ctx, []settlement.Order{{ID: "o-1", Revision: revision, Posted: true, Customer: customer, PaidAt: noon}})
		}
	}
	require.NoError(t, st.Update(ctx, "", saves(1, "c-1")))
	var found []int
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		all, err := tx.LockCustomerOrders(ctx, []partner.Customer{"c-1"}, noon)
		if found = append(found, len(all[0])); len(found) == 1 {
			require.NoError(t, other.Update(ctx, "", saves(2, "c-2")))
		}
		return err
	}))
	require.Equal(t, []int{1, 0}, found)
}

func TestAPageIsFullWhateverOfItTheTransactionHasRemoved(t *testing.T) {
	st := kvstore.New(&memory{})
	var waiting []store.QueuedOrder
	for i := range 4 {
		waiting = append(waiting, store.QueuedOrder{Order: commission.OrderID(fmt.Sprint(i)), PaidAt: noon, Hash: "h"})
	}
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error { return tx.Enqueue(ctx, waiting) }))
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		require.NoError(t, tx.Dequeue(ctx, []store.QueueCursor{waiting[0].Place(), waiting[1].Place()}))
		page, err := tx.Queued(ctx, false, store.QueueCursor{}, 2)
		require.Len(t, page, 2)
		return err
	}))
}

func TestWhatIsOnlyReadKeepsNobodyFromCommitting(t *testing.T) {
	db := &memory{}
	st, other := kvstore.New(db), kvstore.New(db)
	runs := 0
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		runs++
		if _, err := tx.Facts(ctx, []partner.ID{"p-1"}); err != nil {
			return err
		}
		require.NoError(t, other.Update(ctx, "", meetings()["facts"].does))
		return partners("alice")(tx)
	}))
	require.Equal(t, 1, runs)
}

func TestOrdersOfOnePartnerArePostedAtOnceWithoutMeeting(t *testing.T) {
	db := &memory{}
	st, other := kvstore.New(db), kvstore.New(db)
	post := func(id string) func(store.Tx) error {
		return func(tx store.Tx) error {
			order := settlement.Order{ID: commission.OrderID(id), Revision: 1, Posted: true, Customer: partner.Customer("customer of " + id), PaidAt: noon}
			order.Attributed.Partner = "p-1"
			return errors.Join(tx.SaveOrders(ctx, []settlement.Order{order}),
				tx.AddRows(ctx, []settlement.Row{{Source: settlement.OfOrder(order.ID), Payee: "p-1", Revision: 1, Amount: cny.Minor(5), At: noon}}),
				tx.AppendEvents(ctx, []store.Event{{ID: "event of " + id}}))
		}
	}
	runs := 0
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		runs++
		require.NoError(t, post("o-1")(tx))
		require.NoError(t, other.Update(ctx, "", post("o-2")))
		return nil
	}))
	require.Equal(t, 1, runs)
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) error {
		balances, err := tx.Balances(ctx, []partner.ID{"p-1"})
		require.Equal(t, []settlement.Balance{{Partner: "p-1", Pending: cny.Minor(10)}}, balances[0])
		return err
	}))
}

func TestWhoIsAlwaysSlowerGivesUp(t *testing.T) {
	db := &memory{}
	st, other := kvstore.New(db), kvstore.New(db)
	runs := int64(0)
	err := st.Update(ctx, "", func(tx store.Tx) error {
		runs++
		if _, err := tx.LockReaders(ctx, []string{"outbox"}); err != nil {
			return err
		}
		require.NoError(t, other.Update(ctx, "", func(tx store.Tx) error { return tx.SaveReaders(ctx, []store.Reader{{Name: "outbox", Number: runs}}) }))
		return partners("alice")(tx)
	})
	require.ErrorIs(t, err, store.ErrStale)
	require.Equal(t, int64(20), runs)
}

func TestATransactionThatIsTooLargeWritesNothing(t *testing.T) {
	db := &memory{limit: 3}
	st := kvstore.New(db)
	require.NoError(t, st.Update(ctx, "", partners("a", "b", "c")))
	before := db.commits
	err := st.Update(ctx, "", func(tx store.Tx) error {
		if _, err := tx.LockReaders(ctx, []string{"outbox"}); err != nil {
			return err
		}
		return partners("d", "e", "f")(tx)
	})
	var tooLarge *kvstore.TooLargeError
	require.ErrorAs(t, err, &tooLarge)
	require.Equal(t, kvstore.TooLargeError{Items: 4, Limit: 3}, *tooLarge, "what is locked counts too")
	require.Equal(t, before, db.commits)
}

// broken is a database of which one call fails.
type broken struct {
	*memory
	load, scan, commit error
}

func (b broken) Load(ctx context.Context, keys []string) ([]kvstore.Record, error) {
	if b.load != nil {
		return nil, b.load
	}
	return b.memory.Load(ctx, keys)
}

func (b broken) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) {
	if b.scan != nil {
		return nil, b.scan
	}
	return b.memory.Scan(ctx, ranges)
}

func (b broken) Commit(ctx context.Context, items []kvstore.Item) error {
	return errors.Join(b.memory.Commit(ctx, items), b.commit)
}

func TestACommitWhoseAnswerIsLostIsUnknownAndNotSentAgain(t *testing.T) {
	lost, db := errors.New("no answer"), &memory{}
	err := kvstore.New(broken{memory: db, commit: lost}).Update(ctx, "", partners("alice"))
	require.ErrorIs(t, err, store.ErrUnknown)
	require.ErrorIs(t, err, lost)
	require.Equal(t, 1, db.commits)
}

func TestAnErrorOfTheDatabaseEndsTheTransaction(t *testing.T) {
	down := errors.New("the server is down")
	for _, db := range []broken{{memory: &memory{}, load: down}, {memory: &memory{}, scan: down}} {
		for _, run := range []func(context.Context, store.Tenant, func(store.Tx) error) error{kvstore.New(db).Update, kvstore.New(db).View} {
			require.ErrorIs(t, run(ctx, "", func(tx store.Tx) error {
				_, first := tx.Partners(ctx, []partner.ID{"alice"})
				_, second := tx.Facts(ctx, []partner.ID{"alice"})
				require.ErrorIs(t, errors.Join(first, second), down)
				_, err := tx.Plans(ctx, 1)
				require.ErrorIs(t, err, down, "whatever is called after it")
				return nil
			}), down, "although fn goes on")
		}
	}
}

func TestADocumentOfANewerFormatIsRefused(t *testing.T) {
	db := &memory{}
	st := kvstore.New(db)
	require.NoError(t, st.Update(ctx, "", partners("alice")))
	db.records[0].Value = []byte(`{"format":2,"value":["it", "has", "become", "a", "list"]}`)
	require.ErrorContains(t, st.View(ctx, "", func(tx store.Tx) error {
		_, err := tx.Partners(ctx, []partner.ID{"alice"})
		return err
	}), "format 2")
}

func TestEventsAreNumberedInTheOrderOfTheirTransactionsHoweverFewAtATime(t *testing.T) {
	st := kvstore.New(&memory{})
	appending := func(ids ...string) {
		require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
			for _, id := range ids {
				if err := tx.AppendEvents(ctx, []store.Event{{ID: id}}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	numbering := func(limit int) {
		require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
			_, err := tx.NumberEvents(ctx, limit)
			return err
		}))
	}
	appending("z", "y", "x")
	numbering(1)
	appending("b")
	numbering(1)
	appending("a")
	numbering(2)
	appending("c")
	numbering(9)
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) error {
		events, err := tx.Events(ctx, 0, 9)
		var ids []string
		for _, e := range events {
			ids = append(ids, e.ID)
		}
		require.Equal(t, []string{"z", "y", "x", "b", "a", "c"}, ids)
		return err
	}))
}
