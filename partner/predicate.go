package partner

import (
	"fmt"
	"slices"
)

// OwnCondition asks for a condition of the shop's own in a plan.
type OwnCondition struct {
	Name string `json:"name" strict:"required"`
	// Version of the condition's code. "" is the last one that the Predicates have, which Predicates.Pin writes here, so that a published plan names it.
	Version string `json:"version,omitempty"`
	Params  Params `json:"params,omitempty"`
}

// Predicate is a condition of the shop's own: a pure function of what is known of somebody, which many goroutines can ask at once.
type Predicate func(Facts) Answer

// Answer is what a [Predicate] says. The zero Answer is no.
type Answer struct {
	Met     bool   `json:"met"`
	English string `json:"english,omitempty"` // how it stands, or what is missing; "" for nothing to say
	Chinese string `json:"chinese,omitempty"` // the same
}

// PredicateMaker makes a condition of the shop's own for the plans that name it.
type PredicateMaker struct {
	Name string // 1 to 64 bytes
	// Version is another one whenever the same parameters and facts would answer otherwise: it is a part of every plan that names the condition.
	Version string
	// Make returns the condition with parameters, or what is wrong with them. It is asked whenever a plan is checked or evaluated, and must be a pure
	// function.
	Make func(Params) (Predicate, error)
}

// Predicates are the conditions of the shop's own, by which plans that name them are checked and evaluated. Of several with one name each has another
// version: the code of an old one stays as long as a stored plan names it. Nil has none.
type Predicates []PredicateMaker

// Names returns the names of the conditions, each once, in order.
func (p Predicates) Names() []string {
	names := make([]string, len(p))
	for i, m := range p {
		names[i] = m.Name
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Check returns what is wrong with the conditions themselves, whatever plans name, nil if nothing is.
func (p Predicates) Check() []Problem {
	var problems []Problem
	for i, m := range p {
		at := fmt.Sprintf("Predicates[%d]", i)
		if err := CheckID("name", m.Name); err != nil {
			problems = append(problems, Problem{at + ".Name", err.Error()})
		}
		if err := CheckID("version", m.Version); err != nil {
			problems = append(problems, Problem{at + ".Version", err.Error()})
		}
		if slices.ContainsFunc(p[:i], func(other PredicateMaker) bool { return other.Name == m.Name && other.Version == m.Version }) {
			problems = append(problems, Problem{at + ".Version", fmt.Sprintf("%q has version %q twice", m.Name, m.Version)})
		}
		if m.Make == nil {
			problems = append(problems, Problem{at + ".Make", fmt.Sprintf("nothing makes %q", m.Name)})
		}
	}
	return problems
}

// Pin returns the conditions with the version of every one of the shop's own that names none, and with parameters in canonical form. One that is not among
// these stays as it is.
func (p Predicates) Pin(c Conditions) Conditions {
	c = c.WithDefaults() // a copy
	c.Each("", func(_ string, c *Condition) {
		if c.Own == nil {
			return
		}
		own := *c.Own
		if m := p.find(own.Name, own.Version); m != nil {
			own.Version = m.Version
		}
		if params, err := own.Params.Canonical(); err == nil {
			own.Params = params
		}
		c.Own = &own
	})
	return c
}

// find returns the last maker of a name and a version, of any version for "", nil if there is none.
func (p Predicates) find(name, version string) *PredicateMaker {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].Name == name && (version == "" || p[i].Version == version) {
			return &p[i]
		}
	}
	return nil
}

// versions returns the versions of a name.
func (p Predicates) versions(name string) []string {
	var versions []string
	for _, m := range p {
		if m.Name == name {
			versions = append(versions, m.Version)
		}
	}
	return versions
}

// made returns the condition that a plan names, or the field that is wrong and why.
func (p Predicates) made(own *OwnCondition) (predicate Predicate, field string, err error) {
	maker := p.find(own.Name, own.Version)
	switch {
	case len(p) == 0:
		return nil, "name", fmt.Errorf("there is no condition %q; no conditions of the shop's own were given", own.Name)
	case len(p.versions(own.Name)) == 0:
		return nil, "name", fmt.Errorf("there is no condition %q; there are %q", own.Name, p.Names())
	case maker == nil:
		return nil, "version", fmt.Errorf("condition %q is here in version %q, and the plan names version %q", own.Name, p.versions(own.Name), own.Version)
	case maker.Make == nil:
		return nil, "name", fmt.Errorf("nothing makes %q", own.Name)
	}
	params, err := own.Params.Canonical()
	if err != nil {
		return nil, "params", err
	}
	if predicate, err = maker.Make(params); err == nil && predicate == nil {
		err = fmt.Errorf("condition %q was made of nothing", own.Name)
	}
	return predicate, "params", err
}

func (p Predicates) validate(path string, own *OwnCondition) []Problem {
	if _, field, err := p.made(own); err != nil {
		return []Problem{{path + "." + field, err.Error()}}
	}
	return nil
}
