package commission

import (
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// OwnRule asks for a rule of the shop's own in a plan. Each stands once; they are asked after the built-in ones, in the order of the plan.
type OwnRule struct {
	Name string `json:"name" strict:"required"`
	// Version of the rule's code. "" is the last one that the Rules have, which Rules.Pin writes here, so that a published plan names it.
	Version string `json:"version,omitempty"`
	Params  Params `json:"params,omitempty"`
	// Tree is the tree whose line the rule sees as its uplines; "" is that of recruiters. A buyer whose own line is paid keeps his place in another tree.
	Tree partner.Tree `json:"tree,omitempty"`
}

// Params are the parameters of a rule of the shop's own: [partner.Params].
type Params = partner.Params

// Maker makes a rule of the shop's own for the plans that name it.
type Maker struct {
	Name string // 1 to 64 bytes; not that of a built-in rule
	// Version is another one whenever the same parameters would pay something else: it is a part of every plan that names the rule.
	Version string
	// Make returns the rule with parameters, or what is wrong with them. It is asked whenever a plan is checked or made ready, must be a pure function, and
	// its rule must be one that many goroutines can ask at once.
	Make func(Params) (Rule, error)
}

// Rules are the rules of the shop's own, by which plans that name them are checked and made ready. Of several with one name each has another version:
// the code of an old one stays as long as a stored plan names it. Nil has none.
type Rules []Maker

// Reacher is a [Rule] that looks at no more than so many uplines, at least 1. The calculator asks for all of them for any other rule of the shop's own.
type Reacher interface {
	Rule
	Reach() int
}

// maxOwnRules bounds the work of one order.
const maxOwnRules = 20

// New is the function [New] for a plan that may name these rules.
func (r Rules) New(currency money.Currency, plan Plan, campaigns ...Campaign) (*Calculator, error) {
	if problems := r.Validate(plan, currency, campaigns); len(problems) > 0 {
		return nil, &PlanError{Problems: problems}
	}
	return r.calculator(currency, r.Pin(plan), campaigns)
}

// Validate is [Plan.Validate] for a plan that may name these rules. What is wrong with the rules themselves is a problem too, with a path such as
// "Rules[1].Version".
func (r Rules) Validate(plan Plan, currency money.Currency, campaigns []Campaign) []Problem {
	v := plan.validate(currency, campaigns)
	v = append(v, r.Check()...)
	r.made(&plan, &v)
	return v
}

// Pin returns the plan with the version of every rule of the shop's own that names none, and with parameters in canonical form. A rule that is not among
// these stays as it is.
func (r Rules) Pin(plan Plan) Plan {
	plan.Rules = slices.Clone(plan.Rules)
	for i := range plan.Rules {
		own := &plan.Rules[i]
		if m := r.find(own.Name, own.Version); m != nil {
			own.Version = m.Version
		}
		if params, err := own.Params.Canonical(); err == nil {
			own.Params = params
		}
	}
	return plan
}

// find returns the last maker of a name and a version, of any version for "", nil if there is none.
func (r Rules) find(name, version string) *Maker {
	for i := len(r) - 1; i >= 0; i-- {
		if r[i].Name == name && (version == "" || r[i].Version == version) {
			return &r[i]
		}
	}
	return nil
}

// Names returns the names of the rules, each once, in order.
func (r Rules) Names() []string {
	names := make([]string, len(r))
	for i, m := range r {
		names[i] = m.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// versions returns the versions of a name.
func (r Rules) versions(name string) []string {
	var versions []string
	for _, m := range r {
		if m.Name == name {
			versions = append(versions, m.Version)
		}
	}
	return versions
}

// Check returns what is wrong with the rules themselves, whatever plans name, nil if nothing is.
func (r Rules) Check() []Problem {
	v := problems{}
	for i, m := range r {
		at := v.index("Rules", i)
		if err := partner.CheckID("name", m.Name); err != nil {
			v.add(at+".Name", "%s", err)
		}
		_, taken := (&Plan{}).builtin(m.Name)
		if tree, _ := cutRule(m.Name); taken || tree != "" {
			v.add(at+".Name", "%q is a built-in rule", m.Name)
		}
		if err := partner.CheckID("version", m.Version); err != nil {
			v.add(at+".Version", "%s", err)
		}
		if slices.ContainsFunc(r[:i], func(other Maker) bool { return other.Name == m.Name && other.Version == m.Version }) {
			v.add(at+".Version", "%q has version %q twice", m.Name, m.Version)
		}
		if m.Make == nil {
			v.add(at+".Make", "nothing makes %q", m.Name)
		}
	}
	return v
}

// made returns the rules that a plan names, in its order, and notes those that there cannot be.
func (r Rules) made(p *Plan, v *problems) []namedRule {
	if len(p.Rules) > maxOwnRules {
		v.add("commission.rules", "%d rules are more than %d", len(p.Rules), maxOwnRules)
		return nil
	}
	var rules []namedRule
	for i, own := range p.Rules {
		at := v.index("commission.rules", i)
		maker := r.find(own.Name, own.Version)
		_, builtin := p.builtin(own.Name)
		switch {
		case builtin:
			v.add(at+".name", "%q is a built-in rule: it is turned on by a section of its own", own.Name)
		case len(r) == 0:
			v.add(at+".name", "there is no rule %q; no rules of the shop's own were given", own.Name)
		case len(r.versions(own.Name)) == 0:
			v.add(at+".name", "there is no rule %q; there are %q", own.Name, r.Names())
		case maker == nil:
			v.add(at+".version", "rule %q is here in version %q, and the plan names version %q", own.Name, r.versions(own.Name), own.Version)
		case slices.ContainsFunc(p.Rules[:i], func(other OwnRule) bool { return other.Name == own.Name }):
			v.add(at+".name", "%q stands twice", own.Name)
		case maker.Make != nil:
			rule, err := maker.rule(own.Params)
			if err != nil {
				v.add(at+".params", "%s", err)
				continue
			}
			if own.Tree != "" {
				rule = newTreeRule(own.Tree, rule, p.SelfPurchase, Plan{})
			}
			rules = append(rules, namedRule{name: own.Name, rule: rule, own: true})
		}
	}
	return rules
}

// rule makes the rule with parameters in canonical form, so that their form makes no difference to it.
func (m *Maker) rule(params Params) (Rule, error) {
	params, err := params.Canonical()
	if err != nil {
		return nil, err
	}
	rule, err := m.Make(params)
	if err == nil && rule == nil {
		err = fmt.Errorf("rule %q was made of nothing", m.Name)
	}
	return rule, err
}

// names reports whether the plan names a rule of the shop's own.
func (p *Plan) names(rule string) bool {
	return slices.ContainsFunc(p.Rules, func(own OwnRule) bool { return own.Name == rule })
}

// reachOf returns how many uplines a rule of the shop's own looks at, 0 for all.
func reachOf(rule Rule) int {
	if r, ok := rule.(Reacher); ok {
		return max(0, r.Reach())
	}
	return 0
}
