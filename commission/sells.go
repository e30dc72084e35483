package commission

import "github.com/fenrun/fenrun/commission/money"

// Sells reports whether the line is a sale of the programme: one that pays, or pays nothing for a reason of its own commission alone. Goods that take no
// part, orders that the shop bars and kinds that the plan excludes are none.
func (l *FrozenLine) Sells() bool {
	switch l.Reason {
	case "", SelfPurchased, NoCost, NoListPrice:
		return true
	}
	return false
}

// Left returns what is left of what the buyer paid for the line when so much has come back, as [Calculator.Left] does: at the line's own price scale,
// whatever plan judged it.
func (l *FrozenLine) Left(back Returned) money.Amount {
	return l.Net.Currency().Of(new(Calculator).Left(l, back).Units())
}

// Keeps reports whether something that was paid for the line is left when so much has come back. It depends on the line alone, whatever plan judged it.
func (l *FrozenLine) Keeps(back Returned) bool {
	if back == (Returned{}) && l.GiveUp == nil {
		return !l.Net.IsZero()
	}
	return !l.Left(back).IsZero()
}
