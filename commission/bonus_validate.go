package commission

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// maxSteps bounds the steps or levels of a bonus.
const maxSteps = 100

// ValidateBonuses returns every problem of the period bonuses of a plan in this currency, nil if there is none. Paths are those of a plan document:
// "bonuses[0].ladder.steps[1].rate".
func ValidateBonuses(currency money.Currency, bonuses []Bonus) []Problem {
	v := problems{}
	names := map[string]int{}
	for i := range bonuses {
		b, path := &bonuses[i], fmt.Sprintf("bonuses[%d]", i)
		if err := partner.CheckID("bonus", b.Name); err != nil {
			v.add(path+".name", "every bonus has a name of its own: %s", err)
		} else if j, ok := names[b.Name]; ok {
			v.add(path+".name", "bonuses[%d] is called %q too", j, b.Name)
		}
		names[b.Name] = i
		v.named(path+".every", int(b.Every), len(intervalNames))
		v.named(path+".counts", int(b.Counts), len(nodeNames))
		kinds := 0
		if b.Ladder != nil {
			kinds++
			v.ladder(path+".ladder", currency, b.Ladder)
		}
		if b.Pool != nil {
			kinds++
			v.pool(path+".pool", b.Pool)
		}
		if b.Tiers != nil {
			kinds++
			v.named(path+".tiers.mode", int(b.Tiers.Mode), len(tierModeNames))
			v.steps(path+".tiers", currency, b.Tiers.Steps)
		}
		if kinds != 1 {
			v.add(path, "a bonus is one of a ladder, a pool and tiers; %d are set", kinds)
		}
	}
	return v
}

// named catches numbers that no name stands for, which only Go code can write.
func (v *problems) named(path string, value, names int) {
	if value >= names {
		v.add(path, "%d names no option", value)
	}
}

func (v *problems) shareRate(path string, rate Rate) {
	if rate.kind != percent {
		v.add(path, "a bonus pays a share such as \"10%%\", not %s", rate)
	}
}

func (v *problems) ladder(path string, currency money.Currency, l *Ladder) {
	switch {
	case (len(l.Steps) > 0) == (len(l.Rates) > 0):
		v.add(path, "a ladder has either steps or rates by level")
	case len(l.Rates) > maxSteps:
		v.add(path+".rates", "%d levels are more than %d", len(l.Rates), maxSteps)
	}
	v.named(path+".asOf", int(l.AsOf), len(asOfNames))
	v.named(path+".leaders", int(l.Leaders), len(leaderTeamsNames))
	if l.Tree != "" {
		if err := partner.CheckTree(l.Tree); err != nil {
			v.add(path+".tree", "%s", err)
		}
	}
	if len(l.Steps) > 0 {
		v.steps(path, currency, l.Steps)
	}
	for i := 1; i < len(l.Steps); i++ {
		if low, high := l.Steps[i-1].Rate, l.Steps[i].Rate; high.kind == percent && high.share().LessThan(low.share()) {
			v.add(fmt.Sprintf("%s.steps[%d].rate", path, i), "a higher step of a ladder pays no less than the one before, %s", low)
		}
	}
	for _, level := range slices.Sorted(maps.Keys(l.Rates)) {
		v.shareRate(KeyPath(path+".rates", string(level)), l.Rates[level])
	}
	switch {
	case !l.LegCap.IsSet():
	case l.LegCap.kind != percent || l.LegCap.coefficient == 0:
		v.add(path+".legCap", "a leg cap is a share of a step's threshold above 0, such as \"50%%\", not %s", l.LegCap)
	case len(l.Steps) == 0:
		v.add(path+".legCap", "a leg cap is about reaching steps, and there are none")
	}
}

func (v *problems) pool(path string, p *Pool) {
	v.shareRate(path+".rate", p.Rate)
	v.named(path+".barred", int(p.Barred), len(barredShareNames))
	shared := addWeights(v, path+".levels", p.Levels)
	if !addWeights(v, path+".partners", p.Partners) && !shared {
		v.add(path, "nobody has a weight; give one by level or by partner")
	}
}

// addWeights adds the problems of weights, and reports whether there is one that is not 0.
func addWeights[K ~string](v *problems, path string, weights map[K]int64) (any bool) {
	for _, key := range slices.Sorted(maps.Keys(weights)) {
		if weights[key] < 0 {
			v.add(KeyPath(path, string(key)), "a weight is 0 or more, not %d", weights[key])
		}
		any = any || weights[key] != 0
	}
	return any
}

func (v *problems) steps(path string, currency money.Currency, steps []Step) {
	if len(steps) == 0 || len(steps) > maxSteps {
		v.add(path+".steps", "from 1 to %d steps, not %d", maxSteps, len(steps))
	}
	for i, s := range steps {
		at := fmt.Sprintf("%s.steps[%d]", path, i)
		from, err := positive(s.From, currency.Scale())
		if err != nil {
			v.add(at+".from", "%s", err)
		} else if i > 0 {
			if before, err := positive(steps[i-1].From, currency.Scale()); err == nil && from.Cmp(before) <= 0 {
				v.add(at+".from", "thresholds rise; %s is not above %s", plain(s.From), plain(steps[i-1].From))
			}
		}
		v.shareRate(at+".rate", s.Rate)
	}
}
