package program_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// leaderPlan asks recruits to spend, and makes one level lead.
func leaderPlan(leads string) string {
	return fmt.Sprintf(`{
		"currency": "CNY",
		"levels": [{"id": "agent", "weight": 1, "default": true, "leader": %t}, {"id": "director", "weight": 2, "leader": %t}],
		"joining": {"spend": "100"},
		"commission": {"rates": ["10%%"]}
	}`, leads == "agent", leads == "director")
}

// everybody is everything that an index says of each member, by id.
func everybody(ix *tree.Index) []string {
	var all []string
	for m := range tree.Member(ix.Len()) {
		text := fmt.Sprintf("%+v %+v %+v above", ix.Node(m), ix.Team(m, tree.Scope{}), ix.Team(m, tree.Scope{UntilLeader: true}))
		for _, upline := range ix.Line(nil, m, 0) {
			text += " " + string(ix.ID(upline))
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func seen(x *program.TeamIndex) (all []string, number int64) {
	x.View(func(ix *tree.Index) { all, number = everybody(ix), ix.Number() })
	return all, number
}

// TestRule_5_36_EveryIndexComesToTheSame lets a team grow and change, with indexes in two processes that take it over now and then: each is then what an
// index is that is read anew.
func TestRule_5_36_EveryIndexComesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st, now := memstore.New(), noon
		open := func() *program.Program {
			p, err := program.New(st, program.Config{
				Plan: program.MustPlan(leaderPlan("director")), Clock: func() time.Time { return now }, Batch: rapid.SampledFrom([]int{1, 3, 500}).Draw(t, "batch"),
			})
			require.NoError(t, err)
			return p
		}
		processes := []*program.Program{open(), open()}
		indexes := make([]*program.TeamIndex, len(processes))
		var err error
		for i, p := range processes {
			indexes[i], err = p.Team.Index(ctx, program.Index{})
			require.NoError(t, err)
		}
		who := rapid.Custom(func(t *rapid.T) partner.ID {
			return partner.ID(fmt.Sprintf("p%d", rapid.IntRange(0, 7).Draw(t, "who")))
		})
		at := func(t *rapid.T) program.Meta {
			return program.Meta{At: now.Add(time.Duration(rapid.IntRange(-2, 4).Draw(t, "hours")) * time.Hour)}
		}
		some := func(t *rapid.T) *program.Program { return rapid.SampledFrom(processes).Draw(t, "process") }
		orders := 0
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				_, _ = some(t).Partners.Add(ctx, program.Add{Partner: who.Draw(t, "id"), Candidate: rapid.Bool().Draw(t, "candidate"), Meta: at(t)})
			},
			"recruit": func(t *rapid.T) {
				_, _ = some(t).Team.Recruit(ctx, program.Recruit{Partner: who.Draw(t, "id"), Recruiter: who.Draw(t, "recruiter"), Meta: at(t)})
			},
			"level": func(t *rapid.T) {
				level := rapid.SampledFrom([]partner.Level{"agent", "director"}).Draw(t, "level")
				_, _ = some(t).Partners.SetLevel(ctx, program.SetLevel{Partner: who.Draw(t, "id"), Level: level, Meta: at(t)})
			},
			"spend": func(t *rapid.T) {
				orders++
				o := program.Order{ID: commission.OrderID(fmt.Sprint(orders)), Customer: partner.Customer(who.Draw(t, "id")), PaidAt: now}
				o.Lines = []program.Line{line("1", 1, "60.00")}
				_, err := some(t).Orders.Paid(ctx, o)
				require.NoError(t, err)
			},
			"plan": func(t *rapid.T) {
				plan := program.MustPlan(leaderPlan(rapid.SampledFrom([]string{"agent", "director", "nobody"}).Draw(t, "leads")))
				from := now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
				_, _ = some(t).Plans.Publish(ctx, program.Publish{Plan: plan, From: from})
			},
			"time": func(*rapid.T) { now = now.Add(time.Hour) },
			"refresh": func(t *rapid.T) {
				require.NoError(t, rapid.SampledFrom(indexes).Draw(t, "index").Refresh(ctx))
			},
			"number": func(t *rapid.T) {
				_, err := some(t).RunDue(ctx, now)
				require.NoError(t, err)
			},
			"": func(t *rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "look") > 0 {
					return
				}
				for more := true; more; {
					due, err := processes[0].RunDue(ctx, now)
					require.NoError(t, err)
					more = due.More
				}
				anew, err := processes[0].Team.Index(ctx, program.Index{})
				require.NoError(t, err)
				want, number := seen(anew)
				for _, x := range indexes {
					require.NoError(t, x.Refresh(ctx))
					got, n := seen(x)
					require.Equal(t, want, got)
					require.Equal(t, number, n)
				}
			},
		})
	})
}

func TestAnIndexShowsWhatHoldsNow(t *testing.T) {
	s := family(t, leaderPlan("director"))
	x, err := s.Team.Index(ctx, program.Index{})
	require.NoError(t, err)
	look := func(id partner.ID) (n tree.Node, team tree.Totals) {
		x.View(func(ix *tree.Index) {
			m, ok := ix.Find(id)
			require.True(t, ok, id)
			n, team = ix.Node(m), ix.Team(m, tree.Scope{})
		})
		return n, team
	}
	bob, _ := look("bob")
	require.Equal(t, tree.Node{ID: "bob", Recruiter: "alice", Level: "agent"}, bob, "a candidate is no partner yet")
	_, alice := look("alice")
	require.Equal(t, tree.Totals{Direct: tree.Count{Others: 1}, All: tree.Count{Others: 1}}, alice)

	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "director", Meta: program.Meta{At: noon.Add(time.Hour)}})
	require.NoError(t, err)
	s.add("bob")
	require.NoError(t, x.Refresh(ctx))
	bob, _ = look("bob")
	require.False(t, bob.Partner, "the event has no number before RunDue")
	s.due(noon)
	require.NoError(t, x.Refresh(ctx))
	bob, _ = look("bob")
	require.True(t, bob.Partner)
	_, alice = look("alice")
	require.Equal(t, tree.Totals{Direct: tree.Count{Partners: 1}, All: tree.Count{Partners: 1}}, alice)
	leader, _ := look("alice")
	require.False(t, leader.Leader)
	_, err = s.Team.Recruit(ctx, program.Recruit{Partner: "dan", Recruiter: "bob", Meta: program.Meta{At: noon.Add(time.Hour)}})
	require.NoError(t, err)
	s.due(noon)
	require.NoError(t, x.Refresh(ctx))
	dan, _ := look("dan")
	require.Equal(t, tree.Node{ID: "dan"}, dan, "nothing of it has begun")
	s.now = noon.Add(time.Hour)
	require.NoError(t, x.Refresh(ctx))
	leader, _ = look("alice")
	require.True(t, leader.Leader, "it begins without an event")
	dan, _ = look("dan")
	require.Equal(t, tree.Node{ID: "dan", Recruiter: "bob", Level: "agent"}, dan)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(leaderPlan("agent")), From: s.now.Add(time.Hour)})
	require.NoError(t, err)
	s.now = s.now.Add(time.Hour)
	require.NoError(t, x.Refresh(ctx))
	leader, _ = look("alice")
	require.False(t, leader.Leader)
	bob, _ = look("bob")
	require.True(t, bob.Leader, "by the new plan others lead")
}

// TestTheNumberOfTheLastEventIsFound adds events one by one.
func TestTheNumberOfTheLastEventIsFound(t *testing.T) {
	s := open(t, twoLevels)
	for i := range 20 {
		s.add(partner.ID(fmt.Sprint(i)))
		s.due(noon)
		x, err := s.Team.Index(ctx, program.Index{})
		require.NoError(t, err)
		_, number := seen(x)
		var last []store.Event
		last, err = s.Events(ctx, number-1, 2)
		require.NoError(t, err)
		require.Len(t, last, 1, "after %d partners the last event is not %d", i+1, number)
	}
}

func TestWithoutAStoreOrAPlanThereIsNoLeader(t *testing.T) {
	s := open(t, "")
	x, err := s.Team.Index(ctx, program.Index{})
	require.NoError(t, err)
	require.NoError(t, x.Refresh(ctx))
	none, err := program.New(nil, program.Config{})
	require.NoError(t, err)
	_, err = none.Team.Index(ctx, program.Index{})
	require.ErrorIs(t, err, program.ErrNoStore)
}
