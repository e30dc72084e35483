package settlement

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
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
	clone.Order.Lines, clone.Order.Tenders = slices.Clone(c.Order.Lines), slices.Clone(c.Order.Tenders)
	for i := range clone.Order.Lines {
		clone.Order.Lines[i].Rates = slices.Clone(clone.Order.Lines[i].Rates)
	}
	clone.Uplines, clone.Seats = slices.Clone(c.Uplines), slices.Clone(c.Seats)
	return &clone
}

// Judgement is how an order was judged before it was judged again.
type Judgement struct {
	Attributed commission.Attributed
	Frozen     commission.Frozen
	Until      int64 // the revision from which on it is judged in another way
}

// JudgedAt returns how the order was judged as of one of its revisions: 0 is how it was judged when it was paid.
func (o *Order) JudgedAt(revision int64) (commission.Attributed, commission.Frozen) {
	for i := range o.Earlier {
		if j := &o.Earlier[i]; revision < j.Until {
			return j.Attributed, j.Frozen
		}
	}
	return o.Attributed, o.Frozen
}

// Rejudgement is how an order is judged again.
type Rejudgement struct {
	Attributed commission.Attributed
	Result     *commission.Result
	Case       *Case // what it may be judged on once more; nil: it is not
	Reason     partner.Reason
	Key        string
	At         time.Time
	Record     partner.Record
}

// Rejudge works out the order as it is judged again, and the rows that change what stands into what it pays then on what is left of it: an entry whose
// amount changes is taken back as it stands, and posted as it is by the judgement, so that each shows its own rate and base. Of what has come back
// nothing changes; a later refund goes by the judgement. standing is every row of the order.
//
// Rows of an order that has been released are released at once.
func (o Order) Rejudge(calc *commission.Calculator, again Rejudgement, standing []Row) (Posting, error) {
	o = o.Clone()
	o.Revision++
	o.Earlier = append(o.Earlier, Judgement{Attributed: o.Attributed, Frozen: o.Frozen, Until: o.Revision})
	o.Attributed, o.Frozen, o.Case = again.Attributed, again.Result.Freeze(), again.Case.Clone()
	target, err := calc.Target(o.Frozen, o.Returned, nil)
	if err != nil {
		return Posting{}, err
	}
	changes, err := commission.Replacement(entriesOf(standing), target, again.Reason)
	if err != nil {
		return Posting{}, err
	}
	if o.Total, err = target.Total(); err != nil {
		return Posting{}, err
	}
	all, err := rows(OfOrder(o.ID), o.Revision, again.Key, again.At, again.Record, changes)
	if err != nil {
		return Posting{}, err
	}
	o.releaseLate(all, again.Record.Recorded)
	return Posting{Order: o, Rows: all}, nil
}

// entriesOf returns the entries of rows, one after another.
func entriesOf(rows []Row) []commission.Entry {
	var entries []commission.Entry
	for i := range rows {
		entries = append(entries, rows[i].Entries...)
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
