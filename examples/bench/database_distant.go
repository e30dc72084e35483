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
	ours, through := at(1, &failed, native.pay), at(1, &failed, standard.pay)
	eachRow, bare := at(1, &failed, hand.eachRow), at(1, &failed, hand.bare)
	raceFor(200, "a distant server", ours, through, eachRow, bare)
	against := func(name string, of, reference *contender) goal {
		return times("G12", name, of.fastest, reference.fastest, reference.fastest/of.fastest)
	}
	return []goal{
		against("an order a transaction, 1 ms from the server, against a statement a row", ours, eachRow),
		against("the same through database/sql", through, eachRow),
		against("an order a transaction, 1 ms from the server, against its rows written and nothing else", ours, bare),
	}, failed.err
}
