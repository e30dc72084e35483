package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// database is one that is measured against.
type database struct {
	*sql.DB
	name    string
	dialect dialect
	close   func() error
}

// dialect is how a database is told what the measurements need.
type dialect struct {
	team []string // makes the table of a team, empty
	full []string // makes it ready once the rows are there
	gone []string // takes it away
}

var (
	postgres = dialect{
		gone: []string{`DROP TABLE IF EXISTS fenrun_bench_team`},
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
		gone: []string{`DROP TABLE IF EXISTS fenrun_bench_team`},
		team: []string{
			`CREATE TABLE fenrun_bench_team (id TEXT PRIMARY KEY, recruiter TEXT NOT NULL, volume INTEGER NOT NULL) WITHOUT ROWID`,
		},
		full: []string{
			`CREATE INDEX fenrun_bench_below ON fenrun_bench_team (recruiter, id, volume)`,
			`ANALYZE`,
		},
	}
)

// openDatabase opens what -db names: a PostgreSQL server by its address, "sqlite" for a file that is gone afterwards, or the path of an SQLite file.
func openDatabase(dsn string) (*database, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		db, err := sql.Open("pgx", dsn)
		if err != nil {
			return nil, err
		}
		return &database{DB: db, name: "PostgreSQL", dialect: postgres, close: db.Close}, nil
	}
	remove := func() error { return nil }
	if dsn == "sqlite" {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, err
		}
		dsn, remove = filepath.Join(dir, "bench.db"), func() error { return os.RemoveAll(dir) }
	}
	// 256 MB of pages stay in memory: what is compared is work, not the disk.
	db, err := sql.Open("sqlite", "file:"+dsn+"?_pragma=journal_mode(wal)&_pragma=synchronous(off)&_pragma=cache_size(-262144)")
	if err != nil {
		return nil, err
	}
	return &database{DB: db, name: "SQLite", dialect: sqlite, close: func() error {
		if err := db.Close(); err != nil {
			return err
		}
		return remove()
	}}, nil
}

// databaseSuites are all measurements against a database, in the order of their goals.
func databaseSuites(db *database, of extent) []func() ([]goal, error) {
	return []func() ([]goal, error){
		func() ([]goal, error) { return databaseTeam(db, of) },
	}
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
