package program_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// supplyPlan pays two places up the tree of suppliers.
const supplyPlan = `{
  "currency": "CNY", "trees": ["supply", "agents"],
  "levels": [{"id": "one", "weight": 1, "default": true}, {"id": "two", "weight": 2, "leader": true}],
  "commission": {"rates": ["10%%", "5%%"], "trees": {"supply": {"uplines": ["3%%", "1%%"], "levels": {"two": ["4%%"]}}}%s}%s
}`

// supplying is alice, who recruited bob, and gina, who supplies fred, who supplies bob; carol is bob's.
func supplying(t *testing.T, more, sections string, change ...func(*program.Config)) *shop {
	t.Helper()
	s := family(t, fmt.Sprintf(supplyPlan, more, sections), change...)
	for _, id := range []partner.ID{"fred", "gina"} {
		s.add(id)
	}
	s.supplied("bob", "fred")
	s.supplied("fred", "gina")
	return s
}

func (s *shop) supplied(id, by partner.ID) {
	s.t.Helper()
	out, err := s.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: id, Recruiter: by})
	require.NoError(s.t, err)
	require.True(s.t, out.Recruits)
}

func (s *shop) line(name partner.Tree, id partner.ID, at time.Time) []partner.ID {
	s.t.Helper()
	line, err := s.Team.Uplines(ctx, program.Uplines{Tree: name, Partner: id, At: at})
	require.NoError(s.t, err)
	return line
}

func TestRule_3_2_EachTreeIsItsOwn(t *testing.T) {
	s := supplying(t, "", "")
	require.Equal(t, []partner.ID{"bob", "fred", "gina"}, s.line("supply", "bob", time.Time{}))
	require.Equal(t, []partner.ID{"bob", "alice"}, s.line("", "bob", time.Time{}))
	require.Equal(t, []partner.ID{"bob"}, s.line("agents", "bob", time.Time{}))
	bob, err := s.Partners.At(ctx, "bob", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.ID("alice"), bob.Recruiter)

	s.supplied("alice", "bob") // the other way round than in the tree of recruiters
	var cycle *tree.CycleError
	_, err = s.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: "gina", Recruiter: "alice"})
	require.ErrorAs(t, err, &cycle)
	_, err = s.Team.Move(ctx, program.Move{Tree: "supply", Partner: "fred", Recruiter: "alice"})
	require.ErrorAs(t, err, &cycle)
	_, err = s.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: "gina", Recruiter: "gina"})
	require.ErrorIs(t, err, tree.ErrSelf)
	out, err := s.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: "bob", Recruiter: "gina"})
	require.NoError(t, err)
	require.Equal(t, tree.Owned, out.Reason)
	again, err := s.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: "bob", Recruiter: "fred"})
	require.NoError(t, err)
	require.True(t, again.Recruits, "the same call gives the first result")
	var missing *program.NotFoundError
	for _, in := range []program.Recruit{{Tree: "supply", Partner: "nobody", Recruiter: "gina"}, {Tree: "supply", Partner: "gina", Recruiter: "nobody"}} {
		_, err = s.Team.Recruit(ctx, in)
		require.ErrorAs(t, err, &missing, "nobody joins by a tree")
	}

	s.now = s.now.Add(time.Hour)
	moves := map[partner.Tree]program.Move{"": {Partner: "bob", Recruiter: "gina"}, "supply": {Tree: "supply", Partner: "bob", Recruiter: "gina"}}
	for _, name := range []partner.Tree{"", "supply"} {
		preview, err := s.Team.PreviewMove(ctx, moves[name])
		require.NoError(t, err)
		require.Equal(t, map[partner.Tree]int{"": 1, "supply": 2}[name], preview.Branch, "alice is below bob among suppliers alone")
		moved, err := s.Team.Move(ctx, moves[name])
		require.NoError(t, err)
		require.Equal(t, program.Moved{Tree: name, Partner: "bob", Moves: true, From: map[partner.Tree]partner.ID{"": "alice", "supply": "fred"}[name], To: "gina", At: s.now}, moved)
		require.Equal(t, preview.Moved, moved)
		repeated, err := s.Team.Move(ctx, moves[name])
		require.NoError(t, err)
		require.Equal(t, moved, repeated, "each tree's move is done once")
	}
	edges, err := s.Team.Edges(ctx, program.Edges{Tree: "supply", Partner: "bob"})
	require.NoError(t, err)
	require.Len(t, edges, 2)
	require.Equal(t, partner.ID("fred"), tree.RecruiterAt(edges, s.now.Add(-time.Microsecond)))
	require.Equal(t, partner.ID("gina"), tree.RecruiterAt(edges, s.now))

	alone, err := s.Team.Move(ctx, program.Move{Tree: "supply", Partner: "bob", Recruiter: "fred", Alone: true})
	require.NoError(t, err)
	require.Equal(t, 1, alone.Left)
	require.Equal(t, []partner.ID{"alice", "gina"}, s.line("supply", "alice", time.Time{}), "who stood below him stays with whom he had")
	require.Equal(t, []partner.ID{"bob", "fred", "gina"}, s.line("supply", "bob", time.Time{}))
	s.sound()
}

func TestRule_3_2_AnUnknownTreeIsRefusedWithTheNearest(t *testing.T) {
	s := supplying(t, "", "")
	before := s.state("alice", "bob", "fred", "gina")
	ask := map[string]func(partner.Tree) error{
		"recruit": func(name partner.Tree) error {
			_, err := s.Team.Recruit(ctx, program.Recruit{Tree: name, Partner: "alice", Recruiter: "gina"})
			return err
		},
		"move": func(name partner.Tree) error {
			_, err := s.Team.Move(ctx, program.Move{Tree: name, Partner: "bob", Recruiter: "gina"})
			return err
		},
		"preview": func(name partner.Tree) error {
			_, err := s.Team.PreviewMove(ctx, program.Move{Tree: name, Partner: "bob", Recruiter: "gina"})
			return err
		},
		"uplines": func(name partner.Tree) error {
			_, err := s.Team.Uplines(ctx, program.Uplines{Tree: name, Partner: "bob"})
			return err
		},
		"edges": func(name partner.Tree) error {
			_, err := s.Team.Edges(ctx, program.Edges{Tree: name, Partner: "bob"})
			return err
		},
		"index": func(name partner.Tree) error {
			_, err := s.Team.Index(ctx, program.IndexOf{Tree: name})
			return err
		},
	}
	for what, call := range ask {
		var unknown *program.UnknownTreeError
		require.ErrorAs(t, call("suply"), &unknown, what)
		require.Equal(t, partner.Tree("supply"), unknown.Nearest, what)
		require.ErrorContains(t, unknown, `did you mean "supply"?`)
		require.ErrorAs(t, call("zebra"), &unknown, what)
		require.Empty(t, unknown.Nearest, what)
	}
	at := func(name partner.Tree, id, by partner.ID) program.ImportedRecruit {
		return program.ImportedRecruit{Tree: name, Partner: id, Recruiter: by, At: noon.AddDate(-1, 0, 0)}
	}
	var wrong *program.ImportError
	_, err := s.Team.Import(ctx, program.Import{Recruits: []program.ImportedRecruit{at("suply", "alice", "gina"), at("agents", "alice", "gina"), at("agents", "gina", "alice"), at("", "gina", "bob")}})
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, []string{"recruits[0].tree", "recruits[2].recruiter"}, []string{wrong.Problems[0].Path, wrong.Problems[1].Path}, "a ring is one within a tree")
	require.Len(t, wrong.Problems, 2)
	require.Equal(t, before, s.state("alice", "bob", "fred", "gina"))
	in := program.Import{Recruits: []program.ImportedRecruit{at("agents", "alice", "gina"), at("supply", "gina", "alice"), at("", "gina", "bob"), at("", "alice", "fred")}}
	out, err := s.Team.Import(ctx, in)
	require.NoError(t, err)
	require.Equal(t, program.Imported{Recruits: 4}, out)
	require.Equal(t, []partner.ID{"gina", "alice"}, s.line("supply", "gina", noon.AddDate(-1, 0, 0)))
	s.sound()

	later := program.MustPlan(fmt.Sprintf(supplyPlan, "", ""))
	later.Trees, later.Commission.Trees = []partner.Tree{"franchise"}, nil
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: later, From: noon.AddDate(0, 1, 0)})
	require.NoError(t, err)
	for _, name := range []partner.Tree{"supply", "franchise"} {
		require.NoError(t, ask["uplines"](name), "a tree that is named later is there before, and one that is named no more stays")
	}
}

func TestRule_3_2_PlansNameTheirTrees(t *testing.T) {
	for text, want := range map[string]string{
		`{"currency": "CNY", "trees": ["a/b"], "commission": {"rates": ["1%"]}}`: `trees[0]: partner: "a/b" names no tree: a name is 1 to 32 bytes ` +
			`of UTF-8 without control characters and slashes`,
		`{"currency": "CNY", "trees": ["a", "a"], "commission": {"rates": ["1%"]}}`:                                `trees[1]: "a" stands twice`,
		`{"currency": "CNY", "trees": ["supply"], "commission": {"trees": {"suply": {"uplines": ["1%"]}}}}`:        `commission.trees.suply: the plan has no tree "suply"; did you mean "supply"?`,
		`{"currency": "CNY", "commission": {"trees": {"supply": {"uplines": ["1%"]}}}}`:                            `commission.trees.supply: the plan has no tree "supply"; it is named in "trees"`,
		`{"currency": "CNY", "trees": ["supply"], "commission": {"trees": {"supply": {"levels": {"x": ["1%"]}}}}}`: `commission.trees.supply.levels.x: the plan has no level "x"`,
		`{"currency": "CNY", "trees": ["supply"], "commission": {"rates": ["1%"]}, "bonuses": [{"name": "b", "every": "month", "ladder": {"tree": "supplly", "steps": [{"from": "0", "rate": "1%"}]}}]}`: `` +
			`bonuses[0].ladder.tree: the plan has no tree "supplly"; did you mean "supply"?`,
	} {
		_, err := program.ParsePlan([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

// TestRule_3_2_WhatIsJudgedOnceMoreIsSoInEveryTree: by the levels of its release, and for an owner within the grace.
func TestRule_3_2_WhatIsJudgedOnceMoreIsSoInEveryTree(t *testing.T) {
	s := supplying(t, `, "levelAt": "released", "graceMinutes": 60`, "")
	o := s.order("o-1", 1, "100.00")
	require.Equal(t, []string{"bob slots 10.00", "alice slots 5.00", "fred supply/slots 3.00", "gina supply/slots 1.00"}, earnings(s.paid(o)))
	late := s.order("o-2", 1, "100.00")
	late.Customer = "dora"
	require.Empty(t, s.paid(late).Entries)
	s.now = s.now.Add(time.Minute)
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "fred"})
	require.NoError(t, err)
	out, err := s.Orders.Outcome(ctx, "o-2")
	require.NoError(t, err)
	require.Equal(t, []string{"fred slots 10.00", "gina supply/slots 3.00"}, earnings(out), "fred's own line there")
	s.received("o-1")
	s.received("o-2")
	s.now = s.now.Add(time.Hour)
	setLevel(s, "fred", "two")
	setLevel(s, "gina", "two")
	s.due(noon.AddDate(0, 0, 9))
	for id, want := range map[commission.OrderID][]string{
		"o-1": {"bob slots 10.00", "alice slots 5.00", "fred supply/slots 4.00", "gina supply/slots 1.00"}, "o-2": {"fred slots 10.00", "gina supply/slots 4.00"},
	} {
		out, err := s.Orders.Outcome(ctx, id)
		require.NoError(t, err)
		require.Equal(t, want, earnings(out))
	}
	require.Equal(t, "14.00", s.balance("fred").Available.Plain())
	s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, "10.00", s.balance("fred").Available.Plain())
	s.sound()
}

// TestRule_3_2_HooksSeeAndDecideInEveryTree, by copies.
func TestRule_3_2_HooksSeeAndDecideInEveryTree(t *testing.T) {
	var seen []string
	look := func(sale program.Sale) {
		for _, line := range sale.Order.Trees {
			for i := range line.Uplines {
				seen = append(seen, fmt.Sprintf("%s %s %s", line.Tree, line.Uplines[i].Partner, line.Uplines[i].Level))
				line.Uplines[i] = commission.Upline{Partner: "thief"}
			}
		}
	}
	s := supplying(t, "", "", func(c *program.Config) {
		c.Hooks = program.Hooks{
			Level: program.LevelFunc(func(_ context.Context, sale program.Sale) (map[partner.ID]partner.Level, error) {
				look(sale)
				return map[partner.ID]partner.Level{"fred": "two"}, nil
			}),
			Verify: program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
				look(sale)
				return program.Verdict{Payees: map[partner.ID]partner.Reason{"gina": "suspected"}}, nil
			}),
		}
	})
	out := s.paid(s.order("o-1", 1, "100.00"))
	require.Equal(t, []string{"bob slots 10.00", "alice slots 5.00", "fred supply/slots 4.00"}, earnings(out))
	require.Equal(t, []string{
		"supply bob one", "supply fred one", "supply gina one", "supply bob one", "supply fred two", "supply gina one",
	}, seen)
	require.Len(t, out.Unpaid, 1)
	require.Equal(t, "supply/slots 3", fmt.Sprint(out.Unpaid[0].Rule, " ", out.Unpaid[0].Slot))
	require.Equal(t, partner.Reason("suspected"), out.Unpaid[0].Reason)
}

// TestRule_3_2_LaddersAndAssetsPayByATree of their own.
func TestRule_3_2_LaddersAndAssetsPayByATree(t *testing.T) {
	s := supplying(t, "", `,
		"bonuses": [{"name": "makers", "ladder": {"tree": "supply", "steps": [{"from": "0", "rate": "2%"}, {"from": "1000", "rate": "5%"}]}}],
		"assets": [{"code": "POINTS", "scale": 0, "commission": {"trees": {"agents": {"uplines": ["10%"]}}}}]`)
	out, err := s.Team.Recruit(ctx, program.Recruit{Tree: "agents", Partner: "bob", Recruiter: "gina"})
	require.NoError(t, err)
	require.True(t, out.Recruits)
	s.paid(s.order("o-1", 1, "600.00"))
	other := s.order("o-2", 1, "500.00")
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "fred"})
	require.NoError(t, err)
	other.Customer = "dora"
	s.paid(other)
	require.Equal(t, "60 POINTS, 0 POINTS", s.points("gina"), "10 % of what bob sold, whom she stands above among agents")
	draft, err := s.Bonuses.Preview(ctx, s.run("makers"))
	require.NoError(t, err)
	require.Equal(t, []string{"bob 12.00", "fred 43.00"}, lines(draft.Entries), "fred's team among suppliers sold 1,100.00, and gina, above both, is overtaken")
}

// TestRule_3_2_AnIndexShowsItsTree, kept current by the same events.
func TestRule_3_2_AnIndexShowsItsTree(t *testing.T) {
	s := supplying(t, "", "")
	x, err := s.Team.Index(ctx, program.IndexOf{Tree: "supply"})
	require.NoError(t, err)
	below := func(id partner.ID) (n int) {
		x.View(func(ix *tree.Index) {
			m, ok := ix.Find(id)
			require.True(t, ok)
			n = int(ix.Team(m, tree.Scope{}).All.Partners)
		})
		return n
	}
	require.Equal(t, []int{2, 1, 0, 0}, []int{below("gina"), below("fred"), below("bob"), below("alice")})
	_, err = s.Team.Move(ctx, program.Move{Partner: "fred", Recruiter: "alice"})
	require.NoError(t, err)
	_, err = s.Team.Move(ctx, program.Move{Tree: "supply", Partner: "bob"})
	require.NoError(t, err)
	s.due(s.now)
	require.NoError(t, x.Refresh(ctx))
	require.Equal(t, []int{1, 0, 0, 0}, []int{below("gina"), below("fred"), below("bob"), below("alice")})
}
