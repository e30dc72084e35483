package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var forfeitSentences = []sentence{
	{"forfeits are saved with the revision above the stored one and any other is ErrStale", revisionedForfeits.revisions},
	{"stale forfeits keep the others of their call from being saved", revisionedForfeits.staleInBatch},
	{"LockForfeits leaves nothing of forfeits that do not exist", revisionedForfeits.lockLeavesNothing},
	{"LockForfeits returns forfeits as they are now, own writes too", revisionedForfeits.lockNow},
	{"forfeits are due at their Due, and not a microsecond before", dueForfeits.atTheInstant},
	{"forfeits that are saved again are due by what they are now", dueForfeits.again},
	{"DueForfeits goes by Due, then id, at most limit of them, and leaves out what is to be skipped", dueForfeits.inOrder},
}

// sampleForfeits are forfeits at their first revision, with everything that forfeits can have at once.
func sampleForfeits(id partner.ID) settlement.Forfeits {
	return settlement.Forfeits{
		Partner: id, Revision: 1, Due: day(9),
		Seen:   settlement.Place{At: day(7), Source: settlement.OfOrder("o-1"), Revision: 2, Zero: points.Minor(0)},
		All:    []settlement.Forfeit{{At: day(8), Recorded: day(9)}, {At: day(12), Recorded: day(13)}},
		Record: recorded(9),
	}
}

func forfeitsAt(id partner.ID, revision int64, due time.Time) settlement.Forfeits {
	f := sampleForfeits(id)
	f.Revision, f.Due = revision, due
	return f
}

func forfeitsOf(id partner.ID, mark string) settlement.Forfeits {
	f := sampleForfeits(id)
	f.Actor = mark
	return f
}

func fillForfeits(ctx context.Context, tx store.Tx) error {
	if err := tx.SaveForfeits(ctx, list(sampleForfeits("p-1"), sampleForfeits("p-2"))); err != nil {
		return err
	}
	return tx.AddRows(ctx, list(forfeitRow("o-1", "p-1", 2, -5970)))
}

// forfeitRow is a row by which the shop keeps what somebody forfeits of an order.
func forfeitRow(order commission.OrderID, payee partner.ID, revision, amount int64) settlement.Row {
	row := sampleRow("", payee, revision, amount)
	row.Source, row.Key = settlement.OfForfeits(settlement.OfOrder(order)), string(order)
	return row
}

func forfeitMethods() []method {
	saved := sampleForfeits("p-1")
	saved.Revision = 2
	ids := list[partner.ID]("p-1", "p-2")
	return []method{
		one("LockForfeits", locking, store.Tx.LockForfeits, ids, nil),
		act("SaveForfeits", store.Tx.SaveForfeits, list(saved), nil),
		one("Forfeits", reading, store.Tx.Forfeits, ids, nil),
		pageOf("ScanForfeits", store.Tx.ScanForfeits),
		one("DueForfeits", reading, func(tx store.Tx, ctx context.Context, limit int) ([]partner.ID, error) {
			return tx.DueForfeits(ctx, day(15), nil, limit)
		}, 10, 0),
	}
}

func forfeitKind() kind {
	ids := list[partner.ID]("u-1", "u-2")
	return kindOf("forfeits",
		func() []settlement.Forfeits {
			return list(sampleForfeits("u-1"), settlement.Forfeits{Partner: "u-2", Revision: 1, Record: recorded(9)})
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Forfeits) error {
			return tx.SaveForfeits(ctx, all)
		},
		reader[settlement.Forfeits]{"Forfeits", false, func(ctx context.Context, tx store.Tx) ([]settlement.Forfeits, error) { return tx.Forfeits(ctx, ids) }},
		reader[settlement.Forfeits]{"LockForfeits", true, func(ctx context.Context, tx store.Tx) ([]settlement.Forfeits, error) {
			return tx.LockForfeits(ctx, ids)
		}},
		reader[settlement.Forfeits]{"ScanForfeits", false, func(ctx context.Context, tx store.Tx) ([]settlement.Forfeits, error) {
			return tx.ScanForfeits(ctx, "", 10)
		}},
	)
}

func manyForfeits(x *trial) {
	n := x.size
	partners := made(n, person)
	write(x, store.Tx.SaveForfeits, made(n, func(i int) settlement.Forfeits { return sampleForfeits(partners[i]) }))
	x.update(func(tx store.Tx) error {
		locked, err := tx.LockForfeits(x.ctx, partners)
		if err != nil {
			return err
		}
		for i := range locked {
			locked[i].Revision++
		}
		return tx.SaveForfeits(x.ctx, locked)
	})
	for i, f := range read(x, store.Tx.Forfeits, partners) {
		require.Equal(x, partners[i], f.Partner)
		require.Equal(x, int64(2), f.Revision)
	}
	require.Len(x, scan(x, store.Tx.ScanForfeits, "", n), n)
	require.Len(x, dueForfeits.list(x, day(9), n), n)
	require.Len(x, dueForfeits.list(x, day(9), n, partners[1:]...), 1)
}

func lockedForfeitsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		for _, stored := range list(false, true) {
			id := partner.ID(fmt.Sprintf("stored before: %v", stored))
			if stored {
				write(x, store.Tx.SaveForfeits, list(settlement.Forfeits{Partner: id, Revision: 1}))
			}
			errs := together(workers, func(int) error {
				return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
					forfeits, err := tx.LockForfeits(x.ctx, list(id))
					if err != nil {
						return err
					}
					f := forfeits[0]
					f.Revision++
					f.All = append(slices.Clone(f.All), settlement.Forfeit{At: day(len(f.All) + 1)})
					if err := tx.SaveForfeits(x.ctx, list(f)); err != nil {
						return err
					}
					return tx.AddRows(x.ctx, list(forfeitRow("o-1", id, int64(len(f.All)), 100))) // one that exists is an error
				})
			})
			require.Equal(x, workers, won(x, nil, errs))
			require.Len(x, read(x, store.Tx.Forfeits, list(id))[0].All, workers)
		}
	})
}

func unlockedForfeitsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		errs := together(workers, func(int) error {
			return x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
				forfeits, err := tx.Forfeits(x.ctx, list[partner.ID]("u-1"))
				if err != nil {
					return err
				}
				forfeits[0].Partner = "u-1"
				forfeits[0].Revision++
				return tx.SaveForfeits(x.ctx, forfeits)
			})
		})
		saved := won(x, store.ErrStale, errs)
		require.Positive(x, saved)
		require.Equal(x, int64(saved), read(x, store.Tx.Forfeits, list[partner.ID]("u-1"))[0].Revision)
	})
}
