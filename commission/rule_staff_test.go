package commission_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_1_28_AnOrderOfStaffAndPartnerIsAttributedToOne(t *testing.T) {
	both, ratio := commission.Staff{Sharing: commission.StaffBoth}, commission.Staff{Sharing: commission.StaffRatio, StaffWeight: 3, PartnerWeight: 7}
	staff := commission.Attributed{Partner: "sue", By: commission.ByStaff}
	owner := commission.Attributed{Partner: "bob", By: commission.Owner}
	for name, c := range map[string]struct {
		staff commission.Staff
		of    commission.Candidates
		whose commission.Attributed
	}{
		"one by default, the partner's": {commission.Staff{}, commission.Candidates{Owner: "bob", Staff: "sue"}, owner},
		"the member's of the staff":     {commission.Staff{First: commission.StaffMember}, commission.Candidates{Owner: "bob", Staff: "sue"}, staff},
		"both":                          {both, commission.Candidates{Owner: "bob", Staff: "sue"}, owner},
		"divided":                       {ratio, commission.Candidates{Owner: "bob", Staff: "sue"}, owner},
		"staff alone":                   {commission.Staff{}, commission.Candidates{Staff: "sue"}, staff},
		"staff alone, divided":          {ratio, commission.Candidates{Staff: "sue"}, staff},
		"partner alone":                 {commission.Staff{First: commission.StaffMember}, commission.Candidates{Owner: "bob"}, owner},
		"one who is both":               {commission.Staff{First: commission.StaffMember}, commission.Candidates{Owner: "bob", Staff: "bob"}, owner},
		"nobody":                        {both, commission.Candidates{}, commission.Attributed{Reason: commission.NoOwner}},
	} {
		require.Equal(t, c.whose, commission.Plan{Staff: c.staff}.Attributed(c.of), name)
	}
}

func TestRule_1_28_SlotOneIsPaidToBothOrDivided(t *testing.T) {
	line := []commission.Upline{{Partner: "bob"}, {Partner: "ann"}}
	barred := []commission.Upline{{Partner: "bob", Bar: partner.EarningFrozen}, {Partner: "ann"}}
	seat := func(bar partner.Reason) commission.Upline {
		return commission.Upline{Partner: "sue", Level: "gold", Bar: bar}
	}
	both, ratio := commission.Staff{Sharing: commission.StaffBoth}, commission.Staff{Sharing: commission.StaffRatio, StaffWeight: 1, PartnerWeight: 2}
	for name, c := range map[string]struct {
		staff    commission.Staff
		missing  commission.Missing
		member   partner.ID
		customer partner.Customer
		uplines  []commission.Upline
		seat     commission.Upline
		paid     []string
		unpaid   []string
	}{
		"both, each at his own rate":              {both, 0, "sue", "carol", line, seat(""), []string{"bob 1 1.00", "sue 1 2.00", "ann 2 0.50"}, nil},
		"divided at the partner's rate":           {ratio, 0, "sue", "carol", line, seat(""), []string{"bob 1 0.67", "sue 1 0.33", "ann 2 0.50"}, nil},
		"he is the partner":                       {ratio, 0, "bob", "carol", line, commission.Upline{Partner: "bob"}, []string{"bob 1 1.00", "ann 2 0.50"}, nil},
		"he is the recruiter too":                 {both, 0, "ann", "carol", line, commission.Upline{Partner: "ann"}, []string{"bob 1 1.00", "ann 1 1.00", "ann 2 0.50"}, nil},
		"no member of the staff":                  {both, 0, "", "carol", line, commission.Upline{}, []string{"bob 1 1.00", "ann 2 0.50"}, nil},
		"he is no partner":                        {ratio, 0, "sue", "carol", line, seat(partner.NotPartner), []string{"bob 1 1.00", "ann 2 0.50"}, []string{"sue 1 not_partner"}},
		"he buys for himself":                     {ratio, 0, "sue", "sue", line, seat(""), []string{"bob 1 1.00", "ann 2 0.50"}, []string{"sue 1 self_purchase"}},
		"he is frozen, his part is the shop's":    {ratio, 0, "sue", "carol", line, seat(partner.EarningFrozen), []string{"bob 1 0.67", "ann 2 0.50"}, []string{"sue 1 earning_frozen"}},
		"he is frozen, and passed over":           {ratio, commission.Compress, "sue", "carol", line, seat(partner.EarningFrozen), []string{"bob 1 1.00", "ann 2 0.50"}, []string{"sue 1 earning_frozen"}},
		"he is frozen, and both are paid":         {both, 0, "sue", "carol", line, seat(partner.EarningFrozen), []string{"bob 1 1.00", "ann 2 0.50"}, []string{"sue 1 earning_frozen"}},
		"the partner is frozen, and both":         {both, 0, "sue", "carol", barred, seat(""), []string{"sue 1 2.00", "ann 2 0.50"}, []string{"bob 1 earning_frozen"}},
		"the partner is frozen, and they divide":  {ratio, 0, "sue", "carol", barred, seat(""), []string{"sue 1 0.67", "ann 2 0.50"}, []string{"bob 1 earning_frozen"}},
		"the next holds the slot, and they share": {ratio, commission.Compress, "sue", "carol", barred, seat(""), []string{"ann 1 0.67", "sue 1 0.33"}, []string{"bob 1 earning_frozen", " 2 no_upline"}},
	} {
		plan := commission.Plan{Rates: rates("10%", "5%"), Levels: map[partner.Level][]commission.Rate{"gold": rates("20%")}, Staff: c.staff, Missing: c.missing}
		calc := newCalculator(t, plan)
		order := &commission.Order{ID: "o-1", Customer: c.customer, Staff: c.member, PaidAt: june, Lines: []commission.Line{{ID: "1", Quantity: 1, Amount: dec("10.00")}}}
		if c.member != "" {
			require.Equal(t, []partner.ID{c.member}, calc.Seats(order), name)
		}
		result, err := calc.Calculate(order, c.uplines, nil, c.seat)
		require.NoError(t, err, name)
		var paid, unpaid []string
		for e := range result.Entries() {
			paid = append(paid, fmt.Sprint(e.Payee, " ", e.Slot, " ", e.Amount.Plain()))
		}
		for u := range result.Unpaid() {
			unpaid = append(unpaid, fmt.Sprint(u.Partner, " ", u.Slot, " ", u.Reason))
		}
		require.Equal(t, c.paid, paid, name)
		require.Equal(t, c.unpaid, unpaid, name)
	}
}

// A cap of 0.12 leaves 0.1143 of 0.20 and 0.0057 of 0.01, so that the last unit is ann's. Of 0.10, 0.10 and 0.01 it leaves 0.0571 twice and 0.0057, so that the last
// two are of those who divide.
func TestRule_1_28_ACapCutsThoseWhoDivideEachForHimself(t *testing.T) {
	order := &commission.Order{ID: "o-1", Customer: "carol", Staff: "sue", PaidAt: june, Lines: []commission.Line{{ID: "1", Quantity: 4, Amount: dec("0.12")}}}
	for _, c := range []struct {
		staff commission.Staff
		paid  []string
	}{
		{commission.Staff{Sharing: commission.StaffRatio, StaffWeight: 1, PartnerWeight: 1}, []string{"bob 0.06", "sue 0.06"}},
		{commission.Staff{}, []string{"bob 0.11", "ann 0.01"}},
	} {
		calc := newCalculator(t, commission.Plan{Rates: rates("0.05/unit", "5%"), Staff: c.staff})
		result, err := calc.Calculate(order, []commission.Upline{{Partner: "bob"}, {Partner: "ann"}}, nil, commission.Upline{Partner: "sue"})
		require.NoError(t, err)
		var paid []string
		for e := range result.Entries() {
			paid = append(paid, fmt.Sprint(e.Payee, " ", e.Amount.Plain()))
		}
		require.Equal(t, c.paid, paid)
	}
}

func TestRule_1_28_WhatThePlanSaysOfStaffIsChecked(t *testing.T) {
	requirePlanError(t, []string{"commission.staff.sharing"}, commission.Plan{Rates: rates("10%"), Staff: commission.Staff{Sharing: 3}})
	requirePlanError(t, []string{"commission.staff.first"}, commission.Plan{Rates: rates("10%"), Staff: commission.Staff{First: 2}})
	requirePlanError(t, []string{"commission.staff.first"}, commission.Plan{Rates: rates("10%"), Staff: commission.Staff{Sharing: commission.StaffBoth, First: commission.StaffMember}})
	requirePlanError(t, []string{"commission.staff.staffWeight", "commission.staff.partnerWeight"}, commission.Plan{
		Rates: rates("10%"), Staff: commission.Staff{Sharing: commission.StaffRatio, PartnerWeight: 1_000_001},
	})
	requirePlanError(t, []string{"commission.staff.staffWeight"}, commission.Plan{Rates: rates("10%"), Staff: commission.Staff{StaffWeight: 1}})
	requirePlanError(t, []string{"commission.attribution[0]"}, commission.Plan{Rates: rates("10%"), Attribution: []commission.Attribution{commission.ByStaff}})
	peers := commission.Plan{
		Rates: rates("10%"), Peer: commission.Peer{Rate: commission.MustRate("10%")}, Staff: commission.Staff{Sharing: commission.StaffRatio, StaffWeight: 1, PartnerWeight: 1},
	}
	requirePlanError(t, []string{"commission.staff.sharing"}, peers)
	peers.Peer.Of = commission.OfOrder
	newCalculator(t, peers)
	twice := commission.Plan{Rates: rates("60%"), Staff: commission.Staff{Sharing: commission.StaffBoth}, Overflow: commission.RefusePlan}
	requirePlanError(t, []string{"commission.rates"}, twice)
	twice.Staff = commission.Staff{Sharing: commission.StaffRatio, StaffWeight: 1, PartnerWeight: 1}
	newCalculator(t, twice)
}

// Divided, slot 1 pays together what it pays the partner alone, to the last unit, and each within one unit of his part; what is left after refunds too. Where a
// cap cuts a line it cuts everybody for himself, by largest remainder: then all together get the same, and nobody's part of a line moves by more than a unit.
func TestRule_1_28_TheLawOfADividedSlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weight := func(label string) int32 {
			return rapid.SampledFrom([]int32{1, 2, 3, 7, 999, 1_000_000}).Draw(t, label)
		}
		s := commission.Staff{Sharing: commission.StaffRatio, StaffWeight: weight("staff"), PartnerWeight: weight("partner")}
		plan := commission.Plan{Rates: rates(rapid.SampledFrom([]string{"10%", "33.333%", "0.7%", "0.05/unit"}).Draw(t, "rate"), "5%")}
		alone := newCalculator(t, plan)
		plan.Staff = s
		divided := newCalculator(t, plan)
		order := &commission.Order{ID: "o-1", Customer: "carol", Staff: "sue", PaidAt: june}
		back := []commission.Returned{}
		for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
			order.Lines = append(order.Lines, commission.Line{
				ID: commission.LineID(fmt.Sprint(i)), Quantity: rapid.Int64Range(1, 5).Draw(t, "units"), Amount: dec(fmt.Sprintf("%d.%02d", rapid.IntRange(0, 99).Draw(t, "yuan"), rapid.IntRange(0, 99).Draw(t, "fen"))),
			})
			n := rapid.Int64Range(0, order.Lines[i].Quantity).Draw(t, "back")
			back = append(back, commission.Returned{Units: n, Valued: n})
		}
		line := []commission.Upline{{Partner: "bob"}, {Partner: "ann"}}
		capped := false
		sums := func(calc *commission.Calculator) map[partner.ID]*big.Rat {
			paid, err := calc.Calculate(order, line, nil, commission.Upline{Partner: "sue"})
			require.NoError(t, err)
			left, err := calc.Target(paid.Freeze(), back, nil)
			require.NoError(t, err)
			sum := map[partner.ID]*big.Rat{"bob": new(big.Rat), "ann": new(big.Rat), "sue": new(big.Rat)}
			for _, r := range []*commission.Result{paid, left} {
				for e := range r.Entries() {
					sum[e.Payee].Add(sum[e.Payee], e.Amount.Decimal().Rat())
					capped = capped || e.Cut
				}
				for u := range r.Unpaid() {
					capped = capped || u.Reason == commission.CutByCap
				}
			}
			return sum
		}
		one, two := sums(alone), sums(divided)
		units := big.NewRat(int64(2*len(order.Lines)), 100) // one of each line, of what is paid and of what is left
		moved := new(big.Rat).Sub(two["ann"], one["ann"])
		require.Zero(t, one["bob"].Cmp(new(big.Rat).Add(moved, new(big.Rat).Add(two["bob"], two["sue"]))), "%s and %s of %s", two["bob"], two["sue"], one["bob"])
		part := new(big.Rat).Mul(one["bob"], big.NewRat(int64(s.StaffWeight), int64(s.StaffWeight)+int64(s.PartnerWeight)))
		off := part.Sub(part, two["sue"])
		if capped {
			require.LessOrEqual(t, moved.Abs(moved).Cmp(units), 0)
			units.Add(units, units) // the whole moves by one, and the part in it
		} else {
			require.Zero(t, moved.Sign())
		}
		require.Negative(t, off.Abs(off).Cmp(units), "a unit of each line at most")
		all := make([]commission.Returned, len(order.Lines))
		for i, l := range order.Lines {
			all[i] = commission.Returned{Units: l.Quantity, Valued: l.Quantity}
		}
		paid, err := divided.Calculate(order, line, nil)
		require.NoError(t, err)
		nothing, err := divided.Target(paid.Freeze(), all, nil)
		require.NoError(t, err)
		require.Zero(t, nothing.Len())
	})
}
