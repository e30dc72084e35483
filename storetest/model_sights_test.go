package storetest

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store/memstore"
)

// modelSights are things of which a history that lacks them all proves nothing, and in how many of 300 histories each is met at the least.
var modelSights = []struct {
	what  string
	least int
	is    func(*modelShop) bool
}{
	{"an order pays", 120, anyOrder(func(o *oracle, x *oracleOrder) bool { return len(o.first(x)) > 0 })},
	{"an order is released", 100, anyOrder(func(_ *oracle, x *oracleOrder) bool { return x.released })},
	{"who has left forfeits what was pending", 8, anyLost(commission.ForfeitedByLeaving)},
	{"an order of which something was forfeited comes back in part", 5, anyOrder(func(_ *oracle, x *oracleOrder) bool {
		return len(x.lost) > 0 && slices.ContainsFunc(x.lines, func(l oracleLine) bool { return l.back.units > 0 || l.back.money != nil })
	})},
	{"what was pending from a customer who is unbound is void", 2, anyLost(commission.ForfeitedByUnbinding)},
	{"a one-off for a level stands", 2, anyGrant(func(g *oracleGrants, x *oracleGrant) bool { return x.stands && x.level != "" && g.settled != "" })},
	{"a one-off to himself stands", 3, anyGrant(func(g *oracleGrants, x *oracleGrant) bool { return x.stands && g.settled == "" })},
	{"a one-off for a first order stands", 2, anyGrant(func(_ *oracleGrants, x *oracleGrant) bool { return x.stands && x.order != "" })},
	{"a one-off waits for an order", 5, anyGrant(func(g *oracleGrants, x *oracleGrant) bool { return x.bars == "" && !x.stands && x.level != "" })},
	{"a one-off was taken back", 1, anyGrant(func(_ *oracleGrants, x *oracleGrant) bool { return x.bars == "" && !x.stands && x.order != "" })},
	{"an order uses a part of a budget", 8, anyOrder(func(_ *oracle, x *oracleOrder) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(x.reserved)), func(n int64) bool { return n > 0 })
	})},
	{"an order is without a campaign whose budget is used up", 6, anyOrder(func(_ *oracle, x *oracleOrder) bool { return len(x.without) > 0 })},
	{"a refund gives back what an order had of a budget", 5, anyOrder(func(o *oracle, x *oracleOrder) bool {
		o.standing(x)
		return x.uses["june"] < x.reserved["june"] || x.uses["tea"] < x.reserved["tea"]
	})},
	{"a member of the staff is paid beside a partner", 5, anyOrder(func(o *oracle, x *oracleOrder) bool {
		mine, others := false, false
		for key := range o.first(x) {
			if key.rule == commission.RuleSlots && key.slot == 1 {
				mine, others = mine || key.payee == x.in.Staff, others || key.payee != x.in.Staff
			}
		}
		return mine && others
	})},
	{"an order is the staff's", 20, anyOrder(func(_ *oracle, x *oracleOrder) bool { return x.whose.By == commission.ByStaff })},
	{"a frozen partner is paid", 10, anyOrder(func(o *oracle, x *oracleOrder) bool {
		return slices.ContainsFunc(x.people, func(u oracleUpline) bool {
			return u.earns && o.says(u.id, partner.FactEarning, x.in.PaidAt) == partner.Frozen && modelByPayee(o.standing(x))[u.id] != 0
		})
	})},
}

func anyOrder(is func(*oracle, *oracleOrder) bool) func(*modelShop) bool {
	return func(s *modelShop) bool {
		return len(s.oracle.orderIDs(func(x *oracleOrder) bool { return x.posted && is(s.oracle, x) })) > 0
	}
}

func anyLost(reason partner.Reason) func(*modelShop) bool {
	return anyOrder(func(_ *oracle, x *oracleOrder) bool {
		for _, why := range x.lost {
			if why == reason {
				return true
			}
		}
		return false
	})
}

func anyGrant(is func(*oracleGrants, *oracleGrant) bool) func(*modelShop) bool {
	return func(s *modelShop) bool {
		for _, g := range s.oracle.grants {
			for i := range g.all {
				if is(g, &g.all[i]) {
					return true
				}
			}
		}
		return false
	}
}

// TestHistoriesOfTheModelHaveWhatTheyAreFor plays histories that are always the same and counts in how many each thing is met.
func TestHistoriesOfTheModelHaveWhatTheyAreFor(t *testing.T) {
	if testing.Short() {
		t.Skip("with -short histories are too short to meet everything")
	}
	const histories = 300
	met := make([]int, len(modelSights))
	for seed := range histories {
		rapid.Custom(func(r *rapid.T) bool {
			m, seen := newModel(r, memstore.New()), make([]bool, len(modelSights))
			actions := m.actions()
			actions[""] = func(*rapid.T) {
				for i, sight := range modelSights {
					seen[i] = seen[i] || slices.ContainsFunc(m.shops[:], sight.is)
				}
			}
			r.Repeat(actions)
			for i := range seen {
				if seen[i] {
					met[i]++
				}
			}
			return true
		}).Example(seed)
	}
	for i, sight := range modelSights {
		t.Logf("in %3d of %d histories: %s", met[i], histories, sight.what)
		assert.GreaterOrEqual(t, met[i], sight.least, sight.what)
	}
}
