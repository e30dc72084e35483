package commission_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// On certain goods the top of the line gets a share too. What the rule decides is rounded, capped and reversed as everything else is.
func ExampleRules() {
	top := func(params commission.Params) (commission.Rule, error) {
		var p struct {
			Rate     commission.Rate `json:"rate"`
			Category string          `json:"category"`
		}
		err := params.Decode(&p)
		rule := commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
			if last := len(in.Uplines) - 1; last >= 0 && in.Line.Category == p.Category {
				out.Pay(last, 0, p.Rate, commission.Source{Kind: commission.FromOwn, Key: p.Category})
			}
		})
		return rule, err
	}
	rules := commission.Rules{{Name: "founder", Version: "1", Make: top}}

	calc, err := rules.New(money.MustCurrency("CNY", 2), commission.Plan{
		Rates: []commission.Rate{commission.MustRate("10%")},
		Rules: []commission.OwnRule{{Name: "founder", Params: `{"rate": "1%", "category": "tea"}`}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
		{ID: "1", Category: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
		{ID: "2", Category: "cups", Quantity: 1, Amount: decimal.RequireFromString("80.00")},
	}}
	result, err := calc.Calculate(order, []commission.Upline{{Partner: "bob"}, {Partner: "alice"}, {Partner: "zoe"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range result.Entries() {
		fmt.Println(e.Payee, "earns", e.Amount, "from line", e.Line, "by", e.Rule)
	}
	// Output:
	// bob earns 59.70 CNY from line 1 by slots
	// zoe earns 5.97 CNY from line 1 by founder
	// bob earns 8.00 CNY from line 2 by slots
}

// nearest pays the nearest upline of a level.
func nearest(level, rate string) commission.Rule {
	return commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
		for i := range in.Uplines {
			if string(in.Uplines[i].Level) == level {
				out.Pay(i, 0, commission.MustRate(rate), commission.Source{Kind: commission.FromOwn, Key: level})
				return
			}
		}
	})
}

// played shows what one order pays by a rule.
func played(rule commission.Rule) {
	rules := commission.Rules{{Name: "own", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return rule, nil }}}
	calc, err := rules.New(money.MustCurrency("CNY", 2), commission.Plan{Rules: []commission.OwnRule{{Name: "own"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Referrer: "live-room", Lines: []commission.Line{
		{ID: "1", Quantity: 1, Amount: decimal.RequireFromString("100.00")},
	}}
	result, err := calc.Calculate(order, []commission.Upline{{Partner: "bob"}, {Partner: "alice", Level: "gold"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Len(), "entries")
	for e := range result.Entries() {
		fmt.Println(e.Payee, "earns", e.Amount)
	}
}

// Orders from the live room pay the nearest gold partner, and no others do.
func ExampleWhen() {
	fromLiveRoom := func(in *commission.Input) bool { return in.Order.Referrer == "live-room" }
	played(commission.When(fromLiveRoom, nearest("gold", "3%")))
	// Output:
	// 1 entries
	// alice earns 3.00 CNY
}

// The nearest diamond partner gets 5%; where there is none, the nearest gold one 3%.
func ExampleFirst() {
	played(commission.First(nearest("diamond", "5%"), nearest("gold", "3%")))
	// Output:
	// 1 entries
	// alice earns 3.00 CNY
}

// A function is a rule.
func ExampleRuleFunc() {
	played(commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
		for i := range in.Uplines {
			out.PayPart(i, 0, commission.MustRate("5%"), commission.Source{Kind: commission.FromOwn}, 1, int32(len(in.Uplines)))
		}
	}))
	// Output:
	// 2 entries
	// bob earns 2.50 CNY
	// alice earns 2.50 CNY
}
