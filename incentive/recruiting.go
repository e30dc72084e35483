package incentive

import (
	"fmt"

	"github.com/fenrun/fenrun/partner"
)

// DefaultError says that levels do not have exactly one that is the default, so that nobody can join.
type DefaultError struct {
	Defaults []partner.Level
}

func (e *DefaultError) Error() string {
	if len(e.Defaults) == 0 {
		return "incentive: no level is the default, with which somebody could join"
	}
	return fmt.Sprintf("incentive: the levels %q are all the default; one has to be", e.Defaults)
}

// OnJoining returns the level on joining, "" where the plan has no levels. It is a [*DefaultError] unless exactly one level is the default.
func (l Levels) OnJoining() (partner.Level, error) {
	var defaults []partner.Level
	for _, level := range l {
		if level.Default {
			defaults = append(defaults, level.ID)
		}
	}
	if len(l) > 0 && len(defaults) != 1 {
		return "", &DefaultError{Defaults: defaults}
	}
	return l.Default(), nil
}

func (l *Level) mayRecruit() bool { return l.MayRecruit == nil || *l.MayRecruit }

// MayRecruit reports whether the holder of a level may bring others into his team. One who has no level, or one that the plan does not have, may.
func (l Levels) MayRecruit(id partner.Level) bool {
	level, _ := l.Find(id)
	return level.mayRecruit()
}

// RecruitLevel returns the level with which one begins whom the holder of a level recruits: the level's own, or the default.
func (l Levels) RecruitLevel(id partner.Level) partner.Level {
	if level, _ := l.Find(id); level.RecruitLevel != "" {
		return level.RecruitLevel
	}
	return l.Default()
}

// Recruiter returns who recruits where the first of a line brings somebody: himself, or where he may not and policy passes the recruit up, the nearest above
// who may. Where nobody may it is "" with the reason why the first may not. An empty line gives [partner.NotPartner].
func (l Levels) Recruiter(line []partner.Standing, policy partner.Unentitled) (partner.ID, partner.Reason) {
	first := partner.NotPartner
	for i, who := range line {
		bar := who.RecruitBar()
		if bar == "" && !l.MayRecruit(who.Level) {
			bar = partner.MayNotRecruit
		}
		if bar == "" {
			return who.ID, ""
		}
		if i == 0 {
			first = bar
		}
		if policy != partner.UnentitledPassUp {
			break
		}
	}
	return "", first
}
