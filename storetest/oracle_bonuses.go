package storetest

import (
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// Orders that pay nothing, what the level of a payee makes of a slot, and those who are paid because of somebody else.

// oraclePaysNothing reports whether an order pays nobody: it is abnormal, or of a kind that the plan, or where that is silent everybody, excludes.
func oraclePaysNothing(c *commission.Plan, in *program.Order) bool {
	kind, known := c.Kinds[in.Kind]
	if !known {
		kind.Excluded = in.Kind == commission.GiftOrder || in.Kind == commission.Exchange && c.Exchange == commission.HoldExchange
	}
	return in.Abnormal != "" || kind.Excluded
}

// oraclePasses reports whether those who earn nothing are passed over.
func oraclePasses(plan *program.Plan) bool {
	return plan.Commission.Missing == commission.Compress || plan.Commission.Missing == commission.Dynamic
}

// slotRate is what a slot pays somebody: the rate that stands, changed by the bonus of his level, as a share of the base or minor units for each unit.
func (o *oracle) slotRate(plan *program.Plan, kind commission.OrderKind, line *program.Line, slot int, payee *oracleUpline) (rate *big.Rat, perUnit bool) {
	value := func(r commission.Rate) *big.Rat {
		if r.IsPerUnit() {
			return o.minor(r.Decimal())
		}
		return r.Decimal().Rat()
	}
	found := oracleRate(plan, kind, line, slot, payee)
	rate, perUnit = value(found), found.IsPerUnit()
	raise := &plan.Commission.LevelBonus
	bonuses := raise.Rates[payee.level]
	if !found.IsSet() || slot > len(bonuses) || !bonuses[slot-1].IsSet() {
		return rate, perUnit
	}
	bonus := bonuses[slot-1]
	switch {
	case raise.Mode == commission.Replace:
		return value(bonus), bonus.IsPerUnit()
	case raise.Mode == commission.Multiplicative:
		rate.Mul(rate, new(big.Rat).Add(value(bonus), oracleRat(1)))
	case bonus.IsPerUnit() == perUnit:
		rate.Add(rate, value(bonus))
	}
	if !perUnit {
		rate = oracleAtMost(rate, 1)
	}
	return rate, perUnit
}

func oracleAtMost(x *big.Rat, most int64) *big.Rat {
	if limit := oracleRat(most); x.Cmp(limit) > 0 {
		return limit
	}
	return x
}

// paysSlot adds that an upline is paid by a slot, unless its rate is not set or 0.
func (o *oracle) paysSlot(
	shares []oracleShare, plan *program.Plan, kind commission.OrderKind, line *program.Line, slot, index int, uplines []oracleUpline,
) []oracleShare {
	rate, perUnit := o.slotRate(plan, kind, line, slot, &uplines[index])
	if rate.Sign() == 0 {
		return shares
	}
	return append(shares, oracleShare{
		rule: commission.RuleSlots, slot: slot, place: index + 1, payee: uplines[index].id, perUnit: perUnit, rate: rate, level: uplines[index].level,
	})
}

// dynamic is who holds a slot, -1 for nobody: above the holder of the slot before, the nearest whom it pays, else the nearest who earns.
func (o *oracle) dynamic(plan *program.Plan, kind commission.OrderKind, line *program.Line, slot int, uplines []oracleUpline, vacant int) int {
	from := vacant
	if slot > vacant+1 {
		below := o.dynamic(plan, kind, line, slot-1, uplines, vacant)
		if below < 0 {
			return -1
		}
		from = below + 1
	}
	nearest := -1
	for i := from; i < len(uplines); i++ {
		if !uplines[i].earns {
			continue
		}
		if rate, _ := o.slotRate(plan, kind, line, slot, &uplines[i]); rate.Sign() > 0 {
			return i
		}
		if nearest < 0 {
			nearest = i
		}
	}
	return nearest
}

// oracleOfLevel is the rate of a level, else the one for all.
func oracleOfLevel(rate commission.Rate, levels map[partner.Level]commission.Rate, level partner.Level) commission.Rate {
	if own, ok := levels[level]; ok {
		return own
	}
	return rate
}

// paysRecruiter pays the second of the line, and nobody where he earns nothing.
func (o *oracle) paysRecruiter(plan *program.Plan, uplines []oracleUpline) []oracleShare {
	if len(uplines) < 2 || !uplines[1].earns {
		return nil
	}
	bonus := &plan.Commission.Recruiter
	return o.pays(nil, commission.RuleRecruiter, 0, 1, uplines, oracleOfLevel(bonus.Rate, bonus.Levels, uplines[1].level))
}

// everyLeader pays each leader who earns what his share exceeds the highest of all leaders below him who do.
func (o *oracle) everyLeader(plan *program.Plan, uplines []oracleUpline) (shares []oracleShare) {
	team, best := &plan.Commission.Team, new(big.Rat)
	for i := 1; i < len(uplines); i++ {
		u := &uplines[i]
		share := oracleOfLevel(team.Rate, team.Levels, u.level).Decimal().Rat()
		if u.leader && u.earns && share.Cmp(best) > 0 {
			shares = append(shares, oracleShare{rule: commission.RuleTeam, place: i + 1, payee: u.id, rate: new(big.Rat).Sub(share, best), level: u.level})
			best = share
		}
	}
	return shares
}

// peers asks of everybody in the line: who of those who are paid below him has his level, and fewer than so many peers between the two?
func (o *oracle) peers(plan *program.Plan, paid []oracleShare, uplines []oracleUpline) (shares []oracleShare) {
	bonus := &plan.Commission.Peer
	if !bonus.Rate.IsSet() && len(bonus.Levels) == 0 {
		return nil
	}
	income := bonus.Income
	if len(income) == 0 {
		income = []string{commission.RuleSlots}
		if len(plan.Commission.Differential.Rates) > 0 {
			income = []string{commission.RuleDifferential}
		}
	}
	for i, u := range uplines {
		if u.level == "" || !u.earns {
			continue
		}
		sums, seen := [2]*big.Rat{new(big.Rat), new(big.Rat)}, map[int]bool{} // shares of the base, and minor units for each unit
		for _, s := range paid {
			below := s.place - 1
			if below < 0 || below >= i || uplines[below].level != u.level || !slices.Contains(income, s.rule) {
				continue
			}
			between := 0
			for _, other := range uplines[below+1 : i] {
				if other.level == u.level && (other.earns || !oraclePasses(plan)) {
					between++
				}
			}
			rate := oracleOfLevel(bonus.Rate, bonus.Levels, u.level)
			part, perUnit := rate.Decimal().Rat(), rate.IsPerUnit()
			switch {
			case bonus.Of == commission.OfIncome:
				part, perUnit = part.Mul(part, s.rate), s.perUnit
			case seen[below]:
				continue
			case perUnit:
				part = o.minor(rate.Decimal())
			}
			seen[below] = true
			if between >= max(bonus.First, 1) {
				continue
			}
			kind := 0
			if perUnit {
				kind = 1
			}
			sums[kind].Add(sums[kind], part)
		}
		sums[0] = oracleAtMost(sums[0], 1)
		for kind, sum := range sums {
			if sum.Sign() > 0 {
				shares = append(shares, oracleShare{rule: commission.RulePeer, place: i + 1, payee: u.id, perUnit: kind == 1, rate: sum, level: u.level})
			}
		}
	}
	return shares
}
