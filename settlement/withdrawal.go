package settlement

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// WithdrawalID is a withdrawal's number, the same for ever, at the payout channel too: 32 hex digits.
type WithdrawalID string

// State is where a withdrawal stands.
type State string

// The states: requested → approved → paid or failed; requested or approved → rejected. Paid, failed and rejected are ends.
const (
	Requested State = "requested"
	Approved  State = "approved"
	Paid      State = "paid"
	Failed    State = "failed"
	Rejected  State = "rejected"
)

// Open reports whether money is still on its way.
func (s State) Open() bool { return s == Requested || s == Approved }

// Withdrawal is a partner's request to be paid. Its gross is withdrawing while it is open; an end gives back exactly the gross, or pays net + tax + fee =
// gross.
type Withdrawal struct {
	ID       WithdrawalID
	Revision int64 // raised by every write; 0: not stored
	Partner  partner.ID
	Gross    money.Amount
	Tax      money.Amount // withheld; fixed when it was paid
	Fee      money.Amount // taken; fixed when it was paid
	State    State
	At       time.Time // when it was requested, by the host's clock
	Steps    []Step
	partner.Record
}

// Step is one change of state.
type Step struct {
	State State
	At    time.Time
	partner.Record
}

// Net is what the payee receives: gross − tax − fee. Its error is that of [money.Amount.Sub].
func (w Withdrawal) Net() (money.Amount, error) { return money.Sum(w.Gross, w.Tax.Neg(), w.Fee.Neg()) }

// Clone returns a copy that shares no memory with w.
func (w Withdrawal) Clone() Withdrawal {
	w.Steps = append([]Step(nil), w.Steps...)
	return w
}

// StateError says that a withdrawal cannot go from where it stands to where it should.
type StateError struct {
	Withdrawal WithdrawalID
	From, To   State
}

func (e *StateError) Error() string {
	return fmt.Sprintf("settlement: withdrawal %s is %s and cannot become %s", e.Withdrawal, e.From, e.To)
}

// MinimumError says that a withdrawal is below what the plan lets out.
type MinimumError struct {
	Gross, Min money.Amount
}

func (e *MinimumError) Error() string {
	return fmt.Sprintf("settlement: %s is below the minimum of %s", e.Gross, e.Min)
}

// AmountError says that an amount of a withdrawal makes no sense.
type AmountError struct {
	Field   string
	Problem string
}

func (e *AmountError) Error() string { return fmt.Sprintf("settlement: %s: %s", e.Field, e.Problem) }

// Request returns a new withdrawal and what it does to the balance: gross leaves available, if so much is there. It is an [*AmountError] for a gross
// that is not above 0 and a [*MinimumError] below the plan's minimum; exactly the minimum is let out.
func Request(w Withdrawal, least money.Amount) (Withdrawal, Change, error) {
	if w.Gross.Sign() <= 0 {
		return w, Change{}, &AmountError{Field: "amount", Problem: "a withdrawal is above 0"}
	}
	if w.Gross.Cmp(least) < 0 {
		return w, Change{}, &MinimumError{Gross: w.Gross, Min: least}
	}
	w.State, w.Revision = Requested, 1
	w.Steps = []Step{{State: Requested, At: w.At, Record: w.Record}}
	w.Tax, w.Fee = w.Gross.Currency().Minor(0), w.Gross.Currency().Minor(0)
	return w, Change{Partner: w.Partner, Net: w.Gross.Neg(), Withdrawing: w.Gross, Need: w.Gross}, nil
}

// Approve lets a requested withdrawal be paid. Any other is a [*StateError].
func (w Withdrawal) Approve(at time.Time, record partner.Record) (Withdrawal, error) {
	return w.step(Approved, at, record, Requested)
}

// Reject ends a withdrawal that is not paid and gives back exactly its gross. One that has ended is a [*StateError].
func (w Withdrawal) Reject(at time.Time, record partner.Record) (Withdrawal, Change, error) {
	next, err := w.step(Rejected, at, record, Requested, Approved)
	return next, w.back(), err
}

// Fail ends an approved withdrawal that the channel could not pay, and gives back exactly its gross. Any other is a [*StateError].
func (w Withdrawal) Fail(at time.Time, record partner.Record) (Withdrawal, Change, error) {
	next, err := w.step(Failed, at, record, Approved)
	return next, w.back(), err
}

// Pay ends an approved withdrawal that was paid, with the tax and the fee that were taken from it: net + tax + fee = gross. Any other is a
// [*StateError]; a tax or fee below 0, or together above the gross, is an [*AmountError].
func (w Withdrawal) Pay(tax, fee money.Amount, at time.Time, record partner.Record) (Withdrawal, Change, error) {
	next, err := w.step(Paid, at, record, Approved)
	if err != nil {
		return w, Change{}, err
	}
	next.Tax, next.Fee = tax, fee
	net, err := next.Net()
	switch {
	case err != nil:
		return w, Change{}, err
	case tax.Sign() < 0:
		return w, Change{}, &AmountError{Field: "tax", Problem: "it is not below 0"}
	case fee.Sign() < 0:
		return w, Change{}, &AmountError{Field: "fee", Problem: "it is not below 0"}
	case net.Sign() < 0:
		return w, Change{}, &AmountError{Field: "tax", Problem: fmt.Sprintf("tax and fee together are more than the gross, %s", w.Gross)}
	}
	return next, Change{Partner: w.Partner, Withdrawing: w.Gross.Neg(), Paid: net, Taxed: tax, Fees: fee}, nil
}

func (w Withdrawal) back() Change {
	return Change{Partner: w.Partner, Withdrawing: w.Gross.Neg(), Net: w.Gross}
}

func (w Withdrawal) step(to State, at time.Time, record partner.Record, from ...State) (Withdrawal, error) {
	for _, s := range from {
		if w.State == s {
			w = w.Clone()
			w.State = to
			w.Revision++
			w.Steps = append(w.Steps, Step{State: to, At: at, Record: record})
			return w, nil
		}
	}
	return w, &StateError{Withdrawal: w.ID, From: w.State, To: to}
}
