package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store/pgxstore"
)

// teams is how many stand directly below the one leader, and how many leaders have one each.
const teams = 2000

// hotSellers are members of one leader, and as many who have a leader each.
func hotSellers() []seller {
	sellers := []seller{{id: "leader", level: "L4"}}
	for i := range teams {
		own := partner.ID(fmt.Sprintf("leader%d", i))
		sellers = append(sellers, seller{id: partner.ID(fmt.Sprintf("hot%d-00", i)), recruiter: "leader", level: "L1"},
			seller{id: own, level: "L4"}, seller{id: partner.ID(fmt.Sprintf("cold%d-00", i)), recruiter: own, level: "L1"})
	}
	return sellers
}

// hotPartners measures what it costs that one partner earns by every order, against as many orders by each of which another one earns.
func hotPartners(db *database) (goals []goal, err error) {
	p, err := newProgramme(db, ownPrefix, hotSellers())
	if err != nil {
		return nil, err
	}
	st, err := pgxstore.New(db.pool, p.config)
	if err != nil {
		return nil, err
	}
	if p, err = p.through(st); err != nil {
		return nil, err
	}
	if err := db.do([]string{
		`DROP TABLE IF EXISTS fenrun_bench_hot`,
		`CREATE TABLE fenrun_bench_hot (id text PRIMARY KEY, pending bigint NOT NULL)`,
		`INSERT INTO fenrun_bench_hot VALUES ('leader', 0)`,
	}); err != nil {
		return nil, err
	}
	hot := p.among(func(s seller) bool { return strings.HasPrefix(string(s.id), "hot") })
	cold := p.among(func(s seller) bool { return strings.HasPrefix(string(s.id), "cold") })
	var failed firstError
	one, each := at(8, &failed, hot.pay), at(8, &failed, cold.pay)
	raceFor(40, "hot partners", one, each)
	goals = append(goals, faster("G14", "one leader in every order on 8 connections, against a leader each", one.fastest, each.fastest, 0.8))
	for _, writers := range []int{16, mostWriters} {
		one, each := at(writers, &failed, hot.host(db, st)), at(writers, &failed, cold.host(db, st))
		updated := at(writers, &failed, hot.host(db, nil))
		one.long, each.long, updated.long = 4*several, 4*several, 4*several
		name := fmt.Sprintf("%d writers whose transactions stay open for 10 ms", writers)
		raceFor(10, name, one, each, updated)
		goals = append(goals,
			faster("G14", "one leader in every order, "+name+", against a leader each", one.fastest, each.fastest, 0.8),
			times("G14", "the same, against an update of one row in every transaction", one.fastest, updated.fastest, updated.fastest/one.fastest),
		)
	}
	return goals, failed.err
}

// host pays an order in a transaction of the shop's that goes on for 10 ms. Without a store it adds to one row instead, as those do who keep a sum.
func (p *programme) host(db *database, st *pgxstore.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			var err error
			if st == nil {
				_, err = tx.Exec(ctx, `UPDATE fenrun_bench_hot SET pending = pending + 1 WHERE id = 'leader'`)
			} else {
				_, err = p.In(st.Join(tx)).Orders.Paid(ctx, p.order())
			}
			time.Sleep(10 * time.Millisecond)
			return err
		})
	}
}
