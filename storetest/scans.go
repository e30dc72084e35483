package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func scanSentences() []sentence {
	var sentences []sentence
	for _, s := range slices.Concat(scans(), queueScans(), tallyScans()) {
		sentences = append(sentences,
			sentence{s.name + " returns everything in order, page by page, nothing twice", s.pages},
			sentence{s.name + " goes on after a place where there is nothing", s.gaps})
	}
	return sentences
}

// scanning is a method that reads in pages.
type scanning struct {
	name        string
	pages, gaps func(*trial)
}

// scanOf makes the sentences of a scan. places are all there are, in order; write writes something at one.
func scanOf[A comparable, R any](name string, places []A, write func(context.Context, store.Tx, A) error,
	read func(store.Tx, context.Context, A, int) ([]R, error), placeOf func(R) A,
) scanning {
	setup := func(x *trial, some []A) {
		x.Helper()
		shuffled := slices.Clone(some)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		x.update(func(tx store.Tx) error {
			for _, place := range shuffled {
				if err := write(x.ctx, tx, place); err != nil {
					return err
				}
			}
			return nil
		})
	}
	all := func(x *trial, after A, limit int) (got []A) {
		x.Helper()
		x.view(func(tx store.Tx) error {
			got = nil
			for at := after; len(got) <= len(places); {
				page, err := read(tx, x.ctx, at, limit)
				if err != nil || len(page) == 0 {
					return err
				}
				require.LessOrEqual(x, len(page), limit)
				for _, r := range page {
					got = append(got, placeOf(r))
				}
				at = got[len(got)-1]
			}
			return nil
		})
		return got
	}
	var first A
	return scanning{
		name: name,
		pages: func(x *trial) {
			require.Empty(x, all(x, first, 10))
			setup(x, places)
			for _, limit := range list(1, 2, 3, 7, len(places), len(places)+10) {
				require.Equal(x, places, all(x, first, limit), "%d a page", limit)
			}
		},
		gaps: func(x *trial) {
			var some []A
			for i := 0; i < len(places); i += 2 {
				some = append(some, places[i])
			}
			setup(x, some)
			for i, place := range places {
				want := some[i/2+1:]
				require.Equal(x, len(want), len(all(x, place, 3)), "after %v", place)
				if len(want) > 0 {
					require.Equal(x, want, all(x, place, 3), "after %v", place)
				}
			}
		},
	}
}

// sortedIDs are trickyIDs in order.
func sortedIDs[T ~string]() []T {
	var ids []T
	for _, s := range slices.Sorted(slices.Values(trickyIDs())) {
		ids = append(ids, T(s))
	}
	return ids
}

func scans() []scanning {
	return []scanning{
		scanOf("ScanPartners", sortedIDs[partner.ID](), func(ctx context.Context, tx store.Tx, id partner.ID) error {
			return tx.AddPartners(ctx, list(samplePartner(id)))
		}, store.Tx.ScanPartners, func(p partner.Partner) partner.ID { return p.ID }),
		scanOf("ScanCustomers", sortedIDs[partner.Customer](), addCustomer, store.Tx.ScanCustomers, func(s store.Spend) partner.Customer { return s.Customer }),
		scanOf("ScanApplications", sortedIDs[partner.ApplicationID](), addApplication, store.Tx.ScanApplications, applicationPlace),
		scanOf("OpenApplications", sortedIDs[partner.ApplicationID](), func(ctx context.Context, tx store.Tx, id partner.ApplicationID) error {
			decided := sampleApplication(partner.ApplicationID("z "+short(id)), "p-1")
			decided.State = partner.ApplicationCancelled
			return errors.Join(addApplication(ctx, tx, id), tx.SaveApplications(ctx, list(decided)))
		}, store.Tx.OpenApplications, applicationPlace),
		scanOf("ScanOrders", sortedIDs[commission.OrderID](), func(ctx context.Context, tx store.Tx, id commission.OrderID) error {
			return tx.SaveOrders(ctx, list(sampleOrder(id)))
		}, store.Tx.ScanOrders, func(o settlement.Order) commission.OrderID { return o.ID }),
		paidOrders.scan(),
		customerOrders.scan(),
		soldOrders.scan(),
		releasedOrders.scan(),
		scanOf("ScanRuns", sortedIDs[settlement.RunID](), func(ctx context.Context, tx store.Tx, id settlement.RunID) error {
			return tx.SaveRuns(ctx, list(sampleRun(id)))
		}, store.Tx.ScanRuns, func(r settlement.Run) settlement.RunID { return r.ID }),
		scanOf("ScanGrants", sortedIDs[partner.ID](), func(ctx context.Context, tx store.Tx, user partner.ID) error {
			return tx.SaveGrants(ctx, list(sampleGrants(user)))
		}, store.Tx.ScanGrants, func(g settlement.Grants) partner.ID { return g.User }),
		scanOf("ScanForfeits", sortedIDs[partner.ID](), func(ctx context.Context, tx store.Tx, id partner.ID) error {
			return tx.SaveForfeits(ctx, list(sampleForfeits(id)))
		}, store.Tx.ScanForfeits, func(f settlement.Forfeits) partner.ID { return f.Partner }),
		scanOf("PartnerRows", rowPlaces(), func(ctx context.Context, tx store.Tx, at store.RowCursor) error {
			r := sampleRow(commission.OrderID(at.Source.ID), "p-1", at.Revision, 100)
			r.At, r.Amount = at.At, at.Currency.Minor(100)
			other := sampleRow(commission.OrderID(at.Source.ID), "p-2", at.Revision, 100)
			other.Amount = r.Amount
			return tx.AddRows(ctx, list(r, other))
		}, func(tx store.Tx, ctx context.Context, after store.RowCursor, limit int) ([]settlement.Row, error) {
			return tx.PartnerRows(ctx, "p-1", after, limit)
		}, program.CursorOf),
		scanOf("ScanWithdrawals", numbers(), func(ctx context.Context, tx store.Tx, id settlement.WithdrawalID) error {
			return tx.AddWithdrawals(ctx, list(sampleWithdrawal(id, "p-1")))
		}, store.Tx.ScanWithdrawals, func(w settlement.Withdrawal) settlement.WithdrawalID { return w.ID }),
		scanOf("ScanCounters", counterPlaces(), func(ctx context.Context, tx store.Tx, key store.CounterKey) error {
			return tx.ChangeCounters(ctx, list(counting(key, 100)))
		}, store.Tx.ScanCounters, func(c store.Counter) store.CounterKey { return c.CounterKey }),
		scanOf("ScanClaims", claimPlaces(), func(ctx context.Context, tx store.Tx, key store.ClaimKey) error {
			_, err := tx.Claim(ctx, list(sampleClaim(key.Operation, key.Key, "t-1")))
			return err
		}, store.Tx.ScanClaims, func(c store.Claim) store.ClaimKey { return c.ClaimKey }),
		scanOf("UnnumberedEvents", sortedIDs[string](), func(ctx context.Context, tx store.Tx, id string) error {
			return tx.AppendEvents(ctx, list(sampleEvent(id)))
		}, store.Tx.UnnumberedEvents, func(e store.Event) string { return e.ID }),
	}
}

func addApplication(ctx context.Context, tx store.Tx, id partner.ApplicationID) error {
	return tx.SaveApplications(ctx, list(sampleApplication(id, "p-1")))
}

func applicationPlace(a partner.Application) partner.ApplicationID { return a.ID }

// addCustomer makes somebody a customer by what he spends, by an attempt to bind him, or by both.
func addCustomer(ctx context.Context, tx store.Tx, id partner.Customer) error {
	if len(id)%3 != 0 {
		if _, err := tx.AddSpend(ctx, list(store.Spend{Customer: id, Amount: cny.Minor(100)})); err != nil {
			return err
		}
	}
	if len(id)%3 == 1 {
		return nil
	}
	return tx.AddBindings(ctx, list(sampleBinding("1 "+string(id), id, "p-1", day(1)), sampleBinding("2 "+string(id), id, "p-2", day(2))))
}

// rowPlaces are places of rows, newest first: several at one instant, several of one source, numbers that sort otherwise as texts, and currencies of one
// revision, with codes of which one begins another and with scales.
func rowPlaces() []store.RowCursor {
	var places []store.RowCursor
	for i, at := range list(day(1), day(2), day(2).Add(time.Microsecond)) {
		for _, order := range list[commission.OrderID]("o-1", "O-1", "o-2", "o-10") {
			for _, n := range list(1, 2, 10) {
				for _, currency := range currencies()[:1+n%2*3] {
					places = append(places, store.RowCursor{At: at, Source: settlement.OfOrder(order), Revision: int64(100*i + n), Currency: currency})
				}
			}
		}
	}
	slices.SortFunc(places, func(a, b store.RowCursor) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Source.ID, a.Source.ID), cmp.Compare(b.Revision, a.Revision), b.Currency.Cmp(a.Currency))
	})
	return places
}

// scan is the method as one that reads in pages.
func (w orderWindow) scan() scanning {
	return scanOf(w.name, orderPlaces(), func(ctx context.Context, tx store.Tx, at store.OrderCursor) error {
		return tx.SaveOrders(ctx, list(w.order(at.ID, at.At)))
	}, func(tx store.Tx, ctx context.Context, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return w.read(tx, ctx, day(-9), day(9), after, limit)
	}, func(o settlement.Order) store.OrderCursor { return store.OrderCursor{At: *w.at(&o), ID: o.ID} })
}

// orderPlaces are places of orders by an instant: several at one, and ids that go the other way than their instants.
func orderPlaces() []store.OrderCursor {
	var places []store.OrderCursor
	for i, at := range list(day(-1), day(1), day(1).Add(time.Microsecond), day(2)) {
		for _, id := range trickyIDs()[:12] {
			places = append(places, store.OrderCursor{At: at, ID: commission.OrderID(fmt.Sprintf("%d%s", 9-i, id))})
		}
	}
	slices.SortFunc(places, func(a, b store.OrderCursor) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return places
}

func numbers() []settlement.WithdrawalID {
	var ids []settlement.WithdrawalID
	for n := range 30 {
		ids = append(ids, number(n*n*n+1))
	}
	slices.Sort(ids)
	return ids
}

func counterPlaces() []store.CounterKey {
	var places []store.CounterKey
	for _, campaign := range list("618", "618b", "New", "new", "é") {
		for _, customer := range list[partner.Customer]("", "1", "12", "A", "a", "é") {
			places = append(places, counterKey(campaign, customer))
		}
	}
	return places
}

func claimPlaces() []store.ClaimKey {
	var places []store.ClaimKey
	for _, operation := range list("Paid", "paid", "paid2") {
		for _, key := range list("1", "12", "A", "a", "é") {
			places = append(places, store.ClaimKey{Operation: operation, Key: key})
		}
	}
	return places
}
