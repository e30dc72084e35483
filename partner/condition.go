package partner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Conditions is what somebody must reach: all of a list, or any of it. Which of the two always stands there. The zero Conditions, and an empty list, ask
// for nothing: that is no threshold at all, and nothing that everybody has reached.
//
//	{"any": [{"metric": {"name": "spend", "node": "completed"}, "atLeast": "2000"}, {"metric": {"name": "customers"}, "atLeast": "5"}]}
type Conditions struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
}

// Condition is one condition: of a metric, of the shop's own code, or a list of others.
type Condition struct {
	// Metric is what is compared: a number with AtLeast, AtMost or both, each inclusive, a text with OneOf.
	Metric  *Metric             `json:"metric,omitempty"`
	AtLeast decimal.NullDecimal `json:"atLeast,omitempty"`
	AtMost  decimal.NullDecimal `json:"atMost,omitempty"`
	OneOf   []string            `json:"oneOf,omitempty"`
	// Own is a condition of the shop's own.
	Own *OwnCondition `json:"own,omitempty"`
	// All and Any are lists of conditions within this one.
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
}

// Limits of one threshold.
const (
	maxConditions     = 100
	maxConditionDepth = 5
)

// IsZero reports whether nothing is asked for.
func (c Conditions) IsZero() bool { return len(c.All) == 0 && len(c.Any) == 0 }

// list returns the conditions, and whether any of them is enough.
func (c *Conditions) list() ([]Condition, bool) {
	if len(c.Any) > 0 {
		return c.Any, true
	}
	return c.All, false
}

// WithDefaults returns the conditions with every field that was left out set to what it means.
func (c Conditions) WithDefaults() Conditions {
	return Conditions{All: withDefaults(c.All), Any: withDefaults(c.Any)}
}

func withDefaults(list []Condition) []Condition {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		if c.Metric != nil {
			metric := c.Metric.WithDefaults()
			c.Metric = &metric
		}
		c.All, c.Any = withDefaults(c.All), withDefaults(c.Any)
	}
	return list
}

// Each visits every condition that has no others within it, in order, with its path, which begins with the given one.
func (c Conditions) Each(path string, visit func(path string, c *Condition)) {
	each(path, c.All, c.Any, visit)
}

func each(path string, all, anyOf []Condition, visit func(string, *Condition)) {
	for _, group := range []struct {
		name string
		list []Condition
	}{{"all", all}, {"any", anyOf}} {
		for i := range group.list {
			c, at := &group.list[i], fmt.Sprintf("%s.%s[%d]", path, group.name, i)
			if len(c.All) == 0 && len(c.Any) == 0 {
				visit(at, c)
			}
			each(at, c.All, c.Any, visit)
		}
	}
}

// Validate returns every problem of the conditions in this currency and with these conditions of the shop's own, with paths that begin with the given
// one, nil if there is none.
func (c Conditions) Validate(path string, currency money.Currency, own Predicates) []Problem {
	v := &conditionCheck{currency: currency, own: own}
	v.lists(path, c.All, c.Any, 1)
	if v.count > maxConditions {
		v.add(path, "%d conditions are more than %d", v.count, maxConditions)
	}
	return v.problems
}

type conditionCheck struct {
	currency money.Currency
	own      Predicates
	problems []Problem
	count    int
}

func (v *conditionCheck) add(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (v *conditionCheck) lists(path string, all, anyOf []Condition, depth int) {
	if len(all) > 0 && len(anyOf) > 0 {
		v.add(path, `"all" and "any" cannot stand side by side; put one of them into the list of the other`)
	}
	if depth > maxConditionDepth {
		v.add(path, "conditions are more than %d deep", maxConditionDepth)
		return
	}
	for i := range all {
		v.one(fmt.Sprintf("%s.all[%d]", path, i), &all[i], depth)
	}
	for i := range anyOf {
		v.one(fmt.Sprintf("%s.any[%d]", path, i), &anyOf[i], depth)
	}
}

func (v *conditionCheck) one(path string, c *Condition, depth int) {
	v.count++
	is := 0
	for _, present := range []bool{c.Metric != nil, c.Own != nil, len(c.All) > 0 || len(c.Any) > 0} {
		if present {
			is++
		}
	}
	if is != 1 {
		v.add(path, `a condition has one of "metric", "own", "all" and "any"`)
	}
	if c.Metric == nil && (c.AtLeast.Valid || c.AtMost.Valid || len(c.OneOf) > 0) {
		v.add(path, "there is no metric to compare")
	}
	if c.Metric != nil {
		v.problems = append(v.problems, c.Metric.Validate(path+".metric")...)
		v.comparison(path, c)
	}
	if c.Own != nil {
		v.problems = append(v.problems, v.own.validate(path+".own", c.Own)...)
	}
	v.lists(path, c.All, c.Any, depth+1)
}

// comparison finds what is wrong with that with which a metric is compared.
func (v *conditionCheck) comparison(path string, c *Condition) {
	switch c.Metric.Unit() {
	case "":
		return
	case Text:
		if c.AtLeast.Valid || c.AtMost.Valid {
			v.add(path, `%s is a text: it is compared with "oneOf"`, c.Metric.Name)
		}
		if len(c.OneOf) == 0 || slices.Contains(c.OneOf, "") {
			v.add(path+".oneOf", "the texts that are enough are needed, none of them empty")
		}
		return
	}
	if len(c.OneOf) > 0 {
		v.add(path+".oneOf", `%s is a number: it is compared with "atLeast" and "atMost"`, c.Metric.Name)
	}
	if !c.AtLeast.Valid && !c.AtMost.Valid {
		v.add(path, `"atLeast" or "atMost" is needed`)
	}
	if c.AtLeast.Valid && c.AtLeast.Decimal.Sign() <= 0 {
		v.add(path+".atLeast", "a threshold is above 0; leave the condition out for none")
	}
	if c.AtMost.Valid && c.AtMost.Decimal.Sign() < 0 {
		v.add(path+".atMost", "it is not below 0")
	}
	if c.AtLeast.Valid && c.AtMost.Valid && c.AtLeast.Decimal.GreaterThan(c.AtMost.Decimal) {
		v.add(path+".atMost", "%s is below %s, so that nobody can reach both", c.AtMost.Decimal, c.AtLeast.Decimal)
	}
	v.number(path+".atLeast", c.Metric.Unit(), c.AtLeast)
	v.number(path+".atMost", c.Metric.Unit(), c.AtMost)
}

func (v *conditionCheck) number(path string, unit Unit, d decimal.NullDecimal) {
	if !d.Valid {
		return
	}
	scale := 0
	if unit == Money {
		scale = v.currency.Scale()
	}
	if _, err := money.Scaled(d.Decimal, scale); err != nil {
		v.add(path, "%s", strings.TrimPrefix(err.Error(), "money: "))
	}
}

// compare reports whether a value that is known meets the condition of its metric.
func (c *Condition) compare(v Value) bool {
	var have decimal.Decimal
	switch c.Metric.Unit() {
	case Text:
		return slices.Contains(c.OneOf, v.Text)
	case Money:
		have = v.Amount.Decimal()
	case Number:
		have = decimal.NewFromInt(v.Number)
	default:
		return false
	}
	return (c.AtLeast.Valid || c.AtMost.Valid) &&
		(!c.AtLeast.Valid || have.Cmp(c.AtLeast.Decimal) >= 0) &&
		(!c.AtMost.Valid || have.Cmp(c.AtMost.Decimal) <= 0)
}
