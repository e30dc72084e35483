package commission_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

func costOf(d decimal.Decimal) decimal.NullDecimal { return decimal.NewNullDecimal(d) }

func TestAnOrderThatMakesNoSenseNamesTheField(t *testing.T) {
	huge, tiny := decimal.New(1, 1_000_000_000), decimal.New(1, -1_000_000_000)
	many := make([]commission.Line, commission.MaxLines+1)
	for i := range many {
		many[i] = goods(fmt.Sprint(i), 1, "1.00")
	}
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), PriceScale: 4})
	uplines := above("B", "A")
	reused := &commission.Result{}
	for _, c := range []struct {
		name   string
		change func(*commission.Order)
		paths  []string
		says   string
	}{
		{"no lines", func(o *commission.Order) { o.Lines = nil }, []string{"lines"}, "1 to 5000 lines, not 0"},
		{"too many lines", func(o *commission.Order) { o.Lines = many }, []string{"lines"}, "not 5001"},
		{"no quantity", func(o *commission.Order) { o.Lines[1].Quantity = 0 }, []string{"lines[1].quantity"}, "from 1 to 1000000000 units, not 0"},
		{"a negative quantity", func(o *commission.Order) { o.Lines[0].Quantity = -1 }, []string{"lines[0].quantity"}, "not -1"},
		{"an absurd quantity", func(o *commission.Order) { o.Lines[0].Quantity = math.MaxInt64 }, []string{"lines[0].quantity"}, ""},
		{"a negative amount", func(o *commission.Order) { o.Lines[1].Amount = dec("-0.01") }, []string{"lines[1].amount"}, "-0.01 is below 0"},
		{"too many decimals", func(o *commission.Order) { o.Lines[1].Amount = dec("1.00001") }, []string{"lines[1].amount"}, "more than 4 decimals"},
		{"a huge amount", func(o *commission.Order) { o.Lines[0].Amount = huge }, []string{"lines[0].amount"}, "1e1000000000"},
		{"a huge negative amount", func(o *commission.Order) { o.Lines[0].Amount = huge.Neg() }, []string{"lines[0].amount"}, ""},
		{"a tiny amount", func(o *commission.Order) { o.Lines[0].Amount = tiny }, []string{"lines[0].amount"}, "decimals"},
		{"a total beyond 38 digits", func(o *commission.Order) {
			o.Lines[0].Amount = dec(strings.Repeat("9", 34))
			o.Lines[1].Amount = dec(strings.Repeat("9", 34))
		}, []string{"lines[1].amount"}, "the order's total"},
		{"a negative cost", func(o *commission.Order) { o.Lines[0].Cost = costOf(dec("-1")) }, []string{"lines[0].cost"}, "-1 is below 0"},
		{"a huge cost", func(o *commission.Order) { o.Lines[0].Cost = costOf(huge) }, []string{"lines[0].cost"}, ""},
		{"a tiny cost", func(o *commission.Order) { o.Lines[0].Cost = costOf(tiny) }, []string{"lines[0].cost"}, ""},
		{"the same id twice", func(o *commission.Order) { o.Lines[1].ID = o.Lines[0].ID }, []string{"lines[1].id"}, `lines 0 and 1 have the same id "p1"`},
		{"the same id far away", func(o *commission.Order) {
			o.Lines = append([]commission.Line{}, many[:40]...)
			o.Lines[39].ID = "7"
		}, []string{"lines[39].id"}, "lines 7 and 39"},
		{"too many rates", func(o *commission.Order) { o.Lines[0].Rates = make([]commission.Rate, 101) }, []string{"lines[0].rates"}, "101 slots"},
		{"a negative list price", func(o *commission.Order) { o.Lines[0].List = costOf(dec("-1")) }, []string{"lines[0].list"}, "-1 is below 0"},
		{"a huge list price", func(o *commission.Order) { o.Lines[0].List = costOf(huge) }, []string{"lines[0].list"}, ""},
		{"a negative give-up", func(o *commission.Order) { o.Lines[1].GiveUp = dec("-1") }, []string{"lines[1].giveUp"}, "-1 is below 0"},
		{"a give-up with too many decimals", func(o *commission.Order) { o.Lines[1].GiveUp = dec("0.00001") }, []string{"lines[1].giveUp"}, "more than 4 decimals"},
		{"a give-up above the line", func(o *commission.Order) { o.Lines[1].GiveUp = dec("1000000") }, []string{"lines[1].giveUp"}, "more than the line costs"},
		{"a give-up of a line whose amount is wrong", func(o *commission.Order) {
			o.Lines[1].Amount, o.Lines[1].GiveUp = dec("-1"), dec("1")
		}, []string{"lines[1].amount"}, ""},
		{"a negative tender", func(o *commission.Order) {
			o.Tenders = []commission.Tender{{Kind: "wechat", Amount: dec("1")}, {Kind: "cash", Amount: dec("-1")}}
		}, []string{"tenders[1].amount"}, "-1 is below 0"},
		{"a tender with too many decimals", func(o *commission.Order) {
			o.Tenders = []commission.Tender{{Kind: "points", Amount: dec("0.00001")}}
		}, []string{"tenders[0].amount"}, "more than 4 decimals"},
		{"a huge tender", func(o *commission.Order) { o.Tenders = []commission.Tender{{Kind: "cash", Amount: huge}} }, []string{"tenders[0].amount"}, ""},
		{"tenders above the order", func(o *commission.Order) {
			o.Tenders = []commission.Tender{{Kind: "points", Amount: dec("1")}, {Kind: "gift-card", Amount: dec("1000000")}}
		}, []string{"tenders[1].amount"}, "more than there is to be paid with it"},
		{"the same tender twice", func(o *commission.Order) {
			o.Tenders = []commission.Tender{{Kind: "points"}, {Kind: "cash"}, {Kind: "points"}}
		}, []string{"tenders[2].kind"}, `every tender has a kind of its own, not "points"`},
		{"a tender without a kind", func(o *commission.Order) { o.Tenders = []commission.Tender{{Amount: dec("1")}} }, []string{"tenders[0].kind"}, ""},
		{"too many tenders", func(o *commission.Order) { o.Tenders = make([]commission.Tender, 101) }, []string{"tenders"}, "101 are more than 100"},
		{"negative freight", func(o *commission.Order) { o.Freight = dec("-8") }, []string{"freight"}, "below 0"},
		{"huge freight", func(o *commission.Order) { o.Freight = huge }, []string{"freight"}, ""},
		{"a negative discount", func(o *commission.Order) { o.Discount = dec("-1") }, []string{"discount"}, "below 0"},
		{"a huge discount", func(o *commission.Order) { o.Discount = huge }, []string{"discount"}, ""},
		{"a tiny discount", func(o *commission.Order) { o.Discount = tiny }, []string{"discount"}, "decimals"},
		{"a discount above the total", func(o *commission.Order) { o.Discount = dec("30.0001") }, []string{"discount"},
			"30.0001 is more than the lines together, 30.0000"},
		{"everything at once", func(o *commission.Order) {
			o.Lines[0].Quantity, o.Lines[0].Amount, o.Lines[1].Cost = 0, huge, costOf(dec("-1"))
			o.Lines[1].ID, o.Freight, o.Discount = "p1", tiny, dec("-3")
		}, []string{"lines[0].quantity", "lines[0].amount", "lines[1].cost", "lines[1].id", "freight", "discount"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			order := orderOf(goods("p1", 1, "10.00"), goods("p2", 2, "20.00"))
			_, err := calc.Calculate(order, uplines, reused)
			require.NoError(t, err)
			require.Equal(t, 4, reused.Len())
			c.change(order)
			start := time.Now()
			result, err := calc.Calculate(order, uplines, reused)
			require.Less(t, time.Since(start), time.Second)
			requireProblems(t, err, c.paths, c.says)
			require.Same(t, reused, result)
			require.Zero(t, result.Len(), "nothing is calculated")
			require.Empty(t, unpaidOf(result))
			require.Empty(t, result.Freeze().Lines)
		})
	}
}

func requireProblems(t *testing.T, err error, paths []string, says string) {
	t.Helper()
	var e *commission.OrderError
	require.ErrorAs(t, err, &e)
	var got []string
	for _, p := range e.Problems {
		got = append(got, p.Path)
		require.Less(t, len(p.String()), 200)
	}
	require.Equal(t, paths, got)
	require.Contains(t, e.Error(), says)
}

func TestAnOrderAtTheLimitsIsCalculated(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	lines := make([]commission.Line, commission.MaxLines)
	for i := range lines {
		lines[i] = goods(fmt.Sprint(i), commission.MaxQuantity, "1.00")
	}
	require.Equal(t, "500.00", totalOf(t, calculate(t, calc, orderOf(lines...), above("B"))))

	order := orderOf(goods("p", 1, "1.00"))
	order.Discount = dec("1.00")
	require.Zero(t, calculate(t, calc, order, above("B")).Len(), "a discount of everything is no error")

	most := orderOf(commission.Line{ID: "p", Quantity: 1, Amount: dec(strings.Repeat("9", 36) + ".99")})
	require.Equal(t, "1"+strings.Repeat("0", 35)+".00", totalOf(t, calculate(t, calc, most, above("B"))))
}

func TestLinesWithSimilarIDsAreNotTheSame(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	ids := []string{"", "a", "aa", "aaa", "aba", "aaaa", "aaaaa", "abba", "order-1-line", "order-2-line", "ä", "\x00", "A"}
	order := orderOf()
	for _, id := range ids {
		order.Lines = append(order.Lines, goods(id, 1, "1.00"))
	}
	require.Equal(t, len(ids), calculate(t, calc, order, above("B")).Len())
	for i := range ids {
		twice := *order
		twice.Lines = append(slices.Clone(order.Lines), order.Lines[i])
		_, err := calc.Calculate(&twice, above("B"), nil)
		requireProblems(t, err, []string{fmt.Sprintf("lines[%d].id", len(ids))}, "")
	}
}

func TestTooManyUplinesAreRefused(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	_, err := calc.Calculate(orderOf(goods("p", 1, "1.00")), make([]commission.Upline, commission.MaxUplines+1), nil)
	requireProblems(t, err, []string{"uplines"}, "100001 are more than 100000")
}

func TestAnEntryBeyond38DigitsIsAnErrorOfItsLine(t *testing.T) {
	eth := money.MustCurrency("ETH", 18)
	for _, scope := range []commission.Scope{commission.PerEntry, commission.PerOrder} {
		calc, err := commission.New(eth, commission.Plan{Rates: rates("999999999999999999/unit"), Rounding: commission.Rounding{Scope: scope}})
		require.NoError(t, err)
		_, err = calc.Calculate(orderOf(goods("p1", 1, "1"), goods("p2", 1_000_000_000, "1")), above("B"), nil)
		requireProblems(t, err, []string{"lines.p2"}, "38 digits")
	}
}

func TestWhatCannotHaveComeBackNamesTheField(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "1.00/unit"), PriceScale: 4})
	paid := calculate(t, calc, orderOf(goods("p1", 3, "30.00"), goods("p2", 1, "1.00")), above("B", "A"))
	fine := calc.Price()
	for name, c := range map[string]struct {
		returned []commission.Returned
		paths    []string
	}{
		"more units than were sold": {[]commission.Returned{{Units: 4}}, []string{"returned[0].units"}},
		"units below 0":             {[]commission.Returned{{}, {Units: -1}}, []string{"returned[1].units", "returned[1].valued"}},
		"more valued than came":     {[]commission.Returned{{Units: 1, Valued: 2}}, []string{"returned[0].valued"}},
		"valued below 0":            {[]commission.Returned{{Units: 1, Valued: -1}}, []string{"returned[0].valued"}},
		"money below 0":             {[]commission.Returned{{Money: fine.Minor(-1)}}, []string{"returned[0].money"}},
		"money of another scale":    {[]commission.Returned{{Money: cny.Minor(1)}}, []string{"returned[0].money"}},
		"another currency":          {[]commission.Returned{{Money: money.MustCurrency("USD", 4).Minor(1)}}, []string{"returned[0].money"}},
		"more lines than there are": {make([]commission.Returned, 3), []string{"returned"}},
	} {
		target, err := calc.Target(paid.Freeze(), c.returned, nil)
		requireProblems(t, err, c.paths, "")
		require.Zero(t, target.Len(), name)
	}
	_, err := newCalculator(t, commission.Plan{Rates: rates("10%")}).Target(paid.Freeze(), nil, nil)
	requireProblems(t, err, []string{"lines[0].net", "lines[1].net"}, "scale 4")
}

func TestALineOfNoUnitsIsRefusedWhateverTheBase(t *testing.T) {
	for _, base := range []commission.Base{commission.Amount, commission.Profit} {
		line := goods("p1", 0, "1.00")
		line.Cost = costOf(dec("0.50"))
		calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: base})
		_, err := calc.Calculate(&commission.Order{ID: "o", Lines: []commission.Line{line}}, above("B"), nil)
		var order *commission.OrderError
		require.ErrorAs(t, err, &order, base)
		require.Equal(t, "lines[0].quantity", order.Problems[0].Path)
	}
}
