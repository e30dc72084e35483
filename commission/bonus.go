package commission

import (
	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// Bonus is one period bonus of a plan, as data: what a whole month, quarter or year of sales pays. Exactly one of Ladder, Pool and Tiers is set.
type Bonus struct {
	// Name is a name of its own among the bonuses of the plan; it stands in the rule of every entry.
	Name string `json:"name"`
	// Every is the length of its periods.
	Every Interval `json:"every"`
	// Counts is when an order counts, and so in which period.
	Counts Node `json:"counts"`

	// Ladder pays a rate on team volume less what the legs below are entitled to (团队级差).
	Ladder *Ladder `json:"ladder,omitempty"`
	// Pool divides a share of the shop's sales by weight (股东分红).
	Pool *Pool `json:"pool,omitempty"`
	// Tiers pays a rate on one's own sales that depends on how much they are (阶梯奖励).
	Tiers *Tiers `json:"tiers,omitempty"`
}

// Ladder is a team ladder by differential. A partner's team volume is his own and that of everybody below him; his legs are the teams of those he
// recruited. Every sale pays, walking up from its seller, what each one's rate exceeds the best rate below him, so that what it pays in all is the
// highest rate above it, once. One all of whose team's volume has met the same or a higher rate below him is overtaken and gets nothing.
//
// What a team is entitled to is worked out for the whole team and cut off downwards, once; a bonus is that less what the legs are entitled to. So no
// bonus is ever below 0; where nobody has a lower rate than one below him, the bonuses of a team are together exactly the team's volume × the rate at its
// top, cut off; and a change elsewhere in the tree changes no bonus. (Rounding to the nearest could not do this: two legs of 0.5 each would be rounded to
// more than their team.) Fractions of a unit that cannot be paid to legs pass up, and are paid where they add up to a unit, even to one who is overtaken.
//
// One who is barred gets nothing and counts as having no rate: what he would have got goes to the next above with a higher rate than those below him. His
// own sales and his team's count above him as ever.
//
// A volume below 0, where more went back in the period than was sold, lowers the volume of every team it is in. No bonus falls below 0 by it: what a
// partner's own loss leaves him short is taken from the next above with no lower rate, as far as his bonus goes.
type Ladder struct {
	// Tree is the tree in which the teams stand; "" is that of recruiters.
	Tree partner.Tree `json:"tree,omitempty"`
	// Steps give the rate by team volume, lowest first: the last step whose threshold is reached counts. A volume below the first has no rate.
	Steps []Step `json:"steps,omitempty"`
	// Rates give the rate by level, instead of Steps.
	Rates map[partner.Level]Rate `json:"rates,omitempty"`
	// LegCap is the share of a step's threshold that one leg can contribute towards reaching it; own sales count in full. With "50%" a step of 100,000
	// needs two legs of 50,000, or own sales. What is paid is still on the whole volume. Not set: every leg counts in full.
	LegCap Rate `json:"legCap"`
	// AsOf is whose tree and levels an order sees: those of the period's end, or of its payment.
	AsOf AsOf `json:"asOf"`
	// Leaders says whether a member who is a leader stays in the teams above him, or leaves them with his branch.
	Leaders LeaderTeams `json:"leaders"`
}

// Step is a threshold and what is paid from it on: a volume equal to it has reached it.
type Step struct {
	From decimal.Decimal `json:"from"` // in the currency, 0 or more
	Rate Rate            `json:"rate"`
}

// Pool divides a share of all net sales of the period among those who have a weight, by largest remainder: the shares are together the pool, to the last
// unit, ties going to the earlier member. What nobody has a weight for stays with the shop.
type Pool struct {
	// Rate is the share of the shop's net sales that makes the pool, rounded once by the plan's mode.
	Rate Rate `json:"rate"`
	// Levels and Partners give the weights; a partner's own comes before that of his level, also where it is 0. One without weight has no share.
	Levels   map[partner.Level]int64 `json:"levels,omitempty"`
	Partners map[partner.ID]int64    `json:"partners,omitempty"`
	// Barred says what becomes of the share of one who is barred.
	Barred BarredShare `json:"barred"`
}

// BarredShare is what becomes of the share of a pool of one who earns nothing.
type BarredShare uint8

const (
	// ToOthers leaves his weight out: the others divide the whole pool.
	ToOthers BarredShare = iota
	// ToShop counts his weight and leaves his share with the shop.
	ToShop
)

// Tiers pays a partner's own sales of a period by how much they are. What a period pays is rounded once by the plan's mode and laid on its tiers, an entry
// each, by largest remainder, ties to the lower tier. A period in which more went back than was sold pays nothing.
type Tiers struct {
	// Mode says which sales are paid at which tier's rate.
	Mode TierMode `json:"mode"`
	// Steps are the tiers, lowest first. What lies below the first pays nothing.
	Steps []Step `json:"steps"`
}

// TierMode is which sales are paid at which tier's rate.
type TierMode uint8

const (
	// Marginal pays each part of the volume at the rate of the tier in which it lies (超额累进): a sale that crosses a threshold is divided.
	Marginal TierMode = iota
	// Retroactive pays the whole volume at the rate of the tier reached at the end (全额累进).
	Retroactive
	// Prospective pays each sale, whole, at the rate of the tier that the sales before it had reached; what went back counts as a sale below 0 at the time
	// when it did.
	Prospective
)

var (
	barredShareNames = []string{"others", "shop"}
	tierModeNames    = []string{"marginal", "retroactive", "prospective"}
)

// String returns the option's name in a plan.
func (o BarredShare) String() string { return OptionText(o, barredShareNames) }

// MarshalText writes the form of String.
func (o BarredShare) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *BarredShare) UnmarshalText(text []byte) error { return ParseOption(o, text, barredShareNames) }

// String returns the option's name in a plan.
func (o TierMode) String() string { return OptionText(o, tierModeNames) }

// MarshalText writes the form of String.
func (o TierMode) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *TierMode) UnmarshalText(text []byte) error { return ParseOption(o, text, tierModeNames) }

// The kinds of period bonuses, as they begin the rule of an entry.
const (
	kindLadder = "ladder"
	kindPool   = "pool"
	kindTiers  = "tiers"
)

// Rule returns the rule under which the bonus's entries stand: its kind, a colon and its name, such as "pool:shareholders".
func (b Bonus) Rule() string {
	kind := kindTiers
	switch {
	case b.Ladder != nil:
		kind = kindLadder
	case b.Pool != nil:
		kind = kindPool
	}
	return kind + ":" + b.Name
}

// most is the most that the bonus pays of what is left of all sales: a ladder its highest rate once, tiers their highest rate, a pool its rate.
func (b Bonus) most() decimal.Decimal {
	var rates []Rate
	switch {
	case b.Ladder != nil:
		rates = byLevel(Rate{}, b.Ladder.Rates)
		for _, s := range b.Ladder.Steps {
			rates = append(rates, s.Rate)
		}
	case b.Pool != nil:
		rates = []Rate{b.Pool.Rate}
	case b.Tiers != nil:
		for _, s := range b.Tiers.Steps {
			rates = append(rates, s.Rate)
		}
	}
	return highest(rates, Rate.share)
}
