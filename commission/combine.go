package commission

// RuleFunc is a function that is a [Rule].
type RuleFunc func(in *Input, out *Shares)

// Shares calls the function.
func (f RuleFunc) Shares(in *Input, out *Shares) { f(in, out) }

// When asks a rule only where a condition holds. Elsewhere it says nothing, not even why nobody gets anything.
func When(condition func(*Input) bool, rule Rule) Rule { return &when{condition, rule} }

type when struct {
	condition func(*Input) bool
	rule      Rule
}

func (w *when) Shares(in *Input, out *Shares) {
	if w.condition(in) {
		w.rule.Shares(in, out)
	}
}

// First asks rules one after another until one pays somebody. What those before it say of who gets nothing stays.
func First(rules ...Rule) Rule { return first(rules) }

type first []Rule

func (f first) Shares(in *Input, out *Shares) {
	paid := len(out.result.shares)
	for _, rule := range f {
		if rule.Shares(in, out); len(out.result.shares) > paid {
			return
		}
	}
}
