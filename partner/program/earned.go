package program

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// earnedBefore is what he has earned, without the bonuses for his own levels that count not yet.
func (m *measured) earnedBefore(node partner.Node) (value partner.Value, known bool, err error) {
	value, known, err = m.earned(m.id, m.currency, node)
	if err != nil || !known || m.judgedBy.IsZero() {
		return value, known, err
	}
	rows, err := m.tx.Rows(m.ctx, []settlement.Source{settlement.OfGrants(m.id)})
	if err != nil {
		return partner.Value{}, false, err
	}
	for _, row := range rows[0] {
		if row.Payee != m.id || row.Amount.Currency() != m.currency || row.Recorded.Before(m.judgedBy) {
			continue
		}
		if value.Amount, err = value.Amount.Sub(row.Amount); err != nil {
			return partner.Value{}, false, err
		}
	}
	return value, true, nil
}

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
