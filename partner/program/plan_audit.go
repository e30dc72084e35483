package program

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Mix is what the audit of a plan is asked about.
type Mix struct {
	Goods []commission.Goods // none: every kind of goods that the plan names, at a price of 100 and without cost
	// ReturnDays is for how many days after receipt a buyer can give goods back. 0 is [DefaultReturnDays].
	ReturnDays int
}

// DefaultReturnDays are the seven days in which whoever bought at a distance may give goods back without a reason (消费者权益保护法 article 25).
const DefaultReturnDays = 7

// What the audit of a whole plan finds besides the findings of its commission section.
const (
	// FindEntryPurchase: one has to buy to become a partner, and a partner can recruit.
	FindEntryPurchase = "entry_purchase"
	// FindEarlyRelease: commission can be withdrawn while the goods can still be given back.
	FindEarlyRelease = "early_release"
	// FindHeadCount: somebody is paid for each new user whom he brings.
	FindHeadCount = incentive.GuardHeadCount
	// FindUpgradeBonus: somebody is paid when he, or one whom he recruited, reaches a level.
	FindUpgradeBonus = "upgrade_bonus"
	// FindEarlyReward: somebody is paid for reaching a level by orders whose goods can still be given back.
	FindEarlyReward = "early_reward"
)

// Audit works out what the plan can pay in the worst case, by which line of uplines, and names what should be known before it is launched: facts with
// their evidence, no verdict. It is of cash: what the plan pays in other assets costs what the shop makes them worth. own is code of the shop's own, where
// the plan names any. It is a [*PlanError] for a plan that cannot be used, and a [*commission.OrderError] for goods without a price.
func (p Plan) Audit(mix Mix, own ...Own) (commission.Audit, error) {
	if err := p.Validate(own...); err != nil {
		return commission.Audit{}, err
	}
	calc, err := sorted(own).rules.New(p.Currency.Currency, p.Commission, p.Campaigns...)
	if err != nil {
		return commission.Audit{}, err
	}
	levels := slices.SortedFunc(slices.Values(p.Levels), func(a, b incentive.Level) int { return cmp.Compare(a.Weight, b.Weight) })
	section := commission.Mix{Goods: mix.Goods, Bonuses: p.Bonuses}
	for _, level := range levels {
		section.Levels = append(section.Levels, commission.LeaderLevel{Level: level.ID, Leader: level.Leader})
	}
	audit, err := calc.Audit(section)
	if err != nil {
		return commission.Audit{}, err
	}
	audit.Findings = append(append(audit.Findings, p.entryPurchases()...), p.oneOffs()...)
	if early, ok := p.earlyRelease(mix.ReturnDays); ok {
		audit.Findings = append(audit.Findings, early)
	}
	return audit, nil
}

// entryPurchases finds what has to be bought before somebody is a partner.
func (p Plan) entryPurchases() []commission.Finding {
	var found []commission.Finding
	add := func(path string, c *partner.Condition) {
		if c.Metric == nil || !c.AtLeast.Valid {
			return
		}
		var what string
		switch c.Metric.Name {
		case partner.MetricSpend:
			what = fmt.Sprintf("has paid for goods of %s", c.AtLeast.Decimal)
		case partner.MetricOrders:
			what = fmt.Sprintf("has paid %s orders", c.AtLeast.Decimal)
		case partner.MetricUnits:
			what = fmt.Sprintf("has bought %s units", c.AtLeast.Decimal)
		case partner.MetricTopUp:
			what = fmt.Sprintf("has put %s into his account at once", c.AtLeast.Decimal)
		default:
			return
		}
		found = append(found, commission.Finding{
			Code: FindEntryPurchase, Path: path, Evidence: fmt.Sprintf("who %s becomes a partner, and a partner can recruit", what),
		})
	}
	if p.Joining.Spend.Valid {
		p.Joining.Asked().Each("", func(_ string, c *partner.Condition) { add("joining.spend", c) })
	}
	p.Joining.Threshold.Each("joining.threshold", add)
	return found
}

// earlyRelease finds commission that is released while goods can still be given back.
func (p Plan) earlyRelease(returnDays int) (commission.Finding, bool) {
	if returnDays == 0 {
		returnDays = DefaultReturnDays
	}
	terms := p.Settlement.WithDefaults()
	found := commission.Finding{Code: FindEarlyRelease, Path: "settlement.holdDays"}
	switch days := *terms.HoldDays; {
	case terms.Anchor == settlement.AnchorPaid:
		found.Path = "settlement.anchor"
		found.Evidence = fmt.Sprintf("commission is released %d days after payment, whenever the goods arrive; they can be given back for %d days after that", days, returnDays)
	case days < returnDays:
		found.Evidence = fmt.Sprintf("commission is released %d days after receipt, and the goods can be given back for %d", days, returnDays)
	default:
		return found, false
	}
	return found, true
}

// oneOffs says what is paid besides the orders: for levels, and by head count.
func (p Plan) oneOffs() []commission.Finding {
	var all []commission.Finding
	for i, o := range p.OneOffs {
		found := commission.Finding{Code: FindUpgradeBonus, Path: fmt.Sprintf("oneOffs[%d].upgrade", i)}
		if o.FirstOrder != nil {
			who := "recruiter gets it for each recruit"
			if o.FirstOrder.Of == incentive.NewCustomers {
				who = "owner gets it for each customer"
			}
			found.Code, found.Path = FindHeadCount, fmt.Sprintf("oneOffs[%d].firstOrder", i)
			found.Evidence = fmt.Sprintf("%s pays %s by head count: the %s once his first order is settled, however little he bought", o.Name, p.oneOff(o.FirstOrder.Amount), who)
		} else {
			most := decimal.Zero
			for _, amount := range o.Upgrade.Levels {
				most = decimal.Max(most, amount)
			}
			payee := "to the recruiter of who reaches a level"
			if o.Upgrade.Payee == incentive.ToSelf {
				payee = "to who reaches a level himself, at once"
			}
			found.Evidence = fmt.Sprintf("%s pays up to %s %s, besides what the worst case of an order pays", o.Name, p.oneOff(most), payee)
		}
		all = append(all, found)
		if o.Upgrade != nil && o.Upgrade.Payee == incentive.ToSelf {
			all = append(all, p.earlyRewards(i)...)
		}
	}
	return all
}

// earlyRewards finds what a one-off bonus gives somebody himself for a level that he reaches by what can still come back.
func (p Plan) earlyRewards(oneOff int) []commission.Finding {
	var all []commission.Finding
	for _, level := range p.Levels {
		if _, pays := p.OneOffs[oneOff].Upgrade.Levels[level.ID]; !pays {
			continue
		}
		early := false
		level.Reach.Each("", func(_ string, c *partner.Condition) {
			early = early || c.Metric != nil && slices.Contains([]partner.Node{partner.Paid, partner.Completed}, c.Metric.WithDefaults().Node)
		})
		if early {
			all = append(all, commission.Finding{
				Code: FindEarlyReward, Path: commission.KeyPath(fmt.Sprintf("oneOffs[%d].upgrade.levels", oneOff), string(level.ID)),
				Evidence: fmt.Sprintf("%s is reached by orders whose goods can still be given back, and the reward for it stays", level.ID),
			})
		}
	}
	return all
}

// oneOff is the amount of a one-off bonus; what cannot be one has been refused.
func (p Plan) oneOff(amount decimal.Decimal) money.Amount {
	a, _ := p.Currency.Amount(amount)
	return a
}
