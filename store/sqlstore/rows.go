package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func rowKey(r *settlement.Row) []any {
	code, scale := currencyOf(r.Amount)
	return []any{string(r.Source.Kind), r.Source.ID, string(r.Payee), code, scale, r.Revision}
}

func rowExists(key []any) error {
	return &store.ExistsError{Record: "row", Key: fmt.Sprintf("%s/%s/%s/%s/%d", key[0], key[1], key[2], key[3], key[5])}
}

func (t *tx) AddRows(ctx context.Context, rows []settlement.Row) error {
	copies := t.copies(rows)
	tuples := make([][]any, len(rows))
	for i := range rows {
		r := &rows[i]
		var entries any = entriesOf(r)
		if !copies {
			text, err := document(r.Entries)
			if err != nil {
				return err
			}
			entries = text
		}
		tuples[i] = slices.Concat(rowKey(r), []any{r.Key, digits(r.Amount), micros(r.At), micros(r.Folded), micros(r.Released), currentFormat, entries},
			recordOf(r.Record))
	}
	if !copies {
		return t.add(ctx, &rowsTable, tuples, rowExists)
	}
	for i := range rows {
		delete(t.unsaved, commission.OrderID(rows[i].Source.ID)) // what comes later of them is inserted
	}
	return t.copy(ctx, &rowsTable, tuples, rowExists)
}

// entriesOf appends the entries of a row as a document: they are most of what an order writes.
func entriesOf(r *settlement.Row) appender {
	return func(b []byte) ([]byte, error) { return commission.AppendEntries(b, r.Entries) }
}

var selectRows = "SELECT " + list(rowsTable.key, rowsTable.rest) + " FROM {rows} WHERE tenant = ? AND "

func scanRow(scan func(...any) error) (settlement.Row, error) {
	var r settlement.Row
	var units, code, entries string
	var scale, at, folded, released, format int64
	var s scanned
	err := scan(append([]any{&r.Source.Kind, &r.Source.ID, &r.Payee, &code, &scale, &r.Revision, &r.Key, &units, &at, &folded, &released, &format, &entries},
		s.into()...)...)
	if err != nil {
		return r, err
	}
	r.At, r.Folded, r.Released, r.Record = moment(at), moment(folded), moment(released), s.record()
	if r.Amount, err = amountOf(units, code, scale); err != nil {
		return r, err
	}
	return r, read(format, entries, &r.Entries)
}

// rows reads rows.
func (t *tx) rows(ctx context.Context, q *query) ([]settlement.Row, error) {
	var out []settlement.Row
	err := t.each(ctx, q, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

var sourceColumns = rowsTable.key[:2]

func sourceKeys(sources []settlement.Source) [][]any {
	keys := make([][]any, len(sources))
	for i, s := range sources {
		keys[i] = []any{string(s.Kind), s.ID}
	}
	return sortedKeys(keys)
}

func (t *tx) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[settlement.Source][]settlement.Row{}
	err := t.chunks(sourceKeys(sources), func(keys [][]any) error {
		rows, err := t.rows(ctx, t.query(selectRows, t.tenant).among(sourceColumns, keys).add(" ORDER BY revision, payee, currency, scale"))
		for _, r := range rows {
			found[r.Source] = append(found[r.Source], r)
		}
		return err
	})
	out := inOrder(sources, found)
	for i := range out {
		out[i] = slices.Clone(out[i])
		for j := range out[i] {
			out[i][j] = out[i][j].Clone()
		}
	}
	return out, err
}

func (t *tx) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	q := t.query(selectRows+"payee = ?", t.tenant, string(payee))
	if after != (store.RowCursor{}) {
		// The first condition says nothing that the second does not; by it an index is read from there on.
		q.add(" AND at <= ? AND (at, kind, source, revision, currency, scale) < (?, ?, ?, ?, ?, ?)", micros(after.At),
			micros(after.At), string(after.Source.Kind), after.Source.ID, after.Revision, after.Currency.Code(), int64(after.Currency.Scale()))
	}
	return t.rows(ctx, q.add(" ORDER BY at DESC, kind DESC, source DESC, revision DESC, currency DESC, scale DESC LIMIT ?", int64(limit)))
}

func (t *tx) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil || limit < 1 {
		return nil, err
	}
	rows, err := t.rows(ctx, t.skipping(t.query(selectRows+"folded = "+never+" ORDER BY payee, currency, scale, kind, source, revision LIMIT ?", t.tenant, int64(limit))))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	for i := range rows {
		rows[i].Folded = instant
	}
	return rows, t.setRows(ctx, rows, "folded = ?", micros(instant))
}

// setRows sets columns of rows.
func (t *tx) setRows(ctx context.Context, rows []settlement.Row, set string, args ...any) error {
	keys := make([][]any, len(rows))
	for i := range rows {
		keys[i] = rowKey(&rows[i])
	}
	t.wrote = true
	return t.chunks(keys, func(keys [][]any) error {
		_, err := t.exec(ctx, t.query("UPDATE {rows} SET "+set+" WHERE tenant = ? AND ", append(slices.Clone(args), t.tenant)...).among(rowsTable.key, keys))
		return err
	})
}

func (t *tx) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil || len(sources) == 0 {
		return nil, err
	}
	var out, folded, unfolded []settlement.Row
	err := t.chunks(sourceKeys(sources), func(keys [][]any) error {
		q := t.query(selectRows+"released = "+never+" AND ", t.tenant).among(sourceColumns, keys).add(" ORDER BY payee, currency, scale, kind, source, revision")
		rows, err := t.rows(ctx, t.locking(q))
		out = append(out, rows...)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	for _, r := range out {
		if r.Folded.IsZero() {
			unfolded = append(unfolded, r)
		} else {
			folded = append(folded, r)
		}
	}
	if err := t.setRows(ctx, folded, "released = ?", micros(instant)); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()), cmp.Compare(a.Source.Kind, b.Source.Kind), cmp.Compare(a.Source.ID, b.Source.ID), cmp.Compare(a.Revision, b.Revision))
	})
	return out, t.setRows(ctx, unfolded, "released = ?, folded = ?", micros(instant), micros(instant))
}
