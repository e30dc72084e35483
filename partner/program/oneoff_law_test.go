package program_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

// lawPlan pays for levels, those that are skipped too, and for new customers and recruits, from noon on.
const lawPlan = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}, {"id": "director", "weight": 3}],
  "commission": {"rates": ["0%"]}, "settlement": {"anchor": "paid", "holdDays": 1},
  "oneOffs": [
    {"name": "spring", "upgrade": {"levels": {"gold": "50.00", "director": "200.00"}, "skipped": "paid"}},
    {"name": "customers", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}},
    {"name": "recruits", "firstOrder": {"amount": "0.01", "of": "recruits", "allowHeadCount": true}}
  ]
}`

var (
	lawUsers  = []partner.ID{"bob", "cora", "carol"} // alice recruited bob, who recruited cora; carol is bound to bob
	lawPayee  = map[partner.ID]partner.ID{"bob": "alice", "cora": "bob", "carol": "bob"}
	lawWeight = map[partner.Level]int{"agent": 1, "gold": 2, "director": 3}
	lawAmount = map[string]int64{"spring gold": 5000, "spring director": 20000, "customers ": 800, "recruits ": 1}
)

// lawShop is a shop with what has happened in it as plain facts, from which what should be paid is worked out anew.
type lawShop struct {
	t     *rapid.T
	prog  *program.Program
	store *storetest.Faulty
	now   time.Time

	mu     sync.Mutex
	ids    int
	levels map[partner.ID][]lawLevel
	orders []*lawOrder
	frozen map[partner.ID]bool // whoever was frozen at any time
}

type lawLevel struct {
	level partner.Level
	at    time.Time
}

type lawOrder struct {
	id     commission.OrderID
	buyer  partner.ID
	paidAt time.Time
	units  int64 // that are left
}

func newLawShop(t *rapid.T) *lawShop {
	s := &lawShop{t: t, store: storetest.NewFaulty(memstore.New()), now: noon, levels: map[partner.ID][]lawLevel{}, frozen: map[partner.ID]bool{}}
	var err error
	s.prog, err = program.New(s.store, program.Config{
		Plan: program.MustPlan(lawPlan), Clock: func() time.Time { return s.now }, Batch: rapid.IntRange(1, 3).Draw(t, "batch"),
		NewID: func() string {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.ids++
			return fmt.Sprintf("%032x", s.ids)
		},
	})
	require.NoError(t, err)
	_, err = s.prog.Partners.Add(ctx, program.Add{Partner: "alice"})
	require.NoError(t, err)
	for _, id := range []partner.ID{"bob", "cora"} {
		_, err = s.prog.Team.Recruit(ctx, program.Recruit{Partner: id, Recruiter: lawPayee[id]})
		require.NoError(t, err)
		s.levels[id] = []lawLevel{{"agent", noon}}
	}
	_, err = s.prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	return s
}

func (s *lawShop) step() {
	t := s.t
	switch rapid.IntRange(0, 8).Draw(t, "step") {
	case 0, 1:
		id := rapid.SampledFrom([]partner.ID{"bob", "cora"}).Draw(t, "who")
		l := lawLevel{
			level: rapid.SampledFrom([]partner.Level{"agent", "gold", "director"}).Draw(t, "level"),
			at:    s.now.Add(time.Duration(rapid.IntRange(-1, 2).Draw(t, "hours from now")) * time.Hour),
		}
		if l.at.Before(noon) {
			l.at = noon
		}
		_, err := s.prog.Partners.SetLevel(ctx, program.SetLevel{Partner: id, Level: l.level, Meta: program.Meta{At: l.at, Key: fmt.Sprint(id, len(s.levels[id]))}})
		require.NoError(t, err)
		s.levels[id] = append(s.levels[id], l)
	case 2, 3:
		o := &lawOrder{id: commission.OrderID(fmt.Sprint("o-", len(s.orders))), buyer: rapid.SampledFrom(lawUsers).Draw(t, "buyer"), paidAt: s.now, units: 2}
		_, err := s.prog.Orders.Paid(ctx, program.Order{ID: o.id, Customer: partner.Customer(o.buyer), PaidAt: s.now, Lines: []program.Line{line("1", 2, "0.02")}})
		require.NoError(t, err)
		s.orders = append(s.orders, o)
	case 4, 5:
		if len(s.orders) == 0 {
			return
		}
		if o := rapid.SampledFrom(s.orders).Draw(t, "order"); o.units > 0 {
			back := rapid.Int64Range(1, o.units).Draw(t, "units")
			_, err := s.prog.Orders.Refunded(ctx, program.Refund{ID: fmt.Sprint(o.id, o.units), Order: o.id, Lines: []program.RefundLine{units("1", back)}})
			require.NoError(t, err)
			o.units -= back
		}
	case 6:
		s.now = s.now.Add(time.Duration(rapid.SampledFrom([]int{1, 12, 24}).Draw(t, "hours")) * time.Hour)
	case 7:
		if id := rapid.SampledFrom([]partner.ID{"alice", "bob"}).Draw(t, "frozen"); rapid.IntRange(0, 3).Draw(t, "freeze") == 0 {
			_, err := s.prog.Partners.Freeze(ctx, program.Freeze{Partner: id, Meta: program.Meta{At: s.now}})
			require.NoError(t, err)
			s.frozen[id] = true
		}
	case 8:
		s.due()
	}
}

// due runs what is due, once or in two processes at once, until nothing is, and before that sometimes with a store that fails.
func (s *lawShop) due() {
	if rapid.IntRange(0, 2).Draw(s.t, "fault") == 0 {
		s.store.FailAt(rapid.IntRange(1, 40).Draw(s.t, "at call"), rapid.SampledFrom([]storetest.Mode{storetest.Before, storetest.After, storetest.Stale}).Draw(s.t, "mode"))
		if _, err := s.prog.RunDue(ctx, s.now); err != nil {
			require.True(s.t, errors.Is(err, storetest.ErrFault) || errors.Is(err, store.ErrStale), err)
		}
		s.store.FailAt(0, storetest.Before)
		s.check(false)
	}
	var runs sync.WaitGroup
	errs := make([]error, rapid.IntRange(1, 2).Draw(s.t, "at once"))
	for i := range errs {
		runs.Add(1)
		go func() {
			defer runs.Done()
			for more := true; more && errs[i] == nil; {
				var due program.Due
				due, errs[i] = s.prog.RunDue(ctx, s.now)
				more = due.More
			}
		}()
	}
	runs.Wait()
	for _, err := range errs {
		require.NoError(s.t, err)
	}
	s.check(true)
}

// settled reports whether somebody has an order that is out of its hold and not come back.
func (s *lawShop) settled(user partner.ID) bool {
	return slices.ContainsFunc(s.orders, func(o *lawOrder) bool {
		return o.buyer == user && o.units > 0 && !o.paidAt.Add(24*time.Hour).After(s.now)
	})
}

// reached are the bonuses for the levels that somebody reached by now.
func (s *lawShop) reached(user partner.ID) map[string]bool {
	all := map[string]bool{}
	for i, l := range s.levels[user] {
		before := lawLevel{level: "agent"}
		for _, earlier := range s.levels[user][:i] {
			if !earlier.at.After(l.at) && !earlier.at.Before(before.at) {
				before = earlier
			}
		}
		for level, weight := range lawWeight {
			if weight > lawWeight[before.level] && weight <= lawWeight[l.level] && weight > 1 && !l.at.After(s.now) {
				all["spring "+string(level)] = true
			}
		}
	}
	return all
}

// check adds up what stands for each user, bonus and level, and compares it with the facts: after a run what is paid is exactly what should be, and before
// one no bonus is paid twice, or without having been earned.
func (s *lawShop) check(ran bool) {
	for _, user := range lawUsers {
		should := s.reached(user)
		if s.settled(user) && user == "carol" {
			should["customers "] = true
		} else if s.settled(user) {
			should["recruits "] = true
		}
		var rows [][]settlement.Row
		require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) (err error) {
			rows, err = tx.Rows(ctx, []settlement.Source{settlement.OfGrants(user)})
			return err
		}))
		grants, err := s.prog.Bonuses.Grants(ctx, user)
		require.NoError(s.t, err)
		paid := map[string]decimal.Decimal{}
		for _, row := range rows[0] {
			require.Equal(s.t, lawPayee[user], row.Payee)
			for _, e := range row.Entries {
				_, bonus, _ := strings.Cut(e.Rule, ":")
				if bonus += " "; e.Source.Kind == commission.FromUpgrade {
					bonus += e.Source.Key
				}
				paid[bonus] = paid[bonus].Add(e.Amount.Decimal())
			}
		}
		for name, amount := range lawAmount {
			stands, whole := paid[name], decimal.New(amount, -2)
			require.True(s.t, stands.IsZero() || stands.Equal(whole), "%s of %s: %s", name, user, stands)
			barred := slices.ContainsFunc(grants[0].All, func(g settlement.Grant) bool { return g.Name+" "+string(g.Level) == name && !g.Owed() })
			require.True(s.t, !barred || s.frozen[lawPayee[user]], "%s of %s is nobody's", name, user)
			if ran {
				require.Equal(s.t, should[name] && s.settled(user) && !barred, !stands.IsZero(), "%s of %s", name, user)
			}
		}
	}
	report, err := s.prog.Audit(ctx)
	require.NoError(s.t, err)
	require.True(s.t, report.OK(), report.String())
}

func TestRule_4_28_And_4_29_AtMostOnceAndOnlyWithASettledOrderWhateverTheOrderOfEvents(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newLawShop(rt)
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			s.step()
			s.check(false)
		}
		s.due()
		s.now = s.now.AddDate(0, 0, 3)
		s.due()
	})
}
