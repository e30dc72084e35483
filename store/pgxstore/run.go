package pgxstore

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// beginner begins transactions on connections of a pool.
type beginner struct{ pool *pgxpool.Pool }

// Begin implements [sqlstore.Beginner].
func (b beginner) Begin(ctx context.Context, readOnly bool) (sqlstore.Transaction, error) {
	begin := "begin isolation level read committed"
	if readOnly {
		begin = "begin isolation level repeatable read read only"
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &transaction{conn: conn, begin: begin, background: background{conn: conn.Conn()}}, nil
}

// runner runs statements in a transaction of pgx.
type runner struct {
	tx pgx.Tx
	background
}

// Send implements [sqlstore.Pipe].
func (r *runner) Send(ctx context.Context, statements []sqlstore.Statement) ([]sqlstore.Rows, error) {
	if err := r.Wait(); err != nil {
		return nil, err
	}
	return send(ctx, r.tx, statements)
}

// Exec implements [sqlstore.Runner].
func (r *runner) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := r.Wait(); err != nil {
		return 0, err
	}
	tag, err := r.tx.Exec(ctx, query, native(args)...)
	return tag.RowsAffected(), err
}

// Query implements [sqlstore.Runner].
func (r *runner) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	if err := r.Wait(); err != nil {
		return nil, err
	}
	rows, err := r.tx.Query(ctx, query, native(args)...)
	if err != nil {
		return nil, err
	}
	return result{rows}, nil
}

// result closes rows as database/sql does.
type result struct{ pgx.Rows }

// Close implements [sqlstore.Rows].
func (r result) Close() error {
	r.Rows.Close()
	return r.Err()
}
