package program

import (
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// bear lets somebody else bear what the payees of a refund have no more, where the plan says so. What that is shows in the balances from which this
// transaction has taken the refund: nobody can change them before its end.
func (c *call) bear(p settlement.Posting, terms settlement.Terms) error {
	bearer, borne := p.Order.Bearer(terms)
	if !borne || p.Order.Released.IsZero() {
		return nil
	}
	rows, err := settlement.AfterForfeits(p.Rows, p.Forfeits)
	if err != nil || len(rows) == 0 {
		return err
	}
	var ids []partner.ID // of the rows' payees, each once: they stand in order of payee, then currency
	for i := range rows {
		ids = append(ids, rows[i].Payee)
	}
	ids = slices.Compact(ids)
	found, err := c.tx.Balances(c.ctx, ids)
	if err != nil {
		return err
	}
	balances := make([]settlement.Balance, len(rows))
	for i := range balances {
		id := rows[i].Payee
		balances[i] = balanceIn(rows[i].Amount.Currency(), id, found[slices.Index(ids, id)])
	}
	lacks, err := settlement.Lacking(rows, balances, bearer)
	if err != nil || len(lacks) == 0 {
		return err
	}
	borneRows, err := p.Order.Bear(lacks, bearer, c.at, c.record)
	if err != nil {
		return err
	}
	if err := c.addRows(borneRows); err != nil {
		return err
	}
	return c.emit("shortfall_borne", string(p.Order.ID), map[string]any{"revision": p.Order.Revision, "bearer": bearer})
}

// untouched are changes that leave the balances of him who may bear something of a refund as they are: they lock them with those of its payees, all of them
// in order.
func untouched(p settlement.Posting, terms settlement.Terms) []settlement.Change {
	bearer, _ := p.Order.Bearer(terms)
	if bearer == "" || p.Order.Released.IsZero() {
		return nil
	}
	var changes []settlement.Change
	for i := range p.Rows {
		changes = append(changes, settlement.Change{Partner: bearer, Net: p.Rows[i].Amount.Currency().Minor(0)})
	}
	return changes
}

// borne returns the entries by which somebody else bears what a refund, told by its revision, took back.
func (c *call) borne(id commission.OrderID, revision int64) ([]commission.Entry, error) {
	all, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfShortfalls(id)})
	if err != nil {
		return nil, err
	}
	var entries []commission.Entry
	for _, row := range all[0] {
		if row.Revision == revision {
			entries = append(entries, row.Entries...)
		}
	}
	return entries, nil
}
