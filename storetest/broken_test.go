package storetest

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// broken is a store with one mistake, and sentences that must find it.
type broken struct {
	mistake string
	open    func(*memstore.Store) store.Store
	killers []string
	join    Join
}

// recorder is a test that notes a failure instead of failing.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	messages []string
}

func (r *recorder) note(failed bool, message string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = r.failed || failed
	r.messages = append(r.messages, message)
}

func (r *recorder) Helper()                           {}
func (r *recorder) Name() string                      { return "recorder" }
func (r *recorder) Log(args ...any)                   { r.note(false, fmt.Sprint(args...)) }
func (r *recorder) Logf(format string, args ...any)   { r.note(false, fmt.Sprintf(format, args...)) }
func (r *recorder) Error(args ...any)                 { r.note(true, fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.note(true, fmt.Sprintf(format, args...)) }
func (r *recorder) Fail()                             { r.note(true, "") }
func (r *recorder) FailNow()                          { r.Fail(); runtime.Goexit() }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Skip(args ...any)                  { r.Log(args...); runtime.Goexit() }
func (r *recorder) Skipf(format string, args ...any)  { r.Logf(format, args...); runtime.Goexit() }
func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// fails tests one sentence on a store and reports whether it fails.
func fails(t *testing.T, s sentence, newStore func(testing.TB) store.Store, o options) bool {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				r.Errorf("panic: %v", p)
			}
		}()
		try(r, s, newStore, o)
	}()
	<-done
	return r.Failed()
}

// sentenceOf finds a sentence by its name.
func sentenceOf(t *testing.T, name string) sentence {
	t.Helper()
	for _, a := range contract() {
		for _, s := range a.sentences {
			if a.name+"/"+s.name == name {
				return s
			}
		}
	}
	require.Fail(t, "there is no such sentence", name)
	return sentence{}
}

var everything = flag.Bool("findings", false, "log every sentence that finds a broken store, not only those that must")

func TestBrokenStoresAreRejected(t *testing.T) {
	all := slices.Concat(brokenTransactions(), brokenRecords(), brokenRelations(), brokenLedgers(), brokenCurrencies(), brokenCounters(), brokenRuns(), brokenGrants(), brokenForfeits())
	require.GreaterOrEqual(t, len(all), 20)
	for _, b := range all {
		t.Run(b.mistake, func(t *testing.T) {
			t.Parallel()
			o := optionsOf(t, []Option{WithSize(20), WithWorkers(8), WithRounds(2), WithDebits(40), WithJoin(b.join)})
			newStore := func(testing.TB) store.Store { return b.open(memstore.New()) }
			for _, name := range b.killers {
				require.True(t, fails(t, sentenceOf(t, name), newStore, o), "%q does not find it", name)
			}
			if *everything {
				t.Log(strings.Join(findings(t, newStore, o), "\n"))
			}
		})
	}
}

// findings are all sentences that fail, but for those that run the programme under faults.
func findings(t *testing.T, newStore func(testing.TB) store.Store, o options) []string {
	var found []string
	for _, a := range contract() {
		for _, s := range a.sentences {
			if a.name != "faults" && fails(t, s, newStore, o) {
				found = append(found, a.name+"/"+s.name)
			}
		}
	}
	return found
}
