package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// The rich plan has every reward of an order: three slots with a bonus by level, the differential with peers, the recruiter, the nearest leader, the agent
// of a region, a fee, and a campaign that runs. The order and the uplines are those of the other plan.
const richPlan = `
	slots 10 %, 5 %, 2 %; of level L2 1 % more in each; slot 1 × 1.5 by a campaign
	differential L1 1 %, L2 2 %, L3 3 %, L4 4 %; a peer 10 % of it
	recruiter 1 %; nearest leader, of level L4, 1.5 %; agent of the region 1 %; fee 0.6 %`

var paidAt = time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)

// richCalculation measures the rich plan against what is written by hand for it, and how its cost grows with the lines.
func richCalculation() ([]goal, error) {
	four, err := newRich(4)
	if err != nil {
		return nil, err
	}
	tens, err := newRich(64)
	if err != nil {
		return nil, err
	}
	thousand, err := newRich(1024)
	if err != nil {
		return nil, err
	}
	hand := newRichHand(four)
	if err := hand.same(four); err != nil {
		return nil, err
	}
	ours, integers, small, large := &contender{run: four.run}, &contender{run: hand.run}, &contender{run: tens.run}, &contender{run: thousand.run}
	race("the rich plan", ours, integers, small, large)
	return []goal{
		slower("G1", "calculate under the rich plan, against int64 by hand", ours.fastest, integers.fastest, 4),
		slower("G1", "the same, an order of 1,024 lines against 16 of 64", large.fastest, 16*small.fastest, 1.2),
		count("G3", "allocations under the rich plan", allocations(four.run), 0),
	}, nil
}

// newRich is an order of so many lines under the rich plan.
func newRich(lines int) (*ours, error) {
	rate := commission.MustRate
	plan := commission.Plan{
		Rates:      []commission.Rate{rate("10%"), rate("5%"), rate("2%")},
		LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"L2": {rate("1%"), rate("1%"), rate("1%")}}},
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
			"L1": rate("1%"), "L2": rate("2%"), "L3": rate("3%"), "L4": rate("4%"),
		}},
		Peer:      commission.Peer{Rate: rate("10%")},
		Recruiter: commission.Recruiter{Rate: rate("1%")},
		Team:      commission.Team{Rate: rate("1.5%")},
		Territory: commission.Territory{Regions: map[string]commission.Region{"33": {Rate: rate("1%"), Agents: []commission.Agent{{Partner: "agent"}}}}},
		Fees:      []commission.Fee{{Name: "platform", Payee: "platform", Rate: rate("0.6%")}},
	}
	calc, err := commission.New(money.MustCurrency("CNY", 2), plan, commission.Campaign{Name: "618", Factor: decimal.RequireFromString("1.5"), Slots: []int{1}})
	if err != nil {
		return nil, err
	}
	o := &ours{calc: calc, order: commission.Order{ID: "o1", Customer: "c1", PaidAt: paidAt, Places: commission.Places{ShipTo: "33"}}}
	for i := range lines {
		o.order.Lines = append(o.order.Lines, commission.Line{ID: commission.LineID(lineID(i)), Quantity: 1, Amount: decimal.New(lineAmounts[i%4], -2)})
	}
	for i, level := range levels {
		o.uplines = append(o.uplines, commission.Upline{Partner: partnerID(i), Level: partner.Level(strings.Clone(string(level))), Leader: level == "L4"})
	}
	return o, nil
}

// richHand is what is written in integers for the rich plan and nothing else. Rates are in hundred thousandths.
type richHand struct {
	lines   []handLine
	uplines []handUpline
	entries []handEntry
}

func newRichHand(o *ours) *richHand {
	h := &richHand{}
	for i := range o.order.Lines {
		h.lines = append(h.lines, handLine{string(o.order.Lines[i].ID), lineAmounts[i%4]})
	}
	for _, u := range o.uplines {
		h.uplines = append(h.uplines, handUpline{string(u.Partner), string(u.Level)})
	}
	return h
}

const richWhole = 100_000

type richPayee struct {
	id   string
	rate int64
}

func (h *richHand) calculate() {
	var buffer [32]richPayee
	payees := buffer[:0]
	for slot, rate := range [...]int64{10_000, 5_000, 2_000} {
		u := &h.uplines[slot]
		if u.level == "L2" {
			rate += 1_000
		}
		if slot == 0 {
			rate += rate / 2
		}
		payees = append(payees, richPayee{u.id, rate})
	}
	for i := 1; i < len(h.uplines); i++ {
		if u := &h.uplines[i]; u.level == "L4" {
			payees = append(payees, richPayee{u.id, 1_500})
			break
		}
	}
	best, start := int64(0), len(payees)
	var earners [4]int
	for i := range h.uplines {
		if share := shareOf(h.uplines[i].level) * 10; share > best {
			earners[len(payees)-start] = i
			payees = append(payees, richPayee{h.uplines[i].id, share - best})
			best = share
		}
	}
	end := len(payees)
	payees = append(payees, richPayee{h.uplines[1].id, 1_000})
	for k := start; k < end; k++ {
		earner := earners[k-start]
		for i := earner + 1; i < len(h.uplines); i++ {
			if h.uplines[i].level == h.uplines[earner].level {
				payees = append(payees, richPayee{h.uplines[i].id, payees[k].rate / 10})
				break
			}
		}
	}
	payees = append(payees, richPayee{"agent", 1_000}, richPayee{"platform", 600})
	h.entries = h.entries[:0]
	for i := range h.lines {
		l := &h.lines[i]
		for j := range payees {
			h.entries = append(h.entries, handEntry{l.id, payees[j].id, (l.amount*payees[j].rate + richWhole/2) / richWhole})
		}
	}
}

func (h *richHand) run(n int) {
	for range n {
		h.calculate()
	}
}

// same checks that both pay the same.
func (h *richHand) same(o *ours) error {
	o.calculate()
	h.calculate()
	if len(h.entries) != o.result.Len() {
		return fmt.Errorf("under the rich plan (%s) calculate gives %d entries, by hand there are %d", richPlan, o.result.Len(), len(h.entries))
	}
	for i, want := range h.entries {
		e := o.result.Entry(i)
		if got := entryText(string(e.Line), string(e.Payee), e.Amount.Decimal()); got != entryText(want.line, want.payee, decimal.New(want.amount, -2)) {
			return fmt.Errorf("under the rich plan entry %d: calculate pays %s by %s, by hand it is %s", i, got, e.Rule, entryText(want.line, want.payee, decimal.New(want.amount, -2)))
		}
	}
	return nil
}
