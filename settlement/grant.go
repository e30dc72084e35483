package settlement

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// GrantSource is the one-off bonuses for one user.
const GrantSource SourceKind = "grant"

// OfGrants returns the source that the one-off bonuses for a user are.
func OfGrants(user partner.ID) Source { return Source{Kind: GrantSource, ID: string(user)} }

// GrantKind is what a one-off bonus is given for.
type GrantKind string

const (
	// ForUpgrade is given to the recruiter of one who reached a level, or to himself.
	ForUpgrade GrantKind = "upgrade"
	// ForFirstOrder is given to him who brought a new user, for that user's first settled order.
	ForFirstOrder GrantKind = "first-order"
)

// Grant is one one-off bonus, as it was judged: what is paid of it afterwards depends on the user's orders alone.
type Grant struct {
	Name   string // of the bonus in the plan
	Kind   GrantKind
	Level  partner.Level      // the level that was reached; "" for a first order
	Order  commission.OrderID // the first settled order; "" for a level
	At     time.Time          // the instant as of which it was judged: when the level was reached, or the order was paid
	Plan   int                // the version of the plan that judged it
	Payee  partner.ID         // who brought the user, or the user himself; "" for nobody
	Amount money.Amount       // the bonus
	Reason partner.Reason     // why nobody gets it; "": the payee does
	Stands bool               // whether it is paid: posted, and not taken back since
}

// Owed reports whether somebody gets the bonus once what it waits for has come.
func (g Grant) Owed() bool { return g.Reason == "" }

// Grants are the one-off bonuses for one user: a recruit or a customer whom somebody brought. They wait until he has a settled order ([Order.Settled]), are
// available at once when he has, and are taken back when all that he bought went back, so that he has none left. They come again with his next settled order:
// what stands depends on the orders that are left and not on the way there. What he gets himself for a level waits for nothing, and stands as the level does.
// What was judged stays judged: each bonus is given once for a user and level, whatever happens to either later.
type Grants struct {
	User     partner.ID
	Revision int64              // raised by every write; 0: not stored
	Due      time.Time          // from when on he is to be judged; zero: nothing has happened since he was
	Settled  commission.OrderID // a settled order of his, when he was last judged; "" for none
	All      []Grant            // in the order in which they were judged
	partner.Record
}

// Clone returns a copy that shares no memory with g.
func (g Grants) Clone() Grants {
	g.All = slices.Clone(g.All)
	return g
}

// Has reports whether a bonus has been judged for the user and a level, "" for his first order.
func (g Grants) Has(name string, level partner.Level) bool {
	return slices.ContainsFunc(g.All, func(x Grant) bool { return x.Name == name && x.Level == level })
}

// Mark notes that something has happened by which the user is to be judged from an instant on. An earlier instant that is noted already stays.
func (g Grants) Mark(at time.Time, record partner.Record) Grants {
	if g.Due.IsZero() || at.Before(g.Due) {
		g.Due = at
	}
	g.Revision++
	g.Record = record
	return g
}

// Judged is what was found of a user.
type Judged struct {
	Found   []Grant            // in the order in which they came about; what has been judged before is passed over
	Settled commission.OrderID // a settled order of his; "" for none
	Next    time.Time          // when something takes effect that is known already; zero: nothing does
}

// Judge adds the bonuses that were found and makes what is paid of all of them right: those that wait are paid where the user has a settled order, and those
// that stand are taken back where he has none. The rows that it takes are those of his source, one a payee, in order of payee. They are available, or owed,
// at once: the hold of the order that settles them is over. The errors are those of [money.Amount.Add].
func (g Grants) Judge(j Judged, at time.Time, record partner.Record) (Grants, []Row, error) {
	g = g.Clone()
	for _, found := range j.Found {
		if !g.Has(found.Name, found.Level) {
			found.Stands = false
			g.All = append(g.All, found)
		}
	}
	g.Due, g.Settled, g.Record = j.Next, j.Settled, record
	g.Revision++
	var entries []commission.Entry
	for i := range g.All {
		x := &g.All[i]
		if stands := g.Pays(*x); stands != x.Stands {
			x.Stands = stands
			entries = append(entries, x.entry())
		}
	}
	all, err := rows(OfGrants(g.User), g.Revision, fmt.Sprintf("%s@%d", g.User, g.Revision), at, record, entries)
	for i := range all {
		all[i].Folded, all[i].Released = record.Recorded, record.Recorded
	}
	return g, all, err
}

// Pays reports whether a bonus for the user is to be paid: it is owed, and he has a settled order or gets it himself.
func (g Grants) Pays(x Grant) bool { return x.Owed() && (g.Settled != "" || x.Payee == g.User) }

// entry is what pays the bonus where it stands, and what takes it back where it does not.
func (g *Grant) entry() commission.Entry {
	e := commission.Entry{
		Rule: g.Rule(), Position: 1, Payee: g.Payee, Amount: g.Amount, Units: 1, Source: commission.Source{Kind: commission.FromUpgrade, Key: string(g.Level)},
	}
	if g.Kind == ForFirstOrder {
		e.Source = commission.Source{Kind: commission.FromFirstOrder, Key: string(g.Order)}
	}
	if !g.Stands {
		e.Amount, e.Units, e.Reason = g.Amount.Neg(), -1, commission.NoSettledOrder
	}
	return e
}

// Rule returns the rule under which the bonus's entries stand: its kind, a colon and its name, such as "upgrade:spring".
func (g *Grant) Rule() string { return string(g.Kind) + ":" + g.Name }

// Total returns what is paid of all the bonuses together. Its error is that of [money.Amount.Add].
func (g Grants) Total() (money.Amount, error) {
	var total money.Amount
	var err error
	for _, x := range g.All {
		if x.Stands {
			if total, err = total.Add(x.Amount); err != nil {
				return money.Amount{}, err
			}
		}
	}
	return total, nil
}
