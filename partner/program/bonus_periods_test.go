package program_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store/memstore"
)

// calendarPlan has a pool of each kind of period, in a calendar.
func calendarPlan(calendar string) program.Plan {
	return program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["1%"]}, "calendar": ` + calendar + `, "bonuses": [
		{"name": "month", "pool": {"rate": "100%", "partners": {"alice": 1}}},
		{"name": "quarter", "every": "quarter", "pool": {"rate": "100%", "partners": {"alice": 1}}},
		{"name": "year", "every": "year", "pool": {"rate": "100%", "partners": {"alice": 1}}}]}`)
}

var calendars = []string{
	`{"zone": "UTC"}`, `{"zone": "Asia/Shanghai"}`, `{"zone": "America/New_York"}`, `{"zone": "Pacific/Kiritimati", "yearBegins": 4}`, `{"yearBegins": 7}`,
	`{"zone": "Pacific/Pago_Pago", "yearBegins": 12}`, `{"zone": "Asia/Shanghai", "yearBegins": 2}`,
}

// TestRule_6_19_EveryInstantIsInExactlyOnePeriod publishes plans with other calendars at any time. Whatever they are, an order counts in one period of each
// kind, every period begins where the one before it ends, and a period that is over is what it was.
func TestRule_6_19_EveryInstantIsInExactlyOnePeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
		now, ids := begin, 0
		prog, err := program.New(memstore.New(), program.Config{
			Plan: calendarPlan(rapid.SampledFrom(calendars).Draw(t, "calendar")), Clock: func() time.Time { return now },
			NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
		})
		require.NoError(t, err)
		_, err = prog.Partners.Add(ctx, program.Add{Partner: "alice"})
		require.NoError(t, err)
		sold := decimal.Zero
		paid := func(at time.Time) {
			amount := decimal.New(int64(ids*ids+1), -2)
			_, err := prog.Orders.Paid(ctx, program.Order{
				ID: commission.OrderID(fmt.Sprint("o", ids)), Customer: "carol", PaidAt: at, Lines: []program.Line{{ID: "1", Quantity: 1, Amount: amount}},
			})
			require.NoError(t, err)
			sold = sold.Add(amount)
		}
		over := map[settlement.RunID]settlement.Run{}
		for range rapid.IntRange(1, 5).Draw(t, "plans") {
			// Around the ends of months, where the zones differ.
			month := time.Date(now.Year(), now.Month()+time.Month(rapid.IntRange(1, 4).Draw(t, "months")), 1, 0, 0, 0, 0, time.UTC)
			from := month.Add(time.Duration(rapid.IntRange(-15, 15).Draw(t, "hours")) * time.Hour)
			_, err := prog.Plans.Publish(ctx, program.Publish{Plan: calendarPlan(rapid.SampledFrom(calendars).Draw(t, "calendar")), From: from})
			require.NoError(t, err)
			for _, off := range []time.Duration{-20 * time.Hour, -time.Microsecond, 0, 13 * time.Hour} {
				now = month.Add(off)
				paid(now)
				paid(from)
			}
			now = now.Add(48 * time.Hour)
			// What is over stays as it is.
			for id, run := range over {
				again, err := prog.Bonuses.Lock(ctx, program.BonusRun{Bonus: run.Period.Every().String(), Period: run.Period})
				require.NoError(t, err)
				require.Equal(t, []time.Time{run.From, run.To}, []time.Time{again.Run.From, again.Run.To}, id)
			}
			for _, every := range []commission.Interval{commission.Monthly, commission.Quarterly, commission.Yearly} {
				for p := (commission.Calendar{}).PeriodAt(every, begin).Prev(); p != (commission.Calendar{}).PeriodAt(every, now).Next(); p = p.Next() {
					if out, err := prog.Bonuses.Lock(ctx, program.BonusRun{Bonus: every.String(), Period: p}); err == nil {
						over[out.Run.ID] = out.Run
					}
				}
			}
		}
		for _, every := range []commission.Interval{commission.Monthly, commission.Quarterly, commission.Yearly} {
			total, last := decimal.Zero, time.Time{}
			for p := (commission.Calendar{}).PeriodAt(every, begin.AddDate(-2, 0, 0)); p != (commission.Calendar{}).PeriodAt(every, begin.AddDate(4, 0, 0)); p = p.Next() {
				out, err := prog.Bonuses.Preview(ctx, program.BonusRun{Bonus: every.String(), Period: p})
				var none *program.MetaError
				if err != nil {
					require.ErrorAs(t, err, &none)
					continue
				}
				total = total.Add(out.Total.Decimal())
				if run, ok := over[settlement.NewRunID(every.String(), p)]; ok {
					require.True(t, last.IsZero() || run.From.Equal(last), "%s begins where the one before it ends", p)
					last = run.To
				}
			}
			require.True(t, total.Equal(sold), "each order counts once by the %s: %s and not %s", every, total, sold)
		}
	})
}

func TestRule_6_19_APeriodIsLongerOrShorterForAnotherCalendar(t *testing.T) {
	s := open(t, "", func(c *program.Config) { c.Plan = calendarPlan(`{"zone": "UTC"}`) })
	s.add("alice")
	publish := func(calendar string, from time.Time) {
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: calendarPlan(calendar), From: from})
		require.NoError(t, err)
	}
	publish(`{"zone": "Asia/Shanghai"}`, julyFirst.Add(-4*time.Hour))                 // by which June is over already
	publish(`{"zone": "Asia/Shanghai", "yearBegins": 4}`, julyFirst.AddDate(0, 8, 0)) // 1 March 2027, in the year 2026 by it
	s.now = julyFirst.AddDate(3, 0, 0)
	window := func(bonus, period string) string {
		out, err := s.Bonuses.Lock(ctx, program.BonusRun{Bonus: bonus, Period: must(commission.ParsePeriod(period))})
		require.NoError(t, err)
		return out.Run.From.Format("2006-01-02T15") + " " + out.Run.To.Format("2006-01-02T15")
	}
	require.Equal(t, "2026-06-01T00 2026-06-30T20", window("month", "2026-06"), "to the instant at which its calendar is none any more")
	require.Equal(t, "2026-06-30T20 2026-07-31T16", window("month", "2026-07"))
	require.Equal(t, "2026-01-01T00 2026-12-31T16", window("year", "2026"))
	require.Equal(t, "2026-12-31T16 2028-03-31T16", window("year", "2027"), "which began in January and ends with March")
	require.Equal(t, "2028-03-31T16 2029-03-31T16", window("year", "2028"))

	publish(`{"zone": "UTC", "yearBegins": 1}`, s.now)
	s.now = s.now.AddDate(3, 0, 0)
	require.Equal(t, "2029-03-31T16 2030-01-01T00", window("year", "2029"), "a short one")
	require.Equal(t, "2029-06-30T16 2029-07-01T00", window("quarter", "2029-Q2"), "the rest of that which was July to September")
	require.Equal(t, "2029-07-01T00 2029-10-01T00", window("quarter", "2029-Q3"))
}

func TestABonusKeepsItsTerms(t *testing.T) {
	s := family(t, teamLadder)
	plan := func(bonus string) program.Plan {
		return program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "bonuses": [` + bonus + `]}`)
	}
	publish := func(bonus string) error {
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: plan(bonus)})
		return err
	}
	const ladder = `"ladder": {"steps": [{"from": "0", "rate": "1%"}]}}`
	require.NoError(t, publish(`{"name": "team", `+ladder), "its steps can change")
	require.NoError(t, publish(`{"name": "other", `+ladder))
	for _, c := range []struct{ terms, want string }{
		{`"every": "quarter"`, `program: plan: bonuses[1].every: the bonus "team" has "month" in plan version 1, and orders would count twice or never in another;` +
			` give the bonus that has another a name of its own`},
		{`"counts": "released"`, `program: plan: bonuses[1].counts: the bonus "team" has "paid" in plan version 1, and orders would count twice or never in another;` +
			` give the bonus that has another a name of its own`},
	} {
		err := publish(`{"name": "third", ` + ladder + `, {"name": "team", ` + c.terms + `, ` + ladder)
		var problems *program.PlanError
		require.ErrorAs(t, err, &problems)
		require.EqualError(t, err, c.want)
		require.NoError(t, publish(`{"name": "team by `+c.terms[1:6]+`", `+c.terms+`, `+ladder))
	}
}
