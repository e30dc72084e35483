package pgxstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// transaction is one of the store's own. It is begun by the message that brings its first statement.
type transaction struct {
	conn  *pgxpool.Conn
	begin string // "" once it is begun
	background
}

var (
	_ sqlstore.Pipe       = (*transaction)(nil)
	_ sqlstore.Committer  = (*transaction)(nil)
	_ sqlstore.Background = (*transaction)(nil)
	_ sqlstore.Pipe       = (*runner)(nil)
	_ sqlstore.Background = (*runner)(nil)
)

// Exec implements [sqlstore.Runner].
func (t *transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if t.begin != "" {
		if _, err := t.Send(ctx, nil); err != nil {
			return 0, err
		}
	}
	if err := t.Wait(); err != nil {
		return 0, err
	}
	tag, err := t.conn.Exec(ctx, query, native(args)...)
	return tag.RowsAffected(), err
}

// Query implements [sqlstore.Runner].
func (t *transaction) Query(ctx context.Context, query string, args ...any) (sqlstore.Rows, error) {
	if t.begin != "" {
		rows, err := t.Send(ctx, []sqlstore.Statement{{Text: query, Args: args}})
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	}
	if err := t.Wait(); err != nil {
		return nil, err
	}
	rows, err := t.conn.Query(ctx, query, native(args)...)
	if err != nil {
		return nil, err
	}
	return result{rows}, nil
}

// Send implements [sqlstore.Pipe].
func (t *transaction) Send(ctx context.Context, statements []sqlstore.Statement) ([]sqlstore.Rows, error) {
	if err := t.Wait(); err != nil {
		return nil, err
	}
	if t.begin == "" {
		return send(ctx, t.conn, statements)
	}
	begin := sqlstore.Statement{Text: t.begin}
	t.begin = ""
	rows, err := send(ctx, t.conn, slices.Insert(slices.Clone(statements), 0, begin))
	return rows[min(1, len(rows)):], err
}

// Start implements [sqlstore.Background].
func (t *transaction) Start(ctx context.Context, statements []sqlstore.Statement) {
	if t.begin != "" {
		statements = slices.Insert(slices.Clone(statements), 0, sqlstore.Statement{Text: t.begin})
		t.begin = ""
	}
	t.background.Start(ctx, statements)
}

// Copy implements [sqlstore.Background].
func (t *transaction) Copy(ctx context.Context, statement string, data []byte) {
	if t.begin != "" {
		t.Start(ctx, nil)
	}
	t.background.Copy(ctx, statement, data)
}

// Commit implements [sqlstore.Transaction].
func (t *transaction) Commit(ctx context.Context) error {
	_, err := t.SendAndCommit(ctx, nil)
	return err
}

// SendAndCommit implements [sqlstore.Committer].
func (t *transaction) SendAndCommit(ctx context.Context, last []sqlstore.Statement) (refused bool, err error) {
	if t.begin != "" && len(last) == 0 { // nothing was done
		t.conn.Release()
		return false, nil
	}
	if err := t.Wait(); err != nil {
		return true, err
	}
	rows, err := t.Send(ctx, append(slices.Clone(last), sqlstore.Statement{Text: "commit"}))
	if said := new(pgconn.PgError); len(rows) < len(last) && errors.As(err, &said) {
		return true, err
	}
	t.conn.Release()
	if err == nil && rows[len(last)].(*read).tag.String() == "ROLLBACK" {
		err = pgx.ErrTxCommitRollback
	}
	return false, err
}

// Rollback implements [sqlstore.Transaction]. A connection on which it fails is not used again.
func (t *transaction) Rollback() {
	_ = t.Wait()
	if t.begin == "" {
		_, _ = t.conn.Exec(context.Background(), "rollback")
	}
	t.conn.Release()
}

// native are arguments as pgx knows them.
func native(args []any) []any {
	out := slices.Clone(args)
	for i, arg := range out {
		switch arg := arg.(type) {
		case sqlstore.Texts:
			out[i] = []string(arg)
		case sqlstore.Integers:
			out[i] = []int64(arg)
		}
	}
	return out
}

// sender is a connection of pgx, or a transaction.
type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// send runs statements by one message and returns the rows of those that have run.
func send(ctx context.Context, on sender, statements []sqlstore.Statement) (all []sqlstore.Rows, err error) {
	var batch pgx.Batch
	for _, s := range statements {
		batch.Queue(s.Text, native(s.Args)...)
	}
	results := on.SendBatch(ctx, &batch)
	defer func() { err = cmp.Or(err, results.Close()) }()
	for range statements {
		rows, err := readAll(results)
		if err != nil {
			return all, err
		}
		all = append(all, rows)
	}
	return all, nil
}

// read are rows that have been read.
type read struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	rows   [][][]byte
	at     int // the place after that of the current one
	tag    pgconn.CommandTag
}

func readAll(results pgx.BatchResults) (*read, error) {
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	r := &read{types: rows.Conn().TypeMap(), fields: slices.Clone(rows.FieldDescriptions())}
	for rows.Next() {
		values := slices.Clone(rows.RawValues())
		for i, v := range values {
			values[i] = bytes.Clone(v)
		}
		r.rows = append(r.rows, values)
	}
	rows.Close()
	r.tag = rows.CommandTag()
	return r, rows.Err()
}

func (r *read) Next() bool {
	r.at++
	return r.at <= len(r.rows)
}

func (r *read) Scan(into ...any) error {
	return pgx.ScanRow(r.types, r.fields, r.rows[r.at-1], into...)
}

func (r *read) Err() error { return nil }

func (r *read) Close() error { return nil }
