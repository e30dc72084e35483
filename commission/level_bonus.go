package commission

import (
	"maps"
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// LevelBonus changes the rate of a slot by the level of the one who is paid, whatever gave the rate. The zero LevelBonus changes none.
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
func (o BonusMode) String() string { return optionText(o, bonusModeNames) }

// MarshalText writes the form of String.
func (o BonusMode) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *BonusMode) UnmarshalText(text []byte) error { return parseOption(o, text, bonusModeNames) }

// Bonus is the bonus of a level that changed a rate.
type Bonus struct {
	Level partner.Level `json:"level"`
	Mode  BonusMode     `json:"mode"`
	Rate  Rate          `json:"rate"`
}

// text says it as "plus 2% for level gold".
func (b *Bonus) text() string {
	how := map[BonusMode]string{Additive: "plus", Multiplicative: "raised by", Replace: "replaced by"}[b.Mode]
	return how + " " + b.Rate.String() + " for level " + string(b.Level)
}

// chinese is text in Chinese.
func (b *Bonus) chinese() string {
	how := map[BonusMode]string{Additive: "加", Multiplicative: "上浮", Replace: "改为"}[b.Mode]
	return "等级 " + string(b.Level) + " " + how + " " + b.Rate.String()
}

// apply returns the rate that the bonus makes of another, and whether it has at most 18 decimals and fits.
func (b *Bonus) apply(rate Rate) (Rate, bool) {
	switch {
	case b.Mode == Replace:
		return b.Rate, true
	case b.Mode == Multiplicative:
		part, ok := rate.times(b.Rate)
		if !ok {
			return Rate{}, false
		}
		return rate.plus(part)
	case b.Rate.kind != rate.kind:
		return rate, true
	}
	return rate.plus(b.Rate)
}

func (b LevelBonus) check(v *problems) {
	v.option("commission.levelBonus.mode", int(b.Mode), len(bonusModeNames))
	if b.Mode != Multiplicative {
		return
	}
	for _, l := range appendLists(nil, "levelBonus.rates", b.Rates) {
		for i, rate := range l.rates {
			if rate.IsPerUnit() {
				v.add(v.index("commission."+l.path, i), "a rate is raised by a share such as \"10%%\", not by %s", rate)
			}
		}
	}
}

// bonuses are the bonuses of each level by slot, nil where a slot has none.
func (b LevelBonus) bonuses() map[partner.Level][]*Bonus {
	if len(b.Rates) == 0 {
		return nil
	}
	all := make(map[partner.Level][]*Bonus, len(b.Rates))
	for level, rates := range b.Rates {
		all[level] = make([]*Bonus, len(rates))
		for i, rate := range rates {
			if rate.IsSet() {
				all[level][i] = &Bonus{Level: level, Mode: b.Mode, Rate: rate}
			}
		}
	}
	return all
}

// raise applies the bonus of the payee's level to the rate of a slot.
func (c *Calculator) raise(rate Rate, source Source, slot int, payee *Upline) (Rate, Source) {
	own := c.bonuses[payee.Level]
	if slot > len(own) || own[slot-1] == nil || !rate.IsSet() {
		return rate, source
	}
	bonus := own[slot-1]
	raised, _ := bonus.apply(rate) // that it fits is checked with the plan and with the line's own rates
	if bonus.Mode == Additive && bonus.Rate.kind != rate.kind {
		return rate, source
	}
	source.Bonus = bonus
	return raised, source
}

// bears returns why the bonuses and the peer bonus cannot be applied to a rate of a slot exactly, "" if they can.
func (p *Plan) bears(rate Rate, slot int) string {
	raised := []Rate{rate}
	for _, level := range slices.Sorted(maps.Keys(p.LevelBonus.Rates)) {
		rates := p.LevelBonus.Rates[level]
		if slot > len(rates) || !rates[slot-1].IsSet() {
			continue
		}
		bonus := Bonus{Mode: p.LevelBonus.Mode, Rate: rates[slot-1]}
		own, ok := bonus.apply(rate)
		if !ok {
			return "with the bonus of level " + string(level) + " it has more than 18 digits"
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
