package commission

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// RuleFee is the name of the rule that pays fees. The slot of its entries is the fee's place in the plan, from 1 on.
const RuleFee = "fee"

// Fee is what somebody who brought nobody takes of every line that pays, such as a platform its service fee: a share of what was paid for the line, whatever
// the plan's base, or an amount for each unit. It is an entry of its own and never part of a rate.
type Fee struct {
	Name  string     `json:"name"`
	Payee partner.ID `json:"payee"` // a partner like any other: who earns nothing gets no fee either
	Rate  Rate       `json:"rate"`
	// BeforeSplit takes the fee off first: the shares of all other rules are of what such fees leave of the base, rounded as their entries are and together
	// at most what was paid; of a list price below them nothing is left. Where the plan cuts the farthest from the buyer first, they are cut last.
	BeforeSplit bool `json:"beforeSplit,omitempty"`
}

func (p *Plan) feeRule() builtin {
	b := builtin{
		name: RuleFee, on: len(p.Fees) > 0,
		build: func() Rule { return &feesRule{fees: p.Fees} },
		check: func(v *problems) { checkFees(v, p.Fees) },
		seats: func(ids []partner.ID, _ *Order) []partner.ID { return appendPayees(ids, p.Fees) },
	}
	for _, fee := range p.Fees {
		b.rates = append(b.rates, fee.Rate)
	}
	return b
}

func appendPayees(ids []partner.ID, fees []Fee) []partner.ID {
	for i := range fees {
		ids = append(ids, fees[i].Payee)
	}
	return ids
}

// withFees is the most that a line pays where all other rules pay so much, as a share of what was paid. factor is the largest on fees.
func (p *Plan) withFees(others, factor decimal.Decimal) decimal.Decimal {
	before, beside := decimal.Zero, decimal.Zero
	for _, fee := range p.Fees {
		if share := fee.Rate.share().Mul(factor); fee.BeforeSplit {
			before = before.Add(share)
		} else {
			beside = beside.Add(share)
		}
	}
	left := decimal.Max(decimal.Zero, decimal.NewFromInt(1).Sub(before))
	// A fee whose payee earns nothing leaves all of it to the others.
	return beside.Add(decimal.Max(others, before.Add(others.Mul(left))))
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
type feesRule struct{ fees []Fee }

func (r *feesRule) Shares(in *Input, out *Shares) {
	for i := range r.fees {
		fee := &r.fees[i]
		index, payee := in.seat(fee.Payee)
		if payee.Bar != "" {
			out.Skip(index, i+1, payee.Bar)
			continue
		}
		out.Pay(index, i+1, fee.Rate, Source{Kind: FromFee, Key: fee.Name})
	}
}

// beforeSplit reports whether a share is a fee that is taken off before everything else.
func (c *Calculator) beforeSplit(s *Share) bool {
	return c.offTop && s.Rule == RuleFee && c.plan.Fees[s.Slot-1].BeforeSplit
}

// takeFees takes the fees that come before the split off the base of their lines.
func (r *Result) takeFees() error {
	for i := range r.lines {
		line, sum := &r.lines[i], money.Units{}
		if line.reason != "" {
			continue
		}
		rest, set := line.rest(), &r.sets[line.set]
		for j := set.shares; j < set.sharesEnd; j++ {
			if !r.calc.beforeSplit(&r.shares[j]) {
				continue
			}
			fee, err := r.amountOf(line, &rest, j)
			if err == nil {
				sum, err = sum.Add(fee)
			}
			if err != nil {
				return r.tooLarge(line, err)
			}
		}
		r.takeOff(line, sum)
	}
	return nil
}
