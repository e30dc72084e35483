package main

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// away is how long a message takes at least to a server in the same region and back.
const away = time.Millisecond

// distant is a connection to a server that is away: each answer comes so much later.
type distant struct {
	net.Conn
	asked atomic.Bool
}

func (d *distant) Write(b []byte) (int, error) {
	d.asked.Store(true)
	return d.Conn.Write(b)
}

func (d *distant) Read(b []byte) (int, error) {
	if d.asked.Swap(false) {
		time.Sleep(away)
	}
	return d.Conn.Read(b)
}

// distantOrders measures what counts where the database is on another machine: how often a posting waits for an answer.
func distantOrders(db *database, p *programme, h *byHand) ([]goal, error) {
	config := db.pool.Config()
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &distant{Conn: conn}, err
	}
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	st, err := pgxstore.New(pool, p.config)
	if err != nil {
		return nil, err
	}
	native, err := p.through(st)
	if err != nil {
		return nil, err
	}
	far := stdlib.OpenDBFromPool(pool)
	defer far.Close()
	other, err := sqlstore.New(far, p.config)
	if err != nil {
		return nil, err
	}
	standard, err := p.through(other)
	if err != nil {
		return nil, err
	}
	hand := *h
	hand.pool = pool
	var failed firstError
	var goals []goal
	var alone *contender // a statement a row, on one connection
	for _, on := range []struct {
		workers int
		name    string
		rounds  int
		atLeast float64
	}{{1, " on 1 connection", 200, 2.5}, {8, " on 8 connections", 20, 2}} {
		ours, through := at(on.workers, &failed, native.pay), at(on.workers, &failed, standard.pay)
		eachRow, bare := at(on.workers, &failed, hand.eachRow), at(on.workers, &failed, hand.bare)
		raceFor(on.rounds, "a distant server"+on.name, ours, through, eachRow, bare)
		goals = append(goals,
			faster("G12", "an order a transaction"+on.name+", 1 ms from the server, against a statement a row", ours.fastest, eachRow.fastest, on.atLeast),
			times("G12", "the same through database/sql", through.fastest, eachRow.fastest, eachRow.fastest/through.fastest),
			faster("G12", "an order a transaction"+on.name+", 1 ms from the server, against its rows written and nothing else", ours.fastest, bare.fastest, 0.8),
		)
		if on.workers == 1 {
			alone = eachRow
		}
	}
	group, whole := grouped(100, &failed, native.groupOf(100)), grouped(100, &failed, hand.whole(100))
	raceFor(50, "groups at a distant server", group, whole)
	return append(goals,
		faster("G13", "groups of 100, an order, 1 ms from the server, against a statement a row", group.fastest, alone.fastest, 10),
		times("G13", "the same, against COPY of their rows after what an order reads", group.fastest, whole.fastest, whole.fastest/group.fastest),
	), failed.err
}
