package sqlstore

import (
	"context"
	"database/sql"
)

// Runner runs statements in a transaction that is open. database/sql is one way to have it; a driver that is used without it is another. Arguments are strings
// and int64 and, for PostgreSQL, [Texts] and [Integers].
type Runner interface {
	// Exec runs a statement and returns how many rows it affected, by the database's own count.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query. Its rows are closed before anything else is run.
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// Rows are the rows that a query gives, one after the other, as those of database/sql are.
type Rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// Beginner begins transactions of a store's own.
type Beginner interface {
	// Begin begins one: that writes at READ COMMITTED, or that reads one snapshot.
	Begin(ctx context.Context, readOnly bool) (Transaction, error)
}

// Transaction is one that is open, to be ended once.
type Transaction interface {
	Runner
	Commit(ctx context.Context) error
	// Rollback ends the transaction, also where the context of Begin is done. What cannot be rolled back is rolled back by the server when the connection goes.
	Rollback()
}

// Committer is what a [Transaction] that is a [Pipe] can be too: one that sends its last statements with the commit.
type Committer interface {
	// SendAndCommit runs statements of which nothing comes back, and commits. Where refused is reported of an error, the database refused one of them, so that
	// nothing is committed and the transaction is to be rolled back; after any other error nobody knows.
	SendAndCommit(ctx context.Context, last []Statement) (refused bool, err error)
}

// NewOn returns the store in a database that is not reached through database/sql. A nil Beginner gives one that works only in transactions of the shop's.
func NewOn(db Beginner, config Config) (*Store, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	return &Store{db: db, config: config, names: config.names()}, nil
}

// pool is a pool of database/sql.
type pool struct {
	db      *sql.DB
	dialect Dialect
}

// Begin implements [Beginner].
func (p pool) Begin(ctx context.Context, readOnly bool) (Transaction, error) {
	if p.dialect == SQLite {
		return p.beginFile(ctx, readOnly)
	}
	options := &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	if readOnly {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	t, err := p.db.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return served{standard{t}, t}, nil
}

// standard runs statements through database/sql.
type standard struct{ db DBTX }

func (s standard) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := s.db.ExecContext(ctx, query, written(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s standard) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := s.db.QueryContext(ctx, query, written(args)...)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// served is a transaction at a server.
type served struct {
	standard
	tx *sql.Tx
}

func (t served) Commit(context.Context) error { return t.tx.Commit() }

func (t served) Rollback() { _ = t.tx.Rollback() }

// beginFile takes SQLite's lock at the beginning: a transaction that only takes it when it writes cannot wait for it.
func (p pool) beginFile(ctx context.Context, readOnly bool) (Transaction, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	begin := "BEGIN IMMEDIATE"
	if readOnly {
		begin = "BEGIN"
	}
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return filed{standard{conn}, conn}, nil
}

// filed is a transaction in a file.
type filed struct {
	standard
	conn *sql.Conn
}

func (t filed) Commit(ctx context.Context) error {
	if _, err := t.conn.ExecContext(ctx, "COMMIT"); err != nil {
		t.Rollback()
		return err
	}
	_ = t.conn.Close()
	return nil
}

func (t filed) Rollback() {
	_, _ = t.conn.ExecContext(context.Background(), "ROLLBACK")
	_ = t.conn.Close()
}
