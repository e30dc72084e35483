package sqlstore

import (
	"context"
	"errors"
	"slices"

	"github.com/fenrun/fenrun/store"
)

// Statement is a statement with its arguments.
type Statement struct {
	Text string
	Args []any
}

// Pipe is what a [Runner] can be too: one that has several statements on their way to a server at once.
type Pipe interface {
	// Send runs statements one after the other and returns the rows of each, all of them read. After an error none is run any more.
	Send(ctx context.Context, statements []Statement) ([]Rows, error)
}

// piped is what a transaction has on its way where its runner is a pipe.
type piped struct {
	pipe     Pipe        // nil: every statement is run when it is called
	behind   Background  // nil: nothing is run while the transaction goes on
	later    []Statement // writes of which nothing comes back, to be sent with what is next
	noting   bool        // whether statements are noted and not run
	noted    []Statement
	foreseen []foreseen // what was run before it is asked for
}

type foreseen struct {
	Statement
	rows Rows
}

// errNoted says that a query was noted.
var errNoted = errors.New("sqlstore: noted, to be read")

// piping is a transaction's state for its runner.
func piping(db Runner) piped {
	pipe, _ := db.(Pipe)
	behind, _ := db.(Background)
	return piped{pipe: pipe, behind: behind}
}

var _ store.Foreseeing = (*tx)(nil)

// Foresee implements [store.Foreseeing]. Without a pipe nothing would be won.
func (t *tx) Foresee(ctx context.Context, next store.Reads) error {
	if err := t.reads(ctx); err != nil || t.pipe == nil {
		return err
	}
	t.noting = true
	if next.Plans > 0 {
		_, _ = t.Plans(ctx, next.Plans)
	}
	if len(next.LockOrders) > 0 {
		_, _ = t.LockOrders(ctx, next.LockOrders)
	}
	if len(next.LockSpent) > 0 {
		_, _ = t.lockSpent(ctx, next.LockSpent)
	}
	if len(next.Claimed) > 0 {
		_, _ = t.Claimed(ctx, next.Claimed)
	}
	if len(next.Bindings) > 0 {
		_, _ = t.Bindings(ctx, next.Bindings)
	}
	if len(next.Partners) > 0 {
		_, _ = t.Partners(ctx, next.Partners)
	}
	if len(next.Claim) > 0 {
		_, _ = t.Claim(ctx, next.Claim)
		t.wrote = true
	}
	t.noting = false
	noted := t.noted
	t.noted, t.foreseen = nil, nil
	if len(noted) == 0 {
		return nil
	}
	n := len(t.later)
	rows, err := t.send(ctx, noted)
	if err != nil {
		return err
	}
	for i, s := range noted {
		t.foreseen = append(t.foreseen, foreseen{s, rows[n+i]})
	}
	return nil
}

// known returns what a statement gave that was run before it was asked for.
func (t *tx) known(s Statement) (Rows, bool) {
	for i, f := range t.foreseen {
		if f.Text == s.Text && sameArgs(f.Args, s.Args) {
			t.foreseen = slices.Delete(t.foreseen, i, i+1)
			return f.rows, true
		}
	}
	return nil, false
}

// answer returns the rows of a query: what was foreseen, or what the database says once it has run what was to be run before.
func (t *tx) answer(ctx context.Context, q *query) (Rows, error) {
	if t.pipe == nil {
		return t.db.Query(ctx, q.text.String(), q.args...)
	}
	s := Statement{q.text.String(), q.args}
	if t.noting {
		t.noted = append(t.noted, s)
		return nil, errNoted
	}
	if rows, ok := t.known(s); ok {
		return rows, nil
	}
	if len(t.later) == 0 {
		return t.db.Query(ctx, s.Text, s.Args...)
	}
	rows, err := t.send(ctx, []Statement{s})
	if err != nil {
		return nil, err
	}
	return rows[len(rows)-1], nil
}

// write runs a statement of which nothing comes back, at the latest before the next one of which something does.
func (t *tx) write(ctx context.Context, q *query) error {
	if t.pipe == nil {
		_, err := t.exec(ctx, q)
		return err
	}
	s := Statement{q.text.String(), q.args}
	if t.noting {
		t.noted = append(t.noted, s)
		return nil
	}
	if _, ok := t.known(s); ok {
		return nil
	}
	t.foreseen = nil
	t.later = append(t.later, s)
	if t.behind != nil && q.large() {
		t.behind.Start(ctx, t.later)
		t.later = nil
	}
	return nil
}

// wait waits for what runs behind.
func (t *tx) wait() error {
	if t.behind == nil {
		return nil
	}
	return t.fail(t.behind.Wait())
}

// send sends what is to be run, and then these statements.
func (t *tx) send(ctx context.Context, statements []Statement) ([]Rows, error) {
	all := append(t.later, statements...)
	t.later = nil
	if len(all) == 0 {
		return nil, nil
	}
	rows, err := t.pipe.Send(ctx, all)
	return rows, t.fail(err)
}
