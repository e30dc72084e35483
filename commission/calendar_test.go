package commission_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
)

func zone(t tester, name string) *time.Location {
	t.Helper()
	location, err := time.LoadLocation(name)
	require.NoError(t, err)
	return location
}

func instant(t tester, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func period(t tester, text string) commission.Period {
	t.Helper()
	p, err := commission.ParsePeriod(text)
	require.NoError(t, err)
	return p
}

func TestRule_6_19_PeriodsAreHalfOpenInTheCalendarsZone(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		text, from, to string
		calendar       commission.Calendar
	}{
		{"2026-06", "2026-06-01T00:00:00+08:00", "2026-07-01T00:00:00+08:00", commission.Calendar{Location: shanghai}},
		{"2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", commission.Calendar{}},
		{"2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", commission.Calendar{First: time.April}},
		{"2026-Q2", "2026-04-01T00:00:00+08:00", "2026-07-01T00:00:00+08:00", commission.Calendar{Location: shanghai, First: time.January}},
		{"2026-Q4", "2027-01-01T00:00:00Z", "2027-04-01T00:00:00Z", commission.Calendar{First: time.April}},
		{"2026-Q1", "2026-11-01T00:00:00Z", "2027-02-01T00:00:00Z", commission.Calendar{First: time.November}},
		{"2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", commission.Calendar{}},
		{"2026", "2026-04-01T00:00:00+08:00", "2027-04-01T00:00:00+08:00", commission.Calendar{Location: shanghai, First: time.April}},
	} {
		p := period(t, c.text)
		from, to := instant(t, c.from), instant(t, c.to)
		require.True(t, from.Equal(c.calendar.From(p)), c)
		require.True(t, to.Equal(c.calendar.To(p)), c)
		for _, at := range []time.Time{from, to.Add(-1)} {
			require.Equal(t, p, c.calendar.PeriodAt(p.Every(), at), c)
			require.Equal(t, c.text, c.calendar.PeriodAt(p.Every(), at).String())
		}
		require.Equal(t, p.Next(), c.calendar.PeriodAt(p.Every(), to), c)
		require.Equal(t, p.Prev(), c.calendar.PeriodAt(p.Every(), from.Add(-1)), c)
		require.Equal(t, p, p.Next().Prev())
	}
}

func TestRule_6_19_AClockThatJumpsAtMidnightLosesNoInstant(t *testing.T) {
	for _, c := range []struct{ zone, text, from string }{
		// The last second of July was followed by 01:00 of 1 August: there was no midnight.
		{"Africa/Cairo", "2014-08", "2014-08-01T01:00:00+03:00"},
		// At midnight the clock went back to 23:00 of 31 October: that hour was twice, both times in October.
		{"Africa/Cairo", "2024-11", "2024-11-01T00:00:00+02:00"},
		// One minute after midnight the clock went back to 23:01 of 31 October; November had begun.
		{"America/St_Johns", "2009-11", "2009-11-01T00:00:00-02:30"},
		{"America/New_York", "2026-11", "2026-11-01T00:00:00-04:00"},
		// The whole of 30 December 2011 was left out.
		{"Pacific/Apia", "2012-01", "2012-01-01T00:00:00+14:00"},
	} {
		calendar, p := commission.Calendar{Location: zone(t, c.zone)}, period(t, c.text)
		require.Equal(t, instant(t, c.from).UTC(), calendar.From(p).UTC(), c.zone)
		require.Equal(t, p, calendar.PeriodAt(commission.Monthly, calendar.From(p)))
		require.Equal(t, p.Prev(), calendar.PeriodAt(commission.Monthly, calendar.From(p).Add(-1)))
		for m := range 180 {
			require.Equal(t, p, calendar.PeriodAt(commission.Monthly, calendar.From(p).Add(time.Duration(m)*time.Minute)), "%s, minute %d", c.zone, m)
		}
	}
}

func TestRule_6_19_EveryInstantLiesInOnePeriod(t *testing.T) {
	zones := []*time.Location{nil, time.FixedZone("", 0), time.FixedZone("east", 26*3600), time.FixedZone("west", -26*3600)}
	for _, name := range []string{"Asia/Shanghai", "Africa/Cairo", "America/St_Johns", "Pacific/Apia", "Asia/Amman", "Europe/London", "Australia/Lord_Howe"} {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := commission.Calendar{Location: rapid.SampledFrom(zones).Draw(t, "zone"), First: time.Month(rapid.IntRange(0, 12).Draw(t, "first"))}
		every := commission.Interval(rapid.IntRange(0, 2).Draw(t, "every"))
		at := time.Unix(rapid.Int64Range(-2e9, 4e9).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "nano"))
		if rapid.Bool().Draw(t, "near a border") {
			at = c.From(c.PeriodAt(every, at)).Add(time.Duration(rapid.Int64Range(-2e13, 2e13).Draw(t, "off")))
		}
		p := c.PeriodAt(every, at)
		require.Equal(t, every, p.Every())
		require.False(t, at.Before(c.From(p)))
		require.True(t, at.Before(c.To(p)))
		require.Equal(t, c.To(p), c.From(p.Next()))
		require.Equal(t, c.From(p), c.To(p.Prev()))
		require.Equal(t, p, period(t, p.String()))
		if every == commission.Monthly {
			require.Equal(t, p.String(), c.From(p).Format("2006-01"))
		}
		year := c.PeriodAt(commission.Yearly, at)
		require.False(t, c.From(p).Before(c.From(year)) && every != commission.Monthly)
		require.False(t, c.To(p).After(c.To(year)))
	})
}

func TestRule_6_19_TheLastDaysOfLeapYearsAreDaysToo(t *testing.T) {
	for _, name := range []string{"America/New_York", "Australia/Sydney", "Europe/London", "Pacific/Auckland"} {
		c := commission.Calendar{Location: zone(t, name)}
		for year := 2036; year < 2100; year += 4 {
			for p := c.PeriodAt(commission.Monthly, time.Date(year, time.October, 15, 0, 0, 0, 0, time.UTC)); p != period(t, fmt.Sprintf("%d-04", year+1)); p = p.Next() {
				from := c.From(p)
				require.Equal(t, p.String()+"-01 00:00:00", from.Format("2006-01-02 15:04:05"))
				require.Equal(t, p, c.PeriodAt(commission.Monthly, from))
				require.Equal(t, p.Prev(), c.PeriodAt(commission.Monthly, from.Add(-1)))
			}
		}
	}
}

func TestRule_6_19_APeriodIsAText(t *testing.T) {
	for _, text := range []string{"2026-01", "2026-12", "0001-01", "9999-12", "2026-Q1", "2026-Q4", "2026", "0001", "9999"} {
		require.Equal(t, text, period(t, text).String())
		var back commission.Period
		written, err := json.Marshal(period(t, text))
		require.NoError(t, err)
		require.Equal(t, `"`+text+`"`, string(written))
		require.NoError(t, json.Unmarshal(written, &back))
		require.Equal(t, period(t, text), back)
	}
	require.NotEqual(t, period(t, "2026-Q1"), period(t, "2026-01"))
	for _, text := range []string{"", "2026-", "2026-00", "2026-13", "2026-1", "2026-Q0", "2026-Q5", "2026-Q01", "2026-Q", "0000-01", "0000", "26-01", "02026",
		"-2026", "+026-01", "2026-+1", "2026-06-01", "2026-q1", "2026 06", "２０２６", "2026-0６"} {
		_, err := commission.ParsePeriod(text)
		var e *commission.PeriodError
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, text, e.Text)
		require.Contains(t, e.Error(), "write a month as")
		back := period(t, "2026")
		if text == "" {
			continue
		}
		require.ErrorAs(t, back.UnmarshalText([]byte(text)), &e)
		require.Equal(t, period(t, "2026"), back)
	}
	written, err := json.Marshal(commission.Period{})
	require.NoError(t, err)
	back := period(t, "2026")
	require.NoError(t, json.Unmarshal(written, &back), "the zero Period, of a run that has none, is written as nothing and comes back")
	require.Equal(t, commission.Period{}, back)
}

func TestRule_6_19_YearsBeforeTheFirstAreCountedToo(t *testing.T) {
	p := commission.Calendar{}.PeriodAt(commission.Quarterly, time.Date(-1, time.December, 31, 0, 0, 0, 0, time.UTC))
	require.Equal(t, "-001-Q4", p.String())
	require.Equal(t, "0000-Q1", p.Next().String())
	require.Equal(t, time.Date(-1, time.October, 1, 0, 0, 0, 0, time.UTC), commission.Calendar{}.From(p))
}
