package commission

import (
	"math"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Standing is how somebody stands from an instant on, until his next one.
type Standing struct {
	From      time.Time // the zero Time: since ever
	Level     partner.Level
	Bar       partner.Reason // why he earns nothing; "" if he earns
	Recruiter int            // the index of his recruiter in the order in which people are added, -1 for none
	Leader    bool           // whether he leads; a ladder that leaders leave ends the teams above at him
}

// Genealogy is the tree of people through time. It finds the members of a ladder as of payment ([AsOfPayment]): each is a spot that somebody had in the
// tree, with everybody above him as they were then, and the sales that he made in it. People are added, then what they sold, in any order; Members gives
// what [BonusCalculator.Calculate] takes.
//
// Somebody has one spot if neither he nor anybody above him moved, and else at most one for each time between two moves in which he, or somebody below him,
// sold something. Time and memory grow with the spots, not with the depth of the tree. It is not safe for concurrent use.
type Genealogy struct {
	calc      *BonusCalculator
	end       time.Time
	ids       []partner.ID
	starts    []int32 // where the standings of each begin
	standings []standing
	states    []standingState
	known     map[standingState]int32
	first     []int32 // one of the spots of each, -1 for none
	spots     []spot
	way       []int32 // upwards, scratch
}

// standing is a Standing by instant and index.
type standing struct {
	from             int64
	recruiter, state int32
}

type standingState struct {
	level partner.Level
	bar   partner.Reason
}

// spot is where somebody stood from one instant to another.
type spot struct {
	volume       money.Units
	since, until int64
	person       int32
	above        int32 // the spot of his recruiter, -1 for none
	next         int32 // another spot of his, -1 for none
	state        int32
}

// Genealogy begins with nobody. end is the last instant of the period: people who sold nothing have their spot, and those of a ladder by steps their level, as
// of it.
func (x *BonusCalculator) Genealogy(end time.Time) *Genealogy {
	return &Genealogy{calc: x, end: end, known: map[standingState]int32{}}
}

// Add adds somebody, each once, with his standings in the order of time. Before the first he is no partner and has no recruiter.
func (g *Genealogy) Add(id partner.ID, standings ...Standing) {
	g.ids, g.starts, g.first = append(g.ids, id), append(g.starts, int32(len(g.standings))), append(g.first, -1)
	begin := Standing{Bar: partner.NotPartner, Recruiter: -1}
	byLevel := g.calc.levels != nil
	if !byLevel {
		for _, s := range standings {
			if !s.From.After(g.end) {
				begin.Level = s.Level
			}
		}
	}
	if len(standings) == 0 || !standings[0].From.IsZero() {
		g.stand(math.MinInt64, begin)
	}
	for i, s := range standings {
		if !byLevel {
			s.Level = begin.Level // which moves nobody
		}
		from := s.From.UnixMicro()
		if i == 0 && s.From.IsZero() {
			from = math.MinInt64
		}
		g.stand(from, s)
	}
}

// stand adds a standing of the last one added, unless it is that before it.
func (g *Genealogy) stand(from int64, s Standing) {
	state := standingState{s.Level, s.Bar}
	index, ok := g.known[state]
	if !ok {
		index = int32(len(g.states))
		g.known[state], g.states = index, append(g.states, state)
	}
	// What is none fails when it is looked at.
	recruiter := int32(max(-2, min(s.Recruiter, math.MaxInt32)))
	if s.Leader && g.calc.bonus.Ladder.Leaders == LeadersLeave && recruiter >= 0 {
		recruiter = -1
	}
	if n := len(g.standings); n > int(g.starts[len(g.starts)-1]) && g.standings[n-1].recruiter == recruiter && g.standings[n-1].state == index {
		return
	}
	g.standings = append(g.standings, standing{from: from, recruiter: recruiter, state: index})
}

// Sell adds a sale that the person of an index made at an instant, in units of the price scale. A recruiter who is none of the people, and somebody who
// stands above himself at that instant, are a [*BonusError]; sums beyond 38 digits are a [*money.RangeError].
func (g *Genealogy) Sell(person int, at time.Time, volume money.Units) error {
	i, err := g.at(person, at)
	if err != nil {
		return err
	}
	sum, err := g.spots[i].volume.Add(volume)
	if err != nil {
		return g.calc.tooLarge(err)
	}
	g.spots[i].volume = sum
	return nil
}

// Members returns the spots as the members of a ladder: somebody's own one after another, in the order in which people were added, then of time. Its errors
// are those of Sell.
func (g *Genealogy) Members() ([]Member, error) {
	for i, first := range g.first {
		if first < 0 {
			if _, err := g.at(i, g.end); err != nil {
				return nil, err
			}
		}
	}
	members, index := make([]Member, 0, len(g.spots)), make([]int, len(g.spots))
	var own []int32
	for i, id := range g.ids {
		own = own[:0]
		for at := g.first[i]; at >= 0; at = g.spots[at].next {
			own = append(own, at)
		}
		slices.SortFunc(own, func(a, b int32) int {
			if g.spots[a].since < g.spots[b].since {
				return -1
			}
			return 1
		})
		for _, at := range own {
			x := &g.spots[at]
			state := g.states[x.state]
			index[at] = len(members)
			members = append(members, Member{Partner: id, Level: state.level, Bar: state.bar, Recruiter: int(x.above), Volume: x.volume})
		}
	}
	for i := range members {
		if above := members[i].Recruiter; above >= 0 {
			members[i].Recruiter = index[above]
		}
	}
	return members, nil
}

// at returns somebody's spot at an instant: one that is known, or a new one below that of his recruiter.
func (g *Genealogy) at(person int, instant time.Time) (int32, error) {
	at, above := instant.UnixMicro(), int32(-1)
	g.way = g.way[:0]
	for i := int32(person); i >= 0; {
		if above = g.find(i, at); above >= 0 {
			break
		}
		if g.way = append(g.way, i); len(g.way) > len(g.ids) {
			return 0, g.wrong(i, "%q stands above himself at %s", g.ids[i], instant.Format(time.RFC3339Nano))
		}
		s, _ := g.standing(i, at)
		if s.recruiter < -1 || int(s.recruiter) >= len(g.ids) {
			return 0, g.wrong(i, "the recruiter of %q is none of %d people; -1 is nobody", g.ids[i], len(g.ids))
		}
		i = s.recruiter
	}
	for n := len(g.way) - 1; n >= 0; n-- {
		i := g.way[n]
		s, until := g.standing(i, at)
		x := spot{since: s.from, until: until, person: i, above: above, next: g.first[i], state: s.state}
		if above >= 0 {
			x.since, x.until = max(x.since, g.spots[above].since), min(x.until, g.spots[above].until)
		}
		above = int32(len(g.spots))
		g.first[i], g.spots = above, append(g.spots, x)
	}
	return above, nil
}

// find returns the spot that somebody is known to have at an instant, -1 for none.
func (g *Genealogy) find(person int32, at int64) int32 {
	for i := g.first[person]; i >= 0; i = g.spots[i].next {
		if x := &g.spots[i]; x.since <= at && at < x.until {
			return i
		}
	}
	return -1
}

// standing returns how somebody stands at an instant, and until when.
func (g *Genealogy) standing(person int32, at int64) (s standing, until int64) {
	end := len(g.standings)
	if int(person)+1 < len(g.starts) {
		end = int(g.starts[person+1])
	}
	own := g.standings[g.starts[person]:end]
	i := len(own) - 1
	for until = math.MaxInt64; i > 0 && own[i].from > at; i-- {
		until = own[i].from
	}
	return own[i], until
}

func (g *Genealogy) wrong(person int32, format string, args ...any) error {
	r := BonusResult{calc: g.calc}
	r.fail(personPath(person), format, args...)
	return r.failure()
}
