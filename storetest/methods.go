package storetest

import (
	"context"
	"math"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// method is one method of a transaction with arguments that find or change something in the records of fill.
type method struct {
	name   string
	effect effect
	call   func(ctx context.Context, tx store.Tx) (any, error)
	empty  func(ctx context.Context, tx store.Tx) (any, error) // the same with no argument, or a limit of 0; nil where there is none
}

// effect is what a method does besides returning something.
type effect int

const (
	reading effect = iota
	locking
	writing
)

// fill writes some of everything.
func fill(ctx context.Context, tx store.Tx) error {
	released := sampleRow("o-1", "p-2", 2, -995)
	released.Folded, released.Released = day(12), day(12)
	steps := []func() error{
		func() error {
			return tx.AddPartners(ctx, list(samplePartner("p-1"), samplePartner("p-2"), samplePartner("p-3")))
		},
		func() error {
			return tx.AddFacts(ctx, list(sampleFact("p-1", 1), sampleFact("p-1", 2), sampleFact("p-2", 1), sampleFact("p-3", 1)))
		},
		func() error {
			_, err := tx.AddSpend(ctx, list(store.Spend{Customer: "c-1", Amount: cny.Minor(10000)}, store.Spend{Customer: "c-3", Amount: cny.Minor(500)}))
			return err
		},
		func() error {
			return tx.SaveApplications(ctx, list(sampleApplication("a-1", "p-1"), sampleApplication("a-2", "p-2")))
		},
		func() error {
			return tx.AddEdges(ctx, list(sampleEdge("p-2", "p-1"), sampleEdge("p-3", "p-2"), inTree("supply", sampleEdge("p-3", "p-1"))))
		},
		func() error {
			return tx.AddBindings(ctx, list(sampleBinding("b-1", "c-1", "p-2", day(0)), sampleBinding("b-2", "c-1", "p-1", day(1)), sampleBinding("b-3", "c-2", "p-1", day(1))))
		},
		func() error { return tx.AddPlan(ctx, samplePlan(1)) },
		func() error {
			return tx.SaveOrders(ctx, list(sampleOrder("o-1"), settlement.Order{ID: "o-2", Revision: 1, Parked: sampleOrder("o-2").Parked}, dueOrder("o-3", day(20)), releasedOrder("o-4", day(12))))
		},
		func() error {
			return tx.AddRows(ctx, list(sampleRow("o-1", "p-1", 1, 5970), sampleRow("o-1", "p-2", 1, 2985), pointsRow("o-1", "p-2", 1, 597), released, sampleRow("o-3", "p-1", 1, 100)))
		},
		func() error { return tx.SaveRuns(ctx, list(sampleRun("r-1"), sampleRun("r-2"))) },
		func() error {
			return tx.ChangeCounters(ctx, list(counting(counterKey("618", ""), 4000), counting(counterKey("618", "c-1"), 1500), counting(counterKey("618", "c-2"), 2500)))
		},
		func() error {
			return tx.AddRows(ctx, list(runRow("r-1", 0, "p-1", 1, 700), runRow("r-1", 2, "p-2", 2, 300)))
		},
		func() error { return fillGrants(ctx, tx) },
		func() error { return fillQueue(ctx, tx) },
		func() error { return fillForfeits(ctx, tx) },
		func() error { return fillTallies(ctx, tx) },
		func() error {
			return tx.ChangeBalances(ctx, list(settlement.Change{Partner: "p-1", Net: cny.Minor(5000), Withdrawing: cny.Minor(1000)}, settlement.Change{Partner: "p-2", Net: cny.Minor(-300)},
				settlement.Change{Partner: "p-2", Net: points.Minor(40)}))
		},
		func() error {
			return tx.AddWithdrawals(ctx, list(sampleWithdrawal(number(1), "p-1"), sampleWithdrawal(number(2), "p-2")))
		},
		func() error {
			_, err := tx.Claim(ctx, list(sampleClaim("paid", "o-1", "t-1"), sampleClaim("refund", "r-1", "t-2")))
			return err
		},
		func() error { return tx.AppendEvents(ctx, list(sampleEvent("e-1"), sampleEvent("e-2"))) },
		func() error {
			_, err := tx.NumberEvents(ctx, 2)
			return err
		},
		func() error { return tx.AppendEvents(ctx, list(sampleEvent("e-3"))) },
		func() error {
			return tx.SaveReaders(ctx, list(store.Reader{Name: "r-1", Number: 2}, store.Reader{Name: "r-2", Number: 1}))
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// one is a method with one argument that returns something; zero is its empty argument.
func one[A, R any](name string, e effect, m func(store.Tx, context.Context, A) (R, error), arg, zero A) method {
	return method{
		name: name, effect: e,
		call:  func(ctx context.Context, tx store.Tx) (any, error) { return m(tx, ctx, arg) },
		empty: func(ctx context.Context, tx store.Tx) (any, error) { return m(tx, ctx, zero) },
	}
}

// act is a method with one argument that returns nothing but an error.
func act[A any](name string, m func(store.Tx, context.Context, A) error, arg, zero A) method {
	return one(name, writing, func(tx store.Tx, ctx context.Context, arg A) (any, error) { return nil, m(tx, ctx, arg) }, arg, zero)
}

// pageOf is a method that reads a page.
func pageOf[A, R any](name string, m func(store.Tx, context.Context, A, int) ([]R, error)) method {
	var first A
	return one(name, reading, func(tx store.Tx, ctx context.Context, limit int) ([]R, error) { return m(tx, ctx, first, limit) }, 10, 0)
}

// methods is every method of a transaction.
func methods() []method {
	people := list[partner.ID]("p-1", "p-2", "p-3")
	saved, withdrawn := sampleOrder("o-1"), sampleWithdrawal(number(1), "p-1")
	run := sampleRun("r-1")
	decided := sampleApplication("a-1", "p-1")
	saved.Revision, withdrawn.Revision, run.Revision, decided.Revision = 2, 2, 2, 2
	decided.State = partner.ApplicationRejected
	addPlan := act("AddPlan", store.Tx.AddPlan, samplePlan(2), store.PlanVersion{})
	addPlan.empty = nil
	return append([]method{
		act("AddPartners", store.Tx.AddPartners, list(samplePartner("p-9")), nil),
		one("Partners", reading, store.Tx.Partners, people, nil),
		pageOf("ScanPartners", store.Tx.ScanPartners),
		act("AddFacts", store.Tx.AddFacts, list(sampleFact("p-1", 3)), nil),
		one("LockFacts", locking, store.Tx.LockFacts, people, nil),
		one("Facts", reading, store.Tx.Facts, people, nil),
		one("AddSpend", writing, store.Tx.AddSpend, list(store.Spend{Customer: "c-1", Amount: cny.Minor(700)}), nil),
		one("Spent", reading, store.Tx.Spent, list[partner.Customer]("c-1", "c-3"), nil),
		pageOf("ScanCustomers", store.Tx.ScanCustomers),
		one("LockApplications", locking, store.Tx.LockApplications, people, nil),
		act("SaveApplications", store.Tx.SaveApplications, list(decided, sampleApplication("a-9", "p-1")), nil),
		one("ApplicationsOf", reading, store.Tx.ApplicationsOf, people, nil),
		one("Applications", reading, store.Tx.Applications, list[partner.ApplicationID]("a-1", "a-2"), nil),
		pageOf("ScanApplications", store.Tx.ScanApplications),
		pageOf("OpenApplications", store.Tx.OpenApplications),
		one("LockTrees", locking, func(tx store.Tx, ctx context.Context, trees []partner.Tree) (any, error) {
			return nil, tx.LockTrees(ctx, trees)
		},
			list[partner.Tree]("", "supply"), nil),
		act("AddEdges", store.Tx.AddEdges, list(sampleEdge("p-1", "p-9"), inTree("supply", sampleEdge("p-1", "p-9"))), nil),
		one("Edges", reading, store.Tx.Edges, append(edges(people...), edgesIn("supply", people...)...), nil),
		one("Recruits", reading, store.Tx.Recruits, list(store.RecruitQuery{Recruiter: "p-1", At: day(9)}, store.RecruitQuery{Tree: "supply", Recruiter: "p-1", At: day(9)}), nil),
		one("Uplines", reading, store.Tx.Uplines, list(store.UplineQuery{Start: "p-3", At: day(9)}, store.UplineQuery{Tree: "supply", Start: "p-3", At: day(9)}), nil),
		act("AddBindings", store.Tx.AddBindings, list(sampleBinding("b-9", "c-2", "p-3", day(9))), nil),
		one("LockBindings", locking, store.Tx.LockBindings, list[partner.Customer]("c-1", "c-2"), nil),
		one("Bindings", reading, store.Tx.Bindings, list[partner.Customer]("c-1", "c-2"), nil),
		pageOf("CustomersOf", customersOf),
		addPlan,
		one("Plans", reading, store.Tx.Plans, 1, math.MaxInt32),
		one("LockOrders", locking, store.Tx.LockOrders, list[commission.OrderID]("o-1"), nil),
		act("SaveOrders", store.Tx.SaveOrders, list(saved), nil),
		one("Orders", reading, store.Tx.Orders, list[commission.OrderID]("o-1", "o-2", "o-3"), nil),
		pageOf("ScanOrders", store.Tx.ScanOrders),
		one("PaidOrders", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Order, error) {
			return tx.PaidOrders(ctx, day(2), day(3), store.OrderCursor{}, limit)
		}, 10, 0),
		one("ReleasedOrders", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Order, error) {
			return tx.ReleasedOrders(ctx, day(12), day(13), store.OrderCursor{}, limit)
		}, 10, 0),
		one("CustomerOrders", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Order, error) {
			return tx.CustomerOrders(ctx, "c-1", day(2), store.OrderCursor{}, limit)
		}, 10, 0),
		one("SoldOrders", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Order, error) {
			return tx.SoldOrders(ctx, "p-1", day(2), store.OrderCursor{}, limit)
		}, 10, 0),
		one("LockCustomerOrders", locking, func(tx store.Tx, ctx context.Context, customers []partner.Customer) ([][]settlement.Order, error) {
			return tx.LockCustomerOrders(ctx, customers, day(2))
		}, list[partner.Customer]("c-1", "c-2"), nil),
		one("DueOrders", reading, func(tx store.Tx, ctx context.Context, limit int) ([]commission.OrderID, error) {
			return tx.DueOrders(ctx, day(15), nil, limit)
		}, 10, 0),
		act("AddRows", store.Tx.AddRows, list(sampleRow("o-1", "p-1", 3, -300)), nil),
		one("Rows", reading, store.Tx.Rows, list(settlement.OfOrder("o-1"), settlement.OfOrder("o-3")), nil),
		one("PartnerRows", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Row, error) {
			return tx.PartnerRows(ctx, "p-1", store.RowCursor{}, limit)
		}, 10, 0),
		one("FoldRows", writing, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.Row, error) {
			return tx.FoldRows(ctx, limit, day(12))
		}, 2, 0),
		one("ReleaseRows", writing, func(tx store.Tx, ctx context.Context, sources []settlement.Source) ([]settlement.Row, error) {
			return tx.ReleaseRows(ctx, sources, day(12))
		}, list(settlement.OfOrder("o-1")), nil),
		one("Balances", reading, store.Tx.Balances, people, nil),
		act("ChangeBalances", store.Tx.ChangeBalances, list(settlement.Change{Partner: "p-1", Net: cny.Minor(-100), Paid: cny.Minor(100), Need: cny.Minor(100)}), nil),
		one("LockCounters", locking, store.Tx.LockCounters, list(counterKey("618", ""), counterKey("618", "c-1")), nil),
		one("Counters", reading, store.Tx.Counters, list(counterKey("618", ""), counterKey("618", "c-1")), nil),
		act("ChangeCounters", store.Tx.ChangeCounters, list(reserving(counterKey("618", ""), 100, 500000)), nil),
		pageOf("ScanCounters", store.Tx.ScanCounters),
		one("LockRuns", locking, store.Tx.LockRuns, list[settlement.RunID]("r-1"), nil),
		act("SaveRuns", store.Tx.SaveRuns, list(run), nil),
		one("Runs", reading, store.Tx.Runs, list[settlement.RunID]("r-1", "r-2"), nil),
		pageOf("ScanRuns", store.Tx.ScanRuns),
		one("ReleasingRuns", reading, func(tx store.Tx, ctx context.Context, limit int) ([]settlement.RunID, error) {
			return tx.ReleasingRuns(ctx, nil, limit)
		}, 10, 0),
		act("AddWithdrawals", store.Tx.AddWithdrawals, list(sampleWithdrawal(number(9), "p-1")), nil),
		one("LockWithdrawals", locking, store.Tx.LockWithdrawals, list(number(1)), nil),
		act("SaveWithdrawals", store.Tx.SaveWithdrawals, list(withdrawn), nil),
		one("Withdrawals", reading, store.Tx.Withdrawals, list(number(1), number(2)), nil),
		pageOf("ScanWithdrawals", store.Tx.ScanWithdrawals),
		one("Claim", writing, store.Tx.Claim, list(sampleClaim("withdraw", "w-1", "t-9")), nil),
		one("Claimed", reading, store.Tx.Claimed, list(store.ClaimKey{Operation: "paid", Key: "o-1"}), nil),
		pageOf("ScanClaims", store.Tx.ScanClaims),
		act("AppendEvents", store.Tx.AppendEvents, list(sampleEvent("e-9")), nil),
		pageOf("UnnumberedEvents", store.Tx.UnnumberedEvents),
		one("NumberEvents", writing, func(tx store.Tx, ctx context.Context, limit int) (int, error) { return tx.NumberEvents(ctx, limit) }, 10, 0),
		pageOf("Events", store.Tx.Events),
		one("LockReaders", locking, store.Tx.LockReaders, list("r-1"), nil),
		act("SaveReaders", store.Tx.SaveReaders, list(store.Reader{Name: "r-1", Number: 9}), nil),
		one("Readers", reading, store.Tx.Readers, list("r-1", "r-2"), nil),
	}, slices.Concat(grantMethods(), forfeitMethods(), queueMethods(), tallyMethods())...)
}

// methodsThat returns the methods of an effect.
func methodsThat(effects ...effect) []method {
	var some []method
	for _, m := range methods() {
		for _, e := range effects {
			if m.effect == e {
				some = append(some, m)
			}
		}
	}
	return some
}
