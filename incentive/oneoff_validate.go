package incentive

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// maxOneOffs bounds the one-off bonuses of a plan.
const maxOneOffs = 100

// GuardHeadCount is the name of the guard against rewards by head count, as problems and findings have it.
const GuardHeadCount = "headcount"

// Validate returns every problem of the one-off bonuses of a plan in this currency with these levels, nil if there is none. Paths are those of a plan
// document: "oneOffs[0].upgrade.levels.gold". A level that the plan does not have is left to whoever knows what it may be meant to be.
func (o OneOffs) Validate(currency money.Currency, levels Levels) []commission.Problem {
	v := oneOffProblems{currency: currency, levels: levels}
	if len(o) > maxOneOffs {
		v.add("oneOffs", "%d one-off bonuses are more than %d", len(o), maxOneOffs)
	}
	names := map[string]int{}
	for i := range o {
		x, path := &o[i], fmt.Sprintf("oneOffs[%d]", i)
		if err := partner.CheckID("bonus", x.Name); err != nil {
			v.add(path+".name", "every one-off bonus has a name of its own: %s", err)
		} else if j, ok := names[x.Name]; ok {
			v.add(path+".name", "oneOffs[%d] is called %q too", j, x.Name)
		}
		names[x.Name] = i
		if x.From != nil && x.To != nil && !x.From.Before(*x.To) {
			v.add(path+".to", "the window ends (%s) before it begins (%s)", x.To.Format(time.RFC3339), x.From.Format(time.RFC3339))
		}
		if (x.Upgrade == nil) == (x.FirstOrder == nil) {
			v.add(path, "a one-off bonus is either for an upgrade or for a first order")
		}
		if x.Upgrade != nil {
			v.upgrade(path+".upgrade", x.Upgrade)
		}
		if x.FirstOrder != nil {
			v.firstOrder(path+".firstOrder", x.FirstOrder)
		}
	}
	return v.problems
}

type oneOffProblems struct {
	currency money.Currency
	levels   Levels
	problems []commission.Problem
}

func (v *oneOffProblems) add(path, format string, args ...any) {
	v.problems = append(v.problems, commission.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (v *oneOffProblems) amount(path string, d decimal.Decimal) {
	amount, err := v.currency.Amount(d)
	switch {
	case err != nil:
		v.add(path, "%s", err)
	case amount.Sign() <= 0:
		v.add(path, "a one-off bonus is an amount above 0")
	}
}

func (v *oneOffProblems) upgrade(path string, u *Upgrade) {
	if len(u.Levels) == 0 {
		v.add(path+".levels", "give the amount for at least one level")
	}
	if int(u.Payee) >= len(payeeNames) {
		v.add(path+".payee", "%d names no option", u.Payee)
	}
	if int(u.Skipped) >= len(skippedNames) {
		v.add(path+".skipped", "%d names no option", u.Skipped)
	}
	lowest, _ := v.levels.Find(v.levels.Default())
	for _, id := range slices.Sorted(maps.Keys(u.Levels)) {
		at := commission.KeyPath(path+".levels", string(id))
		v.amount(at, u.Levels[id])
		if level, ok := v.levels.Find(id); ok && level.Weight <= lowest.Weight {
			v.add(at, "nobody is upgraded to this level, which is not above %s, the level on joining", lowest.ID)
		} else if u.Payee == ToSelf && !u.AllowHeadCount && byPeople(level.Reach.All, level.Reach.Any) {
			v.add(at, "the guard %q refuses a reward for bringing people, by which alone this level is reached; it is lifted by writing \"allowHeadCount\": true", GuardHeadCount)
		}
	}
}

func (v *oneOffProblems) firstOrder(path string, f *FirstOrder) {
	v.amount(path+".amount", f.Amount)
	if int(f.Of) >= len(newUsersNames) {
		v.add(path+".of", "%d names no option", f.Of)
	}
	if !f.AllowHeadCount {
		v.add(path, "the guard %q refuses a reward for each new user; it is lifted by writing \"allowHeadCount\": true", GuardHeadCount)
	}
}

// byPeople reports whether conditions can be reached by bringing people alone, whatever they buy. What is only not to be exceeded asks for no sale either.
func byPeople(all, anyOf []partner.Condition) bool {
	people := func(c partner.Condition) bool {
		if c.Metric != nil {
			return c.Metric.Name == partner.MetricCustomers || c.Metric.Name == partner.MetricPartners || c.AtMost.Valid && !c.AtLeast.Valid
		}
		return byPeople(c.All, c.Any)
	}
	if len(anyOf) > 0 {
		return slices.ContainsFunc(anyOf, people)
	}
	return len(all) > 0 && !slices.ContainsFunc(all, func(c partner.Condition) bool { return !people(c) })
}
