package partner

import (
	"fmt"
	"slices"
	"time"
)

// Status is where a partner stands.
type Status string

const (
	// Candidate is known and has a place in the tree, but has not reached the plan's joining conditions: he earns nothing.
	Candidate Status = "candidate"
	// Active takes part.
	Active Status = "active"
	// Terminating is leaving: he earns nothing more, and what he has earned settles.
	Terminating Status = "terminating"
	// Terminated has left.
	Terminated Status = "terminated"
	// ClearedOut was removed.
	ClearedOut Status = "cleared"
)

var statusBars = map[Status]Reason{Candidate: NotYetPartner, Terminating: IsTerminating, Terminated: HasLeft, ClearedOut: IsClearedOut}

// Move takes a partner from one status to another.
type Move string

// The moves. The package comment draws them.
const (
	// MoveRecruit makes somebody a candidate.
	MoveRecruit Move = "recruit"
	// MovePromote makes somebody a partner: he was added, was approved, or has reached what is asked.
	MovePromote Move = "promote"
	// MoveRenew gives a partner more time.
	MoveRenew Move = "renew"
	// MoveTerminate begins to end his time as a partner.
	MoveTerminate Move = "terminate"
	// MoveResume takes that back.
	MoveResume Move = "resume"
	// MoveFinish ends it.
	MoveFinish Move = "finish"
	// MoveClearOut removes him at once.
	MoveClearOut Move = "clear_out"
	// MoveRejoin lets one who has left begin again, where the plan does; MovePromote then makes him a partner.
	MoveRejoin Move = "rejoin"
)

// moves is every move that there is.
var moves = map[Move]map[Status]Status{
	MoveRecruit:   {"": Candidate},
	MovePromote:   {"": Active, Candidate: Active},
	MoveRenew:     {Active: Active},
	MoveTerminate: {Active: Terminating},
	MoveResume:    {Terminating: Active},
	MoveFinish:    {Terminating: Terminated},
	MoveClearOut:  {Candidate: ClearedOut, Active: ClearedOut, Terminating: ClearedOut, Terminated: ClearedOut},
	MoveRejoin:    {Terminated: Candidate, ClearedOut: Candidate},
}

// MoveError says that a partner does not stand where a move begins.
type MoveError struct {
	Partner ID
	Move    Move
	From    Status
}

func (e *MoveError) Error() string {
	from := string(e.From)
	if from == "" {
		from = "no partner"
	}
	return fmt.Sprintf("partner: %q is %s: %q does not begin there", e.Partner, from, e.Move)
}

// Next returns the status to which a move leads, or a [*MoveError].
func (s Status) Next(id ID, move Move) (Status, error) {
	next, ok := moves[move][s]
	if !ok {
		return s, &MoveError{Partner: id, Move: move, From: s}
	}
	return next, nil
}

// Live reports whether he takes part or may come to: he is a candidate, active, or still leaving.
func (s Status) Live() bool { return s == Candidate || s == Active || s == Terminating }

// Renew returns until when a partner is valid who renews for so many days from an instant on, zero for ever. At the level that he has the days are added
// to those that he still has; at another, and where nothing is left, they begin at that instant. 0 days are for ever. Who is valid for ever at his level
// stays so.
func (s State) Renew(level Level, days int, at time.Time) time.Time {
	switch {
	case days <= 0, level == s.Level && s.Status != "" && s.ValidUntil.IsZero():
		return time.Time{}
	case level == s.Level && s.ValidUntil.After(at):
		return afterDays(s.ValidUntil, days)
	}
	return afterDays(at, days)
}

// DeleteError says why the shop must not delete a member: he is a partner, or money of his is open. Clearing him out, and paying, lifts it.
type DeleteError struct {
	Partner ID
	Reasons []Reason
}

func (e *DeleteError) Error() string {
	text := fmt.Sprintf("partner: %q cannot be deleted:", e.Partner)
	for i, r := range e.Reasons {
		if i > 0 {
			text += ";"
		}
		text += " " + ReasonEnglish(r)
	}
	return text
}

// CheckDelete returns nil if a member can be deleted who stands so, else a [*DeleteError] with everything that is against it. money says whether any part of
// his balance is not 0, debt too; withdrawals, whether some of his are open.
func (s State) CheckDelete(id ID, money, withdrawals bool) error {
	var reasons []Reason
	if s.Status.Live() {
		reasons = append(reasons, IsLivePartner)
	}
	if money {
		reasons = append(reasons, HasMoney)
	}
	if withdrawals {
		reasons = append(reasons, HasWithdrawals)
	}
	if reasons == nil {
		return nil
	}
	return &DeleteError{Partner: id, Reasons: slices.Clip(reasons)}
}
