package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// schema is where everything of this example lies on a server.
const schema = "fenrun_example_realdata"

// stores makes an empty store for each run: in memory, or in tables of its own beside those of the other runs.
type stores struct {
	db     *sql.DB // nil: in memory
	config sqlstore.Config
	most   int // how many orders are told together
	made   int
	close  func() error
}

// batch is how many orders a database is told of at once.
const batch = 500

// settings are the words with which PostgreSQL's drivers are told where a server is, where it is no address.
var settings = regexp.MustCompile(`^\s*[a-z_]+\s*=`)

// openStores opens what the flag names: "" is memory, "sqlite" an SQLite file that is gone in the end, postgres://… or host=… a PostgreSQL server, anything
// else the path of an SQLite file, which must not be there and is kept. On a server it makes a schema of its own, which must not be there, and drops it in the
// end.
func openStores(ctx context.Context, dsn string) (*stores, error) {
	switch {
	case dsn == "":
		return &stores{most: 1, close: kept}, nil
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"), settings.MatchString(dsn):
		return openServer(ctx, dsn)
	case dsn == "sqlite":
		dir, err := os.MkdirTemp("", "realdata")
		if err != nil {
			return nil, err
		}
		return openFile(filepath.Join(dir, "realdata.db"), func() error { return os.RemoveAll(dir) })
	}
	file, err := os.OpenFile(dsn, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	return openFile(dsn, kept)
}

// kept takes nothing away.
func kept() error { return nil }

// openFile opens a file that never waits for the disk: what is lost with the machine can be played again.
func openFile(path string, after func() error) (*stores, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(off)")
	if err != nil {
		return nil, errors.Join(err, after())
	}
	return &stores{
		db: db, most: batch, config: sqlstore.Config{Dialect: sqlstore.SQLite},
		close: func() error { return errors.Join(db.Close(), after()) },
	}, nil
}

func openServer(ctx context.Context, dsn string) (*stores, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &stores{
		db: db, most: batch, config: sqlstore.Config{Dialect: sqlstore.PostgreSQL, Schema: schema},
		close: func() error {
			_, err := db.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA "+schema+" CASCADE")
			return errors.Join(err, db.Close())
		},
	}, nil
}

// empty returns an empty store. In a database the tables of the n-th begin with run{n}_.
func (s *stores) empty(ctx context.Context) (store.Store, error) {
	if s.db == nil {
		return memstore.New(), nil
	}
	s.made++
	config := s.config
	config.Prefix = fmt.Sprintf("run%d_", s.made)
	if err := sqlstore.Migrate(ctx, s.db, config); err != nil {
		return nil, err
	}
	return sqlstore.New(s.db, config)
}
