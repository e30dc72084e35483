package commission_test

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

var (
	genBonusShares = []string{"0%", "2%", "0.5%", "10%", "33.333%", "100%"}
	genBonusFixed  = []string{"0/unit", "0.01/unit", "1.25/unit", "3.00/unit"}
)

// genBonuses draws bonuses of levels and of the recruiter, and where a partner's own rates and those of the lines stand. Bonuses that a rate of the plan
// does not bear are left out; where a rate of a line might not, these do not count.
func genBonuses(t *rapid.T, c *genCase) {
	p := &c.plan
	p.Personal = commission.PersonalRates(rapid.IntRange(0, 1).Draw(t, "personal"))
	if often(t, "no line rates", 15) {
		p.LineRates = commission.IgnoreLineRates
	}
	if often(t, "recruiter", 30) {
		p.Recruiter.Rate = genRates(t, "recruiter", 1)[0]
		if often(t, "recruiter levels", 50) {
			p.Recruiter.Levels = map[partner.Level]commission.Rate{"g1": genRates(t, "recruiter level", 1)[0]}
		}
	}
	if often(t, "level bonus", 50) {
		p.LevelBonus = genLevelBonus(t)
		plain := *p
		if plain.Overflow = commission.ProRata; plain.Validate(c.cur, nil) != nil {
			p.LevelBonus = commission.LevelBonus{}
		}
	}
	if !bearsEveryRate(p.LevelBonus) {
		p.LineRates = commission.IgnoreLineRates
	}
}

// bearsEveryRate reports whether any rate that a line can be given is short enough for the bonuses.
func bearsEveryRate(b commission.LevelBonus) bool {
	plan := commission.Plan{LevelBonus: b, Products: map[string][]commission.Rate{}}
	for _, text := range slices.Concat(genShares, genFixed) {
		plan.Products[text] = rates(text, text, text)
	}
	return plan.Validate(cny, nil) == nil
}

func genLevelBonus(t *rapid.T) commission.LevelBonus {
	b := commission.LevelBonus{Mode: commission.BonusMode(rapid.IntRange(0, 2).Draw(t, "bonus mode")), Rates: map[partner.Level][]commission.Rate{}}
	for range rapid.IntRange(1, 3).Draw(t, "bonuses") {
		var list []commission.Rate
		for range rapid.IntRange(1, 3).Draw(t, "bonus slots") {
			texts := genBonusShares
			switch {
			case often(t, "no bonus", 15):
				texts = []string{"-"}
			case b.Mode != commission.Multiplicative && often(t, "fixed", 25):
				texts = genBonusFixed
			}
			list = append(list, commission.MustRate(rapid.SampledFrom(texts).Draw(t, "bonus")))
		}
		b.Rates[partner.Level(rapid.SampledFrom(genLevels).Draw(t, "bonus level"))] = list
	}
	return b
}
