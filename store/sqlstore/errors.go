package sqlstore

import (
	"errors"
	"reflect"
	"strings"
)

// No driver is imported, so that what a database said is told from what all drivers have in common: PostgreSQL's have a method SQLState, MySQL's a
// field Number, SQLite's a method or a field that names the result code.

// Retryable reports whether the database gave up on a transaction that may succeed when it is run again: serialization failure, deadlock, a lock that
// was not to be had in time, a unique key that somebody else took meanwhile. A shop that joins its own transaction runs that again itself.
func Retryable(err error) bool {
	if state := sqlState(err); state != "" {
		return state == "40001" || state == "40P01" || state == "55P03" || state == "23505"
	}
	switch number(err, "Number") {
	case 1205, 1213, 1020, 1062: // lock wait timeout, deadlock, record changed since last read, duplicate key
		return true
	}
	return busy(err) || duplicate(err)
}

// duplicate reports whether a unique key was there already.
func duplicate(err error) bool {
	if state := sqlState(err); state != "" {
		return state == "23505"
	}
	if number(err, "Number") == 1062 {
		return true
	}
	code := resultCode(err)
	return code == 1555 || code == 2067 // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE
}

// busy reports whether SQLite's file was locked, in any of the ways there are.
func busy(err error) bool {
	if err == nil {
		return false
	}
	code := resultCode(err) & 0xff
	return code == 5 || code == 6 || strings.Contains(err.Error(), "database is locked") // SQLITE_BUSY, SQLITE_LOCKED
}

func sqlState(err error) string {
	var stated interface{ SQLState() string }
	if errors.As(err, &stated) {
		return stated.SQLState()
	}
	return ""
}

// resultCode is SQLite's extended result code, 0 where the error has none.
func resultCode(err error) int64 {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return int64(coded.Code())
	}
	return number(err, "ExtendedCode")
}

// number returns what a field of the error, or of one that it wraps, has under a name; 0 for none.
func number(err error, name string) int64 {
	for ; err != nil; err = errors.Unwrap(err) {
		s := reflect.Indirect(reflect.ValueOf(err))
		if s.Kind() != reflect.Struct {
			continue
		}
		if f := s.FieldByName(name); f.IsValid() {
			if n, ok := integral(f); ok {
				return n
			}
		}
	}
	return 0
}

func integral(v reflect.Value) (int64, bool) {
	switch {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true
	}
	return 0, false
}
