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
	"github.com/fenrun/fenrun/store/memstore"
)

// climb are levels by spending of cents: weight 1 asks for 3, 3 for 5, 4 for 5 too. Nobody reaches "guest" by himself.
const climbPlan = `{
  "currency": "CNY",
  "levels": [
    {"id": "agent", "weight": 0, "default": true}, {"id": "silver", "weight": 1, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "0.03"}]}},
    {"id": "guest", "weight": 2}, {"id": "gold", "weight": 3, "reach": {"any": [{"metric": {"name": "spend"}, "atLeast": "0.05"}]}},
    {"id": "diamond", "weight": 4, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "0.05"}, {"metric": {"name": "earned"}, "atLeast": "0.01"}]}}
  ],
  "commission": {"rates": ["100%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 1}
}`

var (
	climbs     = []partner.Level{"agent", "silver", "guest", "gold", "diamond"} // by weight
	climbMoves = []time.Duration{-2 * time.Hour, -time.Hour, 0, 0, time.Hour, 2 * time.Hour}
)

// climber is bob as plain values: what he has spent and earned in cents, and every level that he was given, in the order in which that was recorded.
type climber struct {
	t             *rapid.T
	prog          *program.Program
	now           time.Time
	spent, earned int
	given         []climb
	orders        []*climbOrder
	leaving       bool
	told          bool // whether something has happened since the last run by which he is judged in the next one
}

type climb struct {
	weight  int
	at      time.Time
	until   time.Time // of a level of the shop's
	reached bool
}

type climbOrder struct {
	id    commission.OrderID
	own   bool
	cents int
}

// at is the last level that holds at an instant, of those of one instant the one that was recorded last.
func (c *climber) at(instant time.Time) climb {
	var last climb
	for _, g := range c.given {
		if !g.at.After(instant) && !g.at.Before(last.at) {
			last = g
		}
	}
	return last
}

// reaches is the weight of the highest level that he has reached, by a look at each.
func (c *climber) reaches() int {
	switch {
	case c.spent >= 5 && c.earned >= 1:
		return 4
	case c.spent >= 5:
		return 3
	case c.spent >= 3:
		return 1
	}
	return 0
}

func cents(a money.Amount) int { return int(a.Decimal().Shift(2).IntPart()) }

// instants are all at which something can change, and just before them.
func (c *climber) instants() []time.Time {
	var all []time.Time
	for _, g := range c.given {
		all = append(all, g.at, g.at.Add(-time.Microsecond))
	}
	return append(all, c.now)
}

// paid has bob, or his customer carol, pay an order, and works out anew whether that lifts him.
func (c *climber) paid() {
	o := &climbOrder{id: commission.OrderID(fmt.Sprint("o-", len(c.orders))), own: rapid.IntRange(0, 2).Draw(c.t, "buyer") > 0, cents: rapid.IntRange(1, 3).Draw(c.t, "cents")}
	at := c.now.Add(-time.Duration(rapid.IntRange(0, 2).Draw(c.t, "hours late")) * time.Hour)
	if at.Before(noon) {
		at = noon
	}
	in := program.Order{ID: o.id, Customer: "carol", PaidAt: at, Lines: []program.Line{line("1", 1, decimal.New(int64(o.cents), -2).String())}}
	if o.own {
		in.Customer = "bob"
	}
	before := map[time.Time]int{}
	for _, instant := range c.instants() {
		before[instant] = c.at(instant).weight
	}
	out, err := c.prog.Orders.Paid(ctx, in)
	require.NoError(c.t, err)
	c.orders, c.told = append(c.orders, o), true
	if !o.own {
		for _, e := range out.Entries {
			c.earned += cents(e.Amount)
		}
		require.Empty(c.t, out.Risen)
		return
	}
	c.spent += o.cents
	from := at
	for _, g := range c.given {
		if g.at.After(from) && !g.at.After(c.now) {
			from = g.at
		}
	}
	want := c.rises(from)
	require.Equal(c.t, want, out.Risen)
	for instant, weight := range before {
		require.GreaterOrEqual(c.t, c.at(instant).weight, weight, "nobody falls by himself, at %s", instant)
	}
	if want == "" {
		return
	}
	progress, err := c.prog.Partners.LevelProgress(ctx, "bob")
	require.NoError(c.t, err)
	if c.at(c.now).weight == c.reaches() {
		for _, p := range progress {
			require.False(c.t, p.Verdict.Met, "he has the highest level that he has reached, and not %s", p.Level)
		}
	}
}

// rises gives bob the highest level that he has reached from an instant on, and returns it; "" where he does not rise.
func (c *climber) rises(from time.Time) partner.Level {
	have := c.at(from)
	if c.leaving || have.until.After(from) || c.reaches() <= have.weight {
		return ""
	}
	c.given = append(c.given, climb{weight: c.reaches(), at: from, reached: true})
	return climbs[c.reaches()]
}

// due runs what is due: bob is judged by what he earned, if anything has happened.
func (c *climber) due() {
	from := c.at(c.now)
	due, err := c.prog.RunDue(ctx, c.now)
	require.NoError(c.t, err)
	var want []program.Rise
	if c.told || len(due.Released) > 0 {
		if to := c.rises(c.now); to != "" {
			want = append(want, program.Rise{Partner: "bob", From: climbs[from.weight], To: to})
		}
	}
	require.Equal(c.t, want, due.Risen)
	c.told = false
}

func (c *climber) step() {
	switch rapid.IntRange(0, 7).Draw(c.t, "step") {
	case 0, 1, 2:
		c.paid()
	case 3:
		if len(c.orders) == 0 {
			return
		}
		o := rapid.SampledFrom(c.orders).Draw(c.t, "order")
		if o.cents == 0 {
			return
		}
		out, err := c.prog.Orders.Refunded(ctx, program.Refund{ID: "r-" + string(o.id), Order: o.id, Lines: []program.RefundLine{units("1", 1)}})
		require.NoError(c.t, err)
		if o.own {
			c.spent -= o.cents
		}
		for _, change := range out.Changes {
			c.earned -= cents(change.Before) - cents(change.After)
		}
		o.cents = 0
	case 4:
		g := climb{weight: rapid.IntRange(0, 4).Draw(c.t, "level"), at: c.now.Add(rapid.SampledFrom(climbMoves).Draw(c.t, "from now"))}
		if g.at.Before(noon) {
			g.at = noon
		}
		if rapid.Bool().Draw(c.t, "locked") {
			g.until = g.at.Add(time.Duration(rapid.IntRange(1, 3).Draw(c.t, "for hours")) * time.Hour)
		}
		_, err := c.prog.Partners.SetLevel(ctx, program.SetLevel{
			Partner: "bob", Level: climbs[g.weight], Until: g.until, Meta: program.Meta{At: g.at, Key: fmt.Sprint("level ", len(c.given))},
		})
		require.NoError(c.t, err)
		c.given, c.told = append(c.given, g), true
	case 5:
		c.now = c.now.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 24}).Draw(c.t, "hours")) * time.Hour)
	case 6:
		c.due()
	case 7:
		if c.leaving || rapid.IntRange(0, 5).Draw(c.t, "leaves") > 0 {
			return
		}
		_, err := c.prog.Partners.Terminate(ctx, program.Terminate{Partner: "bob", Meta: program.Meta{At: noon}}) // from the beginning, so that no order told late counts
		require.NoError(c.t, err)
		c.leaving = true
	}
}

// check compares the levels at every instant, the log, and the progress with the plain values.
func (c *climber) check() {
	for _, instant := range c.instants() {
		if instant.Before(noon) {
			continue
		}
		state, err := c.prog.Partners.At(ctx, "bob", instant)
		require.NoError(c.t, err)
		g := c.at(instant)
		require.Equal(c.t, climbs[g.weight], state.Level, "at %s", instant)
		require.Equal(c.t, g.until.After(instant), state.LevelLocked)
	}
	logs, err := c.prog.Partners.LevelLog(ctx, "bob")
	require.NoError(c.t, err)
	ordered := slices.Clone(c.given)
	slices.SortStableFunc(ordered, func(a, b climb) int { return a.at.Compare(b.at) })
	require.Len(c.t, logs[0], len(ordered))
	for i, change := range logs[0] {
		g, cause := ordered[i], partner.LevelSet
		switch {
		case g.reached:
			cause = partner.LevelReached
			require.True(c.t, change.Reached.Met)
		case i == 0:
			cause = partner.LevelJoined
		}
		require.Equal(c.t, []any{climbs[g.weight], cause, g.at, g.until.IsZero()}, []any{change.To, change.Cause, change.At, change.LockedUntil.IsZero()})
		if i > 0 {
			require.Equal(c.t, climbs[ordered[i-1].weight], change.From)
		}
	}
	progress, err := c.prog.Partners.LevelProgress(ctx, "bob")
	require.NoError(c.t, err)
	highest := 0
	for _, p := range progress {
		if p.Verdict.Met {
			highest = slices.Index(climbs, p.Level)
		}
	}
	want := c.reaches()
	if want <= c.at(c.now).weight {
		want = 0
	}
	require.Equal(c.t, want, highest, "spent %d, earned %d", c.spent, c.earned)
}

func TestRule_6_04_And_6_10_And_6_11_LevelsAreWhatPlainValuesMakeThemWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &climber{t: rt, now: noon, given: []climb{{at: noon}}}
		ids := 0
		var err error
		c.prog, err = program.New(memstore.New(), program.Config{
			Plan: program.MustPlan(climbPlan), Clock: func() time.Time { return c.now }, NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
		})
		require.NoError(rt, err)
		_, err = c.prog.Partners.Add(ctx, program.Add{Partner: "bob"})
		require.NoError(rt, err)
		_, err = c.prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
		require.NoError(rt, err)
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			c.step()
			c.check()
		}
		report, err := c.prog.Audit(ctx)
		require.NoError(rt, err)
		require.True(rt, report.OK(), report.String())
	})
}
