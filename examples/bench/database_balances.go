package main

import (
	"context"
	"fmt"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store/pgxstore"
)

const (
	fewBalances  = 10_000
	someBalances = million
	allBalances  = 10 * million

	manyPrefix = "fenrun_bench_many_"
)

// manyBalances measures orders and their way into balances among millions of these, against among as many as there are partners who sell.
func manyBalances(db *database, of extent) ([]goal, error) {
	n := someBalances
	if of.full {
		n = allBalances
	}
	few, err := newBalances(db, ownPrefix, fewBalances)
	if err != nil {
		return nil, err
	}
	many, err := newBalances(db, manyPrefix, n)
	if err != nil {
		return nil, err
	}
	var failed firstError
	among, alone := grouped(100, &failed, many.payAndFold), grouped(100, &failed, few.payAndFold)
	raceFor(25, "balances", among, alone)
	name := "groups of 100 with " + people(n) + " balances, an order, against with 10 k"
	if !of.full {
		return []goal{times("G15", name, among.fastest, alone.fastest, alone.fastest/among.fastest)}, failed.err
	}
	return []goal{faster("G15", name, among.fastest, alone.fastest, 0.7)}, failed.err
}

// newBalances makes a programme in which everybody of n has a balance, of whom some thousands, spread over all of them, sell.
func newBalances(db *database, prefix string, n int) (*programme, error) {
	sellers := lineTeam(fewBalances / len(levels))
	place := map[partner.ID]partner.ID{"": ""}
	for i, s := range sellers {
		place[s.id] = balanceOf(i * (n / len(sellers)))
	}
	ends := map[partner.ID]bool{}
	for i, s := range sellers {
		sellers[i] = seller{place[s.id], place[s.recruiter], s.level}
		ends[place[s.id]] = s.atEnd()
	}
	p, err := newProgramme(db, prefix, sellers)
	if err != nil {
		return nil, err
	}
	fill := "INSERT INTO " + prefix + "balances (tenant, partner, currency, scale, pending, net, withdrawing, paid, taxed, fees) " +
		"SELECT '', 'b' || lpad(i::text, 15, '0'), 'CNY', 2, 0, 1, 0, 0, 0, 0 FROM generate_series(0, %d) AS i"
	if err := db.do([]string{fmt.Sprintf(fill, n-1), "VACUUM ANALYZE " + prefix + "balances"}); err != nil {
		return nil, err
	}
	st, err := pgxstore.New(db.pool, p.config)
	if err != nil {
		return nil, err
	}
	if p, err = p.through(st); err != nil {
		return nil, err
	}
	return p.among(func(s seller) bool { return ends[s.id] }), nil
}

// balanceOf is whose the i-th balance is.
func balanceOf(i int) partner.ID { return partner.ID(fmt.Sprintf("b%015d", i)) }

// payAndFold posts a hundred orders and adds their rows to the balances.
func (p *programme) payAndFold(ctx context.Context) error {
	if err := p.payGroup(ctx, 100); err != nil {
		return err
	}
	due, err := p.RunDue(ctx, p.paidAt)
	if err == nil && due.Folded == 0 {
		return fmt.Errorf("nothing was added to a balance")
	}
	return err
}
