package program

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// TeamIndex is everybody's place in the team, in memory: for pages, lists, drawings and rankings over millions of partners. It shows what holds now, as of
// its last [TeamIndex.Refresh], and decides no money: orders read their uplines themselves.
//
// Any number of processes keep one each, by the numbers of the events. All of them come to the same. Any number of goroutines may read one at once, also
// during a Refresh: it works out what has changed before it makes them wait.
type TeamIndex struct {
	*shell
	of         IndexOf
	refreshing sync.Mutex

	mu   sync.RWMutex // held by who reads the team, and by who changes it
	team *teamState
}

// IndexOf says what an index knows beside who stands where. Every part costs memory, and the first reading time; the zero IndexOf has none of them.
type IndexOf struct {
	// Tree is the tree of which it is, "" for that of recruiters.
	Tree partner.Tree
	// Sales adds what everybody sold: of how many orders, which are his, something is left, and what was paid for what is left of their goods. Goods that take
	// no part in the programme are no sales. 8 bytes a member, and 8 more once a team's orders are asked for.
	Sales bool
	// Period leaves out what was paid in other months, quarters or years, by the calendars of the plans, as bonuses count them. The zero Period is all time.
	Period commission.Period
	// From and To leave out what was paid before From, or from To on. Zero: nothing. They go with no Period.
	From, To time.Time
	// Customers adds how many customers belong to everybody. About 100 bytes a customer who belongs to somebody, and 60 more where that ends by itself.
	Customers bool
}

func (of IndexOf) check() error {
	window := !of.From.IsZero() || !of.To.IsZero()
	switch {
	case window && of.Period != (commission.Period{}):
		return &MetaError{Field: "period", Problem: "a period has its own first and last instant: leave out from and to"}
	case !of.Sales && (window || of.Period != (commission.Period{})):
		return &MetaError{Field: "sales", Problem: "sales are not asked for, and have a time"}
	case !of.To.IsZero() && !of.From.Before(of.To):
		return &MetaError{Field: "to", Problem: "it is not after from"}
	}
	return errors.Join(checkTime("from", of.From), checkTime("to", of.To))
}

// teamState is an index as it is between two changes.
type teamState struct {
	ix     *tree.Index
	basis  teamBasis
	terms  teamTerms
	begins map[partner.ID]time.Time // of whom something begins in the future: when the first of it does

	orders    *tally          // of how many orders of his something is left; nil where it is not asked for
	counted   map[string]bool // ids of events whose sales are counted, and that had no number then
	customers *customerCount  // nil where it is not asked for
}

// Index returns an index of a tree as it is, read from the store once. Whoever is known is a member: a partner where his status says so, with the level
// that he has and, where the plan's level leads, as a leader.
//
// It is a [*MetaError] where what is asked for makes no sense, [ErrNoPlan] for a period where no plan says when it is, [tree.ErrVolume] where what all sold
// leaves 64 bits, an [*UnknownTreeError] for a tree that no plan names, and [store.ErrStale] where sales are asked for in a transaction that shows no
// snapshot and others write all the time.
func (t Team) Index(ctx context.Context, of IndexOf) (*TeamIndex, error) {
	if err := of.check(); err != nil {
		return nil, err
	}
	x := &TeamIndex{shell: t.shell, of: of}
	var err error
	x.team, err = x.build(ctx)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// View calls fn with the index as it is, which it stays until fn returns. fn keeps nothing of it but ids, and calls no method of x. Volumes are in the minor
// units of cash.
func (x *TeamIndex) View(fn func(*tree.Index)) { x.read(func(s *teamState) { fn(s.ix) }) }

func (x *TeamIndex) read(fn func(*teamState)) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	fn(x.team)
}

// Refresh takes over what happened since, by the events that have their number from RunDue, and what began by itself meanwhile. Where another plan is in
// force, by which others lead or the period is another time, the index is read anew. After an error it is what it was, or part of the way on; the next
// Refresh goes on from there.
func (x *TeamIndex) Refresh(ctx context.Context) error {
	x.refreshing.Lock()
	defer x.refreshing.Unlock()
	for {
		more, err := x.refresh(ctx)
		if errors.Is(err, errOtherBasis) {
			return x.rebuild(ctx)
		}
		if err != nil || !more {
			return err
		}
	}
}

var errOtherBasis = errors.New("program: the plan is another one")

func (x *TeamIndex) rebuild(ctx context.Context) error {
	s, err := x.build(ctx)
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.team = s
	return nil
}

// teamChange is what a batch of events changes.
type teamChange struct {
	now       time.Time // as of which members and customers are read
	terms     teamTerms
	begins    map[partner.ID]time.Time
	events    []store.Event
	nodes     []tree.Node
	sales     map[partner.ID]sales
	customers []heldCustomer
}

// refresh takes over one batch of events. A member or a customer whom an event names is read as he is now: so an event that is heard of twice, or late, does
// no harm. What was sold is told by the events alone, each of which is counted once.
func (x *TeamIndex) refresh(ctx context.Context) (more bool, err error) {
	var change teamChange
	err = x.view(ctx, func(tx store.Tx) error {
		change = teamChange{}
		r := x.reader(ctx, tx, maps.Clone(x.team.begins))
		if err := r.readTerms(); err != nil {
			return err
		}
		if r.basis != x.team.basis {
			return errOtherBasis
		}
		var err error
		if change.events, err = tx.Events(ctx, x.team.ix.Number(), x.config.Batch); err != nil {
			return err
		}
		more = len(change.events) == x.config.Batch
		if change.nodes, err = r.nodes(r.touched(change.events)); err != nil {
			return err
		}
		if change.sales, err = r.salesOf(change.events, x.team.counted); err != nil {
			return err
		}
		if x.of.Customers {
			touched, err := x.team.customers.touched(change.events, r.now)
			if err != nil {
				return err
			}
			if change.customers, err = r.held(touched); err != nil {
				return err
			}
		}
		change.now, change.terms, change.begins = r.now, r.terms, r.begins
		return nil
	})
	if err != nil {
		return false, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return more, x.team.apply(&change)
}

// apply makes a change, or none of it.
func (s *teamState) apply(c *teamChange) error {
	changes := make([]tree.Change, max(1, len(c.events)))
	for i, e := range c.events {
		changes[i].Number = e.Number
	}
	// They are as they are after all of the events, and so change at once: by the first, as only that can be refused.
	changes[0].Put = c.nodes
	var err error
	if changes[0].Volumes, err = volumes(c.sales); err != nil {
		return err
	}
	if err := s.ix.Apply(changes...); err != nil {
		return err
	}
	s.terms, s.begins = c.terms, c.begins
	for _, e := range c.events {
		delete(s.counted, e.ID)
	}
	if s.orders != nil && len(c.nodes)+len(c.sales) > 0 {
		s.orders.change(s.ix)
		for id, sold := range c.sales {
			s.orders.add(s.ix, id, sold.orders)
		}
	}
	if s.customers != nil && len(c.nodes)+len(c.customers) > 0 {
		s.customers.change(s.ix, c.nodes, c.customers, c.now)
	}
	return nil
}

// build reads everybody.
func (x *TeamIndex) build(ctx context.Context) (*teamState, error) {
	for range attempts {
		s, moved, err := x.buildOnce(ctx)
		if err != nil || !moved {
			return s, err
		}
	}
	return nil, fmt.Errorf("program: the team changed while it was read: %w", store.ErrStale)
}

// buildOnce reads everybody, and reports whether what was sold changed on the way.
func (x *TeamIndex) buildOnce(ctx context.Context) (s *teamState, moved bool, err error) {
	var b tree.Builder
	var r *teamReader
	var number int64
	var all map[partner.ID]sales
	var counted map[string]bool
	var customers []heldCustomer
	err = x.view(ctx, func(tx store.Tx) (err error) {
		b, r, all, customers = tree.Builder{}, x.reader(ctx, tx, map[partner.ID]time.Time{}), nil, nil
		if err := r.readTerms(); err != nil {
			return err
		}
		// The number comes first: what is read after it holds all that the events up to it say, and what it holds beyond does no harm, but for sales.
		if number, err = lastEvent(ctx, tx); err != nil {
			return err
		}
		if err := r.everybody(&b); err != nil {
			return err
		}
		if x.of.Sales {
			if all, counted, moved, err = r.allSales(number); err != nil {
				return err
			}
		}
		if x.of.Customers {
			customers, err = r.allHeld()
		}
		return err
	})
	if err != nil || moved {
		return nil, moved, err
	}
	sold, err := volumes(all)
	if err != nil {
		return nil, false, err
	}
	for _, v := range sold {
		b.AddVolume(v.ID, v.By)
	}
	ix, err := b.Index(number)
	if err != nil {
		return nil, false, err
	}
	s = &teamState{ix: ix, basis: r.basis, terms: r.terms, begins: r.begins, counted: counted}
	if x.of.Sales {
		s.orders = newTally(ix)
		for id, sold := range all {
			s.orders.add(ix, id, sold.orders)
		}
	}
	if x.of.Customers {
		s.customers = newCustomerCount(ix)
		s.customers.change(ix, nil, customers, r.now)
	}
	return s, false, nil
}

// lastEvent returns the highest number that an event has, 0 for none. Numbers have no gaps: whether one is reached is asked for twice as many, then between.
func lastEvent(ctx context.Context, tx store.Tx) (int64, error) {
	reached := func(number int64) (bool, error) {
		events, err := tx.Events(ctx, number-1, 1)
		return len(events) > 0, err
	}
	low, high := int64(0), int64(1) // low is reached
	for {
		ok, err := reached(high)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := reached(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}
