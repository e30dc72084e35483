package program_test

import (
	"fmt"
	"maps"
	"math/big"
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
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// salesPlan has everything by which orders become somebody's, or less, later: a grace, levels of the release, exchanges that are refunds, bindings that end.
func salesPlan(leads string, days int) string {
	return fmt.Sprintf(`{
		"currency": "CNY", "calendar": {"zone": "Asia/Shanghai"},
		"levels": [{"id": "agent", "weight": 1, "default": true, "leader": %t}, {"id": "director", "weight": 2, "leader": %t}],
		"joining": {"spend": "100"}, "binding": {"days": %d, "renewOnOrder": true, "touch": "last"},
		"commission": {"rates": ["10%%", "5%%"], "levels": {"director": ["12%%"]}, "exchange": "refund", "graceMinutes": 120, "levelAt": "released", "excluded": {"products": ["free"]}},
		"settlement": {"anchor": "paid", "holdDays": 1}
	}`, leads == "agent", leads == "director", days)
}

// books are a programme's records, and what follows from them the plain way.
type books struct {
	members map[partner.ID]tree.Node
	own     map[partner.ID]program.Sales
	owned   map[partner.ID]int // customers who are no members
}

// readBooks works everything out anew, as of an instant, for orders paid within a time.
func readBooks(t require.TestingT, st store.Store, p *program.Program, now, from, to time.Time, leader partner.Level) books {
	b := books{members: map[partner.ID]tree.Node{}, own: map[partner.ID]program.Sales{}, owned: map[partner.ID]int{}}
	var customers []store.Spend
	require.NoError(t, st.View(ctx, "", func(tx store.Tx) error {
		partners, err := tx.ScanPartners(ctx, "", 1000)
		require.NoError(t, err)
		for _, who := range partners {
			facts, err := tx.Facts(ctx, []partner.ID{who.ID})
			require.NoError(t, err)
			edges, err := tx.Edges(ctx, []store.EdgeQuery{{Partner: who.ID}})
			require.NoError(t, err)
			state := partner.At(facts[0], now)
			b.members[who.ID] = tree.Node{
				ID: who.ID, Level: state.Level, Partner: state.Status == partner.Active, Leader: leader != "" && state.Level == leader, Recruiter: tree.RecruiterAt(edges[0], now),
			}
			b.own[who.ID] = program.Sales{Volume: money.MustCurrency("CNY", 2).Minor(0)}
		}
		orders, err := tx.ScanOrders(ctx, "", 10_000)
		require.NoError(t, err)
		for i := range orders {
			if o := &orders[i]; o.Posted && o.Attributed.Partner != "" && !o.PaidAt.Before(from) && o.PaidAt.Before(to) {
				b.own[o.Attributed.Partner] = soldToo(t, b.own[o.Attributed.Partner], o)
			}
		}
		customers, err = tx.ScanCustomers(ctx, "", 1000)
		return err
	}))
	for _, c := range customers {
		owner, err := p.Team.Owner(ctx, c.Customer, now)
		require.NoError(t, err)
		if _, member := b.members[partner.ID(c.Customer)]; !member && owner != "" {
			b.owned[owner]++
		}
	}
	return b
}

// soldToo adds what is left of an order: of every line that takes part what was paid, without the units that came back at its own price, and the money.
func soldToo(t require.TestingT, has program.Sales, o *settlement.Order) program.Sales {
	total := new(big.Rat)
	for i, l := range o.Frozen.Lines {
		if l.Reason != "" && l.Reason != commission.SelfPurchased {
			continue
		}
		back := o.Returned[i]
		left := new(big.Rat).Mul(rat(l.Net), big.NewRat(l.Quantity-back.Valued, l.Quantity))
		if left.Sub(left, rat(back.Money)); left.Sign() > 0 {
			cents := left.Mul(left, big.NewRat(100, 1))
			total.Add(total, new(big.Rat).SetInt(new(big.Int).Quo(cents.Num(), cents.Denom())))
		}
	}
	if total.Sign() > 0 {
		has.Orders++
	}
	sum, err := has.Volume.Add(money.MustCurrency("CNY", 2).Minor(total.Num().Int64()))
	require.NoError(t, err)
	has.Volume = sum
	return has
}

func rat(a money.Amount) *big.Rat { return a.Decimal().Rat() }

func (b books) ids() []partner.ID { return slices.Sorted(maps.Keys(b.members)) }

// performance is what somebody and his team are and sold, and the levels of his team, found by every member's line upwards.
func (b books) performance(t require.TestingT, id partner.ID, scope tree.Scope) (p program.Performance, levels []program.Group) {
	p.Own = b.own[id]
	zero := p.Own.Volume.Neg()
	zero, err := zero.Add(p.Own.Volume)
	require.NoError(t, err)
	p.Direct.Volume, p.Team.Sales = zero, p.Own
	p.Direct.Customers, p.Team.Customers = b.owned[id], b.owned[id]
	for _, other := range b.ids() {
		step, at := 0, other
		for at != id && at != "" && !(scope.UntilLeader && b.members[at].Leader) {
			at, step = b.members[at].Recruiter, step+1
		}
		if at != id || step == 0 || scope.Depth > 0 && step > scope.Depth {
			continue
		}
		for len(levels) < step {
			levels = append(levels, program.Group{Sales: program.Sales{Volume: zero}})
		}
		groups := []*program.Group{&p.Team, &levels[step-1]}
		if step == 1 {
			groups = append(groups, &p.Direct)
		}
		for i, g := range groups {
			if b.members[other].Partner {
				g.Partners++
			} else {
				g.Known++
			}
			if i < 2 {
				g.Customers += b.owned[other]
			}
			g.Orders += b.own[other].Orders
			g.Volume, err = g.Volume.Add(b.own[other].Volume)
			require.NoError(t, err)
		}
	}
	return p, levels
}

var teamScopes = []tree.Scope{{}, {Depth: 1}, {Depth: 2}, {UntilLeader: true}, {Depth: 2, UntilLeader: true}}

// requireBooks compares everything that an index says with the books.
func requireBooks(t require.TestingT, b books, x *program.TeamIndex) {
	x.View(func(ix *tree.Index) { require.Equal(t, len(b.members), ix.Len()) })
	for _, id := range b.ids() {
		x.View(func(ix *tree.Index) {
			m, ok := ix.Find(id)
			require.True(t, ok)
			require.Equal(t, b.members[id], ix.Node(m))
		})
		for _, scope := range teamScopes {
			want, levels := b.performance(t, id, scope)
			got, err := x.Performance(id, scope)
			require.NoError(t, err)
			require.Equal(t, want, got, "%s within %+v", id, scope)
			below, err := x.Levels(id, scope)
			require.NoError(t, err)
			require.Equal(t, levels, below, "levels of %s within %+v", id, scope)
		}
		requireOwnAndChildren(t, x, id)
	}
}

// requireOwnAndChildren asserts rule 3.21 of a team: it is his own, and the teams of his children.
func requireOwnAndChildren(t require.TestingT, x *program.TeamIndex, id partner.ID) {
	whole, err := x.Performance(id, tree.Scope{})
	require.NoError(t, err)
	want := program.Group{People: program.People{Customers: whole.Direct.Customers}, Sales: whole.Own}
	page, err := x.Children(program.ChildrenOf{Of: id, Limit: 1000})
	require.NoError(t, err)
	for _, child := range page.Members {
		if child.Partner {
			want.Partners++
		} else {
			want.Known++
		}
		want.Partners += child.Team.Partners
		want.Known += child.Team.Known
		want.Customers += child.Team.Customers
		want.Orders += child.Team.Orders
		want.Volume, err = want.Volume.Add(child.Team.Volume)
		require.NoError(t, err)
	}
	require.Equal(t, want, whole.Team, id)
	require.Equal(t, whole.Team.Known+whole.Team.Customers, whole.Team.NonPartners())
}

// TestRule_3_21_EveryIndexIsWhatTheOrdersSay lets a shop live, with indexes of all time, of a month and of a window in two processes that take it over now and
// then, and begin anew now and then. Each is then what the orders, the edges, the facts and the bindings say.
func TestRule_3_21_EveryIndexIsWhatTheOrdersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st, now := memstore.New(), time.Date(2026, 6, 30, 14, 0, 0, 0, time.UTC) // two hours before the end of the month in Shanghai
		open := func() *program.Program {
			p, err := program.New(st, program.Config{
				Plan: program.MustPlan(salesPlan("director", 1)), Clock: func() time.Time { return now }, Batch: rapid.SampledFrom([]int{1, 3, 500}).Draw(t, "batch"),
			})
			require.NoError(t, err)
			return p
		}
		processes := []*program.Program{open(), open()}
		endOfJune := time.Date(2026, 6, 30, 16, 0, 0, 0, time.UTC)
		june, err := commission.ParsePeriod("2026-06")
		require.NoError(t, err)
		kinds := []struct {
			of       program.IndexOf
			from, to time.Time
		}{
			{program.IndexOf{Sales: true, Customers: true}, time.Time{}, tree.Ever},
			{program.IndexOf{Sales: true, Customers: true, Period: june}, endOfJune.AddDate(0, -1, 0), endOfJune},
			{program.IndexOf{Sales: true, Customers: true, From: now.Add(time.Hour), To: now.Add(9 * time.Hour)}, now.Add(time.Hour), now.Add(9 * time.Hour)},
		}
		anew := func(kind int) *program.TeamIndex {
			x, err := processes[rapid.IntRange(0, 1).Draw(t, "process")].Team.Index(ctx, kinds[kind].of)
			require.NoError(t, err)
			return x
		}
		indexes := make([]*program.TeamIndex, len(kinds))
		for kind := range kinds {
			indexes[kind] = anew(kind)
		}
		leader := func(s string) partner.Level {
			return map[string]partner.Level{"agent": "agent", "director": "director"}[s]
		}
		type reign struct {
			from  time.Time
			leads string
		}
		plans := []reign{{leads: "director"}}
		who := rapid.Custom(func(t *rapid.T) partner.ID {
			return partner.ID(fmt.Sprintf("p%d", rapid.IntRange(0, 6).Draw(t, "who")))
		})
		customer := rapid.Custom(func(t *rapid.T) partner.Customer {
			return partner.Customer(fmt.Sprintf("p%d", rapid.IntRange(4, 9).Draw(t, "customer")))
		})
		meta := func(t *rapid.T) program.Meta {
			return program.Meta{At: now.Add(time.Duration(rapid.IntRange(-2, 4).Draw(t, "hours")) * time.Hour), Actor: "me", Reason: "why"}
		}
		some := func(t *rapid.T) *program.Program { return processes[rapid.IntRange(0, 1).Draw(t, "process")] }
		orders, others := 0, 0
		anOrder := func(t *rapid.T) commission.OrderID {
			return commission.OrderID(fmt.Sprint(rapid.IntRange(1, orders+2).Draw(t, "order")))
		}
		goods := rapid.Custom(func(t *rapid.T) program.RefundLine {
			if rapid.Bool().Draw(t, "units") {
				return units("1", int64(rapid.IntRange(1, 3).Draw(t, "units")))
			}
			return amount("1", rapid.SampledFrom([]string{"0.01", "19.99", "33.34"}).Draw(t, "money"))
		})
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				_, _ = some(t).Partners.Add(ctx, program.Add{Partner: who.Draw(t, "id"), Candidate: rapid.Bool().Draw(t, "candidate"), Meta: meta(t)})
			},
			"recruit": func(t *rapid.T) {
				_, _ = some(t).Team.Recruit(ctx, program.Recruit{Partner: who.Draw(t, "id"), Recruiter: who.Draw(t, "recruiter")})
			},
			"move": func(t *rapid.T) {
				m := meta(t)
				m.At = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
				_, _ = some(t).Team.Move(ctx, program.Move{Partner: who.Draw(t, "id"), Recruiter: who.Draw(t, "recruiter"), Alone: rapid.Bool().Draw(t, "alone"), Meta: m})
			},
			"level": func(t *rapid.T) {
				level := rapid.SampledFrom([]partner.Level{"agent", "director"}).Draw(t, "level")
				_, _ = some(t).Partners.SetLevel(ctx, program.SetLevel{Partner: who.Draw(t, "id"), Level: level, Meta: meta(t)})
			},
			"leave": func(t *rapid.T) {
				m := meta(t)
				m.At = time.Time{}
				_, _ = some(t).Partners.Terminate(ctx, program.Terminate{Partner: who.Draw(t, "id"), Meta: m})
			},
			"bind": func(t *rapid.T) {
				_, _ = some(t).Team.Bind(ctx, program.Bind{Customer: customer.Draw(t, "customer"), Owner: who.Draw(t, "owner"), Meta: meta(t)})
			},
			"transfer": func(t *rapid.T) {
				others++
				m := meta(t)
				m.At, m.Key = time.Time{}, fmt.Sprint("transfer ", others)
				customers := []partner.Customer{customer.Draw(t, "customer")}
				if rapid.Bool().Draw(t, "unbind") {
					_, _ = some(t).Team.Unbind(ctx, program.Unbind{Customers: customers, Meta: m})
				} else {
					_, _ = some(t).Team.Transfer(ctx, program.Transfer{Customers: customers, To: who.Draw(t, "to"), Meta: m})
				}
			},
			"paid": func(t *rapid.T) {
				orders++
				o := program.Order{ID: commission.OrderID(fmt.Sprint(orders)), Customer: customer.Draw(t, "customer"), PaidAt: meta(t).At}
				o.Lines = []program.Line{line("1", 3, rapid.SampledFrom([]string{"0.00", "0.02", "100.00"}).Draw(t, "amount")), line("2", 1, "9.99")}
				o.Lines[1].Product = rapid.SampledFrom([]string{"tea", "free"}).Draw(t, "product")
				o.Discount = decimal.RequireFromString(rapid.SampledFrom([]string{"0", "0.01", "5.55"}).Draw(t, "discount"))
				_, _ = some(t).Orders.Paid(ctx, o)
			},
			"refund": func(t *rapid.T) {
				others++
				_, _ = some(t).Orders.Refunded(ctx, program.Refund{ID: fmt.Sprint(others), Order: anOrder(t), Lines: []program.RefundLine{goods.Draw(t, "goods")}})
			},
			"exchange": func(t *rapid.T) {
				others++
				_, _ = some(t).Orders.Exchange(ctx, program.Exchange{ID: fmt.Sprint(others), Order: anOrder(t), Lines: []program.RefundLine{goods.Draw(t, "goods")}})
			},
			"plan": func(t *rapid.T) {
				plan := reign{now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour), rapid.SampledFrom([]string{"agent", "director", "nobody"}).Draw(t, "leads")}
				text := salesPlan(plan.leads, rapid.IntRange(1, 2).Draw(t, "days"))
				if out, err := some(t).Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(text), From: plan.from}); err == nil && out.Version > len(plans) {
					plans = append(plans, plan)
				}
			},
			"time": func(t *rapid.T) { now = now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour) },
			"refresh": func(t *rapid.T) {
				require.NoError(t, indexes[rapid.IntRange(0, len(kinds)-1).Draw(t, "index")].Refresh(ctx))
			},
			"restart": func(t *rapid.T) {
				kind := rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")
				indexes[kind] = anew(kind)
			},
			"number": func(t *rapid.T) {
				_, err := some(t).RunDue(ctx, now)
				require.NoError(t, err)
			},
			"": func(t *rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "look") > 0 {
					return
				}
				var reigning reign
				for _, p := range plans {
					if !p.from.After(now) && !p.from.Before(reigning.from) {
						reigning = p
					}
				}
				look := func(kind int, x *program.TeamIndex) {
					k := kinds[kind]
					requireBooks(t, readBooks(t, st, processes[0], now, k.from, k.to, leader(reigning.leads)), x)
				}
				// An index that is read anew needs no numbers, and counts nothing twice when the events get theirs.
				kind := rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")
				indexes[kind] = anew(kind)
				look(kind, indexes[kind])
				for more := true; more; {
					due, err := processes[0].RunDue(ctx, now)
					require.NoError(t, err)
					more = due.More
				}
				for kind := range kinds {
					require.NoError(t, indexes[kind].Refresh(ctx))
					look(kind, indexes[kind])
				}
			},
		})
	})
}
