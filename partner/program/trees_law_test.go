package program_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// forest is who stands directly above whom in each tree, kept by hand.
type forest map[partner.Tree]map[partner.ID]partner.ID

func (f forest) clone() forest {
	all := forest{}
	for name, above := range f {
		all[name] = maps.Clone(above)
	}
	return all
}

// line is somebody and everybody above him.
func (f forest) line(name partner.Tree, id partner.ID) []partner.ID {
	all := []partner.ID{id}
	for up := f[name][id]; up != ""; up = f[name][up] {
		all = append(all, up)
	}
	return all
}

// below are those directly below somebody.
func (f forest) below(name partner.Tree, id partner.ID) (all []partner.ID) {
	for p, up := range f[name] {
		if up == id {
			all = append(all, p)
		}
	}
	return all
}

// closes reports whether somebody would stand above himself below another.
func (f forest) closes(name partner.Tree, id, recruiter partner.ID) bool {
	return recruiter != "" && slices.Contains(f.line(name, recruiter), id)
}

// TestRule_3_23_InEveryTreeWhoStandsWhereIsWhatAMapSays plays recruits, moves of a branch and of one alone, departures and restarts in several trees at once,
// and holds every instant at which something changed, with its neighbours, against maps that were kept by hand: the lines, the edges, and the index of each
// tree with everybody whom somebody may look at below himself.
func TestRule_3_23_InEveryTreeWhoStandsWhereIsWhatAMapSays(t *testing.T) {
	people := []partner.ID{"a", "b", "c", "d", "e"}
	names := []partner.Tree{"", "agents", "supply"}
	plan := program.MustPlan(fmt.Sprintf(supplyPlan, "", ""))
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t, "", func(c *program.Config) { c.Plan = plan })
		restart := func() {
			p, err := program.New(s.store, program.Config{
				Plan: plan, Clock: func() time.Time { return s.now }, NewID: func() string { s.ids++; return fmt.Sprintf("%032x", s.ids) },
			})
			require.NoError(rt, err)
			s.Program = p
		}
		for _, id := range people {
			s.add(id)
		}
		f, left := forest{}, map[partner.ID]bool{}
		for _, name := range names {
			f[name] = map[partner.ID]partner.ID{}
		}
		indexes := map[partner.Tree]*program.TeamIndex{}
		for _, name := range names {
			var err error
			indexes[name], err = s.Team.Index(ctx, program.IndexOf{Tree: name})
			require.NoError(rt, err)
		}
		type state struct {
			at time.Time
			forest
		}
		states := []state{{s.now, f.clone()}}
		who := rapid.SampledFrom(people)
		for i := range rapid.IntRange(1, 15).Draw(rt, "steps") {
			s.now = s.now.Add(time.Hour)
			name, id, to := rapid.SampledFrom(names).Draw(rt, "tree"), who.Draw(rt, "who"), who.Draw(rt, "to")
			meta := why(fmt.Sprint(i))
			switch rapid.SampledFrom([]string{"recruit", "recruit", "move", "move", "alone", "clear out", "restart"}).Draw(rt, "what") {
			case "recruit":
				out, err := s.Team.Recruit(ctx, program.Recruit{Tree: name, Partner: id, Recruiter: to, Meta: meta})
				switch has := f[name][id]; {
				case id == to:
					require.ErrorIs(rt, err, tree.ErrSelf)
				case has != "":
					require.NoError(rt, err)
					require.Equal(rt, map[bool]partner.Reason{true: tree.SameOwner, false: tree.Owned}[has == to], out.Reason)
				case f.closes(name, id, to):
					var cycle *tree.CycleError
					require.ErrorAs(rt, err, &cycle)
				case left[to]:
					require.NoError(rt, err)
					require.NotEmpty(rt, out.Reason)
					require.False(rt, out.Recruits)
				default:
					require.NoError(rt, err)
					require.True(rt, out.Recruits)
					f[name][id] = to
				}
			case "move", "alone":
				alone := rapid.Bool().Draw(rt, "alone")
				if rapid.Bool().Draw(rt, "to the root") {
					to = ""
				}
				in := program.Move{Tree: name, Partner: id, Recruiter: to, Alone: alone, Meta: meta}
				preview, previewed := s.Team.PreviewMove(ctx, in)
				out, err := s.Team.Move(ctx, in)
				require.Equal(rt, previewed == nil, err == nil)
				next, from := f.clone(), f[name][id]
				if alone {
					for _, p := range f.below(name, id) {
						next[name][p] = from
					}
				}
				switch {
				case id == to:
					require.ErrorIs(rt, err, tree.ErrSelf)
				case from == to:
					require.NoError(rt, err)
					require.False(rt, out.Moves)
					require.Equal(rt, tree.SameOwner, out.Reason)
				case left[to]:
					require.NoError(rt, err)
					require.False(rt, out.Moves)
				case next.closes(name, id, to):
					var cycle *tree.CycleError
					require.ErrorAs(rt, err, &cycle)
				default:
					require.NoError(rt, err)
					require.Equal(rt, preview.Moved, out)
					branch := 0
					for _, p := range people {
						if slices.Contains(f.line(name, p), id) {
							branch++
						}
					}
					if alone {
						require.Equal(rt, len(f.below(name, id)), out.Left)
						branch = 1
					}
					require.Equal(rt, branch, preview.Branch)
					next[name][id] = to
					f = next
				}
			case "clear out":
				out, err := s.Partners.ClearOut(ctx, program.Depart{Partner: id, WithTeam: true, Meta: meta})
				if left[id] {
					var move *partner.MoveError
					require.ErrorAs(rt, err, &move)
					break
				}
				require.NoError(rt, err)
				next, edges := f.clone(), 0
				for _, name := range names {
					to := partner.ID("")
					for _, up := range f.line(name, id)[1:] {
						if !left[up] {
							to = up
							break
						}
					}
					for _, p := range f.below(name, id) {
						next[name][p] = to
						edges++
					}
				}
				require.Len(rt, out.Edges, edges)
				again, err := s.Partners.ClearOut(ctx, program.Depart{Partner: id, WithTeam: true, Meta: meta})
				require.NoError(rt, err)
				require.ElementsMatch(rt, out.Edges, again.Edges, "the same call gives the first result")
				f, left[id] = next, true
			case "restart":
				restart()
			}
			states = append(states, state{s.now, f.clone()})
		}
		for i, st := range states {
			instants := []time.Time{st.at, st.at.Add(time.Microsecond)}
			if i+1 < len(states) {
				instants = append(instants, states[i+1].at.Add(-time.Microsecond))
			}
			for _, at := range instants {
				for _, name := range names {
					for _, id := range people {
						require.Equal(rt, st.line(name, id), s.line(name, id, at), "%s in %q at %s", id, name, at)
						edges, err := s.Team.Edges(ctx, program.Edges{Tree: name, Partner: id})
						require.NoError(rt, err)
						require.Equal(rt, st.forest[name][id], tree.RecruiterAt(edges, at))
					}
				}
			}
		}
		for more := true; more; {
			due, err := s.RunDue(ctx, s.now)
			require.NoError(rt, err)
			more = due.More
		}
		for _, name := range names {
			require.NoError(rt, indexes[name].Refresh(ctx))
			anew, err := s.Team.Index(ctx, program.IndexOf{Tree: name})
			require.NoError(rt, err)
			for _, x := range []*program.TeamIndex{indexes[name], anew} {
				require.NoError(rt, f.shows(x, name, people))
			}
		}
		s.sound()
	})
}

// shows is nil where an index shows a tree as it is: everybody's line, who stands directly below him, and whom he may look at, who are all those below him.
func (f forest) shows(x *program.TeamIndex, name partner.Tree, people []partner.ID) error {
	var wrong error
	x.View(func(ix *tree.Index) {
		for _, id := range people {
			m, ok := ix.Find(id)
			if !ok {
				wrong = errors.Join(wrong, fmt.Errorf("%s is not there", id))
				continue
			}
			ids := func(members []tree.Member) (all []partner.ID) {
				for _, m := range members {
					all = append(all, ix.ID(m))
				}
				return all
			}
			if line := ids(ix.Line(nil, m, 0)); !slices.Equal(line, f.line(name, id)) {
				wrong = errors.Join(wrong, fmt.Errorf("in %q the line of %s is %q, not %q", name, id, line, f.line(name, id)))
			}
			children, want := ids(ix.Children(nil, m)), f.below(name, id)
			slices.Sort(children)
			slices.Sort(want)
			if !slices.Equal(children, want) {
				wrong = errors.Join(wrong, fmt.Errorf("in %q below %s stand %q, not %q", name, id, children, want))
			}
			scope := 0
			for _, other := range people {
				o, _ := ix.Find(other)
				stands := slices.Contains(f.line(name, other)[1:], id)
				if stands {
					scope++
				}
				if ix.Above(m, o) != stands {
					wrong = errors.Join(wrong, fmt.Errorf("in %q %s sees %s: %v", name, id, other, !stands))
				}
			}
			if all := ix.Team(m, tree.Scope{}).All; int(all.Partners)+int(all.Others) != scope {
				wrong = errors.Join(wrong, fmt.Errorf("in %q %+v stand below %s, not %d", name, all, id, scope))
			}
		}
	})
	return wrong
}

// TestRule_3_11_MovesAtOnceCloseNoRingInAnyTree: of three moves in each tree that together would close a ring there, all at once, one is refused in each;
// what happens in one tree refuses nothing in the other.
func TestRule_3_11_MovesAtOnceCloseNoRingInAnyTree(t *testing.T) {
	for range 10 {
		s := open(t, fmt.Sprintf(supplyPlan, "", ""), func(c *program.Config) {
			var ids atomic.Int64
			c.NewID = func() string { return fmt.Sprintf("%032x", ids.Add(1)) }
		})
		for _, id := range []partner.ID{"a", "b", "c"} {
			s.add(id)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := map[partner.Tree]int{}
		for _, name := range []partner.Tree{"", "supply"} {
			ring := []program.Move{{Partner: "a", Recruiter: "b"}, {Partner: "b", Recruiter: "c"}, {Partner: "c", Recruiter: "a"}}
			for _, in := range ring {
				in.Tree = name
				if name != "" {
					in.Partner, in.Recruiter = in.Recruiter, in.Partner
				}
				wg.Add(1)
				go func() {
					defer wg.Done()
					_, err := s.Team.Move(ctx, in)
					var cycle *tree.CycleError
					mu.Lock()
					defer mu.Unlock()
					if errors.As(err, &cycle) {
						refused[name]++
					} else if err != nil {
						refused[name] += 100
					}
				}()
			}
		}
		wg.Wait()
		require.Equal(t, map[partner.Tree]int{"": 1, "supply": 1}, refused)
		s.sound()
	}
}
