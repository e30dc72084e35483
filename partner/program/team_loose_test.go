package program_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// loose is a store that shows no snapshot: every reading shows what is committed by then, as a shop's transaction does that reads what is committed.
type loose struct {
	*memstore.Store
	before func() // something happens before each page of orders is read
}

func (l *loose) View(_ context.Context, _ store.Tenant, fn func(store.Tx) error) error {
	return fn(looseTx{l: l})
}

type looseTx struct {
	store.Tx // what is not asked for
	l        *loose
}

// now reads as of now.
func now[T any](t looseTx, read func(store.Tx) (T, error)) (out T, err error) {
	err = t.l.Store.View(ctx, "", func(tx store.Tx) error {
		out, err = read(tx)
		return err
	})
	return out, err
}

func (t looseTx) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	return now(t, func(tx store.Tx) ([]store.PlanVersion, error) { return tx.Plans(ctx, first) })
}

func (t looseTx) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	return now(t, func(tx store.Tx) ([]partner.Partner, error) { return tx.ScanPartners(ctx, after, limit) })
}

func (t looseTx) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	return now(t, func(tx store.Tx) ([][]partner.Fact, error) { return tx.Facts(ctx, ids) })
}

func (t looseTx) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	return now(t, func(tx store.Tx) ([][]tree.Edge, error) { return tx.Edges(ctx, queries) })
}

func (t looseTx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	return now(t, func(tx store.Tx) ([]store.Event, error) { return tx.Events(ctx, after, limit) })
}

func (t looseTx) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	return now(t, func(tx store.Tx) ([]store.Event, error) { return tx.UnnumberedEvents(ctx, after, limit) })
}

func (t looseTx) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	t.l.before()
	return now(t, func(tx store.Tx) ([]settlement.Order, error) { return tx.PaidOrders(ctx, from, to, after, limit) })
}

// TestRule_3_21_NothingIsCountedTwiceWithoutASnapshot lets orders of new partners be paid, refunded and numbered while an index is read, page after page.
func TestRule_3_21_NothingIsCountedTwiceWithoutASnapshot(t *testing.T) {
	for happens := range 5 {
		t.Run(fmt.Sprint(happens), func(t *testing.T) {
			s := family(t, twoLevels, func(c *program.Config) { c.Batch = 2 })
			for i := range 5 {
				s.paid(s.order(fmt.Sprint("before ", i), 3, "3.00"))
			}
			s.due(noon)
			l, n := &loose{Store: s.store}, 0
			l.before = func() {
				if n++; n > happens {
					return
				}
				id := partner.ID(fmt.Sprint("new ", n))
				s.recruit(id, "bob")
				o := s.order(fmt.Sprint(n, " while it is read"), 3, "3.00")
				o.Customer = partner.Customer(id)
				s.paid(o)
				s.refunded(fmt.Sprint(n), o.ID, units("1", 1))
				s.refunded(fmt.Sprint("before ", n), "before 0", amount("1", "0.10"))
				if n%2 == 0 {
					s.due(noon)
				}
			}
			x, err := s.In(l).Team.Index(ctx, program.IndexOf{Sales: true})
			require.NoError(t, err)
			look := func() {
				b := readBooks(t, s.store, s.Program, noon, time.Time{}, tree.Ever, "")
				for _, id := range b.ids() {
					p, err := x.Performance(id, tree.Scope{})
					require.NoError(t, err)
					want, _ := b.performance(t, id, tree.Scope{})
					require.Equal(t, want.Own, p.Own, id)
					require.Equal(t, want.Team.Sales, p.Team.Sales, id)
				}
			}
			look()
			s.due(noon)
			require.NoError(t, x.Refresh(ctx))
			look()
		})
	}
	s := family(t, twoLevels)
	l := &loose{Store: s.store}
	n := 0
	l.before = func() { n++; s.paid(s.order(fmt.Sprint(n), 1, "1.00")) }
	_, err := s.In(l).Team.Index(ctx, program.IndexOf{Sales: true})
	require.ErrorIs(t, err, store.ErrStale)
}
