package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

var concurrencySentences = []sentence{
	{"debits at once take exactly as often as what is available lasts", debitsAtOnce},
	{"debits at once are judged on the balance as it is, whatever each has read before", debitsAfterReading},
	{"credits and debits at once are all counted", creditsAtOnce},
	{"reservations at once take exactly as often as what is left lasts", reservationsAtOnce},
	{"reservations at once are judged on the counter as it is, whatever each has read before", reservationsAfterReading},
	{"a counter that is locked is changed by one at a time, and what fits what was read is not refused", lockedCountersAtOnce},
	{"of claims of one key at once exactly one wins, and all get it", claimsAtOnce},
	{"of records of one id that are added at once exactly one is", addsAtOnce},
	{"edges that together would close a ring are not all added under LockTrees", ringAtOnce},
	{"an order that is locked is changed by one at a time, and nothing is lost", lockedOrdersAtOnce},
	{"an order that is not locked is saved once for each revision", unlockedOrdersAtOnce},
	{"a run that is locked is changed by one at a time, and each of its parts is posted once", lockedRunsAtOnce},
	{"a run that is not locked is saved once for each revision", unlockedRunsAtOnce},
	{"grants that are locked are changed by one at a time, and nothing is lost", lockedGrantsAtOnce},
	{"grants that are not locked are saved once for each revision", unlockedGrantsAtOnce},
	{"forfeits that are locked are changed by one at a time, and nothing is lost", lockedForfeitsAtOnce},
	{"what is forfeited is taken once, whoever takes it and whatever is told meanwhile", forfeitsDueAtOnce},
	{"forfeits that are not locked are saved once for each revision", unlockedForfeitsAtOnce},
	{"a withdrawal that is locked ends once", withdrawalsAtOnce},
	{"of applications at once under the lock of their applicant one is saved", applicationsAtOnce},
	{"of levels that several give one partner at once, under LockFacts exactly one finds him without", levelsAtOnce},
	{"of attempts to bind one customer at once, under LockBindings exactly one finds him free", bindingsAtOnce},
	{"facts, spending and plans that are added at once are all counted, without a gap", countersAtOnce},
	{"FoldRows takes each row once where several run at once", foldsAtOnce},
	{"ReleaseRows takes each row once where several run at once", releasesAtOnce},
	{"rows that are folded and released at once are added to the balance once", foldAndReleaseAtOnce},
	{"numbers have no gap and a reader misses none while events are written", eventsAtOnce},
	{"a reader that is locked goes on by one at a time, and nothing is read twice", readersAtOnce},
	{"a View reads one state while others write", viewWhileWriting},
}

// together runs do in n goroutines that begin at once, and returns the error of each.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			errs[i] = do(i)
		}()
	}
	close(start)
	wg.Wait()
	return errs
}

// contended runs a contest for each number of workers, as often as there are rounds, each on a tenant of its own.
func (x *trial) contended(contest func(x *trial, workers, round int)) {
	x.Helper()
	x.contendedTimes(x.rounds, contest)
}

func (x *trial) contendedTimes(rounds int, contest func(x *trial, workers, round int)) {
	x.Helper()
	for _, workers := range x.workers {
		for round := range rounds {
			contest(x.of(store.Tenant(fmt.Sprintf("%d workers, round %d", workers, round))), workers, round)
		}
	}
}

// won counts the errors that are nil and asserts that all others are target.
func won(x *trial, target error, errs []error) int {
	x.Helper()
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
		} else {
			require.ErrorIs(x, err, target)
		}
	}
	return n
}

// debitContest has workers take 60 each from a balance that lasts for k of them.
func debitContest(x *trial, workers, k, rest int, before func(store.Tx) error) {
	x.Helper()
	id := partner.ID(fmt.Sprintf("lasts for %d", k))
	credit(x, id, int64(60*k+rest))
	errs := together(workers, func(int) error {
		return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			if err := before(tx); err != nil {
				return err
			}
			return tx.ChangeBalances(x.ctx, list(debit(id, 60)))
		})
	})
	require.Equal(x, min(k, workers), won(x, settlement.ErrInsufficient, errs), "%d workers take 60 each from %d", workers, 60*k+rest)
	stands(x, id, int64(60*(k-min(k, workers))+rest), 0)
	require.Equal(x, cny.Minor(int64(60*min(k, workers))), balance(x, id).Withdrawing)
}

func debitsAtOnce(x *trial) {
	x.contendedTimes(x.debits, func(x *trial, workers, round int) {
		k := max(list(1, workers/2, workers-1)[round%3], 1)
		debitContest(x, workers, k, round*7%60, func(store.Tx) error { return nil })
	})
}

func debitsAfterReading(x *trial) {
	x.contendedTimes(x.debits, func(x *trial, workers, round int) {
		debitContest(x, workers, 1, 59, func(tx store.Tx) error {
			_, err := tx.Balances(x.ctx, list[partner.ID]("lasts for 1"))
			if err != nil {
				return err
			}
			_, err = tx.ScanPartners(x.ctx, "", 10)
			return err
		})
	})
}

func creditsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		credit(x, "p-2", int64(workers))
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				return tx.ChangeBalances(x.ctx, list(settlement.Change{Partner: "p-1", Net: cny.Minor(int64(i) + 1), Paid: cny.Minor(1)}, debit("p-2", 1)))
			})
		})
		require.Equal(x, workers, won(x, nil, errs))
		stands(x, "p-1", int64(workers*(workers+1)/2), 0)
		stands(x, "p-2", 0, 0)
	})
}

func claimsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		tokens := make([]string, workers)
		won(x, nil, together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				got, err := tx.Claim(x.ctx, list(sampleClaim("paid", "o-1", fmt.Sprint(i))))
				if err == nil {
					tokens[i] = got[0].Token
				}
				return err
			})
		}))
		winner := read(x, store.Tx.Claimed, list(store.ClaimKey{Operation: "paid", Key: "o-1"}))[0].Token
		require.NotEmpty(x, winner)
		for i, token := range tokens {
			require.Equal(x, winner, token, "worker %d", i)
		}
	})
}

func addsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for what, add := range map[string]func(tx store.Tx, i int) error{
			"partner": func(tx store.Tx, i int) error { return tx.AddPartners(x.ctx, list(samplePartner("p-1"))) },
			"binding": func(tx store.Tx, i int) error {
				return tx.AddBindings(x.ctx, list(sampleBinding("b-1", "c-1", person(i), day(1))))
			},
			"row":        func(tx store.Tx, i int) error { return tx.AddRows(x.ctx, list(sampleRow("o-1", "p-1", 1, int64(i)))) },
			"withdrawal": func(tx store.Tx, i int) error { return tx.AddWithdrawals(x.ctx, list(withdrawalAt(1, 1))) },
		} {
			errs := together(workers, func(i int) error {
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return add(tx, i) })
			})
			require.Equal(x, 1, won(x, store.ErrExists, errs), what)
		}
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error { return tx.AddEdges(x.ctx, list(sampleEdge("p-1", person(i+2)))) })
		})
		require.Equal(x, 1, won(x, store.ErrStale, errs), "edge")
	})
}

var errRing = errors.New("storetest: it would close a ring")

func ringAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, name := range list[partner.Tree]("", "supply") {
			ringIn(x, name, workers)
		}
	})
}

func ringIn(x *trial, name partner.Tree, workers int) {
	x.Helper()
	errs := together(workers, func(i int) error {
		me, recruiter := person(i), person((i+1)%workers)
		return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			if err := tx.LockTrees(x.ctx, list(name)); err != nil {
				return err
			}
			above, err := tx.Uplines(x.ctx, list(store.UplineQuery{Tree: name, Start: recruiter, At: tree.Ever}))
			if err != nil {
				return err
			}
			if tree.CheckRecruit(me, recruiter, above[0]) != nil {
				return errRing
			}
			return tx.AddEdges(x.ctx, list(inTree(name, sampleEdge(me, recruiter))))
		})
	})
	require.Equal(x, workers-1, won(x, errRing, errs), "all but the one who would close the ring")
}

func lockedOrdersAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, stored := range list(false, true) {
			id := commission.OrderID(fmt.Sprintf("stored before: %v", stored))
			if stored {
				write(x, store.Tx.SaveOrders, list(settlement.Order{ID: id, Revision: 1}))
			}
			errs := together(workers, func(i int) error {
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
					orders, err := tx.LockOrders(x.ctx, list(id))
					if err != nil {
						return err
					}
					orders[0].Revision++
					orders[0].Refunds = append(orders[0].Refunds, settlement.AppliedRefund{Key: fmt.Sprint(i), At: day(1)})
					return tx.SaveOrders(x.ctx, orders)
				})
			})
			require.Equal(x, workers, won(x, nil, errs))
			require.Len(x, read(x, store.Tx.Orders, list(id))[0].Refunds, workers)
		}
	})
}

func unlockedOrdersAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				orders, err := tx.Orders(x.ctx, list[commission.OrderID]("o-1"))
				if err != nil {
					return err
				}
				orders[0].ID = "o-1"
				orders[0].Revision++
				return tx.SaveOrders(x.ctx, orders)
			})
		})
		saved := won(x, store.ErrStale, errs)
		require.Positive(x, saved)
		require.Equal(x, int64(saved), read(x, store.Tx.Orders, list[commission.OrderID]("o-1"))[0].Revision)
	})
}

var errEnded = errors.New("storetest: it has ended")

func withdrawalsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		write(x, store.Tx.AddWithdrawals, list(withdrawalAt(1, 1)))
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				locked, err := tx.LockWithdrawals(x.ctx, list(number(1)))
				if err != nil {
					return err
				}
				if locked[0].State != settlement.Requested {
					return errEnded
				}
				locked[0].State = settlement.Paid
				locked[0].Revision++
				return tx.SaveWithdrawals(x.ctx, locked)
			})
		})
		require.Equal(x, 1, won(x, errEnded, errs))
	})
}

// applicationsAtOnce lets everybody apply for the same one, who looks under a lock whether one of his is open.
func applicationsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				before, err := tx.LockApplications(x.ctx, list[partner.ID]("p-1"))
				if err != nil {
					return err
				}
				if len(before[0]) > 0 {
					return errEnded
				}
				return tx.SaveApplications(x.ctx, list(sampleApplication(partner.ApplicationID(number(i)), "p-1")))
			})
		})
		require.Equal(x, 1, won(x, errEnded, errs))
	})
}

// levelsAtOnce lets everybody give the same one a level, who looks under the lock whether he has one.
func levelsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				locked, err := tx.LockFacts(x.ctx, list[partner.ID]("p-1"))
				if err != nil {
					return err
				}
				if len(locked[0]) > 0 {
					return errEnded
				}
				return tx.AddFacts(x.ctx, list(fact("p-1", fmt.Sprint("level ", i), 1)))
			})
		})
		require.Equal(x, 1, won(x, errEnded, errs))
		require.Equal(x, int64(1), read(x, store.Tx.Facts, list[partner.ID]("p-1"))[0][0].Seq)
	})
}

var errOwned = errors.New("storetest: somebody owns him")

func bindingsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(i int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				locked, err := tx.LockBindings(x.ctx, list[partner.Customer]("c-1"))
				if err != nil {
					return err
				}
				if len(locked[0]) > 0 {
					return errOwned
				}
				return tx.AddBindings(x.ctx, list(sampleBinding(fmt.Sprintf("b-%d", i), "c-1", person(i), day(1))))
			})
		})
		require.Equal(x, 1, won(x, errOwned, errs))
	})
}
