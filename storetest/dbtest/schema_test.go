package dbtest

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// writeDumps makes the dumps of the newest version instead of reading them: go test ./storetest/dbtest -run Released -dumps
var writeDumps = flag.Bool("dumps", false, "write the dumps of the newest version of the tables anew")

// dump is a version of the tables with records in them, as statements.
type dump struct {
	Version int      `json:"version"`
	Tables  []string `json:"tables"`  // what made them, from version 1 on
	Records []string `json:"records"` // insertions
	Holds   []string `json:"holds"`   // what alice and bob have then
}

// A shop that has the tables of an earlier version gets those of this one, with all that is in them; what made the tables of a released version never changes.
func TestReleasedTablesAreUpgraded(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		upgraded(t, "sqlite", func(t *testing.T) (*sql.DB, sqlstore.Config) {
			db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db"))
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			return db, sqlstore.Config{Dialect: sqlstore.SQLite}
		})
	})
	for _, c := range []struct {
		name, driver string
		at           address
		drop         string
		dialect      sqlstore.Dialect
	}{{"PostgreSQL", "pgx", postgresAt, " CASCADE", sqlstore.PostgreSQL}, {"MySQL", "mysql", mysqlAt, "", sqlstore.MySQL}} {
		t.Run(c.name, func(t *testing.T) {
			upgraded(t, strings.ToLower(c.name), func(t *testing.T) (*sql.DB, sqlstore.Config) {
				p := &place{db: server(t, c.driver, c.at), config: sqlstore.Config{Dialect: c.dialect, Schema: releasedSchema}}
				p.exec(t, "DROP SCHEMA IF EXISTS "+releasedSchema+c.drop)
				p.exec(t, "CREATE SCHEMA "+releasedSchema)
				t.Cleanup(func() { p.exec(t, "DROP SCHEMA IF EXISTS "+releasedSchema+c.drop) })
				return p.db, p.config
			})
		})
	}
}

// releasedSchema is where the dumps of servers have their tables.
const releasedSchema = "fenrun_released"

func upgraded(t *testing.T, name string, empty func(*testing.T) (*sql.DB, sqlstore.Config)) {
	ctx := context.Background()
	if *writeDumps {
		db, config := empty(t)
		writeDump(t, name, db, config)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "released", name+"-*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var d dump
			require.NoError(t, json.Unmarshal(text, &d))
			db, config := empty(t)
			require.Equal(t, d.Tables, stepsTo(t, config, d.Version), "a released step is as it was")
			for _, statement := range slices.Concat(d.Tables, d.Records) {
				_, err := db.ExecContext(ctx, statement)
				require.NoError(t, err, statement)
			}
			st := opened(t, db, config)
			changed, err := st.Rebuild(ctx)
			require.NoError(t, err)
			require.Zero(t, changed, "a step fills what it adds")
			prog, err := program.New(st, program.Config{Plan: program.MustPlan(flowPlan), Clock: func() time.Time { return flowBegins.AddDate(1, 0, 0) }})
			require.NoError(t, err)
			report, err := prog.Audit(ctx)
			require.NoError(t, err)
			require.True(t, report.OK(), report)
			require.NotZero(t, report.Orders)
			require.Equal(t, d.Holds, holds(t, prog))
			sold, err := prog.Orders.Paid(ctx, tea("o-new", odd, "100.00", flowBegins.AddDate(1, 0, 0)))
			require.NoError(t, err)
			require.Equal(t, partner.ID("bob"), sold.Attributed.Partner, "who was bound before buys on")
			report, err = prog.Audit(ctx)
			require.NoError(t, err)
			require.True(t, report.OK(), report)
		})
	}
}

func holds(t *testing.T, prog *program.Program) (all []string) {
	t.Helper()
	balances, err := prog.Wallet.Balances(context.Background(), "alice", "bob")
	require.NoError(t, err)
	for _, b := range balances {
		all = append(all, fmt.Sprintf("%s: pending %s, available %s, withdrawing %s, paid %s, taxed %s, debt %s",
			b.Partner, b.Pending, b.Available, b.Withdrawing, b.Paid, b.Taxed, b.Debt))
	}
	return all
}

// stepsTo are the statements of all migrations up to a version.
func stepsTo(t *testing.T, config sqlstore.Config, version int) (all []string) {
	t.Helper()
	steps, err := sqlstore.Migrations(config)
	require.NoError(t, err)
	for _, step := range steps {
		if step.Version <= version {
			all = append(all, step.Statements...)
		}
	}
	return all
}

// writeDump lets a shop do something of everything on empty tables, and writes what is in them then.
func writeDump(t *testing.T, name string, db *sql.DB, config sqlstore.Config) {
	st := opened(t, db, config)
	flow(t, st)
	prog, _ := flowing(t, st)
	steps, err := sqlstore.Migrations(st.Config())
	require.NoError(t, err)
	d := dump{Version: steps[len(steps)-1].Version, Holds: holds(t, prog)}
	d.Tables = stepsTo(t, config, d.Version)
	for _, table := range tablesOf(d.Tables) {
		d.Records = append(d.Records, insertions(t, db, config.Dialect, table)...)
	}
	if config.Dialect == sqlstore.PostgreSQL { // insertions with a number of their own do not move its sequence
		events := st.Table("events")
		d.Records = append(d.Records, "SELECT setval(pg_get_serial_sequence('"+events+"', 'seq'), (SELECT MAX(seq) FROM "+events+"))")
	}
	text, err := json.MarshalIndent(d, "", " ")
	require.NoError(t, err)
	dir := filepath.Join("testdata", "released")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.json", name, d.Version)), append(text, '\n'), 0o644))
}

// tablesOf are the tables that statements create, but that of versions.
func tablesOf(statements []string) (all []string) {
	for _, s := range statements {
		if rest, ok := strings.CutPrefix(s, "CREATE TABLE "); ok && !strings.HasPrefix(rest, "IF NOT EXISTS") {
			table, _, _ := strings.Cut(rest, " ")
			all = append(all, table)
		}
	}
	return all
}

// insertions are the records of a table as statements.
func insertions(t *testing.T, db *sql.DB, dialect sqlstore.Dialect, table string) (all []string) {
	rows, err := db.QueryContext(context.Background(), "SELECT * FROM "+table)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	types, err := rows.ColumnTypes()
	require.NoError(t, err)
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		literals := make([]string, len(values))
		for i, v := range values {
			literals[i] = literal(dialect, types[i].DatabaseTypeName(), v)
		}
		overriding := ""
		if dialect == sqlstore.PostgreSQL {
			overriding = " OVERRIDING SYSTEM VALUE"
		}
		all = append(all, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+")"+overriding+" VALUES ("+strings.Join(literals, ", ")+")")
	}
	require.NoError(t, rows.Err())
	slices.Sort(all)
	return all
}

// literal writes a value of a column; those of MySQL have bytes that may be anything.
func literal(dialect sqlstore.Dialect, kind string, v any) string {
	text := fmt.Sprintf("%s", v)
	switch _, number := v.(int64); {
	case number:
		return fmt.Sprint(v)
	case strings.Contains("BIGINT DECIMAL NUMERIC", kind):
		return text
	case dialect == sqlstore.MySQL:
		return "X'" + hex.EncodeToString([]byte(text)) + "'"
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
