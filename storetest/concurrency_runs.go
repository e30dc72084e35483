package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func countersAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		totals := make([]money.Amount, workers)
		errs := together(workers, func(i int) error {
			err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				if err := tx.AddFacts(x.ctx, list(fact("p-1", fmt.Sprint(i), 1))); err != nil {
					return err
				}
				after, err := tx.AddSpend(x.ctx, list(spend("c-1", 1)))
				if err == nil {
					totals[i] = after[0]
				}
				return err
			})
			return errors.Join(err, publish(x))
		})
		require.Equal(x, workers, won(x, nil, errs))
		facts, plans := read(x, store.Tx.Facts, list[partner.ID]("p-1"))[0], read(x, store.Tx.Plans, 1)
		require.Len(x, facts, workers)
		require.Len(x, plans, workers)
		slices.SortFunc(totals, money.Amount.Cmp)
		for i := range workers {
			require.Equal(x, int64(i)+1, facts[i].Seq)
			require.Equal(x, i+1, plans[i].Version)
			require.Equal(x, cny.Minor(int64(i)+1), totals[i], "each sees a total of its own")
		}
	})
}

func lockedRunsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, stored := range list(false, true) {
			id := settlement.RunID(fmt.Sprintf("stored before: %v", stored))
			if stored {
				write(x, store.Tx.SaveRuns, list(settlement.Run{ID: id, Revision: 1}))
			}
			errs := together(workers, func(i int) error {
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
					runs, err := tx.LockRuns(x.ctx, list(id))
					if err != nil {
						return err
					}
					row := runRow(id, runs[0].Posted, "p-1", 1, 100)
					runs[0].Revision++
					runs[0].Posted++
					if err := tx.SaveRuns(x.ctx, runs); err != nil {
						return err
					}
					return tx.AddRows(x.ctx, list(row)) // one that exists is an error
				})
			})
			require.Equal(x, workers, won(x, nil, errs))
			require.Equal(x, workers, read(x, store.Tx.Runs, list(id))[0].Posted)
		}
	})
}

func unlockedRunsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				runs, err := tx.Runs(x.ctx, list[settlement.RunID]("r-1"))
				if err != nil {
					return err
				}
				runs[0].ID = "r-1"
				runs[0].Revision++
				return tx.SaveRuns(x.ctx, runs)
			})
		})
		saved := won(x, store.ErrStale, errs)
		require.Positive(x, saved)
		require.Equal(x, int64(saved), read(x, store.Tx.Runs, list[settlement.RunID]("r-1"))[0].Revision)
	})
}

// publish adds the next plan, as often as somebody else was faster.
func publish(x *trial) error {
	for {
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			plans, err := tx.Plans(x.ctx, 1)
			if err != nil {
				return err
			}
			return tx.AddPlan(x.ctx, samplePlan(len(plans)+1))
		})
		if !errors.Is(err, store.ErrStale) {
			return err
		}
	}
}

// bag collects rows that several goroutines have taken.
type bag struct {
	mu    sync.Mutex
	taken map[string]int
}

func (b *bag) add(rows []settlement.Row) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range rows {
		b.taken[name(r)]++
	}
}

// once asserts that so many rows were taken, each once.
func (b *bag) once(x *trial, n int) {
	x.Helper()
	require.Len(x, b.taken, n)
	for row, times := range b.taken {
		require.Equal(x, 1, times, "row %s", row)
	}
}

// severalOrders writes n orders, each with rows of three people, and returns the ids.
func severalOrders(x *trial, n int) []commission.OrderID {
	x.Helper()
	ids := made(n, func(i int) commission.OrderID { return commission.OrderID(fmt.Sprintf("o-%d", i)) })
	var rows []settlement.Row
	for _, id := range ids {
		for p := range 3 {
			rows = append(rows, sampleRow(id, person(p), 1, 100))
		}
	}
	write(x, store.Tx.AddRows, rows)
	return ids
}

// foldInto folds all there is, in small steps, adds it to the balances, and collects it.
func (b *bag) foldInto(x *trial, limit int) error {
	for {
		var rows []settlement.Row
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) (err error) {
			if rows, err = tx.FoldRows(x.ctx, limit, day(9)); err != nil {
				return err
			}
			return tx.ChangeBalances(x.ctx, made(len(rows), func(i int) settlement.Change {
				return settlement.Change{Partner: rows[i].Payee, Pending: rows[i].Amount}
			}))
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		b.add(rows)
	}
}

// releaseInto releases orders one by one, adds what becomes available to the balances, and collects it.
func (b *bag) releaseInto(x *trial, ids []commission.OrderID) error {
	for _, id := range ids {
		var rows []settlement.Row
		err := x.st.Update(x.ctx, x.tenant, func(tx store.Tx) (err error) {
			if rows, err = tx.ReleaseRows(x.ctx, list(settlement.OfOrder(id)), day(9)); err != nil {
				return err
			}
			return tx.ChangeBalances(x.ctx, made(len(rows), func(i int) settlement.Change {
				c := settlement.Change{Partner: rows[i].Payee, Net: rows[i].Amount}
				if !rows[i].Folded.IsZero() {
					c.Pending = rows[i].Amount.Neg()
				}
				return c
			}))
		})
		if err != nil {
			return err
		}
		b.add(rows)
	}
	return nil
}

func foldsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		severalOrders(x, workers)
		b := &bag{taken: map[string]int{}}
		require.Equal(x, workers, won(x, nil, together(workers, func(int) error { return b.foldInto(x, 2) })))
		require.NoError(x, b.foldInto(x, 100), "what the others have left out")
		b.once(x, 3*workers)
		for p := range 3 {
			require.Equal(x, cny.Minor(int64(100*workers)), balance(x, person(p)).Pending)
		}
	})
}

func releasesAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		ids := severalOrders(x, 4)
		b := &bag{taken: map[string]int{}}
		require.Equal(x, workers, won(x, nil, together(workers, func(int) error { return b.releaseInto(x, ids) })))
		b.once(x, 12)
		for p := range 3 {
			stands(x, person(p), 400, 0)
		}
	})
}

func foldAndReleaseAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		ids := severalOrders(x, workers)
		folded, released := &bag{taken: map[string]int{}}, &bag{taken: map[string]int{}}
		errs := together(2*workers, func(i int) error {
			if i < workers {
				return folded.foldInto(x, 3)
			}
			return released.releaseInto(x, ids[i-workers:i-workers+1])
		})
		require.Equal(x, 2*workers, won(x, nil, errs))
		require.NoError(x, folded.foldInto(x, 100))
		released.once(x, 3*workers)
		for row, times := range folded.taken {
			require.Equal(x, 1, times, "row %s", row)
		}
		for p := range 3 {
			require.Equal(x, settlement.Balance{Partner: person(p), Available: cny.Minor(int64(100 * workers))}, balance(x, person(p)))
		}
	})
}

func viewWhileWriting(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		credit(x, "p-1", 1000)
		errs := together(workers, func(i int) error {
			if i%2 == 0 {
				move := list(settlement.Change{Partner: "p-1", Net: cny.Minor(-1)}, settlement.Change{Partner: "p-2", Net: cny.Minor(1)})
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return tx.ChangeBalances(x.ctx, move) })
			}
			return x.st.View(x.ctx, x.tenant, func(tx store.Tx) error {
				first, err := tx.Balances(x.ctx, list[partner.ID]("p-1"))
				if err != nil {
					return err
				}
				second, err := tx.Balances(x.ctx, list[partner.ID]("p-2"))
				if err != nil {
					return err
				}
				one, other := yuan("p-1", first[0]).Available, yuan("p-2", second[0]).Available
				if sum, err := one.Add(other); err != nil || sum != cny.Minor(1000) {
					return fmt.Errorf("storetest: the View sees %s and %s, which were never there at once", one, other)
				}
				return nil
			})
		})
		won(x, nil, errs)
	})
}
