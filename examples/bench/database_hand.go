package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/fenrun/fenrun/partner"
)

// byHand posts orders as a shop would do it by hand, on tables of its own that are made as those of the library are, through pgx with prepared statements.
// It computes nothing: what an order writes is known before, from orders of the same customers that the library has posted.
type byHand struct {
	pool     *pgxpool.Pool
	prefix   string
	buyers   []partner.Customer
	postings []posting
	texts    map[string]string // of statements, by table and number of rows
	count    *atomic.Int64
}

// newByHand takes of a programme what some of its orders have written, and the team for its own tables.
func newByHand(db *database, p *programme, prefix string, samples int) (*byHand, error) {
	ctx := context.Background()
	if _, err := newProgramme(db, prefix, p.sellers); err != nil {
		return nil, err
	}
	h := &byHand{pool: db.pool, prefix: prefix, buyers: p.buyers, texts: map[string]string{}, count: new(atomic.Int64)}
	for range samples {
		order := p.order()
		if _, err := p.Orders.Paid(ctx, order); err != nil {
			return nil, err
		}
		err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			one, err := postingOf(ctx, tx, p.config.Prefix, string(order.ID), order.Customer)
			h.postings = append(h.postings, one)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, one := range h.postings {
		for _, w := range one {
			for _, n := range []int{1, len(w.rows)} {
				h.texts[textKey(w.name, n)] = w.insertion(prefix, n)
			}
			h.texts[textKey(w.name, 0)] = w.unnesting(prefix)
		}
	}
	return h, nil
}

func textKey(table string, rows int) string { return fmt.Sprint(table, rows) }

func handOrder(n int) string { return fmt.Sprintf("h%015d", n) }

// next is what the next order writes.
func (h *byHand) next() (p posting, order string, customer partner.Customer) {
	n := int(h.count.Add(1))
	order, customer = handOrder(n), h.buyers[n%len(h.buyers)]
	return h.postings[n%len(h.postings)].as(order, customer), order, customer
}

// eachRow posts an order by a statement for every row that it reads and every row that it writes, one after the other.
func (h *byHand) eachRow(ctx context.Context) error {
	p, order, customer := h.next()
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if err := h.read(ctx, tx, order, customer); err != nil {
			return err
		}
		for _, w := range p {
			for _, row := range w.rows {
				if _, err := tx.Exec(ctx, h.texts[textKey(w.name, 1)], row...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// read reads whether the order is known, whose it is, and who stands above, with the status of each, for not everybody is paid, and his level.
func (h *byHand) read(ctx context.Context, tx pgx.Tx, order string, customer partner.Customer) error {
	known := ""
	err := tx.QueryRow(ctx, "SELECT token FROM "+h.prefix+"claims WHERE tenant = '' AND operation = 'paid' AND ref = $1", order).Scan(&known)
	if !errors.Is(err, pgx.ErrNoRows) {
		return errors.Join(err, fmt.Errorf("order %s: %s", order, known))
	}
	err = tx.QueryRow(ctx, "SELECT document FROM "+h.prefix+"orders WHERE tenant = '' AND id = $1 FOR UPDATE", order).Scan(&known)
	if !errors.Is(err, pgx.ErrNoRows) {
		return errors.Join(err, fmt.Errorf("order %s: %s", order, known))
	}
	at := ""
	owner := "SELECT owner FROM " + h.prefix + "bindings WHERE tenant = '' AND customer = $1 ORDER BY at DESC, id DESC LIMIT 1"
	if err := tx.QueryRow(ctx, owner, customer).Scan(&at); err != nil {
		return err
	}
	fact := "(SELECT value FROM " + h.prefix + "facts WHERE tenant = '' AND partner = $1 AND kind = '%s' ORDER BY seq DESC LIMIT 1), "
	upline := "SELECT " + fmt.Sprintf(fact+fact, "status", "level") +
		"COALESCE((SELECT recruiter FROM " + h.prefix + "edges WHERE tenant = '' AND tree = '' AND partner = $1 ORDER BY since DESC, seq DESC LIMIT 1), '')"
	for at != "" {
		status, level := "", ""
		if err := tx.QueryRow(ctx, upline, at).Scan(&status, &level, &at); err != nil {
			return err
		}
	}
	return nil
}

// bare writes what an order writes and reads nothing, by a statement for each table: the script that pgbench would run.
func (h *byHand) bare(ctx context.Context) error {
	p, _, _ := h.next()
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		for _, w := range p {
			if _, err := tx.Exec(ctx, h.texts[textKey(w.name, len(w.rows))], slices.Concat(w.rows...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// group is what so many orders write together, customers in order of id as locks have to be taken.
func (h *byHand) group(size int) posting {
	all, _ := h.groupOf(size)
	return all
}

// groupOf is group, with which orders of whom they are.
func (h *byHand) groupOf(size int) (all posting, of told) {
	for n := range size {
		one, order, customer := h.next()
		of.orders, of.customers = append(of.orders, order), append(of.customers, string(customer))
		if n == 0 {
			all = one
			continue
		}
		for i := range all {
			all[i].rows = append(all[i].rows, one[i].rows...)
		}
	}
	for _, w := range all {
		if w.counts != "" {
			id := slices.Index(w.columns, w.ofCustomer)
			slices.SortFunc(w.rows, func(a, b []any) int { return strings.Compare(a[id].(string), b[id].(string)) })
		}
	}
	return all, of
}

// unnested writes what so many orders write by a statement for each table.
func (h *byHand) unnested(size int) func(context.Context) error {
	return func(ctx context.Context) error { return h.unnest(ctx, h.group(size)) }
}

func (h *byHand) unnest(ctx context.Context, p posting) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		for _, w := range p {
			if err := h.unnestTable(ctx, tx, &w); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *byHand) unnestTable(ctx context.Context, tx pgx.Tx, w *written) error {
	arrays := make([]any, len(w.columns))
	for i := range arrays {
		arrays[i] = column(w.rows, i)
	}
	_, err := tx.Exec(ctx, h.texts[textKey(w.name, 0)], arrays...)
	return err
}

// copied is unnested by COPY, which cannot add to what is there: customers are unnested.
func (h *byHand) copied(size int) func(context.Context) error {
	return func(ctx context.Context) error { return h.copy(ctx, h.group(size)) }
}

func (h *byHand) copy(ctx context.Context, p posting) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error { return h.copyTables(ctx, tx, p) })
}

func (h *byHand) copyTables(ctx context.Context, tx pgx.Tx, p posting) error {
	for _, w := range p {
		if w.counts != "" {
			if err := h.unnestTable(ctx, tx, &w); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{h.prefix + w.name}, w.columns, pgx.CopyFromRows(w.rows)); err != nil {
			return err
		}
	}
	return nil
}
