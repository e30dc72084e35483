package program_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// A law: who bears what is lacking changes nothing but that. By the shop nobody ever owes anything, and it bears exactly what would be owed; by the seller
// nobody but him ever owes anything, and the sum of all stays.
func TestRule_5_12_WhoBearsAShortfallChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		shops := map[string]*shop{}
		for _, by := range []string{"debt", "shop", "seller"} {
			shops[by] = family(t, fmt.Sprintf(`{"currency": "CNY", "commission": {"rates": ["10%%", "5%%"]}, "settlement": {"holdDays": 0, "anchor": "paid", "shortfall": %q}}`, by))
			shops[by].add("top")
			shops[by].recruit("alice", "top")
			_, err := shops[by].Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "alice"}) // so that alice sells too
			require.NoError(rt, err)
		}
		sellers := map[partner.Customer]partner.ID{"carol": "bob", "dora": "alice"}
		everybody := []partner.ID{"alice", "bob", "top"}
		spared, bought := decimal.Zero, map[commission.OrderID]partner.Customer{}
		for n := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			step, id := rapid.IntRange(0, 3).Draw(rt, "step"), rapid.SampledFrom(everybody).Draw(rt, "who")
			order := commission.OrderID(fmt.Sprintf("o-%d", rapid.IntRange(0, n).Draw(rt, "order")))
			customer := rapid.SampledFrom([]partner.Customer{"carol", "dora"}).Draw(rt, "customer")
			takes := rapid.SampledFrom([]string{"0.01", "3.00", "9.99"}).Draw(rt, "takes")
			for _, by := range []string{"debt", "shop", "seller"} {
				s := shops[by]
				switch step {
				case 0:
					o := s.order(fmt.Sprintf("o-%d", n), 3, "100.00")
					o.Customer = customer
					s.paid(o)
					bought[o.ID] = customer
					s.due(s.now)
				case 1:
					w, err := s.withdraw(fmt.Sprintf("w-%d", n), id, takes)
					if err == nil {
						_, err = s.Wallet.Approve(ctx, program.Decide{Withdrawal: w.ID})
						require.NoError(rt, err)
					}
				default:
					in := program.Refund{ID: fmt.Sprintf("r-%d", n), Order: order, Lines: []program.RefundLine{units("1", 1)}}
					before := s.debts(everybody)
					out, err := s.Orders.Refunded(ctx, in)
					if err != nil || out.Parked {
						continue
					}
					s.sound()
					again, err := s.Orders.Refunded(ctx, in)
					require.NoError(rt, err)
					require.Equal(rt, out, again)
					seller, after := sellers[bought[order]], s.debts(everybody)
					for i, id := range everybody {
						require.True(rt, by == "debt" || by == "seller" && id == seller || after[i] == before[i], "the debt of %s by %s", id, by)
					}
					for _, e := range out.Borne {
						require.Equal(rt, by == "seller" && e.Payee == seller, e.Amount.Sign() < 0)
						if by == "shop" {
							spared = spared.Add(e.Amount.Decimal())
						}
					}
				}
			}
			require.Equal(rt, []string{"0.00", "0.00", "0.00"}, shops["shop"].debts(everybody))
		}
		sum := func(by string) decimal.Decimal {
			total := decimal.Zero
			for _, id := range everybody {
				total = total.Add(decimal.RequireFromString(shops[by].earned(id)))
			}
			return total
		}
		require.True(rt, sum("shop").Equal(sum("debt").Add(spared)), "the shop bears %s", spared)
		require.True(rt, sum("seller").Equal(sum("debt")))
	})
}

// debts are what partners owe.
func (s *shop) debts(ids []partner.ID) []string {
	s.t.Helper()
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = s.balance(id).Debt.Decimal().StringFixed(2)
	}
	return all
}

func TestRule_4_46_WhatSomebodyElseBearsIsExplained(t *testing.T) {
	for by, want := range map[string][]string{
		"shop": {
			"alice: 50.00 CNY from order o-1: the shop bears what a refund took back from him and he had no more; plan version 1",
			"bob: 100.00 CNY from order o-1: the shop bears what a refund took back from him and he had no more; plan version 1",
		},
		"seller": {
			"alice: 50.00 CNY from order o-1: the seller bears what a refund took back from others and they had no more; plan version 1",
			"bob: -50.00 CNY from order o-1: the seller bears what a refund took back from others and they had no more; plan version 1",
		},
	} {
		s := family(t, fmt.Sprintf(`{"currency": "CNY", "commission": {"rates": ["10%%", "5%%"]}, "settlement": {"holdDays": 0, "anchor": "paid", "shortfall": %q}}`, by))
		s.paid(s.order("o-1", 1, "1000.00"))
		s.due(s.now)
		for id, all := range map[partner.ID]string{"alice": "50.00", "bob": "100.00"} {
			_, err := s.withdraw("w-"+string(id), id, all)
			require.NoError(t, err)
		}
		s.refunded("r-1", "o-1", units("1", 1))
		all, err := s.Orders.ExplainAll(ctx, "o-1")
		require.NoError(t, err)
		var texts []string
		for _, x := range all {
			if x.Entry.Rule == commission.RuleShortfall {
				texts = append(texts, x.String())
				found, err := s.Orders.Explain(ctx, x.ID)
				require.NoError(t, err)
				require.Equal(t, x.Explanation, found)
				require.Contains(t, x.Chinese(), "退款应扣回")
			}
		}
		require.Equal(t, want, texts)
	}
}

func TestRule_5_13_AnExchangeIsOpenedAndClosedOnce(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 1, "100.00"))
	s.paid(s.order("o-2", 1, "100.00"))
	open := program.Exchange{ID: "x-1", Order: "o-1", Meta: program.Meta{At: noon}}
	for range 2 {
		out, err := s.Orders.Exchange(ctx, open)
		require.NoError(t, err)
		require.True(t, out.Held)
	}
	open.Order = "o-2"
	_, err := s.Orders.Exchange(ctx, open)
	require.ErrorIs(t, err, store.ErrConflict)
	s.received("o-1")
	require.Equal(t, []program.VetoedOrder{{Order: "o-1", Reason: commission.ExchangeOpen}}, s.due(noon.AddDate(0, 0, 7)).Vetoed)
	out, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, commission.ExchangeOpen, out.Veto)
	for range 2 {
		_, err := s.Orders.ExchangeClosed(ctx, program.ExchangeClosed{ID: "x-1", Order: "o-1", Meta: program.Meta{At: noon}})
		require.NoError(t, err)
	}
	require.Equal(t, []commission.OrderID{"o-1"}, s.due(s.now).Released)
	s.sound()
}

// Of points somebody can have less than a refund takes back where losses count: bob gets 200 points and 100 for the first order, and loses 160 and 80 by
// the second.
func TestRule_5_12_WhatIsLackingInPointsIsBorneInPoints(t *testing.T) {
	for by, want := range map[string]struct {
		borne  []string
		points []string // of alice, then bob
		debts  []string
	}{
		"debt":   {nil, []string{"0 POINTS, 0 POINTS, 80 POINTS", "0 POINTS, 0 POINTS, 160 POINTS"}, []string{"5.00", "10.00"}},
		"shop":   {[]string{"alice 5.00 CNY", "alice 80 POINTS", "bob 10.00 CNY", "bob 160 POINTS"}, []string{"0 POINTS, 0 POINTS, 0 POINTS", "0 POINTS, 0 POINTS, 0 POINTS"}, []string{"0.00", "0.00"}},
		"seller": {[]string{"alice 5.00 CNY", "alice 80 POINTS", "bob -5.00 CNY", "bob -80 POINTS"}, []string{"0 POINTS, 0 POINTS, 0 POINTS", "0 POINTS, 0 POINTS, 240 POINTS"}, []string{"0.00", "15.00"}},
	} {
		t.Run(by, func(t *testing.T) {
			s := family(t, fmt.Sprintf(`{"currency": "CNY", "commission": {"rates": ["10%%", "5%%"]}, "settlement": {"holdDays": 0, "anchor": "paid", "shortfall": %q},
				"assets": [{"code": "POINTS", "ratio": "10", "commission": {"rates": ["20%%", "10%%"], "base": "profit", "loss": "signed"}}]}`, by))
			for id, cost := range map[string]string{"o-1": "0.00", "o-2": "180.00"} {
				o := s.order(id, 1, "100.00")
				o.Lines[0].Cost = decimal.NewNullDecimal(decimal.RequireFromString(cost))
				s.paid(o)
			}
			s.due(s.now)
			for id, all := range map[partner.ID]string{"alice": "10.00", "bob": "20.00"} {
				_, err := s.withdraw("w-"+string(id), id, all)
				require.NoError(t, err)
			}
			out := s.refunded("r-1", "o-1", units("1", 1))
			var borne []string
			for _, e := range out.Borne {
				borne = append(borne, fmt.Sprintf("%s %s", e.Payee, e.Amount))
			}
			require.Equal(t, want.borne, borne)
			everybody := []partner.ID{"alice", "bob"}
			require.Equal(t, want.debts, s.debts(everybody))
			assets, err := s.Wallet.Assets(ctx, everybody...)
			require.NoError(t, err)
			for i, b := range assets {
				require.Equal(t, want.points[i], fmt.Sprintf("%s, %s, %s", b.Pending, b.Available, b.Debt))
			}
			all, err := s.Orders.ExplainAll(ctx, "o-1")
			require.NoError(t, err)
			shortfalls := 0
			for _, x := range all {
				one, err := s.Orders.Explain(ctx, x.ID)
				require.NoError(t, err)
				require.Equal(t, x.Explanation, one)
				if x.Entry.Rule == commission.RuleShortfall {
					shortfalls++
					require.Equal(t, x.Entry.Amount.Currency().Code() == "POINTS", x.ID.Asset == "POINTS")
				}
			}
			require.Len(t, out.Borne, shortfalls)
		})
	}
}
