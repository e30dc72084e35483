package sqlstore

import (
	"slices"
	"strconv"
	"strings"
)

// Texts and Integers are arguments that are arrays of PostgreSQL: what a column has in several rows. A [Runner] whose driver knows arrays gives them to it as
// they are, any other as their text.
type (
	Texts    []string
	Integers []int64
)

// String returns the text of PostgreSQL's array.
func (a Texts) String() string {
	size := 2
	for _, text := range a {
		size += len(text) + len(text)/8 + 3
	}
	b := append(make([]byte, 0, size), '{')
	for i, text := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		for {
			n := strings.IndexAny(text, `"\\`)
			if n < 0 {
				break
			}
			b = append(append(b, text[:n]...), '\\', text[n])
			text = text[n+1:]
		}
		b = append(append(b, text...), '"')
	}
	return string(append(b, '}'))
}

// String returns the text of PostgreSQL's array.
func (a Integers) String() string {
	b := []byte{'{'}
	for i, n := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, '}'))
}

// written are arguments for a driver that knows no arrays.
func written(args []any) []any {
	var out []any // a copy, where there is an array at all
	set := func(i int, text string) {
		if out == nil {
			out = slices.Clone(args)
		}
		out[i] = text
	}
	for i, arg := range args {
		switch arg := arg.(type) {
		case Texts:
			set(i, arg.String())
		case Integers:
			set(i, arg.String())
		}
	}
	if out == nil {
		return args
	}
	return out
}

// array is the i-th value of every tuple. Amounts are the text of an array to every driver, for none has a type of its own for integers of any size.
func array(kind kind, tuples [][]any, i int) any {
	if kind == integer {
		all := make(Integers, len(tuples))
		for n, tuple := range tuples {
			all[n] = tuple[i].(int64)
		}
		return all
	}
	all := make(Texts, len(tuples))
	for n, tuple := range tuples {
		all[n] = tuple[i].(string)
	}
	if kind == amount {
		return "{" + strings.Join(all, ",") + "}"
	}
	return all
}

// sameArgs reports whether two statements have the same arguments.
func sameArgs(a, b []any) bool {
	return slices.EqualFunc(a, b, func(a, b any) bool {
		switch a := a.(type) {
		case Texts:
			b, ok := b.(Texts)
			return ok && slices.Equal(a, b)
		case Integers:
			b, ok := b.(Integers)
			return ok && slices.Equal(a, b)
		}
		switch b.(type) {
		case Texts, Integers:
			return false
		}
		return a == b
	})
}
