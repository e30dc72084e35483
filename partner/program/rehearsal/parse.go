package rehearsal

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
)

// Parse reads a scenario, the plans of which may name these rules of the shop's own. Where that cannot be used it is a [*ScenarioError] with all its
// problems, each with path, line and column, and the nearest known name.
func Parse(text []byte, rules ...commission.Rules) (Scenario, error) {
	var s Scenario
	positions, err := strictjson.DecodePositions(text, &s)
	if err != nil {
		return Scenario{}, decodeError(err)
	}
	s.Own = slices.Concat(rules...)
	problems := s.problems()
	for i := range problems {
		at := positions.At(problems[i].Path)
		problems[i].Line, problems[i].Column = at.Line, at.Column
	}
	if len(problems) == 0 {
		return s, nil
	}
	slices.SortStableFunc(problems, func(a, b program.PlanProblem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return Scenario{}, &ScenarioError{Problems: problems}
}

func decodeError(err error) error {
	var problems strictjson.Problems
	if !errors.As(err, &problems) {
		return err
	}
	e := &ScenarioError{}
	for _, p := range problems {
		e.Problems = append(e.Problems, program.PlanProblem{Path: p.Path, Line: p.Position.Line, Column: p.Position.Column, Message: p.Message})
	}
	return e
}

// Validate returns nil if the scenario can be run, else a [*ScenarioError] with all its problems.
func (s Scenario) Validate() error {
	if problems := s.problems(); len(problems) > 0 {
		return &ScenarioError{Problems: problems}
	}
	return nil
}

var ruleNumber = regexp.MustCompile(`^[1-9][0-9]?\.[1-9][0-9]?$`)

const (
	park   = "park"
	refuse = "refuse"
)

// checking collects the problems of a scenario.
type checking struct {
	own      commission.Rules
	problems []program.PlanProblem
}

func (c *checking) add(path, format string, args ...any) {
	c.problems = append(c.problems, program.PlanProblem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// plan adds what is wrong with a plan that stands at path.
func (c *checking) plan(path string, p program.Plan) {
	var invalid *program.PlanError
	if err := p.Validate(c.own); errors.As(err, &invalid) {
		for _, problem := range invalid.Problems {
			c.add(path+"."+problem.Path, "%s", problem.Message)
		}
	}
}

func (s Scenario) problems() []program.PlanProblem {
	c := &checking{own: s.Own}
	if s.Name == "" {
		c.add("name", "a scenario needs a name")
	}
	for i, rule := range s.Rules {
		if !ruleNumber.MatchString(rule) {
			c.add(strictjson.Index("rules", i), `%q is no number of a rule, such as "5.2"`, rule)
		}
	}
	c.plan("plan", s.Plan)
	if s.EarlyEvents != "" && s.EarlyEvents != park && s.EarlyEvents != refuse {
		c.add("earlyEvents", "%q is none of %q, %q", s.EarlyEvents, park, refuse)
	}
	if len(s.Events) == 0 {
		c.add("events", "a scenario has at least one event")
	}
	if len(s.Events) > 0 && s.Events[0].moment(s.Start).recorded.IsZero() {
		c.add("events[0]", `when is this? Give it an "at", or the scenario a "start"`)
	}
	clock := s.Start
	for i := range s.Events {
		e := &s.Events[i]
		path := strictjson.Index("events", i)
		clock = c.clock(path, e, clock)
		c.event(path, e)
	}
	return c.problems
}

// clock returns where the clock stands at an event that follows another.
func (c *checking) clock(path string, e *Event, before time.Time) time.Time {
	now := e.moment(before).recorded
	switch {
	case now.Before(before) && e.Recorded.IsZero():
		c.add(path+".at", `this is before %s, where the clock stands; for an event that came late say when it came: "recorded"`, before.Format(time.RFC3339Nano))
	case now.Before(before):
		c.add(path+".recorded", "this is before %s, where the clock stands, and the clock never goes back", before.Format(time.RFC3339Nano))
	default:
		return now
	}
	return before
}

func (c *checking) event(path string, e *Event) {
	acts := e.actions()
	if len(acts) != 1 {
		var names, known []string
		for _, a := range acts {
			names = append(names, a.name)
		}
		for _, a := range actions {
			known = append(known, a.name)
		}
		has := "none of " + strings.Join(known, ", ")
		if len(acts) > 1 {
			has = strings.Join(names, " and ")
		}
		c.add(path, "an event has exactly one action; this has %s", has)
		return
	}
	if e.Key != "" && slices.Contains(keyless, acts[0].name) {
		c.add(path+".key", "%s takes no key", acts[0].name)
	}
	if e.Publish != nil && !e.Expect.fails() {
		c.plan(path+".publish.plan", e.Publish.Plan)
	}
	if e.Expect != nil {
		c.expect(path+".expect", acts[0], e.Expect)
	}
}

// keyless are the actions that take no key: an order is its own.
var keyless = []string{"paid", "quote", "run", "grants"}

// everywhere is what every event can expect.
var everywhere = []string{"error", "errorType", "balances"}

func (c *checking) expect(path string, a action, e *Expect) {
	for _, name := range e.given() {
		switch {
		case slices.Contains(everywhere, name):
		case !slices.Contains(a.expects, name):
			c.add(path+"."+name, "%s has no %s; it can expect %s", a.name, name, strings.Join(append(slices.Clone(a.expects), everywhere...), ", "))
		case e.fails():
			c.add(path+"."+name, "an event that is refused has no %s", name)
		}
	}
	if err := e.ErrorType.check(); err != nil {
		c.add(path+".errorType", "%s", err)
	}
	for i, x := range e.Entries {
		if ruleName(x.Rule, x.Slot) == "" {
			c.add(strictjson.Index(path+".entries", i), "an entry needs its slot or, where its rule has no slots, its rule")
		}
	}
}
