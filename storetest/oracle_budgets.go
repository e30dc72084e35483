package storetest

import (
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// Campaigns whose budgets orders use up.

// multiplies reports whether a campaign multiplies some share of an order.
func (x *oracleOrder) multiplies(name string) bool {
	return slices.ContainsFunc(x.lines, func(l oracleLine) bool {
		return slices.ContainsFunc(l.shares, func(s oracleShare) bool {
			return slices.ContainsFunc(s.campaigns, func(c commission.Campaign) bool { return c.Name == name })
		})
	})
}

// budgeted are the campaigns of a plan that multiply some share of an order and have a budget, by their places.
func (x *oracleOrder) budgeted(plan *program.Plan) (places []int) {
	for k, c := range plan.Campaigns {
		if c.Budget.Valid && x.multiplies(c.Name) {
			places = append(places, k)
		}
	}
	return places
}

// takeWithin freezes the lines of an order without the campaigns of whose budgets all other orders leave too little for it: the first such one is left out, and
// the order judged anew, until there is none.
func (o *oracle) takeWithin(x *oracleOrder, plan *program.Plan) {
	x.without = map[string]bool{}
	for again := true; again; {
		again, x.reserved, x.uses = false, nil, nil
		o.take(x, plan)
		places := x.budgeted(plan)
		if len(places) == 0 {
			return
		}
		_, x.reserved = o.pay(o.whole(x))
		for _, k := range places {
			c := &plan.Campaigns[k]
			if left := oracleInt(o.minor(c.Budget.Decimal)) - o.used(c.Name, x); x.reserved[c.Name] > max(left, 0) {
				x.without[c.Name], again = true, true
				break
			}
		}
	}
}

// used is what all orders but one use of a campaign as they stand; without one, all.
func (o *oracle) used(campaign string, but *oracleOrder) (sum int64) {
	for _, x := range o.orders {
		if x != but && x.posted {
			o.standing(x)
			sum += x.uses[campaign]
		}
	}
	return sum
}

// useBudgets works out what each campaign with a budget adds to what the cells are paid without it and those after it. A refund can make that more than what
// the order reserved, by rounding or because a loss comes back: that much is cut off those who gain by it.
func (o *oracle) useBudgets(plan *program.Plan, x *oracleOrder, cells []*oracleCell) map[string]int64 {
	places := x.budgeted(plan)
	if len(places) == 0 {
		return nil
	}
	paid := func() []int64 {
		amounts := make([]int64, len(cells))
		for i, c := range cells {
			amounts[i] = c.paid
		}
		return amounts
	}
	now, uses := paid(), map[string]int64{}
	for _, k := range places {
		name := plan.Campaigns[k].Name
		o.settle(plan, x.lines, cells, k)
		before := paid()
		o.settle(plan, x.lines, cells, k+1)
		gains := paid()
		for i := range gains {
			gains[i] -= before[i]
			uses[name] += gains[i]
		}
		uses[name] = max(uses[name], 0)
		if most, limited := x.reserved[name]; limited && uses[name] > most {
			oracleTakeGains(plan, cells, gains, now, most)
			uses[name] = most
		}
	}
	for i, c := range cells {
		c.paid = now[i]
	}
	return uses
}

// oracleTakeGains cuts what a campaign adds to a limit: among those who gain, by rule, then among the lines of each, in proportion.
func oracleTakeGains(plan *program.Plan, cells []*oracleCell, gains, now []int64, limit int64) {
	groups := oracleGroups(cells)
	sums := make([]int64, len(groups))
	for g, group := range groups {
		for _, c := range group {
			sums[g] += gains[slices.Index(cells, c)]
		}
	}
	cut := slices.Clone(sums)
	oracleCut(cut, limit)
	for g, group := range groups {
		takes, all, room := sums[g]-cut[g], int64(0), int64(0)
		var places []int
		var parts []int64
		for _, c := range group {
			i := slices.Index(cells, c)
			all += now[i]
			if now[i] > 0 && gains[i] > 0 {
				places, parts = append(places, i), append(parts, min(gains[i], now[i]))
				room += min(gains[i], now[i])
			}
		}
		if takes = min(takes, room); oracleFloorsOrder(plan) {
			takes = min(takes, all)
		}
		left := slices.Clone(parts)
		oracleCut(left, room-takes)
		for n, i := range places {
			now[i] -= parts[n] - left[n]
		}
	}
}

// budgets is what orders use of all campaigns with a budget as they stand, without those of which they use nothing.
func (o *oracle) budgets() map[string]int64 {
	sums := map[string]int64{}
	for _, x := range o.orders {
		if x.posted {
			o.standing(x)
			for name, n := range x.uses {
				sums[name] += n
			}
		}
	}
	maps.DeleteFunc(sums, func(_ string, n int64) bool { return n == 0 })
	return sums
}
