package settlement

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Shortfall is who bears what a refund takes back from somebody who has less than that available: in cash and in each other asset by itself, so that what
// is lacking in points is borne in points.
type Shortfall uint8

const (
	// ShortfallOwed makes it his debt, which whatever he gets next pays first.
	ShortfallOwed Shortfall = iota
	// ShortfallByShop writes it off: the shop bears it, and nobody owes anything. What is in an open withdrawal counts as gone.
	ShortfallByShop
	// ShortfallBySeller makes it the seller's, who is in slot 1 of the order in cash: it is taken from what he has available in the same asset, and what he
	// has not is his debt. What the seller himself has not, and all of an order without a seller, is owed as by ShortfallOwed.
	ShortfallBySeller
)

var shortfallNames = []string{"debt", "shop", "seller"}

// String returns the option's name in a plan.
func (s Shortfall) String() string { return commission.OptionText(s, shortfallNames) }

// MarshalText writes the form of String.
func (s Shortfall) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name; any other is a [*commission.OptionError].
func (s *Shortfall) UnmarshalText(text []byte) error {
	return commission.ParseOption(s, text, shortfallNames)
}

// ShortfallSource is what somebody else bears of the refunds of an order.
const ShortfallSource SourceKind = "shortfall"

// OfShortfalls returns the source of what is borne for others of an order. Its rows have the revisions of the refunds.
func OfShortfalls(id commission.OrderID) Source { return Source{Kind: ShortfallSource, ID: string(id)} }

// Seller returns the partner in slot 1 of the order in cash, the first of several, and "" where there is none.
func (o *Order) Seller() partner.ID {
	for i := range o.Frozen.Lines {
		line := &o.Frozen.Lines[i]
		if line.Reason != "" {
			continue
		}
		for _, s := range o.Frozen.Sets[line.Set].Shares {
			if s.Rule == commission.RuleSlots && s.Slot == 1 {
				return s.Payee
			}
		}
	}
	return ""
}

// Bearer returns who bears what payees of the order have not: "" for the shop, and false where it stays their own debt.
func (o *Order) Bearer(terms Terms) (bearer partner.ID, borne bool) {
	switch terms.Shortfall {
	case ShortfallByShop:
		return "", true
	case ShortfallBySeller:
		bearer = o.Seller()
	}
	return bearer, bearer != ""
}

// Lack is what a payee has not of that which a refund takes back.
type Lack struct {
	Payee  partner.ID
	Amount money.Amount // above 0
}

// Lacking returns what payees lack of what the rows of a refund took back from them, in the order of the rows; the bearer is not among them. balances are
// those of the rows' payees in the rows' currencies, in the order of the rows, after the rows were taken from them: the debt that they made is lacking.
func Lacking(rows []Row, balances []Balance, bearer partner.ID) ([]Lack, error) {
	var all []Lack
	for i := range rows {
		row := &rows[i]
		if row.Amount.Sign() >= 0 || row.Payee == bearer {
			continue
		}
		net, err := balances[i].Net()
		if err != nil {
			return nil, err
		}
		before, err := net.Sub(row.Amount)
		if err != nil {
			return nil, err
		}
		_, owed := SplitNet(before)
		lacks, err := balances[i].Debt.Sub(owed)
		if err != nil {
			return nil, err
		}
		if lacks.Sign() > 0 {
			all = append(all, Lack{Payee: row.Payee, Amount: lacks})
		}
	}
	return all, nil
}

// Bear makes the rows by which somebody else bears what payees lack in a refund, the last of the order: each payee gets what he lacks, and the bearer
// loses the sum in each currency; "" is the shop, which has no rows. All of them are released at once.
func (o *Order) Bear(lacks []Lack, bearer partner.ID, at time.Time, record partner.Record) ([]Row, error) {
	if len(lacks) == 0 {
		return nil, nil
	}
	reason, sums := commission.BorneByShop, []money.Amount{} // a sum for each currency
	if bearer != "" {
		reason = commission.BorneBySeller
	}
	var entries []commission.Entry
	for _, l := range lacks {
		at := slices.IndexFunc(sums, func(sum money.Amount) bool { return sum.Currency() == l.Amount.Currency() })
		if at < 0 {
			at, sums = len(sums), append(sums, l.Amount.Currency().Minor(0))
		}
		var err error
		if sums[at], err = sums[at].Add(l.Amount); err != nil {
			return nil, err
		}
		entries = append(entries, commission.Entry{Rule: commission.RuleShortfall, Payee: l.Payee, Amount: l.Amount, Reason: reason})
	}
	for _, sum := range sums {
		if bearer != "" {
			entries = append(entries, commission.Entry{Rule: commission.RuleShortfall, Payee: bearer, Amount: sum.Neg(), Reason: reason})
		}
	}
	refund := o.Refunds[len(o.Refunds)-1]
	all, err := rows(OfShortfalls(o.ID), refund.Revision, refund.Key, at, record, entries)
	o.releaseLate(all, record.Recorded)
	return all, err
}
