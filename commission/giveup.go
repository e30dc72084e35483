package commission

import "github.com/fenrun/fenrun/commission/money"

// seller reports whether a share is the selling partner's own, of which he can give something up. A member of the staff beside him gives up nothing.
func (s *Share) seller() bool { return s.Rule == RuleSlots && s.Slot == 1 && s.Position > 0 }

// giveUp lowers the seller's entries from start on, which is the first of a line, by what he gives up of the units that are left of their lines, never
// below 0. What is lowered to nothing is no entry. Where losses are netted within the order he gives up no more than he has of all its lines together.
func (r *Result) giveUp(start int) error {
	var room money.Units
	type placed struct {
		line, share int
		amount      money.Units
		cuts        caps
	}
	entries := make([]placed, 0, len(r.amounts)-start)
	for i := start; i < len(r.amounts); i++ {
		e := placed{amount: r.amounts[i]}
		if i < len(r.cuts) {
			e.cuts = r.cuts[i]
		}
		e.line, e.share = r.at(i)
		entries = append(entries, e)
		if r.shares[e.share].seller() {
			var err error
			if room, err = room.Add(e.amount); err != nil {
				return err
			}
		}
	}
	r.removeEntries(start)
	cuts := len(r.cuts) > start
	if cuts {
		r.cuts = r.cuts[:start]
	}
	for i := range entries {
		e := &entries[i]
		if line := &r.lines[e.line]; line.givesUp() && r.shares[e.share].seller() {
			take := least(r.calc.wanted(line), e.amount)
			if r.calc.floorsOrder() {
				take = least(take, room)
			}
			// None of these is below 0 or more than it is taken from.
			room, _ = room.Sub(take)
			e.amount, _ = e.amount.Sub(take)
			line.facts.taken = take
		}
		if r.addEntry(e.line, e.share, e.amount); cuts && !e.amount.IsZero() {
			r.cuts = append(r.cuts, e.cuts)
		}
	}
	return nil
}

// giveUpAll is giveUp for the lines of the whole order, where there is anything given up.
func (r *Result) giveUpAll() error {
	if r.keepsAll {
		return nil
	}
	for i := range r.lines {
		if line := &r.lines[i]; line.givesUp() {
			if err := r.giveUp(0); err != nil {
				return r.tooLarge(line, err)
			}
			return nil
		}
	}
	return nil
}

// wanted is what the seller gives up of the units that are left of a line, in minor units.
func (c *Calculator) wanted(line *line) money.Units {
	rest := line.rest()
	part := rest.givenUp(line)
	u, _ := part.scaled(c.plan.Rounding.Mode, 1, c.price.Scale()-c.currency.Scale())
	return u
}

// least is the smaller of two amounts, and not below 0.
func least(a, b money.Units) money.Units {
	if b.Cmp(a) < 0 {
		a = b
	}
	if a.Sign() < 0 {
		return money.Units{}
	}
	return a
}
