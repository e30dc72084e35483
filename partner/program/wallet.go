package program

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Withdraw asks for money to be paid out.
type Withdraw struct {
	Partner partner.ID
	Amount  decimal.Decimal // the gross: what leaves available
	Asset   string          // the code of what is asked for; "" or that of the plan's currency: cash, which alone can be withdrawn
	Meta                    // Key is needed: two requests of the same amount are two requests
}

// Decide says what becomes of a withdrawal.
type Decide struct {
	Withdrawal settlement.WithdrawalID
	Meta
}

// Payout says that a withdrawal has been paid.
type Payout struct {
	Withdrawal settlement.WithdrawalID
	Tax        decimal.Decimal // withheld from the gross
	Fee        decimal.Decimal // taken from the gross
	Meta
}

// Balances returns what each partner has in cash as of now, in the order asked for; somebody without anything has zeros. What he has in other assets is in
// [Wallet.Assets].
func (w Wallet) Balances(ctx context.Context, ids ...partner.ID) (settlement.Balances, error) {
	return w.balances(ctx, ids, func(c *call) ([]money.Currency, error) {
		cash, err := c.currency()
		return []money.Currency{cash}, err
	})
}

// currency is that of the programme, which all its plans share; the zero Currency while it has none.
func (c *call) currency() (money.Currency, error) {
	versions, err := c.versions()
	if err != nil || len(versions) == 0 {
		return c.config.Plan.Currency.Currency, err
	}
	return versions[0].plan.Currency.Currency, nil
}

// Rows returns at most limit rows of a partner, in cash and other assets, that come after a place, newest first: what he earned and what was taken back,
// each with its entries. The zero RowCursor begins; [CursorOf] the last row goes on.
func (w Wallet) Rows(ctx context.Context, id partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	var out []settlement.Row
	err := w.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.PartnerRows(ctx, id, after, limit)
		return err
	})
	return out, err
}

// CursorOf returns the place of a row among its payee's rows.
func CursorOf(r settlement.Row) store.RowCursor {
	return store.RowCursor{At: r.At, Source: r.Source, Revision: r.Revision, Currency: r.Amount.Currency()}
}

// Withdraw moves cash from available to withdrawing, under a number of its own that stays the same for ever. It is [settlement.ErrInsufficient] if less
// is available, a [*settlement.MinimumError] below the plan's minimum, a [*BarredError] where the partner's withdrawals are frozen, where his earnings are and
// the plan lets these accrue, or where he has left and his last window is over, a [*NotFoundError] for somebody who is no partner, a [*MetaError] without Key,
// and a [*CashError] for another asset.
func (w Wallet) Withdraw(ctx context.Context, in Withdraw) (settlement.Withdrawal, error) {
	if err := partner.CheckID("partner", in.Partner); err != nil {
		return settlement.Withdrawal{}, err
	}
	if in.Key == "" {
		return settlement.Withdrawal{}, &MetaError{Field: "key", Problem: "a withdrawal needs a key, so that a repeated request is not a second one"}
	}
	op := operation{name: "withdraw", meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("amount", canonicalDecimal(in.Amount))
	op.payload.add("at", canonicalTime(in.At))
	return write(ctx, w.shell, op, func(c *call, out *settlement.Withdrawal) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		if err := checkCash(in.Asset, v.plan.Currency.Currency); err != nil {
			return nil, err
		}
		gross, err := v.plan.Currency.Amount(in.Amount)
		if err != nil {
			return nil, &settlement.AmountError{Field: "amount", Problem: err.Error()}
		}
		least, err := v.plan.Settlement.Min(v.plan.Currency.Currency)
		if err != nil {
			return nil, err
		}
		request, change, err := settlement.Request(settlement.Withdrawal{
			ID: settlement.WithdrawalID(c.token), Partner: in.Partner, Gross: gross, At: c.at, Record: c.record,
		}, least)
		if err != nil {
			return nil, err
		}
		if err := c.mayWithdraw(v, in.Partner); err != nil {
			return nil, err
		}
		if err := c.affordable(change); err != nil {
			return nil, err
		}
		return func() error {
			if err := publish(); err != nil {
				return err
			}
			if err := c.tx.AddWithdrawals(ctx, []settlement.Withdrawal{request}); err != nil {
				return err
			}
			if err := c.tx.ChangeBalances(ctx, []settlement.Change{change}); err != nil {
				return err
			}
			*out = request
			return c.emit("withdrawal_requested", string(request.ID), map[string]any{"partner": in.Partner, "gross": gross})
		}, nil
	}, func(c *call, first store.Claim, out *settlement.Withdrawal) error {
		if err := c.withdrawalThen(settlement.WithdrawalID(first.Token), settlement.Requested, out); err != nil {
			return err
		}
		return checkCash(in.Asset, out.Gross.Currency())
	})
}

// BarredError says that a partner cannot withdraw now, and why. What he has stays his.
type BarredError struct {
	Partner partner.ID
	Reason  partner.Reason
}

func (e *BarredError) Error() string {
	return fmt.Sprintf("program: %q cannot withdraw: %s", e.Partner, partner.ReasonEnglish(e.Reason))
}

// mayWithdraw refuses whom his state keeps from withdrawing.
func (c *call) mayWithdraw(v *version, id partner.ID) error {
	state, err := c.partner(id, c.at)
	switch {
	case err != nil:
		return err
	case state.ID == "":
		return &NotFoundError{Record: "partner", ID: string(id)}
	}
	if reason := v.plan.Joining.WithdrawalBar(state.State); reason != "" && reason != partner.NotPartner {
		return &BarredError{Partner: id, Reason: reason}
	}
	return nil
}

// affordable refuses what is clearly not there before anything is written. It does not replace the condition of the change itself, which alone holds
// when two requests come at once.
func (c *call) affordable(change settlement.Change) error {
	balances, err := c.tx.Balances(c.ctx, []partner.ID{change.Partner})
	if err != nil {
		return err
	}
	_, err = balanceIn(change.Currency(), change.Partner, balances[0]).Apply(change)
	return err
}

// withdrawalThen reads a withdrawal as it was right after it had come to a state.
func (c *call) withdrawalThen(id settlement.WithdrawalID, state settlement.State, into *settlement.Withdrawal) error {
	if err := c.withdrawal(id, into); err != nil {
		return err
	}
	n := slices.IndexFunc(into.Steps, func(s settlement.Step) bool { return s.State == state }) + 1
	into.State, into.Revision, into.Steps = state, int64(n), into.Steps[:n:n]
	if state != settlement.Paid {
		into.Tax, into.Fee = into.Gross.Currency().Minor(0), into.Gross.Currency().Minor(0)
	}
	return nil
}

// withdrawal reads a withdrawal as it is now.
func (c *call) withdrawal(id settlement.WithdrawalID, into *settlement.Withdrawal) error {
	found, err := c.tx.Withdrawals(c.ctx, []settlement.WithdrawalID{id})
	if err != nil {
		return err
	}
	if found[0].ID == "" {
		return &NotFoundError{Record: "withdrawal", ID: string(id)}
	}
	*into = found[0]
	return nil
}

// Withdrawal returns a withdrawal as it is now, or a [*NotFoundError].
func (w Wallet) Withdrawal(ctx context.Context, id settlement.WithdrawalID) (settlement.Withdrawal, error) {
	var out settlement.Withdrawal
	err := w.view(ctx, func(tx store.Tx) error {
		return (&call{shell: w.shell, ctx: ctx, tx: tx}).withdrawal(id, &out)
	})
	return out, err
}

// Approve lets a withdrawal be paid. It is a [*settlement.StateError] unless the withdrawal is requested.
func (w Wallet) Approve(ctx context.Context, in Decide) (settlement.Withdrawal, error) {
	return w.decide(ctx, "approve", settlement.Approved, in, payload{}, func(c *call, x settlement.Withdrawal) (settlement.Withdrawal, settlement.Change, error) {
		next, err := x.Approve(c.at, c.record)
		return next, settlement.Change{Partner: x.Partner}, err
	})
}

// Reject ends a withdrawal that is not paid yet; exactly its gross comes back, and pays debt first. It is a [*settlement.StateError] once it has ended.
func (w Wallet) Reject(ctx context.Context, in Decide) (settlement.Withdrawal, error) {
	return w.decide(ctx, "reject", settlement.Rejected, in, payload{}, func(c *call, x settlement.Withdrawal) (settlement.Withdrawal, settlement.Change, error) {
		return x.Reject(c.at, c.record)
	})
}

// Failed ends an approved withdrawal that the channel cannot pay; exactly its gross comes back, and pays debt first. An error of the channel that may
// pass is no failure: try again under the same number. It is a [*settlement.StateError] unless the withdrawal is approved.
func (w Wallet) Failed(ctx context.Context, in Decide) (settlement.Withdrawal, error) {
	return w.decide(ctx, "fail", settlement.Failed, in, payload{}, func(c *call, x settlement.Withdrawal) (settlement.Withdrawal, settlement.Change, error) {
		return x.Fail(c.at, c.record)
	})
}

// Paid ends an approved withdrawal that the channel has paid, with what was withheld: net + tax + fee = gross. It is a [*settlement.StateError] unless
// the withdrawal is approved, and a [*settlement.AmountError] for a tax or fee that cannot be.
func (w Wallet) Paid(ctx context.Context, in Payout) (settlement.Withdrawal, error) {
	var p payload
	p.add("tax", canonicalDecimal(in.Tax))
	p.add("fee", canonicalDecimal(in.Fee))
	return w.decide(ctx, "pay", settlement.Paid, Decide{Withdrawal: in.Withdrawal, Meta: in.Meta}, p, func(c *call, x settlement.Withdrawal) (settlement.Withdrawal, settlement.Change, error) {
		currency := x.Gross.Currency()
		tax, err := currency.Amount(in.Tax)
		if err != nil {
			return x, settlement.Change{}, &settlement.AmountError{Field: "tax", Problem: err.Error()}
		}
		fee, err := currency.Amount(in.Fee)
		if err != nil {
			return x, settlement.Change{}, &settlement.AmountError{Field: "fee", Problem: err.Error()}
		}
		return x.Pay(tax, fee, c.at, c.record)
	})
}

// decide moves a withdrawal to its next state. Its natural key is the withdrawal and the move, so that each move is done once.
func (w Wallet) decide(ctx context.Context, move string, to settlement.State, in Decide, facts payload,
	next func(*call, settlement.Withdrawal) (settlement.Withdrawal, settlement.Change, error),
) (settlement.Withdrawal, error) {
	op := operation{name: move, key: string(in.Withdrawal), meta: in.Meta, payload: slices.Clone(facts)}
	op.payload.add("withdrawal", string(in.Withdrawal))
	op.payload.add("at", canonicalTime(in.At))
	return write(ctx, w.shell, op, func(c *call, out *settlement.Withdrawal) (apply, error) {
		found, err := c.tx.LockWithdrawals(ctx, []settlement.WithdrawalID{in.Withdrawal})
		if err != nil {
			return nil, err
		}
		if found[0].ID == "" {
			return nil, &NotFoundError{Record: "withdrawal", ID: string(in.Withdrawal)}
		}
		after, change, err := next(c, found[0])
		if err != nil {
			return nil, err
		}
		return func() error {
			if err := c.tx.SaveWithdrawals(ctx, []settlement.Withdrawal{after}); err != nil {
				return err
			}
			if err := c.tx.ChangeBalances(ctx, []settlement.Change{change}); err != nil {
				return err
			}
			*out = after
			return c.emit("withdrawal_"+string(after.State), string(after.ID), map[string]any{"partner": after.Partner, "gross": after.Gross})
		}, nil
	}, func(c *call, _ store.Claim, out *settlement.Withdrawal) error {
		return c.withdrawalThen(in.Withdrawal, to, out)
	})
}
