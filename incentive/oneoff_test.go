package incentive_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
)

var (
	steps = incentive.Levels{{ID: "gold", Weight: 5}, {ID: "agent", Weight: 2, Default: true}, {ID: "trial", Weight: 1}, {ID: "director", Weight: 9}}
	june  = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	july  = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	cny   = money.MustCurrency("CNY", 2)
)

func amounts(of ...string) map[partner.Level]decimal.Decimal {
	all := map[partner.Level]decimal.Decimal{}
	for i := 0; i < len(of); i += 2 {
		all[partner.Level(of[i])] = decimal.RequireFromString(of[i+1])
	}
	return all
}

func TestRule_4_28_ALevelIsReachedFromALowerOne(t *testing.T) {
	plain := incentive.OneOffs{{Name: "x", Upgrade: &incentive.Upgrade{Levels: amounts("gold", "50", "director", "200")}}}
	paid := incentive.OneOffs{{Name: "x", Upgrade: &incentive.Upgrade{Levels: amounts("gold", "50", "director", "200"), Skipped: incentive.SkippedPaid}}}
	for _, c := range []struct {
		from, to      partner.Level
		plain, passed []partner.Level
	}{
		{"agent", "gold", []partner.Level{"gold"}, []partner.Level{"gold"}},
		{"agent", "director", []partner.Level{"director"}, []partner.Level{"gold", "director"}},
		{"gold", "director", []partner.Level{"director"}, []partner.Level{"director"}},
		{"trial", "agent", nil, nil},
		{"", "gold", []partner.Level{"gold"}, []partner.Level{"gold"}},
		{"forgotten", "director", []partner.Level{"director"}, []partner.Level{"gold", "director"}},
		{"gold", "gold", nil, nil},
		{"director", "gold", nil, nil},
		{"agent", "forgotten", nil, nil},
		{"agent", "", nil, nil},
	} {
		for _, x := range []struct {
			bonuses incentive.OneOffs
			want    []partner.Level
		}{{plain, c.plain}, {paid, c.passed}} {
			var got []partner.Level
			for _, r := range x.bonuses.Reached(steps, c.from, c.to, june) {
				require.Equal(t, "x", r.Name)
				require.True(t, r.Amount.Equal(x.bonuses[0].Upgrade.Levels[r.Level]))
				got = append(got, r.Level)
			}
			require.Equal(t, x.want, got, "from %q to %q", c.from, c.to)
		}
	}
	require.Empty(t, plain.Reached(nil, "agent", "gold", june), "a plan without levels")
	require.True(t, plain.Upgrades(steps, "gold"))
	require.False(t, plain.Upgrades(steps, "agent"))
	require.False(t, plain.FirstOrders())
}

func TestRule_4_28_TheWindowIsHalfOpen(t *testing.T) {
	bonuses := incentive.OneOffs{{Name: "x", From: &june, To: &july, Upgrade: &incentive.Upgrade{Levels: amounts("gold", "50")}}}
	for at, want := range map[time.Time]int{june.Add(-1): 0, june: 1, july.Add(-1): 1, july: 0} {
		require.Len(t, bonuses.Reached(steps, "agent", "gold", at), want, at)
	}
}

func TestOneOffBonusesAreValidatedAtOnceWithTheirPlaces(t *testing.T) {
	bonuses := incentive.OneOffs{
		{Name: "", Upgrade: &incentive.Upgrade{}},
		{Name: "a", From: &july, To: &june, Upgrade: &incentive.Upgrade{Levels: amounts("agent", "1", "trial", "1", "gold", "0", "director", "0.001"), Skipped: 7}},
		{Name: "a", FirstOrder: &incentive.FirstOrder{Amount: decimal.NewFromInt(-1), Of: 9}},
		{Name: "b"},
		{Name: "c", Upgrade: &incentive.Upgrade{Levels: amounts("gold", "1")}, FirstOrder: &incentive.FirstOrder{Amount: decimal.NewFromInt(1), AllowHeadCount: true}},
		{Name: "d", FirstOrder: &incentive.FirstOrder{Amount: decimal.NewFromInt(1), AllowHeadCount: true}},
	}
	var problems []string
	for _, p := range bonuses.Validate(cny, steps) {
		problems = append(problems, p.String())
	}
	require.Equal(t, []string{
		`oneOffs[0].name: every one-off bonus has a name of its own: partner: bonus "": an id is 1 to 64 bytes of UTF-8 without control characters`,
		`oneOffs[0].upgrade.levels: give the amount for at least one level`,
		`oneOffs[1].to: the window ends (2026-06-01T00:00:00Z) before it begins (2026-07-01T00:00:00Z)`,
		`oneOffs[1].upgrade.skipped: 7 names no option`,
		`oneOffs[1].upgrade.levels.agent: nobody is upgraded to this level, which is not above agent, the level on joining`,
		`oneOffs[1].upgrade.levels.director: money: 0.001 has more than 2 decimals`,
		`oneOffs[1].upgrade.levels.gold: a one-off bonus is an amount above 0`,
		`oneOffs[1].upgrade.levels.trial: nobody is upgraded to this level, which is not above agent, the level on joining`,
		`oneOffs[2].name: oneOffs[1] is called "a" too`,
		`oneOffs[2].firstOrder.amount: a one-off bonus is an amount above 0`,
		`oneOffs[2].firstOrder.of: 9 names no option`,
		`oneOffs[2].firstOrder: the guard "headcount" refuses a reward for each new user; it is lifted by writing "allowHeadCount": true`,
		`oneOffs[3]: a one-off bonus is either for an upgrade or for a first order`,
		`oneOffs[4]: a one-off bonus is either for an upgrade or for a first order`,
	}, problems)
	require.Equal(t, "oneOffs: 101 one-off bonuses are more than 100", make(incentive.OneOffs, 101).Validate(cny, steps)[0].String())
	require.Empty(t, incentive.OneOffs(nil).Validate(cny, nil))
}

func TestOptionsOfOneOffBonusesAreNames(t *testing.T) {
	for text, option := range map[string]interface {
		UnmarshalText([]byte) error
		String() string
	}{"unpaid": new(incentive.Skipped), "paid": new(incentive.Skipped), "recruits": new(incentive.NewUsers), "customers": new(incentive.NewUsers)} {
		require.NoError(t, option.UnmarshalText([]byte(text)))
		require.Equal(t, text, option.String())
		var wrong *commission.OptionError
		require.ErrorAs(t, option.UnmarshalText([]byte("nonsense")), &wrong)
	}
	text, err := json.Marshal(struct {
		A incentive.Skipped
		B incentive.NewUsers
	}{incentive.SkippedPaid, incentive.NewCustomers})
	require.NoError(t, err)
	require.JSONEq(t, `{"A": "paid", "B": "customers"}`, string(text))
	require.Equal(t, "unknown (9)", incentive.Skipped(9).String())
}

func ExampleOneOffs() {
	levels := incentive.Levels{{ID: "agent", Weight: 1, Default: true}, {ID: "gold", Weight: 2}, {ID: "director", Weight: 3}}
	bonuses := incentive.OneOffs{{Name: "spring", Upgrade: &incentive.Upgrade{Levels: amounts("gold", "50.00", "director", "200.00")}}}
	for _, r := range bonuses.Reached(levels, "agent", "director", june) {
		fmt.Println(r.Name, r.Level, r.Amount)
	}

	for _, problem := range (incentive.OneOffs{{Name: "heads", FirstOrder: &incentive.FirstOrder{Amount: decimal.NewFromInt(5)}}}).Validate(cny, levels) {
		fmt.Println(problem)
	}
	// Output:
	// spring director 200
	// oneOffs[0].firstOrder: the guard "headcount" refuses a reward for each new user; it is lifted by writing "allowHeadCount": true
}
