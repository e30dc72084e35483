package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// derivedColumns are the columns that repeat what documents say, and the keys of their tables.
var derivedColumns = []struct{ table, key, columns string }{
	{"applications", "id", "applicant undecided"},
	{"orders", "id", "customer seller paid due released settled"},
	{"counted", "series, id", "paid"},
	{"runs", "id", "releasing"},
	{"withdrawals", "id", "partner state"},
	{"grants", "id", "due"},
	{"forfeits", "id", "due"},
}

func TestRebuildWritesEveryColumnThatRepeatsADocument(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		rebuilds(t, db, opened(t, db, sqlstore.Config{Dialect: sqlstore.SQLite}))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
		t.Cleanup(func() { p.drop(t, " CASCADE") })
		rebuilds(t, p.db, p.open(t))
	})
	t.Run("MySQL", func(t *testing.T) {
		p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
		t.Cleanup(func() { p.drop(t, "") })
		rebuilds(t, p.db, p.open(t))
	})
}

func rebuilds(t *testing.T, db *sql.DB, st *sqlstore.Store) {
	ctx := context.Background()
	play(t, st, operations(1))
	for _, tenant := range []store.Tenant{"", "b"} {
		require.NoError(t, st.Update(ctx, tenant, oneOfEach))
	}
	before := columnsOf(t, db, st)
	changed, err := st.Rebuild(ctx)
	require.NoError(t, err)
	require.Zero(t, changed, "the store itself writes them right")
	for _, d := range derivedColumns {
		for _, column := range strings.Fields(d.columns) {
			t.Run(d.table+"."+column, func(t *testing.T) {
				_, err := db.ExecContext(ctx, "UPDATE "+st.Table(d.table)+" SET "+column+" = CASE WHEN "+column+" = '7' THEN 8 ELSE 7 END WHERE document <> ''")
				require.NoError(t, err)
				var records int
				require.NoError(t, db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+st.Table(d.table)+" WHERE document <> ''").Scan(&records))
				require.NotZero(t, records)
				changed, err := st.Rebuild(ctx)
				require.NoError(t, err)
				require.Equal(t, records, changed)
				require.Equal(t, before, columnsOf(t, db, st))
			})
		}
	}
}

// oneOfEach writes a record of every table that has derived columns.
func oneOfEach(tx store.Tx) error {
	ctx, at := context.Background(), flowBegins
	for _, err := range []error{
		tx.SaveApplications(ctx, []partner.Application{{ID: "z", Applicant: odd, Revision: 1}}),
		tx.SaveOrders(ctx, []settlement.Order{{ID: odd, Customer: odd, Revision: 1, Posted: true, PaidAt: at, ReleaseAt: at.Add(time.Hour)}}),
		tx.SaveCounted(ctx, []store.Counted{{CountedKey: store.CountedKey{Series: odd, Order: odd}, PaidAt: at}}),
		tx.SaveRuns(ctx, []settlement.Run{{ID: odd, Revision: 1}}),
		tx.AddWithdrawals(ctx, []settlement.Withdrawal{{ID: odd, Partner: odd, Revision: 1, State: settlement.Paid}}),
		tx.SaveGrants(ctx, []settlement.Grants{{User: odd, Revision: 1, Due: at}}),
		tx.SaveForfeits(ctx, []settlement.Forfeits{{Partner: odd, Revision: 1, Due: at}}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// columnsOf is what the derived columns are.
func columnsOf(t *testing.T, db *sql.DB, st *sqlstore.Store) string {
	t.Helper()
	var b strings.Builder
	for _, d := range derivedColumns {
		names := strings.ReplaceAll(d.columns, " ", ", ")
		rows, err := db.QueryContext(context.Background(), "SELECT tenant, "+d.key+", "+names+" FROM "+st.Table(d.table)+" ORDER BY tenant, "+d.key)
		require.NoError(t, err)
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, rows.Scan(into...))
			fmt.Fprintf(&b, "%s %q\n", d.table, values)
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return b.String()
}
