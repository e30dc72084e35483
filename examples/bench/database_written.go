package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/fenrun/fenrun/partner"
)

// written is all that an order writes into one of the tables: there it is written by hand, with the same values.
type written struct {
	writtenTable
	columns []string
	rows    [][]any
}

// writtenTable is a table, and which of its columns are another order's own.
type writtenTable struct {
	name       string
	ofOrder    []string // have the id of the order, or what is as unique; by the first its rows are found
	ofCustomer string   // has the id of the customer; "" for none
	counts     string   // is added to where the row is there already; "" where that cannot be
}

// writtenTables are the tables that an order writes, in the order in which it does.
var writtenTables = []writtenTable{
	{name: "claims", ofOrder: []string{"ref", "token"}},
	{name: "customers", ofCustomer: "id", counts: "spent"},
	{name: "orders", ofOrder: []string{"id"}, ofCustomer: "customer"},
	{name: "rows", ofOrder: []string{"source"}},
	{name: "events", ofOrder: []string{"subject", "id"}},
}

// posting is all that one order writes, in the order of writtenTables.
type posting []written

// postingOf reads what the library has written for an order.
func postingOf(ctx context.Context, tx pgx.Tx, prefix, order string, customer partner.Customer) (posting, error) {
	var all posting
	for _, table := range writtenTables {
		by, key := table.ofCustomer, string(customer)
		if len(table.ofOrder) > 0 {
			by, key = table.ofOrder[0], order
		}
		rows, err := tx.Query(ctx, "SELECT * FROM "+prefix+table.name+" WHERE "+by+" = $1", key)
		if err != nil {
			return nil, err
		}
		w := written{writtenTable: table}
		for _, column := range rows.FieldDescriptions() {
			w.columns = append(w.columns, column.Name)
		}
		if w.rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() }); err != nil {
			return nil, err
		}
		if len(w.rows) == 0 {
			return nil, fmt.Errorf("order %s has nothing in %s", order, table.name)
		}
		if seq := slices.Index(w.columns, "seq"); seq >= 0 { // the database gives it
			w.columns = slices.Delete(w.columns, seq, seq+1)
			for i, row := range w.rows {
				w.rows[i] = slices.Delete(row, seq, seq+1)
			}
		}
		all = append(all, w)
	}
	return all, nil
}

// as is the same for another order of another customer.
func (p posting) as(order string, customer partner.Customer) posting {
	all := slices.Clone(p)
	for i, w := range p {
		all[i].rows = make([][]any, len(w.rows))
		for j, row := range w.rows {
			row = slices.Clone(row)
			for _, column := range w.ofOrder {
				row[slices.Index(w.columns, column)] = order
			}
			if w.ofCustomer != "" {
				row[slices.Index(w.columns, w.ofCustomer)] = string(customer)
			}
			all[i].rows[j] = row
		}
	}
	return all
}

// insertion is the text that inserts so many rows, with a parameter for each value.
func (w *written) insertion(prefix string, rows int) string {
	tuples := make([]string, rows)
	for i := range tuples {
		values := make([]string, len(w.columns))
		for j := range values {
			values[j] = fmt.Sprintf("$%d", i*len(w.columns)+j+1)
		}
		tuples[i] = "(" + strings.Join(values, ", ") + ")"
	}
	return w.inserting(prefix, "VALUES "+strings.Join(tuples, ", "))
}

// unnesting is the text that inserts any number of rows, with a parameter for each column.
func (w *written) unnesting(prefix string) string {
	arrays := make([]string, len(w.columns))
	for i, value := range w.rows[0] {
		arrays[i] = fmt.Sprintf("$%d::%s[]", i+1, typeOf(value))
	}
	return w.inserting(prefix, "SELECT * FROM unnest("+strings.Join(arrays, ", ")+")")
}

func (w *written) inserting(prefix, rows string) string {
	text := "INSERT INTO " + prefix + w.name + " (" + strings.Join(w.columns, ", ") + ") " + rows
	if w.counts == "" {
		return text
	}
	return text + fmt.Sprintf(" ON CONFLICT (tenant, id) DO UPDATE SET %[1]s = %[2]s.%[1]s + excluded.%[1]s", w.counts, prefix+w.name)
}

// typeOf is PostgreSQL's type of a value that was read.
func typeOf(value any) string {
	switch value.(type) {
	case int64:
		return "bigint"
	case pgtype.Numeric:
		return "numeric"
	}
	return "text"
}

// column is the i-th value of all rows, as the array of its type.
func column(rows [][]any, i int) any {
	switch rows[0][i].(type) {
	case int64:
		return gathered[int64](rows, i)
	case pgtype.Numeric:
		return gathered[pgtype.Numeric](rows, i)
	}
	return gathered[string](rows, i)
}

func gathered[T any](rows [][]any, i int) []T {
	all := make([]T, len(rows))
	for j, row := range rows {
		all[j] = row[i].(T)
	}
	return all
}
