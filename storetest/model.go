package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// Programme tests the whole programme on a store. It draws histories of a partner programme, for two tenants at once, plays them through package program,
// and after every step compares all that the programme shows with a second, naive implementation in fractions; two laws follow.
// Histories of period runs have a shop of their own, of which every call can fail.
//
//	func TestProgramme(t *testing.T) {
//		storetest.Programme(t, func(tb testing.TB) store.Store { return mystore.Open(tb.TempDir()) })
//	}
//
// newStore is called for each history, and by several goroutines. How many are drawn, and how long they are, is said with the flags of rapid:
// -rapid.checks, -rapid.steps. A failure prints a short history that fails and the command that repeats it. The domains are small on purpose: a few
// people and orders, amounts at the edges, all or one or one too many; they find more than wide ones do. Plans are put together from sections, so that
// every rule meets every other.
//
// What holds after every step:
//
//	I1   what the partners have earned is what the orders cost the shop, to the last unit
//	I2   earned = pending + available + withdrawing + paid + taxed + fees − debt, for everybody
//	I3   nothing is below 0 but what losses bring; available and debt are never both above 0
//	I4   the same call again gives the first result; the same key with other facts is a conflict; neither, and no error, changes a byte
//	I5   events that commute give the same commissions in any order
//	I6   refunds in portions = one refund = the order that never had what came back; a full refund leaves nothing
//	I7   whatever anybody earned equals the naive implementation
//	I8   net + tax + fee = gross of every withdrawal that was paid
//	I9   withdrawing is the sum of open withdrawals, and each ends once
//	I10  nothing is released early, or twice
//	I12  every balance is what its rows and withdrawals make, and the programme's own audit finds nothing
//	I13  nobody stands above himself, and lines of people are those of their instant
//	I14  the entries of a line are together not above its cap
//	I15  nothing that one tenant does changes a byte of the other
func Programme(t *testing.T, newStore func(testing.TB) store.Store) {
	t.Helper()
	t.Run("programme", func(t *testing.T) {
		for name, law := range map[string]func(*rapid.T, func() store.Store){
			"any history agrees with the naive programme":                 func(r *rapid.T, open func() store.Store) { r.Repeat(newModel(r, open()).actions()) },
			"events that commute give the same in any order":              func(r *rapid.T, open func() store.Store) { lawCommutes(r, open(), open()) },
			"refunds in portions are one refund and the order without it": func(r *rapid.T, open func() store.Store) { lawPortions(r, open()) },
			"any history of period runs agrees with the naive ones":       func(r *rapid.T, open func() store.Store) { lawRuns(r, open()) },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(r *rapid.T) { law(r, func() store.Store { return newStore(t) }) })
			})
		}
	})
}

// model is a programme of two tenants under test.
type model struct {
	ctx    context.Context
	store  store.Store
	now    time.Time
	ids    int
	plans  []modelPlan // that can be published
	shops  [2]*modelShop
	active *modelShop // who did the last step
	visits int        // how many steps the second tenant makes before it is the first one's turn again
}

// modelShop is a tenant, and what the oracle says of him.
type modelShop struct {
	*model
	prog    *program.Program
	tenant  store.Tenant
	oracle  *oracle
	calls   []*modelCall // that were done
	claims  map[string]*modelCall
	records *modelRecords // all that the tenant has; nil: to be read
	names   map[string]int
}

// The people of the model. Everybody can buy, and whoever has bought enough can become a partner.
var (
	modelPartners  = []partner.ID{"p1", "p2", "p3", "p4"}
	modelCustomers = []partner.Customer{"c1", "c1", "c2", "p1", "p3", "p4"}
)

func newModel(t *rapid.T, st store.Store) *model {
	m := &model{ctx: context.Background(), store: st, now: modelStart}
	plan := modelDrawThemedPlan(t, modelPlans())
	m.plans = modelPlansOf(plan.Currency)
	config := program.Config{Batch: rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "batch")}
	if modelOneIn(t, "refuses early events", 4) {
		config.EarlyEvents = program.Refuse
	}
	m.open(t, plan, config, modelOneIn(t, "published", 3))
	for _, s := range m.shops {
		s.family(t)
	}
	return m
}

// open makes the two shops, with a plan since ever, or one that they publish now.
func (m *model) open(t require.TestingT, plan modelPlan, config program.Config, publish bool) {
	config.Clock = func() time.Time { return m.now }
	config.NewID = func() string { m.ids++; return fmt.Sprintf("%032x", m.ids) }
	if !publish {
		config.Plan = plan.Plan
	}
	prog, err := program.New(m.store, config)
	require.NoError(t, err)
	for i, tenant := range []store.Tenant{"", "b"} {
		s := &modelShop{
			model: m, prog: prog.For(tenant), tenant: tenant, oracle: newOracle(plan.Currency.Scale(), config.EarlyEvents == program.Refuse),
			claims: map[string]*modelCall{}, names: map[string]int{},
		}
		m.shops[i] = s
		if publish {
			s.publish(t, plan, time.Time{})
		} else {
			s.oracle.plans = []oraclePlan{{plan: plan.Plan}}
		}
	}
	m.active = m.shops[0]
}

// family begins with what most of what happens needs: p1 above p2 above p3, and customers of theirs.
func (s *modelShop) family(t require.TestingT) {
	s.add(t, program.Add{Partner: "p1"})
	s.recruit(t, program.Recruit{Partner: "p2", Recruiter: "p1"})
	s.recruit(t, program.Recruit{Partner: "p3", Recruiter: "p2"})
	s.bind(t, program.Bind{Customer: "c1", Owner: "p3"})
	s.bind(t, program.Bind{Customer: "c2", Owner: "p2"})
}

// by makes a step of the tenant whose turn it is: mostly the first one's, so that his histories grow long. A step that cannot be made says so before it
// draws anything, so that it costs nothing.
func (m *model) by(step func(*modelShop, *rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) {
		step(m.shop(t), t)
		m.visits = max(m.visits-1, 0)
	}
}

func (m *model) shop(t require.TestingT) *modelShop {
	m.active = m.shops[min(m.visits, 1)]
	for _, s := range m.shops {
		if s != m.active && s.records == nil {
			s.records = s.read(t)
		}
	}
	return m.active
}

// name returns the next name of a kind: o1, o2, …
func (s *modelShop) name(kind string) string {
	s.names[kind]++
	return s.next(kind, 0)
}

func (s *modelShop) next(kind string, later int) string { return fmt.Sprint(kind, s.names[kind]+later) }

// modelCall is one call of the programme, with what the oracle expects of it.
type modelCall struct {
	operation, key string
	facts          string // what must be the same when it comes again
	at             time.Time
	refusals       []modelRefusal
	do             func(again bool) (any, error) // again: the same facts, written in another way
	other          func() error                  // the same key with other facts
	done           func(got any)                 // tells the oracle, and compares the result
	expired        func() bool                   // whether its natural key is that of another operation by now; nil: it never is

	first any // the result
}

// modelRefusal is a reason why a call must fail, and how its error is told.
type modelRefusal struct {
	reason string
	is     func(error) bool
}

// call makes a call and holds it against what must become of it: the first result again, a conflict, a refusal, or something new.
func (s *modelShop) call(t require.TestingT, c *modelCall) {
	name := c.operation + " " + c.key
	switch first := s.claims[name]; {
	case first != nil && first.facts == c.facts:
		s.again(t, first, c.at, func() (any, error) { return c.do(false) })
	case first != nil:
		s.unchanged(t, "a conflict", func() {
			_, err := c.do(false)
			require.ErrorIs(t, err, store.ErrConflict, "I4: %s with other facts than %s", c.facts, first.facts)
		})
	case len(c.refusals) > 0:
		s.unchanged(t, "a refusal", func() {
			got, err := c.do(false)
			require.Error(t, err, "%s %s must be refused: %v", name, c.facts, c.refusals)
			require.True(t, slices.ContainsFunc(c.refusals, func(r modelRefusal) bool { return r.is(err) }), "%v, and not: %v", c.refusals, err)
			require.True(t, reflect.ValueOf(got).IsZero(), "I4: a result beside an error: %+v", got)
		})
	default:
		got, err := c.do(false)
		if err != nil {
			require.NoError(t, err, "%s %s", name, c.facts)
		}
		c.first, s.oracle.clock = got, s.now
		s.calls, s.claims[name], s.records = append(s.calls, c), c, nil
		c.done(got)
		s.now = s.now.Add(time.Microsecond) // no two things are recorded at one instant
	}
}

// again makes a call again that was done. Where it says that it happened at another time, which a natural key may allow, its result is of that time.
func (s *modelShop) again(t require.TestingT, c *modelCall, at time.Time, do func() (any, error)) {
	s.unchanged(t, "I4: the same call again", func() {
		got, err := do()
		require.NoError(t, err, "I4: %s %s again", c.operation, c.facts)
		if out, ok := got.(program.Outcome); ok {
			require.True(t, out.Repeated, "I4: an order again says that it is")
			out.Repeated = false
			got = out
		}
		if !reflect.DeepEqual(c.first, got) && c.at.Equal(at) {
			require.Equal(t, modelText(t, c.first), modelText(t, got), "I4: %s %s again gives another result", c.operation, c.facts)
		}
	})
}

// modelOneIn draws true about once in n.
func modelOneIn(t *rapid.T, label string, n int) bool {
	return rapid.IntRange(1, n).Draw(t, label) == n
}

// modelOrder draws an order for which keep says so; without one the step is another.
func (s *modelShop) someOrder(t *rapid.T, keep func(*oracleOrder) bool) (commission.OrderID, *oracleOrder) {
	ids := s.oracle.orderIDs(keep)
	if len(ids) == 0 {
		t.Skip("no such order")
	}
	id := rapid.SampledFrom(ids).Draw(t, "order")
	return id, s.oracle.orders[id]
}
