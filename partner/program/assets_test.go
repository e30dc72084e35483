package program_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

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
)

// withPoints pays 10 % and 5 % in cash, and of ten points a yuan 20 % to the seller alone.
const withPoints = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]},
	"assets": [{"code": "POINTS", "ratio": "10", "commission": {"rates": ["20%"]}}]}`

// points is what somebody has of an asset: pending and available.
func (s *shop) points(id partner.ID) string {
	s.t.Helper()
	all, err := s.Wallet.Assets(ctx, id)
	require.NoError(s.t, err)
	require.Len(s.t, all, 1)
	require.Equal(s.t, id, all[0].Partner)
	return fmt.Sprintf("%s, %s", all[0].Pending, all[0].Available)
}

func TestRule_4_40_AnOrderPaysPointsBesideCash(t *testing.T) {
	s := family(t, withPoints)
	require.Equal(t, "0 POINTS, 0 POINTS", s.points("bob"))
	quote, err := s.Orders.Quote(ctx, s.order("o-1", 2, "199.00"))
	require.NoError(t, err)
	out := s.paid(s.order("o-1", 2, "199.00"))
	require.Equal(t, quote, out)
	require.Equal(t, "29.85 CNY", out.Commission.String())
	require.Len(t, out.Assets, 1)
	require.Equal(t, "398 POINTS", out.Assets[0].Total.String())
	require.Equal(t, `bob    earns 19.90 CNY   10% of 199.00 (line 1, default)   released 7 days after it is received
alice  earns 9.95 CNY    5% of 199.00 (line 1, default)    released 7 days after it is received
bob    earns 398 POINTS  20% of 1990.00 (line 1, default)  released 7 days after it is received
the shop keeps 169.15 CNY of 199.00 CNY
`, out.String())
	s.has("bob", "19.90", "0.00", "0.00")
	require.Equal(t, "398 POINTS, 0 POINTS", s.points("bob"))
	require.Equal(t, "0 POINTS, 0 POINTS", s.points("alice"))

	back := s.refunded("r-1", "o-1", units("1", 1))
	require.Equal(t, "alice  9.95 CNY → 4.98 CNY\nbob    19.90 CNY → 9.95 CNY\nbob    398 POINTS → 199 POINTS\n", back.String())
	s.received("o-1")
	s.due(noon.AddDate(0, 0, 7))
	s.has("bob", "0.00", "9.95", "0.00")
	require.Equal(t, "0 POINTS, 199 POINTS", s.points("bob"))
	back = s.refunded("r-2", "o-1", units("1", 1))
	require.True(t, back.Changes[2].Debt)
	require.Equal(t, "0 POINTS, 0 POINTS", s.points("bob"))
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestRule_4_40_EntriesAreNamedAndExplainedInTheirAsset(t *testing.T) {
	s := family(t, withPoints)
	s.paid(s.order("o-1", 1, "199.00"))
	all, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	var ids []string
	for _, x := range all {
		one, err := s.Orders.Explain(ctx, x.ID)
		require.NoError(t, err)
		require.Equal(t, x.Explanation, one)
		ids = append(ids, x.ID.String())
	}
	require.Equal(t, []string{"o-1/1/alice/0", "o-1/1/bob/0", "o-1/1/bob/POINTS/0"}, ids)
	require.Equal(t, "bob: 398 POINTS from line 1 of order o-1: slot 1, 20% of 1990.00 (default; prices count × 10), rounded half-up per entry; plan version 1", all[2].String())
	require.Equal(t, "bob：398 POINTS，来自订单 o-1 商品行 1：第 1 层，20% × 1990.00（默认比例；价格按 × 10 折算），按笔四舍五入；方案版本 1", all[2].Chinese())
	var missing *program.NotFoundError
	_, err = s.Orders.Explain(ctx, program.EntryID{Order: "o-1", Revision: 1, Payee: "alice", Asset: "POINTS"})
	require.ErrorAs(t, err, &missing)

	s.due(noon)
	events, err := s.Program.Events(ctx, 0, 100)
	require.NoError(t, err)
	var said map[string]any
	for _, e := range events {
		if e.Kind == "order_paid" {
			require.NoError(t, json.Unmarshal(e.Data, &said))
		}
	}
	sold := []any{map[string]any{"partner": "bob", "paidAt": "2026-06-01T12:00:00Z", "orders": 1.0, "volume": "199.00 CNY"}}
	require.Equal(t, map[string]any{"customer": "carol", "commission": "29.85 CNY", "assets": []any{"398 POINTS"}, "sold": sold}, said)
}

func TestRule_4_40_OnlyCashIsWithdrawable(t *testing.T) {
	s := family(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "assets": [{"code": "POINTS", "commission": {"rates": ["50%"]}}],
		"settlement": {"anchor": "paid", "holdDays": 0}}`)
	s.paid(s.order("o-1", 1, "100.00"))
	s.due(noon)
	ask := func(key, amount, asset string) error {
		_, err := s.Wallet.Withdraw(ctx, program.Withdraw{Partner: "bob", Amount: decimal.RequireFromString(amount), Asset: asset, Meta: program.Meta{Key: key}})
		return err
	}
	for _, asset := range []string{"POINTS", "points", "USD"} {
		before := s.state("bob")
		var refused *program.CashError
		require.ErrorAs(t, ask("w-1", "10", asset), &refused)
		require.Equal(t, []string{asset, "CNY"}, []string{refused.Asset, refused.Cash.Code()})
		require.Equal(t, before, s.state("bob"))
	}
	require.NoError(t, ask("w-1", "10", "CNY"))
	require.NoError(t, ask("w-1", "10", ""))
	var refused *program.CashError
	require.ErrorAs(t, ask("w-1", "10", "POINTS"), &refused, "nor under a key that is known")
	s.has("bob", "0.00", "0.00", "0.00")
	require.Equal(t, "0 POINTS, 50 POINTS", s.points("bob"))
	s.sound()
}

func TestRule_4_40_APlanWithoutAssetsSaysNothingOfThem(t *testing.T) {
	text, err := program.MustPlan(twoLevels).Text()
	require.NoError(t, err)
	require.NotContains(t, string(text), "assets")

	plan := program.MustPlan(withPoints)
	text, err = plan.Text()
	require.NoError(t, err)
	again, err := program.ParsePlan(text)
	require.NoError(t, err)
	same, err := again.Text()
	require.NoError(t, err)
	require.Equal(t, string(text), string(same))
	require.Contains(t, string(text), `"code": "POINTS"`)
	hash, err := plan.Hash()
	require.NoError(t, err)
	other, err := program.MustPlan(strings.Replace(withPoints, `"10"`, `"11"`, 1)).Hash()
	require.NoError(t, err)
	require.NotEqual(t, hash, other)
}

func TestRule_4_40_AnAssetOfAPlanIsCheckedAsThePlanIs(t *testing.T) {
	for text, want := range map[string]string{
		`{"scale": 2, "commission": {"rates": ["10%"]}}`:                                                                   `assets[0]: required field "code" is missing`,
		`{"code": "CNY", "commission": {"rates": ["10%"]}}`:                                                                `assets[0].code: CNY is the plan's currency`,
		`{"code": "P", "ratio": "0", "commission": {"rates": ["10%"]}}`:                                                    `assets[0].ratio: a ratio is above 0`,
		`{"code": "P", "commission": {"levels": {"gold": ["10%"]}}}`:                                                       `assets[0].commission.levels.gold: the plan has no level "gold"; did you mean "goldx"?`,
		`{"code": "P", "commission": {"rates": ["10%"]}, "campaigns": [{"name": "x", "factor": "2", "levels": ["gold"]}]}`: `assets[0].campaigns[0].levels[0]: the plan has no level "gold"`,
		`{"code": "P", "commission": {"rules": [{"name": "lucky"}]}}`:                                                      `assets[0].commission.rules[0].name: there is no rule "lucky"`,
		`{"code": "P", "commission": {"rates": ["10%"], "tenders": {"excluded": []}}}`:                                     `assets[0].commission.tenders: it is the same as in cash; leave it out`,
		`{"code": "P", "commission": {"rates": ["10%"]}, "campain": []}`:                                                   `did you mean "campaigns"?`,
	} {
		_, err := program.ParsePlan([]byte(`{"currency": "CNY", "levels": [{"id": "goldx", "weight": 1, "default": true}], "commission": {"rates": ["10%"]}, "assets": [` + text + `]}`))
		require.ErrorContains(t, err, want, text)
	}
}

func TestRule_4_40_AnAssetKeepsItsScale(t *testing.T) {
	s := family(t, withPoints)
	s.paid(s.order("o-1", 1, "10.00"))
	publish := func(assets string) error {
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "assets": [` + assets + `]}`)})
		return err
	}
	require.NoError(t, publish(``))
	var refused *program.PlanError
	require.ErrorAs(t, publish(`{"code": "POINTS", "scale": 1, "commission": {"rates": ["10%"]}}`), &refused)
	require.Equal(t, "assets[0].scale", refused.Problems[0].Path)
	s.paid(s.order("o-2", 1, "10.00"))
	require.NoError(t, publish(`{"code": "POINTS", "commission": {"rates": ["100%"]}}, {"code": "MILES", "scale": 1, "commission": {"rates": ["1/unit"]}}`))
	s.now = s.now.Add(1)
	s.paid(s.order("o-3", 1, "10.00"))
	all, err := s.Wallet.Assets(ctx, "bob", "alice")
	require.NoError(t, err)
	var has []string
	for _, b := range all {
		has = append(has, fmt.Sprint(b.Partner, " ", b.Pending))
	}
	require.Equal(t, []string{"bob 1.0 MILES", "bob 30 POINTS", "alice 0.0 MILES", "alice 0 POINTS"}, has)
	s.refunded("r-1", "o-1", units("1", 1))
	require.Contains(t, all.String(), "partner  currency  pending")
}

func TestRule_4_40_AnAssetCanReachFartherAndPayOthers(t *testing.T) {
	s := open(t, `{"currency": "CNY", "commission": {"rates": ["10%"]}, "assets": [{"code": "POINTS", "commission":
		{"rates": ["10%", "5%", "1%"], "fees": [{"name": "club", "payee": "club", "rate": "2%"}]}}]}`)
	s.add("club")
	s.add("top")
	s.recruit("alice", "top")
	s.recruit("bob", "alice")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	_, err = s.Partners.Freeze(ctx, program.Freeze{Partner: "alice"})
	require.NoError(t, err)
	s.now = s.now.Add(1000)
	out := s.paid(s.order("o-1", 1, "100.00"))
	var got []string
	for _, e := range out.Assets[0].Entries {
		got = append(got, fmt.Sprint(e.Payee, " ", e.Amount))
	}
	require.ElementsMatch(t, []string{"bob 10 POINTS", "top 1 POINTS", "club 2 POINTS"}, got)
	require.Len(t, out.Entries, 1)
	require.Contains(t, out.String(), "alice  earns no POINTS")
}

func TestRule_4_40_EventsThatComeEarlyTakeBackOfEveryAsset(t *testing.T) {
	s := family(t, withPoints)
	order := s.order("o-1", 4, "100.00")
	s.refunded("r-1", "o-1", units("1", 1))
	s.received("o-1")
	s.paid(order)
	require.Equal(t, "150 POINTS, 0 POINTS", s.points("bob"))
	s.due(noon.AddDate(0, 0, 7))
	require.Equal(t, "0 POINTS, 150 POINTS", s.points("bob"))
}

// What an order pays in cash is the same whatever the plan pays beside it.
func TestRule_4_40_CashIsTheSameWithAndWithoutAssets(t *testing.T) {
	const cash = `"currency": "CNY", "commission": {"rates": ["10%", "5%", "0.10/unit"], "cap": "14%", "selfPurchase": "own", "missing": "compress"}`
	const assets = `, "assets": [{"code": "AAA", "scale": 1, "ratio": "0.37", "commission": {"rates": ["70%", "-", "20%", "5%"], "slots": 4}},
		{"code": "ZZZ", "commission": {"rates": ["1/unit"], "selfPurchase": "nobody"}}]`
	rapid.Check(t, func(r *rapid.T) {
		type seen struct {
			Outcome  program.Outcome
			Refund   program.RefundOutcome
			Balances string
		}
		quantity, amount := rapid.Int64Range(1, 4).Draw(r, "quantity"), rapid.SampledFrom([]string{"0.01", "0.99", "33.33", "100.00", "9999.99"}).Draw(r, "amount")
		buyer := rapid.SampledFrom([]partner.Customer{"carol", "bob", "dave"}).Draw(r, "buyer")
		back := rapid.Int64Range(1, quantity).Draw(r, "back")
		released := rapid.Bool().Draw(r, "released")
		play := func(plan string) (out seen) {
			s := family(t, plan)
			order := s.order("o-1", quantity, amount)
			order.Customer = buyer
			out.Outcome = s.paid(order)
			s.received("o-1")
			if released {
				s.due(noon.AddDate(0, 0, 7))
			}
			out.Refund = s.refunded("r-1", "o-1", units("1", back))
			all, err := s.Wallet.Balances(ctx, "alice", "bob")
			require.NoError(r, err)
			out.Balances = all.String()
			out.Outcome.Assets = nil
			out.Refund.Entries = onlyCash(out.Refund.Entries, func(e commission.Entry) string { return e.Amount.Currency().Code() })
			out.Refund.Changes = onlyCash(out.Refund.Changes, func(c program.PayeeChange) string { return c.After.Currency().Code() })
			return out
		}
		require.Equal(r, play(`{`+cash+`}`), play(`{`+cash+assets+`}`))
	})
}

func onlyCash[T any](all []T, code func(T) string) []T {
	var cash []T
	for _, x := range all {
		if code(x) == "CNY" {
			cash = append(cash, x)
		}
	}
	return cash
}

func TestRule_4_40_TheAuditFindsWhatIsWrongInOneAssetAlone(t *testing.T) {
	for invariant, spoil := range map[string]func(tx store.Tx) error{
		"I2":  func(tx store.Tx) error { return changed(tx, "POINTS", 1) },
		"I12": func(tx store.Tx) error { return changed(tx, "MILES", 1) },
		"I1": func(tx store.Tx) error {
			orders, err := tx.LockOrders(ctx, []commission.OrderID{"o-1"})
			if err != nil {
				return err
			}
			orders[0].Revision++
			orders[0].Assets[0].Total = orders[0].Assets[0].Total.Neg()
			return tx.SaveOrders(ctx, orders)
		},
		"I6": func(tx store.Tx) error {
			orders, err := tx.LockOrders(ctx, []commission.OrderID{"o-1"})
			if err != nil {
				return err
			}
			orders[0].Revision++
			orders[0].Assets[0].Frozen.Lines[0].Quantity = 7
			orders[0].Assets[0].Frozen.Lines[0].Reason = commission.ExcludedGoods
			return tx.SaveOrders(ctx, orders)
		},
	} {
		t.Run(invariant, func(t *testing.T) {
			s := family(t, withPoints)
			s.paid(s.order("o-1", 1, "199.00"))
			require.NoError(t, s.store.Update(ctx, "", spoil))
			report, err := s.Audit(ctx)
			require.NoError(t, err)
			var found []string
			for _, f := range report.Broken {
				found = append(found, f.Invariant)
			}
			require.Contains(t, found, invariant, report.String())
		})
	}
}

func TestAssetsOfAProgrammeThatHasDoneNothing(t *testing.T) {
	prog, err := program.New(memstore.New(), program.Config{})
	require.NoError(t, err)
	none, err := prog.Wallet.Assets(ctx, "bob")
	require.NoError(t, err)
	require.Empty(t, none)
	s := open(t, withPoints)
	require.Equal(t, "0 POINTS, 0 POINTS", s.points("nobody"))
}

// changed adds to what bob has available of an asset.
func changed(tx store.Tx, code string, units int64) error {
	return tx.ChangeBalances(ctx, []settlement.Change{{Partner: "bob", Net: money.MustCurrency(code, 0).Minor(units)}})
}
