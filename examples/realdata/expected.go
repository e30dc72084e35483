package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// sums is an amount for each partner.
type sums map[partner.ID]decimal.Decimal

func (s sums) add(id partner.ID, a money.Amount) { s[id] = s[id].Add(a.Decimal()) }

func (s sums) total() decimal.Decimal {
	var total decimal.Decimal
	for _, amount := range s {
		total = total.Add(amount)
	}
	return total
}

// totalRow is the key of the row that sums up the others, where a file has one.
const totalRow = "TOTAL"

// expected is a file that says what partners should have.
type expected struct {
	file    string
	key     string
	columns []string
	rows    map[partner.ID]map[string]string
	read    map[string]bool // the columns that something was compared with
}

// readExpected reads a file with a row a partner, his id in the column named key. A file that is missing gives nil, and that is said.
func (r *report) readExpected(dir, file, key string) (*expected, error) {
	x := &expected{file: file, key: key, rows: map[partner.ID]map[string]string{}, read: map[string]bool{}}
	header, err := readCSV(filepath.Join(dir, file), []string{key}, func(row *row) error {
		id := partner.ID(row.needed(key))
		if x.rows[id] != nil {
			return fmt.Errorf("%s:%d: %s comes twice", file, row.line, id)
		}
		x.rows[id] = map[string]string{}
		for column := range row.header {
			x.rows[id][column] = row.text(column)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		r.say("%s is missing: not compared", file)
		return nil, nil
	}
	x.columns = slices.DeleteFunc(header, func(column string) bool { return column == key })
	return x, err
}

// has reports whether there is such a column to compare with.
func (x *expected) has(column string) bool { return x != nil && slices.Contains(x.columns, column) }

// compare returns every difference of a column from what partners have: of each of them, and of the total where there is one.
func (x *expected) compare(column string, has sums) (differences []string) {
	if !x.has(column) {
		return nil
	}
	x.read[column] = true
	differ := func(id partner.ID, has decimal.Decimal) {
		text, should := x.rows[id][column], decimal.Decimal{}
		if x.rows[id] != nil {
			var err error
			if should, err = money.ParseDecimal(text); err != nil {
				differences = append(differences, fmt.Sprintf("%s: %s of %s: %q is no number", x.file, column, id, text))
				return
			}
		}
		if !should.Equal(has) {
			differences = append(differences, fmt.Sprintf("%s of %s is %s, %s says %s", column, id, has, x.file, should))
		}
	}
	for _, id := range everybody(x, has) {
		differ(id, has[id])
	}
	if x.rows[totalRow] != nil {
		differ(totalRow, has.total())
	}
	return differences
}

// compareTexts is compare for a column that is no number. Who has none has "".
func (x *expected) compareTexts(column string, has map[partner.ID]string) (differences []string) {
	if !x.has(column) {
		return nil
	}
	x.read[column] = true
	for _, id := range everybody(x, has) {
		if should := x.rows[id][column]; should != has[id] {
			differences = append(differences, fmt.Sprintf("%s of %s is %q, %s says %q", column, id, has[id], x.file, should))
		}
	}
	return differences
}

// everybody returns who is in the file or in what partners have, in order.
func everybody[V any](x *expected, has map[partner.ID]V) []partner.ID {
	all := slices.AppendSeq(slices.Collect(maps.Keys(x.rows)), maps.Keys(has))
	all = slices.DeleteFunc(all, func(id partner.ID) bool { return id == totalRow })
	slices.Sort(all)
	return slices.Compact(all)
}

// unread says which columns nothing was compared with.
func (x *expected) unread(r *report) {
	if x == nil {
		return
	}
	for _, column := range x.columns {
		if !x.read[column] {
			r.say("%s: the column %s is not compared", x.file, column)
		}
	}
}
