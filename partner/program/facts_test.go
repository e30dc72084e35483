package program_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// What there can be to know of an order and its lines, through the programme.

func factual() program.Order {
	return program.Order{
		ID: "o-1", Customer: "carol", PaidAt: noon, Kind: commission.Service,
		Lines: []program.Line{
			{ID: "1", Quantity: 2, Amount: decimal.New(200, 0), Promotion: "flash", List: decimal.NewNullDecimal(decimal.New(240, 0)), GiveUp: decimal.New(3, 0)},
			{ID: "2", Quantity: 1, Amount: decimal.New(100, 0), Gift: true},
		},
		Tenders: []program.Tender{{Kind: "points", Amount: decimal.New(30, 0)}, {Kind: "cash", Amount: decimal.New(10, 0)}},
	}
}

func TestEveryFactOfAnOrderIsOneOfItsFacts(t *testing.T) {
	s := family(t, twoLevels)
	out, err := s.Orders.Paid(ctx, factual())
	require.NoError(t, err)
	require.Equal(t, "24.00", out.Commission.Plain(), "the points take 20.00 and 10.00: 180.00 × 15 % less 3.00; the gift pays nothing")
	for name, change := range map[string]func(*program.Order){
		"kind":      func(o *program.Order) { o.Kind = "" },
		"abnormal":  func(o *program.Order) { o.Abnormal = "test" },
		"tenders":   func(o *program.Order) { o.Tenders[1].Amount = decimal.New(11, 0) },
		"lineFacts": func(o *program.Order) { o.Lines[0].Promotion = "" },
	} {
		other := factual()
		change(&other)
		requireConflict(t, s, other, name)
	}
	for _, change := range []func(*program.Line){
		func(l *program.Line) { l.Gift = true }, func(l *program.Line) { l.List = decimal.NullDecimal{} }, func(l *program.Line) { l.GiveUp = decimal.Decimal{} },
		func(l *program.Line) { l.Promotion = "flashy" },
	} {
		other := factual()
		change(&other.Lines[0])
		requireConflict(t, s, other, "lineFacts")
	}
	same := factual()
	same.Tenders[0], same.Tenders[1] = same.Tenders[1], same.Tenders[0]
	same.Lines[0].GiveUp, same.Lines[0].List.Decimal = decimal.New(300, -2), decimal.New(24000, -2)
	again, err := s.Orders.Paid(ctx, same)
	require.NoError(t, err)
	require.True(t, again.Repeated, "the same facts written in another way")
}

func requireConflict(t *testing.T, s *shop, o program.Order, field string) {
	t.Helper()
	_, err := s.Orders.Paid(ctx, o)
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, field, conflict.Field)
}

func TestAnOrderWithoutSuchFactsHasTheHashItHadBeforeThereWereAny(t *testing.T) {
	s := family(t, twoLevels)
	_, err := s.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{{ID: "1", Quantity: 1, Amount: decimal.New(199, 0)}}})
	require.NoError(t, err)
	require.NoError(t, s.store.View(ctx, "", func(tx store.Tx) error {
		claims, err := tx.Claimed(ctx, []store.ClaimKey{{Operation: "paid", Key: "o-1"}})
		require.NoError(t, err)
		require.Equal(t, "c42149d56e1b865773a07d353d6d0aca16c2279da2020a4e3febca387255cbcf", claims[0].Hash)
		return nil
	}))
}

func awaiting(awaits program.Awaits) program.Order {
	return program.Order{
		ID: "o-1", Customer: "carol", PaidAt: noon, Kind: commission.PreSale, Awaits: awaits,
		Lines: []program.Line{{ID: "1", Quantity: 1, Amount: decimal.New(100, 0)}},
	}
}

func TestRule_4_36_AnOrderThatAwaitsSomethingIsNotedAndNotPosted(t *testing.T) {
	s := family(t, twoLevels)
	for awaits, reason := range map[program.Awaits]string{
		program.AwaitsBalance: "the balance is not paid yet", program.AwaitsCollection: "the cash is not collected yet", program.AwaitsFormation: "the group is not complete yet",
	} {
		quote, err := s.Orders.Quote(ctx, awaiting(awaits))
		require.NoError(t, err)
		out, err := s.Orders.Paid(ctx, awaiting(awaits))
		require.NoError(t, err)
		require.Equal(t, program.Outcome{Order: "o-1", Awaits: awaits, Attributed: commission.Attributed{Reason: partner.Reason("awaits_" + awaits)}}, out)
		require.Equal(t, quote, out)
		require.Equal(t, "nobody earns yet: "+reason+"\n", out.String())
		again, err := s.Orders.Paid(ctx, awaiting(awaits))
		require.NoError(t, err)
		require.True(t, again.Repeated)
		other := awaiting(awaits)
		other.Lines[0].Quantity = 2
		requireConflict(t, s, other, "lines")
	}
	var notFound *program.NotFoundError
	_, err := s.Orders.Outcome(ctx, "o-1")
	require.ErrorAs(t, err, &notFound)
	events := 0
	require.NoError(t, s.store.View(ctx, "", func(tx store.Tx) error {
		all, err := tx.UnnumberedEvents(ctx, "", 100)
		for _, e := range all {
			if e.Kind == "order_awaits" && e.Subject == "o-1" {
				events++
			}
		}
		return err
	}))
	require.Equal(t, 3, events)
}

func TestRule_4_36_TheBalancePaysOnceOnTheFullAmountByWhatHoldsThen(t *testing.T) {
	s := family(t, `{"currency": "CNY", "joining": {"spend": "100"}, "commission": {"rates": ["10%", "5%"]}}`)
	s.add("bob")
	bind, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "alice"})
	require.NoError(t, err)
	require.True(t, bind.Bound)
	deposit := awaiting(program.AwaitsBalance)
	deposit.Customer = "dave"
	_, err = s.Orders.Paid(ctx, deposit)
	require.NoError(t, err)
	state, err := s.Partners.At(ctx, "dave", s.now)
	require.Error(t, err, "a deposit makes nobody a partner")
	require.Empty(t, state.ID)

	s.now = noon.Add(24 * time.Hour)
	full := deposit
	full.Awaits, full.PaidAt = "", s.now
	full.Lines = []program.Line{{ID: "1", Quantity: 1, Amount: decimal.New(1000, 0)}}
	out, err := s.Orders.Paid(ctx, full)
	require.NoError(t, err)
	require.Equal(t, "100.00", out.Commission.Plain())
	require.True(t, out.Promoted)
	require.False(t, out.Repeated)

	late := deposit
	late.Awaits = program.AwaitsCollection
	for range 2 {
		answer, err := s.Orders.Paid(ctx, late)
		require.NoError(t, err)
		require.Equal(t, out.Entries, answer.Entries, "it is posted, and stays so")
		require.True(t, answer.Repeated)
	}
	require.NoError(t, s.store.View(ctx, "", func(tx store.Tx) error {
		claims, err := tx.Claimed(ctx, []store.ClaimKey{{Operation: "awaits", Key: "o-1/collection"}})
		require.NoError(t, err)
		require.Empty(t, claims[0].Token, "it changed nothing, so that nothing is claimed")
		return nil
	}))
}

func TestAnOrderThatAwaitsSomethingIsChecked(t *testing.T) {
	s := family(t, twoLevels)
	wrong := awaiting("payment")
	_, err := s.Orders.Paid(ctx, wrong)
	var meta *program.MetaError
	require.ErrorAs(t, err, &meta)
	require.Equal(t, "awaits", meta.Field)
	wrong = awaiting(program.AwaitsBalance)
	wrong.Lines[0].Amount = decimal.New(-1, 0)
	_, err = s.Orders.Paid(ctx, wrong)
	var nonsense *commission.OrderError
	require.ErrorAs(t, err, &nonsense)
	for field, change := range map[string]func(*program.Order){
		"kind": func(o *program.Order) { o.Kind = "a\x00" }, "abnormal": func(o *program.Order) { o.Abnormal = "\xff" },
		"tenders[0].kind":    func(o *program.Order) { o.Tenders = []program.Tender{{Kind: "\x00"}} },
		"lines[0].promotion": func(o *program.Order) { o.Lines[0].Promotion = "\x00" },
	} {
		order := awaiting("")
		change(&order)
		_, err := s.Orders.Paid(ctx, order)
		require.ErrorAs(t, err, &meta)
		require.Equal(t, field, meta.Field)
	}
}

func TestRule_4_39_TheOutcomeSaysTheHoldOfItsKind(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"kinds": {"service": {"holdDays": 30}, "recharge": {"holdDays": 0, "anchor": "paid"}}}}`)
	order := awaiting("")
	order.Kind = commission.Service
	out, err := s.Orders.Paid(ctx, order)
	require.NoError(t, err)
	require.Contains(t, out.String(), "released 30 days after it is received")
	order.ID, order.Kind = "o-2", commission.Recharge
	out, err = s.Orders.Paid(ctx, order)
	require.NoError(t, err)
	require.Equal(t, noon, out.ReleaseAt)
	again, err := s.Orders.Paid(ctx, order)
	require.NoError(t, err)
	require.Equal(t, noon, again.ReleaseAt)
}

func TestAnEmptyListOfExcludedTendersSurvivesThePlansText(t *testing.T) {
	for text, want := range map[string][]string{
		`{"currency": "CNY", "commission": {"rates": ["10%"]}}`:                                 {"points", "gift-card"},
		`{"currency": "CNY", "commission": {"rates": ["10%"], "tenders": {"excluded": []}}}`:    {},
		`{"currency": "CNY", "commission": {"rates": ["10%"], "tenders": {"excluded": ["x"]}}}`: {"x"},
	} {
		written, err := program.MustPlan(text).Text()
		require.NoError(t, err)
		read, err := program.ParsePlan(written)
		require.NoError(t, err)
		require.Equal(t, want, read.Commission.Tenders.Excluded)
		again, err := read.Text()
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
	}
}

func TestAKindThatIsNearlyCalledLikeAnotherIsNamed(t *testing.T) {
	_, err := program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rates": ["10%"], "kinds": {"cards": {}}},
  "settlement": {"kinds": {"pre-sales": {"holdDays": 3}, "cards": {}, "made to measure": {}, "service": {}}}}`))
	var problems *program.PlanError
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems.Problems, 1)
	require.Equal(t, `2:41: settlement.kinds.pre-sales: no order is of the kind "pre-sales"; did you mean "pre-sale"?`, problems.Problems[0].String())
}
