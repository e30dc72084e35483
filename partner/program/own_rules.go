package program

import (
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
)

// Pin returns the plan as a programme with these rules keeps it: every rule of the shop's own that names no version gets the last one. Both [ParsePlan] and
// [Plans.Publish] do it, so that the hash of a plan covers the versions of its rules.
func (p Plan) Pin(rules ...commission.Rules) Plan {
	known := slices.Concat(rules...)
	p.Commission, p.Assets = known.Pin(p.Commission), slices.Clone(p.Assets)
	for i := range p.Assets {
		p.Assets[i].Commission = known.Pin(p.Assets[i].Commission)
	}
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
	names := rules.Names()
	for i, own := range named {
		near := strictjson.Nearest(own.Name, names)
		if near == "" || near == own.Name {
			continue
		}
		path := strictjson.Field(strictjson.Index(section, i), "name")
		for j := range problems {
			if problems[j].Path == path {
				problems[j].Message += fmt.Sprintf("; did you mean %q?", near)
			}
		}
	}
}
