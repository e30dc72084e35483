package dbtest

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// opener begins a transaction in some wrapper's way.
type opener struct {
	begin func(ctx context.Context) (sqlstore.DBTX, func() error, error)
	pool  sqlstore.DBTX
}

func wrappers(t *testing.T, db *sql.DB) map[string]opener {
	x, b := sqlx.NewDb(db, "sqlite"), bun.NewDB(db, sqlitedialect.New())
	conn := func(ctx context.Context) (sqlstore.DBTX, func() error, error) {
		c, err := db.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		t.Cleanup(func() { _ = c.Close() })
		_, err = c.ExecContext(ctx, "BEGIN IMMEDIATE")
		return c, func() error {
			_, err := c.ExecContext(ctx, "COMMIT")
			return err
		}, err
	}
	return map[string]opener{
		"database/sql": {pool: db, begin: func(ctx context.Context) (sqlstore.DBTX, func() error, error) {
			tx, err := db.BeginTx(ctx, nil)
			return tx, tx.Commit, err
		}},
		"a connection": {pool: db, begin: conn},
		"sqlx": {pool: x, begin: func(ctx context.Context) (sqlstore.DBTX, func() error, error) {
			tx, err := x.BeginTxx(ctx, nil)
			return tx, tx.Commit, err
		}},
		"bun": {pool: b, begin: func(ctx context.Context) (sqlstore.DBTX, func() error, error) {
			tx, err := b.BeginTx(ctx, nil)
			return tx, tx.Commit, err
		}},
		"bun, a transaction within another": {pool: b, begin: func(ctx context.Context) (sqlstore.DBTX, func() error, error) {
			outer, err := b.BeginTx(ctx, nil)
			if err != nil {
				return nil, nil, err
			}
			tx, err := outer.BeginTx(ctx, nil)
			return tx, func() error {
				if err := tx.Commit(); err != nil {
					return err
				}
				return outer.Commit()
			}, err
		}},
	}
}

func TestTransactionsOfWrappersAreJoinedAndTheirPoolsRefused(t *testing.T) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	st := opened(t, db, sqlstore.Config{Dialect: sqlstore.SQLite})
	prog, err := program.New(st, program.Config{Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`)})
	require.NoError(t, err)
	for name, w := range wrappers(t, db) {
		t.Run(name, func(t *testing.T) {
			_, err := st.Join(w.pool)
			require.ErrorIs(t, err, sqlstore.ErrNoTransaction)

			tx, commit, err := w.begin(ctx)
			require.NoError(t, err)
			joined, err := st.Join(tx)
			require.NoError(t, err)
			_, err = prog.In(joined).Partners.Add(ctx, program.Add{Partner: partner.ID(name)})
			require.NoError(t, err)
			require.NoError(t, commit())
			state, err := prog.Partners.At(ctx, partner.ID(name), time.Time{})
			require.NoError(t, err)
			require.Equal(t, partner.Active, state.Status)
		})
	}
}
