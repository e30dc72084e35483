package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// trickyIDs are ids that stores have taken for one another: by case, accents, width, spaces at the end, as patterns, as numbers, as prefixes.
func trickyIDs() []string {
	return []string{
		"a", "A", "b", "B", "ab", "aB", "a b", "a ", "a  ", " a", "1", "01", "1.0", "1e0", "12", "123", "a%", "a_", "%", "_", "%%", `a\`, `a\%`, "a'", "a''", `a"`,
		"a`", "a;--", "é", "e\u0301", "É", "e", "E", "ß", "ss", "SS", "ı", "i", "I", "İ", "ａ", "中", "🎉", "🎊", "a\u00a0", "a\u200b", "null", "NULL", "true", "0x1",
		"a/b", "a/", "/", "a:b", "a|b", "a,b", "~", "\U0010ffff", strings.Repeat("x", 63), strings.Repeat("x", 64), strings.Repeat("🎉", 16),
	}
}

// absentIDs are like some of trickyIDs, and none of them.
func absentIDs() []string {
	return []string{"Ab", "a   ", "1.00", "1234", "a%%", `a\_`, "Ss", "Null", strings.Repeat("x", 62), strings.Repeat("X", 64), "e\u0301 "}
}

// short is a short text for a value, another one for every other.
func short(v any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(v)))
	return hex.EncodeToString(sum[:8])
}

// keyed is one use of ids: something marked is written under each, and its mark is read by each.
type keyed struct {
	name  string
	write func(ctx context.Context, tx store.Tx, id, mark string) error
	marks func(ctx context.Context, tx store.Tx, ids []string) ([]string, error) // "" where there is nothing
}

// keyedBy makes a use of ids from records, the method that finds them, and how a mark is put on and read from them.
func keyedBy[A, R any](name string, write func(ctx context.Context, tx store.Tx, id, mark string) error,
	find func(store.Tx, context.Context, []A) ([]R, error), argument func(string) A, mark func(R) string,
) keyed {
	return keyed{name: name, write: write, marks: func(ctx context.Context, tx store.Tx, ids []string) ([]string, error) {
		arguments := make([]A, len(ids))
		for i, id := range ids {
			arguments[i] = argument(id)
		}
		found, err := find(tx, ctx, arguments)
		marks := make([]string, len(found))
		for i := range found {
			marks[i] = mark(found[i])
		}
		return marks, err
	}}
}

func as[T ~string](s string) T { return T(s) }

// only returns the mark of the one record in a list, and all of them where there are more.
func only[R any](mark func(R) string) func([]R) string {
	return func(all []R) string {
		marks := make([]string, len(all))
		for i := range all {
			marks[i] = mark(all[i])
		}
		return joined(marks)
	}
}

func joined[T ~string](all []T) string {
	parts := make([]string, len(all))
	for i := range all {
		parts[i] = string(all[i])
	}
	return strings.Join(parts, " and ")
}

// below is somebody who stands below an id.
func below(id string) partner.ID { return partner.ID("below " + short(id)) }

// amountOf is a mark as an amount; markOf reads it back.
func amountOf(mark string) money.Amount {
	var n int64
	if _, err := fmt.Sscanf(mark, "mark %d", &n); err != nil {
		panic(err) // marks are ours
	}
	return cny.Minor(n + 1)
}

func markOf(a money.Amount) string {
	n, _ := a.Units().Int64()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("mark %d", n-1)
}

// rowsOf finds the rows of payees. It has the shape of a method of a transaction.
func rowsOf(tx store.Tx, ctx context.Context, payees []partner.ID) ([][]settlement.Row, error) {
	out := make([][]settlement.Row, len(payees))
	for i, id := range payees {
		var err error
		if out[i], err = tx.PartnerRows(ctx, id, store.RowCursor{}, 10); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func idSentences() []sentence {
	var sentences []sentence
	for _, k := range usesOfIDs() {
		sentences = append(sentences, sentence{k.name + " are compared byte by byte", func(x *trial) { bytewise(x, k) }})
	}
	return append(sentences, sentence{"ids of bindings are compared byte by byte", bindingIDs})
}

func bytewise(x *trial, k keyed) {
	ids := trickyIDs()
	want := make([]string, len(ids))
	for i := range ids {
		want[i] = fmt.Sprintf("mark %d", i)
	}
	x.update(func(tx store.Tx) error {
		for i, id := range ids {
			if err := k.write(x.ctx, tx, id, want[i]); err != nil {
				return fmt.Errorf("id %q: %w", id, err)
			}
		}
		return nil
	})
	x.view(func(tx store.Tx) error {
		got, err := k.marks(x.ctx, tx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			require.Equal(x, want[i], got[i], "id %q", id)
		}
		got, err = k.marks(x.ctx, tx, absentIDs())
		require.Equal(x, make([]string, len(absentIDs())), got, "there is nothing under %q", absentIDs())
		return err
	})
}

func bindingIDs(x *trial) {
	x.update(func(tx store.Tx) error {
		for _, id := range trickyIDs() {
			if err := tx.AddBindings(x.ctx, list(sampleBinding(id, "c-1", "p-1", day(1)))); err != nil {
				return fmt.Errorf("id %q: %w", id, err)
			}
		}
		return nil
	})
	var got []string
	for _, b := range read(x, store.Tx.Bindings, list[partner.Customer]("c-1"))[0] {
		got = append(got, b.ID)
	}
	require.Equal(x, slices.Sorted(slices.Values(trickyIDs())), got)
}

func usesOfIDs() []keyed {
	return slices.Concat(idsOfPeople(), idsOfMoney())
}

func idsOfPeople() []keyed {
	return []keyed{
		keyedBy("ids of partners", func(ctx context.Context, tx store.Tx, id, mark string) error {
			p := samplePartner(partner.ID(id))
			p.Actor = mark
			return tx.AddPartners(ctx, list(p))
		}, store.Tx.Partners, as[partner.ID], func(p partner.Partner) string { return p.Actor }),
		keyedBy("partners of facts", func(ctx context.Context, tx store.Tx, id, mark string) error {
			f := sampleFact(partner.ID(id), 1)
			f.Value = mark
			return tx.AddFacts(ctx, list(f))
		}, store.Tx.Facts, as[partner.ID], only(func(f partner.Fact) string { return f.Value })),
		keyedBy("partners of edges", func(ctx context.Context, tx store.Tx, id, mark string) error {
			e := sampleEdge(partner.ID(id), partner.ID(mark))
			return tx.AddEdges(ctx, list(e))
		}, store.Tx.Uplines, func(id string) store.UplineQuery { return store.UplineQuery{Start: partner.ID(id), At: day(9)} }, func(line []partner.ID) string {
			return joined(line[1:])
		}),
		keyedBy("trees of edges", func(ctx context.Context, tx store.Tx, id, mark string) error {
			e := sampleEdge("p-1", partner.ID(mark))
			e.Tree = partner.Tree(id)
			return tx.AddEdges(ctx, list(e))
		}, store.Tx.Edges, func(id string) store.EdgeQuery { return store.EdgeQuery{Tree: partner.Tree(id), Partner: "p-1"} },
			only(func(e tree.Edge) string { return string(e.Recruiter) })),
		keyedBy("recruiters of edges", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.AddEdges(ctx, list(sampleEdge(below(id), partner.ID(id)), sampleEdge(partner.ID(id), partner.ID(mark))))
		}, store.Tx.Uplines, func(id string) store.UplineQuery { return store.UplineQuery{Start: below(id), At: day(9)} }, func(line []partner.ID) string {
			return joined(line[min(2, len(line)):])
		}),
		keyedBy("customers of bindings", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.AddBindings(ctx, list(sampleBinding(mark, partner.Customer(id), partner.ID(mark), day(1))))
		}, store.Tx.Bindings, as[partner.Customer], only(func(b tree.Binding) string { return string(b.Owner) })),
		keyedBy("customers who spend", func(ctx context.Context, tx store.Tx, id, mark string) error {
			_, err := tx.AddSpend(ctx, list(store.Spend{Customer: partner.Customer(id), Amount: amountOf(mark)}))
			return err
		}, store.Tx.Spent, as[partner.Customer], markOf),
		keyedBy("applicants", func(ctx context.Context, tx store.Tx, id, mark string) error {
			a := sampleApplication(partner.ApplicationID("a "+short(id)), partner.ID(id))
			a.Source = mark
			return tx.SaveApplications(ctx, list(a))
		}, store.Tx.ApplicationsOf, as[partner.ID], only(func(a partner.Application) string { return a.Source })),
		keyedBy("ids of applications", func(ctx context.Context, tx store.Tx, id, mark string) error {
			a := sampleApplication(partner.ApplicationID(id), "p-1")
			a.Source = mark
			return tx.SaveApplications(ctx, list(a))
		}, store.Tx.Applications, as[partner.ApplicationID], func(a partner.Application) string { return a.Source }),
	}
}

func idsOfMoney() []keyed {
	order := func(id commission.OrderID, mark string) settlement.Order {
		o := sampleOrder(id)
		o.Actor = mark
		return o
	}
	run := func(id settlement.RunID, mark string) settlement.Run {
		r := sampleRun(id)
		r.Actor = mark
		return r
	}
	return []keyed{
		keyedBy("ids of orders", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveOrders(ctx, list(order(commission.OrderID(id), mark)))
		}, store.Tx.Orders, as[commission.OrderID], func(o settlement.Order) string { return o.Actor }),
		keyedBy("ids of locked orders", func(ctx context.Context, tx store.Tx, id, mark string) error {
			locked, err := tx.LockOrders(ctx, list(commission.OrderID(id)))
			if err == nil && (string(locked[0].ID) != id || locked[0].Revision != 0) {
				err = fmt.Errorf("LockOrders found revision %d of %q", locked[0].Revision, locked[0].ID)
			}
			if err != nil {
				return err
			}
			return tx.SaveOrders(ctx, list(order(locked[0].ID, mark)))
		}, store.Tx.Orders, as[commission.OrderID], func(o settlement.Order) string { return o.Actor }),
		keyedBy("ids of runs", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveRuns(ctx, list(run(settlement.RunID(id), mark)))
		}, store.Tx.Runs, as[settlement.RunID], func(r settlement.Run) string { return r.Actor }),
		keyedBy("ids of locked runs", func(ctx context.Context, tx store.Tx, id, mark string) error {
			locked, err := tx.LockRuns(ctx, list(settlement.RunID(id)))
			if err == nil && (string(locked[0].ID) != id || locked[0].Revision != 0) {
				err = fmt.Errorf("LockRuns found revision %d of %q", locked[0].Revision, locked[0].ID)
			}
			if err != nil {
				return err
			}
			return tx.SaveRuns(ctx, list(run(locked[0].ID, mark)))
		}, store.Tx.Runs, as[settlement.RunID], func(r settlement.Run) string { return r.Actor }),
		keyedBy("users of grants", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveGrants(ctx, list(grantsOf(partner.ID(id), mark)))
		}, store.Tx.Grants, as[partner.ID], func(g settlement.Grants) string { return g.Actor }),
		keyedBy("users of locked grants", func(ctx context.Context, tx store.Tx, id, mark string) error {
			locked, err := tx.LockGrants(ctx, list(partner.ID(id)))
			if err == nil && (string(locked[0].User) != id || locked[0].Revision != 0) {
				err = fmt.Errorf("LockGrants found revision %d of %q", locked[0].Revision, locked[0].User)
			}
			if err != nil {
				return err
			}
			return tx.SaveGrants(ctx, list(grantsOf(locked[0].User, mark)))
		}, store.Tx.Grants, as[partner.ID], func(g settlement.Grants) string { return g.Actor }),
		keyedBy("partners of forfeits", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveForfeits(ctx, list(forfeitsOf(partner.ID(id), mark)))
		}, store.Tx.Forfeits, as[partner.ID], func(f settlement.Forfeits) string { return f.Actor }),
		keyedBy("partners of locked forfeits", func(ctx context.Context, tx store.Tx, id, mark string) error {
			locked, err := tx.LockForfeits(ctx, list(partner.ID(id)))
			if err == nil && (string(locked[0].Partner) != id || locked[0].Revision != 0) {
				err = fmt.Errorf("LockForfeits found revision %d of %q", locked[0].Revision, locked[0].Partner)
			}
			if err != nil {
				return err
			}
			return tx.SaveForfeits(ctx, list(forfeitsOf(locked[0].Partner, mark)))
		}, store.Tx.Forfeits, as[partner.ID], func(f settlement.Forfeits) string { return f.Actor }),
		keyedBy("customers of orders", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveOrders(ctx, list(boughtBy(commission.OrderID(mark), partner.Customer(id), day(1))))
		}, func(tx store.Tx, ctx context.Context, ids []partner.Customer) ([][]settlement.Order, error) {
			return eachOf(ids, func(id partner.Customer) ([]settlement.Order, error) {
				return tx.CustomerOrders(ctx, id, day(0), store.OrderCursor{}, 10)
			})
		}, as[partner.Customer], only(func(o settlement.Order) string { return string(o.ID) })),
		keyedBy("sellers of orders", func(ctx context.Context, tx store.Tx, id, mark string) error {
			o := boughtBy(commission.OrderID(mark), "c-1", day(1))
			o.Attributed.Partner = partner.ID(id)
			return tx.SaveOrders(ctx, list(o))
		}, func(tx store.Tx, ctx context.Context, ids []partner.ID) ([][]settlement.Order, error) {
			return eachOf(ids, func(id partner.ID) ([]settlement.Order, error) {
				return tx.SoldOrders(ctx, id, day(0), store.OrderCursor{}, 10)
			})
		}, as[partner.ID], only(func(o settlement.Order) string { return string(o.ID) })),
		keyedBy("customers of settled orders", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.SaveOrders(ctx, list(settledOrder(commission.OrderID(mark), partner.Customer(id), day(1))))
		}, store.Tx.SettledOrders, as[partner.Customer], func(o settlement.Order) string { return string(o.ID) }),
		keyedBy("runs of rows", func(ctx context.Context, tx store.Tx, id, mark string) error {
			r := runRow(settlement.RunID(id), 1, "p-1", 1, 100)
			r.Key = mark
			return tx.AddRows(ctx, list(r))
		}, store.Tx.Rows, func(id string) settlement.Source { return sampleRun(settlement.RunID(id)).Source(1) },
			only(func(r settlement.Row) string { return r.Key })),
		keyedBy("sources of rows", func(ctx context.Context, tx store.Tx, id, mark string) error {
			r := sampleRow(commission.OrderID(id), "p-1", 1, 100)
			r.Key = mark
			return tx.AddRows(ctx, list(r))
		}, store.Tx.Rows, func(id string) settlement.Source { return settlement.OfOrder(commission.OrderID(id)) },
			only(func(r settlement.Row) string { return r.Key })),
		keyedBy("payees of rows", func(ctx context.Context, tx store.Tx, id, mark string) error {
			r := sampleRow("o-1", partner.ID(id), 1, 100)
			r.Key = mark
			return tx.AddRows(ctx, list(r))
		}, rowsOf, as[partner.ID], only(func(r settlement.Row) string { return r.Key })),
		keyedBy("payees with something pending", func(ctx context.Context, tx store.Tx, id, mark string) error {
			r := sampleRow("o-1", partner.ID(id), 1, 100)
			r.Amount = amountOf(mark)
			return tx.AddRows(ctx, list(r))
		}, store.Tx.Balances, as[partner.ID], only(func(b settlement.Balance) string { return markOf(b.Pending) })),
		keyedBy("partners of balances", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.ChangeBalances(ctx, list(settlement.Change{Partner: partner.ID(id), Net: amountOf(mark)}))
		}, store.Tx.Balances, as[partner.ID], only(func(b settlement.Balance) string { return markOf(b.Available) })),
		keyedBy("campaigns of counters", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.ChangeCounters(ctx, list(store.CounterChange{CounterKey: counterKey(id, ""), Amount: amountOf(mark)}))
		}, store.Tx.Counters, func(id string) store.CounterKey { return counterKey(id, "") }, markOf),
		keyedBy("customers of counters", func(ctx context.Context, tx store.Tx, id, mark string) error {
			return tx.ChangeCounters(ctx, list(store.CounterChange{CounterKey: counterKey("618", partner.Customer(id)), Amount: amountOf(mark)}))
		}, store.Tx.Counters, func(id string) store.CounterKey { return counterKey("618", partner.Customer(id)) }, markOf),
		keyedBy("names of readers", func(ctx context.Context, tx store.Tx, id, mark string) error {
			n, _ := amountOf(mark).Units().Int64()
			return tx.SaveReaders(ctx, list(store.Reader{Name: id, Number: n}))
		}, store.Tx.Readers, func(id string) string { return id }, func(n int64) string { return markOf(cny.Minor(n)) }),
		keyedBy("keys of claims", func(ctx context.Context, tx store.Tx, id, mark string) error {
			_, err := tx.Claim(ctx, list(sampleClaim("paid", id, mark)))
			return err
		}, store.Tx.Claimed, func(id string) store.ClaimKey { return store.ClaimKey{Operation: "paid", Key: id} }, func(c store.Claim) string { return c.Token }),
		keyedBy("operations of claims", func(ctx context.Context, tx store.Tx, id, mark string) error {
			_, err := tx.Claim(ctx, list(sampleClaim(id, "k-1", mark)))
			return err
		}, store.Tx.Claimed, func(id string) store.ClaimKey { return store.ClaimKey{Operation: id, Key: "k-1"} }, func(c store.Claim) string { return c.Token }),
	}
}

// eachOf asks a method that takes one at a time for each of several.
func eachOf[A, R any](all []A, read func(A) ([]R, error)) ([][]R, error) {
	out := make([][]R, len(all))
	for i, one := range all {
		var err error
		if out[i], err = read(one); err != nil {
			return nil, err
		}
	}
	return out, nil
}
