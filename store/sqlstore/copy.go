package sqlstore

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
)

// fewest is how many rows are worth a statement of their own.
const fewest = 100

// copies reports whether rows are copied. COPY knows no conflict, so that all must be of orders that were locked here and never saved before.
func (t *tx) copies(rows []settlement.Row) bool {
	if t.behind == nil || len(rows) < fewest {
		return false
	}
	for i := range rows {
		if of := &rows[i].Source; of.Kind != settlement.OrderSource || !t.unsaved[commission.OrderID(of.ID)] {
			return false
		}
	}
	return true
}

// sample is of how many rows it is seen how large they are.
const sample = 20

// appender appends a text that is only made when it is written.
type appender func(b []byte) ([]byte, error)

// copy adds records that are not there yet; say names one that comes twice.
func (t *tx) copy(ctx context.Context, into *table, tuples [][]any, say func(key []any) error) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	t.wrote = true
	if _, err := keysOf(into, tuples, say); err != nil {
		return err
	}
	columns := into.columns()
	q := t.query("COPY {" + into.name + "} ")
	q.list(columns)
	q.add(" FROM STDIN BINARY")
	data := []byte(copyHeader)
	for n, tuple := range tuples {
		data = binary.BigEndian.AppendUint16(data, uint16(len(columns)))
		data = appendText(data, t.tenant)
		for i, value := range tuple {
			var err error
			if data, err = appendValue(data, columns[i+1].kind, value); err != nil {
				return err
			}
		}
		if n+1 == sample {
			data = slices.Grow(data, len(data)/sample*len(tuples)) // for the others, which are alike
		}
	}
	t.foreseen = nil
	t.behind.Copy(ctx, q.text.String(), append(data, 0xff, 0xff))
	return nil
}

// copyHeader begins the data of a binary COPY: its signature, no flags and no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func appendValue(b []byte, of kind, value any) ([]byte, error) {
	switch value := value.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 0, 0, 0, 8), uint64(value)), nil
	case appender:
		start := len(b)
		b, err := value(append(b, 0, 0, 0, 0))
		binary.BigEndian.PutUint32(b[start:], uint32(len(b)-start-4))
		return b, err
	}
	if of == amount {
		return appendNumeric(b, value.(string)), nil
	}
	return appendText(b, value.(string)), nil
}

func appendText(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
}

// appendNumeric appends an integer of any size as PostgreSQL keeps a numeric: by digits to the base of 10,000, the highest first, without zeros at the end.
func appendNumeric(b []byte, digits string) []byte {
	sign := uint16(0)
	if digits[0] == '-' {
		sign, digits = 0x4000, digits[1:]
	}
	groups := (len(digits) + 3) / 4
	start := len(b)
	b = append(b, make([]byte, 12)...)
	n := 0
	for i := range groups {
		group := uint16(0)
		for _, digit := range digits[max(0, len(digits)-4*(groups-i)) : len(digits)-4*(groups-i-1)] {
			group = group*10 + uint16(digit-'0')
		}
		b = binary.BigEndian.AppendUint16(b, group)
		if group != 0 {
			n = i + 1
		}
	}
	b = b[:start+12+2*n]
	binary.BigEndian.PutUint32(b[start:], uint32(8+2*n))
	binary.BigEndian.PutUint16(b[start+4:], uint16(n))
	binary.BigEndian.PutUint16(b[start+6:], uint16(groups-1))
	binary.BigEndian.PutUint16(b[start+8:], sign)
	return b
}
