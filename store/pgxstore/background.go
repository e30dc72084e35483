package pgxstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// background is what a connection is busy with while its transaction's owner goes on.
type background struct {
	conn *pgx.Conn
	done chan error // nil: nothing
}

// Copy implements [sqlstore.Background].
func (b *background) Copy(ctx context.Context, statement string, data []byte) {
	b.begin(func() error {
		ended := trace(ctx, b.conn, sqlstore.Statement{Text: statement})
		tag, err := b.conn.PgConn().CopyFrom(ctx, bytes.NewReader(data), statement)
		ended(tag, err)
		return err
	})
}

// Start implements [sqlstore.Background].
func (b *background) Start(ctx context.Context, statements []sqlstore.Statement) {
	b.begin(func() error {
		if b.conn.Config().DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
			_, err := send(ctx, b.conn, statements)
			return err
		}
		return pipeline(ctx, b.conn, statements)
	})
}

// begin begins what comes after all that was begun before, if that succeeds.
func (b *background) begin(do func() error) {
	before, done := b.done, make(chan error, 1)
	b.done = done
	go func() {
		if before != nil {
			if err := <-before; err != nil {
				done <- err
				return
			}
		}
		done <- do()
	}()
}

// Wait implements [sqlstore.Background].
func (b *background) Wait() error {
	if b.done == nil {
		return nil
	}
	err := <-b.done
	b.done = nil
	return err
}

// pipeline runs statements with large arguments of which nothing comes back. pgx itself would make an array larger again and again while it writes it, and
// copy it each time.
func pipeline(ctx context.Context, conn *pgx.Conn, statements []sqlstore.Statement) (err error) {
	var open []func(pgconn.CommandTag, error)
	p := conn.PgConn().StartPipeline(ctx)
	defer func() {
		err = cmp.Or(err, p.Close())
		for _, ended := range open {
			ended(pgconn.CommandTag{}, err)
		}
	}()
	for _, s := range statements {
		open = append(open, trace(ctx, conn, s))
		values, formats := encode(s.Args)
		p.SendQueryParams(s.Text, values, nil, formats, nil)
	}
	if err := p.Sync(); err != nil {
		return err
	}
	for range statements {
		results, err := p.GetResults()
		if err != nil {
			return err
		}
		var tag pgconn.CommandTag
		if reader, ok := results.(*pgconn.ResultReader); ok {
			if tag, err = reader.Close(); err != nil {
				return err
			}
		}
		open[0](tag, nil)
		open = open[1:]
	}
	return nil
}

// trace tells the tracer of a connection of a statement that pgx does not send itself, and returns what tells it how that ended.
func trace(ctx context.Context, conn *pgx.Conn, s sqlstore.Statement) func(pgconn.CommandTag, error) {
	tracer := conn.Config().Tracer
	if tracer == nil {
		return func(pgconn.CommandTag, error) {}
	}
	ctx = tracer.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: s.Text, Args: native(s.Args)})
	return func(tag pgconn.CommandTag, err error) {
		tracer.TraceQueryEnd(ctx, conn, pgx.TraceQueryEndData{CommandTag: tag, Err: err})
	}
}

// The object ids of the types of PostgreSQL whose arrays are written here.
const (
	oidInt8 = 20
	oidText = 25
)

// encode writes arguments as they go to the server: arrays in its own format, of which it is told the types by casts, and all else as text.
func encode(args []any) (values [][]byte, formats []int16) {
	values, formats = make([][]byte, len(args)), make([]int16, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case sqlstore.Texts:
			size := 0
			for _, text := range arg {
				size += 4 + len(text)
			}
			b := arrayOf(oidText, len(arg), size)
			for _, text := range arg {
				b = append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
			}
			values[i], formats[i] = b, pgx.BinaryFormatCode
		case sqlstore.Integers:
			b := arrayOf(oidInt8, len(arg), 12*len(arg))
			for _, n := range arg {
				b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(n))
			}
			values[i], formats[i] = b, pgx.BinaryFormatCode
		default:
			values[i] = fmt.Append([]byte{}, arg) // nil would be NULL
		}
	}
	return values, formats
}

// arrayOf begins an array of n elements, which will take so many bytes: one dimension, no NULL among them.
func arrayOf(oid uint32, n, size int) []byte {
	b := make([]byte, 0, 20+size)
	for _, field := range []uint32{1, 0, oid, uint32(n), 1} {
		b = binary.BigEndian.AppendUint32(b, field)
	}
	return b
}
