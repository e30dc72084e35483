package storetest

import (
	"slices"
	"testing"

	"github.com/fenrun/fenrun/store"
)

// Option changes how [Run] tests.
type Option func(*options)

type options struct {
	size    int
	workers []int
	rounds  int
	debits  int
	join    Join
	skipped map[string]string
}

// Join opens a transaction of the shop's own on a store that Run made. joined works inside it; commit and rollback end it, and rollback after commit
// does nothing.
type Join func(tb testing.TB, st store.Store) (joined store.Store, commit func() error, rollback func())

const (
	defaultSize   = 200
	defaultRounds = 5
	defaultDebits = 100
)

func optionsOf(t testing.TB, opts []Option) options {
	t.Helper()
	o := options{size: defaultSize, workers: []int{2, 16, 64}, rounds: defaultRounds, debits: defaultDebits, skipped: map[string]string{}}
	for _, option := range opts {
		option(&o)
	}
	known := Cases()
	for name, reason := range o.skipped {
		if !slices.Contains(known, name) {
			t.Fatalf("storetest: Skip(%q): there is no such sentence; Cases lists them", name)
		}
		t.Logf("storetest: skipped %q: %s", name, reason)
	}
	return o
}

// WithSize sets how many records the bulk sentences write and read in one call. Default: 200. A store on a database should try more than its limit of
// parameters.
func WithSize(n int) Option { return func(o *options) { o.size = max(n, 1) } }

// WithWorkers sets with how many goroutines at once the sentences on concurrency try, one after the other. Default: 2, 16, 64.
func WithWorkers(n ...int) Option { return func(o *options) { o.workers = n } }

// WithRounds sets how often the sentences on concurrency try, but for those on debits. Default: 5.
func WithRounds(n int) Option { return func(o *options) { o.rounds = max(n, 1) } }

// WithDebits sets how often the sentences on debits at once try: the gap that lets two of them through may be a narrow one. Default: 100.
func WithDebits(n int) Option { return func(o *options) { o.debits = max(n, 1) } }

// WithJoin says how the shop's own transaction is opened. Without it the sentences on joining are skipped, and the log says so.
func WithJoin(join Join) Option { return func(o *options) { o.join = join } }

// Skip leaves out a sentence that a store cannot keep, by its name as Cases has it. The log says so, with the reason.
func Skip(name, reason string) Option { return func(o *options) { o.skipped[name] = reason } }
