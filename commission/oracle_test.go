package commission_test

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// The oracle is a second, naive definition of what an order pays, in plain fractions. It is written from what the comments of Plan promise, shares no
// arithmetic with the package, and takes no care of speed.

type oracle struct {
	scale     int // of the currency
	plan      commission.Plan
	campaigns []commission.Campaign
}

// oracleLine is what is left of a line: fractions of whole money, not of minor units.
type oracleLine struct {
	source    *commission.Line
	units     int64
	net, cost *big.Rat
	giveUp    *big.Rat // of the units that are left
	shares    []oracleShare
	off       *big.Rat // fees that come before the split
}

type oracleShare struct {
	rule           string
	slot, position int
	payee          partner.ID
	perUnit        bool
	rate           *big.Rat // with the factor of the promotion, without campaigns
	level          partner.Level
	campaigns      []commission.Campaign // those that multiply it
	part           *big.Rat              // of an amount that several divide; nil: all of it
	pot            partner.ID            // the first of those who divide it
}

type oracleEntry struct {
	line commission.LineID
	oracleShare
	amount *big.Rat // in minor units
	gaveUp *big.Rat // in minor units
}

// table has an amount in minor units for each line and each of its shares.
type table [][]*big.Rat

func (o oracle) priceScale() int { return max(o.plan.PriceScale, o.scale) }

// freeze works out nets and shares, before any money.
func (o oracle) freeze(order *commission.Order, uplines []commission.Upline) []oracleLine {
	if o.paysNothing(order) {
		return nil
	}
	off := o.spread(order)
	vacant := 0
	if len(uplines) > 0 && string(uplines[0].Partner) == string(order.Customer) {
		switch o.plan.SelfPurchase {
		case commission.Nobody:
			return nil
		case commission.ShiftUp:
			uplines = uplines[1:]
		case commission.SkipSlot:
			vacant = 1
		}
	}
	var lines []oracleLine
	for i := range order.Lines {
		source := &order.Lines[i]
		line := oracleLine{source: source, units: source.Quantity, net: new(big.Rat).Sub(source.Amount.Rat(), off[i]), cost: new(big.Rat)}
		if source.Cost.Valid {
			line.cost = source.Cost.Decimal.Rat()
		}
		excluded := slices.Contains(o.plan.Excluded.Products, source.Product) || slices.Contains(o.plan.Excluded.SKUs, source.SKU) ||
			slices.Contains(o.plan.Excluded.Categories, source.Category)
		pays := !excluded && !source.Gift && !o.plan.Promotions[source.Promotion].Excluded &&
			(o.plan.Base != commission.Profit || source.Cost.Valid) && (o.plan.Base != commission.ListPrice || source.List.Valid)
		if line.giveUp = source.GiveUp.Rat(); line.giveUp.Cmp(line.net) >= 0 {
			line.giveUp = line.net // nothing is paid for it
		}
		if pays {
			line.shares = slices.Concat(o.slots(order, source, uplines, vacant), o.team(uplines), o.differential(uplines, vacant), o.recruiter(uplines))
			line.shares = append(line.shares, o.peers(line.shares, uplines)...)
			line.shares = append(line.shares, slices.Concat(o.territory(order), o.fees(), o.trees(order))...)
			line.shares = append(line.shares, o.everybody(source, uplines, vacant)...)
		}
		for j := range line.shares {
			s := &line.shares[j]
			s.campaigns = o.campaignsFor(order, source, s)
			if factor := o.plan.Promotions[source.Promotion].Factor; factor.Valid {
				s.rate = new(big.Rat).Mul(s.rate, factor.Decimal.Rat())
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// target settles what is left of frozen lines when so much has come back.
func (o oracle) target(lines []oracleLine, order *commission.Order, returned []commission.Returned) []oracleEntry {
	left := make([]oracleLine, len(lines))
	for i, line := range lines {
		back := returned[slices.IndexFunc(order.Lines, func(l commission.Line) bool { return l.ID == line.source.ID })]
		sold := line.source.Quantity
		line.units = sold - back.Units
		line.net = o.left(line.net, line.giveUp, sold, back)
		line.giveUp = new(big.Rat).Mul(line.giveUp, big.NewRat(line.units, sold))
		line.cost = new(big.Rat).Mul(line.cost, big.NewRat(line.units, sold))
		left[i] = line
	}
	return o.settle(left)
}

// left is what a return leaves of a line's net. The buyer paid the net less what was given up: what stays is the part of that of the units that stay, less
// the money that went back, and, if that is anything, what was given up of these units on top.
func (o oracle) left(net, giveUp *big.Rat, sold int64, back commission.Returned) *big.Rat {
	left := new(big.Rat).Sub(net, giveUp)
	left.Mul(left, big.NewRat(sold-back.Valued, sold))
	if left.Sub(left, new(big.Rat).SetFrac(back.Money.Units().Big(nil), money.Pow10(o.priceScale()))); left.Sign() <= 0 {
		return new(big.Rat)
	}
	return left.Add(left, new(big.Rat).Mul(giveUp, big.NewRat(sold-back.Units, sold)))
}

// settle turns what is left of the lines into entries: amounts, rounding, caps of campaigns, floor of losses, caps of lines and of the order.
func (o oracle) settle(lines []oracleLine) []oracleEntry {
	for i := range lines {
		if lines[i].giveUp.Cmp(lines[i].net) >= 0 {
			lines[i].net = new(big.Rat)
		}
	}
	o.takeFees(lines)
	exact := o.exactly(lines, len(o.campaigns))
	amounts := o.bonusCapped(lines)
	floors := o.plan.Base == commission.Profit && o.plan.Loss == commission.FloorOrder
	if floors {
		drop(lines, amounts, exact, amounts)
	}
	paid := o.orderCapped(lines, o.capped(lines, amounts))
	for floors && drop(lines, amounts, paid) {
		paid = o.orderCapped(lines, o.capped(lines, amounts))
	}
	gaveUp := o.giveUp(lines, paid, floors)
	var entries []oracleEntry
	for i := range lines {
		for j, s := range lines[i].shares {
			if rest := new(big.Rat).Sub(paid[i][j], gaveUp[i][j]); rest.Sign() != 0 {
				entries = append(entries, oracleEntry{lines[i].source.ID, s, rest, gaveUp[i][j]})
			}
		}
	}
	return entries
}

// giveUp is what the seller's amount of each line bears of what he gives up: no more than it is, and where losses are netted, no more than all of them
// together.
func (o oracle) giveUp(lines []oracleLine, paid table, floors bool) table {
	together := new(big.Rat)
	gaveUp := make(table, len(lines))
	seller := func(s *oracleShare) bool { return s.rule == commission.RuleSlots && s.slot == 1 && s.position > 0 }
	for i := range lines {
		for j := range lines[i].shares {
			gaveUp[i] = append(gaveUp[i], new(big.Rat))
			if seller(&lines[i].shares[j]) {
				together.Add(together, paid[i][j])
			}
		}
	}
	for i := range lines {
		for j := range lines[i].shares {
			if !seller(&lines[i].shares[j]) || paid[i][j].Sign() <= 0 {
				continue
			}
			most := []*big.Rat{o.round(minor(lines[i].giveUp, o.scale)), paid[i][j]}
			if floors {
				most = append(most, together)
			}
			gaveUp[i][j].Set(slices.MinFunc(most, (*big.Rat).Cmp))
			together.Sub(together, gaveUp[i][j])
		}
	}
	return gaveUp
}

// exactly is what shares give with those of their campaigns that are among the first of the plan's.
func (o oracle) exactly(lines []oracleLine, first int) table {
	exact := make(table, len(lines))
	for i := range lines {
		for j := range lines[i].shares {
			s := &lines[i].shares[j]
			x := minor(o.exact(&lines[i], s, first), o.scale)
			if s.part != nil {
				x.Mul(x, s.part)
			}
			exact[i] = append(exact[i], x)
		}
	}
	return exact
}

// exact is what a share gives with those of its campaigns that are among the first of the plan's.
func (o oracle) exact(line *oracleLine, s *oracleShare, first int) *big.Rat {
	base := new(big.Rat).Set(line.net)
	switch {
	case line.net.Sign() <= 0:
		base.SetInt64(0) // what nothing is paid for pays nothing and is no loss
	case s.perUnit:
		base.SetInt64(line.units)
	case s.rule == commission.RuleFee:
	default:
		switch o.plan.Base {
		case commission.ListPrice:
			base.Mul(line.source.List.Decimal.Rat(), big.NewRat(line.units, line.source.Quantity))
		case commission.Profit:
			base.Sub(base, line.cost)
		}
		if line.off != nil {
			base.Sub(base, line.off)
		}
		if base.Sign() < 0 && (o.plan.Loss == commission.FloorLine || o.plan.Base != commission.Profit) {
			base.SetInt64(0)
		}
	}
	return base.Mul(base, new(big.Rat).Mul(s.rate, o.factor(s, first)))
}

// drop takes out everything of a payee and rule that is a loss over the order by any of these amounts, and reports whether there was anything.
func drop(lines []oracleLine, amounts table, by ...table) bool {
	var losses [][]place
	for _, places := range groupsOf(lines) {
		for _, t := range by {
			sum := new(big.Rat)
			for _, p := range places {
				sum.Add(sum, t[p.line][p.share])
			}
			if sum.Sign() < 0 {
				losses = append(losses, places)
			}
		}
	}
	for _, places := range losses {
		for _, p := range places {
			amounts[p.line][p.share] = new(big.Rat)
		}
	}
	return len(losses) > 0
}

type place struct{ line, share int }

// groupsOf finds the shares that are the same payee's by the same rule and slot.
func groupsOf(lines []oracleLine) map[string][]place {
	groups := map[string][]place{}
	for i := range lines {
		for j, s := range lines[i].shares {
			k := fmt.Sprint(s.rule, "/", s.slot, "/", s.payee, "/", s.position == 0, "/", s.pot)
			groups[k] = append(groups[k], place{i, j})
		}
	}
	return groups
}
