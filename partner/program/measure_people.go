package program

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// member is one who stands below somebody.
type member struct {
	id      partner.ID
	state   partner.State
	brought time.Time // when his recruiter had him first
}

// partners counts the partners whom a scope has brought: who stands in it at the instant and is a partner then. A candidate is none yet, nor is one who has
// left or has not renewed; those below them count.
func (m *measured) partners(metric partner.Metric) (n int64, err error) {
	since, err := m.reachedLevel(metric)
	if err != nil {
		return 0, err
	}
	from := metric.From(m.at, since)
	below, err := m.below(metric.Scope)
	if err != nil {
		return 0, err
	}
	for _, x := range below {
		if isPartner(x.state) && !x.brought.Before(from) && (len(metric.Levels) == 0 || slices.Contains(metric.Levels, x.state.Level)) {
			n++
		}
	}
	return n, nil
}

// isPartner reports whether one in this state takes part as a partner, whether or not he earns.
func isPartner(s partner.State) bool { return s.Status == partner.Active && !s.Expired }

// below returns everybody of a scope below him at the instant, the nearest first.
func (m *measured) below(scope partner.Scope) ([]member, error) {
	var all []member
	for level := []partner.ID{m.id}; len(level) > 0; {
		next, err := m.recruitsOf(level)
		if err != nil {
			return nil, err
		}
		level = level[:0]
		for _, x := range next {
			if scope == partner.UntilLeader && m.version.plan.Levels.Leads(x.state.Level) {
				continue // he, and what stands below him
			}
			all, level = append(all, x), append(level, x.id)
		}
		if scope == partner.Direct {
			break
		}
	}
	return all, nil
}

// recruitsOf returns who stands directly below any of some partners at the instant. Nobody has two recruiters, and no ring closes, so that each is found once.
func (m *measured) recruitsOf(recruiters []partner.ID) ([]member, error) {
	var all []member
	for some := range slices.Chunk(recruiters, auditPage) {
		queries := make([]store.RecruitQuery, len(some))
		for i, id := range some {
			queries[i] = store.RecruitQuery{Recruiter: id, At: m.at}
		}
		found, err := m.tx.Recruits(m.ctx, queries)
		if err != nil {
			return nil, err
		}
		for i, ids := range found {
			members, err := m.members(some[i], ids)
			if err != nil {
				return nil, err
			}
			all = append(all, members...)
		}
	}
	return all, nil
}

// members reads those whom somebody recruited.
func (m *measured) members(recruiter partner.ID, ids []partner.ID) ([]member, error) {
	all := make([]member, 0, len(ids))
	for some := range slices.Chunk(ids, auditPage) {
		facts, err := m.tx.Facts(m.ctx, some)
		if err != nil {
			return nil, err
		}
		edges, err := m.tx.Edges(m.ctx, inTree("", some...))
		if err != nil {
			return nil, err
		}
		for i, id := range some {
			x := member{id: id, state: partner.At(facts[i], m.at)}
			for _, e := range edges[i] {
				if e.Recruiter == recruiter && (x.brought.IsZero() || e.From.Before(x.brought)) {
					x.brought = e.From
				}
			}
			all = append(all, x)
		}
	}
	return all, nil
}

// customers counts who belongs to a scope at the instant and is no partner then: the customers of somebody of it, and those who were recruited and are
// partners only once they have reached what the plan asks.
func (m *measured) customers(metric partner.Metric) (n int64, err error) {
	since, err := m.reachedLevel(metric)
	if err != nil {
		return 0, err
	}
	from, owners := metric.From(m.at, since), []partner.ID{m.id}
	below, err := m.below(metric.Scope)
	if err != nil {
		return 0, err
	}
	candidates := map[partner.ID]bool{m.id: true} // they count once, and he himself never
	for _, x := range below {
		if metric.Scope != partner.Direct {
			owners = append(owners, x.id)
		}
		if x.state.Status == partner.Candidate {
			candidates[x.id] = true
			if !x.brought.Before(from) {
				n++
			}
		}
	}
	policies, err := m.policies()
	if err != nil {
		return 0, err
	}
	for _, owner := range owners {
		for after := partner.Customer(""); ; {
			page, err := m.tx.CustomersOf(m.ctx, owner, after, auditPage)
			if err != nil {
				return 0, err
			}
			if len(page) == 0 {
				break
			}
			of, err := m.customersAmong(owner, page, candidates, from, policies)
			if err != nil {
				return 0, err
			}
			n, after = n+of, page[len(page)-1]
		}
	}
	return n, nil
}

// customersAmong counts which of some customers belong to somebody at the instant, were brought from another on, and are neither partners nor counted.
func (m *measured) customersAmong(owner partner.ID, page []partner.Customer, counted map[partner.ID]bool, from time.Time, policies []tree.Dated) (n int64, err error) {
	known, err := m.tx.Bindings(m.ctx, page)
	if err != nil {
		return 0, err
	}
	ids := make([]partner.ID, len(page))
	for i, customer := range page {
		ids[i] = partner.ID(customer)
	}
	facts, err := m.tx.Facts(m.ctx, ids)
	if err != nil {
		return 0, err
	}
	for i := range page {
		if !counted[ids[i]] && tree.OwnerAt(known[i], m.at, policies...) == owner && !isPartner(partner.At(facts[i], m.at)) &&
			!broughtBy(owner, known[i], policies).Before(from) {
			n++
		}
	}
	return n, nil
}

// broughtBy is when a customer of whom this is known belonged to somebody first.
func broughtBy(owner partner.ID, known []tree.Binding, policies []tree.Dated) time.Time {
	for _, held := range tree.History(known, policies...) {
		if held.Owner == owner {
			return held.From
		}
	}
	return time.Time{}
}
