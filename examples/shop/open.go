package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/glebarez/go-sqlite"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// schema is where everything of this example lies on a server.
const schema = "fenrun_example_shop"

// database is a database and what is special about it.
type database struct {
	*sql.DB
	config    sqlstore.Config
	isolation *sql.TxOptions
	bind      func(n int) string
	close     func() error
}

// openDatabase opens what the flag names: "" a new SQLite file, postgres://… or host=… a PostgreSQL, mysql://user@tcp(host:port)/database a MySQL or MariaDB.
// On a server it makes a schema of its own, which must not be there, and drops it in the end.
func openDatabase(ctx context.Context, dsn string) (*database, error) {
	switch {
	case dsn == "":
		return openFile()
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "host="):
		d := &database{config: sqlstore.Config{Dialect: sqlstore.PostgreSQL, Schema: schema}, bind: func(n int) string { return fmt.Sprintf("$%d", n) }}
		return d, d.openServer(ctx, "pgx", dsn, "DROP SCHEMA "+schema+" CASCADE")
	case strings.HasPrefix(dsn, "mysql://"):
		d := &database{
			config: sqlstore.Config{Dialect: sqlstore.MySQL, Schema: schema}, bind: questionMark,
			isolation: &sql.TxOptions{Isolation: sql.LevelReadCommitted},
		}
		return d, d.openServer(ctx, "mysql", strings.TrimPrefix(dsn, "mysql://"), "DROP SCHEMA "+schema)
	}
	return nil, fmt.Errorf("%q is no database that this example knows: postgres://… or mysql://…", dsn)
}

func questionMark(int) string { return "?" }

func openFile() (*database, error) {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		return nil, err
	}
	// A transaction that writes takes SQLite's one lock at its beginning, for which it can wait; in the middle it cannot.
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "shop.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)")
	if err != nil {
		return nil, err
	}
	return &database{
		DB: db, config: sqlstore.Config{Dialect: sqlstore.SQLite}, bind: questionMark,
		close: func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) },
	}, nil
}

func (d *database) openServer(ctx context.Context, driver, dsn, drop string) error {
	var err error
	if d.DB, err = sql.Open(driver, dsn); err != nil {
		return err
	}
	if _, err := d.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		return errors.Join(err, d.Close())
	}
	d.close = func() error {
		_, err := d.ExecContext(context.WithoutCancel(ctx), drop)
		return errors.Join(err, d.Close())
	}
	return nil
}

// openShop opens the shop in a database: its own table, the programme's tables beside it, and the programme.
func openShop(ctx context.Context, d *database, clock func() time.Time) (*shop, error) {
	s := &shop{db: d.DB, orders: "orders", bind: d.bind, isolation: d.isolation}
	if d.config.Schema != "" {
		s.orders = d.config.Schema + "." + s.orders
	}
	if err := s.createTable(ctx); err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(ctx, d.DB, d.config); err != nil {
		return nil, err
	}
	var err error
	if s.store, err = sqlstore.New(d.DB, d.config); err != nil {
		return nil, err
	}
	s.partners, err = program.New(s.store, program.Config{
		Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"anchor": "paid", "holdDays": 7}}`), Clock: clock,
	})
	return s, err
}
