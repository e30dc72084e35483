package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// row is one row of a CSV file, by the names of its header. The first value that cannot be read is kept and makes the file an error.
type row struct {
	file   string
	line   int
	header map[string]int
	values []string
	err    error
}

// readCSV calls each for every row of a file, gzipped where its name says so, and returns the names of its columns. Every needed column must be there, no
// name twice, and every row must have as many values as the header.
func readCSV(path string, needed []string, each func(*row) error) (header []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	name := filepath.Base(path)
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if text, err = gzip.NewReader(file); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	reader := csv.NewReader(text)
	if header, err = reader.Read(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := row{file: name, header: map[string]int{}}
	for i, column := range header {
		if _, twice := r.header[column]; twice {
			return nil, fmt.Errorf("%s: the column %q comes twice", name, column)
		}
		r.header[column] = i
	}
	for _, column := range needed {
		if _, ok := r.header[column]; !ok {
			return nil, fmt.Errorf("%s: there is no column %q", name, column)
		}
	}
	reader.ReuseRecord = true
	for {
		if r.values, err = reader.Read(); errors.Is(err, io.EOF) {
			return header, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.line, _ = reader.FieldPos(0)
		if err := errors.Join(each(&r), r.err); err != nil {
			return nil, err
		}
	}
}

// problem keeps the first problem of a row.
func (r *row) problem(column string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d: %s %q: %w", r.file, r.line, column, r.text(column), err)
	}
}

func (r *row) text(column string) string { return r.values[r.header[column]] }

var errEmpty = errors.New("a value is needed")

// needed is a text that must not be empty.
func (r *row) needed(column string) string {
	if r.text(column) == "" {
		r.problem(column, errEmpty)
	}
	return r.text(column)
}

func (r *row) number(column string) decimal.Decimal {
	d, err := money.ParseDecimal(r.text(column))
	if err != nil {
		r.problem(column, err)
	}
	return d
}

func (r *row) quantity(column string) int64 {
	n, err := strconv.ParseInt(r.text(column), 10, 64)
	if err != nil {
		r.problem(column, errors.Unwrap(err))
	}
	return n
}

// instant reads a time; one without a zone is taken as UTC.
func (r *row) instant(column, layout string) time.Time {
	t, err := time.Parse(layout, r.text(column))
	if err != nil {
		r.problem(column, fmt.Errorf("a time is written like %s", layout))
	}
	return t
}
