// Package incentive keeps partners active: levels and one-off bonuses, from the plan's data. A level has a place in the order of levels, rights that the
// host asks for, and says whether its holder leads a team. A one-off bonus is what somebody gets once for one whom he brought.
//
//	levels := incentive.Levels{{ID: "agent", Weight: 1, Default: true}, {ID: "director", Weight: 2, Leader: true, Rights: map[string]string{"store": "yes"}}}
//	levels.Default()              // "agent": the level on joining
//	levels.Leads("director")      // true: receives the team reward
//	levels.Has("agent", "store")  // false
//
//	amount := decimal.RequireFromString("50.00")
//	bonuses := incentive.OneOffs{{Name: "spring", Upgrade: &incentive.Upgrade{Levels: map[partner.Level]decimal.Decimal{"director": amount}}}}
//	bonuses.Reached(levels, "agent", "director", june1) // spring: 50.00 for the recruiter of who has become a director
//
// A plan without levels is fine: then nobody has one, and nobody leads.
package incentive

import (
	"fmt"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Level is one level of the plan.
type Level struct {
	ID      partner.Level     `json:"id"`
	Name    string            `json:"name,omitempty"` // as shown; "" shows the id
	Weight  int               `json:"weight"`         // its place: a higher weight is a higher level; no two levels have the same
	Leader  bool              `json:"leader,omitempty"`
	Default bool              `json:"default,omitempty"` // the level on joining; exactly one has it
	Rights  map[string]string `json:"rights,omitempty"`  // what its holder may do, for the host to ask
}

// Levels are the levels of a plan, in any order.
type Levels []Level

// Validate returns every problem, nil if there is none: ids are ids and unique, weights unique, and exactly one level is the default, where there are
// levels at all.
func (l Levels) Validate() []commission.Problem {
	var problems []commission.Problem
	add := func(i int, field, format string, args ...any) {
		problems = append(problems, commission.Problem{Path: fmt.Sprintf("levels[%d].%s", i, field), Message: fmt.Sprintf(format, args...)})
	}
	ids, weights, def := map[partner.Level]int{}, map[int]int{}, -1
	for i, level := range l {
		if err := partner.CheckID("level", level.ID); err != nil {
			add(i, "id", "%s", err)
		}
		if j, ok := ids[level.ID]; ok {
			add(i, "id", "levels[%d] is called %q too", j, level.ID)
		}
		if j, ok := weights[level.Weight]; ok {
			add(i, "weight", "levels[%d] has weight %d too, and no two can stand at one place", j, level.Weight)
		}
		if level.Default && def >= 0 {
			add(i, "default", "levels[%d] is the default already", def)
		} else if level.Default {
			def = i
		}
		ids[level.ID], weights[level.Weight] = i, i
	}
	if len(l) > 0 && def < 0 {
		problems = append(problems, commission.Problem{Path: "levels", Message: `one level must say "default": true, the level on joining`})
	}
	return problems
}

// Find returns the level of that id and whether there is one.
func (l Levels) Find(id partner.Level) (Level, bool) {
	for _, level := range l {
		if level.ID == id {
			return level, true
		}
	}
	return Level{}, false
}

// Default returns the level on joining, "" where the plan has no levels.
func (l Levels) Default() partner.Level {
	for _, level := range l {
		if level.Default {
			return level.ID
		}
	}
	return ""
}

// Leads reports whether the level makes its holder a leader; no level of the plan does not.
func (l Levels) Leads(id partner.Level) bool {
	level, _ := l.Find(id)
	return level.Leader
}

// Has reports whether the level grants the right.
func (l Levels) Has(id partner.Level, right string) bool {
	level, _ := l.Find(id)
	_, ok := level.Rights[right]
	return ok
}
