package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// What an order says: who bought what, and what else there can be to know of it and of its goods. Where the plan says something about that, it is drawn
// often.

// modelAmounts are at the edges, in the smallest steps of the prices: what rounds to nothing, to one, what has a remainder, and what reaches a minimum.
var modelAmounts = []int64{10000, 100, 1, 7, 99, 101, 3333, 59700, 10001, 0}

// steps is a number of the smallest steps that prices have under a version of the plan.
func (s *modelShop) steps(n int64, version int) decimal.Decimal {
	return decimal.New(n, -int32(max(s.oracle.scale, s.oracle.plan(version).Commission.PriceScale)))
}

// drawOrder draws an order with the next name.
func (s *modelShop) drawOrder(t *rapid.T) program.Order {
	in := program.Order{
		ID:       commission.OrderID(s.next("o", 1)),
		Customer: rapid.SampledFrom(modelCustomers).Draw(t, "customer"),
		PaidAt:   s.at(s.instant(t, "paid at")),
	}
	if modelOneIn(t, "has a referrer", 3) {
		in.Referrer = rapid.SampledFrom([]partner.ID{"p2", "p1", "p4", "nobody", "p3"}).Draw(t, "referrer")
	}
	version := max(s.oracle.planAt(in.PaidAt), 1)
	if s.oracle.plan(version).Commission.Staff != (commission.Staff{}) || modelOneIn(t, "names staff", 16) {
		in.Staff = rapid.SampledFrom([]partner.ID{"p4", "p2", "p1", "nobody", "p3", ""}).Draw(t, "staff")
	}
	total := decimal.Zero
	for i := range rapid.SampledFrom([]int{1, 2, 1, 3}).Draw(t, "lines") {
		line := program.Line{
			ID: commission.LineID(fmt.Sprint(i + 1)), Quantity: rapid.SampledFrom([]int64{1, 3, 2, 7}).Draw(t, "quantity"),
			Product: rapid.SampledFrom([]string{"tea", "mug", "gift", ""}).Draw(t, "product"),
			Amount:  s.steps(rapid.SampledFrom(modelAmounts).Draw(t, "amount"), version),
		}
		if line.Product == "tea" {
			line.SKU = rapid.SampledFrom([]string{"", "tea-xl"}).Draw(t, "sku")
			line.Category = "drinks"
		}
		if !modelOneIn(t, "no cost", 5) {
			line.Cost = decimal.NewNullDecimal(s.steps(rapid.SampledFrom([]int64{50, 3333, 0, 10000, 101}).Draw(t, "cost"), version))
		}
		if modelOneIn(t, "rates with the line", 8) {
			line.Rates = []commission.Rate{commission.MustRate(rapid.SampledFrom([]string{"12.5%", "2/unit", "0%"}).Draw(t, "rate"))}
		}
		s.drawLineFacts(t, &line, version)
		total = total.Add(line.Amount)
		in.Lines = append(in.Lines, line)
	}
	if modelOneIn(t, "has a discount", 3) {
		in.Discount = decimal.Min(total, s.steps(rapid.SampledFrom([]int64{100, 1, 7, 59700}).Draw(t, "discount"), version))
	}
	if modelOneIn(t, "has freight", 4) {
		in.Freight = s.steps(101, version)
	}
	s.drawFacts(t, &in, total.Sub(in.Discount), version)
	return in
}

// drawFacts draws what there is to know of an order; goods is what its lines cost after the discount.
func (s *modelShop) drawFacts(t *rapid.T, in *program.Order, goods decimal.Decimal, version int) {
	plan := s.oracle.plan(version)
	if len(plan.Commission.Territory.Regions) > 0 {
		in.Places.ShipTo = rapid.SampledFrom([]string{"33/01/06", "33/01", "33/02", "", "44", "330"}).Draw(t, "ship to")
		in.Places.Pickup = rapid.SampledFrom([]string{"", "", "33/01/06", "33"}).Draw(t, "pickup")
	}
	if len(plan.Commission.Kinds)+len(plan.Settlement.Kinds) > 0 || modelOneIn(t, "has a kind", 12) {
		in.Kind = rapid.SampledFrom([]commission.OrderKind{"", commission.Service, commission.Card, commission.GiftOrder, commission.PreSale, commission.Exchange}).Draw(t, "kind")
	}
	if c := &plan.Commission; c.AttributionAt != commission.AtPayment || c.CampaignAt != commission.AtPayment || modelOneIn(t, "says when it was made", 12) {
		in.CreatedAt = in.PaidAt.Add(-rapid.SampledFrom([]time.Duration{time.Hour, 0, time.Microsecond, 24 * time.Hour}).Draw(t, "made before"))
	}
	if modelOneIn(t, "abnormal", 16) {
		in.Abnormal = "test_order"
	}
	if plan.Commission.Tenders.Excluded != nil || modelOneIn(t, "has tenders", 8) {
		rest := goods.Add(in.Freight)
		for _, kind := range []string{"points", "cash", "gift-card"} {
			amount := decimal.Min(rest, s.steps(rapid.SampledFrom([]int64{0, 1, 100, 3333, 1_000_000}).Draw(t, kind), version))
			in.Tenders, rest = append(in.Tenders, program.Tender{Kind: kind, Amount: amount}), rest.Sub(amount)
		}
	}
}

// drawLineFacts draws what there is to know of a line besides what it costs.
func (s *modelShop) drawLineFacts(t *rapid.T, line *program.Line, version int) {
	plan := s.oracle.plan(version)
	c := &plan.Commission
	line.Gift = modelOneIn(t, "gift", 16)
	if len(c.Promotions) > 0 {
		line.Promotion = rapid.SampledFrom([]string{"", "sale", "outlet", "show", "another"}).Draw(t, "promotion")
	}
	if c.Base == commission.ListPrice && !modelOneIn(t, "no list price", 5) || modelOneIn(t, "a list price", 12) {
		line.List = decimal.NewNullDecimal(s.steps(rapid.SampledFrom([]int64{10000, 101, 59700, 1}).Draw(t, "list price"), version))
	}
	// An asset counts what was paid, of which what is given up is no part: it would pay another amount than cash.
	if len(plan.Assets) == 0 && modelOneIn(t, "gives up", 10) {
		line.GiveUp = decimal.Min(line.Amount, s.steps(rapid.SampledFrom([]int64{50, 1, 3333, 1_000_000}).Draw(t, "what is given up"), version))
	}
}

// stepAwaits tells of an order that is not final yet: it is looked at and noted, and nothing comes of it.
func (s *modelShop) stepAwaits(t *rapid.T) {
	in := s.drawOrder(t)
	in.Awaits = rapid.SampledFrom([]program.Awaits{program.AwaitsBalance, program.AwaitsFormation, program.AwaitsCollection}).Draw(t, "awaits")
	s.awaits(t, in)
}

func (s *modelShop) awaits(t require.TestingT, in program.Order) {
	reason := map[program.Awaits]partner.Reason{
		program.AwaitsBalance: commission.AwaitsBalance, program.AwaitsCollection: commission.AwaitsCollection, program.AwaitsFormation: commission.AwaitsFormation,
	}[in.Awaits]
	c := &modelCall{operation: "awaits", key: fmt.Sprint(in.ID, "/", in.Awaits), facts: fmt.Sprintf("%+v", in)}
	c.needsPlan(s, in.PaidAt)
	c.do = func(again bool) (any, error) {
		in := in
		in.PaidAt = elsewhere(in.PaidAt, again)
		return s.prog.Orders.Paid(s.ctx, in)
	}
	c.other = func() error {
		in := in
		in.Customer += "x"
		_, err := s.prog.Orders.Paid(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		require.Equal(t, program.Outcome{Order: in.ID, Attributed: commission.Attributed{Reason: reason}, Awaits: in.Awaits}, got)
	}
	s.call(t, c)
}

// awaitsTooLate tells of an order that was posted that it is not final: it is what it is.
func (s *modelShop) awaitsTooLate(t *rapid.T) {
	id, _ := s.someOrder(t, func(x *oracleOrder) bool { return x.posted })
	in := s.drawOrder(t)
	in.ID, in.Awaits, in.PaidAt, in.CreatedAt = id, program.AwaitsBalance, s.now, time.Time{}
	if s.oracle.planAt(in.PaidAt) == 0 || s.claims["awaits "+string(id)+"/balance"] != nil {
		t.Skip("it cannot be told of, or was told of before")
	}
	if err := s.fitsPlanOfNow(in); err != nil {
		t.Skip("it is no order of the plan of now")
	}
	s.unchanged(t, "an order that was posted long since", func() {
		out, err := s.prog.Orders.Paid(s.ctx, in)
		require.NoError(t, err)
		require.True(t, out.Repeated)
		out.Repeated = false
		require.Equal(t, modelText(t, s.claims["paid "+string(id)].first), modelText(t, out), "what it was when it was posted")
	})
}

// fitsPlanOfNow asks whether an order makes sense by the plan that holds now: one that was drawn for another can have too many decimals.
func (s *modelShop) fitsPlanOfNow(in program.Order) error {
	in.Awaits = ""
	_, err := s.prog.Orders.Quote(s.ctx, in)
	return err
}

// turned are tenders the other way round, which says the same.
func turned(tenders []program.Tender) []program.Tender {
	tenders = slices.Clone(tenders)
	slices.Reverse(tenders)
	return tenders
}
