package dbtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/pgxstore"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// pgxItself runs the suite without database/sql, with prepared statements and, as behind a pool of connections, without.
func pgxItself(t *testing.T) {
	for name, mode := range map[string]pgx.QueryExecMode{"prepared": pgx.QueryExecModeCacheStatement, "simple": pgx.QueryExecModeSimpleProtocol} {
		t.Run(name, func(t *testing.T) {
			if name == "simple" && asked() != "full" {
				t.Skip("FENRUN_DATABASES=full runs it")
			}
			p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
			t.Cleanup(func() { p.drop(t, " CASCADE") })
			config, err := pgxpool.ParseConfig(postgresAt.dsn())
			require.NoError(t, err)
			config.ConnConfig.DefaultQueryExecMode = mode
			config.MaxConns = 70
			pool, err := pgxpool.NewWithConfig(context.Background(), config)
			require.NoError(t, err)
			t.Cleanup(pool.Close)
			open := func(tb testing.TB) *pgxstore.Store {
				st, err := pgxstore.New(pool, p.open(tb).Config())
				require.NoError(tb, err)
				return st
			}
			join := storetest.WithJoin(func(tb testing.TB, st store.Store) (store.Store, func() error, func()) {
				ctx := context.Background()
				tx, joined, err := beginPgx(ctx, pool, st.(*pgxstore.Store), pgx.TxOptions{})
				require.NoError(tb, err)
				return joined, func() error { return tx.Commit(ctx) }, func() { _ = tx.Rollback(ctx) } // after a commit there is nothing to roll back
			})
			t.Run("own", func(t *testing.T) {
				storetest.Run(t, func(tb testing.TB) store.Store { return open(tb) }, sentences(join)...)
			})
			t.Run("joined", func(t *testing.T) {
				storetest.Run(t, func(tb testing.TB) store.Store { return &pgxHost{pool, open(tb)} }, sentences(storetest.WithJoin(
					func(tb testing.TB, st store.Store) (store.Store, func() error, func()) {
						ctx := context.Background()
						tx, joined, err := beginPgx(ctx, pool, st.(*pgxHost).st, pgx.TxOptions{})
						require.NoError(tb, err)
						return joined, func() error { return tx.Commit(ctx) }, func() { _ = tx.Rollback(ctx) }
					}))...)
			})
		})
	}
}

// beginPgx begins a transaction of the shop's own, in which the shop has read something already.
func beginPgx(ctx context.Context, pool *pgxpool.Pool, st *pgxstore.Store, as pgx.TxOptions) (pgx.Tx, store.Store, error) {
	tx, err := pool.BeginTx(ctx, as)
	if err != nil {
		return nil, nil, err
	}
	n := 0
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM "+st.Table("partners")).Scan(&n); err != nil {
		_ = tx.Rollback(ctx)
		return nil, nil, err
	}
	return tx, st.Join(tx), nil
}

// pgxHost is a shop that does everything in transactions of its own, as [host] is.
type pgxHost struct {
	pool *pgxpool.Pool
	st   *pgxstore.Store
}

func (h *pgxHost) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return h.run(ctx, pgx.TxOptions{}, func(j store.Store) error { return j.Update(ctx, tenant, fn) })
}

func (h *pgxHost) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return h.run(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(j store.Store) error { return j.View(ctx, tenant, fn) })
}

func (h *pgxHost) run(ctx context.Context, as pgx.TxOptions, do func(store.Store) error) error {
	return again(ctx, func() error {
		tx, joined, err := beginPgx(ctx, h.pool, h.st, as)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(context.Background()) }() // after a commit there is nothing to roll back
		if err := do(joined); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}
