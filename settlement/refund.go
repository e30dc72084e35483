package settlement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Refund says what came back of an order: lines by quantity, by money, or both.
type Refund struct {
	Order commission.OrderID
	Lines []RefundLine
	At    time.Time
}

// RefundLine is what came back of one line. Units without an amount come back at the line's own price; an amount without units is money alone (a price
// protection, a compensation); both together are units for which this much was given back.
type RefundLine struct {
	Line     commission.LineID   `json:"line"`
	Quantity int64               `json:"quantity,omitempty"`
	Amount   decimal.NullDecimal `json:"amount,omitempty"`
}

// RefundError lists everything that is wrong with a refund. Nothing was changed.
type RefundError struct {
	Order    commission.OrderID
	Problems []commission.Problem
}

func (e *RefundError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return fmt.Sprintf("settlement: refund of order %q: %s", e.Order, strings.Join(texts, "; "))
}

// MaxRefundLines is the most lines of one refund.
const MaxRefundLines = commission.MaxLines

// Check returns what is wrong with the refund whatever its order, nil if nothing is.
func (r Refund) Check() error {
	e := &RefundError{Order: r.Order}
	add := func(path, format string, args ...any) {
		e.Problems = append(e.Problems, commission.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if len(r.Lines) == 0 || len(r.Lines) > MaxRefundLines {
		add("lines", "a refund has 1 to %d lines, not %d", MaxRefundLines, len(r.Lines))
	}
	for i, l := range r.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		switch {
		case l.Quantity < 0:
			add(at+".quantity", "%d is below 0", l.Quantity)
		case l.Quantity == 0 && !l.Amount.Valid:
			add(at, "a line needs a quantity, an amount or both")
		}
		if l.Amount.Valid && l.Amount.Decimal.Sign() <= 0 {
			add(at+".amount", "an amount that goes back is above 0")
		}
	}
	if len(e.Problems) > 0 {
		return e
	}
	return nil
}

// Refund works out the order after a refund and the rows that take back what it leaves no ground for: the difference between what stands and what the
// order should pay in all, by the cumulative target. standing is every row of the order, assets are the calculators of what it pays beside cash. A refund
// of more than is left, or of a line that there is not, is a [*RefundError].
//
// Before release the rows lower what is pending. After it they are released at once, and lower what is available.
func (o Order) Refund(calc *commission.Calculator, r Refund, standing []Row, key string, record partner.Record, assets ...*commission.AssetCalculator) (Posting, error) {
	returned, err := o.give(calc, r)
	if err != nil {
		return Posting{}, err
	}
	target, err := calc.Target(o.Frozen, returned, nil)
	if err != nil {
		return Posting{}, err
	}
	changes, err := commission.Difference(entriesIn(calc.Currency(), standing), target)
	if err != nil {
		return Posting{}, err
	}
	o = o.Clone()
	o.Returned = returned
	o.Revision++
	o.Refunds = append(o.Refunds, AppliedRefund{Key: key, Revision: o.Revision, At: r.At, Released: !o.Released.IsZero()})
	if o.Total, err = target.Total(); err != nil {
		return Posting{}, err
	}
	for i := range o.Assets {
		taken, err := o.Assets[i].refund(assets, returned, standing)
		if err != nil {
			return Posting{}, err
		}
		changes = append(changes, taken...)
	}
	all, err := rows(OfOrder(o.ID), o.Revision, key, r.At, record, changes)
	if err != nil {
		return Posting{}, err
	}
	o.releaseLate(all, record.Recorded)
	uses, err := changedUses(o.Campaigns, target.Uses())
	o.Campaigns = target.Uses()
	return Posting{Order: o, Rows: all, Campaigns: uses}, err
}

// changedUses returns by how much what an order uses of campaigns changes: of those that it uses after, then of those that it uses no more.
func changedUses(before, after []commission.CampaignUse) ([]commission.CampaignUse, error) {
	after = slices.Clone(after)
	for _, was := range before {
		if !slices.ContainsFunc(after, func(use commission.CampaignUse) bool { return use.Campaign == was.Campaign }) {
			after = append(after, commission.CampaignUse{Campaign: was.Campaign})
		}
	}
	var changes []commission.CampaignUse
	for _, use := range after {
		for _, was := range before {
			if was.Campaign != use.Campaign {
				continue
			}
			var err error
			if use.Added, err = use.Added.Sub(was.Added); err != nil {
				return nil, err
			}
		}
		if !use.Added.IsZero() {
			changes = append(changes, use)
		}
	}
	return changes, nil
}

// refund makes the asset what it is after so much of the order has come back, and returns the entries by which it changes.
func (a *OrderAsset) refund(assets []*commission.AssetCalculator, returned []commission.Returned, standing []Row) ([]commission.Entry, error) {
	target, err := a.target(assets, returned)
	if err != nil {
		return nil, err
	}
	entries := entriesIn(a.Total.Currency(), standing)
	if a.Total, err = target.Total(); err != nil {
		return nil, err
	}
	return commission.Difference(entries, target)
}

// target is what the asset pays by its frozen terms after so much of the order has come back.
func (a *OrderAsset) target(assets []*commission.AssetCalculator, returned []commission.Returned) (*commission.Result, error) {
	at := slices.IndexFunc(assets, func(c *commission.AssetCalculator) bool { return c.Currency() == a.Total.Currency() })
	if at < 0 {
		return nil, fmt.Errorf("settlement: the order pays %s, and nothing was given that calculates it", a.Total.Currency())
	}
	counted, err := assets[at].Returned(returned)
	if err != nil {
		return nil, err
	}
	return assets[at].Target(a.Frozen, counted, nil)
}

// give adds the refund to what has come back so far.
func (o Order) give(calc *commission.Calculator, r Refund) ([]commission.Returned, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	e := &RefundError{Order: r.Order}
	returned := slices.Clone(o.Returned)
	for i, l := range r.Lines {
		at := slices.IndexFunc(o.Frozen.Lines, func(f commission.FrozenLine) bool { return f.ID == l.Line })
		if at < 0 {
			e.Problems = append(e.Problems, commission.Problem{Path: fmt.Sprintf("lines[%d].line", i), Message: fmt.Sprintf("the order has no line %q", l.Line)})
			continue
		}
		if problem := giveLine(calc, &o.Frozen.Lines[at], &returned[at], l); problem != (commission.Problem{}) {
			problem.Path = fmt.Sprintf("lines[%d].%s", i, problem.Path)
			e.Problems = append(e.Problems, problem)
		}
	}
	if len(e.Problems) > 0 {
		return nil, e
	}
	return returned, nil
}

func giveLine(calc *commission.Calculator, line *commission.FrozenLine, back *commission.Returned, l RefundLine) commission.Problem {
	if l.Quantity > line.Quantity-back.Units {
		return commission.Problem{Path: "quantity", Message: fmt.Sprintf("%d units are more than the %d that are left", l.Quantity, line.Quantity-back.Units)}
	}
	back.Units += l.Quantity
	if !l.Amount.Valid {
		back.Valued += l.Quantity
		return commission.Problem{}
	}
	amount, err := calc.Price().Amount(l.Amount.Decimal)
	if err != nil {
		return commission.Problem{Path: "amount", Message: err.Error()}
	}
	total, err := back.Money.Add(amount)
	if err != nil {
		return commission.Problem{Path: "amount", Message: err.Error()}
	}
	if left := calc.Left(line, *back); amount.Cmp(left) > 0 {
		return commission.Problem{Path: "amount", Message: fmt.Sprintf("%s is more than the %s that is left of the line", amount, left)}
	}
	back.Money = total
	return commission.Problem{}
}
