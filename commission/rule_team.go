package commission

import (
	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleTeam is the name of the rule that pays the leaders above the sale.
const RuleTeam = "team"

// Team is the team reward. The zero Team pays none.
type Team struct {
	Rate   Rate                   `json:"rate"`
	Levels map[partner.Level]Rate `json:"levels,omitempty"` // by the leader's level; Rate for the others
	Mode   TeamMode               `json:"mode"`
}

// TeamMode is which of the leaders above a sale receive the team reward.
type TeamMode uint8

const (
	// Nearest pays the nearest leader alone: a member who becomes a leader takes his branch with him, for later orders.
	Nearest TeamMode = iota
	// EveryLeader pays every leader what his share exceeds the best of the leaders below him: the branch stays, at the difference.
	EveryLeader
)

var teamModeNames = []string{"nearest", "differential"}

// String returns the option's name in a plan.
func (o TeamMode) String() string { return optionText(o, teamModeNames) }

// MarshalText writes the form of String.
func (o TeamMode) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *TeamMode) UnmarshalText(text []byte) error { return parseOption(o, text, teamModeNames) }

func (p *Plan) teamReward() builtin {
	rates := byLevel(p.Team.Rate, p.Team.Levels)
	return builtin{
		name: RuleTeam, on: p.Team.pays(), deep: true, rates: rates,
		build: func() Rule { return &teamRule{team: p.Team, missing: p.Missing} },
		check: p.Team.check,
		most:  func() decimal.Decimal { return highest(rates) },
	}
}

func (t Team) pays() bool { return t.Rate.IsSet() || len(t.Levels) > 0 }

func (t Team) check(v *problems) {
	v.option("commission.team.mode", int(t.Mode), len(teamModeNames))
	if t.Mode != EveryLeader {
		return
	}
	if t.Rate.IsPerUnit() {
		v.add("commission.team.rate", "the differential is between shares such as \"10%%\", not %s", t.Rate)
	}
	v.shares("commission.team.levels", t.Levels)
}

func (t Team) rate(level partner.Level) (Rate, Source) {
	if rate, ok := t.Levels[level]; ok {
		return rate, Source{Kind: FromTeam, Key: string(level)}
	}
	return t.Rate, Source{Kind: FromTeam}
}

// teamRule pays the leaders above the seller.
type teamRule struct {
	team    Team
	missing Missing
}

func (r *teamRule) Shares(in *Input, out *Shares) {
	best, led := Rate{}, false
	for i := 1; i < len(in.Uplines); i++ {
		u := &in.Uplines[i]
		if !u.Leader {
			continue
		}
		led = true
		if u.Bar != "" {
			out.Skip(i, 0, u.Bar)
			if r.missing.passes() || r.team.Mode == EveryLeader {
				continue
			}
			return
		}
		rate, source := r.team.rate(u.Level)
		if r.team.Mode == Nearest {
			out.Pay(i, 0, rate, source)
			return
		}
		if rate.coefficient != 0 && rate.cmp(best) <= 0 {
			out.Skip(i, 0, Overtaken)
			continue
		}
		out.Pay(i, 0, rate.minus(best), source)
		if rate.coefficient != 0 {
			best = rate
		}
	}
	if !led {
		out.Skip(-1, 0, NoLeader)
	}
}
