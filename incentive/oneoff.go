package incentive

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// OneOff is one one-off bonus of a plan, as data: what somebody gets once for one whom he brought. Exactly one of Upgrade and FirstOrder is set.
//
// Either is bound to a settled order of the one who was brought: an order that he paid for himself, of which something is left after it was released. A bonus
// waits until there is one, and is available at once when there is. It is taken back, where need be as debt, when all that he bought has come back, and comes
// again with his next settled order. It goes to his direct recruiter or owner as of the instant at which the level was reached or the order was paid, or to the
// owner whom a binding within the plan's grace gave that order, if that one earns then, else to nobody, for ever.
//
// A reward to the one himself who reached a level waits for nothing: it is available once he has the level, and stands with it.
type OneOff struct {
	// Name is a name of its own among the one-off bonuses of the plan; it stands in the rule of every entry. It is the campaign of which each bonus
	// is given once: one of the same name in a later version of the plan is the same campaign.
	Name string `json:"name"`
	// From and To are the half-open window in which the level must be reached or the first order be paid.
	From *time.Time `json:"from,omitempty"` // nil: since ever
	To   *time.Time `json:"to,omitempty"`   // the first instant after it; nil: for ever

	// Upgrade pays for one who reaches a level, once for each of them and level.
	Upgrade *Upgrade `json:"upgrade,omitempty"`
	// FirstOrder pays for each new user (拉新人头奖), once his first order is settled.
	FirstOrder *FirstOrder `json:"firstOrder,omitempty"`
}

// Upgrade is a one-off bonus to the recruiter of one who reaches a higher level than he had before, or to himself. Who joins with a level above the plan's
// default one has reached it from that. A level that is lost and reached again pays nothing again.
type Upgrade struct {
	// Payee is who gets it.
	Payee UpgradePayee `json:"payee"`
	// Levels are the amounts, in the currency, by the level that is reached. Only levels above the default one can be reached.
	Levels map[partner.Level]decimal.Decimal `json:"levels"`
	// Skipped says whether the levels in between are paid too where somebody jumps.
	Skipped Skipped `json:"skipped"`
	// AllowHeadCount lifts the guard against rewards by head count for a level that one reaches by bringing people alone, and for which he gets it himself.
	AllowHeadCount bool `json:"allowHeadCount,omitempty"`
}

// UpgradePayee is who gets the bonus for a level that somebody reached.
type UpgradePayee uint8

const (
	// ToRecruiter pays the direct recruiter of who reached it.
	ToRecruiter UpgradePayee = iota
	// ToSelf pays who reached it.
	ToSelf
)

// Skipped is what becomes of the levels that somebody jumps over.
type Skipped uint8

const (
	// SkippedUnpaid pays only for the level that is reached.
	SkippedUnpaid Skipped = iota
	// SkippedPaid pays for the levels in between too.
	SkippedPaid
)

// FirstOrder is a head-count bonus: an amount for each new user, however little he bought. A plan can have it only by saying so.
type FirstOrder struct {
	// Amount is what each new user brings, in the currency.
	Amount decimal.Decimal `json:"amount"`
	// Of says who the new users are.
	Of NewUsers `json:"of"`
	// AllowHeadCount lifts the guard against rewards by head count. Without it the plan is refused.
	AllowHeadCount bool `json:"allowHeadCount,omitempty"`
}

// NewUsers is who counts as a new user, and who brought him.
type NewUsers uint8

const (
	// NewRecruits are partners whom somebody recruited; the recruiter gets the bonus.
	NewRecruits NewUsers = iota
	// NewCustomers are customers who are bound to somebody; the owner gets the bonus.
	NewCustomers
)

var (
	payeeNames    = []string{"recruiter", "self"}
	skippedNames  = []string{"unpaid", "paid"}
	newUsersNames = []string{"recruits", "customers"}
)

// Covers reports whether an instant lies in the window.
func (o *OneOff) Covers(instant time.Time) bool {
	return (o.From == nil || !instant.Before(*o.From)) && (o.To == nil || instant.Before(*o.To))
}

// OneOffs are the one-off bonuses of a plan.
type OneOffs []OneOff

// FirstOrders reports whether some bonus is for first orders.
func (o OneOffs) FirstOrders() bool {
	return slices.ContainsFunc(o, func(x OneOff) bool { return x.FirstOrder != nil })
}

// Upgrades reports whether who reaches a level at any time can bring a bonus.
func (o OneOffs) Upgrades(levels Levels, to partner.Level) bool {
	return slices.ContainsFunc(o, func(x OneOff) bool { return x.Upgrade != nil && len(x.Upgrade.reached(levels, "", to)) > 0 })
}

// Reached is a level that was reached, and the bonus for it.
type Reached struct {
	Name   string
	Level  partner.Level
	Payee  UpgradePayee
	Amount decimal.Decimal
}

// Reached returns the bonuses that one brings who comes from one level to another at an instant, in the order of the plan and then of levels, lowest first;
// none where that is no higher one. A level that the plan does not have, and none, counts as the default level.
func (o OneOffs) Reached(levels Levels, from, to partner.Level, instant time.Time) []Reached {
	var all []Reached
	for i := range o {
		if o[i].Upgrade == nil || !o[i].Covers(instant) {
			continue
		}
		for _, level := range o[i].Upgrade.reached(levels, from, to) {
			all = append(all, Reached{Name: o[i].Name, Level: level, Payee: o[i].Upgrade.Payee, Amount: o[i].Upgrade.Levels[level]})
		}
	}
	return all
}

// reached returns the levels that have an amount and are reached by coming from one to another, lowest first.
func (u *Upgrade) reached(levels Levels, from, to partner.Level) []partner.Level {
	target, ok := levels.Find(to)
	before, known := levels.standing(from)
	if !ok || !known {
		return nil
	}
	var some []Level
	for _, level := range levels {
		if _, pays := u.Levels[level.ID]; pays && level.Weight > before.Weight && (level.ID == to || u.Skipped == SkippedPaid && level.Weight < target.Weight) {
			some = append(some, level)
		}
	}
	slices.SortFunc(some, func(a, b Level) int { return cmp.Compare(a.Weight, b.Weight) })
	ids := make([]partner.Level, len(some))
	for i := range some {
		ids[i] = some[i].ID
	}
	return ids
}

// String returns the option's name in a plan.
func (p UpgradePayee) String() string { return commission.OptionText(p, payeeNames) }

// MarshalText writes the form of String.
func (p UpgradePayee) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (p *UpgradePayee) UnmarshalText(text []byte) error {
	return commission.ParseOption(p, text, payeeNames)
}

// String returns the option's name in a plan.
func (s Skipped) String() string { return commission.OptionText(s, skippedNames) }

// MarshalText writes the form of String.
func (s Skipped) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (s *Skipped) UnmarshalText(text []byte) error {
	return commission.ParseOption(s, text, skippedNames)
}

// String returns the option's name in a plan.
func (n NewUsers) String() string { return commission.OptionText(n, newUsersNames) }

// MarshalText writes the form of String.
func (n NewUsers) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (n *NewUsers) UnmarshalText(text []byte) error {
	return commission.ParseOption(n, text, newUsersNames)
}
