package incentive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Rising is the section of a plan that says how partners rise to levels by what they reach.
type Rising struct {
	// Reward says what becomes of a reward for reaching a level that itself reaches what a higher level asks.
	Reward RewardRise `json:"reward"`
}

// RewardRise is what becomes of a reward for reaching a level that itself reaches what a higher level asks.
type RewardRise uint8

const (
	// NextEvent lets it count from the next event of the partner on, such as his next order: no reward follows from a reward.
	NextEvent RewardRise = iota
	// Cascade lets it count at once, so that the partner rises again, until nothing more is reached.
	Cascade
)

var rewardRiseNames = []string{"next-event", "cascade"}

// String returns the option's name in a plan.
func (r RewardRise) String() string { return commission.OptionText(r, rewardRiseNames) }

// MarshalText writes the form of String.
func (r RewardRise) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (r *RewardRise) UnmarshalText(text []byte) error {
	return commission.ParseOption(r, text, rewardRiseNames)
}

// Validate returns every problem of the section, nil if there is none.
func (r Rising) Validate() []commission.Problem {
	if int(r.Reward) < len(rewardRiseNames) {
		return nil
	}
	return []commission.Problem{{Path: "rising.reward", Message: fmt.Sprintf("%d names no option", r.Reward)}}
}

// Prospect is how one level above that of a partner stands.
type Prospect struct {
	Level   partner.Level
	Name    string          // as shown; "" shows the id
	Verdict partner.Verdict // what is asked and how much of it there is; Met says that he rises
}

// Reached returns the highest level above the one that somebody has of which everything that is asked is reached, and whether there is one. Those in between
// need not be reached. A level that the plan does not have, and none, counts as the default level. It never returns a lower one.
func (l Levels) Reached(have partner.Level, facts partner.Facts, own partner.Predicates) (Prospect, bool) {
	above := l.above(have)
	for i := range above {
		if p := above[i].prospect(facts, own); p.Verdict.Met {
			return p, true
		}
	}
	return Prospect{}, false
}

// Progress judges every level above the one that somebody has that is reached by itself, lowest first: he rises to the last of them that is met, as
// [Levels.Reached] says.
func (l Levels) Progress(have partner.Level, facts partner.Facts, own partner.Predicates) Progress {
	above := l.above(have)
	progress := make(Progress, len(above))
	for i := range above {
		progress[len(above)-1-i] = above[i].prospect(facts, own)
	}
	return progress
}

func (l *Level) prospect(facts partner.Facts, own partner.Predicates) Prospect {
	return Prospect{Level: l.ID, Name: l.Name, Verdict: l.Reach.Evaluate(facts, own)}
}

// above returns the levels above one that are reached by themselves, highest first.
func (l Levels) above(have partner.Level) []Level {
	from, known := l.standing(have)
	if !known {
		return nil
	}
	above := slices.DeleteFunc(slices.Clone(l), func(level Level) bool { return level.Weight <= from.Weight || level.Reach.IsZero() })
	slices.SortFunc(above, func(a, b Level) int { return cmp.Compare(b.Weight, a.Weight) })
	return above
}

// standing returns the level as which one counts: itself, or the default where the plan does not have it.
func (l Levels) standing(id partner.Level) (Level, bool) {
	if level, ok := l.Find(id); ok {
		return level, true
	}
	return l.Find(l.Default())
}

// Rise reports whether somebody can reach a level by himself.
func (l Levels) Rise() bool {
	return slices.ContainsFunc(l, func(level Level) bool { return !level.Reach.IsZero() })
}

// WithDefaults returns the levels with every field that was left out of what is to be reached set to what it means.
func (l Levels) WithDefaults() Levels {
	l = slices.Clone(l)
	for i := range l {
		l[i].Reach = l[i].Reach.WithDefaults()
	}
	return l
}

// Pin returns the levels as [partner.Predicates.Pin] does their conditions.
func (l Levels) Pin(own partner.Predicates) Levels {
	l = slices.Clone(l)
	for i := range l {
		l[i].Reach = own.Pin(l[i].Reach)
	}
	return l
}

// Progress is how the levels above that of a partner stand, lowest first. It is empty where none above is reached by itself.
type Progress []Prospect

// String says in English how the level stands: "gold: own spend: 20.00 of 50.00, 30.00 short".
func (p Prospect) String() string { return cmp.Or(p.Name, string(p.Level)) + ": " + p.Verdict.String() }

// Chinese is String in Chinese.
func (p Prospect) Chinese() string {
	return cmp.Or(p.Name, string(p.Level)) + "：" + p.Verdict.Chinese()
}

// String says it in English, a line a level.
func (p Progress) String() string {
	return p.lines(Prospect.String, "no level above is reached by itself")
}

// Chinese is String in Chinese.
func (p Progress) Chinese() string {
	return p.lines(Prospect.Chinese, "没有可自动升级的更高等级")
}

func (p Progress) lines(of func(Prospect) string, none string) string {
	if len(p) == 0 {
		return none
	}
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = of(p[i])
	}
	return strings.Join(lines, "\n")
}
