package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// Behind PgBouncer each transaction may have another connection of the server, so that nothing may be kept on one between two. The drivers are told not to
// prepare statements, as PgBouncer asks for.
func TestPostgreSQLBehindPgBouncer(t *testing.T) {
	direct := server(t, "pgx", postgresAt)
	bounced := bouncer(t)
	for name, c := range map[string]struct{ driver, settings string }{
		"pgx": {"pgx", "default_query_exec_mode=exec"}, "pgx, the simple protocol": {"pgx", "default_query_exec_mode=simple_protocol"}, "pq": {"postgres", "binary_parameters=yes"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &place{db: direct, config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
			t.Cleanup(func() { p.drop(t, " CASCADE") })
			db, err := sql.Open(c.driver, bounced+" "+c.settings)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			db.SetMaxOpenConns(70)
			open := func(tb testing.TB) *sqlstore.Store {
				st, err := sqlstore.New(db, p.open(tb).Config())
				require.NoError(tb, err)
				return st
			}
			flows(t, func(tb testing.TB) (*sql.DB, *sqlstore.Store) { return db, open(tb) })
			if name != "pgx" && asked() != "full" {
				t.Skip("one driver is enough for the sentences: FENRUN_DATABASES=full runs them through the others too")
			}
			options := essential(sentences(joining(db, nil)))
			t.Run("sentences", func(t *testing.T) {
				storetest.Run(t, func(tb testing.TB) store.Store { return open(tb) }, options...)
			})
		})
	}
}

// bouncer starts PgBouncer before the server, with as few connections to it as make transactions take turns, and returns how it is reached.
func bouncer(t *testing.T) string {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("pgbouncer is not installed")
	}
	to, err := pgx.ParseConfig(postgresAt.dsn())
	require.NoError(t, err)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := free.Addr().(*net.TCPAddr).Port
	require.NoError(t, free.Close())

	config := filepath.Join(t.TempDir(), "pgbouncer.ini")
	database := fmt.Sprintf("%s = host=%s port=%d user=%s", to.Database, to.Host, to.Port, to.User)
	if to.Password != "" {
		database += " password='" + to.Password + "'"
	}
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `[databases]
%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 500
log_connections = 0
log_disconnections = 0
log_stats = 0
ignore_startup_parameters = extra_float_digits
`, database, port), 0o600))
	arguments := []string{config}
	if os.Getuid() == 0 { // as which it refuses to run
		arguments = []string{"-u", "nobody", config}
	}
	running := exec.Command(program, arguments...)
	running.Stderr = os.Stderr
	require.NoError(t, running.Start())
	t.Cleanup(func() {
		require.NoError(t, running.Process.Kill())
		_ = running.Wait() // it was killed
	})
	dsn := "host=127.0.0.1 port=" + strconv.Itoa(port) + " user=" + to.User + " dbname=" + to.Database + " sslmode=disable"
	db, err := sql.Open("pgx", dsn+" default_query_exec_mode=exec")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.Eventually(t, func() bool { return db.PingContext(context.Background()) == nil }, 10*time.Second, 20*time.Millisecond)
	return dsn
}

// essential leaves of the sentences those about transactions, locks and numbers, to which the way to a database matters; FENRUN_DATABASES=full all.
func essential(options []storetest.Option) []storetest.Option {
	for _, name := range storetest.Cases() {
		area, _, _ := strings.Cut(name, "/")
		if asked() != "full" && !slices.Contains([]string{"transactions", "ledger", "events", "balances", "concurrency"}, area) {
			options = append(options, storetest.Skip(name, "FENRUN_DATABASES=full runs it here too"))
		}
	}
	return options
}
