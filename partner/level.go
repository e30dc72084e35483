package partner

import (
	"encoding/json"
	"slices"
	"time"
)

// LevelCause is why somebody's level changed.
type LevelCause string

const (
	// LevelJoined: he became a partner, or a candidate, with it.
	LevelJoined LevelCause = "joined"
	// LevelReached: he reached what the plan asks for it.
	LevelReached LevelCause = "reached"
	// LevelSet: somebody of the shop gave it to him.
	LevelSet LevelCause = "set"
	// LevelRenewed: he renewed at another level.
	LevelRenewed LevelCause = "renewed"
)

// LevelChange is one change of a partner's level.
type LevelChange struct {
	Partner ID
	From    Level // what he had before it; "" for none
	To      Level
	Cause   LevelCause
	// Reached is how everything that the plan asks for the level stood, with the values that the metrics had. Of a level that was not reached it is empty.
	Reached Verdict
	// LockedUntil is until when a level that was set does not change by itself, zero where a higher one replaces it as soon as that is reached.
	LockedUntil time.Time
	At          time.Time // from when on it holds, until the next change
	Record
}

// LevelChanges returns the log of a partner's level, in the order in which the levels hold. It is derived from his facts, which may come in any order.
func LevelChanges(facts []Fact) []LevelChange {
	recorded := slices.Clone(facts)
	slices.SortStableFunc(recorded, func(a, b Fact) int { return int(a.Seq - b.Seq) })
	var all []LevelChange
	var level Level
	for _, f := range Sorted(facts) {
		if f.Kind != FactLevel {
			continue
		}
		change := LevelChange{Partner: f.Partner, From: level, To: Level(f.Value), Cause: LevelSet, At: f.At, Record: f.Record}
		change.explain(recorded, f)
		level = change.To
		all = append(all, change)
	}
	return all
}

// explain finds why a level changed by what was recorded together with it, just before it or just after it.
func (c *LevelChange) explain(recorded []Fact, f Fact) {
	beside := func(distance int64) Fact {
		i := slices.IndexFunc(recorded, func(x Fact) bool { return x.Seq == f.Seq+distance && x.At.Equal(f.At) && x.Recorded.Equal(f.Recorded) })
		if i < 0 {
			return Fact{}
		}
		return recorded[i]
	}
	switch after := beside(1); after.Kind {
	case FactLevelSet:
		c.LockedUntil = instantOf(after.Value)
		return
	case FactLevelReached:
		c.Cause = LevelReached
		if json.Unmarshal([]byte(after.Value), &c.Reached) != nil {
			c.Reached = Verdict{}
		}
		return
	}
	switch beside(-1).Kind {
	case FactStatus:
		c.Cause = LevelJoined
	case FactValidUntil:
		c.Cause = LevelRenewed
	}
}

// RiseFacts are what says that somebody has reached a level at an instant. Its error is that of encoding/json.
func RiseFacts(id ID, level Level, by Verdict, at time.Time) ([]Fact, error) {
	text, err := json.Marshal(by)
	if err != nil {
		return nil, err
	}
	return []Fact{
		{Partner: id, Kind: FactLevel, Value: string(level), At: at},
		{Partner: id, Kind: FactLevelReached, Value: string(text), At: at},
	}, nil
}

// SetLevelFacts are what says that somebody of the shop gives a level at an instant. Before until, which is zero for none, nothing that he reaches changes it.
func SetLevelFacts(id ID, level Level, until, at time.Time) []Fact {
	return []Fact{
		{Partner: id, Kind: FactLevel, Value: string(level), At: at},
		{Partner: id, Kind: FactLevelSet, Value: InstantValue(until), At: at},
	}
}
