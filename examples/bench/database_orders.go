package main

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/fenrun/fenrun/store/pgxstore"
)

// mostWriters is how many are at the database at once at the most.
const mostWriters = 64

// someLines are the lines of the team that sells: more than the orders of a group.
const someLines = 1_200

// How the names of all tables begin, of the library's, and of the same that are written by hand.
const (
	prefixes   = "fenrun_bench_"
	ownPrefix  = "fenrun_bench_own_"
	handPrefix = "fenrun_bench_hand_"
)

// databaseOrders measures posting on PostgreSQL: an order a transaction, and groups.
func databaseOrders(db *database) ([]goal, error) {
	ctx := context.Background()
	p, err := newProgramme(db, ownPrefix, lineTeam(someLines))
	if err != nil {
		return nil, err
	}
	st, err := pgxstore.New(db.pool, p.config)
	if err != nil {
		return nil, err
	}
	native, err := p.through(st)
	if err != nil {
		return nil, err
	}
	h, err := newByHand(db, p, handPrefix, 500)
	if err != nil {
		return nil, err
	}
	for range 5 { // indexes of some height, and a database that knows what its tables are like
		if err := errors.Join(p.payGroup(ctx, 1000), h.unnest(ctx, h.group(1000))); err != nil {
			return nil, err
		}
	}
	if err := db.do(db.dialect.loaded); err != nil {
		return nil, err
	}
	var goals []goal
	for _, run := range []func(*programme, *programme, *byHand) ([]goal, error){singleOrders, groupedOrders} {
		some, err := run(p, native, h)
		if err != nil {
			return nil, err
		}
		goals = append(goals, some...)
	}
	far, err := distantOrders(db, p, h)
	if err != nil {
		return nil, err
	}
	goals = append(goals, far...)
	none, err := deadlocks(db, native)
	if err != nil {
		return nil, err
	}
	rows, err := rowsOfOrder(db, ownPrefix)
	return append(goals, none, rows), err
}

// singleOrders measures one order a transaction.
func singleOrders(p, native *programme, h *byHand) (goals []goal, err error) {
	var failed firstError
	for _, on := range []struct {
		workers int
		name    string
		rounds  int
	}{{1, " on 1 connection", 1000}, {8, " on 8 connections", 40}} {
		ours, standard := at(on.workers, &failed, native.pay), at(on.workers, &failed, p.pay)
		eachRow, bare := at(on.workers, &failed, h.eachRow), at(on.workers, &failed, h.bare)
		raceFor(on.rounds, "orders"+on.name, ours, standard, eachRow, bare)
		goals = append(goals,
			times("G12", "an order a transaction"+on.name+", against a statement a row", ours.fastest, eachRow.fastest, eachRow.fastest/ours.fastest),
			times("G12", "the same through database/sql", standard.fastest, eachRow.fastest, eachRow.fastest/standard.fastest),
			times("G12", "an order a transaction"+on.name+", against its rows written and nothing else", ours.fastest, bare.fastest, bare.fastest/ours.fastest),
			times("G12", "its rows written and nothing else"+on.name+", against a statement a row", bare.fastest, eachRow.fastest, eachRow.fastest/bare.fastest),
		)
	}
	return goals, failed.err
}

// groupedOrders measures groups of orders in one transaction each.
func groupedOrders(_, native *programme, h *byHand) (goals []goal, err error) {
	var failed firstError
	eachRow := at(1, &failed, h.eachRow)
	for _, of := range []struct {
		size    int
		name    string
		rounds  int
		atLeast float64
	}{{100, "groups of 100", 101, 0.6}, {1000, "groups of 1,000", 15, 0.5}} {
		ours := grouped(of.size, &failed, native.groupOf(of.size))
		unnested, copied := grouped(of.size, &failed, h.unnested(of.size)), grouped(of.size, &failed, h.copied(of.size))
		whole := grouped(of.size, &failed, h.whole(of.size))
		raceFor(of.rounds, of.name+" of ready rows", unnested, copied)
		raceFor(of.rounds, of.name, ours, whole) // alone, for garbage of one that is much more disturbs the other on few processors
		better := min(unnested.fastest, copied.fastest)
		if of.size == 100 {
			raceFor(1000, "a statement a row", eachRow)
			goals = append(goals,
				times("G13", of.name+", an order, against a statement a row", ours.fastest, eachRow.fastest, eachRow.fastest/ours.fastest),
				times("G13", "the better of COPY and unnest of their rows, an order, against a statement a row", better, eachRow.fastest, eachRow.fastest/better),
				times("G13", "COPY of their rows after what an order reads, an order, against a statement a row", whole.fastest, eachRow.fastest, eachRow.fastest/whole.fastest),
			)
		}
		goals = append(goals,
			faster("G13", of.name+", an order, against COPY of their rows after what an order reads", ours.fastest, whole.fastest, of.atLeast),
			times("G13", "the same, against the better of COPY and unnest alone", ours.fastest, better, better/ours.fastest),
			times("G13", "COPY of their rows after what an order reads, against the better of COPY and unnest alone", whole.fastest, better, better/whole.fastest),
		)
	}
	return goals, failed.err
}

// deadlocks counts how often the database gave up on a transaction while eight post groups at once, whose customers are the same three hundred, each group
// in another order.
func deadlocks(db *database, native *programme) (goal, error) {
	const asked = `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`
	var before, after float64
	if err := db.QueryRow(asked).Scan(&before); err != nil {
		return goal{}, err
	}
	some := native.among(func(seller) bool { return false })
	for range 20 {
		for _, i := range rand.New(rand.NewPCG(1, uint64(len(some.buyers)))).Perm(300) {
			some.buyers = append(some.buyers, native.buyers[i])
		}
	}
	var failed firstError
	at(8, &failed, some.groupOf(100)).run(64)
	if failed.err != nil {
		return goal{}, failed.err
	}
	if err := db.QueryRow(asked).Scan(&after); err != nil {
		return goal{}, err
	}
	return count("G13", "deadlocks of 64 groups of 100 on 8 connections that share customers", after-before, 0), nil
}

// rowsOfOrder is how many rows of the ledger an order has at the most for one payee.
func rowsOfOrder(db *database, prefix string) (goal, error) {
	var most float64
	err := db.QueryRow(`SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM ` + prefix + `rows GROUP BY kind, source, payee) AS payees`).Scan(&most)
	return count("G17", "rows of the ledger a payee and order of four lines", most, 1), err
}
