package program_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// people are those of whom a small history is drawn. "p0" is the one who is measured.
var people = []partner.ID{"p0", "p1", "p2", "p3", "p4"}

// peopleHistory is what the naive definition of the metrics is told of everybody, from the records alone: an interval for each time in which somebody stood
// below a recruiter or belonged to an owner in one way.
func (s *shop) peopleHistory(customers []partner.Customer) partner.History {
	h := partner.History{Partner: "p0", At: s.now, Currency: money.MustCurrency("CNY", 2)}
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		facts, err := tx.Facts(ctx, people)
		if err != nil {
			return err
		}
		var queries []store.EdgeQuery
		for _, id := range people {
			queries = append(queries, store.EdgeQuery{Partner: id})
		}
		edges, err := tx.Edges(ctx, queries)
		if err != nil {
			return err
		}
		bindings, err := tx.Bindings(ctx, customers)
		if err != nil {
			return err
		}
		h.LevelSince = partner.LevelSince(facts[0], s.now)
		for i, id := range people {
			h.People = append(h.People, s.standings(id, facts[i], edges[i])...)
		}
		for i, customer := range customers {
			for _, held := range tree.History(bindings[i]) {
				if held.Owner != "" {
					h.People = append(h.People, partner.Person{ID: partner.ID(customer), By: held.Owner, From: held.From, To: held.To})
				}
			}
		}
		return nil
	}))
	return h
}

// standings are the intervals of one who has a place in the team; in this history he is a partner by that.
func (s *shop) standings(id partner.ID, facts []partner.Fact, edges []tree.Edge) []partner.Person {
	var instants []time.Time
	for _, f := range facts {
		instants = append(instants, f.At)
	}
	for _, e := range edges {
		instants = append(instants, e.From)
	}
	slices.SortFunc(instants, time.Time.Compare)
	instants = slices.CompactFunc(instants, time.Time.Equal)
	var all []partner.Person
	for i, from := range instants {
		by := tree.RecruiterAt(edges, from)
		if by == "" {
			continue
		}
		state := partner.At(facts, from)
		p := partner.Person{ID: id, By: by, Partner: true, Level: state.Level, Leader: state.Level == "leader", From: from}
		if i+1 < len(instants) {
			p.To = instants[i+1]
		}
		all = append(all, p)
	}
	return all
}

// TestRule_3_20_PeopleAreWhatTheDefinitionCounts draws who recruits, moves, binds and rises, all of them partners, and counts event by event.
func TestRule_3_20_PeopleAreWhatTheDefinitionCounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		metric := drawPeople(rt)
		s := open(t, `{"currency": "CNY", "levels": [{"id": "basic", "weight": 1, "default": true}, {"id": "leader", "weight": 2, "leader": true}], "commission": {"rates": ["10%"]}}`)
		text := metric.json()
		customers := []partner.Customer{"c0", "c1", "c2", "p4"}
		s.add("p0")
		for range rapid.IntRange(0, 12).Draw(rt, "events") {
			s.now = s.now.Add(12 * time.Hour)
			s.happens(rt, customers)
		}
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{"currency": "CNY", "levels": [{"id": "basic", "weight": 1, "default": true}, {"id": "leader", "weight": 2, "leader": true}],
			"commission": {"rates": ["10%"]}, "joining": {"threshold": {"all": [{"metric": ` + text + `, "atLeast": "99"}]}}}`)})
		require.NoError(rt, err)
		v, err := s.Partners.Progress(ctx, "p0")
		require.NoError(rt, err)
		want, _ := s.peopleHistory(customers).Measure(partner.Metric(metric))
		require.Equal(rt, want.Number, v.Parts[0].Value.Number, "%s", text)
	})
}

type drawnMetric partner.Metric

// json is the metric as a plan names it.
func (m drawnMetric) json() string {
	text := fmt.Sprintf(`{"name": %q, "scope": %q, "days": %d, "sinceLevel": %t`, m.Name, m.Scope, m.Days, m.SinceLevel)
	if len(m.Levels) > 0 {
		text += fmt.Sprintf(`, "levels": [%q]`, m.Levels[0])
	}
	return text + "}"
}

func drawPeople(t *rapid.T) drawnMetric {
	m := drawnMetric{
		Name:  rapid.SampledFrom([]partner.MetricName{partner.MetricCustomers, partner.MetricPartners}).Draw(t, "metric"),
		Scope: rapid.SampledFrom([]partner.Scope{partner.Direct, partner.WholeTeam, partner.UntilLeader}).Draw(t, "scope"),
		Days:  rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "days"), SinceLevel: rapid.IntRange(0, 3).Draw(t, "since the level") == 0,
	}
	if m.Name == partner.MetricPartners && rapid.IntRange(0, 2).Draw(t, "of a level") == 0 {
		m.Levels = []partner.Level{"leader"}
	}
	return m
}

// happens has something happen that may be refused.
func (s *shop) happens(t *rapid.T, customers []partner.Customer) {
	meta := program.Meta{At: s.now, Actor: "ann", Reason: "drawn"}
	who, by := rapid.SampledFrom(people).Draw(t, "who"), rapid.SampledFrom(people).Draw(t, "by")
	customer := rapid.SampledFrom(customers).Draw(t, "customer")
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	case 0, 1:
		_, _ = s.Team.Recruit(ctx, program.Recruit{Partner: who, Recruiter: by, Meta: meta})
	case 2:
		_, _ = s.Team.Move(ctx, program.Move{Partner: who, Recruiter: by, Meta: meta})
	case 3:
		_, _ = s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: by, Meta: meta})
	case 4:
		_, _ = s.Team.Transfer(ctx, program.Transfer{Customers: []partner.Customer{customer}, To: by, Meta: meta})
	case 5:
		_, _ = s.Partners.SetLevel(ctx, program.SetLevel{Partner: who, Level: rapid.SampledFrom([]partner.Level{"basic", "leader"}).Draw(t, "level"), Meta: meta})
	}
}
