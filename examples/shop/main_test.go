package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// databases are where the shop is tried: a file, and the servers that a machine says it has.
func databases(t *testing.T, try func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { try(t, "") })
	for _, server := range []struct{ name, variable, scheme string }{{"postgresql", "FENRUN_POSTGRES", ""}, {"mysql", "FENRUN_MYSQL", "mysql://"}} {
		t.Run(server.name, func(t *testing.T) {
			dsn := os.Getenv(server.variable)
			if dsn == "" {
				t.Skipf("%s names no server", server.variable)
			}
			try(t, server.scheme+dsn)
		})
	}
}

func TestTheShopPaysOnceAndRollsBackWhole(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	databases(t, func(t *testing.T, dsn string) {
		var out strings.Builder
		require.NoError(t, run(context.Background(), &out, dsn))
		require.Equal(t, string(want), out.String())
	})
}

func TestGormsTransactionsAreJoinedAndItsPoolsRefused(t *testing.T) {
	ctx, noon := context.Background(), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	databases(t, func(t *testing.T, dsn string) {
		d, err := openDatabase(ctx, dsn)
		require.NoError(t, err)
		defer func() { require.NoError(t, d.close()) }()
		s, err := openShop(ctx, d, func() time.Time { return noon })
		require.NoError(t, err)
		require.NoError(t, s.recruit(ctx))
		plain, err := openGorm(s)
		require.NoError(t, err)

		for name, db := range map[string]*gorm.DB{"plain": plain, "prepared": plain.Session(&gorm.Session{PrepareStmt: true})} {
			_, err := s.store.Join(db.Statement.ConnPool)
			require.ErrorIs(t, err, sqlstore.ErrNoTransaction, name)

			require.NoError(t, s.order(ctx, name, "carol", "tea", 1, "100.00"))
			failed := errors.New("the shop thinks again")
			require.ErrorIs(t, db.Transaction(func(tx *gorm.DB) error {
				_, err := s.markPaid(ctx, tx.Statement.ConnPool, name, noon)
				return errors.Join(err, failed)
			}, s.isolation), failed)
			status, err := s.status(ctx, name)
			require.NoError(t, err)
			require.Equal(t, "paid: false, commission: none\n", status, name)

			_, err = s.paidThroughGorm(ctx, db, name, noon)
			require.NoError(t, err)
			status, err = s.status(ctx, name)
			require.NoError(t, err)
			require.Contains(t, status, "bob    earns 10.00 CNY", name)
		}
	})
}

func TestAnUnknownDatabaseIsRefused(t *testing.T) {
	require.ErrorContains(t, run(context.Background(), &strings.Builder{}, "oracle://x"), `"oracle://x" is no database`)
}
