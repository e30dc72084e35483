package sqlstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Rebuild writes anew, for all tenants, every column that only repeats what a document says, so that it can be searched for: when an order is due, for
// example. It returns in how many records one was wrong. It goes through the tables in transactions of its own, some records at a time, locks only these, and
// may be stopped at any point; others may write meanwhile.
//
// The store needs it never; it is for what others did to the tables, and for a column that a later version adds. What is derived from several records, such
// as a balance, the programme rebuilds ([github.com/fenrun/fenrun/partner/program.Program.Rebuild]).
func (s *Store) Rebuild(ctx context.Context) (changed int, err error) {
	for i := range derivations {
		d := &derivations[i]
		for after := slices.Repeat([]any{""}, 1+len(d.table.key)); after != nil; {
			var next []any
			wrong := 0
			err := s.repeat(ctx, "", false, func(of store.Tx) error {
				var err error
				wrong, next, err = d.rebuild(ctx, of.(*tx), after)
				return err
			})
			if err != nil {
				return changed, err
			}
			changed, after = changed+wrong, next
		}
	}
	return changed, nil
}

// derivation is how a table's columns are derived from its documents.
type derivation struct {
	table *table
	names []string
	of    func(format int64, document string) ([]any, error)
}

// derive makes a derivation of the columns that a record determines.
func derive[T any](of *table, columns func(*T) []any, names ...string) derivation {
	return derivation{of, names, func(format int64, document string) ([]any, error) {
		var record T
		err := read(format, document, &record)
		return columns(&record), err
	}}
}

var derivations = []derivation{
	derive(&applicationsTable, func(a *partner.Application) []any { return []any{string(a.Applicant), flag(!a.Decided())} }, "applicant", "undecided"),
	derive(&ordersTable, orderColumns, "customer", "seller", "paid", "due", "released", "settled"),
	derive(&countedTable, func(c *store.Counted) []any { return []any{micros(c.PaidAt)} }, "paid"),
	derive(&runsTable, func(r *settlement.Run) []any { return []any{flag(r.Releasing())} }, "releasing"),
	derive(&withdrawalsTable, func(w *settlement.Withdrawal) []any { return []any{string(w.Partner), string(w.State)} }, "partner", "state"),
	derive(&grantsTable, func(g *settlement.Grants) []any { return []any{micros(g.Due)} }, "due"),
	derive(&forfeitsTable, func(f *settlement.Forfeits) []any { return []any{micros(f.Due)} }, "due"),
}

// columns are the columns that are derived, as the table has them.
func (d *derivation) columns() []column {
	all := make([]column, len(d.names))
	for i, name := range d.names {
		all[i] = d.table.rest[slices.IndexFunc(d.table.rest, func(c column) bool { return c.name == name })]
	}
	return all
}

// rebuild does so for the records that come next, and returns the key of the last of them with its tenant, nil where there were none. A record without a
// document is only locked.
func (d *derivation) rebuild(ctx context.Context, t *tx, after []any) (changed int, next []any, err error) {
	key, columns := append([]column{tenantColumn}, d.table.key...), d.columns()
	q := t.query("SELECT " + list(key, columns) + ", format, document FROM {" + d.table.name + "} WHERE ")
	q.list(key)
	q.add(" > ").values([][]any{after})
	q.add(" AND document <> '' ORDER BY "+list(key)+" LIMIT ?", int64(batch))
	type record struct{ key, should []any }
	var wrong []record
	err = t.each(ctx, t.locking(q), func(scan func(...any) error) error {
		var format int64
		var text string
		has, err := scanKey(slices.Concat(key, columns), func(into ...any) error { return scan(append(into, &format, &text)...) })
		if err != nil {
			return err
		}
		next = has[:len(key)]
		should, err := d.of(format, text)
		if err == nil && !slices.Equal(has[len(key):], should) {
			wrong = append(wrong, record{key: next, should: should})
		}
		return err
	})
	for i := 0; i < len(wrong) && err == nil; i++ {
		q := t.query("UPDATE {" + d.table.name + "} SET ")
		for k, c := range columns {
			if k > 0 {
				q.add(", ")
			}
			q.add(c.name+" = ?", wrong[i].should[k])
		}
		_, err = t.exec(ctx, q.add(" WHERE ").among(key, [][]any{wrong[i].key}))
	}
	return len(wrong), next, err
}
