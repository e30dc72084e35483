package commission

import (
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// group is what one rule pays one payee in one slot over the whole order.
type group struct {
	rule     string
	slot     int32
	position int32
	payee    partner.ID
	pot      int   // of Result.pots: what he divides with others; -1: nothing
	cells    []int // of Result.cells
}

// cell is what a group gets of one line.
type cell struct {
	line, share int
	group       int
	exact       *big.Rat
	units       money.Units
	cut         bool // whether a campaign's cap lowered it
}

// pot is what several groups divide over the whole order. It is known by the first of them.
type pot struct {
	rule     string
	slot     int32
	position int32
	payee    partner.ID
	groups   []int
	rows     []row
}

// row is what a pot gets of one line, which some cells divide.
type row struct {
	exact       *big.Rat
	first, next int // of Result.cells
}

func (p *pot) is(s *Share) bool {
	return p.rule == s.Rule && p.slot == s.Slot && p.position == s.Position && p.payee == s.Payee
}

func (g *group) is(s *Share, pot int) bool {
	return g.rule == s.Rule && g.slot == s.Slot && g.position == s.Position && g.payee == s.Payee && g.pot == pot
}

// settleGroups is settle where something is decided over the whole order: rounding per order, or the floor of losses per order.
func (r *Result) settleGroups() error {
	r.groups, r.cells, r.pots = r.groups[:0], r.cells[:0], r.pots[:0]
	if r.calc.offTop {
		if err := r.gather(true); err != nil {
			return err
		}
		if err := r.takeGroups(); err != nil {
			return err
		}
	}
	if err := r.gather(false); err != nil {
		return err
	}
	slices.SortFunc(r.cells, func(a, b cell) int { // in the order of entries; groups and pots are not looked at any more
		if a.line != b.line {
			return a.line - b.line
		}
		return a.share - b.share
	})
	for {
		if err := r.capCells(); err != nil {
			return err
		}
		again, err := r.dropLosers()
		if err != nil {
			return err
		}
		if !again {
			return r.giveUpAll()
		}
	}
}

// gather makes groups of the fees that come before the split, or of everything else, and rounds them.
func (r *Result) gather(first bool) error {
	groups, pots := len(r.groups), len(r.pots)
	for i := range r.lines {
		line := &r.lines[i]
		if line.reason != "" {
			continue
		}
		set, rest := &r.sets[line.set], line.rest()
		for j := set.shares; j < set.sharesEnd; {
			end := r.dividers(j, set.sharesEnd)
			if r.calc.beforeSplit(&r.shares[j]) == first {
				if err := r.addCells(i, j, end, &rest); err != nil {
					return r.tooLarge(line, err)
				}
			}
			j = end
		}
	}
	if r.calc.plan.Rounding.Scope == PerOrder {
		if err := r.roundOrder(groups, pots); err != nil {
			return err
		}
	}
	if r.capped {
		if err := r.capCampaigns(groups); err != nil {
			return err
		}
	}
	if r.calc.floorsOrder() {
		return r.floorGroups(groups)
	}
	return nil
}

// addCells adds what the shares from start to end, which divide one amount unless it is one share alone, get of a line.
func (r *Result) addCells(index, start, end int, rest *left) error {
	amount, err := r.amountOf(&r.lines[index], rest, start)
	if err != nil {
		return err
	}
	num, den := r.calc.exactAmount(&r.shares[start], rest)
	exact := new(big.Rat).SetFrac(num, den)
	if r.shares[start].Weight == 0 {
		r.addCell(-1, cell{line: index, share: start, exact: exact, units: amount})
		return nil
	}
	parts, err := r.partsOf(start, end, amount)
	if err != nil {
		return err
	}
	in, weights := r.potOf(&r.shares[start]), r.weightOf(start, end)
	r.pots[in].rows = append(r.pots[in].rows, row{exact: exact, first: len(r.cells), next: len(r.cells) + end - start})
	for i := start; i < end; i++ {
		part := big.NewRat(int64(r.shares[i].Weight), weights)
		r.addCell(in, cell{line: index, share: i, exact: part.Mul(part, exact), units: parts[i-start]})
	}
	return nil
}

// addCell adds a cell to the group of its share.
func (r *Result) addCell(pot int, c cell) {
	c.group = r.groupOf(&r.shares[c.share], pot)
	g := &r.groups[c.group]
	g.cells = append(g.cells, len(r.cells))
	r.cells = append(r.cells, c)
}

// groupOf finds the group of a share, and makes it if there is none yet. Lines have mostly the same shares in the same order, so that it looks first
// behind where the last one was found.
func (r *Result) groupOf(s *Share, pot int) int {
	for i := range r.groups {
		at := (r.lastGroup + 1 + i) % len(r.groups)
		if r.groups[at].is(s, pot) {
			r.lastGroup = at
			return at
		}
	}
	r.lastGroup = len(r.groups)
	r.groups = append(r.groups, group{rule: s.Rule, slot: s.Slot, position: s.Position, payee: s.Payee, pot: pot})
	if pot >= 0 {
		r.pots[pot].groups = append(r.pots[pot].groups, r.lastGroup)
	}
	return r.lastGroup
}

// potOf finds the pot that begins with a share, and makes it if there is none yet.
func (r *Result) potOf(s *Share) int {
	for i := range r.pots {
		if r.pots[i].is(s) {
			return i
		}
	}
	r.pots = append(r.pots, pot{rule: s.Rule, slot: s.Slot, position: s.Position, payee: s.Payee})
	return len(r.pots) - 1
}

// sumOf is what a group gets before rounding.
func (r *Result) sumOf(g *group) *big.Rat {
	sum := new(big.Rat)
	for _, i := range g.cells {
		sum.Add(sum, r.cells[i].exact)
	}
	return sum
}

// floorGroups empties the groups from this one on whose losses exceed their profits.
func (r *Result) floorGroups(from int) error {
	for i := from; i < len(r.groups); i++ {
		g, rounded := &r.groups[i], money.Units{}
		for _, j := range g.cells {
			var err error
			if rounded, err = rounded.Add(r.cells[j].units); err != nil {
				return r.tooLarge(&r.lines[r.cells[j].line], err)
			}
		}
		// The rounded sum counts too: cents rounded on many lines must not make somebody owe for an order that made a profit.
		if rounded.Sign() < 0 || r.sumOf(g).Sign() < 0 {
			for _, j := range g.cells {
				r.cells[j].units, r.cells[j].cut = money.Units{}, false
			}
		}
	}
	return nil
}

// takeGroups takes what there is so far, the fees that come before the split, off the base of their lines.
func (r *Result) takeGroups() error {
	for i := 0; i < len(r.cells); {
		line, sum := r.cells[i].line, money.Units{}
		for ; i < len(r.cells) && r.cells[i].line == line; i++ {
			var err error
			if sum, err = sum.Add(r.cells[i].units); err != nil {
				return r.tooLarge(&r.lines[line], err)
			}
		}
		r.takeOff(&r.lines[line], sum)
	}
	return nil
}

// capCells makes entries of all cells and applies the cap of each line and of the order.
func (r *Result) capCells() error {
	r.removeEntries(0)
	r.cuts, r.gone = r.cuts[:0], r.gone[:0]
	for i := 0; i < len(r.cells); {
		index, start, sum := r.cells[i].line, len(r.amounts), money.Units{}
		for ; i < len(r.cells) && r.cells[i].line == index; i++ {
			c := &r.cells[i]
			var err error
			if sum, err = sum.Add(c.units); err != nil {
				return r.tooLarge(&r.lines[index], err)
			}
			first := len(r.amounts)
			if r.addEntry(index, c.share, c.units); c.cut {
				r.mark(first, campaignCap)
				if c.units.IsZero() {
					r.gone = append(r.gone, gone{place{index, c.share}, campaignCap})
				}
			}
		}
		rest := r.lines[index].rest()
		if err := r.applyCap(start, &rest.net, sum); err != nil {
			return r.tooLarge(&r.lines[index], err)
		}
	}
	return r.capOrder()
}

// dropLosers empties the groups whose losses exceed what the caps have left of their profits, and reports whether there are any: without their losses
// the others have less room under the caps.
func (r *Result) dropLosers() (bool, error) {
	if !r.calc.floorsOrder() {
		return false, nil
	}
	paid, next := make([]money.Units, len(r.groups)), 0
	for i := range r.amounts {
		line, share := r.at(i)
		for r.cells[next].line != line || r.cells[next].share != share {
			next++
		}
		sum := &paid[r.cells[next].group]
		var err error
		if *sum, err = sum.Add(r.amounts[i]); err != nil {
			return false, err
		}
	}
	dropped := false
	for i := range r.cells {
		if paid[r.cells[i].group].Sign() < 0 {
			r.cells[i].units, r.cells[i].cut = money.Units{}, false
			dropped = true
		}
	}
	return dropped, nil
}
