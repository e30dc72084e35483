package settlement

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Case is what an order was judged on. It is kept where the plan may judge the order once more: by the levels of its release, or for an owner whom the
// buyer gets within the plan's grace.
type Case struct {
	Order      commission.Order
	Candidates commission.Candidates
	Uplines    []commission.Upline
	Seats      []commission.Upline
}

// Clone returns a copy that shares no memory with c, nil for nil.
func (c *Case) Clone() *Case {
	if c == nil {
		return nil
	}
	clone := *c
	clone.Order.Lines, clone.Order.Tenders, clone.Order.Used = slices.Clone(c.Order.Lines), slices.Clone(c.Order.Tenders), slices.Clone(c.Order.Used)
	for i := range clone.Order.Lines {
		clone.Order.Lines[i].Rates = slices.Clone(clone.Order.Lines[i].Rates)
	}
	clone.Order.Trees = slices.Clone(c.Order.Trees)
	for i := range clone.Order.Trees {
		clone.Order.Trees[i].Uplines = slices.Clone(clone.Order.Trees[i].Uplines)
	}
	clone.Uplines, clone.Seats = slices.Clone(c.Uplines), slices.Clone(c.Seats)
	return &clone
}

// Judgement is how an order was judged before it was judged again.
type Judgement struct {
	Attributed commission.Attributed
	Frozen     commission.Frozen
	Assets     []commission.Frozen // the same in each asset, in the order of the order's
	Until      int64               // the revision from which on it is judged in another way
}

func (j Judgement) clone() Judgement {
	j.Frozen, j.Assets = j.Frozen.Clone(), slices.Clone(j.Assets)
	for i := range j.Assets {
		j.Assets[i] = j.Assets[i].Clone()
	}
	return j
}

// JudgedAt returns the order with Attributed and all that is Frozen, in cash and in each asset, as it was judged as of one of its revisions: 0 is how it was
// judged when it was paid. Everything else is as it is now.
func (o Order) JudgedAt(revision int64) Order {
	at := slices.IndexFunc(o.Earlier, func(j Judgement) bool { return revision < j.Until })
	if at < 0 {
		return o
	}
	was := &o.Earlier[at]
	o.Attributed, o.Frozen, o.Assets = was.Attributed, was.Frozen, slices.Clone(o.Assets)
	for i := range o.Assets {
		o.Assets[i].Frozen = was.Assets[i]
	}
	return o
}

// judgement is how the order is judged, before it is judged again with this revision.
func (o *Order) judgement(until int64) Judgement {
	j := Judgement{Attributed: o.Attributed, Frozen: o.Frozen, Until: until}
	for i := range o.Assets {
		j.Assets = append(j.Assets, o.Assets[i].Frozen)
	}
	return j
}

// Rejudgement is how an order is judged again.
type Rejudgement struct {
	Attributed commission.Attributed
	Result     *commission.Result
	Assets     []*commission.Result // what it pays beside cash, the assets of the order
	Case       *Case                // what it may be judged on once more; nil: it is not
	Reason     partner.Reason
	Key        string
	At         time.Time
	Record     partner.Record
}

// Rejudge works out the order as it is judged again, and the rows that change what stands into what it pays then on what is left of it: an entry whose
// amount changes is taken back as it stands, and posted as it is by the judgement, so that each shows its own rate and base. Of what has come back
// nothing changes; a later refund goes by the judgement. It is the same in each asset, and what the order uses of campaigns is what they add to what is left
// of it by the judgement. standing is every row of the order, assets are the calculators of what it pays beside cash.
//
// Rows of an order that has been released are released at once.
func (o Order) Rejudge(calc *commission.Calculator, again Rejudgement, standing []Row, assets ...*commission.AssetCalculator) (Posting, error) {
	if len(again.Assets) != len(o.Assets) {
		return Posting{}, fmt.Errorf("settlement: the order pays %d assets, and was judged again in %d", len(o.Assets), len(again.Assets))
	}
	o = o.Clone()
	o.Revision++
	o.Earlier = append(o.Earlier, o.judgement(o.Revision))
	o.Attributed, o.Frozen, o.Case = again.Attributed, again.Result.Freeze(), again.Case.Clone()
	target, err := calc.Target(o.Frozen, o.Returned, nil)
	if err != nil {
		return Posting{}, err
	}
	changes, err := commission.Replacement(entriesIn(calc.Currency(), standing), target, again.Reason)
	if err != nil {
		return Posting{}, err
	}
	if o.Total, err = target.Total(); err != nil {
		return Posting{}, err
	}
	for i := range o.Assets {
		a := &o.Assets[i]
		a.Frozen = again.Assets[i].Freeze()
		inAsset, err := a.target(assets, o.Returned)
		if err != nil {
			return Posting{}, err
		}
		replaced, err := commission.Replacement(entriesIn(a.Total.Currency(), standing), inAsset, again.Reason)
		if err != nil {
			return Posting{}, err
		}
		if a.Total, err = inAsset.Total(); err != nil {
			return Posting{}, err
		}
		changes = append(changes, replaced...)
	}
	all, err := rows(OfOrder(o.ID), o.Revision, again.Key, again.At, again.Record, changes)
	if err != nil {
		return Posting{}, err
	}
	o.releaseLate(all, again.Record.Recorded)
	uses, err := changedUses(o.Campaigns, target.Uses())
	o.Campaigns = target.Uses()
	return Posting{Order: o, Rows: all, Campaigns: uses}, err
}

// entriesIn returns the entries of the rows of a currency, one after another.
func entriesIn(currency money.Currency, rows []Row) []commission.Entry {
	var entries []commission.Entry
	for i := range rows {
		if rows[i].Amount.Currency() == currency {
			entries = append(entries, rows[i].Entries...)
		}
	}
	return entries
}

// releaseLate marks rows that come to an order which has been released as released themselves.
func (o *Order) releaseLate(rows []Row, now time.Time) {
	if o.Released.IsZero() {
		return
	}
	for i := range rows {
		rows[i].Folded, rows[i].Released = now, now
	}
}
