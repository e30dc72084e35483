package commission_test

import (
	"math/big"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// ladderOracle works a ladder out one sale at a time, in big.Rat, by walking up from each seller. It is written for shortness, not for speed.
type ladderOracle struct {
	ladder  commission.Ladder
	members []commission.Member
	scale   int
	rates   []*big.Rat // of each member; nil: by the ladder
}

func ratOf(u money.Units) *big.Rat { return new(big.Rat).SetInt(u.Big(nil)) }

func zero() *big.Rat { return new(big.Rat) }

// above is who stands above a member in the ladder: nobody above a leader whom the teams above him end at.
func (o ladderOracle) above(i int) int {
	if o.ladder.Leaders == commission.LeadersLeave && o.members[i].Leader {
		return -1
	}
	return o.members[i].Recruiter
}

// path is a member and everybody above him.
func (o ladderOracle) path(i int) []int {
	var list []int
	for ; i >= 0; i = o.above(i) {
		list = append(list, i)
	}
	return list
}

func (o ladderOracle) legs(i int) []int {
	var list []int
	for j := range o.members {
		if o.above(j) == i {
			list = append(list, j)
		}
	}
	return list
}

func (o ladderOracle) team(i int) *big.Rat {
	total := ratOf(o.members[i].Volume)
	for _, j := range o.legs(i) {
		total.Add(total, o.team(j))
	}
	return total
}

// rate is a member's rate, 0 where he has none.
func (o ladderOracle) rate(i int) *big.Rat {
	m := &o.members[i]
	if m.Bar != "" {
		return zero()
	}
	if o.rates != nil {
		return o.rates[i]
	}
	if rate, ok := o.ladder.Rates[m.Level]; ok || len(o.ladder.Steps) == 0 {
		return rate.Decimal().Rat()
	}
	best := zero()
	for _, s := range o.ladder.Steps {
		from, counted := minor(s.From.Rat(), o.scale), ratOf(m.Volume)
		for _, j := range o.legs(i) {
			leg := o.team(j)
			if most := new(big.Rat).Mul(from, o.ladder.LegCap.Decimal().Rat()); o.ladder.LegCap.IsSet() && leg.Cmp(most) > 0 {
				leg = most
			}
			counted.Add(counted, leg)
		}
		if counted.Cmp(from) >= 0 {
			best = s.Rate.Decimal().Rat()
		}
	}
	return best
}

// bySale is what each member gets exactly: every sale walks up and pays what a rate exceeds the best so far.
func (o ladderOracle) bySale() []*big.Rat {
	paid := make([]*big.Rat, len(o.members))
	for i := range paid {
		paid[i] = zero()
	}
	for i := range o.members {
		best := zero()
		for _, j := range o.path(i) {
			if rate := o.rate(j); rate.Cmp(best) > 0 {
				paid[j].Add(paid[j], new(big.Rat).Mul(new(big.Rat).Sub(rate, best), ratOf(o.members[i].Volume)))
				best = rate
			}
		}
	}
	return paid
}

// byGroup is what each member gets exactly where nobody has a lower rate than one below him: his rate of his team's volume less theirs of his legs'.
func (o ladderOracle) byGroup() []*big.Rat {
	paid := make([]*big.Rat, len(o.members))
	for i := range paid {
		paid[i] = new(big.Rat).Mul(o.rate(i), o.team(i))
		for _, j := range o.legs(i) {
			paid[i].Sub(paid[i], new(big.Rat).Mul(o.rate(j), o.team(j)))
		}
	}
	return paid
}

// next is the nearest above with no lower rate, -1 for none.
func (o ladderOracle) next(i int) int {
	for _, j := range o.path(i)[1:] {
		if o.rate(j).Cmp(o.rate(i)) >= 0 {
			return j
		}
	}
	return -1
}

// entitled is what all that flows to a member is worth, in whole units: the volume of which he is the highest so far, cut off once, and not less than what
// those are entitled to from whom it flows.
func (o ladderOracle) entitled(i int) (all, below *big.Rat) {
	flow := zero()
	below = zero()
	for s := range o.members {
		highest := false
		for _, j := range o.path(s) {
			if o.rate(j).Cmp(o.rate(i)) > 0 {
				break
			}
			highest = highest || j == i
		}
		if highest {
			flow.Add(flow, ratOf(o.members[s].Volume))
		}
		if o.next(s) == i {
			leg, _ := o.entitled(s)
			below.Add(below, leg)
		}
	}
	all = floorOf(new(big.Rat).Mul(flow, o.rate(i)))
	if all.Cmp(below) < 0 {
		all.Set(below)
	}
	return all, below
}

// rounded is what each member gets in whole units.
func (o ladderOracle) rounded() []*big.Rat {
	paid := make([]*big.Rat, len(o.members))
	for i := range paid {
		all, below := o.entitled(i)
		paid[i] = new(big.Rat).Sub(all, below)
	}
	return paid
}

// monotone reports whether nobody has a lower rate than one below him, nor a volume below 0.
func (o ladderOracle) monotone() bool {
	for i, m := range o.members {
		if m.Volume.Sign() < 0 || o.above(i) >= 0 && o.rate(o.above(i)).Cmp(o.rate(i)) < 0 {
			return false
		}
	}
	return true
}

// tierOracle is what the sales of one seller pay exactly at each tier's rate.
func tierOracle(tiers commission.Tiers, scale int, sales []money.Units) []*big.Rat {
	before := zero()
	paid := make([]*big.Rat, len(tiers.Steps))
	from := func(i int) *big.Rat { return minor(tiers.Steps[i].From.Rat(), scale) }
	pay := func(i int, volume *big.Rat) {
		paid[i].Add(paid[i], new(big.Rat).Mul(volume, tiers.Steps[i].Rate.Decimal().Rat()))
	}
	reached := func(volume *big.Rat) int {
		tier := -1
		for i := range tiers.Steps {
			if volume.Sign() < 0 {
				volume = zero()
			}
			if volume.Cmp(from(i)) >= 0 {
				tier = i
			}
		}
		return tier
	}
	for i := range paid {
		paid[i] = zero()
	}
	for _, sale := range sales {
		if tier := reached(before); tiers.Mode == commission.Prospective && tier >= 0 {
			pay(tier, ratOf(sale))
		}
		before.Add(before, ratOf(sale))
	}
	total := before
	if total.Sign() <= 0 {
		return make([]*big.Rat, 0)
	}
	switch tiers.Mode {
	case commission.Retroactive:
		if tier := reached(total); tier >= 0 {
			pay(tier, total)
		}
	case commission.Marginal:
		for i := range paid {
			part := new(big.Rat).Sub(total, from(i))
			if i+1 < len(paid) {
				if width := new(big.Rat).Sub(from(i+1), from(i)); part.Cmp(width) > 0 {
					part = width
				}
			}
			if part.Sign() > 0 {
				pay(i, part)
			}
		}
	}
	return paid
}
