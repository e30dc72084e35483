package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// What the model does with customers and their owners, and with the team once it stands.

var (
	modelBuyers = []partner.Customer{"c3", "c1", "c2", "p4", "p1"}
	modelOwners = []partner.ID{"p1", "p2", "p3", "p4", "nobody"}
)

// bind tries to bind a customer, by what he did or, without a cause, by an assignment.
func (s *modelShop) bind(t require.TestingT, in program.Bind) {
	at := s.at(in.At)
	in.At = at // which makes the natural key, so that the call can come again
	c := &modelCall{operation: "bind", key: fmt.Sprint(in.Customer, "<", in.Owner, at.UnixMicro(), in.By), facts: fmt.Sprintf("%+v", in)}
	assigns := in.By == tree.ByAssignment
	if assigns {
		c.operation = "assign"
	}
	c.refuse(string(in.Customer) == string(in.Owner), modelRefusedAs("himself", tree.ErrSelf))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		if assigns {
			return s.prog.Team.Assign(s.ctx, program.Assign{Customer: in.Customer, Owner: in.Owner, Meta: in.Meta})
		}
		return s.prog.Team.Bind(s.ctx, in)
	}
	c.done = func(got any) {
		b := oracleBinding{customer: in.Customer, owner: in.Owner, by: in.By, at: at}
		if b.by == "" {
			b.by = tree.ByShare
		}
		owner, reason := s.oracle.bind(b)
		require.Equal(t, program.BindOutcome{Owner: owner, Bound: reason == "", Reason: reason}, got)
		s.sameOwners(t, in.Customer)
	}
	s.call(t, c)
}

// transfer gives customers to somebody from an instant on, "" for nobody.
func (s *modelShop) transfer(t require.TestingT, to partner.ID, at time.Time, customers ...partner.Customer) {
	meta := program.Meta{At: s.at(at), Actor: "ann", Reason: "she was asked to"}
	c := &modelCall{operation: "transfer", key: fmt.Sprint(customers, ">", to, meta.At.UnixMicro()), facts: fmt.Sprint(customers, to)}
	var had []partner.ID
	for i, customer := range customers {
		had = append(had, s.oracle.owner(customer, meta.At))
		cannot := modelRefused[*program.TransferError]
		c.refuse(string(customer) == string(to), modelRefusedAs("himself", tree.ErrSelf))
		c.refuse(slices.Contains(customers[:i], customer), modelRefused[*program.MetaError]("twice"))
		c.refuse(had[i] == "", cannot("nobody's"))
		c.refuse(had[i] == to, cannot("his already"))
	}
	if to == "" {
		c.operation = "unbind"
	} else {
		c.refuse(s.oracle.people[to] == nil, modelRefused[*program.NotFoundError]("an unknown owner"))
		c.refuse(s.oracle.people[to] != nil && !s.oracle.earns(to, meta.At), modelRefused[*program.TransferError]("an owner who earns nothing"))
	}
	c.do = func(again bool) (any, error) {
		meta := meta
		meta.At = elsewhere(meta.At, again)
		if to == "" {
			return s.prog.Team.Unbind(s.ctx, program.Unbind{Customers: customers, Meta: meta})
		}
		return s.prog.Team.Transfer(s.ctx, program.Transfer{Customers: customers, To: to, Meta: meta})
	}
	c.done = func(got any) {
		by := tree.ByTransfer
		if to == "" {
			by = tree.ByRelease
			if s.oracle.policy(meta.At).Unbind == tree.UnbindVoids {
				by = tree.ByVoid
			}
		}
		var want []partner.Transfer
		for i, customer := range customers {
			b := oracleBinding{customer: customer, owner: to, by: by, at: meta.At, had: had[i]}
			s.oracle.bindings = append(s.oracle.bindings, b)
			s.oracle.noteLate(b)
			if by == tree.ByVoid {
				s.oracle.void(b)
			}
			want = append(want, partner.Transfer{Customer: customer, From: had[i], To: to})
		}
		require.Equal(t, want, got)
		for _, customer := range customers {
			s.sameOwners(t, customer)
		}
	}
	s.call(t, c)
}

// sameOwners compares to whom a customer belonged, at every instant at which that can have changed, with what the oracle says.
func (s *modelShop) sameOwners(t require.TestingT, customer partner.Customer) {
	held, err := s.prog.Team.History(s.ctx, customer)
	modelNoError(t, err)
	instants := []time.Time{s.now}
	known := s.oracle.known(customer)
	for _, p := range s.oracle.plans {
		instants = append(instants, p.from)
		for _, b := range known {
			over := b.at.Add(time.Duration(p.plan.Binding.Days) * oracleDay)
			instants = append(instants, over, over.Add(-time.Microsecond))
		}
	}
	for _, b := range known {
		instants = append(instants, b.at, b.at.Add(-time.Microsecond))
	}
	for i, at := range instants {
		want, got := s.oracle.ownerBy(known, at), partner.ID("")
		for _, h := range held {
			if !at.Before(h.From) && (h.To.IsZero() || at.Before(h.To)) {
				got = h.Owner
			}
		}
		modelSame(t, want, got, "who owned %s at %s", customer, at)
		if i == 0 || i == len(instants)-1 {
			ownership, err := s.prog.Team.Ownership(s.ctx, customer, at)
			modelNoError(t, err)
			modelSame(t, want, ownership.Owner, "the owner of %s at %s", customer, at)
		}
	}
	if owner := s.oracle.ownerBy(known, s.now); owner != "" {
		customers, err := s.prog.Team.Customers(s.ctx, owner, s.now, "", modelPage)
		modelNoError(t, err)
		modelHolds(t, slices.Contains(customers, customer), "%s is one of the customers of %s: %v", customer, owner, customers)
	}
}

// move puts somebody below another recruiter, "" for nobody, alone or with all below him.
func (s *modelShop) move(t require.TestingT, in program.Move) {
	at := s.at(in.At)
	in.At = at // which makes the natural key, so that the call can come again
	from, o := oracleLater(at, s.now), s.oracle
	was := o.edgeAt(in.Partner, from)
	want := program.Moved{Partner: in.Partner, From: was, To: in.Recruiter}
	var moves []oracleMove
	if in.Alone {
		for _, id := range o.below(in.Partner, from) {
			moves = append(moves, oracleMove{id, was})
		}
		want.Left = len(moves)
	}
	moves = append(moves, oracleMove{in.Partner, in.Recruiter})
	switch bar := o.recruitBar(in.Recruiter, from); {
	case was == in.Recruiter:
		want.Reason = tree.SameOwner
	case in.Recruiter != "" && bar != "":
		want.Reason = bar
	}
	c := &modelCall{operation: "move", key: fmt.Sprint(in.Partner, "<", in.Recruiter, at.UnixMicro()), facts: fmt.Sprintf("%+v", in)}
	c.refuse(in.Partner == in.Recruiter, modelRefusedAs("himself", tree.ErrSelf))
	c.refuse(o.people[in.Partner] == nil || in.Recruiter != "" && o.people[in.Recruiter] == nil, modelRefused[*program.NotFoundError]("somebody unknown"))
	c.refuse(want.Reason == "" && o.people[in.Partner] != nil && o.ring(from, moves...), modelRefused[*tree.CycleError]("a ring"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Team.Move(s.ctx, in)
	}
	c.other = func() error {
		in := in
		in.Alone = !in.Alone
		_, err := s.prog.Team.Move(s.ctx, in)
		return err
	}
	if want.Reason != "" && len(c.refusals) == 0 && s.claims["move "+c.key] == nil {
		s.unchanged(t, "a move that changes nothing", func() {
			got, err := c.do(false)
			require.NoError(t, err)
			want.Left = 0
			require.Equal(t, want, got)
		})
		return
	}
	c.done = func(got any) {
		want.Moves, want.At = true, from
		require.Equal(t, want, got)
		for _, m := range moves {
			o.stand(m.id, m.to, from)
		}
		s.sameTree(t)
	}
	s.call(t, c)
}

func (s *modelShop) stepBind(t *rapid.T) {
	in := program.Bind{
		Customer: rapid.SampledFrom(modelBuyers).Draw(t, "customer"), Owner: rapid.SampledFrom(modelOwners).Draw(t, "owner"),
		By: rapid.SampledFrom([]tree.Cause{"", tree.ByOrder, tree.ByContact, tree.ByAssignment}).Draw(t, "by"),
	}
	in.At = s.instant(t, "at")
	if in.By == tree.ByAssignment {
		in.Actor, in.Reason = "ann", "nobody's"
	}
	s.bind(t, in)
}

func (s *modelShop) stepTransfer(t *rapid.T) {
	customers := []partner.Customer{rapid.SampledFrom(modelBuyers[:3]).Draw(t, "customer")}
	if modelOneIn(t, "another", 4) {
		customers = append(customers, rapid.SampledFrom(modelBuyers).Draw(t, "another"))
	}
	to := rapid.SampledFrom([]partner.ID{"", "p1", "p2", "p4", "nobody"}).Draw(t, "to")
	s.transfer(t, to, s.instant(t, "at"), customers...)
}

func (s *modelShop) stepMove(t *rapid.T) {
	in := program.Move{
		Partner:   rapid.SampledFrom([]partner.ID{"p3", "p2", "p1", "p4"}).Draw(t, "partner"),
		Recruiter: rapid.SampledFrom([]partner.ID{"p1", "", "p3", "p2", "p4"}).Draw(t, "recruiter"),
		Alone:     modelOneIn(t, "alone", 3),
	}
	in.At = s.instant(t, "at")
	s.move(t, in)
}
