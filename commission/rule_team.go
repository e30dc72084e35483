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
	// EveryLeader pays every leader what his share exceeds the best of the leaders below him, until somebody has the highest share of all: the branch
	// stays, at the difference. Leaders who earn nothing are passed over.
	EveryLeader
)

var teamModeNames = []string{"nearest", "differential"}

// String returns the option's name in a plan.
func (o TeamMode) String() string { return OptionText(o, teamModeNames) }

// MarshalText writes the form of String.
func (o TeamMode) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *TeamMode) UnmarshalText(text []byte) error { return ParseOption(o, text, teamModeNames) }

func (p *Plan) teamReward() builtin {
	rates := byLevel(p.Team.Rate, p.Team.Levels)
	return builtin{
		name: RuleTeam, on: p.Team.pays(), deep: true, rates: rates,
		build: func() Rule { return newTeam(p.Team, p.Missing) },
		check: func(v *problems) { p.Team.check(v, "commission.team") },
		most:  func(of worth) decimal.Decimal { return highest(rates, of) },
	}
}

func (t Team) pays() bool { return t.Rate.IsSet() || len(t.Levels) > 0 }

func (t Team) check(v *problems, path string) {
	v.option(path+".mode", int(t.Mode), len(teamModeNames))
	if t.Mode != EveryLeader {
		return
	}
	if t.Rate.IsPerUnit() {
		v.add(path+".rate", "the differential is between shares such as \"10%%\", not %s", t.Rate)
	}
	v.shares(path+".levels", t.Levels, betweenShares)
}

// teamRule pays the leaders above the seller.
type teamRule struct {
	mode   TeamMode
	rates  levelRates
	passes bool // whether the nearest gives way to the next where he earns nothing
	top    Rate // the highest share
}

func newTeam(t Team, missing Missing) *teamRule {
	r := &teamRule{mode: t.Mode, rates: newLevelRates(t.Rate, t.Levels), passes: missing.passes()}
	for _, rate := range byLevel(t.Rate, t.Levels) {
		if t.Mode == EveryLeader && rate.cmp(r.top) > 0 {
			r.top = rate
		}
	}
	return r
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
			if r.passes || r.mode == EveryLeader {
				continue
			}
			return
		}
		rate, key := r.rates.of(u.Level)
		source := Source{Kind: FromTeam, Key: key}
		switch {
		case r.mode == Nearest:
			out.Pay(i, 0, *rate, source)
			return
		case rate.coefficient == 0:
			out.Pay(i, 0, *rate, source) // the reason becomes that it is 0 or not set
		case rate.cmp(best) <= 0:
			out.Skip(i, 0, Overtaken)
		default:
			part := rate.minus(best)
			out.Pay(i, 0, part, source.at(rate, part))
			if best = *rate; best.cmp(r.top) == 0 {
				return
			}
		}
	}
	if !led {
		out.Skip(-1, 0, NoLeader)
	}
}
