package settlement

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// RunSource is a part of a period run. The rows of a run are spread over sources of at most about [RunChunk] payees each, so that no transaction has to
// take all of them.
const RunSource SourceKind = "run"

// RunChunk is how many payees a part of a run has, about.
const RunChunk = 500

// RunID names a run: the bonus and the period, such as "team/2026-06".
type RunID string

// NewRunID returns the id of a bonus's run over a period.
func NewRunID(bonus string, period commission.Period) RunID {
	return RunID(bonus + "/" + period.String())
}

// RunState is where a period run stands.
type RunState string

// The states: locked → posting → committed; a committed run is locked again when its period turns out otherwise, and is reversed in the end or never. A
// draft is a calculation that nothing keeps.
const (
	// RunLocked: what it pays is fixed, and nothing is posted.
	RunLocked RunState = "locked"
	// RunPosting: some of its parts are posted. None of it is released.
	RunPosting RunState = "posting"
	// RunCommitted: all of its parts are posted, and are released one after the other.
	RunCommitted RunState = "committed"
	// RunReversed: it pays nothing any more.
	RunReversed RunState = "reversed"
)

// Run is a period bonus of one period. What it pays is posted in rounds: the first posts all of it, every later one what a late refund or another change
// of the period's facts makes different.
type Run struct {
	ID       RunID
	Revision int64 // raised by every write; 0: not stored
	State    RunState
	Plan     int // the version of the plan that judges it
	Period   commission.Period
	From, To time.Time // the half-open window of the period

	Round    int64 // 1, 2, …: the revision of the rows that it posts
	Reverses bool  // whether this round takes back everything
	Digest   string
	Total    money.Amount // what it pays in all after this round
	Payees   int          // how many it pays
	Chunks   int          // its parts; fixed when it is locked for the first time
	Posted   int          // parts of this round that are posted
	Released int          // parts of this round that are released

	LockedAt    time.Time
	CommittedAt time.Time // zero: not yet in this round
	partner.Record
}

// RunStateError says that a run cannot go from where it stands to where it should.
type RunStateError struct {
	Run  RunID
	From RunState
	To   RunState
}

func (e *RunStateError) Error() string {
	from := string(e.From)
	if from == "" {
		from = "not locked"
	}
	return fmt.Sprintf("settlement: run %s is %s and cannot become %s", e.Run, from, e.To)
}

// RunLock is what a run is locked on.
type RunLock struct {
	Plan   int
	Digest string // of everything that it pays
	Total  money.Amount
	Payees int
	At     time.Time
	Record partner.Record
}

// Lock fixes what a run pays, for the first time or again. What is committed already on the same is left as it is; otherwise a new round begins, which
// posts the differences. A reversed run is a [*RunStateError].
func (r Run) Lock(in RunLock) (Run, error) {
	switch {
	case r.State == RunReversed || r.Reverses:
		return r, &RunStateError{Run: r.ID, From: RunReversed, To: RunLocked}
	case r.State != "" && r.Digest == in.Digest:
		return r, nil
	case r.State != RunLocked:
		r.Round++ // what is locked and not posted is locked anew in the same round
	}
	if r.Chunks == 0 {
		r.Chunks = 1 + in.Payees/RunChunk
	}
	r.State, r.Plan, r.Digest, r.Total, r.Payees = RunLocked, in.Plan, in.Digest, in.Total, in.Payees
	r.Posted, r.Released, r.LockedAt, r.CommittedAt, r.Record = 0, 0, in.At, time.Time{}, in.Record
	r.Revision++
	return r, nil
}

// Reverse begins the round that takes back all that the run has posted. A run that has not been locked, or takes everything back already, is a
// [*RunStateError].
func (r Run) Reverse(at time.Time, record partner.Record) (Run, error) {
	if r.State == "" || r.Reverses {
		return r, &RunStateError{Run: r.ID, From: r.State, To: RunReversed}
	}
	if r.State != RunLocked {
		r.Round++
	}
	r.State, r.Reverses, r.Digest, r.Total, r.Payees = RunLocked, true, "", r.Total.Currency().Minor(0), 0
	r.Posted, r.Released, r.LockedAt, r.CommittedAt, r.Record = 0, 0, at, time.Time{}, record
	r.Revision++
	return r, nil
}

// Post posts the next part of a locked run: the rows by which the entries that it should pay differ from those that stand. entries are those of all
// payees of the part and may be in any order; standing is every row of the part's source. The last part commits the run. What takes back more of a payee
// than he has of the run pending comes released.
func (r Run) Post(entries []commission.Entry, standing []Row, at time.Time, record partner.Record) (Run, []Row, error) {
	if r.State != RunLocked && r.State != RunPosting {
		return r, nil, &RunStateError{Run: r.ID, From: r.State, To: RunPosting}
	}
	var stands []commission.Entry
	for _, row := range standing {
		stands = append(stands, row.Entries...)
	}
	changes, err := commission.Changes(stands, entries, commission.Recalculated)
	if err != nil {
		return r, nil, err
	}
	pending := map[partner.ID]money.Amount{}
	for _, row := range standing {
		if row.Released.IsZero() {
			if pending[row.Payee], err = pending[row.Payee].Add(row.Amount); err != nil {
				return r, nil, err
			}
		}
	}
	key := string(r.ID) + "@" + strconv.FormatInt(r.Round, 10)
	all, err := rows(r.Source(r.Posted), r.Round, key, at, record, changes)
	if err != nil {
		return r, nil, err
	}
	for i := range all {
		left, err := pending[all[i].Payee].Add(all[i].Amount)
		if err != nil {
			return r, nil, err
		}
		// What is taken from what has been released already cannot wait: it would leave less than nothing pending.
		if all[i].Amount.Sign() < 0 && left.Sign() < 0 {
			all[i].Folded, all[i].Released = record.Recorded, record.Recorded
		}
	}
	r.State, r.Posted = RunPosting, r.Posted+1
	if r.Posted == r.Chunks {
		r.State, r.CommittedAt = RunCommitted, record.Recorded
		if r.Reverses {
			r.State = RunReversed
		}
	}
	r.Revision++
	return r, all, nil
}

// Releasing reports whether some part of the run waits to be released, which it does from the moment when all are posted.
func (r Run) Releasing() bool {
	return (r.State == RunCommitted || r.State == RunReversed) && r.Released < r.Chunks
}

// Release releases the next part and returns its source. A run of which nothing waits is a [*RunStateError].
func (r Run) Release() (Run, Source, error) {
	if !r.Releasing() {
		return r, Source{}, &RunStateError{Run: r.ID, From: r.State, To: RunCommitted}
	}
	source := r.Source(r.Released)
	r.Released++
	r.Revision++
	return r, source, nil
}

// Source is the source of a part, 0 ≤ chunk < Chunks.
func (r Run) Source(chunk int) Source {
	return Source{Kind: RunSource, ID: fmt.Sprintf("%s#%05d", r.ID, chunk)}
}

// RunOf returns the run of which a source is a part, "" for any other source.
func RunOf(s Source) RunID {
	if s.Kind != RunSource {
		return ""
	}
	return RunID(s.ID[:max(0, strings.LastIndexByte(s.ID, '#'))])
}

// Sources are the sources of all parts.
func (r Run) Sources() []Source {
	all := make([]Source, r.Chunks)
	for i := range all {
		all[i] = r.Source(i)
	}
	return all
}

// Chunk is the part in which a payee's rows are, the same in every round.
func (r Run) Chunk(payee partner.ID) int {
	h := fnv.New32a()
	h.Write([]byte(payee))
	return int(h.Sum32() % uint32(max(1, r.Chunks)))
}
