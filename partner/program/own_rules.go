package program

import (
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
)

// Own is code of the shop's own that plans can name: [commission.Rules] or [partner.Predicates].
type Own interface {
	Check() []partner.Problem
}

// ownCode is what plans can name, by its kind.
type ownCode struct {
	rules      commission.Rules
	predicates partner.Predicates
}

// sorted tells code of the shop's own apart. What is of neither kind nothing can name.
func sorted(own []Own) ownCode {
	var all ownCode
	for _, o := range own {
		switch o := o.(type) {
		case commission.Rules:
			all.rules = append(all.rules, o...)
		case partner.Predicates:
			all.predicates = append(all.predicates, o...)
		}
	}
	return all
}

// own is the code of the shop's own that the programme's plans can name.
func (c *Config) own() []Own { return []Own{c.Rules, c.Predicates} }

// Pin returns the plan as a programme with this code keeps it: every rule and condition of the shop's own that names no version gets the last one. Both
// [ParsePlan] and [Plans.Publish] do it, so that the hash of a plan covers the versions of what it names.
func (p Plan) Pin(own ...Own) Plan {
	code := sorted(own)
	p.Commission, p.Assets = code.rules.Pin(p.Commission), slices.Clone(p.Assets)
	for i := range p.Assets {
		p.Assets[i].Commission = code.rules.Pin(p.Assets[i].Commission)
	}
	p.Joining.Threshold = code.predicates.Pin(p.Joining.Threshold)
	p.Levels = p.Levels.Pin(code.predicates)
	return p
}

// commissionProblems are those of the commission section, with the nearest name for a rule that there is not.
func (p Plan) commissionProblems(rules commission.Rules) []commission.Problem {
	problems := rules.Validate(p.Commission, p.Currency.Currency, p.Campaigns)
	nearestRules(problems, "commission.rules", p.Commission.Rules, rules)
	return problems
}

// nearestRules adds to the problems of rules that there are not the nearest name.
func nearestRules(problems []commission.Problem, section string, named []commission.OwnRule, rules commission.Rules) {
	for i, own := range named {
		nearest(problems, strictjson.Field(strictjson.Index(section, i), "name"), own.Name, rules.Names())
	}
}

// joiningProblems are those of the joining section, with the nearest name for a condition that there is not.
func (p Plan) joiningProblems(predicates partner.Predicates) []partner.Problem {
	problems := append(p.Joining.Validate(p.Currency.Currency, predicates), predicates.Check()...)
	p.nearestConditions(problems, predicates)
	return problems
}

// levelProblems are those of the levels and of how partners rise to them, with the nearest name for a condition that there is not.
func (p Plan) levelProblems(predicates partner.Predicates) []partner.Problem {
	problems := append(p.Levels.Validate(p.Currency.Currency, predicates), p.Rising.Validate()...)
	p.nearestConditions(problems, predicates)
	return problems
}

// nearestConditions adds to the problems of conditions that there are not the nearest name.
func (p Plan) nearestConditions(problems []partner.Problem, predicates partner.Predicates) {
	p.conditions(func(path string, c *partner.Condition) {
		if c.Own != nil {
			nearest(problems, path+".own.name", c.Own.Name, predicates.Names())
		}
	})
}

// nearest adds the nearest of the known names to the problems of a path.
func nearest(problems []partner.Problem, path, name string, known []string) {
	near := strictjson.Nearest(name, known)
	if near == "" || near == name {
		return
	}
	for i := range problems {
		if problems[i].Path == path {
			problems[i].Message += fmt.Sprintf("; did you mean %q?", near)
		}
	}
}
