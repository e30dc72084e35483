package program_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// salesMetrics is a plan that asks for team sales in every way.
func salesMetrics() string {
	var asks string
	for _, name := range []string{"volume", "sales"} {
		for _, scope := range []string{"direct", "team", "until-leader"} {
			for _, more := range []string{`"node": "completed", "days": 1`, `"node": "after-sale-over"`, `"count": "gross", "selfPurchase": true, "since": "2026-06-02T03:00:00Z"`, `"days": 2`, `"sinceLevel": true`, `"products": ["tea"]`} {
				asks += fmt.Sprintf(`{"metric": {"name": %q, "scope": %q, %s}, "atLeast": "999999"},`, name, scope, more)
			}
		}
	}
	return `{"currency": "CNY", "joining": {"threshold": {"any": [` + asks[:len(asks)-1] + `]}}, "settlement": {"holdDays": 1},
		"levels": [{"id": "basic", "weight": 1, "default": true}, {"id": "leader", "weight": 2, "leader": true}],
		"commission": {"rates": ["10%"], "attribution": ["buyer", "owner", "referrer"]}}`
}

// salesModel is a shop, and its history as values.
type salesModel struct {
	*shop
	processes []*program.Program
	people    []partner.Person
	since     map[partner.ID]time.Time
	deals     map[commission.OrderID]*partner.Deal
	ids       []commission.OrderID
}

var salesTeam = []partner.ID{"a", "b", "c", "d", "e"}

func (m *salesModel) tick(by time.Duration) { m.now = m.now.Add(by) }

// person is the interval of somebody that has not ended.
func (m *salesModel) person(id partner.ID) *partner.Person {
	i := slices.IndexFunc(m.people, func(p partner.Person) bool { return p.ID == id && p.To.IsZero() })
	return &m.people[i]
}

// changes ends an interval of somebody and begins another.
func (m *salesModel) changes(id partner.ID, by func(*partner.Person)) {
	p := m.person(id)
	next := *p
	p.To, next.From = m.now, m.now
	by(&next)
	m.people = append(m.people, next)
}

func (m *salesModel) sell(t *rapid.T) {
	seller := rapid.SampledFrom(salesTeam).Draw(t, "seller")
	id := commission.OrderID(fmt.Sprintf("o-%d", len(m.ids)))
	o := m.order(string(id), 1, fmt.Sprintf("%d.%02d", rapid.IntRange(1, 99).Draw(t, "amount"), len(m.ids)%100))
	o.Customer, o.Referrer = "somebody", seller
	if rapid.Bool().Draw(t, "of his own") {
		o.Customer = partner.Customer(seller)
	}
	if rapid.Bool().Draw(t, "other goods") {
		o.Lines[0].Product = "cup"
	}
	if late := rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Hour, 30 * time.Hour}).Draw(t, "late by"); !m.now.Add(-late).Before(noon.Add(time.Hour)) {
		o.PaidAt = m.now.Add(-late)
	}
	out, err := m.Orders.Paid(ctx, o)
	require.NoError(t, err)
	require.Equal(t, seller, out.Attributed.Partner)
	cny := money.MustCurrency("CNY", 2)
	paid, err := cny.Amount(o.Lines[0].Amount)
	require.NoError(t, err)
	m.ids = append(m.ids, id)
	m.deals[id] = &partner.Deal{Buyer: partner.ID(o.Customer), Seller: seller, PaidAt: o.PaidAt, Lines: []partner.DealLine{{Product: o.Lines[0].Product, Units: 1, Paid: paid, Refunded: cny.Minor(0)}}}
	m.tick(time.Second)
}

// some returns an order.
func (m *salesModel) some(t *rapid.T) (commission.OrderID, *partner.Deal) {
	if len(m.ids) == 0 {
		t.Skip("no order")
	}
	id := rapid.SampledFrom(m.ids).Draw(t, "order")
	return id, m.deals[id]
}

func (m *salesModel) refund(t *rapid.T) {
	id, deal := m.some(t)
	cent := money.MustCurrency("CNY", 2).Minor(1)
	_, err := m.Orders.Refunded(ctx, program.Refund{ID: fmt.Sprintf("r-%s-%s", id, m.now), Order: id, Lines: []program.RefundLine{{Line: "1", Amount: decimal.NewNullDecimal(decimal.RequireFromString("0.01"))}}})
	require.NoError(t, err)
	deal.AfterSale = true
	deal.Lines[0].Refunded, err = deal.Lines[0].Refunded.Add(cent)
	require.NoError(t, err)
	m.tick(time.Second)
}

func (m *salesModel) receive(t *rapid.T) {
	id, deal := m.some(t)
	if deal.CompletedAt.IsZero() {
		_, err := m.Orders.Received(ctx, program.Received{Order: id})
		require.NoError(t, err)
		deal.CompletedAt = m.now
	}
	m.tick(time.Second)
}

func (m *salesModel) moves(t *rapid.T) {
	who, to := rapid.SampledFrom(salesTeam[1:]).Draw(t, "who"), rapid.SampledFrom(salesTeam).Draw(t, "to")
	if _, err := m.Team.Move(ctx, program.Move{Partner: who, Recruiter: to, Meta: program.Meta{Actor: "ann", Reason: "asked"}}); err == nil && m.person(who).By != to {
		m.changes(who, func(p *partner.Person) { p.By = to })
	}
	m.tick(time.Second)
}

func (m *salesModel) rises(t *rapid.T) {
	who, leader := rapid.SampledFrom(salesTeam).Draw(t, "who"), rapid.Bool().Draw(t, "leader")
	level := partner.Level("basic")
	if leader {
		level = "leader"
	}
	_, err := m.Partners.SetLevel(ctx, program.SetLevel{Partner: who, Level: level})
	require.NoError(t, err)
	if m.person(who).Leader != leader {
		m.since[who] = m.now
		m.changes(who, func(p *partner.Person) { p.Leader = leader })
	}
	m.tick(time.Second)
}

// runs does what is due, each part in whichever process, and sometimes only a part of it.
func (m *salesModel) runs(t *rapid.T, all bool) {
	for more := true; more; {
		m.Program = rapid.SampledFrom(m.processes).Draw(t, "process")
		due, err := m.RunDue(ctx, m.now)
		require.NoError(t, err)
		for _, id := range due.Released {
			m.deals[id].AfterSaleOverAt = m.now
		}
		more = due.More && all
	}
	m.tick(time.Second)
}

// agrees compares what is measured of everybody with the history.
func (m *salesModel) agrees(t *rapid.T) {
	m.runs(t, true)
	m.runs(t, true) // what reaching made, too
	report, err := m.Audit(ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), report.String())
	if len(m.ids) == 0 {
		return
	}
	var deals []partner.Deal
	for _, id := range m.ids {
		deals = append(deals, *m.deals[id])
	}
	for _, id := range salesTeam {
		h := partner.History{Partner: id, At: m.now, LevelSince: m.since[id], Currency: money.MustCurrency("CNY", 2), Deals: deals, People: m.people}
		v, err := m.Partners.Progress(ctx, id)
		require.NoError(t, err)
		for _, part := range v.Parts {
			want, known := h.Measure(*part.Condition.Metric)
			require.True(t, known && part.Known)
			require.Equal(t, fmt.Sprint(want.Amount.Plain(), want.Number), fmt.Sprint(part.Value.Amount.Plain(), part.Value.Number), "%+v of %s at %s", *part.Condition.Metric, id, m.now)
		}
	}
}

func TestLaw_6_02_TeamSalesAreWhatTheHistorySays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &salesModel{shop: open(t, ""), since: map[partner.ID]time.Time{}, deals: map[commission.OrderID]*partner.Deal{}}
		for _, batch := range []int{2, 100} { // two processes, of which either may have died
			p, err := program.New(m.store, program.Config{
				Plan: program.MustPlan(salesMetrics()), Clock: func() time.Time { return m.now }, Batch: batch,
				NewID: func() string { m.shop.ids++; return fmt.Sprintf("%032x", m.shop.ids) },
			})
			require.NoError(rt, err)
			m.processes = append(m.processes, p)
		}
		m.Program = m.processes[0]
		for i, id := range salesTeam {
			m.add(id)
			m.since[id] = m.now
			p := partner.Person{ID: id, Partner: true, From: m.now}
			if i > 0 {
				p.By = rapid.SampledFrom(salesTeam[:i]).Draw(rt, "recruiter")
				m.recruit(id, p.By)
			}
			m.people = append(m.people, p)
			m.tick(time.Second)
		}
		m.now = noon.Add(time.Hour)
		rt.Repeat(map[string]func(*rapid.T){
			"sell": m.sell, "sell more": m.sell, "refund": m.refund, "receive": m.receive, "move": m.moves, "level": m.rises,
			"some": func(t *rapid.T) { m.runs(t, false) },
			"wait": func(t *rapid.T) {
				m.tick(rapid.SampledFrom([]time.Duration{time.Hour, 11 * time.Hour, 24 * time.Hour}).Draw(t, "for"))
			},
			"compare": m.agrees,
		})
		m.agrees(rt)
	})
}
