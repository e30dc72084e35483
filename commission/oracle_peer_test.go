package commission_test

import (
	"math/big"
	"slices"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// The oracle's peers and leaders.

func (o oracle) passes() bool {
	return o.plan.Missing == commission.Compress || o.plan.Missing == commission.Dynamic
}

// ofLine is what a line's own rates are, where they count.
func (o oracle) ofLine(line *commission.Line) []commission.Rate {
	if o.plan.LineRates == commission.IgnoreLineRates {
		return nil
	}
	return line.Rates
}

// everyLeader lets each leader who earns keep what his share exceeds the highest share of all leaders below him who earn.
func (o oracle) everyLeader(uplines []commission.Upline) []oracleShare {
	var shares []oracleShare
	share := func(u commission.Upline) *big.Rat {
		own, ok := o.plan.Team.Levels[u.Level]
		if !ok {
			own = o.plan.Team.Rate
		}
		return own.Decimal().Rat()
	}
	for i := 1; i < len(uplines); i++ {
		if !uplines[i].Leader || uplines[i].Bar != "" {
			continue
		}
		below := new(big.Rat)
		for _, u := range uplines[1:i] {
			if u.Leader && u.Bar == "" && share(u).Cmp(below) > 0 {
				below = share(u)
			}
		}
		if rest := new(big.Rat).Sub(share(uplines[i]), below); rest.Sign() > 0 {
			shares = append(shares, oracleShare{rule: commission.RuleTeam, position: i + 1, payee: uplines[i].Partner, rate: rest, level: uplines[i].Level})
		}
	}
	return shares
}

// peers asks of each upline: which of those who have been paid below me have my level, and fewer than First peers between us?
func (o oracle) peers(paid []oracleShare, uplines []commission.Upline) []oracleShare {
	b := o.plan.Peer
	if !b.Rate.IsSet() && len(b.Levels) == 0 {
		return nil
	}
	first, income := max(b.First, 1), b.Income
	switch {
	case len(income) > 0:
	case len(o.plan.Differential.Rates) > 0:
		income = []string{commission.RuleDifferential}
	default:
		income = []string{commission.RuleSlots}
	}
	var shares []oracleShare
	for i, u := range uplines {
		if u.Level == "" || u.Bar != "" {
			continue
		}
		rate, ok := b.Levels[u.Level]
		if !ok {
			rate = b.Rate
		}
		ofBase, perUnit, seen := new(big.Rat), new(big.Rat), map[int]bool{}
		for _, s := range paid {
			below := s.position - 1
			if below < 0 || below >= i || uplines[below].Level != u.Level || !slices.Contains(income, s.rule) {
				continue
			}
			between := 0
			for _, other := range uplines[below+1 : i] {
				if other.Level == u.Level && (other.Bar == "" || !o.passes()) {
					between++
				}
			}
			part, fixed := rate.Decimal().Rat(), rate.IsPerUnit()
			if b.Of == commission.OfIncome {
				part, fixed = part.Mul(part, s.rate), s.perUnit
			} else if seen[below] {
				continue
			}
			seen[below] = true
			switch {
			case between >= first:
			case fixed:
				perUnit.Add(perUnit, part)
			default:
				ofBase.Add(ofBase, part)
			}
		}
		if whole := big.NewRat(1, 1); ofBase.Cmp(whole) > 0 {
			ofBase = whole
		}
		for k, sum := range []*big.Rat{ofBase, perUnit} {
			if sum.Sign() > 0 {
				shares = append(shares, oracleShare{rule: commission.RulePeer, position: i + 1, payee: u.Partner, perUnit: k == 1, rate: sum, level: u.Level})
			}
		}
	}
	return shares
}

var (
	genPeerShares = []string{"10%", "50%", "100%", "1%", "33%", "2.5%", "0%"}
	genPeerFixed  = []string{"0.01/unit", "3.00/unit", "0.005/unit"}
)

// genPeers draws the peers of a plan, and whether every leader is paid.
func genPeers(t *rapid.T, c *genCase) {
	p := &c.plan
	if own, ok := p.Team.Levels["g2"]; !p.Team.Rate.IsPerUnit() && !own.IsPerUnit() && own.IsSet() == ok && often(t, "every leader", 50) {
		p.Team.Mode = commission.EveryLeader
	}
	if !often(t, "peers", 50) {
		return
	}
	b := commission.Peer{Of: commission.PeerBase(rapid.IntRange(0, 1).Draw(t, "of")), First: rapid.IntRange(0, 3).Draw(t, "first")}
	rate := func(label string) commission.Rate {
		texts := genPeerShares
		if b.Of == commission.OfOrder && often(t, "fixed", 30) {
			texts = genPeerFixed
		}
		return commission.MustRate(rapid.SampledFrom(texts).Draw(t, label))
	}
	b.Rate = rate("peer")
	if often(t, "peer levels", 40) {
		b.Levels = map[partner.Level]commission.Rate{"g1": rate("peer level")}
	}
	for _, name := range []string{commission.RuleSlots, commission.RuleTeam, commission.RuleDifferential} {
		if often(t, name, 40) {
			b.Income = append(b.Income, name)
		}
	}
	whole := b
	whole.Rate, whole.Levels = commission.MustRate("100%"), nil // of what is too long for any other share
	order := whole
	order.Of = commission.OfOrder
	for _, peers := range []commission.Peer{b, whole, order, {Rate: b.Rate, First: b.First, Of: b.Of}, {}} {
		p.Peer = peers
		tried := *p
		tried.Overflow = commission.ProRata
		if len(tried.Validate(c.cur, nil)) == 0 {
			break
		}
	}
	if p.Peer.Of == commission.OfIncome && slices.Contains(p.WithDefaults(c.cur).Peer.Income, commission.RuleSlots) {
		p.LineRates = commission.IgnoreLineRates // an order's own can be too long
	}
}
