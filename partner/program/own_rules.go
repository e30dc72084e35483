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
	p.Commission = slices.Concat(rules...).Pin(p.Commission)
	return p
}

// commissionProblems are those of the commission section, with the nearest name for a rule that there is not.
func (p Plan) commissionProblems(rules commission.Rules) []commission.Problem {
	problems := rules.Validate(p.Commission, p.Currency.Currency, p.Campaigns)
	names := rules.Names()
	for i, own := range p.Commission.Rules {
		near := strictjson.Nearest(own.Name, names)
		if near == "" || near == own.Name {
			continue
		}
		path := strictjson.Field(strictjson.Index("commission.rules", i), "name")
		for j := range problems {
			if problems[j].Path == path {
				problems[j].Message += fmt.Sprintf("; did you mean %q?", near)
			}
		}
	}
	return problems
}
