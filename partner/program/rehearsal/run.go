package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// Run plays a scenario on the real engine, on a store in memory with a simulated clock, and reports every difference between what it expects and what
// comes; it goes on after a difference. It is a [*ScenarioError] for a scenario that cannot be run, and the context's error where that ends.
func Run(ctx context.Context, s Scenario) (Report, error) {
	if err := s.Validate(); err != nil {
		return Report{}, err
	}
	r, err := newRunner(ctx, s)
	if err != nil {
		return Report{}, err
	}
	for _, step := range []func(context.Context) error{r.events, r.final, r.once, r.explain} {
		if err := step(ctx); err != nil {
			return r.report, err
		}
	}
	return r.report, nil
}

// runner is one scenario being played.
type runner struct {
	scenario    Scenario
	prog        *program.Program
	store       *memstore.Store
	clock       time.Time
	ids         int
	customers   []partner.Customer                 // all that the file names
	trees       []partner.Tree                     // in which the file brings people, and that of recruiters
	posted      []commission.OrderID               // in order of posting
	withdrawals map[string]settlement.WithdrawalID // by the key of the request
	told        []told                             // what has been told to the programme, event by event
	report      Report
}

// moment is when something happened, and when the programme is told.
type moment struct{ at, recorded time.Time }

func (e *Event) moment(clock time.Time) moment {
	m := moment{at: e.At, recorded: e.Recorded}
	if m.at.IsZero() && m.recorded.IsZero() {
		return moment{at: clock, recorded: clock}
	}
	if m.at.IsZero() {
		m.at = m.recorded
	}
	if m.recorded.IsZero() {
		m.recorded = m.at
	}
	return m
}

func newRunner(ctx context.Context, s Scenario) (*runner, error) {
	r := &runner{scenario: s, store: memstore.New(), clock: s.Start, withdrawals: map[string]settlement.WithdrawalID{}}
	r.report.Scenario = s.Name
	if r.clock.IsZero() {
		r.clock = s.Events[0].moment(s.Start).recorded
	}
	r.trees = []partner.Tree{""}
	for i := range s.Events {
		r.customers = append(r.customers, s.Events[i].customers()...)
		r.trees = append(r.trees, s.Events[i].trees()...)
	}
	slices.Sort(r.customers)
	r.customers = slices.Compact(r.customers)
	slices.Sort(r.trees)
	r.trees = slices.Compact(r.trees)

	// The clock tells what it is set to, and ids count, so that a scenario runs the same every time.
	config := program.Config{
		Rules: s.Own, Hooks: s.Hooks,
		Clock: func() time.Time { return r.clock },
		NewID: func() string { r.ids++; return fmt.Sprintf("%032x", r.ids) },
	}
	if s.EarlyEvents == refuse {
		config.EarlyEvents = program.Refuse
	}
	if s.From.IsZero() {
		config.Plan = s.Plan
	}
	var err error
	if r.prog, err = program.New(r.store, config); err != nil || s.From.IsZero() {
		return r, err
	}
	// A plan cannot be published for the past, but the first event may come after it is in force.
	if s.From.Before(r.clock) {
		r.clock = s.From
	}
	_, err = r.prog.Plans.Publish(ctx, program.Publish{Plan: s.Plan, From: s.From})
	return r, err
}

// withdrawal returns the number of a withdrawal by the key of its request. A key that names none is a number that there is not.
func (r *runner) withdrawal(key string) settlement.WithdrawalID {
	if id, ok := r.withdrawals[key]; ok {
		return id
	}
	return settlement.WithdrawalID(key)
}

// withdrawalKey returns the key under which a withdrawal was asked for.
func (r *runner) withdrawalKey(id settlement.WithdrawalID) string {
	for key, known := range r.withdrawals {
		if known == id {
			return key
		}
	}
	return string(id)
}

func (r *runner) events(ctx context.Context) error {
	for i := range r.scenario.Events {
		if err := r.event(ctx, i); err != nil {
			return err
		}
		r.report.Events++
	}
	return nil
}

// event tells the programme of an event, twice, and checks what comes of it.
func (r *runner) event(ctx context.Context, i int) error {
	e := &r.scenario.Events[i]
	m := e.moment(r.clock)
	r.clock = m.recorded
	c := checker{runner: r, event: i + 1, label: e.label()}
	meta := program.Meta{Key: e.Key, At: m.at, Actor: e.Actor, Reason: e.Reason}

	before, err := r.footprint(ctx, e)
	if err != nil {
		return err
	}
	var quote told
	if e.Paid != nil {
		quote.answer, quote.err = r.prog.Orders.Quote(ctx, e.Paid.program(meta))
		quoted, err := r.footprint(ctx, e)
		if err != nil {
			return err
		}
		c.unchanged("its quote", before, quoted)
	}
	first, after, err := r.tell(ctx, e, meta)
	if err != nil {
		return err
	}
	second, end, err := r.tell(ctx, e, meta)
	if err != nil {
		return err
	}
	r.told = append(r.told, first)

	c.answer(e.Expect, first.answer, first.err)
	if first.err != nil || e.Quote != nil || e.Grants != nil || e.Levels != nil {
		c.unchanged("what must change nothing", before, after)
	}
	c.sameAnswer("told again", first, second)
	c.unchanged("told again", after, end)
	if outcome, ok := first.answer.(program.Outcome); ok && e.Paid != nil {
		c.quoted(quote, first)
		if first.err == nil && !outcome.Repeated && outcome.Awaits == "" {
			r.posted = append(r.posted, outcome.Order)
		}
	}
	if e.Expect != nil {
		return c.balances(ctx, e.Expect.Balances)
	}
	return nil
}

// tell tells the programme of an event and returns its answer, and what the event could have changed as it is then.
func (r *runner) tell(ctx context.Context, e *Event, meta program.Meta) (told, []part, error) {
	t := told{meta: meta}
	t.answer, t.err = e.actions()[0].do(ctx, r, e, meta)
	after, err := r.footprint(ctx, e)
	return t, after, errors.Join(err, ctx.Err())
}

// once tells everything that succeeded once more, but for runs, which do what is due: each has been done, so that nothing may change. What is answered of
// withdrawals and of people is what they are now, so that only other answers are compared.
func (r *runner) once(ctx context.Context) error {
	for i, first := range r.told {
		e := &r.scenario.Events[i]
		if first.err != nil || e.Run != nil || e.Quote != nil || e.Bonus != nil || e.Grants != nil || e.Levels != nil {
			continue
		}
		c := checker{runner: r, event: i + 1, label: e.label()}
		before, err := r.footprint(ctx, e)
		if err != nil {
			return err
		}
		again, after, err := r.tell(ctx, e, first.meta)
		if err != nil {
			return err
		}
		c.unchanged("told again at the end", before, after)
		switch first.answer.(type) {
		case settlement.Withdrawal, program.PartnerState, program.RecruitOutcome:
			first.answer, again.answer = nil, nil
		}
		c.sameAnswer("told again at the end", first, again)
	}
	return nil
}

// explain collects why every entry is what it is.
func (r *runner) explain(ctx context.Context) error {
	for _, id := range r.posted {
		all, err := r.prog.Orders.ExplainAll(ctx, id)
		if err != nil {
			return err
		}
		r.report.Explanations = append(r.report.Explanations, all...)
	}
	return nil
}

// view reads from the store.
func (r *runner) view(ctx context.Context, fn func(store.Tx) error) error {
	return r.store.View(ctx, "", fn)
}
