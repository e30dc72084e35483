package ahead

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// asked is an operation that runs before its turn.
type asked struct {
	goOn func() (struct{}, bool) // reports whether it waits again
	stop func()
	wait func(struct{}) bool

	reads  []*mark        // what it was given
	writes []func() error // what it wrote, to be done in its turn
	kinds  kind           // of which it wrote something
	inTurn bool           // what it does is known only when its turn comes

	ended, wrote bool
	err          error
}

// kind is a set of kinds of records.
type kind uint16

const (
	ofClaims kind = 1 << iota
	ofPlans
	ofBindings
	ofOrders
	ofCounters
	ofGrants
	ofForfeits
	ofSpent
	ofFacts
	ofPartners
	ofEdges
	ofUplines
	ofRows
	ofStore // which are not kept here, or not for sure
)

// errInTurn says that something is read when the turn of its operation comes, so that running it further is of no use.
var errInTurn = errors.New("ahead: to be read in its turn")

// rounds bounds how often operations wait: what depends on more than so many reads, one after the other, is read when its operation has its turn.
const rounds = 20

// Do does n operations. run runs the i-th in this transaction and reports whether it began to write; it may be called twice. ended is told what became of
// each, in turn; its error ends everything.
func (t *Tx) Do(ctx context.Context, n int, run func(i int) (wrote bool, err error), ended func(i int, wrote bool, err error) error) error {
	q := &queue{all: make([]asked, n), run: run, ended: ended}
	if err := t.ask(ctx, q); err != nil {
		return err
	}
	for q.next < n {
		if err := t.turn(ctx, q); err != nil {
			return err
		}
	}
	if t.overlaps {
		if err := t.writeEarly(ctx, 0); err != nil {
			return err
		}
	}
	return t.Flush(ctx)
}

// queue are operations in order.
type queue struct {
	all   []asked
	next  int // whose turn it is
	run   func(i int) (wrote bool, err error)
	ended func(i int, wrote bool, err error) error
}

// turn is the turn of the next operation.
func (t *Tx) turn(ctx context.Context, q *queue) error {
	i, a := q.next, &q.all[q.next]
	q.next++
	if a.stands() {
		for _, write := range a.writes {
			if a.err == nil {
				a.err = write()
			}
		}
	} else {
		a.wrote, a.err = q.run(i)
	}
	if err := q.ended(i, a.wrote, a.err); err != nil {
		return err
	}
	*a = asked{ended: a.ended, goOn: a.goOn, stop: a.stop}
	if t.overlaps && len(t.kept.rows) >= someRows {
		return t.writeEarly(ctx, someOrders)
	}
	return nil
}

// turns are the turns that can be taken while operations after them still wait: what they do asks the store for nothing, so that no lock is taken before one
// that comes first.
func (t *Tx) turns(ctx context.Context, q *queue) error {
	for q.next < len(q.all) && q.all[q.next].stands() && q.all[q.next].kinds&ofStore == 0 {
		if err := t.turn(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// ask runs operations before their turn, side by side.
func (t *Tx) ask(ctx context.Context, q *queue) error {
	for i := range q.all {
		a := &q.all[i]
		a.goOn, a.stop = iter.Pull(func(wait func(struct{}) bool) {
			a.wait = wait
			a.wrote, a.err = q.run(i)
		})
	}
	defer t.stop(q.all)
	for range rounds {
		if waits, err := t.goOn(ctx, q); err != nil || !waits {
			return err
		}
		if err := t.fetch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// goOn lets operations run until each waits or has ended, and reports whether one waits.
func (t *Tx) goOn(ctx context.Context, q *queue) (waits bool, err error) {
	for i := range q.all {
		if a := &q.all[i]; !a.ended {
			t.asked = a
			_, more := a.goOn()
			t.asked = nil
			a.ended = !more
			waits = waits || more
			if err := t.turns(ctx, q); err != nil {
				return false, err
			}
		}
	}
	return waits, nil
}

// stop ends operations that still wait.
func (t *Tx) stop(all []asked) {
	for i := range all {
		t.asked = &all[i]
		t.asked.stop()
	}
	t.asked = nil
}

// stands reports whether what an operation did before its turn is what it would do in it.
func (a *asked) stands() bool {
	return a.ended && !a.inTurn && !slices.ContainsFunc(a.reads, func(m *mark) bool { return m.changed })
}

// saw notes what the operation was given. What it has written itself it is not given before its turn.
func (a *asked) saw(of kind, m *mark) {
	a.inTurn = a.inTurn || a.kinds&of != 0
	a.reads = append(a.reads, m)
}

// await waits until what was noted is read.
func (a *asked) await() error {
	if !a.wait(struct{}{}) {
		return a.leave()
	}
	return nil
}

// leave gives up on the operation until its turn.
func (a *asked) leave() error {
	a.inTurn = true
	return errInTurn
}

// write does a write, or remembers it for the turn of its operation. kinds are what it changes of the records that are kept here.
func (t *Tx) write(kinds kind, do func() error) error {
	if t.asked == nil {
		return do()
	}
	t.asked.writes = append(t.asked.writes, do)
	t.asked.kinds |= kinds
	return nil
}
