package partner

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
)

// Leaving says what becomes of one who leaves, at the end of his termination or when he is cleared out, and of what hangs on him.
type Leaving struct {
	// Rejoin says who can come back.
	Rejoin Rejoin `json:"rejoin,omitempty"`
	// Pending says what becomes of commission that is not released yet.
	Pending LeavingPending `json:"pending,omitempty"`
	// Available says for how long he can withdraw what is released.
	Available LeavingAvailable `json:"available,omitempty"`
	// FinalDays is how many days of 24 hours that is, where it is a window. nil is [DefaultFinalDays].
	FinalDays *int `json:"finalDays,omitempty"`
	// Team says where those stand whom he recruited, each with his own team. In the other trees of the plan it is the same.
	Team LeavingTeam `json:"team,omitempty"`
	// Customers says whose the customers are who were bound to him. Who owned them before stays on record.
	Customers LeavingCustomers `json:"customers,omitempty"`
	// CustomersTo is the partner who gets them, where they go to a named one.
	CustomersTo ID `json:"customersTo,omitempty"`
}

// DefaultFinalDays is for how long one who has left can withdraw where a plan does not say.
const DefaultFinalDays = 90

// Rejoin is who can come back.
type Rejoin string

// Who can come back.
const (
	RejoinRefuse     Rejoin = "refuse"     // nobody; the default
	RejoinTerminated Rejoin = "terminated" // who has left by himself, not who was cleared out
	RejoinAll        Rejoin = "all"
)

// LeavingPending is what becomes of commission that is not released when somebody leaves.
type LeavingPending string

// What becomes of it.
const (
	PendingSettles  LeavingPending = "settle"  // it is released to him as if he had stayed; the default
	PendingForfeits LeavingPending = "forfeit" // it stays with the shop
)

// LeavingAvailable is what becomes of released commission when somebody leaves.
type LeavingAvailable string

// What becomes of it.
const (
	AvailableWindow LeavingAvailable = "window" // he can withdraw it for some days, after which it is frozen; the default
	AvailableFrozen LeavingAvailable = "frozen" // it is frozen at once, until he comes back
)

// LeavingTeam is what becomes of those whom one who leaves has recruited.
type LeavingTeam string

// What becomes of them.
const (
	TeamNearestActive LeavingTeam = "nearest-active" // they stand below the nearest active partner above him, at the root where there is none; the default
	TeamRoot          LeavingTeam = "root"           // they stand at the root
	TeamStays         LeavingTeam = "stay"           // they stay below him, who earns nothing
)

// LeavingCustomers is what becomes of the customers of one who leaves.
type LeavingCustomers string

// What becomes of them.
const (
	CustomersReleased LeavingCustomers = "release" // they belong to nobody; the default
	CustomersToUpline LeavingCustomers = "upline"  // they belong to the nearest active partner above him, to nobody where there is none
	CustomersToNamed  LeavingCustomers = "partner" // they belong to a named partner
)

// WithDefaults returns the section with every field that was left out set to what it means.
func (l Leaving) WithDefaults() Leaving {
	orDefault(&l.Rejoin, RejoinRefuse)
	orDefault(&l.Pending, PendingSettles)
	orDefault(&l.Available, AvailableWindow)
	orDefault(&l.Team, TeamNearestActive)
	orDefault(&l.Customers, CustomersReleased)
	if l.FinalDays == nil && l.Available == AvailableWindow {
		n := DefaultFinalDays
		l.FinalDays = &n
	}
	return l
}

func (l Leaving) validate(add adder) {
	oneOf(add, "leaving.rejoin", l.Rejoin, RejoinRefuse, RejoinTerminated, RejoinAll)
	oneOf(add, "leaving.pending", l.Pending, PendingSettles, PendingForfeits)
	oneOf(add, "leaving.available", l.Available, AvailableWindow, AvailableFrozen)
	oneOf(add, "leaving.team", l.Team, TeamNearestActive, TeamRoot, TeamStays)
	oneOf(add, "leaving.customers", l.Customers, CustomersReleased, CustomersToUpline, CustomersToNamed)
	if l.FinalDays != nil {
		days(add, "leaving.finalDays", *l.FinalDays)
		if l.Available == AvailableFrozen {
			add("leaving.finalDays", "there is no window where what is available is frozen at once; leave it out")
		}
	}
	switch named := l.Customers == CustomersToNamed; {
	case named && l.CustomersTo == "":
		add("leaving.customersTo", "the partner who gets the customers is named here")
	case !named && l.CustomersTo != "":
		add("leaving.customersTo", `it means something only where "customers" is %q`, CustomersToNamed)
	case named:
		if err := CheckID("customersTo", l.CustomersTo); err != nil {
			add("leaving.customersTo", "%s", err)
		}
	}
}

// MayRejoin reports whether one who stands so can come back.
func (l Leaving) MayRejoin(s Status) bool {
	switch s {
	case Terminated:
		return l.Rejoin == RejoinTerminated || l.Rejoin == RejoinAll
	case ClearedOut:
		return l.Rejoin == RejoinAll
	}
	return false
}

// Standing is a partner and what holds of him at an instant.
type Standing struct {
	ID ID
	State
}

// Place is where somebody stands in a tree, and what hangs on him there.
type Place struct {
	Tree     Tree
	Above    []Standing // the line of people above him, the nearest first
	Recruits []ID       // who stands directly below him: in the tree of recruiters, whom he recruited
	Below    int        // how many partners stand below him in all
}

// Leaver is one who leaves, and what hangs on him at that instant.
type Leaver struct {
	Standing
	Place                // in the tree of recruiters
	Others    []Place    // in the other trees
	Customers []Customer // who are bound to him
	Pending   money.Amount
	Available money.Amount
}

// Departure is what it does that somebody leaves, as a value: it can be shown before it is carried out.
type Departure struct {
	Leaver
	To           Status
	At           time.Time
	Facts        []Fact         // that hold of him from At on
	Edges        []EdgeMove     // of those who stand directly below him, each with his own team, tree by tree
	Transfers    []Transfer     // of his customers
	OnPending    LeavingPending // what becomes of Pending
	PayableUntil time.Time      // until when he can withdraw
}

// EdgeMove is a partner who gets another recruiter in a tree, "" for none.
type EdgeMove struct {
	Tree     Tree
	Partner  ID
	From, To ID
}

// Transfer is a customer who gets another owner, "" for none.
type Transfer struct {
	Customer Customer
	From, To ID
}

// TeamError says that one who is to be cleared out has a team, with what would become of it. Saying that it is meant so lifts it.
type TeamError struct {
	Departure Departure
}

func (e *TeamError) Error() string {
	return fmt.Sprintf("partner: %q has a team of %d; say that it is meant so to clear him out: %s", e.Departure.ID, e.Departure.below(), e.Departure)
}

// places are his places in all trees, that of recruiters first.
func (w *Leaver) places() []Place { return append([]Place{w.Place}, w.Others...) }

// leads reports whether somebody stands below him in any tree.
func (w *Leaver) leads() bool {
	return slices.ContainsFunc(w.places(), func(p Place) bool { return len(p.Recruits) > 0 })
}

// below counts those who stand below him, in each tree for itself.
func (w *Leaver) below() int {
	n := 0
	for _, p := range w.places() {
		n += p.Below
	}
	return n
}

// Depart works out what it does that somebody leaves by MoveFinish or MoveClearOut at an instant. It is a [*MoveError] where he does not stand where the
// move begins, and for one with a team who is cleared out a [*TeamError] that has the departure, unless withTeam says that it is meant so.
func (l Leaving) Depart(who Leaver, move Move, withTeam bool, at time.Time) (Departure, error) {
	l = l.WithDefaults()
	to, err := who.Status.Next(who.ID, move)
	if err != nil || move != MoveFinish && move != MoveClearOut {
		return Departure{}, &MoveError{Partner: who.ID, Move: move, From: who.Status}
	}
	d := Departure{Leaver: who, To: to, At: at, OnPending: l.Pending, PayableUntil: who.PayableUntil}
	d.Facts = []Fact{{Partner: who.ID, Kind: FactStatus, Value: string(to), At: at}}
	if who.Status.Live() { // who has left already has his window
		d.PayableUntil = at
		if l.Available == AvailableWindow {
			d.PayableUntil = afterDays(at, *l.FinalDays)
		}
		d.Facts = append(d.Facts, Fact{Partner: who.ID, Kind: FactPayableUntil, Value: InstantValue(d.PayableUntil), At: at})
	}
	if l.Team != TeamStays {
		for _, place := range who.places() {
			for _, id := range place.Recruits {
				d.Edges = append(d.Edges, EdgeMove{Tree: place.Tree, Partner: id, From: who.ID, To: l.newRecruiter(place.Above)})
			}
		}
	}
	for _, c := range who.Customers {
		d.Transfers = append(d.Transfers, Transfer{Customer: c, From: who.ID, To: l.NewOwner(c, &who)})
	}
	if move == MoveClearOut && who.leads() && !withTeam {
		return d, &TeamError{Departure: d}
	}
	return d, nil
}

// newRecruiter is who stands above those whom the leaver recruited.
func (l Leaving) newRecruiter(above []Standing) ID {
	if l.Team == TeamRoot {
		return ""
	}
	return nearestActive(above)
}

// NewOwner returns whose a customer of the leaver is from then on, "" for nobody's. Nobody owns himself, and the leaver gets nothing back. The section has its
// defaults written out.
func (l Leaving) NewOwner(c Customer, who *Leaver) ID {
	var to ID
	switch l.Customers {
	case CustomersToUpline:
		to = nearestActive(who.Above)
	case CustomersToNamed:
		to = l.CustomersTo
	}
	if string(to) == string(c) || to == who.ID {
		return ""
	}
	return to
}

// nearestActive returns the nearest of a line who is active, "" for nobody.
func nearestActive(line []Standing) ID {
	for _, p := range line {
		if p.Status == Active && !p.Expired {
			return p.ID
		}
	}
	return ""
}

// Join returns the facts by which somebody who stands so becomes a candidate or a partner at an instant, with a level ("" leaves the one he has). It is a
// [*MoveError] where he cannot: he is one, or has left and the plan does not let him come back.
func (j Joining) Join(who Standing, to Status, level Level, at time.Time) ([]Fact, error) {
	from, move := who.Status, MovePromote
	if from == Terminated || from == ClearedOut {
		if !j.Leaving.MayRejoin(from) {
			return nil, &MoveError{Partner: who.ID, Move: MoveRejoin, From: from}
		}
		from = ""
	}
	if to == Candidate {
		move = MoveRecruit
	}
	if _, err := from.Next(who.ID, move); err != nil {
		return nil, err
	}
	facts := []Fact{{Partner: who.ID, Kind: FactStatus, Value: string(to), At: at}}
	add := func(kind FactKind, value string) {
		facts = append(facts, Fact{Partner: who.ID, Kind: kind, Value: value, At: at})
	}
	if level != "" {
		add(FactLevel, string(level))
	}
	if to == Active && (j.ValidDays > 0 || !who.ValidUntil.IsZero()) {
		var until time.Time
		if j.ValidDays > 0 {
			until = afterDays(at, j.ValidDays)
		}
		add(FactValidUntil, InstantValue(until))
	}
	if !who.PayableUntil.IsZero() {
		add(FactPayableUntil, "")
	}
	return facts, nil
}
