package commission

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Asset is something that orders pay beside cash, such as points: what the goods of an order count as in it, and a commission section of its own.
type Asset struct {
	// Code is what it is called, as a currency is: other than the plan's currency and every other asset.
	Code string `json:"code" strict:"required"`
	// Scale is how many decimals it has, 0 to 18.
	Scale int `json:"scale"`
	// Ratio is as how much of it one unit of the plan's currency counts: at "10" goods of 19.90 count as 199. Absent: 1.
	Ratio decimal.NullDecimal `json:"ratio"`
	// Commission says what an order pays of it, as the plan's section of that name does in cash: rates are shares of what the goods count as, or amounts of
	// the asset for each unit. Whose line the order pays, whether and by which levels it is judged again, what an exchange is, and what counts of what was
	// paid is the same as in cash, so that Attribution, AttributionAt, GraceMinutes, Contested, Staff, LevelAt, Exchange, Tenders and PriceScale are not set here.
	// Rates given with the lines of an order are of cash, and so is what a seller gives up: the asset counts what was paid.
	Commission Plan `json:"commission"`
	// Campaigns multiply what the asset pays, by the CampaignAt of its own section; the plan's own are of cash. They have no Budget and no PerCustomer: what
	// is counted over orders is cash.
	Campaigns []Campaign `json:"campaigns,omitempty"`
}

// MaxAssets is the most assets that a plan can pay beside cash.
const MaxAssets = 10

// WithDefaults returns the asset with every field that was left out set to what it means beside this commission in cash, whose defaults are filled in.
func (a Asset) WithDefaults(cash Plan) Asset {
	if !a.Ratio.Valid {
		a.Ratio = decimal.NewNullDecimal(one)
	}
	c := &a.Commission
	if c.PriceScale == 0 {
		c.PriceScale = a.priceScale(cash)
	}
	if len(c.Attribution) == 0 {
		c.Attribution = slices.Clone(cash.Attribution)
	}
	if c.Tenders.Excluded == nil {
		c.Tenders.Excluded = slices.Clone(cash.Tenders.Excluded)
	}
	c.takeOver(cash)
	if currency, err := money.NewCurrency(a.Code, a.Scale); err == nil {
		*c = c.WithDefaults(currency)
	}
	return a
}

// ratio is Ratio as a coefficient and a scale; it is not ok where it is not above 0 or has more than 18 digits.
func (a Asset) ratio() (ratio Rate, ok bool) {
	if !a.Ratio.Valid {
		return wholeLine, true
	}
	ratio, ok = rateOf(a.Ratio.Decimal, percent)
	return ratio, ok && ratio.coefficient > 0
}

// priceScale is with how many decimals prices count in the asset: exactly.
func (a Asset) priceScale(cash Plan) int {
	ratio, _ := a.ratio()
	return max(a.Scale, cash.PriceScale+int(ratio.scale))
}

// ValidateAssets returns every problem of the assets that a plan pays beside its commission in cash, nil if there is none. Paths begin with "assets[0]".
func (r Rules) ValidateAssets(currency money.Currency, cash Plan, assets []Asset) []Problem {
	v, cash := problems{}, cash.WithDefaults(currency)
	if len(assets) > MaxAssets {
		v.add("assets", "%d assets are more than %d", len(assets), MaxAssets)
		return v
	}
	for i, a := range assets {
		at := v.index("assets", i)
		own, err := money.NewCurrency(a.Code, a.Scale)
		switch {
		case err != nil:
			v.add(at+".code", "%s", err)
			continue
		case a.Code == currency.Code():
			v.add(at+".code", "%s is the plan's currency, which its own commission section pays", a.Code)
		case slices.ContainsFunc(assets[:i], func(other Asset) bool { return other.Code == a.Code }):
			v.add(at+".code", "%s stands twice", a.Code)
		}
		if _, ok := a.ratio(); !ok {
			v.add(at+".ratio", "a ratio is above 0 and has at most 18 digits; at \"10\" goods of 19.90 count as 199")
			continue
		}
		scale := a.priceScale(cash)
		if scale > money.MaxScale {
			v.add(at+".ratio", "prices of %d decimals times the ratio have %d, more than %d", cash.PriceScale, scale, money.MaxScale)
			continue
		}
		a.inherited(&v, at, cash)
		a.uncounted(&v, at)
		for _, p := range r.Validate(a.beside(cash), own, a.Campaigns) {
			v.add(at+"."+p.Path, "%s", p.Message)
		}
	}
	return v
}

// inherited refuses what is the same as in cash and set otherwise.
func (a Asset) inherited(v *problems, at string, cash Plan) {
	const same = "it is the same as in cash; leave it out"
	if c := &a.Commission; c.PriceScale != 0 && c.PriceScale != a.priceScale(cash) {
		v.add(at+".commission.priceScale", "it follows from the plan's and the ratio: %d; leave it out", a.priceScale(cash))
	}
	if own := a.Commission.Attribution; len(own) > 0 && !slices.Equal(own, cash.Attribution) {
		v.add(at+".commission.attribution", same)
	}
	if own := a.Commission.Tenders.Excluded; own != nil && !slices.Equal(own, cash.Tenders.Excluded) {
		v.add(at+".commission.tenders", same)
	}
	c := &a.Commission
	if c.Staff != (Staff{}) && c.Staff != cash.Staff {
		v.add(at+".commission.staff", same)
	}
	for _, o := range []struct {
		field     string
		own, cash int
	}{
		{"attributionAt", int(c.AttributionAt), int(cash.AttributionAt)}, {"graceMinutes", c.GraceMinutes, cash.GraceMinutes},
		{"contested", int(c.Contested), int(cash.Contested)}, {"levelAt", int(c.LevelAt), int(cash.LevelAt)}, {"exchange", int(c.Exchange), int(cash.Exchange)},
	} {
		if o.own != 0 && o.own != o.cash {
			v.add(at+".commission."+o.field, same)
		}
	}
}

// uncounted refuses campaigns that would have to be counted over orders.
func (a Asset) uncounted(v *problems, at string) {
	for i := range a.Campaigns {
		c, path := &a.Campaigns[i], fmt.Sprintf("%s.campaigns[%d]", at, i)
		if c.Budget.Valid {
			v.add(path+".budget", "a budget is of cash; a campaign of an asset has none; leave it out")
		}
		if c.PerCustomer.Valid {
			v.add(path+".perCustomer", "a cap for each customer is of cash; a campaign of an asset has none; leave it out")
		}
	}
}

// beside is the commission section with what it takes over from that in cash, and no other default: what was left out can matter.
func (a Asset) beside(cash Plan) Plan {
	p := a.Commission
	p.PriceScale, p.Attribution, p.Tenders.Excluded = a.priceScale(cash), cash.Attribution, cash.Tenders.Excluded
	p.takeOver(cash)
	return p
}

// takeOver sets the options that say of an order as a whole how it is judged to what they are in cash, where they are left out.
func (p *Plan) takeOver(cash Plan) {
	p.AttributionAt, p.GraceMinutes = cmp.Or(p.AttributionAt, cash.AttributionAt), cmp.Or(p.GraceMinutes, cash.GraceMinutes)
	p.Staff = cmp.Or(p.Staff, cash.Staff)
	p.Contested, p.LevelAt, p.Exchange = cmp.Or(p.Contested, cash.Contested), cmp.Or(p.LevelAt, cash.LevelAt), cmp.Or(p.Exchange, cash.Exchange)
}

// AssetCalculator is an asset made ready to calculate: the calculator of its commission section, which takes orders as they count in the asset. It is
// immutable and safe for concurrent use.
type AssetCalculator struct {
	*Calculator
	ratio decimal.Decimal
}

// Asset makes an asset ready beside the calculator of cash. One that cannot work is a [*PlanError] with all its problems.
func (r Rules) Asset(cash *Calculator, asset Asset) (*AssetCalculator, error) {
	if found := r.ValidateAssets(cash.currency, cash.plan, []Asset{asset}); len(found) > 0 {
		return nil, &PlanError{Problems: found}
	}
	currency, err := money.NewCurrency(asset.Code, asset.Scale)
	if err != nil {
		return nil, err
	}
	calc, err := r.New(currency, asset.beside(cash.plan), asset.Campaigns...)
	if err != nil {
		return nil, err
	}
	ratio, _ := asset.ratio()
	return &AssetCalculator{Calculator: calc, ratio: ratio.Decimal()}, nil
}

// Ratio is as how much of the asset one unit of the plan's currency counts.
func (a *AssetCalculator) Ratio() decimal.Decimal { return a.ratio }

// Order returns an order that was calculated in cash as it counts in the asset: what was paid for each line, without its part of discount and tenders and
// what the seller gives up of his cash, its cost and its list price, each times the ratio. So a line of which nothing is left in cash has nothing left in
// the asset. The order must be as it was when it was calculated; it is not changed.
func (a *AssetCalculator) Order(cash *Result) *Order {
	order, price := *cash.order, cash.calc.price
	order.Discount, order.Freight, order.Tenders = decimal.Decimal{}, decimal.Decimal{}, nil
	order.Used = nil // of cash
	order.Lines = slices.Clone(order.Lines)
	for i := range order.Lines {
		l, counted := &order.Lines[i], &cash.lines[i]
		paid := counted.net
		if counted.givesUp() {
			paid, _ = paid.Sub(counted.facts.giveUp) // which is not above it
		}
		l.Amount, l.Rates, l.GiveUp = price.Of(paid).Decimal().Mul(a.ratio), nil, decimal.Decimal{}
		l.Cost.Decimal, l.List.Decimal = l.Cost.Decimal.Mul(a.ratio), l.List.Decimal.Mul(a.ratio)
	}
	return &order
}

// Returned is what has come back of an order's lines in cash, as it counts in the asset. Money that counts as more than 38 digits is an [*OrderError].
func (a *AssetCalculator) Returned(cash []Returned) ([]Returned, error) {
	counted, failed := slices.Clone(cash), &OrderError{}
	for i := range counted {
		back := &counted[i].Money
		if *back == (money.Amount{}) {
			continue
		}
		var err error
		if *back, err = a.price.Amount(back.Decimal().Mul(a.ratio)); err != nil {
			failed.add(fmt.Sprintf("returned[%d].money", i), "%s", err)
		}
	}
	if len(failed.Problems) > 0 {
		return nil, failed
	}
	return counted, nil
}
