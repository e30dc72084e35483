package commission_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// tester is a *testing.T or a *rapid.T.
type tester interface {
	require.TestingT
	Helper()
}

var cny = money.MustCurrency("CNY", 2)

var june = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func rates(texts ...string) []commission.Rate {
	list := make([]commission.Rate, len(texts))
	for i, text := range texts {
		list[i] = commission.MustRate(text)
	}
	return list
}

func newCalculator(t tester, plan commission.Plan, campaigns ...commission.Campaign) *commission.Calculator {
	t.Helper()
	calc, err := commission.New(cny, plan, campaigns...)
	require.NoError(t, err)
	return calc
}

// goods is a line of an order whose product is called like the line.
func goods(id string, quantity int64, amount string) commission.Line {
	return commission.Line{ID: commission.LineID(id), Product: id, Quantity: quantity, Amount: dec(amount)}
}

func costing(line commission.Line, cost string) commission.Line {
	line.Cost = decimal.NewNullDecimal(dec(cost))
	return line
}

func orderOf(lines ...commission.Line) *commission.Order {
	return &commission.Order{ID: "o1", Customer: "buyer", PaidAt: june, Lines: lines}
}

// above is a line of uplines: "B" earns, "B:gold" has a level, "B:gold!" leads too, "B#frozen" earns nothing.
func above(texts ...string) []commission.Upline {
	list := make([]commission.Upline, len(texts))
	for i, text := range texts {
		u := &list[i]
		for into := (*string)(&u.Partner); text != ""; text = text[1:] {
			switch text[0] {
			case ':':
				into = (*string)(&u.Level)
			case '#':
				into = (*string)(&u.Bar)
			case '!':
				u.Leader = true
			default:
				*into += text[:1]
			}
		}
	}
	return list
}

func calculate(t tester, calc *commission.Calculator, order *commission.Order, uplines []commission.Upline) *commission.Result {
	t.Helper()
	result, err := calc.Calculate(order, uplines, nil, seated(calc, order)...)
	require.NoError(t, err)
	return result
}

func targetOf(t tester, calc *commission.Calculator, frozen commission.Frozen, returned ...commission.Returned) *commission.Result {
	t.Helper()
	target, err := calc.Target(frozen, returned, nil)
	require.NoError(t, err)
	return target
}

// entriesOf writes each entry as "line rule/slot payee amount".
func entriesOf(r *commission.Result) []string {
	var list []string
	for e := range r.Entries() {
		list = append(list, fmt.Sprintf("%s %s/%d %s %s", e.Line, e.Rule, e.Slot, e.Payee, e.Amount.Plain()))
	}
	return list
}

// unpaidOf writes each reason as "line rule/slot partner@position reason".
func unpaidOf(r *commission.Result) []string {
	var list []string
	for u := range r.Unpaid() {
		list = append(list, fmt.Sprintf("%s %s/%d %s@%d %s", u.Line, u.Rule, u.Slot, u.Partner, u.Position, u.Reason))
	}
	return list
}

// earned sums the entries of each payee.
func earned(t tester, r *commission.Result) map[string]string {
	t.Helper()
	sums := map[partner.ID]money.Amount{}
	for e := range r.Entries() {
		sum, err := sums[e.Payee].Add(e.Amount)
		require.NoError(t, err)
		sums[e.Payee] = sum
	}
	texts := map[string]string{}
	for id, sum := range sums {
		texts[string(id)] = sum.Plain()
	}
	return texts
}

func totalOf(t tester, r *commission.Result) string {
	t.Helper()
	total, err := r.Total()
	require.NoError(t, err)
	return total.Plain()
}

func price(text string) money.Amount {
	a, err := cny.Parse(text)
	if err != nil {
		panic(err)
	}
	return a
}

// lineReason returns the reason why a whole line pays nothing, "" if it has none.
func lineReason(r *commission.Result, line commission.LineID) partner.Reason {
	for u := range r.Unpaid() {
		if u.Line == line && u.Rule == "" {
			return u.Reason
		}
	}
	return ""
}
