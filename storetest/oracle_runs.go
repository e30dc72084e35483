package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// What a period run should pay, worked out anew from plain facts whenever it is asked. Amounts are in minor units, and such that no ladder has fractions.

// runFacts is what has happened in a shop that runs period bonuses.
type runFacts struct {
	recruiter map[partner.ID]partner.ID
	recruited map[partner.ID]time.Time
	said      map[partner.ID][]runFact
	orders    []*runOrder
}

// runFact is a level or, without one, a freeze or its end.
type runFact struct {
	at     time.Time
	level  partner.Level
	frozen bool
}

// runOrder is an order whose lines each have one unit, and which of them have come back.
type runOrder struct {
	id       commission.OrderID
	seller   partner.ID
	paidAt   time.Time
	released time.Time // zero: not yet
	lines    []int64   // whole hundreds
	back     []bool
	earns    bool // whether the seller gets his own commission
}

// left is what is left of an order.
func (o *runOrder) left() int64 {
	sum := int64(0)
	for i, amount := range o.lines {
		if !o.back[i] {
			sum += amount
		}
	}
	return sum
}

// pays is what the order itself pays its seller.
func (o *runOrder) pays() int64 {
	if o.earns {
		return o.left() / 10
	}
	return 0
}

func inJune(at time.Time) bool { return !at.Before(runsBegin) && at.Before(runsEnd) }

// level is the level of somebody as of an instant.
func (f *runFacts) level(id partner.ID, at time.Time) partner.Level {
	last := runFact{level: "silver"}
	for _, x := range f.said[id] {
		if x.level != "" && !x.at.After(at) && !x.at.Before(last.at) {
			last = x
		}
	}
	return last.level
}

// frozen reports whether somebody is frozen as of an instant.
func (f *runFacts) frozen(id partner.ID, at time.Time) bool {
	var last runFact
	for _, x := range f.said[id] {
		if x.level == "" && !x.at.After(at) && !x.at.Before(last.at) {
			last = x
		}
	}
	return last.frozen
}

// above is the line of people from somebody upwards, as of an instant.
func (f *runFacts) above(id partner.ID, at time.Time) []partner.ID {
	line := []partner.ID{id}
	for f.recruiter[id] != "" && !f.recruited[id].After(at) {
		id = f.recruiter[id]
		line = append(line, id)
	}
	return line
}

// should is what a bonus pays by what is known now.
func (f *runFacts) should(bonus string) map[partner.ID]int64 {
	pays := map[partner.ID]int64{}
	switch bonus {
	case "dividend":
		weight := map[partner.ID]int64{"alice": 1, "bob": 2, "cora": 4}
		maps.DeleteFunc(weight, func(id partner.ID, _ int64) bool { return f.frozen(id, lastOfJune) })
		f.divide(pays, f.sold(false)/10, weight)
	case "holders":
		weight := map[partner.ID]int64{}
		for _, id := range runPeople {
			weight[id] = map[partner.Level]int64{"silver": 3, "gold": 5}[f.level(id, lastOfJune)]
		}
		f.divide(pays, f.sold(true)/10, weight)
		maps.DeleteFunc(pays, func(id partner.ID, _ int64) bool { return f.frozen(id, lastOfJune) })
	case "team":
		volume := map[partner.ID]int64{}
		for _, o := range f.counting(false) {
			for _, id := range f.above(o.seller, lastOfJune) {
				volume[id] += o.left()
			}
		}
		f.climb(pays, f.counting(false), func(*runOrder) time.Time { return lastOfJune }, func(id partner.ID, _ time.Time) int64 {
			if volume[id] >= 100000 {
				return 5
			}
			return 2
		})
	case "path":
		f.climb(pays, f.counting(true), func(o *runOrder) time.Time { return o.paidAt }, func(id partner.ID, at time.Time) int64 {
			return map[partner.Level]int64{"silver": 3, "gold": 7}[f.level(id, at)]
		})
	case "own":
		volume := map[partner.ID]int64{}
		for _, o := range f.counting(true) {
			volume[o.seller] += o.left()
		}
		for id, sold := range volume {
			if !f.frozen(id, lastOfJune) {
				pays[id] = sold*3/100 + max(sold-50000, 0)*4/100 // 7 % of what is above 500.00
			}
		}
	}
	maps.DeleteFunc(pays, func(_ partner.ID, amount int64) bool { return amount == 0 })
	return pays
}

// counting are the orders that count in June: by payment, or by release.
func (f *runFacts) counting(released bool) (orders []*runOrder) {
	for _, o := range f.orders {
		if released && inJune(o.released) || !released && inJune(o.paidAt) {
			orders = append(orders, o)
		}
	}
	return orders
}

func (f *runFacts) sold(released bool) int64 {
	sum := int64(0)
	for _, o := range f.counting(released) {
		sum += o.left()
	}
	return sum
}

// climb lets every order walk up from its seller, as of an instant, and pays what each one's rate exceeds the best below him.
func (f *runFacts) climb(pays map[partner.ID]int64, orders []*runOrder, asOf func(*runOrder) time.Time, rate func(partner.ID, time.Time) int64) {
	for _, o := range orders {
		best, at := int64(0), asOf(o)
		for _, id := range f.above(o.seller, at) {
			if rate := rate(id, at); !f.frozen(id, at) && rate > best {
				pays[id] += o.left() * (rate - best) / 100
				best = rate
			}
		}
	}
}

// divide divides by largest remainder: whole shares first, then a unit each by what is left over, ties to who comes first.
func (f *runFacts) divide(pays map[partner.ID]int64, pool int64, weight map[partner.ID]int64) {
	ids, weights, rest := slices.Sorted(maps.Keys(weight)), int64(0), pool
	for _, w := range weight {
		weights += w
	}
	for _, id := range ids {
		pays[id] = pool * weight[id] / weights
		rest -= pays[id]
	}
	slices.SortStableFunc(ids, func(a, b partner.ID) int { return cmp.Compare(pool*weight[b]%weights, pool*weight[a]%weights) })
	for i := range ids {
		if int64(i) < rest {
			pays[ids[i]]++
		}
	}
}
