package program_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

func TestABadOrderNamesTheFieldAndWritesNothing(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-0", 1, "1.00"))
	before := s.state("alice", "bob")
	for name, c := range map[string]struct {
		change func(*program.Order)
		want   string
	}{
		"no id":              {func(o *program.Order) { o.ID = "" }, `id ""`},
		"control characters": {func(o *program.Order) { o.ID = "o\n1" }, "without control characters"},
		"long id":            {func(o *program.Order) { o.ID = commission.OrderID(strings.Repeat("x", 65)) }, "1 to 64 bytes"},
		"broken UTF-8":       {func(o *program.Order) { o.Customer = "\xff" }, "customer"},
		"no customer":        {func(o *program.Order) { o.Customer = "" }, "customer"},
		"bad referrer":       {func(o *program.Order) { o.Referrer = "\x00" }, "referrer"},
		"no time":            {func(o *program.Order) { o.PaidAt = time.Time{} }, "paidAt"},
		"absurd year":        {func(o *program.Order) { o.PaidAt = time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC) }, "paidAt"},
		"no lines":           {func(o *program.Order) { o.Lines = nil }, "lines"},
		"line without id":    {func(o *program.Order) { o.Lines[0].ID = "" }, "lines[0].id"},
		"two lines, one id":  {func(o *program.Order) { o.Lines = append(o.Lines, o.Lines[0]) }, "lines[1].id"},
		"negative amount":    {func(o *program.Order) { o.Lines[0].Amount = decimal.NewFromInt(-1) }, "lines[0].amount"},
		"too many decimals":  {func(o *program.Order) { o.Lines[0].Amount = decimal.RequireFromString("0.001") }, "lines[0].amount"},
		"huge exponent":      {func(o *program.Order) { o.Lines[0].Amount = decimal.New(1, 1<<30) }, "lines[0].amount"},
		"tiny exponent":      {func(o *program.Order) { o.Lines[0].Amount = decimal.New(1, -1<<30) }, "lines[0].amount"},
		"no units":           {func(o *program.Order) { o.Lines[0].Quantity = 0 }, "lines[0].quantity"},
		"negative cost":      {func(o *program.Order) { o.Lines[0].Cost = decimal.NewNullDecimal(decimal.NewFromInt(-1)) }, "lines[0].cost"},
		"discount too large": {func(o *program.Order) { o.Discount = decimal.NewFromInt(598) }, "discount"},
		"negative freight":   {func(o *program.Order) { o.Freight = decimal.NewFromInt(-1) }, "freight"},
		"broken product":     {func(o *program.Order) { o.Lines[0].Product = "tea\xff" }, "lines[0].product"},
		"long category":      {func(o *program.Order) { o.Lines[0].Category = strings.Repeat("x", 201) }, "lines[0].category"},
		"NUL in the reason":  {func(o *program.Order) { o.Reason = "a\x00" }, "reason"},
		"long actor":         {func(o *program.Order) { o.Actor = strings.Repeat("x", 201) }, "actor"},
	} {
		t.Run(name, func(t *testing.T) {
			o := s.order("o-1", 3, "597.00")
			c.change(&o)
			_, err := s.Orders.Paid(ctx, o)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, before, s.state("alice", "bob"))
		})
	}
	s.paid(s.order("o-1", 3, "597.00"))
}

func TestABadRefundNamesTheFieldAndWritesNothing(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 3, "597.00"))
	s.refunded("r-0", "o-1", units("1", 1))
	before := s.state("alice", "bob")
	for want, lines := range map[string][]program.RefundLine{
		"lines: a refund has 1":                             {},
		"lines[0]: a line needs a quantity, an amount":      {{Line: "1"}},
		"lines[0].quantity: -1 is below 0":                  {units("1", -1)},
		"lines[0].quantity: 3 units are more than the 2":    {units("1", 3)},
		"lines[1].quantity: 1 units are more than the 0":    {units("1", 2), units("1", 1)},
		"lines[0].amount: 398.01 CNY is more than the 398.": {amount("1", "398.01")},
		"lines[0].amount: an amount that goes back is":      {amount("1", "0")},
		"lines[0].amount: money: 0.001 has more than 2":     {amount("1", "0.001")},
		`lines[1].line: the order has no line "2"`:          {units("1", 1), units("2", 1)},
	} {
		_, err := s.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: lines})
		var refund *settlement.RefundError
		require.ErrorAs(t, err, &refund)
		require.ErrorContains(t, err, want)
		require.Equal(t, before, s.state("alice", "bob"))
	}
	_, err := s.Orders.Refunded(ctx, program.Refund{Order: "o-1", Lines: []program.RefundLine{units("1", 1)}})
	var id *partner.IDError
	require.ErrorAs(t, err, &id)
	s.refunded("r-1", "o-1", units("1", 2))
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestAnOrderBeforeTheFirstPlanIsAnError(t *testing.T) {
	s := open(t, "")
	_, err := s.Orders.Paid(ctx, s.order("o-1", 1, "1.00"))
	require.ErrorIs(t, err, program.ErrNoPlan)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(twoLevels)})
	require.NoError(t, err)
	o := s.order("o-1", 1, "1.00")
	o.PaidAt = o.PaidAt.Add(-time.Microsecond)
	_, err = s.Orders.Paid(ctx, o)
	var none *program.NoPlanError
	require.ErrorAs(t, err, &none)
	require.Equal(t, "paidAt", none.Field)
	s.paid(s.order("o-1", 1, "1.00"))
}

func TestWhatPaysNobodyIsRecordedWithAReason(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"], "attribution": ["referrer", "owner"]}}`)
	nobodys := s.order("o-1", 1, "100.00")
	nobodys.Customer = "erin"
	require.Equal(t, commission.NoOwner, s.paid(nobodys).Attributed.Reason)
	unknown := s.order("o-2", 1, "100.00")
	unknown.Customer, unknown.Referrer = "erin", "nobody"
	require.Equal(t, commission.UnknownReferrer, s.paid(unknown).Attributed.Reason)
	named := s.order("o-3", 1, "100.00")
	named.Referrer = "alice"
	out := s.paid(named)
	require.Equal(t, partner.ID("alice"), out.Attributed.Partner)
	require.Equal(t, commission.Referrer, out.Attributed.By)
	report, err := s.Audit(ctx)
	require.NoError(t, err)
	require.Equal(t, 3, report.Orders)
}

func TestAProgrammeWithoutAStoreWorksOnlyThroughIn(t *testing.T) {
	prog, err := program.New(nil, program.Config{Plan: program.MustPlan(twoLevels)})
	require.NoError(t, err)
	_, err = prog.Partners.Add(ctx, program.Add{Partner: "alice"})
	require.ErrorIs(t, err, program.ErrNoStore)
	_, err = prog.RunDue(ctx, time.Time{})
	require.ErrorIs(t, err, program.ErrNoStore)
	_, err = prog.Audit(ctx)
	require.ErrorIs(t, err, program.ErrNoStore)
	st := memstore.New()
	_, err = prog.In(st).Partners.Add(ctx, program.Add{Partner: "alice"})
	require.NoError(t, err)
	_, err = program.New(st, program.Config{EarlyEvents: 9})
	require.ErrorContains(t, err, "Config.EarlyEvents")
}

func TestARefusalBeforeTheFirstWriteDoesNotSpoilTheShopsTransaction(t *testing.T) {
	s := family(t, twoLevels)
	tx := s.store.Begin()
	_, err := s.In(tx).Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: s.now})
	require.Error(t, err)
	_, err = s.In(tx).Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	s.has("bob", "10.00", "0.00", "0.00")
}

func TestWhatTheShopRollsBackLeavesNothing(t *testing.T) {
	s := family(t, "", func(c *program.Config) { c.Plan = program.MustPlan(twoLevels) })
	before := s.state("alice", "bob")
	tx := s.store.Begin()
	joined := s.In(tx)
	_, err := joined.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["50%"]}}`)})
	require.NoError(t, err)
	out, err := joined.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.NoError(t, err)
	require.Equal(t, "50.00 CNY", out.Commission.String(), "it sees its own plan")
	tx.Rollback()
	require.Equal(t, before, s.state("alice", "bob"))
	require.Equal(t, "15.00 CNY", s.paid(s.order("o-1", 1, "100.00")).Commission.String(), "a plan that was rolled back is not remembered")
}

func TestRule_8_05_TenantsSeeNothingOfEachOther(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 1, "100.00"))
	other := s.For("other")
	_, err := other.Orders.Outcome(ctx, "o-1")
	var missing *program.NotFoundError
	require.ErrorAs(t, err, &missing)
	out, err := other.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.NoError(t, err)
	require.Empty(t, out.Entries)
	balances, err := other.Wallet.Balances(ctx, "bob")
	require.NoError(t, err)
	require.True(t, balances[0].Pending.IsZero())
	s.has("bob", "10.00", "0.00", "0.00")
}

// unsure is a store whose commits take effect and then say that it is unknown.
type unsure struct {
	store.Store
	times int
}

func (u *unsure) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	err := u.Store.Update(ctx, tenant, fn)
	if err == nil && u.times > 0 {
		u.times--
		return errors.Join(store.ErrUnknown, errors.New("connection lost"))
	}
	return err
}

func TestACommitOfUnknownEffectIsRunAgainByItsKey(t *testing.T) {
	s := family(t, twoLevels)
	u := &unsure{Store: s.store, times: 2}
	out, err := s.In(u).Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.ErrorIs(t, err, store.ErrUnknown, "in the shop's transaction it is the shop's to decide")
	require.Empty(t, out.Entries)

	prog, err := program.New(u, program.Config{Clock: func() time.Time { return s.now }})
	require.NoError(t, err)
	u.times = 2
	out, err = prog.Orders.Paid(ctx, s.order("o-2", 1, "100.00"))
	require.NoError(t, err)
	require.Len(t, out.Entries, 2)
	s.has("bob", "20.00", "0.00", "0.00")
	s.sound()
	u.times = 100
	_, err = prog.Orders.Received(ctx, program.Received{Order: "o-2"})
	require.ErrorIs(t, err, store.ErrUnknown, "not for ever")
}

func TestEventsAreNumberedWithoutGaps(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 1, "100.00"))
	none, err := s.Events(ctx, 0, 10)
	require.NoError(t, err)
	require.Empty(t, none, "they get their numbers from RunDue")
	s.due(s.now)
	first, err := s.Events(ctx, 0, 2)
	require.NoError(t, err)
	rest, err := s.Events(ctx, 2, 100)
	require.NoError(t, err)
	var kinds []string
	for i, e := range append(first, rest...) {
		require.Equal(t, int64(i+1), e.Number)
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []string{"partner_active", "partner_active", "partner_recruited", "customer_bind", "order_paid"}, kinds)
}

func TestAnOrderThatCannotBeReleasedNeitherStopsNorRepeatsTheOthers(t *testing.T) {
	s := family(t, twoLevels, func(c *program.Config) { c.Batch = 2 })
	for _, id := range []commission.OrderID{"o-1", "o-2", "o-3", "o-4", "o-5"} {
		s.paid(s.order(string(id), 1, "100.00"))
		s.received(id)
	}
	poisoned := &poison{Store: s.store, order: "o-2"}
	prog, err := program.New(poisoned, program.Config{Clock: func() time.Time { return s.now }, Batch: 2})
	require.NoError(t, err)
	at := noon.Add(7 * 24 * time.Hour)
	out, err := prog.RunDue(ctx, at)
	require.NoError(t, err)
	require.Len(t, out.Released, 4)
	require.Len(t, out.Failed, 1)
	require.Equal(t, commission.OrderID("o-2"), out.Failed[0].Order)
	s.has("bob", "10.00", "40.00", "0.00")
	poisoned.order = ""
	out, err = prog.RunDue(ctx, at)
	require.NoError(t, err)
	require.Equal(t, []commission.OrderID{"o-2"}, out.Released)
	s.has("bob", "0.00", "50.00", "0.00")
	s.sound()
}

// poison fails to release one order.
type poison struct {
	store.Store
	order commission.OrderID
}

func (p *poison) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return p.Store.Update(ctx, tenant, func(tx store.Tx) error { return fn(poisonedTx{tx, p.order}) })
}

type poisonedTx struct {
	store.Tx
	order commission.OrderID
}

func (p poisonedTx) ReleaseRows(ctx context.Context, sources []settlement.Source, at time.Time) ([]settlement.Row, error) {
	for _, s := range sources {
		if s == settlement.OfOrder(p.order) {
			return nil, errors.New("a broken record")
		}
	}
	return p.Tx.ReleaseRows(ctx, sources, at)
}
