package commission

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleFee is the name of the rule that pays fees. The slot of its entries is the fee's place in the plan, from 1 on.
const RuleFee = "fee"

// Fee is what somebody who brought nobody takes of every line, such as a platform its service fee. It is an entry of its own and never part of a rate.
type Fee struct {
	Name  string     `json:"name"`
	Payee partner.ID `json:"payee"` // a partner like any other: who earns nothing gets no fee either
	Rate  Rate       `json:"rate"`
	// BeforeSplit takes the fee off first: the shares of all other rules are of what it leaves. It is rounded to the currency like an entry.
	BeforeSplit bool `json:"beforeSplit,omitempty"`
}

func (p *Plan) feeRule() builtin {
	b := builtin{
		name: RuleFee, on: len(p.Fees) > 0,
		build: func() Rule { return newFees(p) },
		check: func(v *problems) { checkFees(v, p.Fees) },
	}
	sum := decimal.Zero
	for _, fee := range p.Fees {
		b.rates, b.seats, sum = append(b.rates, fee.Rate), append(b.seats, fee.Payee), sum.Add(fee.Rate.share())
	}
	b.most = func() decimal.Decimal { return sum }
	return b
}

const maxFees = 20

func checkFees(v *problems, fees []Fee) {
	if len(fees) > maxFees {
		v.add("commission.fees", "%d fees are more than %d", len(fees), maxFees)
	}
	names := map[string]bool{}
	for i, fee := range fees {
		at := fmt.Sprintf("commission.fees[%d]", i)
		if fee.Name == "" || names[fee.Name] {
			v.add(at+".name", "every fee has a name of its own, not %q", fee.Name)
		}
		names[fee.Name] = true
		if err := partner.CheckID("payee", fee.Payee); err != nil {
			v.add(at+".payee", "%s", err)
		}
		if !fee.Rate.IsSet() {
			v.add(at+".rate", "a fee needs a rate")
		}
	}
}

// feesRule pays each fee to its payee.
type feesRule struct {
	fees  []Fee
	seats []int // of the payees in Input.Seats
}

func newFees(p *Plan) *feesRule {
	r := &feesRule{fees: p.Fees}
	for _, fee := range p.Fees {
		r.seats = append(r.seats, p.seat(fee.Payee))
	}
	return r
}

func (r *feesRule) Shares(in *Input, out *Shares) {
	for i := range r.fees {
		fee, index := &r.fees[i], len(in.Uplines)+r.seats[i]
		if bar := in.Seats[r.seats[i]].Bar; bar != "" {
			out.Skip(index, i+1, bar)
			continue
		}
		out.Pay(index, i+1, fee.Rate, Source{Kind: FromFee, Key: fee.Name})
	}
}
