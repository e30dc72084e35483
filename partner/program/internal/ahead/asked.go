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
)

// errInTurn says that something is read when the turn of its operation comes, so that running it further is of no use.
var errInTurn = errors.New("ahead: to be read in its turn")

// rounds bounds how often operations wait: what depends on more than so many reads, one after the other, is read when its operation has its turn.
const rounds = 20

// Do does n operations. run runs the i-th in this transaction and reports whether it began to write; it may be called twice. ended is told what became of
// each, in turn; its error ends everything.
func (t *Tx) Do(ctx context.Context, n int, run func(i int) (wrote bool, err error), ended func(i int, wrote bool, err error) error) error {
	all := make([]asked, n)
	if err := t.ask(ctx, all, run); err != nil {
		return err
	}
	for i := range all {
		a := &all[i]
		if a.stands() {
			for _, write := range a.writes {
				if a.err == nil {
					a.err = write()
				}
			}
		} else {
			a.wrote, a.err = run(i)
		}
		if err := ended(i, a.wrote, a.err); err != nil {
			return err
		}
		*a = asked{}
	}
	return t.Flush(ctx)
}

// ask runs operations before their turn, side by side.
func (t *Tx) ask(ctx context.Context, all []asked, run func(i int) (wrote bool, err error)) error {
	for i := range all {
		a := &all[i]
		a.goOn, a.stop = iter.Pull(func(wait func(struct{}) bool) {
			a.wait = wait
			a.wrote, a.err = run(i)
		})
	}
	defer t.stop(all)
	for range rounds {
		if !t.goOn(all) {
			return nil
		}
		if err := t.fetch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// goOn lets operations run until each waits or has ended, and reports whether one waits.
func (t *Tx) goOn(all []asked) (waits bool) {
	for i := range all {
		if t.asked = &all[i]; !t.asked.ended {
			_, more := t.asked.goOn()
			t.asked.ended = !more
			waits = waits || more
		}
	}
	t.asked = nil
	return waits
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
