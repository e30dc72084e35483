package strictjson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a document.
type Problem struct {
	Path     string   // where in the document, such as commission.rates[1]; empty for the whole of it
	Position Position // where in the text; zero if unknown
	Message  string   // what is wrong and, where it can be told, what to write instead
}

// Error returns position, path and message on one line; a zero position is left out.
func (p Problem) Error() string {
	path := p.Path
	if path == "" {
		path = "document"
	}
	if p.Position == (Position{}) {
		return path + ": " + p.Message
	}
	return p.Position.String() + ": " + path + ": " + p.Message
}

// Problems are the mistakes of one document. The zero value is empty and ready to be added to.
type Problems []Problem

// Add appends a problem whose message is formatted as by [fmt.Sprintf].
func (p *Problems) Add(path string, pos Position, format string, args ...any) {
	*p = append(*p, Problem{Path: path, Position: pos, Message: fmt.Sprintf(format, args...)})
}

// Err returns the problems as an error, sorted by position, or nil if there are none. Problems at one position keep their order.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p.sorted()
}

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each problem as an error, for [errors.As].
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, problem := range p {
		errs[i] = problem
	}
	return errs
}

// sorted returns a copy in the order of the text.
func (p Problems) sorted() Problems {
	return slices.SortedStableFunc(slices.Values(p), func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Position.Line, b.Position.Line), cmp.Compare(a.Position.Column, b.Position.Column))
	})
}
