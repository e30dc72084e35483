package settlement_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var (
	cny  = money.MustCurrency("CNY", 2)
	usd  = money.MustCurrency("USD", 2)
	noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	none = partner.Record{Recorded: noon}
)

func TestEveryTransitionOfAWithdrawalIsAllowedOrRefused(t *testing.T) {
	moves := map[settlement.State]func(settlement.Withdrawal) (settlement.Withdrawal, error){
		settlement.Approved: func(w settlement.Withdrawal) (settlement.Withdrawal, error) { return w.Approve(noon, none) },
		settlement.Rejected: func(w settlement.Withdrawal) (settlement.Withdrawal, error) {
			next, _, err := w.Reject(noon, none)
			return next, err
		},
		settlement.Failed: func(w settlement.Withdrawal) (settlement.Withdrawal, error) {
			next, _, err := w.Fail(noon, none)
			return next, err
		},
		settlement.Paid: func(w settlement.Withdrawal) (settlement.Withdrawal, error) {
			next, _, err := w.Pay(cny.Minor(0), cny.Minor(0), noon, none)
			return next, err
		},
	}
	allowed := map[[2]settlement.State]bool{
		{settlement.Requested, settlement.Approved}: true, {settlement.Requested, settlement.Rejected}: true,
		{settlement.Approved, settlement.Rejected}: true, {settlement.Approved, settlement.Failed}: true, {settlement.Approved, settlement.Paid}: true,
	}
	states := []settlement.State{settlement.Requested, settlement.Approved, settlement.Paid, settlement.Failed, settlement.Rejected}
	for _, from := range states {
		require.Equal(t, from == settlement.Requested || from == settlement.Approved, from.Open())
		for to, move := range moves {
			w := settlement.Withdrawal{ID: "w", Revision: 3, Gross: cny.Minor(100), State: from}
			next, err := move(w)
			if allowed[[2]settlement.State{from, to}] {
				require.NoError(t, err, "%s to %s", from, to)
				require.Equal(t, to, next.State)
				require.Equal(t, int64(4), next.Revision)
				continue
			}
			var state *settlement.StateError
			require.ErrorAs(t, err, &state, "%s to %s", from, to)
			require.Equal(t, settlement.StateError{Withdrawal: "w", From: from, To: to}, *state)
			require.Equal(t, w, next)
		}
	}
}

func TestABalanceKeepsItsIdentityWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := settlement.Balance{Partner: "bob"}
		var earned int64
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			x := rapid.SampledFrom([]int64{1, 7, 99, 100, 101, 3333}).Draw(t, "amount")
			amount := cny.Minor(x)
			var c settlement.Change
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				c, earned = settlement.Change{Pending: amount}, earned+x
			case 1:
				c = settlement.Change{Pending: amount.Neg(), Net: amount}
			case 2:
				c, earned = settlement.Change{Net: amount.Neg()}, earned-x
			case 3:
				c = settlement.Change{Net: amount.Neg(), Withdrawing: amount, Need: amount}
			case 4:
				c = settlement.Change{Withdrawing: amount.Neg(), Paid: cny.Minor(x - 1), Fees: cny.Minor(1)}
			}
			after, err := b.Apply(c)
			if c.Need.Sign() > 0 && b.Available.Cmp(c.Need) < 0 {
				require.ErrorIs(t, err, settlement.ErrInsufficient)
				require.Equal(t, b, after)
				continue
			}
			require.NoError(t, err)
			b = after
			total, err := b.Earned()
			require.NoError(t, err)
			require.Equal(t, cny.Minor(earned).Units(), total.Units())
			require.True(t, b.Available.IsZero() || b.Debt.IsZero())
			require.True(t, b.Available.Sign() >= 0 && b.Debt.Sign() >= 0)
		}
	})
}

func TestAChangeInAnotherCurrencyIsRefused(t *testing.T) {
	b, err := settlement.Balance{}.Apply(settlement.Change{Net: cny.Minor(5)})
	require.NoError(t, err)
	_, err = b.Apply(settlement.Change{Net: money.MustCurrency("EUR", 2).Minor(5)})
	var mismatch *money.MismatchError
	require.ErrorAs(t, err, &mismatch)
}

func TestRule_5_02_TheHoldIsWholeDaysFromItsAnchor(t *testing.T) {
	days := func(n int) *int { return &n }
	for _, c := range []struct {
		terms      settlement.Terms
		paid, both time.Time
	}{
		{settlement.Terms{}, time.Time{}, noon.Add(8 * 24 * time.Hour)},
		{settlement.Terms{HoldDays: days(0)}, time.Time{}, noon.Add(24 * time.Hour)},
		{settlement.Terms{HoldDays: days(15), Anchor: settlement.AnchorPaid}, noon.Add(15 * 24 * time.Hour), noon.Add(15 * 24 * time.Hour)},
	} {
		o := accrued(t, c.terms, "10.00")
		require.Equal(t, c.paid, o.Order.ReleaseAt)
		received := o.Order.Receive(settlement.Receipt{At: noon.Add(24 * time.Hour)}, c.terms)
		require.Equal(t, c.both, received.ReleaseAt)
		require.Equal(t, received, received.Receive(settlement.Receipt{At: noon.Add(48 * time.Hour)}, c.terms), "only the first receipt counts")
	}
}

func TestRule_4_39_AKindOfOrderHasItsOwnHold(t *testing.T) {
	days := func(n int) *int { return &n }
	atPayment := settlement.AnchorPaid
	terms := settlement.Terms{Kinds: map[commission.OrderKind]settlement.KindTerms{
		commission.Recharge: {HoldDays: days(0), Anchor: &atPayment}, commission.Service: {HoldDays: days(30)}, commission.Card: {Anchor: &atPayment},
	}}
	day := 24 * time.Hour
	for kind, c := range map[commission.OrderKind]struct{ paid, both time.Time }{
		"":                  {time.Time{}, noon.Add(8 * day)},
		commission.Recharge: {noon, noon},
		commission.Service:  {time.Time{}, noon.Add(31 * day)},
		commission.Card:     {noon.Add(7 * day), noon.Add(7 * day)},
		commission.PreSale:  {time.Time{}, noon.Add(8 * day)},
	} {
		for _, terms := range []settlement.Terms{terms, terms.WithDefaults()} {
			o := accruedAs(t, kind, terms, "10.00").Order
			require.Equal(t, kind, o.Kind)
			require.Equal(t, c.paid, o.ReleaseAt, kind)
			require.Equal(t, c.both, o.Receive(settlement.Receipt{At: noon.Add(day)}, terms).ReleaseAt, kind)
		}
	}
	require.Nil(t, terms.Kinds[commission.Service].Anchor, "WithDefaults changes nothing but what it returns")
	require.Equal(t, settlement.AnchorReceived, *terms.WithDefaults().Kinds[commission.Service].Anchor)
	require.Equal(t, 7, *terms.WithDefaults().Kinds[commission.Card].HoldDays)
}

func TestClonesShareNoMemory(t *testing.T) {
	giveUp, list := cny.Minor(1), cny.Minor(2)
	applied := commission.Applied{Name: "flash"}
	o := settlement.Order{Frozen: commission.Frozen{
		Lines: []commission.FrozenLine{{List: &list, GiveUp: &giveUp}}, Sets: []commission.FrozenSet{{Shares: []commission.Share{{Promotion: &applied}}}},
	}}
	row := settlement.Row{Entries: []commission.Entry{{Promotion: &applied, GiveUp: &giveUp}}}
	clone, cloned := o.Clone(), row.Clone()
	require.Equal(t, o, clone)
	require.Equal(t, row, cloned)
	*clone.Frozen.Lines[0].List, *clone.Frozen.Lines[0].GiveUp, clone.Frozen.Sets[0].Shares[0].Promotion.Name = cny.Minor(9), cny.Minor(9), "changed"
	*cloned.Entries[0].GiveUp, cloned.Entries[0].Promotion.Name = cny.Minor(9), "changed"
	require.Equal(t, cny.Minor(1), giveUp)
	require.Equal(t, cny.Minor(2), list)
	require.Equal(t, "flash", applied.Name)
}

// accrued is an order of bob's at 10 % with one line of two units.
func accrued(t *testing.T, terms settlement.Terms, amount string) settlement.Posting {
	t.Helper()
	return accruedAs(t, "", terms, amount)
}

func accruedAs(t *testing.T, kind commission.OrderKind, terms settlement.Terms, amount string) settlement.Posting {
	t.Helper()
	calc := calculator(t)
	result, err := calc.Calculate(&commission.Order{ID: "o", Customer: "carol", PaidAt: noon, Lines: []commission.Line{
		{ID: "1", Quantity: 2, Amount: decimal.RequireFromString(amount)},
	}}, []commission.Upline{{Partner: "bob"}, {Partner: "alice"}}, nil)
	require.NoError(t, err)
	p, err := settlement.Order{ID: "o"}.Accrue(settlement.Accrual{Customer: "carol", PaidAt: noon, Kind: kind, Plan: 1, Terms: terms, Result: result, Key: "o", Record: none})
	require.NoError(t, err)
	return p
}

func calculator(t *testing.T) *commission.Calculator {
	t.Helper()
	calc, err := commission.New(cny, commission.Plan{Rates: []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%")}})
	require.NoError(t, err)
	return calc
}

func TestAccrueMakesOneRowAPayeeInTheirOrder(t *testing.T) {
	p := accrued(t, settlement.Terms{}, "10.00")
	require.Equal(t, int64(1), p.Order.Revision)
	require.Len(t, p.Rows, 2)
	require.Equal(t, partner.ID("alice"), p.Rows[0].Payee)
	require.Equal(t, cny.Minor(50), p.Rows[0].Amount)
	require.Equal(t, cny.Minor(150), p.Order.Total)
	p.Rows[0].Entries[0].Payee = "changed"
	require.Equal(t, partner.ID("bob"), p.Rows[1].Entries[0].Payee, "rows share no memory")
}

func TestARefundAfterReleaseIsReleasedAtOnce(t *testing.T) {
	p := accrued(t, settlement.Terms{}, "10.00")
	refund := settlement.Refund{Order: "o", At: noon, Lines: []settlement.RefundLine{{Line: "1", Quantity: 1}}}
	before, err := p.Order.Refund(calculator(t), refund, p.Rows, "r", none)
	require.NoError(t, err)
	require.True(t, before.Rows[0].Released.IsZero())
	p.Order.Released = noon
	after, err := p.Order.Refund(calculator(t), refund, p.Rows, "r", none)
	require.NoError(t, err)
	require.Equal(t, noon, after.Rows[0].Released)
	require.Equal(t, noon, after.Rows[0].Folded)
	require.Equal(t, int64(0), p.Order.Returned[0].Units, "the order itself is not changed")
	require.Equal(t, []settlement.AppliedRefund{{Key: "r", Revision: 2, At: noon, Released: true}}, after.Order.Refunds)
}

func TestTermsNameEveryProblem(t *testing.T) {
	far := 4000
	problems := settlement.Terms{HoldDays: &far, Anchor: 7, MinWithdrawal: decimal.NewNullDecimal(decimal.RequireFromString("-0.5"))}.Validate(cny)
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"settlement.holdDays", "settlement.anchor", "settlement.minWithdrawal"}, paths)
	require.Empty(t, settlement.Terms{}.Validate(cny))
	late := settlement.Anchor(7)
	paths = nil
	for _, p := range (settlement.Terms{Kinds: map[commission.OrderKind]settlement.KindTerms{"": {}, "card": {HoldDays: &far, Anchor: &late}, "服务": {HoldDays: &far}}}).Validate(cny) {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{`settlement.kinds[""]`, "settlement.kinds.card.holdDays", "settlement.kinds.card.anchor", "settlement.kinds.服务.holdDays"}, paths)
	var anchor settlement.Anchor
	require.NoError(t, anchor.UnmarshalText([]byte("paid")))
	require.Equal(t, settlement.AnchorPaid, anchor)
	require.Error(t, anchor.UnmarshalText([]byte("shipped")))
}
