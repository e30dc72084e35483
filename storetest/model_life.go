package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// What the model does with the life of partners: they begin to leave, stay after all, leave for good, are cleared out, renew.

// modelMoves are the moves of a status: from which each can be made, and to which it leads.
var modelMoves = map[partner.Move]map[partner.Status]partner.Status{
	partner.MoveTerminate: {partner.Active: partner.Terminating},
	partner.MoveResume:    {partner.Terminating: partner.Active},
	partner.MoveFinish:    {partner.Terminating: partner.Terminated},
	partner.MoveClearOut: {
		partner.Candidate: partner.ClearedOut, partner.Active: partner.ClearedOut, partner.Terminating: partner.ClearedOut, partner.Terminated: partner.ClearedOut,
	},
}

// begins is a call by which somebody goes from one status to another, at an instant that makes its natural key.
func (s *modelShop) begins(move partner.Move, id partner.ID, at time.Time) (c *modelCall, to partner.Status) {
	c = &modelCall{operation: string(move), key: fmt.Sprint(id, at.UnixMicro()), facts: fmt.Sprint(id)}
	c.refuse(s.oracle.people[id] == nil, modelRefused[*program.NotFoundError]("an unknown partner"))
	to, can := modelMoves[move][s.oracle.status(id, at)]
	c.refuse(!can && s.oracle.people[id] != nil, modelRefused[*partner.MoveError]("he does not stand there"))
	return c, to
}

// terminate begins to end somebody's time, or takes that back.
func (s *modelShop) terminate(t require.TestingT, move partner.Move, id partner.ID, at time.Time) {
	c, to := s.begins(move, id, at)
	c.do = func(again bool) (any, error) {
		in := program.Terminate{Partner: id, Meta: program.Meta{At: elsewhere(at, again)}}
		if move == partner.MoveResume {
			return s.prog.Partners.Resume(s.ctx, in)
		}
		return s.prog.Partners.Terminate(s.ctx, in)
	}
	c.done = func(got any) {
		s.oracle.learn(id, partner.FactStatus, string(to), at)
		s.sameState(t, id, at, got.(program.PartnerState))
	}
	s.call(t, c)
}

// depart ends it, at once where he is cleared out.
func (s *modelShop) depart(t require.TestingT, move partner.Move, id partner.ID, withTeam bool, at time.Time) {
	c, to := s.begins(move, id, at)
	c.facts += fmt.Sprint(withTeam)
	c.needsPlan(s, at)
	o, from := s.oracle, oracleLater(at, s.now)
	var moves []oracleMove
	var customers []partner.Customer
	if len(c.refusals) == 0 {
		moves, customers = o.leaves(id, o.plan(o.planAt(at)), at, from)
		c.refuse(move == partner.MoveClearOut && !withTeam && len(o.below(id, from)) > 0, modelRefused[*partner.TeamError]("he has a team"))
		c.refuse(o.ring(from, moves...), modelRefused[*tree.CycleError]("a ring"))
	}
	c.do = func(again bool) (any, error) {
		in := program.Depart{Partner: id, WithTeam: withTeam, Meta: program.Meta{At: elsewhere(at, again)}}
		if move == partner.MoveFinish {
			return s.prog.Partners.Finish(s.ctx, in)
		}
		return s.prog.Partners.ClearOut(s.ctx, in)
	}
	c.other = func() error {
		in := program.Depart{Partner: id, WithTeam: !withTeam, Meta: program.Meta{At: at}}
		if move == partner.MoveFinish {
			_, err := s.prog.Partners.Finish(s.ctx, in)
			return err
		}
		_, err := s.prog.Partners.ClearOut(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		o.depart(id, to, o.plan(o.planAt(at)), at, from)
		want := program.Departed{Partner: id, To: to, At: at, Forfeits: o.departures[len(o.departures)-1].forfeits}
		want.PayableUntil, _ = oracleInstant(o.says(id, partner.FactPayableUntil, at))
		for _, m := range moves {
			want.Edges = append(want.Edges, partner.EdgeMove{Partner: m.id, From: id, To: m.to})
		}
		for _, customer := range customers {
			want.Transfers = append(want.Transfers, partner.Transfer{Customer: customer, From: id})
		}
		require.Equal(t, want, got)
		state, err := s.prog.Partners.At(s.ctx, id, at)
		modelNoError(t, err)
		s.sameState(t, id, at, state)
		s.sameTree(t)
		for _, customer := range customers {
			s.sameOwners(t, customer)
		}
	}
	s.call(t, c)
}

// renew gives somebody more time, at his level or another.
func (s *modelShop) renew(t require.TestingT, id partner.ID, level partner.Level, days int, at time.Time) {
	c := &modelCall{operation: "renew", key: fmt.Sprint(id, at.UnixMicro()), facts: fmt.Sprint(id, level, days)}
	c.refuse(s.oracle.people[id] == nil, modelRefused[*program.NotFoundError]("an unknown partner"))
	c.needsPlan(s, at)
	c.refuse(!s.hasLevel(level, at), modelRefused[*program.LevelError]("the plan has no such level"))
	c.refuse(s.oracle.people[id] != nil && s.oracle.status(id, at) != partner.Active, modelRefused[*partner.MoveError]("he is not active"))
	c.do = func(again bool) (any, error) {
		return s.prog.Partners.Renew(s.ctx, program.Renew{Partner: id, Level: level, Days: days, Meta: program.Meta{At: elsewhere(at, again)}})
	}
	c.done = func(got any) {
		given := days
		if given == 0 {
			given = s.oracle.plan(s.oracle.planAt(at)).Joining.ValidDays
		}
		s.oracle.renew(id, level, given, at)
		s.sameState(t, id, at, got.(program.PartnerState))
	}
	s.call(t, c)
}

func (s *modelShop) stepLeave(t *rapid.T) {
	id, at := rapid.SampledFrom([]partner.ID{"p3", "p2", "p4", "p1", "c1"}).Draw(t, "partner"), s.at(s.instant(t, "at"))
	switch move := rapid.SampledFrom([]partner.Move{partner.MoveClearOut, partner.MoveTerminate, partner.MoveFinish, partner.MoveResume}).Draw(t, "move"); move {
	case partner.MoveTerminate, partner.MoveResume:
		s.terminate(t, move, id, at)
	default:
		s.depart(t, move, id, !modelOneIn(t, "without his team", 4), at)
	}
}

func (s *modelShop) stepRenew(t *rapid.T) {
	level := partner.Level("")
	if modelOneIn(t, "at a level", 3) {
		level = s.someLevel(t)
	}
	s.renew(t, s.person(t), level, rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "days"), s.at(s.instant(t, "at")))
}
