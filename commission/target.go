package commission

import (
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Returned is what has come back of a line so far.
type Returned struct {
	Units  int64        `json:"units,omitempty"`  // all units that came back
	Valued int64        `json:"valued,omitempty"` // those of them that came back without a sum of money: they count at the line's own price
	Money  money.Amount `json:"money"`            // money that came back, with or without units, at the price scale
}

// Target works out what an order should pay in all when so much of it has come back: the last stages of Calculate on what is left, with all that the
// order froze. returned[i] belongs to line i; a shorter slice means nothing more. It depends on what has come back only, never on the order or the
// portions in which it did, and a full return gives no entries. into is a Result to use again, or nil. c is the calculator of the plan that the order
// was judged by: cap, rounding and the treatment of losses are the plan's.
//
// It equals what the same frozen shares pay on an order that never had the returned part. A plan cannot ask for refunds that are rounded each on its own
// or for one base for all lines: three units at 0.05 and 10 % pay 0.02, and their refunds would take back 3 × 0.01; and goods sold at cost, when they come
// back, would take commission of those that were kept. What cannot have come back, such as more units than were sold
// or money of another currency or scale, is an [*OrderError]; more money than is left counts as all of it.
func (c *Calculator) Target(frozen Frozen, returned []Returned, into *Result) (*Result, error) {
	if into == nil {
		into = &Result{}
	}
	into.reset(c, nil, nil)
	if err := c.checkReturned(frozen.Lines, returned); err != nil {
		return into, err
	}
	for i := range frozen.Sets {
		into.openSet()
		into.shares = append(into.shares, frozen.Sets[i].Shares...)
		into.skips = append(into.skips, frozen.Sets[i].Skips...)
		into.closeSet()
	}
	into.thawAll(frozen.Lines, returned)
	into.takeFrozen(frozen.Campaigns)
	if err := into.settle(); err != nil {
		into.reset(c, nil, nil)
		return into, err
	}
	return into, nil
}

// thawAll takes lines as they were frozen, with what a refund leaves of them.
func (r *Result) thawAll(lines []FrozenLine, returned []Returned) {
	r.lines = slices.Grow(r.lines, len(lines))[:len(lines)]
	for i := range r.lines {
		line := &r.lines[i]
		r.thaw(line, &lines[i])
		if i < len(returned) {
			r.calc.leave(line, &returned[i])
		} else {
			r.calc.leaveAll(line)
		}
	}
}

// checkReturned names everything that cannot have come back of these lines.
func (c *Calculator) checkReturned(lines []FrozenLine, returned []Returned) error {
	failed := &OrderError{}
	if len(returned) > len(lines) {
		failed.add("returned", "%d lines of an order that has %d", len(returned), len(lines))
		return failed
	}
	for i := range lines {
		if cur := lines[i].Net.Currency(); cur != c.price {
			failed.add(linePath(i, "net"), "%s", &money.MismatchError{A: c.price, B: cur})
		}
	}
	for i := range returned {
		back, path := &returned[i], func(field string) string { return fmt.Sprintf("returned[%d].%s", i, field) }
		if back.Units < 0 || back.Units > lines[i].Quantity {
			failed.add(path("units"), "from 0 to the %d units sold, not %d", lines[i].Quantity, back.Units)
		}
		if back.Valued < 0 || back.Valued > back.Units {
			failed.add(path("valued"), "from 0 to the %d units that came back, not %d", back.Units, back.Valued)
		}
		if back.Money.Sign() < 0 {
			failed.add(path("money"), "%s is below 0", back.Money)
		}
		if cur := back.Money.Currency(); cur != c.price && back.Money != (money.Amount{}) {
			failed.add(path("money"), "%s", &money.MismatchError{A: c.price, B: cur})
		}
	}
	if len(failed.Problems) > 0 {
		return failed
	}
	return nil
}

// key says which entries stand against each other: those of the same line, rule, slot and payee, and of a period bonus those of one step.
type key struct {
	line     LineID
	rule     string
	slot     int
	position int
	payee    partner.ID // not told by the position where he has a seat
	perUnit  bool       // a rule can give somebody both a share and an amount per unit
	step     string     // of a period bonus: the step, the level or the tier, of which somebody can have several
}

func keyOf(e *Entry) key {
	k := key{e.Line, e.Rule, e.Slot, e.Position, e.Payee, e.Rate.IsPerUnit(), ""}
	if e.Detail != nil {
		k.step = e.Source.Key
	}
	return k
}

// Difference returns the entries that turn what stands into the target of an order: [Changes] of the target's entries.
func Difference(standing []Entry, target *Result) ([]Entry, error) {
	return Changes(standing, slices.AppendSeq(make([]Entry, 0, target.Len()), target.Entries()), Refunded)
}

// Changes returns the entries that turn what stands into the target: what has to be added (or, mostly, taken back), entry by entry, each with the base and
// the units by which it differs, and, where anything stands, the reason of the change. standing is every entry posted so far, reversals too. An entry
// that already stands as it should gives none. The errors are those of [money.Amount.Sub].
func Changes(standing, target []Entry, reason partner.Reason) ([]Entry, error) {
	sums, order, err := sumEntries(standing)
	if err != nil {
		return nil, err
	}
	var changes []Entry
	for _, e := range target {
		if stands := sums[keyOf(&e)]; stands != nil {
			delete(sums, keyOf(&e))
			if err := e.subtract(stands); err != nil {
				return nil, err
			}
		}
		if len(standing) > 0 {
			e.Reason = reason
		}
		if !e.Amount.IsZero() {
			changes = append(changes, e)
		}
	}
	return appendGone(changes, sums, order, reason)
}

// appendGone appends what takes back the sums that are left, in order.
func appendGone(to []Entry, sums map[key]*Entry, order []key, reason partner.Reason) ([]Entry, error) {
	for _, k := range order {
		stands := sums[k]
		if stands == nil || stands.Amount.IsZero() {
			continue
		}
		gone, err := stands.goneFor(reason)
		if err != nil {
			return nil, err
		}
		to = append(to, gone)
	}
	return to, nil
}

// sumEntries adds up the entries that stand against each other, in the order in which each first comes. What else a sum says, its rate for one, is what the
// last of them says: an order that was judged again takes back what it then paid.
func sumEntries(entries []Entry) (sums map[key]*Entry, order []key, err error) {
	sums, order = make(map[key]*Entry, len(entries)), make([]key, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		k := keyOf(e)
		s := sums[k]
		if s == nil {
			own := *e
			sums[k] = &own
			order = append(order, k)
			continue
		}
		if s.Amount, err = s.Amount.Add(e.Amount); err != nil {
			return nil, nil, err
		}
		if s.Base, err = s.Base.Add(e.Base); err != nil {
			return nil, nil, err
		}
		if s.GiveUp, err = addGiveUp(s.GiveUp, e.GiveUp, money.Amount.Add); err != nil {
			return nil, nil, err
		}
		units := s.Units + e.Units
		latest := *e
		latest.Amount, latest.Base, latest.GiveUp, latest.Units = s.Amount, s.Base, s.GiveUp, units
		*s = latest
	}
	return sums, order, nil
}

// subtract makes e what it is beyond what stands.
func (e *Entry) subtract(stands *Entry) (err error) {
	if e.Amount, err = e.Amount.Sub(stands.Amount); err != nil {
		return err
	}
	if e.Base, err = e.Base.Sub(stands.Base); err != nil {
		return err
	}
	e.GiveUp, err = addGiveUp(e.GiveUp, stands.GiveUp, money.Amount.Sub)
	e.Units -= stands.Units
	return err
}

// addGiveUp adds or subtracts what was given up, nil being nothing.
func addGiveUp(a, b *money.Amount, add func(money.Amount, money.Amount) (money.Amount, error)) (*money.Amount, error) {
	if b == nil {
		return a, nil
	}
	if a == nil {
		a = &money.Amount{}
	}
	sum, err := add(*a, *b)
	if err != nil || sum.IsZero() {
		return nil, err
	}
	return &sum, nil
}
