package storetest

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// kind is a kind of record that a store keeps as it was given.
type kind struct {
	name string
	// roundTrip writes the kind's samples, altered, and asserts that they come back so. alter gets a pointer to the slice of samples.
	roundTrip func(x *trial, alter func(records any))
	// argument writes the samples, overwrites them, and asserts that what is stored is as it was.
	argument func(x *trial)
	// results reads the samples, overwrites what was read, and asserts that what is stored is as it was.
	results func(x *trial)
}

// reader is a method that returns the samples of a kind, all of them, in order.
type reader[R any] struct {
	name  string
	locks bool
	read  func(ctx context.Context, tx store.Tx) ([]R, error)
}

// kindOf makes a kind from how its samples are made, written and read.
func kindOf[R any](name string, samples func() []R, write func(context.Context, store.Tx, []R) error, readers ...reader[R]) kind {
	reads := func(x *trial, want string) {
		x.Helper()
		for _, r := range readers {
			var got []R
			fn := func(tx store.Tx) (err error) {
				got, err = r.read(x.ctx, tx)
				return err
			}
			x.update(fn)
			sameText(x, want, said(x, got), r.name)
			if !r.locks {
				x.view(fn)
				sameText(x, want, said(x, got), "%s in a View", r.name)
			}
		}
	}
	return kind{
		name: name,
		roundTrip: func(x *trial, alter func(any)) {
			records := samples()
			alter(&records)
			want := said(x, records)
			x.update(func(tx store.Tx) error { return write(x.ctx, tx, records) })
			reads(x, want)
		},
		argument: func(x *trial) {
			x.update(func(tx store.Tx) error {
				records := samples()
				err := write(x.ctx, tx, records)
				scribble(records)
				return err
			})
			reads(x, said(x, samples()))
		},
		results: func(x *trial) {
			x.update(func(tx store.Tx) error { return write(x.ctx, tx, samples()) })
			for _, r := range readers {
				x.update(func(tx store.Tx) error {
					for range 2 {
						got, err := r.read(x.ctx, tx)
						if err != nil {
							return err
						}
						same(x, samples(), got, r.name)
						scribble(got)
					}
					return nil
				})
			}
			reads(x, said(x, samples()))
		},
	}
}

// kinds is every kind of record that has more to it than a key.
func kinds() []kind {
	return []kind{
		partnerKind(), factKind(), applicationKind(), edgeKind(), bindingKind(), planKind(), orderKind(), rowKind(), runKind(), grantKind(), forfeitKind(), withdrawalKind(),
		claimKind(), eventKind(), numberedKind(), queueKind(), tallyKind(), countedKind(),
	}
}

func partnerKind() kind {
	return kindOf("partners",
		func() []partner.Partner { return list(samplePartner("p-1"), samplePartner("p-2")) },
		func(ctx context.Context, tx store.Tx, all []partner.Partner) error { return tx.AddPartners(ctx, all) },
		reader[partner.Partner]{"Partners", false, func(ctx context.Context, tx store.Tx) ([]partner.Partner, error) {
			return tx.Partners(ctx, list[partner.ID]("p-1", "p-2"))
		}},
		reader[partner.Partner]{"ScanPartners", false, func(ctx context.Context, tx store.Tx) ([]partner.Partner, error) { return tx.ScanPartners(ctx, "", 10) }},
	)
}

func factKind() kind {
	return kindOf("facts",
		func() []partner.Fact { return list(sampleFact("p-1", 1), sampleFact("p-1", 2), sampleFact("p-2", 1)) },
		func(ctx context.Context, tx store.Tx, all []partner.Fact) error { return tx.AddFacts(ctx, all) },
		reader[partner.Fact]{"LockFacts", true, func(ctx context.Context, tx store.Tx) ([]partner.Fact, error) {
			return flat(tx.LockFacts(ctx, list[partner.ID]("p-1", "p-2")))
		}},
		reader[partner.Fact]{"Facts", false, func(ctx context.Context, tx store.Tx) ([]partner.Fact, error) {
			return flat(tx.Facts(ctx, list[partner.ID]("p-1", "p-2")))
		}},
	)
}

func applicationKind() kind {
	ids, people := list[partner.ApplicationID]("a-1", "a-2"), list[partner.ID]("p-1", "p-2")
	return kindOf("applications",
		func() []partner.Application {
			return list(sampleApplication("a-1", "p-1"), sampleApplication("a-2", "p-2"))
		},
		func(ctx context.Context, tx store.Tx, all []partner.Application) error {
			return tx.SaveApplications(ctx, all)
		},
		reader[partner.Application]{"Applications", false, func(ctx context.Context, tx store.Tx) ([]partner.Application, error) {
			return tx.Applications(ctx, ids)
		}},
		reader[partner.Application]{"ApplicationsOf", false, func(ctx context.Context, tx store.Tx) ([]partner.Application, error) {
			return flat(tx.ApplicationsOf(ctx, people))
		}},
		reader[partner.Application]{"LockApplications", true, func(ctx context.Context, tx store.Tx) ([]partner.Application, error) {
			return flat(tx.LockApplications(ctx, people))
		}},
		reader[partner.Application]{"ScanApplications", false, func(ctx context.Context, tx store.Tx) ([]partner.Application, error) {
			return tx.ScanApplications(ctx, "", 10)
		}},
		reader[partner.Application]{"OpenApplications", false, func(ctx context.Context, tx store.Tx) ([]partner.Application, error) {
			return tx.OpenApplications(ctx, "", 10)
		}},
	)
}

func edgeKind() kind {
	return kindOf("edges",
		func() []tree.Edge {
			return list(sampleEdge("p-2", "p-1"), sampleEdge("p-3", "p-2"), inTree("supply", sampleEdge("p-2", "p-3")))
		},
		func(ctx context.Context, tx store.Tx, all []tree.Edge) error { return tx.AddEdges(ctx, all) },
		reader[tree.Edge]{"Edges", false, func(ctx context.Context, tx store.Tx) ([]tree.Edge, error) {
			return flat(tx.Edges(ctx, append(edges("p-2", "p-3"), edgesIn("supply", "p-2")...)))
		}},
	)
}

func bindingKind() kind {
	return kindOf("bindings",
		func() []tree.Binding {
			return list(sampleBinding("b-1", "c-1", "p-1", day(1)), sampleBinding("b-2", "c-1", "p-2", day(2)), sampleBinding("b-3", "c-2", "p-1", day(1)))
		},
		func(ctx context.Context, tx store.Tx, all []tree.Binding) error { return tx.AddBindings(ctx, all) },
		reader[tree.Binding]{"LockBindings", true, func(ctx context.Context, tx store.Tx) ([]tree.Binding, error) {
			return flat(tx.LockBindings(ctx, list[partner.Customer]("c-1", "c-2")))
		}},
		reader[tree.Binding]{"Bindings", false, func(ctx context.Context, tx store.Tx) ([]tree.Binding, error) {
			return flat(tx.Bindings(ctx, list[partner.Customer]("c-1", "c-2")))
		}},
	)
}

func planKind() kind {
	return kindOf("plans",
		func() []store.PlanVersion { return list(samplePlan(1), samplePlan(2)) },
		func(ctx context.Context, tx store.Tx, all []store.PlanVersion) error {
			for _, p := range all {
				if err := tx.AddPlan(ctx, p); err != nil {
					return err
				}
			}
			return nil
		},
		reader[store.PlanVersion]{"Plans", false, func(ctx context.Context, tx store.Tx) ([]store.PlanVersion, error) { return tx.Plans(ctx, 1) }},
	)
}

func orderKind() kind {
	return kindOf("orders",
		func() []settlement.Order {
			return list(sampleOrder("o-1"), settlement.Order{ID: "o-2", Revision: 1, Parked: sampleOrder("o-2").Parked})
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Order) error { return tx.SaveOrders(ctx, all) },
		reader[settlement.Order]{"Orders", false, func(ctx context.Context, tx store.Tx) ([]settlement.Order, error) {
			return tx.Orders(ctx, list[commission.OrderID]("o-1", "o-2"))
		}},
		reader[settlement.Order]{"LockOrders", true, func(ctx context.Context, tx store.Tx) ([]settlement.Order, error) {
			return tx.LockOrders(ctx, list[commission.OrderID]("o-1", "o-2"))
		}},
		reader[settlement.Order]{"ScanOrders", false, func(ctx context.Context, tx store.Tx) ([]settlement.Order, error) { return tx.ScanOrders(ctx, "", 10) }},
	)
}

func rowKind() kind {
	return kindOf("rows",
		func() []settlement.Row {
			return list(sampleRow("o-1", "p-1", 1, 5970), sampleRow("o-1", "p-2", 1, 2985), sampleRow("o-1", "p-3", 2, -1990))
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Row) error { return tx.AddRows(ctx, all) },
		reader[settlement.Row]{"Rows", false, func(ctx context.Context, tx store.Tx) ([]settlement.Row, error) {
			return flat(tx.Rows(ctx, list(settlement.OfOrder("o-1"))))
		}},
		reader[settlement.Row]{"PartnerRows", false, func(ctx context.Context, tx store.Tx) ([]settlement.Row, error) {
			return flat(rowsOf(tx, ctx, list[partner.ID]("p-1", "p-2", "p-3")))
		}},
	)
}

func runKind() kind {
	ids := list[settlement.RunID]("r-1", "r-2")
	return kindOf("runs",
		func() []settlement.Run {
			return list(sampleRun("r-1"), settlement.Run{ID: "r-2", Revision: 1, State: settlement.RunLocked, Period: may2026.Next(), Round: 1})
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Run) error { return tx.SaveRuns(ctx, all) },
		reader[settlement.Run]{"Runs", false, func(ctx context.Context, tx store.Tx) ([]settlement.Run, error) { return tx.Runs(ctx, ids) }},
		reader[settlement.Run]{"LockRuns", true, func(ctx context.Context, tx store.Tx) ([]settlement.Run, error) { return tx.LockRuns(ctx, ids) }},
		reader[settlement.Run]{"ScanRuns", false, func(ctx context.Context, tx store.Tx) ([]settlement.Run, error) { return tx.ScanRuns(ctx, "", 10) }},
	)
}

func withdrawalKind() kind {
	ids := list(number(1), number(2))
	return kindOf("withdrawals",
		func() []settlement.Withdrawal {
			return list(sampleWithdrawal(number(1), "p-1"), sampleWithdrawal(number(2), "p-2"))
		},
		func(ctx context.Context, tx store.Tx, all []settlement.Withdrawal) error {
			return tx.AddWithdrawals(ctx, all)
		},
		reader[settlement.Withdrawal]{"Withdrawals", false, func(ctx context.Context, tx store.Tx) ([]settlement.Withdrawal, error) {
			return tx.Withdrawals(ctx, ids)
		}},
		reader[settlement.Withdrawal]{"LockWithdrawals", true, func(ctx context.Context, tx store.Tx) ([]settlement.Withdrawal, error) {
			return tx.LockWithdrawals(ctx, ids)
		}},
		reader[settlement.Withdrawal]{"ScanWithdrawals", false, func(ctx context.Context, tx store.Tx) ([]settlement.Withdrawal, error) {
			return tx.ScanWithdrawals(ctx, "", 10)
		}},
	)
}

func claimKind() kind {
	samples := func() []store.Claim {
		return list(sampleClaim("paid", "o-1", "t-1"), sampleClaim("refund", "r-1", "t-2"))
	}
	return kindOf("claims", samples,
		func(ctx context.Context, tx store.Tx, all []store.Claim) error {
			_, err := tx.Claim(ctx, all)
			return err
		},
		reader[store.Claim]{"Claimed", false, func(ctx context.Context, tx store.Tx) ([]store.Claim, error) {
			return tx.Claimed(ctx, list(samples()[0].ClaimKey, samples()[1].ClaimKey))
		}},
		reader[store.Claim]{"Claim", true, func(ctx context.Context, tx store.Tx) ([]store.Claim, error) { return tx.Claim(ctx, samples()) }},
		reader[store.Claim]{"ScanClaims", false, func(ctx context.Context, tx store.Tx) ([]store.Claim, error) {
			return tx.ScanClaims(ctx, store.ClaimKey{}, 10)
		}},
	)
}

func eventKind() kind {
	return kindOf("events",
		func() []store.Event { return list(sampleEvent("e-1"), sampleEvent("e-2")) },
		func(ctx context.Context, tx store.Tx, all []store.Event) error { return tx.AppendEvents(ctx, all) },
		reader[store.Event]{"UnnumberedEvents", false, func(ctx context.Context, tx store.Tx) ([]store.Event, error) { return tx.UnnumberedEvents(ctx, "", 10) }},
	)
}

func numberedKind() kind {
	return kindOf("numbered events",
		func() []store.Event {
			all := list(sampleEvent("e-1"), sampleEvent("e-2"))
			all[0].Number, all[1].Number = 1, 2
			return all
		},
		func(ctx context.Context, tx store.Tx, all []store.Event) error {
			if err := tx.AppendEvents(ctx, all); err != nil {
				return err
			}
			_, err := tx.NumberEvents(ctx, 10)
			return err
		},
		reader[store.Event]{"Events", false, func(ctx context.Context, tx store.Tx) ([]store.Event, error) { return tx.Events(ctx, 0, 10) }},
	)
}

// flat puts the elements of lists into one.
func flat[R any](lists [][]R, err error) ([]R, error) { return slices.Concat(lists...), err }
