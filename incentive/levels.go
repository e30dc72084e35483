// Package incentive keeps partners active: levels and one-off bonuses, from the plan's data. A level has a place in the order of levels, rights that the
// host asks for, and says whether its holder leads a team and whether he may recruit. A one-off bonus is what somebody gets once for one whom he brought,
// or for a level that he reached.
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
// A level whose Reach asks for something is reached by itself: who has reached what it asks rises to it, to the highest that he has reached if there are
// several, and never falls by it. What is asked is conditions over metrics, as those of joining are, and the same evaluation says how far he is:
//
//	levels := incentive.Levels{
//		{ID: "silver", Weight: 1, Default: true},
//		{ID: "gold", Weight: 2, Reach: partner.Conditions{All: []partner.Condition{{Metric: &partner.Metric{Name: partner.MetricSpend}, AtLeast: decimal.NewNullDecimal(amount)}}}},
//	}
//	levels.Progress("silver", facts, nil) // gold: own spend: 20.00 of 50.00, 30.00 short
//	levels.Reached("silver", facts, nil)  // false; with facts of 50.00 spent: gold
//
// A plan without levels is fine: then nobody has one, and nobody leads.
package incentive

import (
	"fmt"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
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
	// MayRecruit says whether its holder may bring others into his team. nil is yes.
	MayRecruit *bool `json:"mayRecruit,omitempty"`
	// RecruitLevel is the level with which one begins whom its holder recruits. "" is the default level.
	RecruitLevel partner.Level `json:"recruitLevel,omitempty"`
	// Reach is what a partner must reach to rise to the level by himself. Empty: nobody does, somebody of the shop gives it.
	Reach partner.Conditions `json:"reach"`
}

// Levels are the levels of a plan, in any order.
type Levels []Level

// Validate returns every problem of the levels of a plan in this currency and with these conditions of the shop's own, nil if there is none: ids are ids and
// unique, weights unique, exactly one level is the default, where there are levels at all, those with which recruits begin are among them, and what is to be
// reached for a level can be. A level that a condition names and the plan does not have is left to whoever knows what it may be meant to be.
func (l Levels) Validate(currency money.Currency, own partner.Predicates) []commission.Problem {
	var problems []commission.Problem
	add := func(i int, field, format string, args ...any) {
		problems = append(problems, commission.Problem{Path: fmt.Sprintf("levels[%d].%s", i, field), Message: fmt.Sprintf(format, args...)})
	}
	lowest, _ := l.Find(l.Default())
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
		if level.RecruitLevel != "" {
			if _, ok := l.Find(level.RecruitLevel); !ok {
				add(i, "recruitLevel", "there is no level %q", level.RecruitLevel)
			}
			if !level.mayRecruit() {
				add(i, "recruitLevel", "its holder may not recruit; leave it out")
			}
		}
		problems = append(problems, level.Reach.Validate(fmt.Sprintf("levels[%d].reach", i), currency, own)...)
		if !level.Reach.IsZero() && level.Default {
			add(i, "reach", "it is the level on joining, which everybody has; leave it out")
		} else if !level.Reach.IsZero() && lowest.ID != "" && level.Weight < lowest.Weight {
			add(i, "reach", "nobody rises to this level, which is below %s, the level on joining", lowest.ID)
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
