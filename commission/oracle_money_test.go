package commission_test

import (
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// The oracle's arithmetic: discount, rounding, cap.

func minor(amount *big.Rat, scale int) *big.Rat {
	return new(big.Rat).Mul(amount, new(big.Rat).SetInt(money.Pow10(scale)))
}

func floorOf(x *big.Rat) *big.Rat { return new(big.Rat).SetInt(new(big.Int).Div(x.Num(), x.Denom())) }

// largestRemainder gives each its exact part cut off downwards, and what is left of the total, one unit each, to the largest remainders, ties to the
// earlier.
func largestRemainder(total *big.Rat, exact []*big.Rat) []*big.Rat {
	parts, rests, order := make([]*big.Rat, len(exact)), make([]*big.Rat, len(exact)), make([]int, len(exact))
	left := new(big.Rat).Set(total)
	for i, x := range exact {
		parts[i] = floorOf(x)
		rests[i], order[i] = new(big.Rat).Sub(x, parts[i]), i
		left.Sub(left, parts[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Num().Int64()] {
		parts[i].Add(parts[i], big.NewRat(1, 1))
	}
	return parts
}

// spread is what goes off each line: its part of the order's discount, then its part of the tenders that do not count, as far as these pay for goods.
func (o oracle) spread(order *commission.Order) []*big.Rat {
	left, rest := make([]*big.Rat, len(order.Lines)), new(big.Rat)
	for i := range left {
		left[i] = order.Lines[i].Amount.Rat()
		rest.Add(rest, left[i])
	}
	excluded := o.plan.Tenders.Excluded
	if excluded == nil {
		excluded = []string{"points", "gift-card"}
	}
	tendered := new(big.Rat)
	for _, t := range order.Tenders {
		if slices.Contains(excluded, t.Kind) {
			tendered.Add(tendered, t.Amount.Rat())
		}
	}
	if rest.Sub(rest, order.Discount.Rat()); tendered.Cmp(rest) > 0 {
		tendered = rest
	}
	discounts := o.overLines(order.Discount.Rat(), left)
	for i := range left {
		left[i] = new(big.Rat).Sub(left[i], discounts[i])
	}
	off := o.overLines(tendered, left)
	for i := range off {
		off[i].Add(off[i], discounts[i])
	}
	return off
}

// overLines divides a total over lines in proportion to their amounts, in units of the price scale.
func (o oracle) overLines(total *big.Rat, amounts []*big.Rat) []*big.Rat {
	sum, parts := new(big.Rat), make([]*big.Rat, len(amounts))
	for _, amount := range amounts {
		sum.Add(sum, amount)
	}
	for i := range parts {
		parts[i] = new(big.Rat)
		if total.Sign() > 0 {
			parts[i].Mul(minor(total, o.priceScale()), new(big.Rat).Quo(amounts[i], sum))
		}
	}
	parts = largestRemainder(minor(total, o.priceScale()), parts)
	for i := range parts {
		parts[i].Quo(parts[i], minor(big.NewRat(1, 1), o.priceScale()))
	}
	return parts
}

// rounded rounds each entry, or the sum of each payee and rule (and slot) laid on the lines.
func (o oracle) rounded(lines []oracleLine, exact table) table {
	amounts := make(table, len(lines))
	for i := range exact {
		for _, x := range exact[i] {
			amounts[i] = append(amounts[i], o.round(x))
		}
		o.divide(lines[i].shares, exact[i], amounts[i])
	}
	if o.plan.Rounding.Scope != commission.PerOrder {
		return amounts
	}
	o.dividePots(lines, exact, amounts)
	for _, places := range groupsOf(lines) {
		if lines[places[0].line].shares[places[0].share].part != nil {
			continue
		}
		sum := new(big.Rat)
		var parts []*big.Rat
		for _, p := range places {
			parts = append(parts, exact[p.line][p.share])
			sum.Add(sum, exact[p.line][p.share])
		}
		for k, part := range largestRemainder(o.round(sum), parts) {
			amounts[places[k].line][places[k].share] = part
		}
	}
	return amounts
}

func (o oracle) round(x *big.Rat) *big.Rat {
	size := new(big.Rat).Abs(x)
	whole := floorOf(size)
	odd := whole.Num().Bit(0) == 1
	switch half := new(big.Rat).Sub(size, whole).Cmp(big.NewRat(1, 2)); {
	case o.plan.Rounding.Mode == money.Down:
	case half > 0, half == 0 && o.plan.Rounding.Mode == money.HalfUp, half == 0 && odd:
		whole.Add(whole, big.NewRat(1, 1))
	}
	if x.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole
}

// capped cuts each line's gains so that gains and losses together are not above its cap, which is cut off downwards.
func (o oracle) capped(lines []oracleLine, amounts table) table {
	paid := make(table, len(lines))
	for i := range lines {
		share := big.NewRat(1, 1)
		if o.plan.Cap.IsSet() {
			share = o.plan.Cap.Decimal().Rat()
		}
		room, gains := new(big.Rat), new(big.Rat)
		if lines[i].net.Sign() > 0 {
			room = floorOf(minor(share.Mul(share, lines[i].net), o.scale))
		}
		var winners []int
		for j, a := range amounts[i] {
			if a.Sign() < 0 {
				room.Sub(room, a)
			} else {
				gains.Add(gains, a)
				winners = append(winners, j)
			}
		}
		paid[i] = slices.Clone(amounts[i])
		switch {
		case gains.Cmp(room) <= 0:
		case o.plan.Overflow == commission.CutFarthest:
			slices.SortStableFunc(winners, func(a, b int) int { return o.distance(&lines[i].shares[a]) - o.distance(&lines[i].shares[b]) })
			for _, j := range winners {
				if paid[i][j].Cmp(room) > 0 {
					paid[i][j] = room
				}
				room = new(big.Rat).Sub(room, paid[i][j])
			}
		default:
			var parts []*big.Rat
			for _, j := range winners {
				parts = append(parts, new(big.Rat).Mul(amounts[i][j], new(big.Rat).Quo(room, gains)))
			}
			for k, part := range largestRemainder(room, parts) {
				paid[i][winners[k]] = part
			}
		}
	}
	return paid
}
