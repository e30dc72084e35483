package storetest

import (
	"context"
	"reflect"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func batchSentences() []sentence {
	sentences := []sentence{
		{"an empty slice is no work and a limit below 1 gives nothing", emptyBatches},
		{"a limit below 0 gives nothing", negativeLimits},
	}
	for _, a := range aligned() {
		sentences = append(sentences,
			sentence{"what " + a.name + " does not find is the zero value in its place, never an error", a.notFound},
			sentence{"element i of " + a.name + " belongs to argument i, in any order and however often", a.order})
	}
	return sentences
}

func emptyBatches(x *trial) {
	for _, tenant := range list[store.Tenant]("", "filled") {
		x := x.of(tenant)
		if tenant == "filled" {
			x.filled()
		}
		before := x.dump()
		for _, m := range methods() {
			if m.empty == nil {
				continue
			}
			x.update(func(tx store.Tx) error {
				got, err := m.empty(x.ctx, tx)
				if err == nil && got != nil {
					require.True(x, nothing(got), "%s returned %v", m.name, got)
				}
				return err
			})
			sameText(x, before, x.dump(), m.name)
		}
	}
}

// nothing reports whether a result is a slice without elements, or the number 0.
func nothing(result any) bool {
	v := reflect.ValueOf(result)
	return v.Kind() == reflect.Slice && v.Len() == 0 || v.Kind() == reflect.Int && v.Int() == 0
}

func negativeLimits(x *trial) {
	before := x.filled()
	x.update(func(tx store.Tx) error {
		for _, scan := range []func() (any, error){
			func() (any, error) { return tx.ScanPartners(x.ctx, "", -1) },
			func() (any, error) { return tx.ScanCustomers(x.ctx, "", -1) },
			func() (any, error) { return tx.ScanApplications(x.ctx, "", -1) },
			func() (any, error) { return tx.OpenApplications(x.ctx, "", -1) },
			func() (any, error) { return tx.ScanOrders(x.ctx, "", -1) },
			func() (any, error) { return tx.PaidOrders(x.ctx, time.Time{}, day(30), store.OrderCursor{}, -1) },
			func() (any, error) { return tx.CustomerOrders(x.ctx, "c-1", time.Time{}, store.OrderCursor{}, -1) },
			func() (any, error) { return tx.SoldOrders(x.ctx, "p-1", time.Time{}, store.OrderCursor{}, -1) },
			func() (any, error) { return tx.ReleasedOrders(x.ctx, time.Time{}, day(30), store.OrderCursor{}, -1) },
			func() (any, error) { return tx.DueOrders(x.ctx, day(30), nil, -1) },
			func() (any, error) { return tx.PartnerRows(x.ctx, "p-1", store.RowCursor{}, -1) },
			func() (any, error) { return tx.FoldRows(x.ctx, -1, day(30)) },
			func() (any, error) { return tx.ScanRuns(x.ctx, "", -1) },
			func() (any, error) { return tx.ReleasingRuns(x.ctx, nil, -1) },
			func() (any, error) { return tx.ScanGrants(x.ctx, "", -1) },
			func() (any, error) { return tx.DueGrants(x.ctx, day(30), nil, -1) },
			func() (any, error) { return tx.ScanForfeits(x.ctx, "", -1) },
			func() (any, error) { return tx.DueForfeits(x.ctx, day(30), nil, -1) },
			func() (any, error) { return tx.TalliesOf(x.ctx, tallyKey("s-1", "p-1", 0), -1) },
			func() (any, error) { return tx.ScanTallies(x.ctx, store.TallyKey{}, -1) },
			func() (any, error) {
				return tx.CountedBetween(x.ctx, "s-1", time.Time{}, day(30), store.OrderCursor{}, -1)
			},
			func() (any, error) { return tx.ScanCounted(x.ctx, store.CountedKey{}, -1) },
			func() (any, error) { return tx.ScanWithdrawals(x.ctx, "", -1) },
			func() (any, error) { return tx.ScanClaims(x.ctx, store.ClaimKey{}, -1) },
			func() (any, error) { return tx.NumberEvents(x.ctx, -1) },
			func() (any, error) { return tx.UnnumberedEvents(x.ctx, "", -1) },
			func() (any, error) { return tx.Events(x.ctx, 0, -1) },
		} {
			got, err := scan()
			if err != nil {
				return err
			}
			require.True(x, nothing(got), "%v", got)
		}
		return nil
	})
	sameText(x, before, x.dump())
}

// alignment is a method that returns an element for each one asked for.
type alignment struct {
	name            string
	notFound, order func(*trial)
}

// alignmentOf makes the sentences of a method from arguments that fill has records of, in order of their names in the results, and one it has not.
func alignmentOf[A, R any](name string, m func(store.Tx, context.Context, []A) ([]R, error), unknown A, zero R, known ...A) alignment {
	call := func(x *trial, args ...A) []R {
		x.Helper()
		var out []R
		x.update(func(tx store.Tx) (err error) {
			out, err = m(tx, x.ctx, args)
			return err
		})
		require.Len(x, out, len(args))
		return out
	}
	return alignment{
		name: name,
		notFound: func(x *trial) {
			same(x, list(zero), call(x, unknown), "in an empty store")
			x.filled()
			got := call(x, unknown, known[0], unknown)
			same(x, zero, got[0])
			same(x, zero, got[2])
			require.NotEqual(x, said(x, zero), said(x, got[1]))
		},
		order: func(x *trial) {
			x.filled()
			got := call(x, known...)
			backwards := call(x, known[1], unknown, known[0], known[1])
			same(x, list(got[1], zero, got[0], got[1]), backwards)
			require.NotEqual(x, said(x, got[0]), said(x, got[1]))
		},
	}
}

// aligned is every method that returns an element for each one asked for, and does nothing where there is none.
func aligned() []alignment {
	at := func(id partner.ID) store.UplineQuery { return store.UplineQuery{Start: id, At: day(9)} }
	below := func(id partner.ID) store.RecruitQuery { return store.RecruitQuery{Recruiter: id, At: day(9)} }
	paid, refund := store.ClaimKey{Operation: "paid", Key: "o-1"}, store.ClaimKey{Operation: "refund", Key: "r-1"}
	return []alignment{
		alignmentOf[partner.ID]("Partners", store.Tx.Partners, "nobody", partner.Partner{}, "p-1", "p-2"),
		alignmentOf[partner.ID]("LockFacts", store.Tx.LockFacts, "nobody", nil, "p-1", "p-2"),
		alignmentOf[partner.ID]("Facts", store.Tx.Facts, "nobody", nil, "p-1", "p-2"),
		alignmentOf("Spent", spentOf, partner.Customer("nobody"), money.Amount{}, "c-1", "c-3"),
		alignmentOf[partner.ID]("LockApplications", store.Tx.LockApplications, "nobody", nil, "p-1", "p-2"),
		alignmentOf[partner.ID]("ApplicationsOf", store.Tx.ApplicationsOf, "nobody", nil, "p-1", "p-2"),
		alignmentOf[partner.ApplicationID]("Applications", store.Tx.Applications, "nothing", partner.Application{}, "a-1", "a-2"),
		alignmentOf("Edges", store.Tx.Edges, edges("nobody")[0], nil, edges("p-2")[0], edgesIn("supply", "p-3")[0]),
		alignmentOf("Recruits", store.Tx.Recruits, below("nobody"), nil, below("p-1"), below("p-2")),
		alignmentOf("Uplines", store.Tx.Uplines, at("nobody"), list[partner.ID]("nobody"), at("p-2"), at("p-3")),
		alignmentOf[partner.Customer]("LockBindings", store.Tx.LockBindings, "nobody", nil, "c-1", "c-2"),
		alignmentOf[partner.Customer]("Bindings", store.Tx.Bindings, "nobody", nil, "c-1", "c-2"),
		alignmentOf[commission.OrderID]("LockOrders", store.Tx.LockOrders, "nothing", settlement.Order{ID: "nothing"}, "o-1", "o-2"),
		alignmentOf[commission.OrderID]("Orders", store.Tx.Orders, "nothing", settlement.Order{}, "o-1", "o-2"),
		alignmentOf("Rows", store.Tx.Rows, settlement.OfOrder("nothing"), nil, settlement.OfOrder("o-1"), settlement.OfOrder("o-3")),
		alignmentOf("Balances", balancesOf, partner.ID("nobody"), nil, "p-1", "p-2"),
		alignmentOf("LockCounters", barely(store.Tx.LockCounters), counterKey("nothing", ""), money.Amount{}, counterKey("618", ""), counterKey("618", "c-1")),
		alignmentOf("Counters", barely(store.Tx.Counters), counterKey("618", "nobody"), money.Amount{}, counterKey("618", "c-1"), counterKey("618", "c-2")),
		alignmentOf[settlement.RunID]("LockRuns", store.Tx.LockRuns, "nothing", settlement.Run{ID: "nothing"}, "r-1", "r-2"),
		alignmentOf[settlement.RunID]("Runs", store.Tx.Runs, "nothing", settlement.Run{}, "r-1", "r-2"),
		alignmentOf[partner.ID]("LockGrants", store.Tx.LockGrants, "nobody", settlement.Grants{User: "nobody"}, "c-1", "p-2"),
		alignmentOf[partner.ID]("Grants", store.Tx.Grants, "nobody", settlement.Grants{}, "c-1", "p-2"),
		alignmentOf[partner.ID]("LockForfeits", store.Tx.LockForfeits, "nobody", settlement.Forfeits{Partner: "nobody"}, "p-1", "p-2"),
		alignmentOf[partner.ID]("Forfeits", store.Tx.Forfeits, "nobody", settlement.Forfeits{}, "p-1", "p-2"),
		alignmentOf[partner.Customer]("SettledOrders", store.Tx.SettledOrders, "nobody", settlement.Order{}, "g-1", "g-2"),
		alignmentOf("LockWithdrawals", store.Tx.LockWithdrawals, number(9), settlement.Withdrawal{}, number(1), number(2)),
		alignmentOf("Withdrawals", store.Tx.Withdrawals, number(9), settlement.Withdrawal{}, number(1), number(2)),
		alignmentOf("Tallies", store.Tx.Tallies, tallyKey("s-1", "nobody", 1), store.Tally{}, tallyKey("s-1", "p-1", 1), tallyKey("s-1", "p-2", 1)),
		alignmentOf("Counted", store.Tx.Counted, countedKey("s-1", "nothing"), store.Counted{}, countedKey("s-1", "o-1"), countedKey("s-1", "o-3")),
		alignmentOf("LockReaders", store.Tx.LockReaders, "nobody", 0, "r-1", "r-2"),
		alignmentOf("Readers", store.Tx.Readers, "nobody", 0, "r-1", "r-2"),
		alignmentOf("Claimed", store.Tx.Claimed, store.ClaimKey{Operation: "paid", Key: "nothing"}, store.Claim{}, paid, refund),
	}
}

// spentOf is Spent with bare zeros.
func spentOf(tx store.Tx, ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	spent, err := tx.Spent(ctx, customers)
	for i := range spent {
		spent[i] = bare(spent[i])
	}
	return spent, err
}

// balancesOf is Balances with bare zeros.
func balancesOf(tx store.Tx, ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	all, err := tx.Balances(ctx, ids)
	for _, of := range all {
		for i := range of {
			of[i] = plainBalance(of[i])
		}
	}
	return all, err
}
