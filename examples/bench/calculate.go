package main

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// The order that is calculated: four lines; slots 1 and 2 at 10 % and 5 %; the differential of four levels over twelve uplines, the top level last so
// that the whole line of uplines is walked.
var (
	slotRates   = []string{"10%", "5%"}
	shares      = map[partner.Level]string{"L1": "1%", "L2": "2%", "L3": "3%", "L4": "4%"}
	levels      = []partner.Level{"L1", "L1", "L2", "L1", "L2", "L2", "L3", "L1", "L3", "L2", "L3", "L4"} // of the uplines
	lineAmounts = []int64{199_00, 200_37, 49_99, 1313_13}                                                 // minor units
)

// calculation measures Calculate through the public API, decimals in, against what is written by hand for exactly this plan.
func calculation() ([]goal, error) {
	ours, err := newOurs()
	if err != nil {
		return nil, err
	}
	hand, bare, plain := newHand(), newBare(), newPlain()
	if err := sameEntries(ours, hand, bare, plain); err != nil {
		return nil, err
	}
	calculate, asDecimals := &contender{run: ours.run}, &contender{run: ours.runDecimals}
	integers, floor, decimals := &contender{run: hand.run}, &contender{run: bare.run}, &contender{run: plain.run}
	race("calculate", calculate, asDecimals, integers, floor, decimals)

	none := allocations(ours.run)
	each := (allocations(ours.runDecimals) - none) / float64(ours.result.Len())
	return []goal{
		slower("G1", "calculate an order, against int64 by hand", calculate.fastest, integers.fastest, 4),
		times("G1", "the same, with positions for ids and numbers for levels", calculate.fastest, floor.fastest, calculate.fastest/floor.fastest),
		faster("G2", "calculate an order, against plain decimals", calculate.fastest, decimals.fastest, 25),
		faster("G2", "the same, every entry asked for as a decimal", asDecimals.fastest, decimals.fastest, 5),
		count("G3", "allocations with a reused buffer", none, 0),
		count("G3", "allocations for each decimal asked for", each, 2),
	}, nil
}

// ours is the library.
type ours struct {
	calc     *commission.Calculator
	order    commission.Order
	uplines  []commission.Upline
	result   commission.Result
	decimals []decimal.Decimal
}

func newOurs() (*ours, error) {
	plan := commission.Plan{Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{}}}
	for _, rate := range slotRates {
		plan.Rates = append(plan.Rates, commission.MustRate(rate))
	}
	for level, share := range shares {
		plan.Differential.Rates[level] = commission.MustRate(share)
	}
	calc, err := commission.New(money.MustCurrency("CNY", 2), plan)
	if err != nil {
		return nil, err
	}
	o := &ours{calc: calc, order: commission.Order{ID: "o1", Customer: "c1"}}
	for i, amount := range lineAmounts {
		o.order.Lines = append(o.order.Lines, commission.Line{
			ID: commission.LineID(lineID(i)), SKU: fmt.Sprintf("s%d", i), Product: fmt.Sprintf("p%d", i), Category: "c", Quantity: 1, Amount: decimal.New(amount, -2),
		})
	}
	for i, level := range levels {
		// Levels of real uplines are read from somewhere: they are no constants that share their bytes with the plan's.
		o.uplines = append(o.uplines, commission.Upline{Partner: partnerID(i), Level: partner.Level(strings.Clone(string(level)))})
	}
	return o, nil
}

func (o *ours) calculate() {
	if _, err := o.calc.Calculate(&o.order, o.uplines, &o.result); err != nil {
		panic(err)
	}
}

func (o *ours) run(n int) {
	for range n {
		o.calculate()
	}
}

func (o *ours) runDecimals(n int) {
	for range n {
		o.calculate()
		o.decimals = o.decimals[:0]
		for i := range o.result.Len() {
			o.decimals = append(o.decimals, o.result.Amount(i).Decimal())
		}
	}
}
