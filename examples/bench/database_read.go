package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// told is of which orders a group is told, and of whom each is.
type told struct{ orders, customers []string }

// handReads are what eachRow reads of an order, for a group by a statement a table: which orders are known, the orders with a lock, whose the customers are, and
// of everybody above these whether he is active, and his level. Each has one argument: the orders, or the customers.
var handReads = []string{
	"SELECT ref FROM %[1]sclaims WHERE tenant = '' AND operation = 'paid' AND ref = ANY($1::text[])",
	"SELECT id FROM %[1]sorders WHERE tenant = '' AND id = ANY($1::text[]) FOR UPDATE",
	`WITH RECURSIVE owners AS (SELECT c.customer, (SELECT owner FROM %[1]sbindings WHERE tenant = '' AND customer = c.customer ORDER BY at DESC, id DESC LIMIT 1)
		FROM unnest($1::text[]) AS c (customer)), above (customer, partner) AS (SELECT customer, owner FROM owners UNION ALL
		SELECT a.customer, (SELECT recruiter FROM %[1]sedges WHERE tenant = '' AND tree = '' AND partner = a.partner ORDER BY since DESC, seq DESC LIMIT 1)
			FROM above a WHERE a.partner <> '')
		SELECT customer, partner, (SELECT value FROM %[1]sfacts WHERE tenant = '' AND partner = a.partner AND kind = 'status' ORDER BY seq DESC LIMIT 1),
			(SELECT value FROM %[1]sfacts WHERE tenant = '' AND partner = a.partner AND kind = 'level' ORDER BY seq DESC LIMIT 1) FROM above a WHERE partner <> ''`,
}

// whole posts so many orders as one who writes for this alone would: it reads what an order needs by a statement a table, and writes as copied does.
func (h *byHand) whole(size int) func(context.Context) error {
	return func(ctx context.Context) error {
		p, of := h.groupOf(size)
		return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
			above, err := h.readGroup(ctx, tx, of)
			if err == nil && above < len(of.orders) {
				err = fmt.Errorf("%d people above %d orders", above, len(of.orders))
			}
			if err != nil {
				return err
			}
			return h.copyTables(ctx, tx, p)
		})
	}
}

// readGroup reads for a group, in one message, and returns how many people stand above its orders.
func (h *byHand) readGroup(ctx context.Context, tx pgx.Tx, of told) (above int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(fmt.Sprintf(handReads[0], h.prefix), of.orders)
	batch.Queue(fmt.Sprintf(handReads[1], h.prefix), of.orders)
	batch.Queue(fmt.Sprintf(handReads[2], h.prefix), of.customers)
	results := tx.SendBatch(ctx, batch)
	defer func() { err = cmp.Or(err, results.Close()) }()
	for n := range handReads {
		rows, err := results.Query()
		if err != nil {
			return 0, err
		}
		for rows.Next() {
			values := make([]string, len(rows.FieldDescriptions()))
			into := make([]any, len(values))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				return 0, err
			}
			if n == 2 {
				above++
			} else {
				return 0, fmt.Errorf("order %s is known", values[0])
			}
		}
		if rows.Close(); rows.Err() != nil {
			return 0, rows.Err()
		}
	}
	return above, nil
}
