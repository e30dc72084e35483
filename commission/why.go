package commission

import (
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// whyNot finds why shares of one line became no entries. It keeps what it has found of the line.
type whyNot struct {
	*Result
	index int // of the line

	start, end int           // of the shares that divide parts
	parts      []money.Units // what they would get before the cap
}

// reason finds why a share became no entry.
func (w *whyNot) reason(share int) partner.Reason {
	line, s := &w.lines[w.index], &w.shares[share]
	rest := line.rest()
	if rest.net.sign() <= 0 {
		return NothingPaid
	}
	if !s.Rate.IsPerUnit() && rest.of(s).sign() <= 0 {
		if w.calc.plan.Base != Profit {
			return NothingPaid
		}
		return NoProfit
	}
	if s.seller() && !line.taken().IsZero() {
		return GivenUp
	}
	at := place{w.index, share}
	if i, ok := slices.BinarySearchFunc(w.gone, at, func(g gone, at place) int { return g.cmp(at) }); ok {
		return w.gone[i].by.reason()
	}
	switch {
	case s.Campaign != nil && s.Campaign.Factor.IsZero():
		return NoFactor
	case w.part(&rest, share).IsZero():
		return RoundsToZero
	case w.calc.floorsOrder() && !w.pays(s):
		return NoProfit
	}
	return RoundsToZero
}

// part is what a share would get of the line before the cap, rounded by entry. What was settled is within range.
func (w *whyNot) part(rest *left, share int) money.Units {
	amount, _ := w.amountOf(&w.lines[w.index], rest, share)
	if w.shares[share].Weight == 0 {
		return amount
	}
	if share >= w.end {
		set := &w.sets[w.lines[w.index].set]
		for w.end = max(w.end, set.shares); w.end <= share; {
			w.start, w.end = w.end, w.dividers(w.end, set.sharesEnd)
		}
		w.parts, _ = money.Split(nil, amount, w.weightsOf(nil, w.start, w.end))
	}
	return w.parts[share-w.start]
}
