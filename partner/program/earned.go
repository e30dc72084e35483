package program

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// earned is what somebody has earned in a currency by now, by his balance: what is posted or, after the after-sale, what was released of it. A sum beyond 38
// digits is not known.
func (c *call) earned(id partner.ID, currency money.Currency, node partner.Node) (value partner.Value, known bool, err error) {
	balances, err := c.tx.Balances(c.ctx, []partner.ID{id})
	if err != nil {
		return partner.Value{}, false, err
	}
	value.Amount = currency.Minor(0)
	for _, b := range balances[0] {
		if b.Currency() != currency {
			continue
		}
		if node == partner.AfterSaleOver {
			b.Pending = money.Amount{}
		}
		earned, tooLarge := b.Earned()
		if tooLarge == nil {
			value.Amount, tooLarge = value.Amount.Add(earned)
		}
		if tooLarge != nil {
			return partner.Value{}, false, nil
		}
	}
	return value, true, nil
}
