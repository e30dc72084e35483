package program_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

// batchPlans are plans under which the orders of a batch meet: by what their buyers have spent, by budgets, by whom they bind, by money at once.
var batchPlans = []string{
	twoLevels,
	`{"currency": "CNY", "joining": {"spend": "150.00"}, "commission": {"rates": ["10%", "5%"], "selfPurchase": "own"}}`,
	`{"currency": "CNY", "binding": {"on": "payment", "days": 30, "renewOnOrder": true}, "commission": {"rates": ["10%"]}}`,
	`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"anchor": "paid", "holdDays": 0},
		"assets": [{"code": "PTS", "scale": 0, "ratio": "10", "commission": {"rates": ["3%"]}}]}`,
	`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "campaigns": [
		{"name": "rush", "from": "2026-05-01T00:00:00Z", "to": "2026-07-01T00:00:00Z", "factor": "2", "slots": [1], "budget": "20.00", "perCustomer": "12.00"}]}`,
	`{"currency": "CNY", "commission": {"rates": ["10%"]}, "oneOffs": [{"name": "first", "firstOrder": {"amount": "5.00", "of": "customers", "allowHeadCount": true}}],
		"settlement": {"anchor": "paid", "holdDays": 0}}`,
}

// batched is a little programme, and what the shop tells of in one step.
type batched struct {
	prog  *program.Program
	store *memstore.Store
}

func openBatched(t require.TestingT, plan program.Plan, now *time.Time, batch int) batched {
	ids, st := 0, memstore.New()
	prog, err := program.New(st, program.Config{
		Plan: plan, Batch: batch,
		Clock: func() time.Time { return *now },
		NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
	})
	require.NoError(t, err)
	for _, err := range []error{
		errOf(prog.Partners.Add(ctx, program.Add{Partner: "alice"})),
		errOf(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})),
		errOf(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})),
		errOf(prog.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "alice"})),
	} {
		require.NoError(t, err)
	}
	return batched{prog, st}
}

func errOf[T any](_ T, err error) error { return err }

func (b batched) dump(t require.TestingT) string {
	text, err := storetest.Dump(ctx, b.store)
	require.NoError(t, err)
	return string(text)
}

func drawOrders(t *rapid.T, now time.Time) []program.Order {
	orders := make([]program.Order, rapid.IntRange(0, 9).Draw(t, "orders"))
	for i := range orders {
		orders[i] = program.Order{
			ID:       commission.OrderID(rapid.SampledFrom([]string{"o-1", "o-2", "o-3", "o-4", "o-5", "o-6", "o-7", ""}).Draw(t, "order")),
			Customer: partner.Customer(rapid.SampledFrom([]string{"carol", "dora", "erin", "bob"}).Draw(t, "customer")),
			Referrer: partner.ID(rapid.SampledFrom([]string{"", "alice", "nobody"}).Draw(t, "referrer")),
			PaidAt:   now.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, "hours")) * time.Hour),
			Lines: []program.Line{line("1", rapid.Int64Range(1, 3).Draw(t, "quantity"),
				rapid.SampledFrom([]string{"0.00", "0.05", "60.00", "99.99", "-1.00"}).Draw(t, "amount"))},
		}
		if rapid.IntRange(0, 5).Draw(t, "awaits") == 0 {
			orders[i].Awaits = program.AwaitsBalance
		}
	}
	return orders
}

func drawRefunds(t *rapid.T) []program.Refund {
	refunds := make([]program.Refund, rapid.IntRange(0, 5).Draw(t, "refunds"))
	for i := range refunds {
		refunds[i] = program.Refund{
			ID:    fmt.Sprintf("r-%d", rapid.IntRange(1, 6).Draw(t, "refund")),
			Order: commission.OrderID(fmt.Sprintf("o-%d", rapid.IntRange(1, 8).Draw(t, "of"))),
			Lines: []program.RefundLine{{Line: "1", Quantity: rapid.Int64Range(0, 2).Draw(t, "units")}},
		}
		if rapid.Bool().Draw(t, "money") {
			refunds[i].Lines[0].Amount = decimal.NewNullDecimal(decimal.RequireFromString("0.03"))
		}
	}
	return refunds
}

func drawReceipts(t *rapid.T) []program.Received {
	receipts := make([]program.Received, rapid.IntRange(0, 5).Draw(t, "receipts"))
	for i := range receipts {
		receipts[i] = program.Received{Order: commission.OrderID(fmt.Sprintf("o-%d", rapid.IntRange(1, 8).Draw(t, "received")))}
	}
	return receipts
}

func TestRule_5_34_ABatchIsItsOrdersOneByOne(t *testing.T) {
	plans := make([]program.Plan, len(batchPlans))
	for i, text := range batchPlans {
		var err error
		plans[i], err = program.ParsePlan([]byte(text))
		require.NoError(t, err, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		plan := plans[rapid.IntRange(0, len(plans)-1).Draw(t, "plan")]
		batch := rapid.SampledFrom([]int{1, 3, 500}).Draw(t, "batch")
		alone, together := openBatched(t, plan, &now, batch), openBatched(t, plan, &now, batch)
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			now = now.Add(time.Hour)
			orders, receipts, refunds := drawOrders(t, now), drawReceipts(t), drawRefunds(t)

			paid, err := together.prog.Orders.PaidBatch(ctx, orders)
			require.NoError(t, err)
			require.Len(t, paid, len(orders))
			for i, in := range orders {
				out, err := alone.prog.Orders.Paid(ctx, in)
				requireSame(t, out, err, paid[i].Outcome, paid[i].Err)
			}
			received, err := together.prog.Orders.ReceivedBatch(ctx, receipts)
			require.NoError(t, err)
			for i, in := range receipts {
				out, err := alone.prog.Orders.Received(ctx, in)
				requireSame(t, out, err, received[i].Outcome, received[i].Err)
			}
			refunded, err := together.prog.Orders.RefundedBatch(ctx, refunds)
			require.NoError(t, err)
			for i, in := range refunds {
				out, err := alone.prog.Orders.Refunded(ctx, in)
				requireSame(t, out, err, refunded[i].Outcome, refunded[i].Err)
			}
			require.Equal(t, alone.dump(t), together.dump(t))

			for _, b := range []batched{alone, together} {
				_, err := b.prog.RunDue(ctx, now)
				require.NoError(t, err)
				report, err := b.prog.Audit(ctx)
				require.NoError(t, err)
				require.True(t, report.OK(), report.String())
			}
		}
	})
}

// requireSame compares what became of something done alone and in a batch.
func requireSame(t require.TestingT, want any, wantErr error, have any, haveErr error) {
	if wantErr != nil || haveErr != nil {
		require.Error(t, wantErr)
		require.Error(t, haveErr)
		require.Equal(t, wantErr.Error(), haveErr.Error())
	}
	require.Equal(t, fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", have))
}

// ordersOf binds so many customers to alice and returns an order of each.
func ordersOf(t *testing.T, prog *program.Program, name string, n int) []program.Order {
	all := make([]program.Order, n)
	for i := range all {
		customer := partner.Customer(fmt.Sprintf("%s-%d", name, i))
		require.NoError(t, errOf(prog.Team.Bind(ctx, program.Bind{Customer: customer, Owner: "alice"})))
		all[i] = program.Order{ID: commission.OrderID(customer), Customer: customer, PaidAt: noon, Lines: []program.Line{line("1", 1, "10.00")}}
	}
	return all
}

func openFaulty(t *testing.T, batch int) (*program.Program, *storetest.Faulty, *memstore.Store) {
	st := memstore.New()
	faulty, ids := storetest.NewFaulty(st), 0
	prog, err := program.New(faulty, program.Config{
		Plan: program.MustPlan(twoLevels), Batch: batch, Clock: func() time.Time { return noon },
		NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
	})
	require.NoError(t, err)
	require.NoError(t, errOf(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	return prog, faulty, st
}

func requireAllPaid(t *testing.T, out []program.PaidOne, err error) {
	t.Helper()
	require.NoError(t, err)
	for _, one := range out {
		require.NoError(t, one.Err)
		require.Len(t, one.Outcome.Entries, 1)
		require.False(t, one.Outcome.Repeated)
	}
}

func TestABatchOfAThousandOrdersCostsNoMoreCallsThanOne(t *testing.T) {
	prog, faulty, _ := openFaulty(t, 1000)
	calls := func(all []program.Order) []string {
		faulty.FailAt(0, storetest.Before)
		out, err := prog.Orders.PaidBatch(ctx, all)
		requireAllPaid(t, out, err)
		return faulty.Calls()
	}
	calls(ordersOf(t, prog, "first", 1)) // publishes the plan
	one, thousand := calls(ordersOf(t, prog, "one", 1)), calls(ordersOf(t, prog, "many", 1000))
	require.Equal(t, one, thousand)
}

func TestABatchLocksABuyerBeforeItReadsWhatHeHasDone(t *testing.T) {
	faulty := storetest.NewFaulty(memstore.New())
	prog, err := program.New(faulty, program.Config{Clock: func() time.Time { return noon }, Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]},
		"joining": {"threshold": {"all": [{"metric": {"name": "orders", "node": "completed"}, "atLeast": "2"}]}}}`)})
	require.NoError(t, err)
	paid, err := prog.Orders.PaidBatch(ctx, []program.Order{
		{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{line("1", 1, "10.00")}},
		{ID: "o-2", Customer: "carol", PaidAt: noon, Lines: []program.Line{line("1", 1, "10.00")}},
	})
	require.NoError(t, err)
	require.NoError(t, errors.Join(paid[0].Err, paid[1].Err))

	faulty.FailAt(0, storetest.Before)
	received, err := prog.Orders.ReceivedBatch(ctx, []program.Received{{Order: "o-1"}, {Order: "o-2"}})
	require.NoError(t, err)
	require.NoError(t, errors.Join(received[0].Err, received[1].Err))
	calls := faulty.Calls()
	locked, read := slices.Index(calls, "AddSpend"), slices.Index(calls, "CustomerOrders")
	require.GreaterOrEqual(t, locked, 0)
	require.Greater(t, read, locked, "two batches that read before either locks both miss what the other tells: %v", calls)
	state, err := prog.Partners.At(ctx, "carol", noon)
	require.NoError(t, err)
	require.Equal(t, partner.Active, state.Status)
}

func TestABatchRunsAnOrderAgainOnlyWhereAnotherHasChangedWhatItRead(t *testing.T) {
	for _, c := range []struct {
		name, plan string
		referrer   partner.ID
		again      int
		why        string
	}{
		{"spending", twoLevels, "", 1, "what its customer has spent it reads when the first has had its turn"},
		{"binding", `{"currency": "CNY", "binding": {"on": "payment"}, "commission": {"rates": ["10%"]}}`, "alice", 2, "whose its customer is is no longer what it read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids, asked := 0, map[commission.OrderID]int{}
			prog, err := program.New(memstore.New(), program.Config{
				Plan: program.MustPlan(c.plan), Clock: func() time.Time { return noon },
				NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
				Hooks: program.Hooks{Verify: program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
					asked[sale.Order.ID]++
					return program.Verdict{}, nil
				})},
			})
			require.NoError(t, err)
			require.NoError(t, errOf(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
			_, err = prog.Orders.PaidBatch(ctx, ordersOf(t, prog, "first", 1)) // publishes the plan
			require.NoError(t, err)

			all := ordersOf(t, prog, "o", 30)
			for i := range all { // who are nobody's yet
				all[i].Customer, all[i].Referrer = partner.Customer(fmt.Sprintf("new-%d", i)), c.referrer
			}
			again := all[7] // the same customer buys once more
			again.ID = "again"
			all = append(all, again)
			out, err := prog.Orders.PaidBatch(ctx, all)
			require.NoError(t, err)
			for i, o := range all[:30] {
				require.NoError(t, out[i].Err)
				require.Equal(t, 1, asked[o.ID], o.ID)
			}
			require.Equal(t, c.again, asked["again"], c.why)
		})
	}
}

func TestABatchThatFailsAsAWholeIsDoneOneByOne(t *testing.T) {
	healthy, untouched, st := openFaulty(t, 3)
	orders := ordersOf(t, healthy, "o", 5)
	untouched.FailAt(0, storetest.Before)
	out, err := healthy.Orders.PaidBatch(ctx, orders)
	requireAllPaid(t, out, err)
	calls := len(untouched.Calls())
	want, err := storetest.Dump(ctx, st)
	require.NoError(t, err)

	for _, mode := range []storetest.Mode{storetest.Before, storetest.After, storetest.Stale} {
		for k := 1; k <= calls; k++ {
			prog, faulty, st := openFaulty(t, 3)
			orders := ordersOf(t, prog, "o", 5)
			faulty.FailAt(k, mode)
			out, err := prog.Orders.PaidBatch(ctx, orders)
			requireAllPaid(t, out, err)
			have, err := storetest.Dump(ctx, st)
			require.NoError(t, err)
			require.Equal(t, string(want), string(have), "call %d of %d, mode %d", k, calls, mode)
		}
	}
}

func TestABatchWhoseContextIsDoneIsTakenUpAgain(t *testing.T) {
	prog, faulty, _ := openFaulty(t, 2)
	orders := ordersOf(t, prog, "o", 5)
	for k := 1; ; k += 3 {
		cancelled := faulty.Context(ctx)
		faulty.FailAt(k, storetest.Cancel)
		out, err := prog.Orders.PaidBatch(cancelled, orders)
		if err == nil {
			require.Len(t, out, 5)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		require.Nil(t, out)
	}
	faulty.FailAt(0, storetest.Before)
	out, err := prog.Orders.PaidBatch(ctx, orders)
	require.NoError(t, err)
	for _, one := range out {
		require.True(t, one.Outcome.Repeated)
	}
	report, err := prog.Audit(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), report.String())
}

func TestABatchWithoutAStoreIsRefused(t *testing.T) {
	prog, err := program.New(nil, program.Config{Plan: program.MustPlan(twoLevels)})
	require.NoError(t, err)
	_, err = prog.Orders.PaidBatch(ctx, []program.Order{{}})
	require.ErrorIs(t, err, program.ErrNoStore)
}
