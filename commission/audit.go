package commission

import (
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Mix is what an audit of a plan is asked about: the goods that the shop sells and the levels that its partners can have.
type Mix struct {
	Goods  []Goods       // none: every kind of goods that the plan names, at a price of 100 and without cost
	Levels []LeaderLevel // the levels in ascending order, the lowest first
	// Bonuses are the period bonuses that the plan pays besides.
	Bonuses []Bonus
}

// Goods is one thing that the shop sells.
type Goods struct {
	SKU      string              `json:"sku,omitempty"`
	Product  string              `json:"product,omitempty"`
	Category string              `json:"category,omitempty"`
	Price    decimal.Decimal     `json:"price"`          // of one unit, at most with the plan's price scale of decimals
	List     decimal.NullDecimal `json:"list,omitempty"` // list price of one unit; absent: the price
	Cost     decimal.NullDecimal `json:"cost,omitempty"` // of one unit
}

// LeaderLevel is a level, and whether it makes its holder a leader.
type LeaderLevel struct {
	Level  partner.Level
	Leader bool
}

// Audit is what can be said of a plan before anything is sold.
type Audit struct {
	Worst    []WorstCase     // by goods, in the order of the mix
	Periods  decimal.Decimal // the most that the period bonuses add, of what is left of all sales
	Split    []SplitGain     // for 1, 2, … accounts
	Findings []Finding
}

// WorstCase is the most that a plan pays of one unit of goods in an ordinary order of a customer who stands in no line of uplines, before rounding and
// before the caps of campaigns, while their budgets have enough left for it, with the order and the lines of uplines that reach it; agents of regions and
// payees of fees earn there.
type WorstCase struct {
	Goods Goods
	Paid  decimal.Decimal // of the price, cut off at 18 decimals: 0.3 is 30 %
	Uncut decimal.Decimal // the same without the cap
	Exact bool            // whether nothing can pay more, whoever earns nothing; if not, Bound is as much as cannot be exceeded
	// Bound: no line is paid more of the price, even without the cap; the cap where rules of the shop's own pay too. Where it is not exact it is the sum
	// of the most that each rule pays by itself, amounts for each unit and fees counted, and is reached where one of them pays alone.
	Bound   decimal.Decimal
	PaidAt  time.Time       // an instant at which the campaigns are that pay it
	Uplines []Upline        // who has to stand above the sale
	Trees   []TreeLine      // who has to stand above it in the other trees by which the plan pays
	Places  Places          // where the order has to go
	Margin  decimal.Decimal // what is left of the price after cost and Paid, below 0 where the shop loses; without a cost the price counts as margin
}

// SplitGain is what one person gets of a sale by a number of accounts of his own, each the recruiter of the one before, in place of one.
type SplitGain struct {
	Accounts int
	Paid     decimal.Decimal // of the price
	Gain     decimal.Decimal // over one account
}

// Finding is a fact about a plan that somebody should know before it is launched, with its evidence. It is no verdict.
type Finding struct {
	Code     string // such as "unreachable"
	Path     string // where in the plan; "" for the plan as a whole
	Evidence string
}

// The codes of findings.
const (
	// FindUnreachable: a rate or a rule that no order can reach.
	FindUnreachable = "unreachable"
	// FindContradiction: two parts of the plan that work against each other.
	FindContradiction = "contradiction"
	// FindMargin: goods of which the plan can pay more than the shop earns by them.
	FindMargin = "margin"
	// FindSplitting: somebody gets more by several accounts of his own.
	FindSplitting = "splitting"
	// FindLevelsPaid: how many places above a sale are paid by distance.
	FindLevelsPaid = "levels_paid"
	// FindDownlinePay: somebody is paid from what others sell.
	FindDownlinePay = "downline_pay"
	// FindUnlimitedDepth: somebody is paid from sales at any distance below him.
	FindUnlimitedDepth = "unlimited_depth"
	// FindOwnRule: a rule of the shop's own, of which the audit knows no more than it saw.
	FindOwnRule = "own_rule"
	// FindPayout: the plan can pay more than 30 % of a price.
	FindPayout = "payout"
)

// payoutToNote is the share of a price above which the payout is noted.
var payoutToNote = decimal.New(30, -2)

// Audit works out what a plan can pay in the worst case for each of the goods, what somebody gains by several accounts, and what else should be known.
// It needs a price above 0 for each of the goods; else it is an [*OrderError] with all problems.
func (c *Calculator) Audit(mix Mix) (Audit, error) {
	if len(mix.Goods) == 0 {
		mix.Goods = c.plan.goods()
	}
	if err := c.checkMix(mix); err != nil {
		return Audit{}, err
	}
	c = c.unlimited()
	var a Audit
	for _, goods := range mix.Goods {
		w, err := c.worst(goods, mix.Levels)
		if err != nil {
			return Audit{}, err
		}
		a.Worst = append(a.Worst, w)
	}
	for _, bonus := range mix.Bonuses {
		a.Periods = a.Periods.Add(bonus.most())
	}
	var err error
	if a.Split, err = c.splitting(mix); err != nil {
		return Audit{}, err
	}
	a.Findings = c.findings(mix, &a)
	return a, nil
}

// goods are the goods that the plan names, and goods that it does not name.
func (p *Plan) goods() []Goods {
	price := decimal.NewFromInt(100)
	all := []Goods{{Price: price}}
	for _, l := range appendLists(nil, "", p.Categories) {
		all = append(all, Goods{Category: l.key, Price: price})
	}
	for _, l := range appendLists(nil, "", p.Products) {
		all = append(all, Goods{Product: l.key, Price: price})
	}
	for _, l := range appendLists(nil, "", p.SKUs) {
		all = append(all, Goods{SKU: l.key, Price: price})
	}
	return all
}

func (c *Calculator) checkMix(mix Mix) error {
	failed := &OrderError{}
	for i, goods := range mix.Goods {
		order := goods.order(time.Time{}, Places{})
		if _, err := c.Calculate(&order, nil, nil); err != nil {
			failed.add(linePath(i, "price"), "%s", err)
		} else if goods.Price.Sign() <= 0 {
			failed.add(linePath(i, "price"), "a price is above 0, not %s", plain(goods.Price))
		}
	}
	if len(failed.Problems) > 0 {
		return failed
	}
	return nil
}

// unlimited is the calculator without what campaigns add at most over many orders: of one order it cannot be said what is left of that.
func (c *Calculator) unlimited() *Calculator {
	if !slices.ContainsFunc(c.campaigns, func(k campaign) bool { return k.counted() }) {
		return c
	}
	all := *c
	// A campaign multiplies losses too, so that an order pays more without it.
	all.inexact = c.plan.Base == Profit && c.plan.Loss == Signed
	all.campaigns = slices.Clone(c.campaigns)
	for i := range all.campaigns {
		all.campaigns[i].Budget, all.campaigns[i].PerCustomer = decimal.NullDecimal{}, decimal.NullDecimal{}
	}
	return &all
}

// order is the sale of one unit.
func (g *Goods) order(at time.Time, places Places) Order {
	list := g.List
	if !list.Valid {
		list = decimal.NewNullDecimal(g.Price)
	}
	return Order{PaidAt: at, Places: places, Lines: []Line{{
		SKU: g.SKU, Product: g.Product, Category: g.Category, Quantity: 1, Amount: g.Price, List: list, Cost: g.Cost,
	}}}
}

// ofPrice is an amount in minor units as a share of the price, cut off at 18 decimals.
func (c *Calculator) ofPrice(amount *big.Rat, goods *Goods) decimal.Decimal {
	share := new(big.Rat).Quo(amount, goods.Price.Rat())
	share.Quo(share, new(big.Rat).SetInt(money.Pow10(c.currency.Scale())))
	return cutOff(share)
}

// cutOff writes a share with at most 18 decimals, without zeros at its end.
func cutOff(share *big.Rat) decimal.Decimal {
	n := money.Down.Quo(new(big.Int).Mul(share.Num(), money.Pow10(maxRateScale)), share.Denom())
	for scale := int32(maxRateScale); ; scale-- {
		rest, shorter := new(big.Int), new(big.Int)
		if shorter.QuoRem(n, big.NewInt(10), rest); rest.Sign() != 0 || scale == 0 {
			return decimal.NewFromBigInt(n, -scale)
		}
		n = shorter
	}
}
