package storetest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// What the model does with withdrawals.

// amount is a number of minor units.
func (s *modelShop) amount(minor int64) decimal.Decimal {
	return decimal.New(minor, -int32(s.oracle.scale))
}

// rich draws somebody who has something available; without one the step is another.
func (s *modelShop) rich(t *rapid.T) (partner.ID, int64) {
	var ids []partner.ID
	for _, id := range s.oracle.ids() {
		if s.oracle.balance(id).available > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		t.Skip("nobody has anything")
	}
	id := rapid.SampledFrom(ids).Draw(t, "partner")
	return id, s.oracle.balance(id).available
}

// modelWithdrawRefusals are the errors for what the oracle finds wrong with a withdrawal.
var modelWithdrawRefusals = map[string]modelRefusal{
	oracleNoPlan:       modelRefusedAs("", program.ErrNoPlan),
	oracleNoAmount:     modelRefused[*settlement.AmountError](""),
	oracleBelowMinimum: modelRefused[*settlement.MinimumError](""),
	oracleStranger:     modelRefused[*program.NotFoundError](""),
	oracleInsufficient: modelRefusedAs("", settlement.ErrInsufficient),
	oracleClosed:       modelRefused[*program.BarredError](""),
}

func (s *modelShop) withdraw(t require.TestingT, id partner.ID, amount decimal.Decimal, named time.Time) {
	in := program.Withdraw{Partner: id, Amount: amount, Meta: program.Meta{Key: s.name("w"), At: named}}
	c := &modelCall{operation: "withdraw", key: in.Key, facts: fmt.Sprintf("%+v", in)}
	for _, reason := range s.oracle.cannotWithdraw(id, amount, s.at(named)) {
		c.refuse(true, modelRefusal{reason, modelWithdrawRefusals[reason].is})
	}
	c.do = func(again bool) (any, error) {
		in := in
		if again {
			in.Amount = longer(in.Amount)
		}
		return s.prog.Wallet.Withdraw(s.ctx, in)
	}
	c.other = func() error {
		in := in
		if len(s.calls)%2 == 0 {
			in.Amount = in.Amount.Add(decimal.NewFromInt(1))
		} else {
			in.Partner = "p2x"
		}
		_, err := s.prog.Wallet.Withdraw(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		out := got.(settlement.Withdrawal)
		gross, _ := s.oracle.exact(amount)
		require.NotContains(t, s.oracle.withdrawn, out.ID, "I9: a number of its own")
		s.oracle.withdrawn[out.ID] = &oracleWithdrawal{partner: id, gross: gross, state: settlement.Requested}
		s.sameWithdrawal(t, out)
	}
	s.call(t, c)
}

// decide makes a move of a withdrawal, under a key of its own or the natural one.
func (s *modelShop) decide(t require.TestingT, move string, id settlement.WithdrawalID, key string, tax, fee decimal.Decimal) {
	w := s.oracle.withdrawn[id]
	in := program.Decide{Withdrawal: id, Meta: program.Meta{Key: key}}
	c := &modelCall{operation: move, key: key, facts: fmt.Sprint(id, tax, fee)}
	if key == "" {
		c.key = string(id)
	}
	c.refuse(!w.can(move), modelRefused[*settlement.StateError]("from where it stands"))
	taxed, wholeTax := s.oracle.exact(tax)
	charged, wholeFee := s.oracle.exact(fee)
	c.refuse(!wholeTax || !wholeFee || taxed < 0 || charged < 0 || taxed+charged > w.gross, modelRefused[*settlement.AmountError]("tax or fee"))
	make := func(tax decimal.Decimal) (settlement.Withdrawal, error) {
		switch move {
		case "approve":
			return s.prog.Wallet.Approve(s.ctx, in)
		case "reject":
			return s.prog.Wallet.Reject(s.ctx, in)
		case "fail":
			return s.prog.Wallet.Failed(s.ctx, in)
		}
		return s.prog.Wallet.Paid(s.ctx, program.Payout{Withdrawal: id, Tax: tax, Fee: fee, Meta: in.Meta})
	}
	c.do = func(again bool) (any, error) {
		if again {
			return make(longer(tax))
		}
		return make(tax)
	}
	if move == "pay" {
		c.other = func() error {
			_, err := make(tax.Add(decimal.NewFromInt(1)))
			return err
		}
	}
	c.done = func(got any) {
		w.state = oracleMoves[move].to
		if move == "pay" {
			w.tax, w.fee = taxed, charged
		}
		s.sameWithdrawal(t, got.(settlement.Withdrawal))
	}
	s.call(t, c)
}

// sameWithdrawal compares a withdrawal with the oracle's.
func (s *modelShop) sameWithdrawal(t require.TestingT, got settlement.Withdrawal) {
	w := s.oracle.withdrawn[got.ID]
	modelHolds(t, w != nil, "there is no withdrawal %s", got.ID)
	modelSame(t, *w, oracleWithdrawal{
		partner: got.Partner, gross: modelUnits(t, got.Gross), tax: modelUnits(t, got.Tax), fee: modelUnits(t, got.Fee), state: got.State,
	}, "I9: withdrawal %s", got.ID)
	if w.state == settlement.Paid {
		net, err := got.Net()
		modelNoError(t, err)
		modelSame(t, w.gross, modelUnits(t, net)+w.tax+w.fee, "I8: net + tax + fee = gross")
		modelHolds(t, net.Sign() >= 0, "I8: net is %s", net)
	}
	ends := 0
	for _, step := range got.Steps {
		if !step.State.Open() {
			ends++
		}
	}
	modelHolds(t, ends <= 1, "I9: a withdrawal ends once, not %d times", ends)
	modelSame(t, got.State, got.Steps[len(got.Steps)-1].State, "the state is that of the last step")
}
