package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/examples/internal/progress"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// player tells a programme of its own what happened, with a clock that stands at whatever is happening.
type player struct {
	*program.Program
	result
	started time.Time
	now     time.Time
	known   map[partner.ID]bool
	people  []partner.ID // in the order in which they came
	waiting
}

// player returns a player of a plan on an empty store, nil where the run is not asked for.
func (r *report) player(ctx context.Context, name string, plan program.Plan) (*player, error) {
	if !r.only.MatchString(r.set + "/" + name) {
		return nil, nil
	}
	p := &player{result: result{name: name}, started: time.Now(), known: map[partner.ID]bool{}, waiting: waiting{most: r.stores.most}}
	st, err := r.stores.empty(ctx)
	if err != nil {
		return nil, err
	}
	p.Program, err = program.New(st, program.Config{Plan: plan, Clock: func() time.Time { return p.now }, EarlyEvents: program.Refuse})
	return p, err
}

// step is one thing that happens.
type step struct {
	at time.Time
	do func() error
}

// play does the steps in order of time, those of one instant in the order given. One that is refused is a difference, and the others go on.
func (p *player) play(ctx context.Context, steps []step) error {
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	bar := progress.New(len(steps), p.name)
	defer bar.Done()
	for _, s := range steps {
		if err := p.goTo(ctx, s.at); err != nil {
			return err
		}
		if err := s.do(); err != nil {
			p.refused(s.at, err)
		}
		bar.Add(1)
	}
	return p.tell(ctx)
}

// goTo moves the clock. When a day begins, what waits is told, and what is due is done, as a shop's scheduler does it.
func (p *player) goTo(ctx context.Context, at time.Time) error {
	day := 24 * time.Hour
	if p.now.IsZero() || at.Truncate(day).Equal(p.now.Truncate(day)) {
		p.now = at
		return nil
	}
	if err := p.tell(ctx); err != nil {
		return err
	}
	p.now = at
	_, err := p.due(ctx)
	return err
}

// due does everything that is due and reports whether there was anything.
func (p *player) due(ctx context.Context) (anything bool, err error) {
	for {
		done, err := p.RunDue(ctx, time.Time{})
		if err != nil {
			return anything, err
		}
		for _, f := range done.Failed {
			return anything, fmt.Errorf("%s: order %s cannot be released: %w", p.name, f.Order, f.Err)
		}
		anything = anything || done.Numbered > 0 || done.Folded > 0 || len(done.Released) > 0
		if !done.More {
			return anything, nil
		}
	}
}

func (p *player) differ(format string, args ...any) {
	p.differences = append(p.differences, fmt.Sprintf(format, args...))
}

// meet gives somebody a place in the tree when he is first seen: as a candidate where the plan asks something of recruits.
func (p *player) meet(ctx context.Context, id partner.ID) error {
	if !p.known[id] { // what waits may be what makes him a partner
		if err := p.tell(ctx); err != nil {
			return err
		}
	}
	if p.known[id] {
		return nil
	}
	p.remember(id)
	p.events++
	_, err := p.Partners.Add(ctx, program.Add{Partner: id, Candidate: true})
	return err
}

func (p *player) remember(id partner.ID) {
	if !p.known[id] {
		p.known[id] = true
		p.people = append(p.people, id)
	}
}

// join makes somebody the recruit of his recruiter.
func (p *player) join(ctx context.Context, m member) error {
	if m.recruiter == "" {
		return p.meet(ctx, m.id)
	}
	if err := p.meet(ctx, m.recruiter); err != nil {
		return err
	}
	if err := p.tell(ctx); err != nil {
		return err
	}
	p.remember(m.id)
	p.events++
	_, err := p.Team.Recruit(ctx, program.Recruit{Partner: m.id, Recruiter: m.recruiter})
	return err
}
