package dbtest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// address is where a server is: where a variable says, and otherwise at the usual place.
type address struct {
	variable, usual string
	plain           *address // the same without settings of the connection; nil where there are none
}

func (a address) dsn() string { return cmp.Or(os.Getenv(a.variable), a.usual) }

var (
	postgresAt = address{variable: "FENRUN_POSTGRES", usual: "postgres://postgres@127.0.0.1:5432/test?sslmode=disable&options=-c%20synchronous_commit%3Doff"}
	mysqlAt    = address{variable: "FENRUN_MYSQL", usual: "root@tcp(127.0.0.1:3306)/test"}
)

// server opens a pool at a server. Where none answers at the usual place the test is skipped and says why; where somebody says that there is one, it fails.
func server(t *testing.T, driver string, at address) *sql.DB {
	if asked() == "" {
		t.Skip("it takes minutes on a server: FENRUN_DATABASES=1 runs it, FENRUN_DATABASES=full all of it")
	}
	if at.plain != nil {
		server(t, driver, *at.plain)
	}
	dsn := at.dsn()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxOpenConns(70) // for 64 workers at once, and kept open between them
	db.SetMaxIdleConns(70)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err = db.PingContext(ctx); err != nil && dsn == at.usual && at.plain == nil {
		t.Skipf("no server answers at %s, and %s names no other: %v", dsn, at.variable, err)
	}
	require.NoError(t, err, "no server answers at %s", dsn)
	return db
}

// place is a server on which stores are opened one after another. Making tables takes a database longer than emptying them, so that a store whose test is
// over leaves its tables to the next.
type place struct {
	db     *sql.DB
	config sqlstore.Config
	free   []string
}

var schemas atomic.Int64

// open returns a store on empty tables.
func (p *place) open(tb testing.TB) *sqlstore.Store {
	config := p.config
	if n := len(p.free); n > 0 {
		config.Schema, p.free = p.free[n-1], p.free[:n-1]
	} else {
		config.Schema = fmt.Sprintf("fenrun_test_%d_%d", os.Getpid(), schemas.Add(1))
		p.exec(tb, "CREATE SCHEMA "+config.Schema)
		require.NoError(tb, sqlstore.Migrate(context.Background(), p.db, config))
	}
	require.NoError(tb, sqlstore.Validate(context.Background(), p.db, config))
	st, err := sqlstore.New(p.db, config)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		for _, table := range p.tables(tb, config.Schema) {
			p.exec(tb, "DELETE FROM "+config.Schema+"."+table)
		}
		p.free = append(p.free, config.Schema)
	})
	return st
}

// tables are the tables of a schema in which a programme's records are.
func (p *place) tables(tb testing.TB, schema string) []string {
	rows, err := p.db.QueryContext(context.Background(), "SELECT table_name FROM information_schema.tables WHERE table_schema = '"+schema+"' AND table_name <> 'fenrun_versions'")
	require.NoError(tb, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var table string
		require.NoError(tb, rows.Scan(&table))
		all = append(all, table)
	}
	require.NoError(tb, rows.Err())
	require.Len(tb, all, 21)
	return all
}

// drop drops every schema that was made.
func (p *place) drop(tb testing.TB, how string) {
	for _, schema := range p.free {
		p.exec(tb, "DROP SCHEMA "+schema+how)
	}
}

func (p *place) exec(tb testing.TB, text string) {
	_, err := p.db.ExecContext(context.Background(), text)
	require.NoError(tb, err)
}

// servers runs the suite on a server through a driver.
func servers(t *testing.T, driver string, at address, drop string, dialect sqlstore.Dialect) {
	p := &place{db: server(t, driver, at), config: sqlstore.Config{Dialect: dialect}}
	t.Cleanup(func() { p.drop(t, drop) })
	t.Run("own", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB) store.Store { return p.open(tb) }, sentences(joining(p.db, nil))...)
	})
	for name, as := range isolations(dialect) {
		t.Run(name, func(t *testing.T) {
			if driver == "postgres" && asked() != "full" {
				t.Skip("a second driver in transactions of its own is enough: FENRUN_DATABASES=full runs it in the shop's too")
			}
			storetest.Run(t, func(tb testing.TB) store.Store { return &host{p.db, p.open(tb), as} }, sentences(joining(p.db, as))...)
		})
	}
}

// The drivers take turns, so that together they need no more connections than a server has by default; the servers do not wait for each other.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	t.Run("through pgx", func(t *testing.T) { servers(t, "pgx", postgresAt, " CASCADE", sqlstore.PostgreSQL) })
	t.Run("through pgx itself", pgxItself)
	t.Run("through pq", func(t *testing.T) { servers(t, "postgres", postgresAt, " CASCADE", sqlstore.PostgreSQL) })
}

func TestMySQL(t *testing.T) {
	t.Parallel()
	servers(t, "mysql", mysqlAt, "", sqlstore.MySQL)
}
