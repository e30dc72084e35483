package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RulePeer is the name of the rule that pays uplines of the same level as one who earns below them.
const RulePeer = "peer"

// Peer is the peer bonus (平级奖): whoever has a level and earns by one of the rules named in Income is a junior, and the next uplines of his own level, his
// peers, get a share because of him. A peer bonus is never income itself, and nobody gets more than the whole base of a line by peer bonuses. A peer who
// earns nothing is passed over under compress and dynamic, else his share is forfeited. The zero Peer pays none.
type Peer struct {
	Rate   Rate                   `json:"rate"`
	Levels map[partner.Level]Rate `json:"levels,omitempty"` // by level; Rate for the others
	First  int                    `json:"first,omitempty"`  // how many peers above a junior are paid, at most 10; default 1
	Of     PeerBase               `json:"of"`
	Income []string               `json:"income,omitempty"` // names of rules; default differential where the plan has one, else slots
}

// PeerBase is what a peer's share is taken of.
type PeerBase uint8

const (
	// OfIncome takes it of what the junior gets by the rules of Income, before campaigns, rounding and cap.
	OfIncome PeerBase = iota
	// OfOrder takes it of the line's base, or pays an amount for each unit, once for each junior.
	OfOrder
)

var peerBaseNames = []string{"income", "order"}

// String returns the option's name in a plan.
func (o PeerBase) String() string { return OptionText(o, peerBaseNames) }

// MarshalText writes the form of String.
func (o PeerBase) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *PeerBase) UnmarshalText(text []byte) error { return ParseOption(o, text, peerBaseNames) }

func (p *Plan) peerBonus() builtin {
	return builtin{
		name: RulePeer, on: p.Peer.pays(), deep: true, rates: byLevel(p.Peer.Rate, p.Peer.Levels),
		build: func() Rule {
			return &peerRule{Peer: p.Peer, rates: newLevelRates(p.Peer.Rate, p.Peer.Levels), passes: p.Missing.passes()}
		},
		check: func(v *problems) { p.Peer.check(v, p) },
		most:  func(of worth) decimal.Decimal { return p.Peer.most(p, of, p.Peer.mostOfSlots(p)) },
	}
}

func (b Peer) pays() bool { return b.Rate.IsSet() || len(b.Levels) > 0 }

// maxPeers is the most peers that a plan pays because of one junior.
const maxPeers = 10

// takes reports whether what a rule pays is income for peers.
func (b Peer) takes(rule string) bool { return slices.Contains(b.Income, rule) }

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
	rules := p.ruleNames()
	for i, name := range b.Income {
		switch at := v.index("commission.peer.income", i); {
		case name == RulePeer:
			v.add(at, "a peer bonus is no income for another: it would pay itself")
		case !slices.Contains(rules, name):
			v.add(at, "the plan has no rule %q; it has %q", name, rules)
		case slices.Contains(b.Income[:i], name):
			v.add(at, "%s stands twice", name)
		case slices.Index(rules, name) > slices.Index(rules, RulePeer):
			v.add(at, "%s is paid after the peers", name)
		}
	}
	if b.Of == OfIncome {
		if b.Rate.IsPerUnit() {
			v.add("commission.peer.rate", "a share of an income is paid, such as \"10%%\", not %s", b.Rate)
		}
		v.shares("commission.peer.levels", b.Levels, "a share of an income is paid")
	}
}

// digits refuses shares that are too long to be exact.
func (b Peer) digits(v *problems, p *Plan) {
	if !b.pays() {
		return
	}
	if b.Of == OfOrder {
		if !b.Rate.sums() {
			v.add("commission.peer.rate", "%s %s", b.Rate, tooLongForPeers)
		}
		for _, level := range slices.Sorted(maps.Keys(b.Levels)) {
			if rate := b.Levels[level]; !rate.sums() {
				v.add(KeyPath("commission.peer.levels", string(level)), "%s %s", rate, tooLongForPeers)
			}
		}
		return
	}
	for i, name := range b.Income {
		income, _ := p.builtin(name)
		// A difference of two rates has no more decimals than they have.
		if slices.ContainsFunc(income.rates, func(r Rate) bool { return !b.bears(r) }) {
			v.add(v.index("commission.peer.income", i), "a share of a rate of %s %s", name, tooLongForPeers)
		}
	}
}

const tooLongForPeers = "has more than 18 decimals or, as an amount for each unit, more than 8 or is above 90,000,000"

// bears reports whether a peer's share of an income at a rate is exact.
func (b Peer) bears(income Rate) bool {
	for _, share := range byLevel(b.Rate, b.Levels) {
		if part, ok := income.times(share); !ok || !part.sums() {
			return false
		}
	}
	return true
}

// sums reports whether a peer can have as many of a rate as there can be juniors: of one level, one in each slot and three by other rules. Their sum has
// at most 18 digits then. Shares always do, since their sum ends at the whole base.
func (r Rate) sums() bool {
	return r.kind != perUnit || r.scale <= 8 && r.coefficient <= 90_000_000*int64(tens[r.scale])
}

// peerRule pays the peers of each junior.
type peerRule struct {
	Peer
	rates  levelRates
	passes bool // whether it passes over those who earn nothing
}

// junior is one who earns, with what each peer gets because of him, and how many of them have still to be found.
type junior struct {
	level    partner.Level
	position int
	left     int
	brings   income
}

// income is a share of the base and an amount for each unit.
type income struct{ ofBase, perUnit Rate }

// add adds a rate, shares up to the whole base. That amounts fit is checked with the plan and with the line's own rates.
func (n *income) add(rate Rate) {
	if rate.kind == perUnit {
		n.perUnit.kind = perUnit
		n.perUnit, _ = n.perUnit.plus(rate)
		return
	}
	n.ofBase.kind = percent
	if n.ofBase, _ = n.ofBase.plus(rate); n.ofBase.cmp(wholeLine) > 0 {
		n.ofBase = wholeLine
	}
}

// Shares walks up once, as long as some junior has too few peers.
func (r *peerRule) Shares(in *Input, out *Shares) {
	juniors := out.juniors()
	r.findJuniors(in, juniors)
	for i := 0; i < len(in.Uplines) && len(*juniors) > 0; i++ {
		u := &in.Uplines[i]
		brought, is := r.broughtTo(u, i, juniors)
		if !is {
			continue
		}
		rate, key := r.rates.of(u.Level)
		switch {
		case u.Bar != "":
			out.Skip(i, 0, u.Bar)
		case rate.coefficient == 0:
			out.Pay(i, 0, *rate, Source{Kind: FromPeer, Key: key}) // the reason becomes that it is 0 or not set
		default:
			for _, sum := range [...]Rate{brought.ofBase, brought.perUnit} {
				if sum.coefficient != 0 {
					out.Pay(i, 0, sum, Source{Kind: FromPeer, Key: key}.at(rate, sum))
				}
			}
		}
	}
}

// findJuniors lists those who earn, each once, with what they bring.
func (r *peerRule) findJuniors(in *Input, juniors *[]junior) {
	for i := range in.Paid {
		s := &in.Paid[i]
		if s.Position == 0 || s.Level == "" || !slices.Contains(r.Income, s.Rule) {
			continue
		}
		rate, _ := r.rates.of(s.Level)
		part := *rate
		if r.Of == OfIncome {
			part, _ = s.Rate.times(*rate)
		}
		at := slices.IndexFunc(*juniors, func(j junior) bool { return j.position == int(s.Position) })
		if at < 0 {
			at = len(*juniors)
			*juniors = append(*juniors, junior{level: s.Level, position: int(s.Position), left: r.First})
		} else if r.Of == OfOrder {
			continue
		}
		(*juniors)[at].brings.add(part)
	}
}

// broughtTo returns what the juniors below bring to the upline at an index, and whether he is a peer of any. He takes a peer's place, unless he earns
// nothing and is passed over; juniors who have found all their peers leave.
func (r *peerRule) broughtTo(u *Upline, index int, juniors *[]junior) (brought income, is bool) {
	for k := 0; k < len(*juniors); k++ {
		j := &(*juniors)[k]
		if index < j.position || u.Level != j.level {
			continue
		}
		is = true
		brought.add(j.brings.ofBase)
		brought.add(j.brings.perUnit)
		if u.Bar != "" && r.passes {
			continue
		}
		if j.left--; j.left == 0 {
			last := len(*juniors) - 1
			*j = (*juniors)[last]
			*juniors = (*juniors)[:last]
			k--
		}
	}
	return brought, is
}
