package commission_test

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// The oracle for those whom a plan names itself: agents of regions, who can divide an amount, and payees of fees, which can come off the base of all else.

// seated are those whom the plan names for an order. Who is called x… earns nothing.
func seated(calc *commission.Calculator, order *commission.Order) []commission.Upline {
	var seats []commission.Upline
	for _, id := range calc.Seats(order) {
		seats = append(seats, commission.Upline{Partner: id, Bar: seatBar(id)})
	}
	return seats
}

func seatBar(id partner.ID) partner.Reason {
	if strings.HasPrefix(string(id), "x") {
		return partner.EarningFrozen
	}
	return ""
}

// territory are the regions whose code is that of the order's place or its beginning, from the longest on.
func (o oracle) territory(order *commission.Order) []oracleShare {
	by := o.plan.Territory.By
	if len(by) == 0 {
		by = []commission.Place{commission.ShipTo, commission.Pickup, commission.Delivery}
	}
	code := ""
	for _, place := range by {
		if code == "" {
			code = []string{order.Places.ShipTo, order.Places.Pickup, order.Places.Delivery}[place]
		}
	}
	var codes []string
	for c := range o.plan.Territory.Regions {
		if c == code || strings.HasPrefix(code, c+"/") {
			codes = append(codes, c)
		}
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	if len(codes) > 1 && o.plan.Territory.Tiers == commission.SmallestRegion {
		codes = codes[:1]
	}
	var shares []oracleShare
	for _, c := range codes {
		shares = append(shares, o.region(c)...)
	}
	return shares
}

func (o oracle) region(code string) []oracleShare {
	region, passes := o.plan.Territory.Regions[code], o.plan.Missing == commission.Compress || o.plan.Missing == commission.Dynamic
	weight := func(a commission.Agent) int64 { return int64(max(1, a.Weight)) }
	all := int64(0)
	for _, a := range region.Agents {
		if !passes || seatBar(a.Partner) == "" {
			all += weight(a)
		}
	}
	var shares []oracleShare
	for _, a := range region.Agents {
		if seatBar(a.Partner) != "" || region.Rate.Decimal().IsZero() {
			continue
		}
		s := oracleShare{
			rule: commission.RuleTerritory, slot: len(strings.Split(code, "/")), payee: a.Partner, perUnit: region.Rate.IsPerUnit(), rate: region.Rate.Decimal().Rat(),
		}
		if o.plan.Territory.Sharing == commission.SplitShares {
			s.part, s.pot = big.NewRat(weight(a), all), "agents"
		}
		shares = append(shares, s)
	}
	return shares
}

func (o oracle) fees() []oracleShare {
	var shares []oracleShare
	for i, fee := range o.plan.Fees {
		if seatBar(fee.Payee) == "" && !fee.Rate.Decimal().IsZero() {
			shares = append(shares, oracleShare{
				rule: commission.RuleFee, slot: i + 1, payee: fee.Payee, perUnit: fee.Rate.IsPerUnit(), rate: fee.Rate.Decimal().Rat(),
			})
		}
	}
	return shares
}

func (o oracle) beforeSplit(s *oracleShare) bool {
	return s.rule == commission.RuleFee && o.plan.Fees[s.slot-1].BeforeSplit
}

// takeFees works out what the fees before the split, rounded as they are paid, take off each line: at most what was paid for it.
func (o oracle) takeFees(lines []oracleLine) {
	only := slices.Clone(lines)
	for i := range only {
		only[i].shares = slices.DeleteFunc(slices.Clone(lines[i].shares), func(s oracleShare) bool { return !o.beforeSplit(&s) })
	}
	unit := minor(big.NewRat(1, 1), o.scale)
	for i, fees := range o.rounded(only, o.exactly(only, len(o.campaigns))) {
		lines[i].off = new(big.Rat)
		for _, fee := range fees {
			lines[i].off.Add(lines[i].off, new(big.Rat).Quo(fee, unit))
		}
		if lines[i].net.Sign() > 0 && lines[i].off.Cmp(lines[i].net) > 0 {
			lines[i].off = lines[i].net
		}
	}
}

// divide replaces the amounts of those who divide one by their parts of it, rounded as a whole.
func (o oracle) divide(shares []oracleShare, exact, amounts []*big.Rat) {
	for j := 0; j < len(shares); j++ {
		first := &shares[j]
		if first.part == nil {
			continue
		}
		whole := o.round(new(big.Rat).Quo(exact[j], first.part))
		size, nobody := new(big.Rat).Abs(whole), new(big.Rat).Abs(whole)
		var parts []*big.Rat
		for _, s := range shares[j:] {
			if s.part == nil || s.rule != first.rule || s.slot != first.slot || s.pot != first.pot {
				break
			}
			part := new(big.Rat).Mul(size, s.part)
			parts, nobody = append(parts, part), nobody.Sub(nobody, part)
		}
		for k, part := range largestRemainder(size, append(parts, nobody))[:len(parts)] {
			if amounts[j+k] = part; whole.Sign() < 0 {
				amounts[j+k] = part.Neg(part)
			}
		}
		j += len(parts) - 1
	}
}

// dividePots rounds what several divide once over the order, and finds amounts that give every line and everybody, the nobody of missing parts too, what is
// his by largest remainder.
func (o oracle) dividePots(lines []oracleLine, exact, amounts table) {
	type pot struct {
		rule string
		slot int
		of   partner.ID
	}
	done := map[pot]bool{}
	for i := range lines {
		for j, s := range lines[i].shares {
			if of := (pot{s.rule, s.slot, s.pot}); s.part == nil || done[of] {
				continue
			} else {
				done[of] = true
			}
			o.dividePot(lines, exact, amounts, i, j)
		}
	}
}

// dividePot divides the pot of which lines[first].shares[from] is the first share. All lines have the same shares in it.
func (o oracle) dividePot(lines []oracleLine, exact, amounts table, first, from int) {
	of := &lines[first].shares[from]
	var rows [][]place
	var wholes []*big.Rat
	var portions [][]*big.Rat
	var columns []*big.Rat
	total := new(big.Rat)
	for i := range lines {
		var row []place
		var parts []*big.Rat
		for j, s := range lines[i].shares {
			if s.rule == of.rule && s.slot == of.slot && s.part != nil && s.pot == of.pot {
				row, parts = append(row, place{i, j}), append(parts, exact[i][j])
			}
		}
		if len(parts) == 0 {
			continue // the line pays nothing
		}
		whole := new(big.Rat).Quo(parts[0], lines[i].shares[row[0].share].part)
		nobody := new(big.Rat).Set(whole)
		for _, part := range parts {
			nobody.Sub(nobody, part)
		}
		parts = append(parts, nobody)
		for k, part := range parts {
			if k == len(columns) {
				columns = append(columns, new(big.Rat))
			}
			columns[k].Add(columns[k], part)
		}
		rows, wholes, portions = append(rows, row), append(wholes, whole), append(portions, parts)
		total.Add(total, whole)
	}
	lacks := largestRemainder(o.round(total), columns)
	for _, parts := range portions {
		for k, part := range parts {
			lacks[k].Sub(lacks[k], floorOf(part))
		}
	}
	for i, left := range largestRemainder(o.round(total), wholes) {
		given := make([]*big.Rat, len(portions[i]))
		for k, part := range portions[i] {
			given[k] = floorOf(part)
			left.Sub(left, given[k])
		}
		for left.Sign() > 0 {
			wants := make([]int, len(given))
			for k := range wants {
				wants[k] = k
			}
			slices.SortStableFunc(wants, func(a, b int) int {
				fraction := func(k int) *big.Rat { return new(big.Rat).Sub(portions[i][k], floorOf(portions[i][k])) }
				return cmp.Or(lacks[b].Cmp(lacks[a]), fraction(b).Cmp(fraction(a)))
			})
			for _, k := range wants {
				if left.Sign() > 0 && lacks[k].Sign() > 0 {
					for _, x := range []*big.Rat{left, lacks[k]} {
						x.Sub(x, big.NewRat(1, 1))
					}
					given[k].Add(given[k], big.NewRat(1, 1))
				}
			}
		}
		for k, p := range rows[i] {
			amounts[p.line][p.share] = given[k]
		}
	}
}

// distance is from the buyer; a fee before the split is nearest, all others who stand in no line are the farthest.
func (o oracle) distance(s *oracleShare) int {
	if s.position == 0 && !o.beforeSplit(s) {
		return math.MaxInt
	}
	return s.position
}
