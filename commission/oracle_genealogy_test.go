package commission_test

import (
	"fmt"
	"math/big"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// genealogySale is a sale as it is told of.
type genealogySale struct {
	person int
	at     time.Time
	volume money.Units
}

// genealogyOracle looks at every sale by itself, as of its instant.
type genealogyOracle struct {
	ladder commission.Ladder
	people [][]commission.Standing
	sales  []genealogySale
}

// stands is how somebody stands at an instant, and since when: of a ladder by steps whatever his level is.
func (o genealogyOracle) stands(person int, at time.Time) (s commission.Standing, since time.Time) {
	s = commission.Standing{Bar: partner.NotPartner, Recruiter: -1}
	for _, next := range o.people[person] {
		if next.From.After(at) {
			break
		}
		if o.ladder.Leaders == commission.LeadersLeave && next.Leader {
			next.Recruiter = -1
		}
		if next.Bar != s.Bar || next.Recruiter != s.Recruiter || len(o.ladder.Rates) > 0 && next.Level != s.Level {
			since = next.From
		}
		s = next
	}
	return s, since
}

// path is somebody and everybody above him at an instant.
func (o genealogyOracle) path(person int, at time.Time) []int {
	var list []int
	for person >= 0 {
		list = append(list, person)
		s, _ := o.stands(person, at)
		person = s.Recruiter
	}
	return list
}

// counted is the volume of somebody's team, where below is -1, or that of his leg of below.
func (o genealogyOracle) volume(person, below int) *big.Rat {
	sum := zero()
	for _, s := range o.sales {
		path := o.path(s.person, s.at)
		for i, p := range path {
			if p == person && (below < 0 || i > 0 && path[i-1] == below) {
				sum.Add(sum, ratOf(s.volume))
			}
		}
	}
	return sum
}

// own is what somebody sold himself.
func (o genealogyOracle) own(person int) *big.Rat {
	sum := zero()
	for _, s := range o.sales {
		if s.person == person {
			sum.Add(sum, ratOf(s.volume))
		}
	}
	return sum
}

// rate is somebody's rate for what is sold at an instant.
func (o genealogyOracle) rate(person int, at time.Time) *big.Rat {
	s, _ := o.stands(person, at)
	if s.Bar != "" {
		return zero()
	}
	if len(o.ladder.Rates) > 0 {
		return o.ladder.Rates[s.Level].Decimal().Rat()
	}
	best := zero()
	for _, step := range o.ladder.Steps {
		from, counted := minor(step.From.Rat(), 2), o.own(person)
		for leg := range o.people {
			volume := o.volume(person, leg)
			if most := new(big.Rat).Mul(from, o.ladder.LegCap.Decimal().Rat()); o.ladder.LegCap.IsSet() && volume.Cmp(most) > 0 {
				volume = most
			}
			counted.Add(counted, volume)
		}
		if counted.Cmp(from) >= 0 {
			best = step.Rate.Decimal().Rat()
		}
	}
	return best
}

// bySale is what each gets exactly.
func (o genealogyOracle) bySale() []*big.Rat {
	paid := make([]*big.Rat, len(o.people))
	for i := range paid {
		paid[i] = zero()
	}
	for _, s := range o.sales {
		best := zero()
		for _, p := range o.path(s.person, s.at) {
			if rate := o.rate(p, s.at); rate.Cmp(best) > 0 {
				paid[p].Add(paid[p], new(big.Rat).Mul(new(big.Rat).Sub(rate, best), ratOf(s.volume)))
				best = rate
			}
		}
	}
	return paid
}

// rounded is what each gets in whole units, and among how many: what was sold below the same people, since they stand so, flows together and is cut off
// once, as in a tree in which nobody moves.
func (o genealogyOracle) rounded() (paid []*big.Rat, among int) {
	flat, person, index := ladderOracle{}, []int{}, map[string]int{}
	for _, s := range o.sales {
		path, above, key := o.path(s.person, s.at), -1, ""
		for i := len(path) - 1; i >= 0; i-- {
			_, since := o.stands(path[i], s.at)
			key += fmt.Sprintf(" %d since %d", path[i], since.UnixMicro())
			at, known := index[key]
			if !known {
				at = len(person)
				index[key], person = at, append(person, path[i])
				flat.members = append(flat.members, commission.Member{Recruiter: above})
				flat.rates = append(flat.rates, o.rate(path[i], s.at))
			}
			above = at
		}
		sum, _ := flat.members[above].Volume.Add(s.volume)
		flat.members[above].Volume = sum
	}
	paid = make([]*big.Rat, len(o.people))
	for i := range paid {
		paid[i] = zero()
	}
	for i, amount := range flat.rounded() {
		paid[person[i]].Add(paid[person[i]], amount)
	}
	return paid, len(person)
}
