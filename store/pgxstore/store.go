// Package pgxstore keeps a programme's records in the shop's own PostgreSQL where the shop uses pgx without database/sql:
//
//	st, err := pgxstore.New(pool, pgxstore.Config{})
//	err = pgxstore.Migrate(ctx, pool, st.Config())
//	prog, err := program.New(st, program.Config{Plan: plan})
//
//	tx, err := pool.Begin(ctx)                                  // the shop's own transaction
//	_, err = tx.Exec(ctx, "UPDATE orders SET paid = true …")    // the shop's own table
//	outcome, err := prog.In(st.Join(tx)).Orders.Paid(ctx, order)
//	err = tx.Commit(ctx)                                        // both, or neither
//
// Tables, statements and locks are those of package sqlstore, so that a shop can go from one to the other. It works in every mode in which pgx runs queries,
// also without prepared statements behind a pool of connections. Statements of which nothing comes back, and what is known to be read next, go to the server
// by one message, so that an order waits six times for it and not fifteen. Of many orders in one call the first are written while the last are worked out,
// rows of new ones by COPY; that is over before the call returns, and a tracer of pgx is told of each statement as of a query, from another goroutine. It is
// a module of its own, so that nobody else has to download pgx.
package pgxstore

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// Config says how the tables are called. Its Dialect is left out.
type Config = sqlstore.Config

// Store is a store in PostgreSQL. It is safe for concurrent use.
type Store struct{ store *sqlstore.Store }

var _ store.Store = (*Store)(nil)

// New returns the store in a database whose tables [Migrate] has made. A nil pool gives one that works only through [Store.Join]. A config that makes no
// sense is an error that names the field.
func New(pool *pgxpool.Pool, config Config) (*Store, error) {
	config.Dialect = sqlstore.PostgreSQL
	var own sqlstore.Beginner
	if pool != nil {
		own = beginner{pool}
	}
	st, err := sqlstore.NewOn(own, config)
	if err != nil {
		return nil, err
	}
	return &Store{st}, nil
}

// Config returns the config with its defaults.
func (s *Store) Config() Config { return s.store.Config() }

// Table returns the quoted and qualified name of one of the store's tables, such as "orders": for what the shop reads from them itself.
func (s *Store) Table(name string) string { return s.store.Table(name) }

// Update implements [store.Store]. fn is run again, at most 20 times, where the database gave up on the transaction.
func (s *Store) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return s.store.Update(ctx, tenant, fn)
}

// View implements [store.Store]. It reads one snapshot.
func (s *Store) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return s.store.View(ctx, tenant, fn)
}

// Join returns the store inside a transaction that the shop has open: what is done through it is committed or rolled back with the rest of that transaction,
// by the shop. After an error other than a refusal the shop must roll back. The transaction is used by one goroutine at a time.
func (s *Store) Join(tx pgx.Tx) store.Store {
	return s.store.JoinOn(&runner{tx, background{conn: tx.Conn()}})
}

// Migrate makes the tables, or brings them to this version, as [sqlstore.Migrate] does.
func Migrate(ctx context.Context, pool *pgxpool.Pool, config Config) error {
	config.Dialect = sqlstore.PostgreSQL
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }() // the pool stays open
	return sqlstore.Migrate(ctx, db, config)
}

// Validate returns nil if the database has exactly the tables of this version, as [sqlstore.Validate] does.
func Validate(ctx context.Context, pool *pgxpool.Pool, config Config) error {
	config.Dialect = sqlstore.PostgreSQL
	db := stdlib.OpenDBFromPool(pool)
	defer func() { _ = db.Close() }() // the pool stays open
	return sqlstore.Validate(ctx, db, config)
}
