package partner

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Joining is the joining section of a plan: how somebody becomes a partner, and what becomes of one who leaves. The zero Joining asks for nothing: a
// recruit is a partner at once. [Joining.WithDefaults] shows what is left out.
type Joining struct {
	// Spend is the short form of a threshold of own spend, net, from payment on, since ever. Absent: Threshold says what is asked.
	Spend decimal.NullDecimal `json:"spend,omitempty"`
	// Threshold is what somebody must reach before he earns. Empty: nothing.
	Threshold Conditions `json:"threshold"`
	// Entry says whether one who has reached the threshold is a partner by that alone.
	Entry Entry `json:"entry,omitempty"`
	// Review says who decides on applications.
	Review Review `json:"review,omitempty"`
	// ReapplyDays is for how many days of 24 hours somebody who was rejected has to wait before he applies again. 0: he need not wait.
	ReapplyDays int `json:"reapplyDays,omitempty"`
	// Form is what an applicant fills in, Agreements what he has to accept.
	Form       []Field     `json:"form,omitempty"`
	Agreements []Agreement `json:"agreements,omitempty"`
	// Unentitled says what becomes of a recruit of somebody whose level may not recruit.
	Unentitled Unentitled `json:"unentitled,omitempty"`
	// ValidDays is for how many days of 24 hours one is a partner before he has to renew. 0: for ever.
	ValidDays int `json:"validDays,omitempty"`
	// Frozen says what becomes of commission of one whose earnings are frozen when an order is paid.
	Frozen FrozenEarnings `json:"frozen,omitempty"`
	// Leaving says what becomes of a partner who leaves and of what hangs on him.
	Leaving Leaving `json:"leaving"`
}

// Entry is how one who has reached the threshold becomes a partner.
type Entry string

// The ways in.
const (
	// EntryAutomatic makes him a partner at once, from the next order on. The default.
	EntryAutomatic Entry = "automatic"
	// EntryApplication lets him apply; he is told of it once.
	EntryApplication Entry = "application"
)

// Review is who decides on applications.
type Review string

// The reviews.
const (
	// ReviewManual leaves an application to somebody of the shop. The default.
	ReviewManual Review = "manual"
	// ReviewAutomatic approves an application that can be made at all.
	ReviewAutomatic Review = "automatic"
)

// Unentitled is what becomes of a recruit of somebody whose level may not recruit.
type Unentitled string

// What becomes of such a recruit.
const (
	// UnentitledRefuse refuses him, with a reason. The default.
	UnentitledRefuse Unentitled = "refuse"
	// UnentitledPassUp gives him to the nearest above who may recruit, and refuses him where there is none.
	UnentitledPassUp Unentitled = "pass-up"
)

// FrozenEarnings is what becomes of commission of one whose earnings are frozen.
type FrozenEarnings string

// What becomes of it.
const (
	// FrozenNothing: he gets none, and does not get it afterwards either. The default.
	FrozenNothing FrozenEarnings = "nothing"
	// FrozenAccrues: he gets it as if he were not frozen, and can withdraw nothing as long as he is.
	FrozenAccrues FrozenEarnings = "accrue"
)

// Bar returns why one who stands so earns nothing by this plan, "" if he earns: what [State.Bar] says, unless it lets frozen earnings accrue.
func (j Joining) Bar(s State) Reason {
	bar := s.Bar()
	if bar == EarningFrozen && j.Frozen == FrozenAccrues {
		return ""
	}
	return bar
}

// WithdrawalBar returns why one who stands so cannot withdraw by this plan, "" if he can: what [State.WithdrawalBar] says, and that his earnings are frozen
// where the plan lets these accrue.
func (j Joining) WithdrawalBar(s State) Reason {
	bar := s.WithdrawalBar()
	if bar == "" && s.Earning == Frozen && j.Frozen == FrozenAccrues {
		return EarningFrozen
	}
	return bar
}

// maxDays keeps times within what every store can hold.
const maxDays = 3650

// Asked returns what is asked of somebody before he is a partner, with its defaults written out.
func (j Joining) Asked() Conditions {
	if j.Spend.Valid {
		return Conditions{All: []Condition{{Metric: &Metric{Name: MetricSpend}, AtLeast: j.Spend}}}.WithDefaults()
	}
	return j.Threshold.WithDefaults()
}

// Reached judges what is asked by what is known of somebody: whether it is reached, and how each condition stands. Where nothing is asked there is
// nothing to wait for, and nobody is promoted by what he does: reached is true, the verdict's Met is not.
func (j Joining) Reached(facts Facts, own Predicates) (reached bool, verdict Verdict) {
	asked := j.Asked()
	verdict = asked.Evaluate(facts, own)
	return asked.IsZero() || verdict.Met, verdict
}

// Promotes reports whether one who stands so becomes a partner by reaching what is asked, without an application. It happens once: who is a partner, or
// has left, does not become one by it.
func (j Joining) Promotes(s Status, verdict Verdict) bool {
	return verdict.Met && j.Entry != EntryApplication && j.Waits(s)
}

// Waits reports whether one who stands so can still become a partner by reaching what is asked, or be told that he can apply.
func (j Joining) Waits(s Status) bool { return s == "" || s == Candidate }

// Reminds reports whether one who stands so is told that he can apply.
func (j Joining) Reminds(s Status, verdict Verdict) bool {
	return verdict.Met && j.Entry == EntryApplication && j.Waits(s)
}

// StatusOnRecruit is the status with which a recruit begins.
func (j Joining) StatusOnRecruit() Status {
	if j.Entry == EntryApplication || !j.Asked().IsZero() {
		return Candidate
	}
	return Active
}

// WithDefaults returns the section with every field that was left out set to what it means, and Spend written as the threshold that it is.
func (j Joining) WithDefaults() Joining {
	j.Threshold, j.Spend = j.Asked(), decimal.NullDecimal{}
	orDefault(&j.Entry, EntryAutomatic)
	orDefault(&j.Review, ReviewManual)
	orDefault(&j.Unentitled, UnentitledRefuse)
	orDefault(&j.Frozen, FrozenNothing)
	j.Form = slices.Clone(j.Form)
	for i := range j.Form {
		j.Form[i] = j.Form[i].withDefaults()
	}
	j.Leaving = j.Leaving.WithDefaults()
	return j
}

// orDefault sets an option that was left out.
func orDefault[T ~string](option *T, value T) {
	if *option == "" {
		*option = value
	}
}

// Validate returns every problem of the section in this currency and with these conditions of the shop's own, nil if there is none.
func (j Joining) Validate(currency money.Currency, own Predicates) []Problem {
	var problems []Problem
	add := func(path, format string, args ...any) {
		problems = append(problems, Problem{Path: "joining." + path, Message: fmt.Sprintf(format, args...)})
	}
	if j.Spend.Valid {
		for _, x := range j.Asked().Validate("", currency, own) {
			add("spend", "%s", x.Message)
		}
		if !j.Threshold.IsZero() {
			add("spend", `it is the short form of a threshold, and "threshold" stands beside it; put the amount there`)
		}
	}
	problems = append(problems, j.Threshold.Validate("joining.threshold", currency, own)...)
	oneOf(add, "entry", j.Entry, EntryAutomatic, EntryApplication)
	oneOf(add, "review", j.Review, ReviewManual, ReviewAutomatic)
	oneOf(add, "unentitled", j.Unentitled, UnentitledRefuse, UnentitledPassUp)
	oneOf(add, "frozen", j.Frozen, FrozenNothing, FrozenAccrues)
	days(add, "reapplyDays", j.ReapplyDays)
	days(add, "validDays", j.ValidDays)
	validateForm(add, j.Form)
	validateAgreements(add, j.Agreements)
	j.Leaving.validate(add)
	return problems
}

// CheckFirstPayment returns why this section does not go with a plan that binds customers by their first payment, nil if it does: where nothing is asked
// and nobody reviews, a buyer is a partner before he has paid, so that nobody can ever be bound.
func (j Joining) CheckFirstPayment() []Problem {
	if j.Entry != EntryApplication || j.Review != ReviewAutomatic || !j.Asked().IsZero() {
		return nil
	}
	return []Problem{{
		Path:    "joining.review",
		Message: `whoever applies is a partner at once, so that nobody is left to be bound by his first payment; set a threshold, or "review": "manual"`,
	}}
}

type adder func(path, format string, args ...any)

func oneOf[T ~string](add adder, path string, value T, names ...T) {
	if value != "" && !slices.Contains(names, value) {
		add(path, "%q is none of %q", value, names)
	}
}

func days(add adder, path string, n int) {
	if n < 0 || n > maxDays {
		add(path, "from 0 to %d days, not %d", maxDays, n)
	}
}

// afterDays is an instant so many days of 24 hours later.
func afterDays(t time.Time, days int) time.Time { return t.Add(time.Duration(days) * 24 * time.Hour) }
