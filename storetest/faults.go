package storetest

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// faultSentences are what holds of every write of the programme on this store whatever fails.
func faultSentences() []sentence {
	var sentences []sentence
	for _, d := range deeds() {
		left := "changes nothing, and the same again succeeds"
		if d.many {
			left = "leaves whole steps, and the next run ends as it does without it"
		} else {
			sentences = append(sentences, sentence{d.name + ": the same again gives the first result and changes nothing", func(x *trial) { again(x, d) }})
		}
		sentences = append(sentences,
			sentence{d.name + ": an error at any call " + left, func(x *trial) { failing(x, d, Before) }},
			sentence{d.name + ": an error after any call " + left, func(x *trial) { failing(x, d, After) }},
			sentence{d.name + ": a context cancelled at any call " + left, func(x *trial) { cancelling(x, d) }},
			sentence{d.name + ": a commit whose answer is lost takes effect once", func(x *trial) { lostAnswer(x, d) }},
			sentence{d.name + ": somebody else being faster at any call changes nothing in the end", func(x *trial) { outrun(x, d) }})
	}
	return sentences
}

// outcome is what a deed gave and what it left.
type outcome struct {
	result string
	dump   string
	calls  []string
}

// ready opens a branch on a tenant of its own where the deed can be done.
func (x *trial) ready(d deed, what string) *branch {
	x.Helper()
	b := x.of(store.Tenant(what)).branch(d.plan)
	d.before(b)
	return b
}

// attempt does a deed. One of a single transaction is dealt the same ids each time, as if it had not been tried before; one of several says only what it
// did itself, which depends on what was done before.
func (d deed) attempt(ctx context.Context, b *branch) (string, error) {
	b.Helper()
	if d.many {
		_, err := d.do(ctx, b)
		return "", err
	}
	b.ids = firstOfAttempt
	out, err := d.do(ctx, b)
	return said(b.trial, out), err
}

// firstOfAttempt is above every id that is dealt before an attempt.
const firstOfAttempt = 1000

// finish does a deed until nothing is left of it, without faults, and asserts that it ends as it does without any.
func (d deed) finish(b *branch, want outcome, what string) {
	b.Helper()
	b.faulty.FailAt(0, Before)
	result, err := d.attempt(b.ctx, b)
	require.NoError(b, err, what)
	sameText(b.trial, want.result, result, what)
	d.ended(b, want, what)
}

// ended asserts that what a deed left is what it leaves without faults.
func (d deed) ended(b *branch, want outcome, what string) {
	b.Helper()
	wanted, got := want.dump, b.dump()
	if d.many {
		wanted, got = withoutIDs(wanted), withoutIDs(got)
	}
	sameText(b.trial, wanted, got, what)
}

// withoutIDs is a dump whose made ids are counted in order of appearance: what runs in several transactions makes other ones when some of them fail.
func withoutIDs(dump string) string {
	known := map[string]string{}
	return madeID.ReplaceAllStringFunc(dump, func(id string) string {
		if known[id] == "" {
			known[id] = fmt.Sprintf("id %d", len(known)+1)
		}
		return known[id]
	})
}

var madeID = regexp.MustCompile(`\b[0-9a-f]{32}(-\d+)?\b`)

// faultless is what a deed gives without faults.
func (x *trial) faultless(d deed) outcome {
	x.Helper()
	b := x.ready(d, "without faults")
	b.faulty.FailAt(0, Before)
	result, err := d.attempt(b.ctx, b)
	require.NoError(b, err)
	calls := b.faulty.Calls()
	b.sound()
	return outcome{result: result, dump: b.dump(), calls: calls}
}

// unchanged asserts that a deed that failed left nothing; one of several transactions leaves what audits well.
func (d deed) unchanged(b *branch, before, what string) {
	b.Helper()
	b.faulty.FailAt(0, Before)
	if d.many {
		b.sound()
	} else {
		sameText(b.trial, before, b.dump(), what)
	}
}

// failing fails a deed at each of its calls. Since that changes nothing, one branch serves for all of them, and the deed succeeds after the last; a deed
// of several transactions gets a branch a call.
func failing(x *trial, d deed, mode Mode) {
	want := x.faultless(d)
	var b *branch
	var before string
	for k, call := range want.calls {
		if mode == After && call == Commit {
			continue // that takes effect
		}
		what := fmt.Sprintf("call %d, %s", k+1, call)
		if b == nil || d.many {
			b = x.ready(d, what)
			before = b.dump()
		}
		b.faulty.FailAt(k+1, mode)
		if _, err := d.attempt(b.ctx, b); !d.many || err != nil {
			require.ErrorIs(b, err, ErrFault, what)
		}
		d.unchanged(b, before, what)
		if d.many {
			d.finish(b, want, what)
		}
	}
	d.finish(b, want, "after the last")
}

func lostAnswer(x *trial, d deed) {
	want := x.faultless(d)
	for k, call := range want.calls {
		if call != Commit {
			continue
		}
		what := fmt.Sprintf("call %d, %s", k+1, call)
		b := x.ready(d, what)
		b.faulty.FailAt(k+1, After)
		result, err := d.attempt(b.ctx, b)
		if d.many {
			if err != nil {
				require.ErrorIs(b, err, store.ErrUnknown, what)
			}
			d.finish(b, want, what)
			continue
		}
		require.NoError(b, err, "the programme finds out by its key: %s", what)
		sameText(b.trial, want.result, result, what)
		d.ended(b, want, what)
	}
}

func outrun(x *trial, d deed) {
	want := x.faultless(d)
	for k, call := range want.calls {
		what := fmt.Sprintf("call %d, %s", k+1, call)
		b := x.ready(d, what)
		b.faulty.FailAt(k+1, Stale)
		result, err := d.attempt(b.ctx, b)
		if d.many {
			if err != nil {
				require.ErrorIs(b, err, store.ErrStale, what)
			}
			d.finish(b, want, what)
			continue
		}
		require.NoError(b, err, "the programme tries again: %s", what)
		sameText(b.trial, want.result, result, what)
		d.ended(b, want, what)
	}
}

func cancelling(x *trial, d deed) {
	want := x.faultless(d)
	var b *branch
	var before string
	for k, call := range want.calls {
		what := fmt.Sprintf("call %d, %s", k+1, call)
		if b == nil {
			b = x.ready(d, what)
			before = b.dump()
		}
		ctx := b.faulty.Context(b.ctx)
		b.faulty.FailAt(k+1, Cancel)
		_, err := d.attempt(ctx, b)
		if err != nil {
			require.True(b, errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnknown), "%s: %v", what, err)
		}
		b.faulty.FailAt(0, Before)
		after := b.dump()
		switch {
		case d.many:
			b.sound()
		case err == nil || after != before:
			sameText(b.trial, want.dump, after, what)
		}
		if after != before {
			d.finish(b, want, what)
			b = nil // the next call needs a branch where the deed is not done
		}
	}
	if b != nil {
		d.finish(b, want, "after the last")
	}
}

func again(x *trial, d deed) {
	b := x.ready(d, "")
	first, err := d.do(b.ctx, b)
	require.NoError(b, err)
	dump := b.dump()
	for range 2 {
		second, err := d.do(b.ctx, b)
		require.NoError(b, err)
		if o, ok := second.(program.Outcome); ok {
			require.True(b, o.Repeated)
			o.Repeated = false
			second = o
		}
		same(b.trial, first, second)
		sameText(b.trial, dump, b.dump())
	}
}
