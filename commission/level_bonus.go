package commission

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// LevelBonus changes the rate of a slot by the level of the one who is paid, whatever gave the rate. A rate of 0 is changed like any other, one that is
// not set stays so, and a share ends at the whole base. The zero LevelBonus changes none.
type LevelBonus struct {
	Mode  BonusMode                `json:"mode"`
	Rates map[partner.Level][]Rate `json:"rates,omitempty"` // by slot; a slot without one keeps its rate
}

// BonusMode is how the bonus of a level changes a rate.
type BonusMode uint8

const (
	// Additive adds it: 10 % with a bonus of 2 % is 12 %. A share is added to a share and an amount per unit to an amount per unit; another kind of rate
	// keeps what it is.
	Additive BonusMode = iota
	// Multiplicative raises the rate by it: 10 % with a bonus of 10 % is 11 %.
	Multiplicative
	// Replace puts it in the place of the rate.
	Replace
)

var bonusModeNames = []string{"additive", "multiplicative", "replace"}

// String returns the option's name in a plan.
func (o BonusMode) String() string { return OptionText(o, bonusModeNames) }

// MarshalText writes the form of String.
func (o BonusMode) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *BonusMode) UnmarshalText(text []byte) error { return ParseOption(o, text, bonusModeNames) }

// Raise is the bonus of a level that changed a rate.
type Raise struct {
	Level partner.Level `json:"level"`
	Mode  BonusMode     `json:"mode"`
	Rate  Rate          `json:"rate"`
}

// text says it as "plus 2% for level gold".
func (b *Raise) text() string {
	how := map[BonusMode]string{Additive: "plus", Multiplicative: "raised by", Replace: "replaced by"}[b.Mode]
	return how + " " + b.Rate.String() + " for level " + string(b.Level)
}

// chinese is text in Chinese.
func (b *Raise) chinese() string {
	how := map[BonusMode]string{Additive: "加", Multiplicative: "上浮", Replace: "改为"}[b.Mode]
	return "等级 " + string(b.Level) + " " + how + " " + b.Rate.String()
}

// apply returns the rate that the bonus makes of another that is set, and whether it has at most 18 digits.
func (b *Raise) apply(rate Rate) (Rate, bool) {
	part, ok := b.Rate, true
	switch {
	case b.Mode == Replace:
		return b.Rate, true
	case b.Mode == Multiplicative:
		part, ok = rate.times(b.Rate)
	case b.Rate.kind != rate.kind:
		return rate, true
	}
	raised, fits := rate.plus(part)
	if raised.kind == percent && raised.cmp(wholeLine) > 0 {
		raised = wholeLine
	}
	return raised, ok && fits
}

func (b LevelBonus) check(v *problems) {
	v.option("commission.levelBonus.mode", int(b.Mode), len(bonusModeNames))
	for _, l := range appendLists(nil, "levelBonus.rates", b.Rates) {
		if len(l.rates) > maxSlots {
			v.add("commission."+l.path, "%d slots are more than %d", len(l.rates), maxSlots)
		}
		for i, rate := range l.rates {
			if b.Mode == Multiplicative && rate.IsPerUnit() {
				v.add(v.index("commission."+l.path, i), "a rate is raised by a share such as \"10%%\", not by %s", rate)
			}
		}
	}
}

// bonuses are the bonuses of each level by slot, nil where a slot has none.
func (b LevelBonus) bonuses() map[partner.Level][]*Raise {
	if len(b.Rates) == 0 {
		return nil
	}
	all := make(map[partner.Level][]*Raise, len(b.Rates))
	for level, rates := range b.Rates {
		all[level] = make([]*Raise, len(rates))
		for i, rate := range rates {
			if rate.IsSet() {
				all[level][i] = &Raise{Level: level, Mode: b.Mode, Rate: rate}
			}
		}
	}
	return all
}

// raise applies the bonus of the payee's level to the rate of a slot. One that changes nothing is not shown.
func (c *Calculator) raise(rate Rate, source Source, slot int, payee *Upline) (Rate, Source) {
	own := c.bonuses[payee.Level]
	if slot > len(own) || own[slot-1] == nil || !rate.IsSet() {
		return rate, source
	}
	raised, _ := own[slot-1].apply(rate) // that it fits is checked with the plan and with the line's own rates
	if raised != rate {
		source.Bonus = own[slot-1]
	}
	return raised, source
}

// raisedAt is what the bonus of a level makes of a rate of a slot, counted from 0.
func (p *Plan) raisedAt(rate Rate, slot int, level partner.Level) Rate {
	own := p.rate(p.LevelBonus.Rates[level], slot)
	if !own.IsSet() || !rate.IsSet() {
		return rate
	}
	raised, _ := (&Raise{Mode: p.LevelBonus.Mode, Rate: own}).apply(rate)
	return raised
}

// bears returns why the bonuses and the peer bonus cannot be applied to a rate of a slot exactly, "" if they can or the slot is not paid.
func (p *Plan) bears(rate Rate, slot int) string {
	if slot > p.Slots || !rate.IsSet() {
		return ""
	}
	raised := []Rate{rate}
	for _, level := range slices.Sorted(maps.Keys(p.LevelBonus.Rates)) {
		rates := p.LevelBonus.Rates[level]
		if slot > len(rates) || !rates[slot-1].IsSet() || p.LevelBonus.Mode == Multiplicative && rates[slot-1].IsPerUnit() {
			continue
		}
		bonus := Raise{Mode: p.LevelBonus.Mode, Rate: rates[slot-1]}
		own, ok := bonus.apply(rate)
		if !ok {
			return fmt.Sprintf("with the bonus of level %q has more than 18 digits", level)
		}
		raised = append(raised, own)
	}
	if !slices.Contains(p.Peer.Income, RuleSlots) || p.Peer.Of != OfIncome {
		return ""
	}
	for _, own := range raised {
		if !p.Peer.bears(own) {
			return "with the peer bonus " + tooLongForPeers
		}
	}
	return ""
}
