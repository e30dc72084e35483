package program_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

// TestRule_3_21_ReadersSeeOneStateWhileAnIndexIsRefreshed reads an index in several ways while orders of 1.00 are paid and a branch moves: at every moment
// there are as many yuan as orders, and the root's team has what all members have.
func TestRule_3_21_ReadersSeeOneStateWhileAnIndexIsRefreshed(t *testing.T) {
	people := numberedPeople(40)
	g := grow(t, twoLevels, people, func(i int) partner.ID {
		if i == 0 {
			return ""
		}
		return people[(i-1)/2]
	}, func(int) int64 { return 0 })
	yuan := func(n int) money.Amount { return money.MustCurrency("CNY", 2).Minor(int64(100 * n)) }
	done, readers := make(chan struct{}), sync.WaitGroup{}
	read := func(look func() (volume, other money.Amount, err error)) {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for {
				volume, other, err := look()
				if err != nil || volume.Cmp(other) != 0 {
					t.Errorf("%s is not %s: %v", volume, other, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		}()
	}
	read(func() (money.Amount, money.Amount, error) {
		page, err := g.index.Children(program.ChildrenOf{})
		return page.Members[0].Team.Volume, yuan(page.Members[0].Team.Orders), err
	})
	read(func() (money.Amount, money.Amount, error) {
		p, err := g.index.Performance(people[0], tree.Scope{Depth: 3})
		return p.Team.Volume, yuan(p.Team.Orders), err
	})
	read(func() (team, parts money.Amount, err error) {
		d, err := g.index.Draw(program.DrawTeam{Options: draw.Options{Root: people[0]}})
		if err != nil {
			return team, parts, err
		}
		for _, n := range d.Nodes {
			if parts, err = parts.Add(n.Figures[1].Amount); err != nil {
				return team, parts, err
			}
		}
		return d.Nodes[0].Figures[0].Amount, parts, nil
	})
	for i := range 60 {
		buyer := people[1+i%39]
		_, err := g.prog.Orders.Paid(ctx, program.Order{
			ID: commission.OrderID(fmt.Sprint("again ", i)), Customer: partner.Customer(buyer), PaidAt: noon.AddDate(1, 0, 0), Lines: []program.Line{line("1", 1, "1")},
		})
		require.NoError(t, err)
		_, err = g.prog.Team.Move(ctx, program.Move{
			Partner: people[39], Recruiter: people[1+i%19], Meta: program.Meta{Key: fmt.Sprint(i), Actor: "me", Reason: "why"},
		})
		require.NoError(t, err)
		_, err = g.prog.RunDue(ctx, noon.AddDate(1, 0, 1))
		require.NoError(t, err)
		require.NoError(t, g.index.Refresh(ctx))
	}
	close(done)
	readers.Wait()
	p, err := g.index.Performance(people[0], tree.Scope{})
	require.NoError(t, err)
	require.Equal(t, program.Sales{Orders: 60, Volume: yuan(60)}, p.Team.Sales)
}

// TestRule_3_20_FourCountersCountEverybodyOnce counts a partner, a candidate and customers, one of whom becomes a candidate.
func TestRule_3_20_FourCountersCountEverybodyOnce(t *testing.T) {
	s := family(t, `{"currency": "CNY", "joining": {"spend": "100"}, "commission": {"rates": ["10%"]}}`)
	s.add("bob")
	s.recruit("dan", "bob")
	for customer, owner := range map[partner.Customer]partner.ID{"eve": "alice", "fay": "alice", "gil": "bob"} {
		_, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner})
		require.NoError(t, err)
	}
	x, err := s.Team.Index(ctx, program.IndexOf{Customers: true})
	require.NoError(t, err)
	counts := func() [2]program.People {
		p, err := x.Performance("alice", tree.Scope{})
		require.NoError(t, err)
		return [2]program.People{p.Direct.People, p.Team.People}
	}
	require.Equal(t, [2]program.People{{Partners: 1, Customers: 2}, {Partners: 1, Known: 1, Customers: 3}}, counts())
	s.recruit("eve", "dan")
	s.due(noon)
	require.NoError(t, x.Refresh(ctx))
	require.Equal(t, [2]program.People{{Partners: 1, Customers: 1}, {Partners: 1, Known: 2, Customers: 2}}, counts(), "who has a place in the team is no customer of it")
	require.Equal(t, 4, counts()[1].NonPartners())
}

// TestRule_3_20_ACustomerWhoComesBackIsCounted lets a binding end, of which nobody is told, and an order that was paid before it did become known then.
func TestRule_3_20_ACustomerWhoComesBackIsCounted(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"days": 1, "renewOnOrder": true}, "commission": {"rates": ["10%"]}}`)
	x, err := s.Team.Index(ctx, program.IndexOf{Customers: true})
	require.NoError(t, err)
	customers := func() int {
		s.due(s.now)
		require.NoError(t, x.Refresh(ctx))
		p, err := x.Performance("bob", tree.Scope{})
		require.NoError(t, err)
		return p.Direct.Customers
	}
	require.Equal(t, 1, customers())
	s.now = noon.Add(30 * time.Hour)
	require.Equal(t, 0, customers())
	o := s.order("late", 1, "10.00")
	o.PaidAt = noon.Add(20 * time.Hour)
	s.paid(o)
	require.Equal(t, 1, customers())
}

func TestRule_3_21_AnIndexThatMakesNoSenseIsRefused(t *testing.T) {
	s := open(t, "")
	june, err := commission.ParsePeriod("2026-06")
	require.NoError(t, err)
	for said, of := range map[string]program.IndexOf{
		"period: a period has its own": {Sales: true, Period: june, From: noon},
		"sales: sales are not":         {Period: june},
		"to: it is not after from":     {Sales: true, From: noon, To: noon},
		"the year 1969":                {Sales: true, From: time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		_, err := s.Team.Index(ctx, of)
		require.ErrorContains(t, err, said)
	}
	_, err = s.Team.Index(ctx, program.IndexOf{Sales: true, Period: june})
	require.ErrorIs(t, err, program.ErrNoPlan)
	x, err := s.Team.Index(ctx, program.IndexOf{Sales: true, Customers: true})
	require.NoError(t, err, "without a plan nothing is sold")
	_, err = x.Performance("nobody", tree.Scope{})
	require.ErrorContains(t, err, `no partner "nobody"`)
	_, err = x.Levels("nobody", tree.Scope{})
	require.ErrorContains(t, err, `no partner "nobody"`)
}

// TestAnIndexWithoutSalesIsAsSmallAsItsTree counts the bytes of a member besides those of his id.
func TestAnIndexWithoutSalesIsAsSmallAsItsTree(t *testing.T) {
	const n, perMember, idBytes = 50_000, 51, 16
	st := memstore.New()
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		partners, edges := make([]partner.Partner, n), []tree.Edge(nil)
		for i := range partners {
			partners[i].ID = partner.ID(fmt.Sprintf("%016d", i))
			if i > 0 {
				edges = append(edges, tree.Edge{ID: fmt.Sprint(i), Partner: partners[i].ID, Recruiter: partners[i/3].ID, From: noon, Seq: 1})
			}
		}
		if err := tx.AddPartners(ctx, partners); err != nil {
			return err
		}
		return tx.AddEdges(ctx, edges)
	}))
	prog, err := program.New(st, program.Config{})
	require.NoError(t, err)
	_, err = prog.Team.Index(ctx, program.IndexOf{}) // the store keeps what it makes at the first reading
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x, err := prog.Team.Index(ctx, program.IndexOf{})
	require.NoError(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.LessOrEqual(t, int(after.HeapAlloc-before.HeapAlloc), n*(perMember+idBytes)+1<<16)
	runtime.KeepAlive(x)
	runtime.KeepAlive(st)
}
