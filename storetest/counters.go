package storetest

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

var counterSentences = []sentence{
	{"a counter is the sum of its changes, and those of a campaign, its customers and others are counted apart", counterSums},
	{"a counter may reach the most of a change and not exceed it", counterMost},
	{"what is taken back is there again", counterTakenBack},
	{"a change is judged on the counter as it is now, own changes too", counterNow},
	{"none of a call's changes takes effect where one exceeds its most", counterAllOrNone},
	{"a change that was undone leaves the counter and its condition as they were", counterUndone},
	{"a counter that is 0 is as one that never was", counterZero},
	{"a counter keeps amounts of 38 digits and refuses more", counterLarge},
}

func counterKey(campaign string, customer partner.Customer) store.CounterKey {
	return store.CounterKey{Campaign: campaign, Customer: customer}
}

// counting adds to a counter, whatever it stands at.
func counting(key store.CounterKey, units int64) store.CounterChange {
	return store.CounterChange{CounterKey: key, Amount: cny.Minor(units)}
}

// reserving adds to a counter that must not exceed so much with it.
func reserving(key store.CounterKey, units, most int64) store.CounterChange {
	c, limit := counting(key, units), cny.Minor(most)
	c.Most = &limit
	return c
}

// barely is a method of counters whose zeros are bare.
func barely(read func(store.Tx, context.Context, []store.CounterKey) ([]money.Amount, error)) func(store.Tx, context.Context, []store.CounterKey) ([]money.Amount, error) {
	return func(tx store.Tx, ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
		all, err := read(tx, ctx, keys)
		for i := range all {
			all[i] = bare(all[i])
		}
		return all, err
	}
}

// counts asserts what a counter stands at, read in every way.
func counts(x *trial, key store.CounterKey, units int64) {
	x.Helper()
	want := list(bare(cny.Minor(units)))
	require.Equal(x, want, read(x, barely(store.Tx.Counters), list(key)), "%v", key)
	x.update(func(tx store.Tx) error {
		locked, err := barely(store.Tx.LockCounters)(tx, x.ctx, list(key))
		require.Equal(x, want, locked, "%v, locked", key)
		return err
	})
	var found int64
	for _, c := range scan(x, store.Tx.ScanCounters, store.CounterKey{}, 100) {
		if c.CounterKey == key {
			found, _ = c.Amount.Units().Int64()
		}
	}
	require.Equal(x, units, found, "%v, scanned", key)
}

func (x *trial) exceeded(changes ...store.CounterChange) {
	x.Helper()
	x.refused(store.ErrStale, func(tx store.Tx) error { return tx.ChangeCounters(x.ctx, changes) })
}

func counterSums(x *trial) {
	all, carol, dave, other := counterKey("618", ""), counterKey("618", "carol"), counterKey("618", "dave"), counterKey("new", "carol")
	write(x, store.Tx.ChangeCounters, list(counting(all, 100), counting(carol, 30), counting(all, 50)))
	write(x, store.Tx.ChangeCounters, list(counting(other, 7), counting(all, -20)))
	counts(x, all, 130)
	counts(x, carol, 30)
	counts(x, dave, 0)
	counts(x, other, 7)
	counts(x, counterKey("new", ""), 0)
}

func counterMost(x *trial) {
	key := counterKey("618", "")
	x.exceeded(reserving(key, 101, 100))
	write(x, store.Tx.ChangeCounters, list(reserving(key, 60, 100)))
	x.exceeded(reserving(key, 41, 100))
	write(x, store.Tx.ChangeCounters, list(reserving(key, 40, 100)))
	counts(x, key, 100)
	x.exceeded(reserving(key, 1, 100))
	write(x, store.Tx.ChangeCounters, list(reserving(key, 1, 101), counting(key, 5)))
	counts(x, key, 106)
	x.exceeded(reserving(key, -5, 100))
	write(x, store.Tx.ChangeCounters, list(reserving(key, -6, 100)))
}

func counterTakenBack(x *trial) {
	key := counterKey("618", "carol")
	write(x, store.Tx.ChangeCounters, list(reserving(key, 100, 100)))
	write(x, store.Tx.ChangeCounters, list(counting(key, -30)))
	x.exceeded(reserving(key, 31, 100))
	write(x, store.Tx.ChangeCounters, list(reserving(key, 30, 100)))
	counts(x, key, 100)
}

func counterNow(x *trial) {
	key := counterKey("618", "")
	x.exceeded(reserving(key, 60, 100), reserving(key, 41, 100))
	x.update(func(tx store.Tx) error {
		for want := int64(0); want < 100; want += 50 {
			locked, err := tx.LockCounters(x.ctx, list(key))
			if err != nil {
				return err
			}
			require.Equal(x, bare(cny.Minor(want)), bare(locked[0]))
			if err := tx.ChangeCounters(x.ctx, list(reserving(key, 50, 100))); err != nil {
				return err
			}
		}
		return nil
	})
	write(x, store.Tx.ChangeCounters, list(counting(key, -100), reserving(key, 100, 100)))
	counts(x, key, 100)
}

func counterAllOrNone(x *trial) {
	all, carol := counterKey("618", ""), counterKey("618", "carol")
	write(x, store.Tx.ChangeCounters, list(counting(carol, 10)))
	x.exceeded(reserving(all, 5, 100), reserving(carol, 1, 10))
	counts(x, all, 0)
	x.update(func(tx store.Tx) error {
		require.ErrorIs(x, tx.ChangeCounters(x.ctx, list(counting(all, 5), reserving(carol, 1, 10))), store.ErrStale)
		now, err := tx.Counters(x.ctx, list(all, carol))
		require.Equal(x, list(money.Amount{}, cny.Minor(10)), list(bare(now[0]), now[1]), "within the transaction too")
		return err
	})
}

func counterUndone(x *trial) {
	key := counterKey("618", "")
	write(x, store.Tx.ChangeCounters, list(counting(key, 40)))
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.ChangeCounters(x.ctx, list(reserving(key, 60, 100), counting(counterKey("new", ""), 1))); err != nil {
			return err
		}
		return errRefused
	})
	write(x, store.Tx.ChangeCounters, list(reserving(key, 60, 100)))
	counts(x, key, 100)
	counts(x, counterKey("new", ""), 0)
}

func counterZero(x *trial) {
	key := counterKey("618", "carol")
	x.update(func(tx store.Tx) error {
		_, err := tx.LockCounters(x.ctx, list(key))
		return err
	})
	require.Empty(x, x.dump(), "a lock leaves nothing")
	write(x, store.Tx.ChangeCounters, list(counting(key, 0)))
	write(x, store.Tx.ChangeCounters, list(counting(key, 100), counting(key, -30)))
	write(x, store.Tx.ChangeCounters, list(counting(key, -70)))
	require.Empty(x, scan(x, store.Tx.ScanCounters, store.CounterKey{}, 10))
	require.Empty(x, x.dump())
	write(x, store.Tx.ChangeCounters, list(reserving(key, 100, 100)))
	counts(x, key, 100)
}

func counterLarge(x *trial) {
	most, key := amounts()[0], counterKey("618", "")
	write(x, store.Tx.ChangeCounters, list(store.CounterChange{CounterKey: key, Amount: most, Most: &most}))
	require.Equal(x, list(most), read(x, store.Tx.Counters, list(key)))
	before := x.dump()
	var tooLarge *money.RangeError
	require.ErrorAs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return tx.ChangeCounters(x.ctx, list(counting(key, 1))) }), &tooLarge)
	sameText(x, before, x.dump())
	carol := counterKey("618", "carol")
	x.exceeded(reserving(carol, 1<<53+1, 1<<53))
	write(x, store.Tx.ChangeCounters, list(reserving(carol, 1<<53+1, 1<<53+1)))
	counts(x, carol, 1<<53+1)
}

// reservationContest has workers reserve 60 each of a budget that lasts for k of them.
func reservationContest(x *trial, workers, k, rest int, before func(store.Tx, store.CounterKey) error) {
	x.Helper()
	key := counterKey("618", "")
	write(x, store.Tx.ChangeCounters, list(counting(key, 7)))
	most := int64(60*k + rest + 7)
	errs := together(workers, func(int) error {
		return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			if err := before(tx, key); err != nil {
				return err
			}
			return tx.ChangeCounters(x.ctx, list(reserving(key, 60, most)))
		})
	})
	require.Equal(x, min(k, workers), won(x, store.ErrStale, errs), "%d workers reserve 60 each of %d", workers, most-7)
	counts(x, key, int64(60*min(k, workers)+7))
}

func reservationsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, round int) {
		reservationContest(x, workers, list(1, workers/2, workers-1)[round%3], round*7%60, func(store.Tx, store.CounterKey) error { return nil })
	})
}

func reservationsAfterReading(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		reservationContest(x, workers, max(workers/2, 1), 59, func(tx store.Tx, key store.CounterKey) error {
			_, err := tx.Counters(x.ctx, list(key))
			return err
		})
	})
}

// lockedCountersAtOnce: whoever has the lock works out what fits what is left, and nothing that he does is refused.
func lockedCountersAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		key, most := counterKey("618", "carol"), int64(25*workers+10)
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				now, err := tx.LockCounters(x.ctx, list(key))
				if err != nil {
					return err
				}
				used, _ := now[0].Units().Int64()
				if err := tx.ChangeCounters(x.ctx, list(reserving(key, min(30, most-used), most))); err != nil {
					return err
				}
				if i%4 == 3 {
					return tx.ChangeCounters(x.ctx, list(counting(key, -10)))
				}
				return nil
			})
		})
		require.Equal(x, workers, won(x, nil, errs))
		now := read(x, store.Tx.Counters, list(key))[0]
		require.LessOrEqual(x, now.Cmp(cny.Minor(most)), 0)
	})
}
