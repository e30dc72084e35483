package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// relationPolicies are all that are valid of every option in every state, with days of 1 and 2.
func relationPolicies() (all []tree.Policy) {
	flags := []bool{false, true}
	for _, preempt := range [][]tree.Cause{nil, {tree.ByShare}, {tree.ByPayment}} {
		for _, on := range []tree.Trigger{tree.OnShare, tree.OnOrder, tree.OnPayment} {
			for _, touch := range []tree.Touch{tree.TouchFirst, tree.TouchLast} {
				for days := range 3 {
					for protection := range 3 {
						for _, renew := range flags {
							for _, lock := range flags {
								for _, fresh := range flags {
									all = append(all, tree.Policy{
										On: on, Touch: touch, Days: days, ProtectionDays: protection, RenewOnOrder: renew, LockOnOrder: lock, NewCustomersOnly: fresh, Preempt: preempt,
									})
								}
							}
						}
					}
				}
			}
		}
	}
	return slices.DeleteFunc(all, func(p tree.Policy) bool { return p.Validate() != nil })
}

// relationActions are what can happen to one customer and two partners; without a cause a day passes.
var relationActions = []struct {
	name  string
	by    tree.Cause
	owner partner.ID
}{
	{"he clicks p1's link", tree.ByShare, "p1"},
	{"he clicks p2's link", tree.ByShare, "p2"},
	{"he orders", tree.ByPayment, ""},
	{"he orders, of p2", tree.ByPayment, "p2"},
	{"he is unbound", tree.ByRelease, ""},
	{"he is given to p1", tree.ByTransfer, "p1"},
	{"a day passes", "", ""},
}

// TestRule_3_14_EveryHistoryOfFiveRelationsUnderEveryPolicy plays every history of up to five of the actions under every policy, and compares who owns the
// customer then, and who owned him just before a day was over, with the naive replay.
func TestRule_3_14_EveryHistoryOfFiveRelationsUnderEveryPolicy(t *testing.T) {
	length := 5
	if testing.Short() {
		length--
	}
	policies := relationPolicies()
	require.Greater(t, len(policies), 300)
	for part := range 4 {
		t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
			t.Parallel()
			for i := part; i < len(policies); i += 4 {
				o := newOracle(2, false)
				o.plans = []oraclePlan{{plan: program.Plan{Binding: policies[i]}}}
				h := relationHistory{oracle: o, policy: tree.Dated{Policy: policies[i]}}
				h.play(t, modelStart, length)
			}
		})
	}
}

// relationHistory is a history as it goes on, as the tree has it and as the oracle does.
type relationHistory struct {
	oracle *oracle
	policy tree.Dated
	tree   []tree.Binding
	naive  []oracleBinding
}

func (h *relationHistory) compare(t *testing.T, at time.Time) {
	if want, got := h.oracle.ownerBy(h.naive, at), tree.OwnerAt(h.tree, at, h.policy); want != got {
		require.Equal(t, want, got, "at %s under %+v\nof %+v", at, h.policy.Policy, h.tree)
	}
}

func (h *relationHistory) play(t *testing.T, now time.Time, more int) {
	h.compare(t, now)
	if more == 0 {
		return
	}
	for _, a := range relationActions {
		if a.by == "" {
			next := now.Add(oracleDay)
			h.compare(t, next.Add(-time.Microsecond))
			h.play(t, next, more-1)
			continue
		}
		n := len(h.tree)
		h.tree = append(h.tree, tree.Binding{ID: string(rune('a' + n)), Owner: a.owner, By: a.by, At: now})
		h.naive = append(h.naive, oracleBinding{owner: a.owner, by: a.by, at: now})
		h.play(t, now, more-1)
		h.tree, h.naive = h.tree[:n], h.naive[:n]
	}
}

// TestRule_3_14_EveryHistoryOfTwoRelationsAsTheProgrammeHasIt plays every history of two of the actions under every seventh policy: what the programme answers
// to each, whose the orders are, and who owned the customer at every instant.
func TestRule_3_14_EveryHistoryOfTwoRelationsAsTheProgrammeHasIt(t *testing.T) {
	for i, policy := range relationPolicies() {
		if i%7 != 0 {
			continue
		}
		plan := program.MustPlan(historyPlan)
		plan.Binding = policy
		base := relationShop(t, plan)
		choice := make([]int, 2)
		for more := true; more; more = relationNext(choice) {
			relationPlay(t, base, choice)
		}
	}
}

func relationNext(choice []int) bool {
	for i := len(choice) - 1; i >= 0; i-- {
		if choice[i]++; choice[i] < len(relationActions) {
			return true
		}
		choice[i] = 0
	}
	return false
}

// relationShop opens a shop of p1 and p2, who stand beside each other.
func relationShop(t *testing.T, plan program.Plan) *modelShop {
	m := &model{ctx: context.Background(), store: memstore.New(), now: modelStart}
	m.open(t, modelPlan{"relations", plan}, program.Config{}, false)
	_, err := m.shops[0].prog.Plans.All(m.ctx)
	require.NoError(t, err)
	return m.shops[0]
}

func relationPlay(t *testing.T, base *modelShop, choice []int) {
	s := base.historyEmpty(memstore.New())
	s.add(t, program.Add{Partner: "p1"})
	s.add(t, program.Add{Partner: "p2"})
	names := make([]string, len(choice))
	for i, c := range choice {
		names[i] = relationActions[c].name
	}
	defer func() {
		if t.Failed() {
			t.Logf("the history: %q under %+v", names, s.oracle.plan(1).Binding)
		}
	}()
	for _, c := range choice {
		a := relationActions[c]
		switch a.by {
		case "":
			s.now = s.now.Add(oracleDay)
		case tree.ByPayment:
			s.paid(t, program.Order{
				ID: commission.OrderID(s.next("o", 1)), Customer: "c1", Referrer: a.owner, PaidAt: s.now,
				Lines: []program.Line{{ID: "1", Quantity: 1, Amount: decimal.New(10001, -2)}},
			})
		case tree.ByShare:
			s.bind(t, program.Bind{Customer: "c1", Owner: a.owner})
		default:
			s.transfer(t, a.owner, time.Time{}, "c1")
		}
	}
	s.sameOwners(t, "c1")
}
