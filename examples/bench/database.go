package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// database is one that is measured against.
type database struct {
	*sql.DB
	pool    *pgxpool.Pool // of the same server; nil on SQLite
	name    string
	dialect dialect
	close   func() error
}

// dialect is how a database is told what the measurements need.
type dialect struct {
	sql    sqlstore.Dialect
	team   []string // makes the table of a team, empty
	full   []string // makes it ready once the rows are there
	gone   []string // takes it away
	tables string   // asks for the tables whose names begin so
	loaded []string // tells the database how much is in its tables
}

var (
	postgres = dialect{
		sql:    sqlstore.PostgreSQL,
		tables: `SELECT tablename FROM pg_tables WHERE schemaname = current_schema AND starts_with(tablename, $1)`,
		loaded: []string{`VACUUM ANALYZE`},
		gone:   []string{`DROP TABLE IF EXISTS fenrun_bench_team`},
		team: []string{
			`CREATE TABLE fenrun_bench_team (id text COLLATE "C" NOT NULL, recruiter text COLLATE "C" NOT NULL, volume bigint NOT NULL)`,
		},
		full: []string{
			`CREATE UNIQUE INDEX ON fenrun_bench_team (id) INCLUDE (recruiter, volume)`,
			`CREATE INDEX ON fenrun_bench_team (recruiter) INCLUDE (id, volume)`,
			`VACUUM ANALYZE fenrun_bench_team`,
		},
	}
	sqlite = dialect{
		sql:    sqlstore.SQLite,
		tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, length($1)) = $1`,
		loaded: []string{`ANALYZE`},
		gone:   []string{`DROP TABLE IF EXISTS fenrun_bench_team`},
		team: []string{
			`CREATE TABLE fenrun_bench_team (id TEXT PRIMARY KEY, recruiter TEXT NOT NULL, volume INTEGER NOT NULL) WITHOUT ROWID`,
		},
		full: []string{
			`CREATE INDEX fenrun_bench_below ON fenrun_bench_team (recruiter, id, volume)`,
			`ANALYZE`,
		},
	}
)

// openDatabase opens what -db names: a PostgreSQL server by its address (postgres://… or host=…), "sqlite" for a file that is gone afterwards, or the
// path of an SQLite file.
func openDatabase(dsn string) (*database, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") || strings.HasPrefix(dsn, "host=") {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return nil, err
		}
		config.MaxConns = mostWriters
		pool, err := pgxpool.NewWithConfig(context.Background(), config)
		if err != nil {
			return nil, err
		}
		db := stdlib.OpenDB(*config.ConnConfig)
		db.SetMaxIdleConns(mostWriters)
		return &database{DB: db, pool: pool, name: "PostgreSQL", dialect: postgres, close: func() error { pool.Close(); return db.Close() }}, nil
	}
	if dsn != "sqlite" {
		return openFile("sqlite", dsn)
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	db, err := openFile("sqlite", filepath.Join(dir, "bench.db"))
	if err != nil {
		return nil, err
	}
	closed := db.close
	db.close = func() error { return errors.Join(closed(), os.RemoveAll(dir)) }
	return db, nil
}

// openFile opens an SQLite file through a driver, on one connection. 256 MB of pages stay in memory: what is compared is work, not the disk.
func openFile(driver, path string) (*database, error) {
	db, err := sql.Open(driver, "file:"+path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	opened := &database{DB: db, name: "SQLite", dialect: sqlite, close: db.Close}
	return opened, opened.do([]string{"PRAGMA journal_mode = wal", "PRAGMA synchronous = off", "PRAGMA cache_size = -262144"})
}

// databaseSuites are all measurements against a database, in the order of their goals. Each leaves nothing behind.
func databaseSuites(db *database, of extent) []func() ([]goal, error) {
	measure := []func() ([]goal, error){func() ([]goal, error) { return databaseTeam(db, of) }}
	if db.pool == nil {
		measure = append(measure, func() ([]goal, error) { return fileOrders(db) })
	} else {
		measure = append(measure,
			func() ([]goal, error) { return databaseOrders(db) },
			func() ([]goal, error) { return hotPartners(db) },
			func() ([]goal, error) { return manyBalances(db, of) },
		)
	}
	for i, one := range measure {
		measure[i] = func() (goals []goal, err error) {
			defer func() { err = errors.Join(err, db.drop(prefixes)) }()
			return one()
		}
	}
	return measure
}

// do runs statements one after another.
func (db *database) do(statements []string) error {
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// drop drops the tables whose names begin so.
func (db *database) drop(prefix string) error {
	rows, err := db.Query(db.dialect.tables, prefix)
	if err != nil {
		return err
	}
	defer rows.Close() // at its end it is closed already, so that the one connection to a file is free
	var drops []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		drops = append(drops, `DROP TABLE "`+name+`"`)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return db.do(drops)
}
