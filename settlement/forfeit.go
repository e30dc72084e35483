package settlement

import (
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Forfeits is what somebody has forfeited by leaving while the plan said so: at each of these instants all that was pending of his.
type Forfeits struct {
	Partner  partner.ID
	Revision int64     // raised by every write; 0: not stored
	Due      time.Time // from when on his rows are to be looked through; zero: all were
	Seen     Place     // the row up to which they were, the newest first; zero: none was
	All      []Forfeit // in order of recording
	partner.Record
}

// Forfeit is one departure by which somebody forfeited what was pending.
type Forfeit struct {
	At       time.Time // from when on it is the shop's
	Recorded time.Time
}

// Place is the place of a row among those of its payee.
type Place struct {
	At       time.Time
	Source   Source
	Revision int64
	Zero     money.Amount // 0 in the currency of the row
}

// Clone returns a copy that shares no memory with f.
func (f Forfeits) Clone() Forfeits {
	f.All = slices.Clone(f.All)
	return f
}

// Add notes that what is pending is forfeited at an instant. His rows are looked through again from the newest on.
func (f Forfeits) Add(at time.Time, record partner.Record) Forfeits {
	f = f.Clone()
	f.All = append(f.All, Forfeit{At: at, Recorded: record.Recorded})
	if f.Due.IsZero() || at.Before(f.Due) {
		f.Due = at
	}
	f.Seen, f.Record = Place{}, record
	f.Revision++
	return f
}

// Look notes that at an instant his rows were looked through up to a place, and whether that was the last. What is forfeited only later is due then.
func (f Forfeits) Look(upTo Place, last bool, now time.Time) Forfeits {
	f = f.Clone()
	f.Seen = upTo
	f.Revision++
	if !last {
		return f
	}
	f.Due, f.Seen = time.Time{}, Place{}
	for _, x := range f.All {
		if x.At.After(now) && (f.Due.IsZero() || x.At.Before(f.Due)) {
			f.Due = x.At
		}
	}
	return f
}

// Covers reports whether what came about at an instant (an order was paid, a period was over) and was recorded at another is forfeited by now: if it was
// not after he left, or was known when he did. What he earns once he has come back is not.
func (f *Forfeits) Covers(at, recorded, now time.Time) bool {
	return slices.ContainsFunc(f.All, func(x Forfeit) bool {
		return !x.At.After(now) && (!at.After(x.At) || !recorded.After(x.Recorded))
	})
}

const forfeitSuffix = "-forfeit"

// OfForfeits returns the source of what the shop keeps of what another source pays. Its rows stand against that one's, so that what an order or a period
// comes to is calculated as if nobody had forfeited anything.
func OfForfeits(of Source) Source { return Source{Kind: of.Kind + forfeitSuffix, ID: of.ID} }

// Forfeited reports whether it is such a source.
func (s Source) Forfeited() bool { return strings.HasSuffix(string(s.Kind), forfeitSuffix) }

// Forfeiting is a source with all that decides what the shop keeps of it.
type Forfeiting struct {
	Of        Source
	Revision  int64 // of the order, run or grants: of the rows that are made
	Standing  []Row // of the source
	Added     []Row // that come to it now
	Forfeited []Row // of its forfeits
	// Reason says why the payee of a row forfeits it while it is pending, "" where he does not.
	Reason func(*Row) partner.Reason
	Key    string
	At     time.Time
	Record partner.Record
}

// Rows works out the rows by which the shop keeps what payees forfeit of a source, one a payee and currency, and none where nothing changes. All that is
// pending of somebody is forfeited at once. From then on it stays forfeited: what the source pays him later is the shop's, and what comes back of it lowers
// what was forfeited, before anything that he had got before. So whatever comes back of an order that was pending leaves him with nothing of it, and owing
// nothing.
func (f *Forfeiting) Rows() ([]Row, error) {
	sums := map[account]*forfeitSums{}
	of := func(row *Row) *forfeitSums {
		a := account{row.Payee, row.Amount.Currency()}
		if sums[a] == nil {
			sums[a] = &forfeitSums{account: a}
		}
		return sums[a]
	}
	for i := range f.Standing {
		if err := of(&f.Standing[i]).standing(&f.Standing[i], f.Reason); err != nil {
			return nil, err
		}
	}
	for i := range f.Forfeited {
		if err := of(&f.Forfeited[i]).forfeited(&f.Forfeited[i]); err != nil {
			return nil, err
		}
	}
	for i := range f.Added {
		if err := of(&f.Added[i]).added(&f.Added[i], f.Reason); err != nil {
			return nil, err
		}
	}
	var entries []commission.Entry
	for _, s := range sums {
		amount, err := s.kept()
		if err != nil {
			return nil, err
		}
		if !amount.IsZero() {
			entries = append(entries, commission.Entry{Rule: commission.RuleForfeit, Payee: s.payee, Amount: amount, Reason: s.reason})
		}
	}
	all, err := rows(OfForfeits(f.Of), f.Revision, f.Key, f.At, f.Record, entries)
	for i := range all {
		if sums[account{all[i].Payee, all[i].Amount.Currency()}].late {
			all[i].Folded, all[i].Released = f.Record.Recorded, f.Record.Recorded
		}
	}
	return all, err
}

type account struct {
	payee    partner.ID
	currency money.Currency
}

// forfeitSums is what a source has of a payee in a currency.
type forfeitSums struct {
	account
	net     money.Amount   // all of it before what is added, less what was forfeited of it
	pending money.Amount   // what is not released, less what was forfeited of that
	lost    money.Amount   // what was forfeited
	late    bool           // whether what is added is released at once
	comes   money.Amount   // what is added so
	known   bool           // whether some of it was forfeited before
	got     bool           // whether some of it had been released before
	reason  partner.Reason // why he forfeits it; "": he does not
}

func (s *forfeitSums) standing(row *Row, reason func(*Row) partner.Reason) (err error) {
	if s.net, err = s.net.Add(row.Amount); err != nil {
		return err
	}
	if !row.Released.IsZero() {
		s.got = true
		return nil
	}
	return s.waits(row, reason)
}

func (s *forfeitSums) waits(row *Row, reason func(*Row) partner.Reason) (err error) {
	if s.reason == "" {
		s.reason = reason(row)
	}
	s.pending, err = s.pending.Add(row.Amount)
	return err
}

func (s *forfeitSums) forfeited(row *Row) (err error) {
	s.known = true
	s.reason = row.Entries[0].Reason
	if s.net, err = s.net.Add(row.Amount); err != nil {
		return err
	}
	if s.lost, err = s.lost.Sub(row.Amount); err != nil || !row.Released.IsZero() {
		return err
	}
	s.pending, err = s.pending.Add(row.Amount)
	return err
}

func (s *forfeitSums) added(row *Row, reason func(*Row) partner.Reason) (err error) {
	if row.Released.IsZero() {
		return s.waits(row, reason)
	}
	if s.late = true; s.reason == "" {
		s.reason = reason(row)
	}
	s.comes, err = s.comes.Add(row.Amount)
	return err
}

// kept is what changes what the shop keeps: below 0 what it keeps more.
func (s *forfeitSums) kept() (money.Amount, error) {
	switch {
	case s.reason == "":
		return money.Amount{}, nil
	case !s.late:
		return s.pending.Neg(), nil
	case s.known && s.net.IsZero(), s.comes.Sign() > 0 && (s.known || !s.got):
		return s.comes.Neg(), nil
	case s.comes.Sign() < 0 && s.lost.Sign() > 0:
		if back := s.comes.Neg(); back.Cmp(s.lost) < 0 {
			return back, nil
		}
		return s.lost, nil
	}
	return money.Amount{}, nil
}

// AfterForfeits are the rows of a source with what the shop keeps of each: rows of payees to whom nothing comes or goes by them are left out.
func AfterForfeits(rows, forfeits []Row) ([]Row, error) {
	rows = slices.Clone(rows)
	for _, kept := range forfeits {
		at := slices.IndexFunc(rows, func(r Row) bool { return r.Payee == kept.Payee && r.Amount.Currency() == kept.Amount.Currency() })
		if at < 0 {
			rows = append(rows, kept)
			continue
		}
		var err error
		if rows[at].Amount, err = rows[at].Amount.Add(kept.Amount); err != nil {
			return nil, err
		}
		if rows[at].Amount.IsZero() {
			rows = slices.Delete(rows, at, at+1)
		}
	}
	return rows, nil
}
