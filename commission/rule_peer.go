package commission

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RulePeer is the name of the rule that pays uplines of the same level as one who earns below them.
const RulePeer = "peer"

// Peer is the peer bonus (平级奖): whoever earns by one of the rules named in Income is a junior, and the next uplines of his own level, his peers, get a
// share because of him. Peer bonuses are never income themselves. The zero Peer pays none.
type Peer struct {
	Rate   Rate                   `json:"rate"`
	Levels map[partner.Level]Rate `json:"levels,omitempty"` // by level; Rate for the others
	First  int                    `json:"first,omitempty"`  // how many peers above a junior are paid; default 1
	Of     PeerBase               `json:"of"`
	Income []string               `json:"income,omitempty"` // names of rules; default differential where the plan has one, else slots
}

// PeerBase is what a peer's share is taken of.
type PeerBase uint8

const (
	// OfIncome takes it of what the junior gets by the rules of Income, before campaigns.
	OfIncome PeerBase = iota
	// OfOrder takes it of the line's base.
	OfOrder
)

var peerBaseNames = []string{"income", "order"}

// String returns the option's name in a plan.
func (o PeerBase) String() string { return optionText(o, peerBaseNames) }

// MarshalText writes the form of String.
func (o PeerBase) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *PeerBase) UnmarshalText(text []byte) error { return parseOption(o, text, peerBaseNames) }

func (p *Plan) peerBonus() builtin {
	return builtin{
		name: RulePeer, on: p.Peer.pays(), deep: true, rates: byLevel(p.Peer.Rate, p.Peer.Levels),
		build: func() Rule { return &peerRule{Peer: p.Peer, missing: p.Missing} },
		check: func(v *problems) { p.Peer.check(v, p) },
		most:  func() decimal.Decimal { return p.Peer.most(p) },
	}
}

func (b Peer) pays() bool { return b.Rate.IsSet() || len(b.Levels) > 0 }

// maxPeers is the most peers that a plan pays because of one junior.
const maxPeers = 10

func (b Peer) withDefaults(p *Plan) Peer {
	if !b.pays() {
		return b
	}
	if b.First == 0 {
		b.First = 1
	}
	if len(b.Income) == 0 {
		b.Income = []string{RuleSlots}
		if len(p.Differential.Rates) > 0 {
			b.Income = []string{RuleDifferential}
		}
	}
	return b
}

func (b Peer) check(v *problems, p *Plan) {
	v.option("commission.peer.of", int(b.Of), len(peerBaseNames))
	if b.First < 0 || b.First > maxPeers {
		v.add("commission.peer.first", "from 1 to %d peers are paid, not %d", maxPeers, b.First)
	}
	for i, name := range b.Income {
		switch at := v.index("commission.peer.income", i); {
		case name == RulePeer:
			v.add(at, "a peer bonus is no income for another: it would pay itself")
		case !slices.Contains(p.ruleNames(), name):
			v.add(at, "the plan has no rule %q; it has %q", name, p.ruleNames())
		case slices.Contains(b.Income[:i], name):
			v.add(at, "%s stands twice", name)
		case slices.Index(p.ruleNames(), name) > slices.Index(p.ruleNames(), RulePeer):
			v.add(at, "%s is paid after the peers", name)
		}
	}
	if b.Of != OfIncome {
		return
	}
	if b.Rate.IsPerUnit() {
		v.add("commission.peer.rate", "of an income a share is paid, such as \"10%%\", not %s", b.Rate)
	}
	v.shares("commission.peer.levels", b.Levels)
}

// most is the most that all peers get. Of the order, each junior brings it to First peers, and there are at most as many juniors as slots and levels. Of an
// income, it is a share of that for each of First peers.
func (b Peer) most(p *Plan) decimal.Decimal {
	juniors, income := 0, decimal.Zero
	for _, name := range b.Income {
		switch rule, _ := p.builtin(name); name {
		case RuleSlots:
			juniors, income = juniors+p.Slots, income.Add(p.mostOfSlots())
		case RuleDifferential:
			juniors, income = juniors+len(p.Differential.Rates), income.Add(rule.most())
		default:
			juniors, income = juniors+1, income.Add(rule.most())
		}
	}
	if b.Of == OfOrder {
		income = decimal.NewFromInt(int64(juniors))
	}
	return highest(byLevel(b.Rate, b.Levels)).Mul(decimal.NewFromInt(int64(b.First))).Mul(income)
}

// peerRule pays the peers of each junior.
type peerRule struct {
	Peer
	missing Missing
}

// peer is an upline with what he gets because of all his juniors, which is one share of the base and one amount for each unit.
type peer struct {
	index           int
	ofBase, perUnit Rate
}

func (r *peerRule) Shares(in *Input, out *Shares) {
	peers := out.peers()
	for i := range in.Paid {
		s := &in.Paid[i]
		if s.Position == 0 || s.Level == "" || !slices.Contains(r.Income, s.Rule) || r.Of == OfOrder && r.counted(in.Paid[:i], s.Position) {
			continue
		}
		r.above(in, s, peers)
	}
	slices.SortFunc(*peers, func(a, b peer) int { return a.index - b.index })
	for _, p := range *peers {
		u := &in.Uplines[p.index]
		rate, source := r.rate(u.Level)
		switch {
		case u.Bar != "":
			out.Skip(p.index, 0, u.Bar)
		case rate.coefficient == 0:
			out.Pay(p.index, 0, rate, source) // the reason becomes that it is 0 or not set
		default:
			for _, sum := range [...]Rate{p.ofBase, p.perUnit} {
				if sum.coefficient != 0 {
					out.Pay(p.index, 0, sum, source)
				}
			}
		}
	}
}

// counted reports whether a junior stands among shares that have been looked at.
func (r *peerRule) counted(shares []Share, position int32) bool {
	return slices.ContainsFunc(shares, func(s Share) bool { return s.Position == position && slices.Contains(r.Income, s.Rule) })
}

// above adds what a junior's share brings to the peers above him. One who earns nothing takes a peer's place, unless the plan passes over him.
func (r *peerRule) above(in *Input, junior *Share, peers *[]peer) {
	for i, n := int(junior.Position), 0; i < len(in.Uplines) && n < r.First; i++ {
		u := &in.Uplines[i]
		if u.Level != junior.Level {
			continue
		}
		if u.Bar == "" || !r.missing.passes() {
			n++
		}
		at := slices.IndexFunc(*peers, func(p peer) bool { return p.index == i })
		if at < 0 {
			at = len(*peers)
			*peers = append(*peers, peer{index: i, ofBase: Rate{kind: percent}, perUnit: Rate{kind: perUnit}})
		}
		rate, _ := r.rate(u.Level)
		(*peers)[at].add(rate, junior, r.Of)
	}
}

func (b Peer) rate(level partner.Level) (Rate, Source) {
	if rate, ok := b.Levels[level]; ok {
		return rate, Source{Kind: FromPeer, Key: string(level)}
	}
	return b.Rate, Source{Kind: FromPeer}
}

// add adds a share because of one junior. That all numbers fit is checked with the plan and with the line's own rates.
func (p *peer) add(rate Rate, junior *Share, of PeerBase) {
	if of == OfIncome {
		rate, _ = junior.Rate.times(rate)
	}
	sum := &p.ofBase
	if rate.IsPerUnit() {
		sum = &p.perUnit
	}
	*sum, _ = sum.plus(Rate{coefficient: rate.coefficient, scale: rate.scale, kind: sum.kind})
}
