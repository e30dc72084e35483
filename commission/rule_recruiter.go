package commission

import (
	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleRecruiter is the name of the rule that pays who recruited the seller.
const RuleRecruiter = "recruiter"

// Recruiter is the recruiter's bonus on every order of those whom he recruited himself: the one above the seller gets it, and where he earns nothing
// nobody does. The seller is the first of the uplines; where the plan leaves a buyer out of his own order it is his upline. The zero Recruiter pays none.
type Recruiter struct {
	Rate   Rate                   `json:"rate"`
	Levels map[partner.Level]Rate `json:"levels,omitempty"` // by the recruiter's level; Rate for the others
}

func (p *Plan) recruiterBonus() builtin {
	rates := byLevel(p.Recruiter.Rate, p.Recruiter.Levels)
	return builtin{
		name: RuleRecruiter, on: p.Recruiter.Rate.IsSet() || len(p.Recruiter.Levels) > 0, rates: rates,
		build: func() Rule { return &recruiterRule{p.Recruiter} },
		most:  func(of worth) decimal.Decimal { return highest(rates, of) },
	}
}

// recruiterRule pays the direct recruiter of the seller and nobody else: where he earns nothing, nobody gets it.
type recruiterRule struct{ Recruiter }

func (r *recruiterRule) Shares(in *Input, out *Shares) {
	if len(in.Uplines) < 2 {
		out.Skip(-1, 0, NoUpline)
		return
	}
	u := &in.Uplines[1]
	rate, source := r.Rate, Source{Kind: FromRecruiter}
	if own, ok := r.Levels[u.Level]; ok {
		rate, source.Key = own, string(u.Level)
	}
	if u.Bar != "" {
		out.Skip(1, 0, u.Bar)
		return
	}
	out.Pay(1, 0, rate, source)
}
