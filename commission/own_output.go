package commission

import (
	"fmt"

	"github.com/fenrun/fenrun/partner"
)

// RuleError says that a rule of the shop's own decided what nobody can be paid by: a mistake in its code, not in the order. Nothing was calculated.
type RuleError struct {
	Order   OrderID
	Line    LineID // the first of the lines that it was asked about
	Rule    string
	Problem string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("commission: rule %q, asked about line %q of order %q: %s", e.Rule, e.Line, e.Order, e.Problem)
}

// maxSourceKey is the most bytes of a source's key.
const maxSourceKey = 256

// seenLine is what a rule of the shop's own sees of a line: what all lines that it is asked for at once have in common.
func seenLine(l *Line) Line { return Line{SKU: l.SKU, Product: l.Product, Category: l.Category} }

// wrong notes the first mistake of a rule of the shop's own.
func (s *Shares) wrong(format string, args ...any) {
	if r := s.result; r.broken == nil {
		r.broken = &RuleError{Order: r.order.ID, Line: s.line, Rule: s.rule, Problem: fmt.Sprintf(format, args...)}
	}
}

// place reports whether somebody stands at an index, and whether a slot can be.
func (s *Shares) place(index, slot int) bool {
	uplines, seats := len(s.result.uplines), len(s.result.seats)
	if index < 0 || index >= uplines+seats {
		s.wrong("index %d names none of %d uplines and %d seats", index, uplines, seats)
		return false
	}
	return s.inSlot(slot)
}

func (s *Shares) inSlot(slot int) bool {
	if slot < 0 || slot > maxSlots {
		s.wrong("a slot is from 0 to %d, not %d", maxSlots, slot)
		return false
	}
	return true
}

// grants reports whether a rule of the shop's own pays where it can. Whoever earns nothing, or only keeps his place, gets nothing from it either.
func (s *Shares) grants(index, slot int, source *Source) bool {
	if !s.place(index, slot) {
		return false
	}
	switch payee := s.result.payee(index); {
	case int(source.Kind) >= len(sourceNames):
		s.wrong("a rate has no source %d", source.Kind)
	case len(source.Key) > maxSourceKey:
		s.wrong("a source's key has at most %d bytes, not %d", maxSourceKey, len(source.Key))
	case source.Bonus != nil && int(source.Bonus.Mode) >= len(bonusModeNames):
		s.wrong("there is no mode %d of a bonus", source.Bonus.Mode)
	case payee.Bar != "":
		s.addSkip(index, slot, payee.Bar)
	case index < s.result.in.Vacant:
		s.addSkip(index, slot, SelfPurchased)
	default:
		return true
	}
	return false
}

// explains reports whether a rule of the shop's own says why somebody gets nothing where it can.
func (s *Shares) explains(index, slot int, reason partner.Reason) bool {
	if err := partner.CheckID("reason", reason); err != nil {
		s.wrong("%s", err)
		return false
	}
	if index == -1 {
		return s.inSlot(slot)
	}
	return s.place(index, slot)
}

// checkOwn looks over the shares that a rule of the shop's own has added from start on.
func (s *Shares) checkOwn(start int) {
	type place struct {
		payee          partner.ID
		slot, position int32
		perUnit        bool
	}
	r := s.result
	seen := make(map[place]bool, len(r.shares)-start)
	for i := start; i < len(r.shares); i++ {
		share := &r.shares[i]
		at := place{share.Payee, share.Slot, share.Position, share.Rate.IsPerUnit()}
		if seen[at] {
			s.wrong("%s is paid twice in slot %d", share.Payee, share.Slot)
		}
		seen[at] = true
	}
	for i := start; i < len(r.shares); {
		end, sum := r.dividers(i, len(r.shares)), int64(0)
		for _, share := range r.shares[i:end] {
			sum += int64(share.Weight)
		}
		if weights := r.shares[i].Weights; sum > int64(weights) {
			s.wrong("%d parts of %d are divided in slot %d", sum, weights, r.shares[i].Slot)
		}
		i = end
	}
}
