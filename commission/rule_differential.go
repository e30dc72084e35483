package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleDifferential is the name of the rule that pays each level what it exceeds the levels below.
const RuleDifferential = "differential"

// Differential is the differential reward (级差): shares by level, walking up from slot 1. The zero Differential pays none.
type Differential struct {
	Rates map[partner.Level]Rate `json:"rates,omitempty"`
}

func (p *Plan) differentialReward() builtin {
	rates := byLevel(Rate{}, p.Differential.Rates)
	return builtin{
		name: RuleDifferential, on: len(p.Differential.Rates) > 0, deep: true, rates: rates,
		build: func() Rule { return newDifferential(p.Differential) },
		check: func(v *problems) { p.Differential.check(v, "commission.differential") },
		most:  func(of worth) decimal.Decimal { return highest(rates, of) },
	}
}

func (d Differential) check(v *problems, path string) {
	v.shares(path+".rates", d.Rates, betweenShares)
}

// differentialRule walks up and pays each upline what his level's share exceeds the best share so far; it stops at the highest share of all.
type differentialRule struct {
	short []levelShare
	long  map[partner.Level]*levelShare // of levels that are not short
	scale uint8                         // of all shares
	top   int64
}

// levelShare is the share of a level, whose name is compared as a number where it is short enough.
type levelShare struct {
	code  uint64
	share int64
	rate  Rate
}

func newDifferential(d Differential) *differentialRule {
	r := &differentialRule{long: map[partner.Level]*levelShare{}}
	for _, rate := range d.Rates {
		r.scale = max(r.scale, rate.scale)
	}
	for _, level := range slices.Sorted(maps.Keys(d.Rates)) {
		own := levelShare{code: codeOf(level), share: d.Rates[level].at(r.scale), rate: d.Rates[level]}
		r.top = max(r.top, own.share)
		if len(level) <= maxShort {
			r.short = append(r.short, own)
		} else {
			r.long[level] = &own
		}
	}
	return r
}

func (r *differentialRule) Shares(in *Input, out *Shares) {
	var best int64
	for i := in.Vacant; i < len(in.Uplines) && best < r.top; i++ {
		u := &in.Uplines[i]
		if u.Bar != "" {
			out.Skip(i, 0, u.Bar)
			continue
		}
		switch own := r.share(u.Level); {
		case own == nil:
			out.Skip(i, 0, NoRate)
		case own.share == 0:
			out.Skip(i, 0, ZeroRate)
		case own.share <= best:
			out.Skip(i, 0, Overtaken)
		default:
			rate := Rate{coefficient: own.share - best, scale: r.scale, kind: percent}
			if rate.coefficient%10 == 0 {
				rate = rate.shortest()
			}
			r.pay(out, i, rate, own, best > 0)
			best = own.share
		}
	}
}

// pay pays an upline what his level's share exceeds the best below him, if there is any.
func (r *differentialRule) pay(out *Shares, index int, rate Rate, own *levelShare, exceeds bool) {
	share := out.quick(index, 0, rate)
	if share == nil {
		level := out.result.uplines[index].Level
		out.Pay(index, 0, rate, Source{Kind: FromDifferential, Key: string(level)}.at(&own.rate, rate))
		return
	}
	source := &share.Source
	if source.Kind, source.Key, source.Bonus, source.Rate = FromDifferential, string(share.Level), nil, nil; exceeds {
		source.Rate = &own.rate
	}
}

// share returns the share of a level, nil if it has none. Every upline of every order is looked up here.
func (r *differentialRule) share(level partner.Level) *levelShare {
	if len(level) > maxShort {
		return r.long[level]
	}
	code := codeOf(level)
	for i := range r.short {
		if r.short[i].code == code {
			return &r.short[i]
		}
	}
	return nil
}

const maxShort = 7

// codeOf packs a short level into a number: the count of its bytes, and the bytes.
func codeOf(level partner.Level) uint64 {
	code := uint64(len(level))
	for i := range len(level) {
		code = code<<8 | uint64(level[i])
	}
	return code
}
