package main

import (
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// books is what a run leaves, read back from the programme.
type books struct {
	posted sums         // what orders paid when they were posted
	slots  map[int]sums // the same by slot
	earned sums         // what partners have of it after refunds: their balances
}

// page is how many rows or balances are read at once.
const page = 1000

// close does what is due, audits, and reads what everybody has. Whatever does not agree is a difference.
func (p *player) close(ctx context.Context) (*books, error) {
	if _, err := p.due(ctx); err != nil {
		return nil, err
	}
	found, err := p.Audit(ctx)
	if err != nil {
		return nil, err
	}
	p.checks = found.Checks
	for _, f := range found.Broken {
		p.differ("audit: %s", f)
	}
	balances, err := p.balances(ctx)
	if err != nil {
		return nil, err
	}
	b := &books{posted: sums{}, slots: map[int]sums{1: {}, 2: {}}, earned: sums{}}
	for _, balance := range balances {
		earned, err := balance.Earned()
		if err != nil {
			return nil, err
		}
		rows, err := p.rows(ctx, balance.Partner, b)
		if err != nil {
			return nil, err
		}
		if !rows.Equal(earned.Decimal()) {
			p.differ("%s has %s, his rows sum to %s", balance.Partner, earned, rows)
		}
		b.earned.add(balance.Partner, earned)
	}
	p.books = b
	return b, nil
}

func (p *player) balances(ctx context.Context) (settlement.Balances, error) {
	var all settlement.Balances
	for ids := range slices.Chunk(p.people, page) {
		balances, err := p.Wallet.Balances(ctx, ids...)
		if err != nil {
			return nil, err
		}
		all = append(all, balances...)
	}
	return all, nil
}

// rows adds a partner's rows to the books and returns their sum.
func (p *player) rows(ctx context.Context, id partner.ID, b *books) (sum decimal.Decimal, err error) {
	for after := (store.RowCursor{}); ; {
		rows, err := p.Wallet.Rows(ctx, id, after, page)
		if err != nil || len(rows) == 0 {
			return sum, err
		}
		for _, row := range rows {
			p.entries += len(row.Entries)
			sum = sum.Add(row.Amount.Decimal())
			if row.Revision > 1 { // a refund took it back
				continue
			}
			b.posted.add(id, row.Amount)
			for _, e := range row.Entries {
				b.slots[e.Slot].add(id, e.Amount)
			}
		}
		after = program.CursorOf(rows[len(rows)-1])
	}
}

// compare compares a column with what partners have, and keeps its total for the report.
func (p *player) compare(x *expected, column string, has sums) {
	p.totals = append(p.totals, column+" "+has.total().String())
	p.note(x, column, x.compare(column, has))
}

// compareTexts is compare for a column that is no number.
func (p *player) compareTexts(x *expected, column string, has map[partner.ID]string) {
	p.note(x, column, x.compareTexts(column, has))
}

func (p *player) note(x *expected, column string, differences []string) {
	switch {
	case x.has(column):
		p.compared++
		p.differences = append(p.differences, differences...)
	case x != nil:
		p.missing = append(p.missing, x.file+" has no column "+column)
	}
}

// done returns the run for the report.
func (p *player) done(rows int) result {
	p.result.rows, p.time = rows, time.Since(p.started)
	return p.result
}
