package program

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// TeamIndex is everybody's place in the team, in memory: for pages, lists and rankings over millions of partners. It shows what holds now, as of its last
// [TeamIndex.Refresh], and decides no money: orders read their uplines themselves.
//
// Any number of processes keep one each, by the numbers of the events. All of them come to the same.
type TeamIndex struct {
	*shell
	tree partner.Tree
	live *tree.Live

	refreshing sync.Mutex
	leaders    string                   // the levels that lead, by the plan
	begins     map[partner.ID]time.Time // of whom something begins in the future: when the first of it does
}

// Index asks for an index of a tree.
type Index struct {
	Tree partner.Tree // "" for that of recruiters
}

// Index returns an index of a tree as it is, read from the store once. Whoever is known is a member: a partner where his status says so, with the level
// that he has and, where the plan's level leads, as a leader. It is an [*UnknownTreeError] for a tree that no plan names.
func (t Team) Index(ctx context.Context, in Index) (*TeamIndex, error) {
	x := &TeamIndex{shell: t.shell, tree: in.Tree}
	ix, err := x.build(ctx)
	if err != nil {
		return nil, err
	}
	x.live = tree.NewLive(ix)
	return x, nil
}

// View calls fn with the index as it is, which it stays until fn returns. fn keeps nothing of it but ids, and refreshes nothing.
func (x *TeamIndex) View(fn func(*tree.Index)) { x.live.View(fn) }

// Refresh takes over what happened since, by the events that have their number from RunDue, and what began by itself meanwhile. Where another plan is in
// force, by which others lead, the index is read anew. After an error it is what it was, or part of the way on; the next Refresh goes on from there.
func (x *TeamIndex) Refresh(ctx context.Context) error {
	x.refreshing.Lock()
	defer x.refreshing.Unlock()
	for {
		more, err := x.refresh(ctx)
		if errors.Is(err, errOtherLeaders) {
			return x.rebuild(ctx)
		}
		if err != nil || !more {
			return err
		}
	}
}

var errOtherLeaders = errors.New("program: others lead")

func (x *TeamIndex) rebuild(ctx context.Context) error {
	ix, err := x.build(ctx)
	if err == nil {
		x.live.Replace(ix)
	}
	return err
}

// refresh takes over one batch of events. A member whom an event names is read as he is now: so an event that is heard of twice, or late, does no harm.
func (x *TeamIndex) refresh(ctx context.Context) (more bool, err error) {
	var number int64
	x.View(func(ix *tree.Index) { number = ix.Number() })
	var changes []tree.Change
	var begins map[partner.ID]time.Time
	err = x.view(ctx, func(tx store.Tx) error {
		r := &teamReader{call: &call{shell: x.shell, ctx: ctx, tx: tx}, tree: x.tree, now: x.now(), begins: maps.Clone(x.begins)}
		if err := r.readLeaders(); err != nil {
			return err
		}
		if r.leaders != x.leaders {
			return errOtherLeaders
		}
		events, err := tx.Events(ctx, number, x.config.Batch)
		if err != nil {
			return err
		}
		more = len(events) == x.config.Batch
		nodes, err := r.nodes(r.touched(events))
		if err != nil {
			return err
		}
		changes = make([]tree.Change, len(events), len(events)+1)
		for i, e := range events {
			changes[i].Number = e.Number
		}
		// They are as they are after all of the events, and so change at once.
		if len(nodes) > 0 && len(events) == 0 {
			changes = append(changes, tree.Change{})
		}
		if len(nodes) > 0 {
			changes[len(changes)-1].Put = nodes
		}
		begins = r.begins
		return nil
	})
	if err != nil {
		return false, err
	}
	if err := x.live.Apply(changes...); err != nil {
		return false, err
	}
	x.begins = begins
	return more, nil
}

// build reads everybody.
func (x *TeamIndex) build(ctx context.Context) (*tree.Index, error) {
	var b tree.Builder
	var r *teamReader
	var number int64
	err := x.view(ctx, func(tx store.Tx) (err error) {
		b, r = tree.Builder{}, &teamReader{call: &call{shell: x.shell, ctx: ctx, tx: tx}, tree: x.tree, now: x.now(), begins: map[partner.ID]time.Time{}}
		if err := r.hasTree(x.tree); err != nil {
			return err
		}
		if err := r.readLeaders(); err != nil {
			return err
		}
		// The number comes first: what is read after it holds all that the events up to it say, and what it holds beyond does no harm.
		if number, err = lastEvent(ctx, tx); err != nil {
			return err
		}
		for after := partner.ID(""); ; {
			page, err := tx.ScanPartners(ctx, after, x.config.Batch)
			if err != nil || len(page) == 0 {
				return err
			}
			ids := make([]partner.ID, len(page))
			for i := range page {
				ids[i] = page[i].ID
			}
			nodes, err := r.nodes(ids)
			if err != nil {
				return err
			}
			for _, n := range nodes {
				b.Add(n)
			}
			after = ids[len(ids)-1]
		}
	})
	if err != nil {
		return nil, err
	}
	ix, err := b.Index(number)
	if err != nil {
		return nil, err
	}
	x.leaders, x.begins = r.leaders, r.begins
	return ix, nil
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

// teamReader reads members as they are at an instant.
type teamReader struct {
	*call
	tree    partner.Tree
	now     time.Time
	leads   func(partner.Level) bool
	leaders string
	begins  map[partner.ID]time.Time
}

// readLeaders finds out which levels lead. Without a plan in force none does.
func (r *teamReader) readLeaders() error {
	r.leads = func(partner.Level) bool { return false }
	v, _, err := r.planAt("now", r.now)
	if errors.Is(err, ErrNoPlan) {
		return nil
	} else if err != nil {
		return err
	}
	levels := v.plan.Levels
	var lead []string
	for _, level := range levels {
		if level.Leader {
			lead = append(lead, string(level.ID))
		}
	}
	slices.Sort(lead)
	r.leads, r.leaders = levels.Leads, list(lead...)
	return nil
}

// touched returns whom events name, and of whom something has begun meanwhile, each once and in order.
func (r *teamReader) touched(events []store.Event) []partner.ID {
	var ids []partner.ID
	for _, e := range events {
		if strings.HasPrefix(e.Kind, partnerEvents) {
			ids = append(ids, partner.ID(e.Subject))
		}
	}
	for id, at := range r.begins {
		if !at.After(r.now) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// partnerEvents begins the kinds of all events that change what a member is: their subject is his id.
const partnerEvents = "partner_"

// nodes returns who members are, and remembers when the next of it begins.
func (r *teamReader) nodes(ids []partner.ID) ([]tree.Node, error) {
	facts, err := r.tx.Facts(r.ctx, ids)
	if err != nil {
		return nil, err
	}
	edges, err := r.tx.Edges(r.ctx, inTree(r.tree, ids...))
	if err != nil {
		return nil, err
	}
	nodes := make([]tree.Node, len(ids))
	for i, id := range ids {
		delete(r.begins, id)
		begins := func(at time.Time) {
			if first, ok := r.begins[id]; at.After(r.now) && (!ok || at.Before(first)) {
				r.begins[id] = at
			}
		}
		for _, f := range facts[i] {
			begins(f.At)
		}
		for _, e := range edges[i] {
			begins(e.From)
		}
		state := partner.At(facts[i], r.now)
		nodes[i] = tree.Node{
			ID: id, Level: state.Level, Partner: state.Status == partner.Active, Leader: r.leads(state.Level), Recruiter: tree.RecruiterAt(edges[i], r.now),
		}
	}
	return nodes, nil
}
