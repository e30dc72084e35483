package program_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// why says who does something and why.
func why(key string) program.Meta {
	return program.Meta{Key: key, Actor: "ann", Reason: "it was asked for"}
}

func (s *shop) owner(customer partner.Customer, at time.Time) partner.ID {
	s.t.Helper()
	owner, err := s.Team.Owner(ctx, customer, at)
	require.NoError(s.t, err)
	return owner
}

func TestRule_3_14_ALateFactDerivesOneCustomerAnewAndPostedEntriesStay(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"touch": "last", "protectionDays": 15, "days": 30}, "commission": {"rates": ["10%", "5%"]}}`)
	s.add("zoe")
	s.now = noon.AddDate(0, 0, 20)
	require.Len(t, s.paid(s.order("o-1", 1, "100.00")).Entries, 2, "bob's")
	s.now = noon.AddDate(0, 0, 21)
	out, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "zoe", Meta: program.Meta{At: noon.AddDate(0, 0, 16)}})
	require.NoError(t, err)
	require.Equal(t, program.BindOutcome{Owner: "zoe", Bound: true}, out)
	posted, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, partner.ID("bob"), posted.Attributed.Partner, "what is posted stays")
	require.Equal(t, partner.ID("zoe"), s.paid(s.order("o-2", 1, "100.00")).Attributed.Partner)
	held, err := s.Team.History(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, []tree.Held{
		{Owner: "bob", By: tree.ByShare, From: noon, To: noon.AddDate(0, 0, 16)}, {Owner: "zoe", By: tree.ByShare, From: noon.AddDate(0, 0, 16), To: noon.AddDate(0, 0, 46)},
	}, held)
	known, err := s.Team.Bindings(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"", "bob"}, []partner.ID{known[0].Had, known[1].Had})
	ownership, err := s.Team.Ownership(ctx, "carol", time.Time{})
	require.NoError(t, err)
	require.Equal(t, tree.Ownership{Owner: "zoe", By: tree.ByShare, Since: noon.AddDate(0, 0, 16), Until: noon.AddDate(0, 0, 46)}, ownership)
}

func TestRule_3_4_AnotherNumberOfDaysCountsFromTheBind(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"days": 30}, "commission": {"rates": ["10%"]}}`)
	shorter := program.MustPlan(`{"currency": "CNY", "binding": {"days": 5}, "commission": {"rates": ["10%"]}}`)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: shorter, From: noon.AddDate(0, 0, 10)})
	require.NoError(t, err)
	require.Equal(t, partner.ID("bob"), s.owner("carol", noon.AddDate(0, 0, 10).Add(-time.Microsecond)))
	require.Empty(t, s.owner("carol", noon.AddDate(0, 0, 10)))
}

func TestRule_3_9_WhoSpentUnderAnEarlierPlanIsNotNew(t *testing.T) {
	s := family(t, twoLevels)
	order := s.order("o-1", 1, "100.00")
	order.Customer = "dave"
	s.paid(order)
	s.now = s.now.Add(time.Hour)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{"currency": "CNY", "binding": {"newCustomersOnly": true}, "commission": {"rates": ["10%"]}}`)})
	require.NoError(t, err)
	out, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob"})
	require.NoError(t, err)
	require.Equal(t, program.BindOutcome{Reason: tree.NotNew}, out)
	out, err = s.Team.Bind(ctx, program.Bind{Customer: "erin", Owner: "bob"})
	require.NoError(t, err)
	require.True(t, out.Bound)
	require.Equal(t, partner.ID("bob"), s.owner("carol", time.Time{}), "who was bound before stays")
}

func TestRule_1_3_WhereEverybodyIsAPartnerNoPaymentCanBind(t *testing.T) {
	_, err := program.ParsePlan([]byte(`{"currency": "CNY", "binding": {"on": "payment"}, "joining": {"entry": "application", "review": "automatic"}, "commission": {"rates": ["10%"]}}`))
	require.ErrorContains(t, err, "joining.review")
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "binding": {"on": "click", "day": 3}, "commission": {"rates": ["10%"]}}`))
	require.ErrorContains(t, err, `did you mean "days"?`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "binding": {"on": "click"}, "commission": {"rates": ["10%"]}}`))
	require.ErrorContains(t, err, "binding.on")
}

func TestRule_3_10_APaymentOfAPartnerBindsHimToNobody(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"on": "payment", "sameOrder": true}, "commission": {"rates": ["10%", "5%"]}}`)
	s.add("zoe")
	order := s.order("o-1", 1, "100.00")
	order.Customer, order.Referrer = "bob", "zoe"
	require.Equal(t, partner.ID("bob"), s.paid(order).Attributed.Partner)
	known, err := s.Team.Bindings(ctx, "bob")
	require.NoError(t, err)
	require.Equal(t, tree.IsPartner, known[0].Reason)
	for id, referrer := range map[string]partner.ID{"o-2": "nobody", "o-3": "dave"} {
		order = s.order(id, 1, "100.00")
		order.Customer, order.Referrer = "dave", referrer
		require.Empty(t, s.paid(order).Attributed.Partner)
	}
	require.Empty(t, s.owner("dave", time.Time{}))
	quote := s.order("", 1, "100.00")
	quote.Customer, quote.Referrer = "dave", "zoe"
	out, err := s.Orders.Quote(ctx, quote)
	require.NoError(t, err)
	require.Equal(t, partner.ID("zoe"), out.Attributed.Partner, "as Paid does")
	require.Empty(t, s.owner("dave", time.Time{}), "and binds nobody")
}

func TestRule_3_12_ABatchIsTransferredAsAWhole(t *testing.T) {
	s := family(t, twoLevels)
	s.add("zoe")
	s.add("ice")
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "ice"})
	require.NoError(t, err)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "zoe"})
	require.NoError(t, err)
	s.now = s.now.Add(time.Hour)
	move := func(to partner.ID, customers ...partner.Customer) error {
		_, err := s.Team.Transfer(ctx, program.Transfer{Customers: customers, To: to, Meta: why("")})
		return err
	}
	var refused *program.TransferError
	require.ErrorAs(t, move("zoe", "carol", "dave", "erin"), &refused)
	require.Equal(t, []program.TransferProblem{{Customer: "dave", Reason: tree.SameOwner}, {Customer: "erin", Reason: tree.NotOwned}}, refused.Problems)
	require.EqualError(t, refused, `program: no customer is transferred: "dave": he has him already; "erin": he has no owner`)
	require.Equal(t, partner.ID("bob"), s.owner("carol", time.Time{}), "none of them")
	require.ErrorAs(t, move("ice", "carol"), &refused)
	require.Equal(t, partner.EarningFrozen, refused.Problems[0].Reason)
	var missing *program.NotFoundError
	require.ErrorAs(t, move("nobody", "carol"), &missing)
	require.ErrorIs(t, move("carol", "carol"), tree.ErrSelf)
	var meta *program.MetaError
	require.ErrorAs(t, move("zoe"), &meta)
	require.ErrorAs(t, move("zoe", "carol", "carol"), &meta)
	_, err = s.Team.Transfer(ctx, program.Transfer{Customers: []partner.Customer{"carol"}, To: "zoe", Meta: program.Meta{Actor: "ann"}})
	require.ErrorAs(t, err, &meta)
	require.NoError(t, move("alice", "dave", "carol"))
	all, err := s.Team.Customers(ctx, "alice", time.Time{}, "", 10)
	require.NoError(t, err)
	require.Equal(t, []partner.Customer{"carol", "dave"}, all)
	all, err = s.Team.Customers(ctx, "bob", s.now.Add(-time.Microsecond), "", 10)
	require.NoError(t, err)
	require.Equal(t, []partner.Customer{"carol"}, all, "an instant before")
}

func TestRule_3_13_PendingEntriesSurviveAnUnbinding(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 1, "100.00"))
	s.now = s.now.Add(time.Hour)
	out, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"carol"}, Meta: why("")})
	require.NoError(t, err)
	require.Equal(t, []partner.Transfer{{Customer: "carol", From: "bob"}}, out)
	s.has("bob", "10.00", "0.00", "0.00")
	require.Empty(t, s.paid(s.order("o-2", 1, "100.00")).Entries)
	s.received("o-1")
	s.due(s.now.AddDate(0, 0, 7))
	s.has("bob", "0.00", "10.00", "0.00")
}

func TestRule_1_26_AMoveIsShownBeforeItIsMade(t *testing.T) {
	s := family(t, twoLevels)
	s.recruit("cora", "bob")
	s.recruit("dora", "cora")
	s.add("zoe")
	in := program.Move{Partner: "bob", Recruiter: "zoe", Meta: program.Meta{Actor: "ann", Reason: "another area"}}
	preview, err := s.Team.PreviewMove(ctx, in)
	require.NoError(t, err)
	moved := program.Moved{Partner: "bob", Moves: true, From: "alice", To: "zoe", At: s.now}
	require.Equal(t, program.MovePreview{Moved: moved, Branch: 3, Loss: tree.Loss{Lose: []partner.ID{"alice"}, Gain: []partner.ID{"zoe"}}}, preview)
	line, err := s.Team.Uplines(ctx, program.Uplines{Partner: "dora"})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"dora", "cora", "bob", "alice"}, line, "nothing was done")
	out, err := s.Team.Move(ctx, in)
	require.NoError(t, err)
	require.Equal(t, moved, out)
	again, err := s.Team.Move(ctx, program.Move{Partner: "bob", Recruiter: "zoe", Meta: program.Meta{At: s.now}})
	require.NoError(t, err)
	require.Equal(t, out, again)
	line, err = s.Team.Uplines(ctx, program.Uplines{Partner: "dora"})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"dora", "cora", "bob", "zoe"}, line)
	require.Contains(t, s.events("bob"), "partner_moved")

	s.now = s.now.Add(time.Hour)
	alone, err := s.Team.PreviewMove(ctx, program.Move{Partner: "cora", Alone: true})
	require.NoError(t, err)
	require.Equal(t, 1, alone.Branch)
	require.Equal(t, 1, alone.Left)
	require.Equal(t, []partner.ID{"bob", "zoe"}, alone.Lose)
	for _, refused := range []struct {
		in   program.Move
		want error
	}{
		{program.Move{Partner: "bob", Recruiter: "bob"}, tree.ErrSelf}, {program.Move{Partner: "bob", Recruiter: "dora"}, &tree.CycleError{Partner: "bob", Recruiter: "dora"}},
		{program.Move{Partner: "nobody", Recruiter: "dora"}, &program.NotFoundError{Record: "partner", ID: "nobody"}},
		{program.Move{Partner: "bob", Recruiter: "nobody"}, &program.NotFoundError{Record: "partner", ID: "nobody"}},
	} {
		_, err := s.Team.Move(ctx, refused.in)
		require.ErrorContains(t, err, refused.want.Error())
		_, err = s.Team.PreviewMove(ctx, refused.in)
		require.ErrorContains(t, err, refused.want.Error())
	}
	_, err = s.Partners.ClearOut(ctx, program.Depart{Partner: "zoe", WithTeam: true})
	require.NoError(t, err)
	out, err = s.Team.Move(ctx, program.Move{Partner: "alice", Recruiter: "zoe"})
	require.NoError(t, err)
	require.Equal(t, partner.IsClearedOut, out.Reason)
	require.False(t, out.Moves)
}

func TestRule_1_26_AMoveThatIsToldLateBeginsWhenItIsTold(t *testing.T) {
	s := family(t, twoLevels)
	s.recruit("cora", "bob")
	s.add("zoe")
	before := s.order("o-1", 1, "100.00")
	s.now = s.now.Add(2 * time.Hour)
	out, err := s.Team.Move(ctx, program.Move{Partner: "bob", Recruiter: "zoe", Meta: program.Meta{At: noon.Add(time.Hour)}})
	require.NoError(t, err)
	require.Equal(t, s.now, out.At)
	before.PaidAt = s.now.Add(-time.Microsecond)
	require.Equal(t, partner.ID("alice"), s.paid(before).Entries[1].Payee)
	require.Equal(t, partner.ID("zoe"), s.paid(s.order("o-2", 1, "100.00")).Entries[1].Payee)
	out, err = s.Team.Move(ctx, program.Move{Partner: "cora", Recruiter: "zoe", Meta: program.Meta{At: s.now.Add(time.Hour)}})
	require.NoError(t, err)
	require.Equal(t, s.now.Add(time.Hour), out.At, "or when it is to take effect, where that is later")
	cora, err := s.Partners.At(ctx, "cora", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.ID("bob"), cora.Recruiter)
	cora, err = s.Partners.At(ctx, "cora", s.now.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, partner.ID("zoe"), cora.Recruiter)
}

func TestRule_3_11_TwoMovesAtOnceNeverCloseARing(t *testing.T) {
	for range 50 {
		s := open(t, twoLevels, func(c *program.Config) {
			var mu sync.Mutex
			n := 0
			c.NewID = func() string { mu.Lock(); defer mu.Unlock(); n++; return fmt.Sprintf("%032x", n) }
		})
		for _, id := range []partner.ID{"a", "b", "c"} {
			s.add(id)
		}
		var wg sync.WaitGroup
		errs := make([]error, 3)
		for i, in := range []program.Move{{Partner: "a", Recruiter: "b"}, {Partner: "b", Recruiter: "c"}, {Partner: "c", Recruiter: "a"}} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, errs[i] = s.Team.Move(ctx, in)
			}()
		}
		wg.Wait()
		refused := 0
		for _, err := range errs {
			if err != nil {
				var cycle *tree.CycleError
				require.ErrorAs(t, err, &cycle)
				refused++
			}
		}
		require.Equal(t, 1, refused, "the one that would close the ring")
		s.sound()
	}
}

func TestRule_1_19_WhoHasATeamIsClearedOutOnlyOnPurpose(t *testing.T) {
	s := family(t, `{"currency": "CNY", "joining": {"leaving": {"customers": "partner", "customersTo": "zoe"}}, "commission": {"rates": ["10%", "5%"]}}`)
	s.recruit("cora", "bob")
	s.paid(s.order("o-1", 1, "100.00"))
	s.now = s.now.Add(time.Hour)
	var missing *program.NotFoundError
	_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", WithTeam: true})
	require.ErrorAs(t, err, &missing, "who is to get the customers is not known")
	s.add("zoe")
	report, err := s.Partners.PreviewDeparture(ctx, program.Depart{Partner: "bob"}, partner.MoveClearOut)
	require.NoError(t, err)
	require.Equal(t, "bob becomes cleared; of 1 below him his 1 recruits move below alice with their teams; 0 customers are released, 1 go to zoe; pending 10.00 CNY settles to him; "+
		"available 0.00 CNY can be withdrawn until 2026-08-30T13:00:00Z", report.String())
	var team *partner.TeamError
	_, err = s.Partners.ClearOut(ctx, program.Depart{Partner: "bob"})
	require.ErrorAs(t, err, &team)
	require.Equal(t, report.String(), team.Departure.String())
	require.Equal(t, partner.ID("bob"), s.owner("carol", time.Time{}), "nothing was done")
	out, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", WithTeam: true})
	require.NoError(t, err)
	require.Equal(t, program.Departed{
		Partner: "bob", To: partner.ClearedOut, At: s.now, PayableUntil: s.now.AddDate(0, 0, 90),
		Edges: []partner.EdgeMove{{Partner: "cora", From: "bob", To: "alice"}}, Transfers: []partner.Transfer{{Customer: "carol", From: "bob", To: "zoe"}},
	}, out)
	cora, err := s.Partners.At(ctx, "cora", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.ID("alice"), cora.Recruiter)
	require.Equal(t, partner.ID("zoe"), s.owner("carol", time.Time{}))
	require.Equal(t, partner.ID("bob"), s.owner("carol", s.now.Add(-time.Microsecond)), "history keeps the old owner")
	s.sound()
}

func TestRule_3_26_AnImportIsCheckedAsAWhole(t *testing.T) {
	s := family(t, twoLevels)
	for _, id := range []partner.ID{"x", "y", "z"} {
		s.add(id)
	}
	before := noon.AddDate(-1, 0, 0)
	at := func(id, recruiter partner.ID) program.ImportedRecruit {
		return program.ImportedRecruit{Partner: id, Recruiter: recruiter, At: before}
	}
	paths := func(in program.Import) (all []string) {
		_, err := s.Team.Import(ctx, in)
		var wrong *program.ImportError
		require.ErrorAs(t, err, &wrong)
		for _, p := range wrong.Problems {
			all = append(all, p.Path)
		}
		return all
	}
	require.Equal(t, []string{"recruits[2].recruiter"}, paths(program.Import{Recruits: []program.ImportedRecruit{at("x", "y"), at("y", "z"), at("z", "x")}}), "a ring within the batch")
	require.Equal(t, []string{"recruits[1].recruiter"}, paths(program.Import{Recruits: []program.ImportedRecruit{at("x", "bob"), at("alice", "x")}}), "one with what is known")
	require.Equal(t, []string{"recruits[0].recruiter", "recruits[1].recruiter", "recruits[2].partner", "bindings[0].owner"}, paths(program.Import{
		Recruits: []program.ImportedRecruit{at("bob", "x"), at("y", "y"), at("nobody", "x")}, Bindings: []program.ImportedBinding{{Customer: "c", Owner: "nobody", At: before}},
	}))
	require.Equal(t, []string{"recruits[0].at", "recruits[1].partner", "bindings[0].owner", "bindings[1].at", "bindings[3].at"}, paths(program.Import{
		Recruits: []program.ImportedRecruit{{Partner: "x", Recruiter: "bob"}, at("x", "bob")},
		Bindings: []program.ImportedBinding{{Customer: "c", Owner: "c", At: before}, {Customer: "d", Owner: "x", At: noon.Add(time.Hour)}, {Customer: "e", Owner: "x", At: before}, {Customer: "e", Owner: "y", At: before}},
	}))
	out, err := s.Team.Import(ctx, program.Import{Recruits: []program.ImportedRecruit{at("x", "bob"), at("y", "x")}, Bindings: []program.ImportedBinding{{Customer: "c", Owner: "y", At: before}}})
	require.NoError(t, err)
	require.Equal(t, program.Imported{Recruits: 2, Bindings: 1}, out)
	require.Equal(t, partner.ID("y"), s.owner("c", before))
	line, err := s.Team.Uplines(ctx, program.Uplines{Partner: "y", At: before})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"y", "x", "bob"}, line, "by then alice had not recruited bob")
	s.has("bob", "0.00", "0.00", "0.00")
	s.sound()
	none, err := s.Team.Import(ctx, program.Import{})
	require.NoError(t, err)
	require.Equal(t, program.Imported{}, none)
}

// TestRule_3_14_WhoOwnedWhomAndStoodAboveWhomAtEveryInstant plays random binds, assignments, unbindings, transfers and moves, told in order of time, and holds
// what is known of every instant and its neighbours against maps that were kept by hand.
func TestRule_3_14_WhoOwnedWhomAndStoodAboveWhomAtEveryInstant(t *testing.T) {
	people, customers := []partner.ID{"a", "b", "c", "d"}, []partner.Customer{"x", "y", "z"}
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t, twoLevels)
		for _, id := range people {
			s.add(id)
		}
		type state struct {
			at     time.Time
			owners map[partner.Customer]partner.ID
			above  map[partner.ID]partner.ID
		}
		owners, above := map[partner.Customer]partner.ID{}, map[partner.ID]partner.ID{}
		var states []state
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			s.now = s.now.Add(time.Hour)
			who, customer := rapid.SampledFrom(people).Draw(rt, "who"), rapid.SampledFrom(customers).Draw(rt, "customer")
			meta := why(fmt.Sprint(i))
			switch rapid.SampledFrom([]string{"bind", "assign", "unbind", "transfer", "move"}).Draw(rt, "what") {
			case "bind":
				out, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: who})
				require.NoError(rt, err)
				require.Equal(rt, owners[customer] == "", out.Bound)
				if owners[customer] == "" {
					owners[customer] = who
				}
			case "assign":
				out, err := s.Team.Assign(ctx, program.Assign{Customer: customer, Owner: who, Meta: meta})
				require.NoError(rt, err)
				require.Equal(rt, owners[customer] == "", out.Bound)
				if owners[customer] == "" {
					owners[customer] = who
				}
			case "unbind":
				_, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{customer}, Meta: meta})
				require.Equal(rt, owners[customer] == "", err != nil)
				delete(owners, customer)
			case "transfer":
				_, err := s.Team.Transfer(ctx, program.Transfer{Customers: customers, To: who, Meta: meta})
				whole := true
				for _, c := range customers {
					whole = whole && owners[c] != "" && owners[c] != who
				}
				require.Equal(rt, whole, err == nil)
				for _, c := range customers {
					if whole {
						owners[c] = who
					}
				}
			case "move":
				to := rapid.SampledFrom(append(people, "")).Draw(rt, "to")
				closes := false
				for up := to; up != ""; up = above[up] {
					closes = closes || up == who
				}
				out, err := s.Team.Move(ctx, program.Move{Partner: who, Recruiter: to, Meta: meta})
				require.Equal(rt, closes, err != nil)
				if !closes {
					require.Equal(rt, above[who] != to, out.Moves)
					above[who] = to
				}
			}
			now := state{at: s.now, owners: map[partner.Customer]partner.ID{}, above: map[partner.ID]partner.ID{}}
			for k, v := range owners {
				now.owners[k] = v
			}
			for k, v := range above {
				now.above[k] = v
			}
			states = append(states, now)
		}
		for i, st := range states {
			instants := []time.Time{st.at, st.at.Add(time.Microsecond)}
			if i+1 < len(states) {
				instants = append(instants, states[i+1].at.Add(-time.Microsecond))
			}
			for _, at := range instants {
				for _, customer := range customers {
					require.Equal(rt, st.owners[customer], s.owner(customer, at), "%s at %s", customer, at)
				}
				for _, id := range people {
					want := []partner.ID{id}
					for up := st.above[id]; up != ""; up = st.above[up] {
						want = append(want, up)
					}
					line, err := s.Team.Uplines(ctx, program.Uplines{Partner: id, At: at})
					require.NoError(rt, err)
					require.Equal(rt, want, line, "%s at %s", id, at)
				}
			}
		}
		s.sound()
	})
}
