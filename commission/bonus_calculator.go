package commission

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// BonusCalculator is one period bonus made ready to calculate. It is immutable and safe for concurrent use.
type BonusCalculator struct {
	calc   *Calculator
	bonus  Bonus
	rule   string
	source SourceKind
	steps  []bonusStep
	levels map[partner.Level]int16 // the index of each level's step, for a ladder by level
	scale  uint8                   // of the shares of all steps
}

// bonusStep is a step or a level of a ladder, a tier, or the one rate of a pool.
type bonusStep struct {
	from  money.Units // at the price scale
	leg   money.Units // the most that one leg contributes towards from, cut off downwards
	cut   uint64      // what was cut off of it, in parts of 10 to the scale of the leg cap
	rate  Rate
	share int64 // the rate at the scale that all have
	key   string
}

// Bonus returns the calculator of a period bonus, which counts volumes in the plan's price scale, pays in its currency and rounds by its mode. A bonus
// that cannot work is a [*PlanError] with all its problems.
func (c *Calculator) Bonus(b Bonus) (*BonusCalculator, error) {
	if problems := ValidateBonuses(c.currency, []Bonus{b}); len(problems) > 0 {
		return nil, &PlanError{Problems: problems}
	}
	x := &BonusCalculator{calc: c, bonus: b, rule: b.Rule()}
	var err error
	switch {
	case b.Pool != nil:
		x.source = FromPool
		x.steps = []bonusStep{{rate: b.Pool.Rate}}
	case b.Tiers != nil:
		x.source = FromTiers
		err = x.takeSteps("tiers", b.Tiers.Steps)
	default:
		x.source = FromLadder
		err = x.takeSteps("ladder", b.Ladder.Steps)
		x.takeLevels(b.Ladder.Rates)
		x.capLegs(b.Ladder.LegCap)
	}
	if err != nil {
		return nil, err
	}
	for i := range x.steps {
		x.scale = max(x.scale, x.steps[i].rate.scale)
	}
	for i := range x.steps {
		s := &x.steps[i]
		s.share = s.rate.coefficient * int64(tens[x.scale-s.rate.scale]) // at most 10^18, since no share is above 1
	}
	return x, nil
}

func (x *BonusCalculator) takeSteps(path string, steps []Step) error {
	for i, s := range steps {
		from, err := money.Scaled(s.From, x.calc.price.Scale())
		if err != nil {
			return &PlanError{Problems: []Problem{{Path: fmt.Sprintf("bonuses[0].%s.steps[%d].from", path, i), Message: err.Error()}}}
		}
		x.steps = append(x.steps, bonusStep{from: from, rate: s.Rate, key: s.From.String()})
	}
	return nil
}

func (x *BonusCalculator) takeLevels(rates map[partner.Level]Rate) {
	if len(rates) == 0 {
		return
	}
	x.levels = make(map[partner.Level]int16, len(rates))
	for _, level := range slices.Sorted(maps.Keys(rates)) {
		x.levels[level] = int16(len(x.steps))
		x.steps = append(x.steps, bonusStep{rate: rates[level], key: string(level)})
	}
}

func (x *BonusCalculator) capLegs(legCap Rate) {
	for i := range x.steps {
		s := &x.steps[i]
		product := new(big.Int).Mul(s.from.Big(nil), big.NewInt(legCap.coefficient))
		cut := new(big.Int)
		product.DivMod(product, money.Pow10(int(legCap.scale)), cut)
		s.leg, _ = money.UnitsFromBig(product) // not above from
		s.cut = cut.Uint64()
	}
}

// Bonus returns the bonus that is calculated. What it points to must not be changed.
func (x *BonusCalculator) Bonus() Bonus { return x.bonus }

// Member is one partner in a period, each once; of a ladder as of payment he comes once for each spot that he had, one after another, with the sales that
// he made there (see [Genealogy]).
type Member struct {
	Partner   partner.ID
	Level     partner.Level  // "" for none
	Bar       partner.Reason // why he earns nothing; "" if he earns (see partner.State.Bar)
	Recruiter int            // the index of his recruiter among the members, -1 for none; only a ladder looks at it
	Leader    bool           // whether the level makes him a leader; only a ladder that leaders leave looks at it
	// Volume is the net of his own sales in the period in units of the price scale: of tiers and of a ladder. It is below 0 where more went back than was
	// sold.
	Volume money.Units
}

// BonusInput is what a period bonus is worked out of. It must not be changed while a result of it is in use.
type BonusInput struct {
	// Members are the partners, in any order: recruiters may come before or after those whom they recruited.
	Members []Member
	// Net is the net of all of the shop's sales in the period, in units of the price scale; only a pool needs it.
	Net money.Units
	// Sales are each member's sales in the order of time, in units of the price scale, together his volume. Only tiers in the mode prospective need them.
	Sales [][]money.Units
	// Period is what the bonus is worked out over. It stands in the details of the entries and changes no amount; the zero Period is left out.
	Period Period
}

// MaxMembers is how many members one calculation takes.
const MaxMembers = 1 << 30

// BonusError lists what is wrong with the members of a period, at most the first 20 problems. Nothing was calculated.
type BonusError struct {
	Bonus    string // its name
	Problems []Problem
}

func (e *BonusError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return fmt.Sprintf("commission: bonus %q: %s", e.Bonus, strings.Join(texts, "; "))
}

// shownProblems bounds an error about a million members.
const shownProblems = 20

// fail notes a problem of the members; all of them are reported together, up to a number.
func (r *BonusResult) fail(path, format string, args ...any) {
	if r.failed == nil {
		r.failed = &BonusError{Bonus: r.calc.bonus.Name}
	}
	if len(r.failed.Problems) < shownProblems {
		r.failed.Problems = append(r.failed.Problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// failure is the problems noted, as an error.
func (r *BonusResult) failure() error {
	if r.failed == nil {
		return nil
	}
	return r.failed
}

// Calculate works out what a period pays. into is a result to use again, or nil. With one that has been used for as many members, ladders and tiers need
// no memory of their own.
//
// Members who earn nothing are no errors: [BonusResult.Unpaid] names each with the reason. An index of a recruiter that is none, a circle of recruiters,
// and sales that are not together the volume are a [*BonusError]; sums beyond 38 digits are a [*money.RangeError]. into is empty then.
func (x *BonusCalculator) Calculate(in BonusInput, into *BonusResult) (*BonusResult, error) {
	if into == nil {
		into = &BonusResult{}
	}
	into.reset(x, in)
	err := into.work()
	if err != nil {
		into.reset(x, BonusInput{})
	}
	return into, err
}

func (r *BonusResult) work() error {
	if len(r.in.Members) > MaxMembers {
		r.fail("members", "%d are more than %d", len(r.in.Members), MaxMembers)
		return r.failed
	}
	switch r.calc.source {
	case FromPool:
		return r.pool()
	case FromTiers:
		return r.tiers()
	}
	return r.ladder()
}

// tooLarge says that a number of the period has more than 38 digits.
func (x *BonusCalculator) tooLarge(err error) error {
	return fmt.Errorf("commission: bonus %q: %w", x.bonus.Name, err)
}

// shift is the power of ten by which volume × share has to be divided.
func (x *BonusCalculator) shift() int {
	return int(x.scale) + x.calc.price.Scale() - x.calc.currency.Scale()
}

// amount is the step's rate of a volume, rounded once.
func (x *BonusCalculator) amount(mode money.Mode, volume money.Units, s *bonusStep) money.Units {
	shift := x.shift()
	if n, ok := volume.Int64(); ok {
		if amount, ok := mode.MulPow10(n, s.share, shift); ok {
			return money.UnitsOf(amount)
		}
	}
	product := volume.Big(nil)
	product.Mul(product, big.NewInt(s.share))
	u, _ := money.UnitsFromBig(mode.Quo(product, money.Pow10(shift))) // not above the volume, since no share is above 1
	return u
}

// reached returns the index of the last step that a volume reaches, -1 for none.
func (x *BonusCalculator) reached(volume money.Units) int {
	low, high := 0, len(x.steps)
	for low < high {
		if middle := (low + high) / 2; x.steps[middle].from.Cmp(volume) <= 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low - 1
}
