package storetest

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// Those whom a plan names itself: agents of regions, who can divide an amount, and payees of fees, which can come off the base of all else. And what the
// seller gives up.

// territory pays the agents of the regions whose code is that of the order's place or its beginning, from the longest on.
func (o *oracle) territory(plan *program.Plan, x *oracleOrder) (shares []oracleShare) {
	t, in := &plan.Commission.Territory, &x.in
	by := t.By
	if len(by) == 0 {
		by = []commission.Place{commission.ShipTo, commission.Pickup, commission.Delivery}
	}
	place := ""
	for _, which := range by {
		if place == "" {
			place = map[commission.Place]string{
				commission.ShipTo: in.Places.ShipTo, commission.Pickup: in.Places.Pickup, commission.Delivery: in.Places.Delivery,
			}[which]
		}
	}
	var codes []string
	for code := range t.Regions {
		if strings.HasPrefix(place+"/", code+"/") {
			codes = append(codes, code)
		}
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	if len(codes) > 1 && t.Tiers == commission.SmallestRegion {
		codes = codes[:1]
	}
	for _, code := range codes {
		shares = append(shares, o.region(plan, code, x)...)
	}
	return shares
}

// region pays the agents of one region. Who earns nothing gets nothing; what would be his goes to the others only where he is passed over.
func (o *oracle) region(plan *program.Plan, code string, x *oracleOrder) (shares []oracleShare) {
	region, weights := plan.Commission.Territory.Regions[code], int64(0)
	weight := func(a commission.Agent) int64 { return int64(max(a.Weight, 1)) }
	for _, a := range region.Agents {
		if o.seat(plan, x, a.Partner).earns || !oraclePasses(plan) {
			weights += weight(a)
		}
	}
	for _, a := range region.Agents {
		found := o.paysSeat(plan, commission.RuleTerritory, strings.Count(code, "/")+1, a.Partner, region.Rate, x)
		if len(found) > 0 && plan.Commission.Territory.Sharing == commission.SplitShares && weight(a) != weights {
			found[0].part = big.NewRat(weight(a), weights)
		}
		shares = append(shares, found...)
	}
	return shares
}

func (o *oracle) fees(plan *program.Plan, x *oracleOrder) (shares []oracleShare) {
	for i, fee := range plan.Commission.Fees {
		shares = append(shares, o.paysSeat(plan, commission.RuleFee, i+1, fee.Payee, fee.Rate, x)...)
	}
	return shares
}

// seat is somebody whom the plan names itself, as he was when the order was judged.
func (o *oracle) seat(plan *program.Plan, x *oracleOrder, id partner.ID) oracleUpline {
	if _, seen := x.seats[id]; !seen {
		x.seats[id] = o.upline(id, plan, x.in.PaidAt)
	}
	return x.seats[id]
}

// paysSeat is that somebody who stands in no line is paid, unless he earns nothing or the rate is 0.
func (o *oracle) paysSeat(plan *program.Plan, rule string, slot int, id partner.ID, rate commission.Rate, x *oracleOrder) []oracleShare {
	who := o.seat(plan, x, id)
	if !who.earns || rate.Decimal().Sign() == 0 {
		return nil
	}
	s := oracleShare{rule: rule, slot: slot, payee: id, perUnit: rate.IsPerUnit(), rate: rate.Decimal().Rat(), level: who.level}
	if s.perUnit {
		s.rate = o.minor(rate.Decimal())
	}
	return []oracleShare{s}
}

func (s *oracleShare) beforeSplit(plan *program.Plan) bool {
	return s.rule == commission.RuleFee && plan.Commission.Fees[s.slot-1].BeforeSplit
}

// distance is how far from the buyer a share is: a fee that comes before the split is the nearest, all others who stand in no line are the farthest.
func (s *oracleShare) distance(plan *program.Plan) int {
	if s.place == 0 && !s.beforeSplit(plan) {
		return math.MaxInt
	}
	return s.place
}

// takeFees works out what the fees that come before the split, rounded as they are paid with the first so many campaigns, take off each line: at most what is
// left of it.
func (o *oracle) takeFees(plan *program.Plan, lines []oracleLine, cells []*oracleCell, first int) {
	var before []*oracleCell
	for _, c := range cells {
		if c.share.beforeSplit(plan) {
			before = append(before, c)
		}
	}
	oracleAmounts(plan, before, first)
	for i := range lines {
		l := &lines[i]
		l.off = new(big.Rat)
		for _, c := range before {
			if c.line == l {
				l.off.Add(l.off, oracleRat(c.whole))
			}
		}
		if left := l.left(); l.off.Cmp(left) > 0 {
			l.off = left
		}
	}
}

// oracleGiveUp takes off what the seller's amount of each line bears of what he gives up: no more than it is and, where losses are netted, no more than
// all of them together.
func oracleGiveUp(plan *program.Plan, cells []*oracleCell, floors bool) {
	var sellers []*oracleCell
	together := int64(0)
	for _, c := range cells {
		if c.share.rule == commission.RuleSlots && c.share.slot == 1 && c.share.place > 0 {
			sellers = append(sellers, c)
			together += c.paid
		}
	}
	for _, c := range sellers {
		gaveUp := min(oracleRound(plan, c.line.givenUp()), c.paid)
		if floors {
			gaveUp = min(gaveUp, together)
		}
		gaveUp = max(gaveUp, 0)
		c.paid -= gaveUp
		together -= gaveUp
	}
}

// oraclePots puts together the cells of each amount that several divide, by line, rule and slot, in the order of the cells.
func oraclePots(cells []*oracleCell) (pots [][]*oracleCell) {
	for _, c := range cells {
		if c.share.part == nil {
			continue
		}
		at := slices.IndexFunc(pots, func(pot []*oracleCell) bool {
			return pot[0].line == c.line && pot[0].share.rule == c.share.rule && pot[0].share.slot == c.share.slot
		})
		if at < 0 {
			at, pots = len(pots), append(pots, nil)
		}
		pots[at] = append(pots[at], c)
	}
	return pots
}

// oracleWithNobody are the exact parts of those who divide an amount, and last what of it is nobody's. Their sum is the amount.
func oracleWithNobody(pot []*oracleCell) (amount *big.Rat, parts []*big.Rat) {
	amount = new(big.Rat).Quo(pot[0].exact, pot[0].share.part)
	nobody := new(big.Rat).Set(amount)
	for _, c := range pot {
		parts = append(parts, c.exact)
		nobody.Sub(nobody, c.exact)
	}
	return amount, append(parts, nobody)
}

// oracleDivide rounds each amount that several divide as a whole, and divides its size by largest remainder.
func oracleDivide(plan *program.Plan, cells []*oracleCell) {
	for _, pot := range oraclePots(cells) {
		amount, _ := oracleWithNobody(pot)
		whole := oracleRound(plan, amount)
		size, parts := max(whole, -whole), make([]*big.Rat, len(pot)+1)
		parts[len(pot)] = oracleRat(size)
		for i, c := range pot {
			parts[i] = new(big.Rat).Mul(oracleRat(size), c.share.part)
			parts[len(pot)].Sub(parts[len(pot)], parts[i])
		}
		for i, n := range oracleSplit(size, parts)[:len(pot)] {
			if pot[i].whole = n; whole < 0 {
				pot[i].whole = -n
			}
		}
	}
}

// oracleDividePots rounds what several divide once over the order, and gives every line and everybody, the nobody of missing parts too, what is his by
// largest remainder: a line's last units go to who lacks most, of those to who has the largest remainder in the line.
func oracleDividePots(plan *program.Plan, cells []*oracleCell) {
	bySlot := map[oracleKey][][]*oracleCell{}
	for _, pot := range oraclePots(cells) {
		slot := oracleKey{rule: pot[0].share.rule, slot: pot[0].share.slot}
		bySlot[slot] = append(bySlot[slot], pot)
	}
	for _, pots := range bySlot {
		total, columns, amounts := new(big.Rat), make([]*big.Rat, len(pots[0])+1), make([]*big.Rat, len(pots))
		rows := make([][]*big.Rat, len(pots))
		for i, pot := range pots {
			amounts[i], rows[i] = oracleWithNobody(pot)
			total.Add(total, amounts[i])
			for k, part := range rows[i] {
				if columns[k] == nil {
					columns[k] = new(big.Rat)
				}
				columns[k].Add(columns[k], part)
			}
		}
		whole := oracleRound(plan, total)
		lacks := oracleSplit(whole, columns)
		for _, row := range rows {
			for k, part := range row {
				lacks[k] -= oracleInt(part)
			}
		}
		for i, left := range oracleSplit(whole, amounts) {
			oracleGiveRow(pots[i], rows[i], left, lacks)
		}
	}
}

// oracleGiveRow gives the units of one line to those who divide it.
func oracleGiveRow(pot []*oracleCell, row []*big.Rat, left int64, lacks []int64) {
	given, wants := make([]int64, len(row)), make([]int, len(row))
	for k, part := range row {
		given[k] = oracleInt(part)
		left -= given[k]
	}
	for left > 0 {
		for k := range wants {
			wants[k] = k
		}
		fraction := func(k int) *big.Rat { return new(big.Rat).Sub(row[k], oracleFloor(row[k])) }
		slices.SortStableFunc(wants, func(a, b int) int { return cmp.Or(cmp.Compare(lacks[b], lacks[a]), fraction(b).Cmp(fraction(a))) })
		for _, k := range wants {
			if left > 0 && lacks[k] > 0 {
				left, lacks[k], given[k] = left-1, lacks[k]-1, given[k]+1
			}
		}
	}
	for k, c := range pot {
		c.whole = given[k]
	}
}
