package settlement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// ErrInsufficient is returned where less is available than is asked for.
var ErrInsufficient = errors.New("settlement: not enough is available")

// Balance is what a partner has in one currency: cash, points or another asset. A partner has one for each. None of the amounts but Pending is ever
// below 0, and that only where the plan lets losses count.
type Balance struct {
	Partner     partner.ID
	Pending     money.Amount // earned, and not released yet
	Available   money.Amount // can be withdrawn
	Withdrawing money.Amount // in open withdrawals
	Paid        money.Amount // paid out, net
	Taxed       money.Amount // withheld from payouts as tax
	Fees        money.Amount // taken from payouts as fees
	Debt        money.Amount // owed by the partner; what comes in next pays it first
}

// Earned is what the partner has earned in all: pending + available + withdrawing + paid + taxed + fees − debt. Its error is that of [money.Sum].
func (b Balance) Earned() (money.Amount, error) {
	return money.Sum(b.Pending, b.Available, b.Withdrawing, b.Paid, b.Taxed, b.Fees, b.Debt.Neg())
}

// Net is available less debt: one of the two is always 0. Its error is that of [money.Amount.Sub].
func (b Balance) Net() (money.Amount, error) { return b.Available.Sub(b.Debt) }

// Currency is that of its amounts, the zero Currency where no amount has one.
func (b Balance) Currency() money.Currency {
	return currencyOf(b.Pending, b.Available, b.Withdrawing, b.Paid, b.Taxed, b.Fees, b.Debt)
}

// IsZero reports whether all amounts are 0.
func (b Balance) IsZero() bool {
	return !slices.ContainsFunc(b.amounts(), func(a money.Amount) bool { return !a.IsZero() })
}

func (b Balance) amounts() []money.Amount {
	return []money.Amount{b.Pending, b.Available, b.Withdrawing, b.Paid, b.Taxed, b.Fees, b.Debt}
}

// In returns the balance with the currency given to every 0 that has none, so that it prints as the others do.
func (b Balance) In(currency money.Currency) Balance {
	for _, a := range []*money.Amount{&b.Pending, &b.Available, &b.Withdrawing, &b.Paid, &b.Taxed, &b.Fees, &b.Debt} {
		if *a == (money.Amount{}) {
			*a = currency.Minor(0)
		}
	}
	return b
}

// currencyOf is that of the first amount that has one.
func currencyOf(amounts ...money.Amount) money.Currency {
	for _, a := range amounts {
		if c := a.Currency(); !c.IsZero() {
			return c
		}
	}
	return money.Currency{}
}

// Change is what a released row, a withdrawal or its end does to a partner's balance in the currency of its amounts. Absent amounts are 0. It is applied
// only if at least Need is available.
type Change struct {
	Partner     partner.ID
	Pending     money.Amount
	Net         money.Amount // available less debt: what comes in pays debt first, what goes out beyond available becomes debt
	Withdrawing money.Amount
	Paid        money.Amount
	Taxed       money.Amount
	Fees        money.Amount
	Need        money.Amount
}

// Currency is that of its amounts, and so of the balance that it changes; the zero Currency where no amount has one, so that it changes nothing.
func (c Change) Currency() money.Currency {
	return currencyOf(c.Net, c.Pending, c.Withdrawing, c.Paid, c.Taxed, c.Fees, c.Need)
}

// Apply returns the balance after a change. Where less than the change's Need is available it is [ErrInsufficient]; an amount beyond range, or of another
// currency than the rest, is the error of [money.Amount.Add].
func (b Balance) Apply(c Change) (Balance, error) {
	currency := cmp.Or(b.Currency(), c.Currency())
	for _, a := range [...]money.Amount{c.Pending, c.Net, c.Withdrawing, c.Paid, c.Taxed, c.Fees, c.Need} {
		if other := a.Currency(); other != currency && !other.IsZero() {
			return b, &money.MismatchError{A: currency, B: other}
		}
	}
	if c.Need.Sign() > 0 && b.Available.Cmp(c.Need) < 0 {
		return b, ErrInsufficient
	}
	net, err := b.Net()
	if err != nil {
		return b, err
	}
	after := b
	for _, add := range []struct {
		to *money.Amount
		by money.Amount
	}{{&after.Pending, c.Pending}, {&net, c.Net}, {&after.Withdrawing, c.Withdrawing}, {&after.Paid, c.Paid}, {&after.Taxed, c.Taxed}, {&after.Fees, c.Fees}} {
		if *add.to, err = add.to.Add(add.by); err != nil {
			return b, err
		}
	}
	after.Available, after.Debt = SplitNet(net)
	return after, nil
}

// SplitNet returns what a net means: available where it is not below 0, else debt.
func SplitNet(net money.Amount) (available, debt money.Amount) {
	zero := net.Currency().Minor(0)
	if net.Sign() < 0 {
		return zero, net.Neg()
	}
	return net, zero
}

// Balances are balances that print as a table.
type Balances []Balance

// String returns a table with a line a balance. Where they are of several currencies each says of which.
func (b Balances) String() string {
	several := slices.ContainsFunc(b, func(x Balance) bool { return x.Currency() != b[0].Currency() })
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "partner\t")
	if several {
		fmt.Fprint(w, "currency\t")
	}
	fmt.Fprintln(w, "pending\tavailable\twithdrawing\tpaid\ttaxed\tfees\tdebt\t")
	for _, x := range b {
		fmt.Fprintf(w, "%s\t", x.Partner)
		if several {
			fmt.Fprintf(w, "%s\t", x.Currency())
		}
		for _, a := range x.amounts() {
			fmt.Fprintf(w, "%s\t", a.Plain())
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return text.String()
}
