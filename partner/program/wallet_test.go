package program_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// released is a programme in which bob has 100.00 and can withdraw from 50.00 on.
func released(t *testing.T) *shop {
	t.Helper()
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"minWithdrawal": "50.00"}}`)
	s.paid(s.order("o-1", 1, "1000.00"))
	s.received("o-1")
	s.due(noon.Add(7 * 24 * time.Hour))
	return s
}

func TestRule_5_19_TheMinimumIsInclusive(t *testing.T) {
	s := released(t)
	var least *settlement.MinimumError
	_, err := s.withdraw("w-1", "bob", "49.99")
	require.ErrorAs(t, err, &least)
	w, err := s.withdraw("w-1", "bob", "50.00")
	require.NoError(t, err, "a refused request leaves its key free")
	require.Equal(t, settlement.Requested, w.State)
	s.has("bob", "0.00", "50.00", "0.00")
}

func TestRule_5_22_RejectGivesBackExactlyTheGross(t *testing.T) {
	s := released(t)
	w, err := s.withdraw("w-1", "bob", "100.00")
	require.NoError(t, err)
	require.Equal(t, "100.00", s.balance("bob").Withdrawing.Plain())
	w, err = s.Wallet.Reject(ctx, program.Decide{Withdrawal: w.ID, Meta: program.Meta{Actor: "ops", Reason: "wrong account"}})
	require.NoError(t, err)
	require.Equal(t, settlement.Rejected, w.State)
	require.Equal(t, "wrong account", w.Steps[1].Reason)
	s.has("bob", "0.00", "100.00", "0.00")
	s.sound()
}

func TestRule_5_07_FailedGivesBackTheGrossAndItsNumberIsSpent(t *testing.T) {
	s := released(t)
	w, err := s.withdraw("w-1", "bob", "100.00")
	require.NoError(t, err)
	require.Len(t, string(w.ID), 32)
	var state *settlement.StateError
	_, err = s.Wallet.Failed(ctx, program.Decide{Withdrawal: w.ID})
	require.ErrorAs(t, err, &state, "only what was approved can fail")
	_, err = s.Wallet.Approve(ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(t, err)
	_, err = s.Wallet.Failed(ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(t, err)
	s.has("bob", "0.00", "100.00", "0.00")
	_, err = s.Wallet.Paid(ctx, program.Payout{Withdrawal: w.ID})
	require.ErrorAs(t, err, &state)
	require.Equal(t, settlement.Failed, state.From)
	s.sound()
}

func TestPaidSplitsTheGrossIntoNetTaxAndFee(t *testing.T) {
	s := released(t)
	w, err := s.withdraw("w-1", "bob", "100.00")
	require.NoError(t, err)
	_, err = s.Wallet.Approve(ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(t, err)
	before := s.state("bob")
	for _, bad := range []program.Payout{
		{Withdrawal: w.ID, Tax: decimal.RequireFromString("-0.01")},
		{Withdrawal: w.ID, Fee: decimal.RequireFromString("-0.01")},
		{Withdrawal: w.ID, Tax: decimal.RequireFromString("60"), Fee: decimal.RequireFromString("40.01")},
		{Withdrawal: w.ID, Tax: decimal.RequireFromString("0.001")},
	} {
		_, err := s.Wallet.Paid(ctx, bad)
		var amount *settlement.AmountError
		require.ErrorAs(t, err, &amount)
	}
	require.Equal(t, before, s.state("bob"))
	w, err = s.Wallet.Paid(ctx, program.Payout{Withdrawal: w.ID, Tax: decimal.RequireFromString("8.00"), Fee: decimal.RequireFromString("0.60")})
	require.NoError(t, err)
	net, err := w.Net()
	require.NoError(t, err)
	require.Equal(t, "91.40", net.Plain())
	b := s.balance("bob")
	require.Equal(t, []string{"0.00", "91.40", "8.00", "0.60"}, []string{b.Withdrawing.Plain(), b.Paid.Plain(), b.Taxed.Plain(), b.Fees.Plain()})
	s.sound()
}

func TestRule_5_34_ARetriedRequestIsTheSameWithdrawal(t *testing.T) {
	s := released(t)
	first, err := s.withdraw("w-1", "bob", "80.00")
	require.NoError(t, err)
	_, err = s.withdraw("w-2", "bob", "80.00")
	require.ErrorIs(t, err, settlement.ErrInsufficient)
	again, err := s.withdraw("w-1", "bob", "80")
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = s.withdraw("w-1", "bob", "81")
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, "amount", conflict.Field)
	s.has("bob", "0.00", "20.00", "0.00")
}

func TestBadWithdrawalsAreRefusedByName(t *testing.T) {
	s := released(t)
	before := s.state("bob")
	_, err := s.Wallet.Withdraw(ctx, program.Withdraw{Partner: "bob", Amount: decimal.NewFromInt(60)})
	require.EqualError(t, err, "program: key: a withdrawal needs a key, so that a repeated request is not a second one")
	for gross, want := range map[string]string{"0": "above 0", "-60": "above 0", "60.001": "more than 2 decimals"} {
		_, err := s.withdraw("w-1", "bob", gross)
		require.ErrorContains(t, err, want)
	}
	var missing *program.NotFoundError
	_, err = s.withdraw("w-1", "nobody", "60")
	require.ErrorAs(t, err, &missing)
	_, err = s.Wallet.Approve(ctx, program.Decide{Withdrawal: "nothing"})
	require.ErrorAs(t, err, &missing)
	_, err = s.Wallet.Withdrawal(ctx, "nothing")
	require.ErrorAs(t, err, &missing)
	require.Equal(t, before, s.state("bob"))
}

func TestAPartnersRowsComeNewestFirstPageByPage(t *testing.T) {
	s := released(t)
	for i, id := range []string{"o-2", "o-3", "o-4"} {
		s.now = s.now.Add(time.Duration(i+1) * time.Hour)
		s.paid(s.order(id, 1, "10.00"))
	}
	var seen []string
	cursor := store.RowCursor{}
	for {
		rows, err := s.Wallet.Rows(ctx, "bob", cursor, 2)
		require.NoError(t, err)
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			seen = append(seen, r.Source.ID)
		}
		cursor = program.CursorOf(rows[len(rows)-1])
	}
	require.Equal(t, []string{"o-4", "o-3", "o-2", "o-1"}, seen)
}
