package partner

import (
	"slices"
	"strings"
	"time"
)

// Partner is one who takes part, as recorded when he was added. What changes later is a [Fact].
type Partner struct {
	ID     ID
	Joined time.Time // when he was added, by the host's clock
	Record
}

// Record is what every stored record says of its own origin.
type Record struct {
	Recorded time.Time // when it was written, by the library's clock
	Actor    string    // who caused it; "" for the host's own system
	Reason   string    // free text; "" for none
}

// FactKind is what a fact is about.
type FactKind string

const (
	// FactStatus sets the status; the value is a [Status].
	FactStatus FactKind = "status"
	// FactLevel sets the level; the value is a [Level], "" for none.
	FactLevel FactKind = "level"
	// FactLevelSet says that somebody of the shop gave the level of the FactLevel before it, and until when it does not change by itself; the value is that
	// of [InstantValue], "" where it does as soon as a higher one is reached. Without it, and with every other level, nothing keeps the level.
	FactLevelSet FactKind = "level_set"
	// FactLevelReached says by what the level of the FactLevel before it was reached; the value is the [Verdict] as JSON.
	FactLevelReached FactKind = "level_reached"
	// FactEarning freezes earnings or lifts the freeze; the value is [Frozen] or [Open].
	FactEarning FactKind = "earning"
	// FactWithdrawal freezes withdrawals or lifts the freeze; the value is [Frozen] or [Open].
	FactWithdrawal FactKind = "withdrawal"
	// FactValidUntil sets until when he is a partner before he has to renew; the value is that of [InstantValue], "" for ever.
	FactValidUntil FactKind = "valid_until"
	// FactPayableUntil sets until when one who has left can withdraw what he has; the value is that of [InstantValue], "" for ever.
	FactPayableUntil FactKind = "payable_until"
)

// The values of a FactEarning and of a FactWithdrawal.
const (
	Open   = "open"
	Frozen = "frozen"
)

// InstantValue is an instant as the value of a fact, "" for the zero instant.
func InstantValue(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// instantOf reads what InstantValue writes.
func instantOf(value string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Fact is one thing that holds of a partner from an instant on, until the next fact of its kind.
type Fact struct {
	Partner ID
	Kind    FactKind
	Value   string
	At      time.Time // from when it holds, by the host's clock
	Seq     int64     // the order of recording within the partner: 1, 2, …
	Record
}

// State is what holds of a partner at an instant. The zero State is that of somebody who is no partner.
type State struct {
	Status     Status
	Level      Level
	Earning    string
	Withdrawal string
	// LevelSet says that somebody of the shop gave him his level, LevelLockedUntil until when it does not change by itself, zero where a higher one that he
	// reaches replaces it at once; LevelLocked, whether that instant is still to come.
	LevelSet         bool
	LevelLockedUntil time.Time
	LevelLocked      bool
	// ValidUntil is until when he is a partner before he has to renew, zero for ever; Expired, whether that instant has come.
	ValidUntil time.Time
	Expired    bool
	// PayableUntil is until when one who has left can withdraw what he has, zero for ever; Closed, whether that instant has come.
	PayableUntil time.Time
	Closed       bool
}

// Bar returns why one in this state earns nothing, "" if he earns.
func (s State) Bar() Reason {
	switch {
	case s.Status == "":
		return NotPartner
	case s.Status != Active:
		return statusBars[s.Status]
	case s.Expired:
		return Expired
	case s.Earning == Frozen:
		return EarningFrozen
	}
	return ""
}

// Rises reports whether one in this state gets a higher level by reaching what the plan asks for it: he is active, his time as a partner is not over, and
// his level is not locked. Whether he earns meanwhile is apart from it.
func (s State) Rises() bool { return s.Status == Active && !s.Expired && !s.LevelLocked }

// WithdrawalBar returns why one in this state cannot withdraw, "" if he can. It is apart from what keeps him from earning: who earns nothing can still
// withdraw what he has.
func (s State) WithdrawalBar() Reason {
	switch {
	case s.Status == "":
		return NotPartner
	case s.Withdrawal == Frozen:
		return WithdrawalFrozen
	case s.Closed:
		return FinalWindowOver
	}
	return ""
}

// RecruitBar returns why one in this state cannot recruit whatever his level, "" if he can: a candidate can, and so can one whose earnings are frozen.
func (s State) RecruitBar() Reason {
	switch {
	case s.Status == "":
		return NotPartner
	case s.Status != Active && s.Status != Candidate:
		return statusBars[s.Status]
	case s.Expired:
		return Expired
	}
	return ""
}

// At returns the state at an instant: of each kind the last fact whose At is not after it, and of those with equal At the last recorded. Facts may come
// in any order; no fact gives the zero State.
func At(facts []Fact, instant time.Time) State {
	var s State
	for _, f := range Sorted(facts) {
		if f.At.After(instant) {
			break
		}
		switch f.Kind {
		case FactStatus:
			s.Status = Status(f.Value)
		case FactLevel:
			s.Level, s.LevelSet, s.LevelLockedUntil = Level(f.Value), false, time.Time{}
		case FactLevelSet:
			s.LevelSet, s.LevelLockedUntil = true, instantOf(f.Value)
		case FactEarning:
			s.Earning = f.Value
		case FactWithdrawal:
			s.Withdrawal = f.Value
		case FactValidUntil:
			s.ValidUntil = instantOf(f.Value)
		case FactPayableUntil:
			s.PayableUntil = instantOf(f.Value)
		}
	}
	s.LevelLocked = s.LevelLockedUntil.After(instant)
	s.Expired = reached(s.ValidUntil, instant)
	s.Closed = reached(s.PayableUntil, instant)
	return s
}

// LevelSince returns when somebody of whom these are the facts reached the level that he has at an instant: the first of the facts that give it to him one
// after the other. It is the zero Time for one who has no level.
func LevelSince(facts []Fact, instant time.Time) time.Time {
	level, since := Level(""), time.Time{}
	for _, f := range Sorted(facts) {
		if f.At.After(instant) {
			break
		}
		if f.Kind == FactLevel && Level(f.Value) != level {
			level, since = Level(f.Value), f.At
		}
	}
	if level == "" {
		return time.Time{}
	}
	return since
}

// Sorted returns the facts in the order in which they hold: by At, then by recording. The input is returned itself where it is in that order.
func Sorted(facts []Fact) []Fact {
	if slices.IsSortedFunc(facts, compareFacts) {
		return facts
	}
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, compareFacts)
	return facts
}

func compareFacts(a, b Fact) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Partner), string(b.Partner)); c != 0 {
		return c
	}
	return int(a.Seq - b.Seq)
}
