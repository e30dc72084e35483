package commission_test

import (
	"math/big"

	"github.com/fenrun/fenrun/commission"
)

// The second half of the oracle: who is paid, at which rate.

// paysNothing reports whether an order pays nobody: it is abnormal, or of a kind that the plan, or if that is silent everybody, excludes.
func (o oracle) paysNothing(order *commission.Order) bool {
	kind, known := o.plan.Kinds[order.Kind]
	if !known {
		kind.Excluded = order.Kind == commission.GiftOrder || order.Kind == commission.Exchange
	}
	return order.Bar != "" || kind.Excluded
}

// rate is the first that is set: the line's own, then the order's kind, SKU, product, category, partner, level, default.
func (o oracle) rate(kind commission.OrderKind, line *commission.Line, slot int, payee *commission.Upline) commission.Rate {
	for _, list := range [][]commission.Rate{
		o.ofLine(line), o.plan.Kinds[kind].Rates, o.plan.SKUs[line.SKU], o.plan.Products[line.Product], o.plan.Categories[line.Category],
		o.plan.Partners[payee.Partner], o.plan.Levels[payee.Level], o.plan.Rates,
	} {
		if slot <= len(list) && list[slot-1].IsSet() {
			return list[slot-1]
		}
	}
	return commission.Rate{}
}

func (o oracle) slotCount() int {
	if o.plan.Slots > 0 {
		return o.plan.Slots
	}
	longest := len(o.plan.Rates)
	for _, kind := range o.plan.Kinds {
		longest = max(longest, len(kind.Rates))
	}
	for _, lists := range []map[string][]commission.Rate{
		o.plan.SKUs, o.plan.Products, o.plan.Categories, texts(o.plan.Partners), texts(o.plan.Levels),
	} {
		for _, list := range lists {
			longest = max(longest, len(list))
		}
	}
	return min(longest, 3)
}

func texts[K ~string](m map[K][]commission.Rate) map[string][]commission.Rate {
	same := map[string][]commission.Rate{}
	for k, v := range m {
		same[string(k)] = v
	}
	return same
}

func (o oracle) slots(order *commission.Order, line *commission.Line, uplines []commission.Upline, vacant int) []oracleShare {
	kind := order.Kind
	var earning []int // places of those who earn
	for i := vacant; i < len(uplines); i++ {
		if uplines[i].Bar == "" {
			earning = append(earning, i)
		}
	}
	var shares []oracleShare
	if vacant > 0 && o.slotCount() > 0 {
		shares = o.withStaff(nil, order, line, -1, uplines)
	}
	for slot := vacant + 1; slot <= o.slotCount(); slot++ {
		holder := -1
		if i := slot - 1; i < len(uplines) && uplines[i].Bar == "" {
			holder = i
		}
		switch {
		case o.plan.Missing == commission.Compress:
			holder = -1
			if k := slot - 1 - vacant; k < len(earning) {
				holder = earning[k]
			}
		case o.plan.Missing == commission.Dynamic:
			holder = o.dynamic(kind, line, slot, uplines, vacant)
		case o.plan.Missing == commission.ToTop && holder < 0 && len(earning) > 0:
			holder = earning[len(earning)-1]
		}
		if holder >= 0 {
			shares = o.paySlot(shares, kind, line, slot, holder, uplines)
		}
		if slot == 1 {
			shares = o.withStaff(shares, order, line, holder, uplines)
		}
	}
	return shares
}

// pay adds a share unless the rate is not set or 0.
func pay(shares []oracleShare, rule string, slot, index int, uplines []commission.Upline, rate commission.Rate) []oracleShare {
	if rate.Decimal().IsZero() {
		return shares
	}
	return append(shares, oracleShare{
		rule: rule, slot: slot, position: index + 1, payee: uplines[index].Partner, perUnit: rate.IsPerUnit(), rate: rate.Decimal().Rat(),
		level: uplines[index].Level,
	})
}

// team is the nearest leader above the seller; one who earns nothing is passed over only where the plan compresses.
func (o oracle) team(uplines []commission.Upline) []oracleShare {
	if !o.plan.Team.Rate.IsSet() && len(o.plan.Team.Levels) == 0 {
		return nil
	}
	if o.plan.Team.Mode == commission.EveryLeader {
		return o.everyLeader(uplines)
	}
	for i := 1; i < len(uplines); i++ {
		switch u := uplines[i]; {
		case !u.Leader:
		case u.Bar == "":
			rate := o.plan.Team.Rate
			if own, ok := o.plan.Team.Levels[u.Level]; ok {
				rate = own
			}
			return pay(nil, commission.RuleTeam, 0, i, uplines, rate)
		case o.plan.Missing != commission.Compress && o.plan.Missing != commission.Dynamic:
			return nil
		}
	}
	return nil
}

// differential pays what a level's share exceeds the best share below, so that all together get the highest share reached.
func (o oracle) differential(uplines []commission.Upline, vacant int) []oracleShare {
	var shares []oracleShare
	best := new(big.Rat)
	for i := vacant; i < len(uplines); i++ {
		if uplines[i].Bar != "" {
			continue
		}
		share := o.plan.Differential.Rates[uplines[i].Level].Decimal().Rat()
		if share.Cmp(best) > 0 {
			shares = append(shares, oracleShare{
				rule: commission.RuleDifferential, position: i + 1, payee: uplines[i].Partner, rate: new(big.Rat).Sub(share, best),
				level: uplines[i].Level,
			})
			best = share
		}
	}
	return shares
}
