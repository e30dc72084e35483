package commission

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Interval is how often a period bonus is worked out: the length of its periods.
type Interval uint8

const (
	// Monthly periods are calendar months.
	Monthly Interval = iota
	// Quarterly periods are three months each, the first of a year from the calendar's first month on.
	Quarterly
	// Yearly periods are twelve months each, from the calendar's first month on.
	Yearly
)

var intervalNames = []string{"month", "quarter", "year"}

// String returns the interval's name in a plan.
func (i Interval) String() string { return OptionText(i, intervalNames) }

// MarshalText writes the form of String.
func (i Interval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (i *Interval) UnmarshalText(text []byte) error { return ParseOption(i, text, intervalNames) }

// months is how many months a period of the interval has.
func (i Interval) months() int {
	switch i {
	case Quarterly:
		return 3
	case Yearly:
		return 12
	}
	return 1
}

// Calendar says when periods begin and end. The zero Calendar has calendar years in UTC.
type Calendar struct {
	Location *time.Location // whose midnights they are; nil is UTC
	// First is the month with which a year, and the first quarter of it, begins; 0 is January. It does not change months.
	First time.Month
}

// Period is one month, quarter or year of a calendar. It is a comparable value; [Calendar.PeriodAt] and [ParsePeriod] make it. A quarter or a year is
// named after the calendar year in which its year begins: with years from April on, "2026-Q4" is January to March 2027.
type Period struct {
	every Interval
	index int // how many periods after the one with which year 0 begins
}

// PeriodAt returns the period in which an instant lies. Every instant lies in exactly one of each interval.
func (c Calendar) PeriodAt(every Interval, instant time.Time) Period {
	year, month, _ := instant.In(c.location()).Date()
	p := Period{every: every, index: floorDiv(year*12+int(month)-1-c.offset(every), every.months())}
	// Where a clock is put back over the midnight with which a month begins, the end of the month before is shown twice.
	if !instant.Before(c.To(p)) {
		return p.Next()
	}
	return p
}

// From returns the first instant of a period: the first at which the clocks of the calendar's location show its first day, which is not midnight where
// the clock is put forward then.
func (c Calendar) From(p Period) time.Time {
	month := p.index*p.every.months() + c.offset(p.every)
	// Clocks differ from UTC by less than two days.
	wall, location := time.Date(0, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC), c.location()
	for at := wall.Add(-48 * time.Hour).In(location); ; {
		_, seconds := at.Zone()
		start, end := at.ZoneBounds()
		first := wall.Add(-time.Duration(seconds) * time.Second).In(location)
		if !start.IsZero() && first.Before(start) {
			first = start
		}
		// In years that only a rule covers, the bounds of package time end a year after 365 days, so that they can lie before the instant asked for.
		if !end.IsZero() && !end.After(at) {
			end = at.Add(24 * time.Hour)
		}
		if end.IsZero() || first.Before(end) {
			return first
		}
		at = end
	}
}

// To returns the first instant after a period, with which the next one begins.
func (c Calendar) To(p Period) time.Time { return c.From(p.Next()) }

func (c Calendar) location() *time.Location {
	if c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// offset is how many months after January the periods of an interval are counted from.
func (c Calendar) offset(every Interval) int {
	if every == Monthly || c.First == 0 {
		return 0
	}
	return int(c.First) - 1
}

// Every returns the interval of the period.
func (p Period) Every() Interval { return p.every }

// Next returns the period after p.
func (p Period) Next() Period { return Period{every: p.every, index: p.index + 1} }

// Prev returns the period before p.
func (p Period) Prev() Period { return Period{every: p.every, index: p.index - 1} }

// String returns "2026-06" for a month, "2026-Q2" for a quarter and "2026" for a year.
func (p Period) String() string {
	inYear := 12 / p.every.months()
	year := floorDiv(p.index, inYear)
	switch p.every {
	case Monthly:
		return fmt.Sprintf("%04d-%02d", year, p.index-year*inYear+1)
	case Quarterly:
		return fmt.Sprintf("%04d-Q%d", year, p.index-year*inYear+1)
	}
	return fmt.Sprintf("%04d", year)
}

// MarshalText writes the form of String, and nothing for the zero Period.
func (p Period) MarshalText() ([]byte, error) {
	if p == (Period{}) {
		return nil, nil
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what [ParsePeriod] reads; no text is the zero Period.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	parsed, err := ParsePeriod(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// ParsePeriod reads what [Period.String] writes, for the years 1 to 9999. Anything else is a [*PeriodError].
func ParsePeriod(text string) (Period, error) {
	first, rest, divided := strings.Cut(text, "-")
	year, ok := digitsOf(first, 4)
	p, number := Period{every: Yearly}, 1
	if divided && ok {
		p.every = Monthly
		width := 2
		if quarter, found := strings.CutPrefix(rest, "Q"); found {
			p.every, rest, width = Quarterly, quarter, 1
		}
		number, ok = digitsOf(rest, width)
	}
	inYear := 12 / p.every.months()
	if !ok || year == 0 || number < 1 || number > inYear {
		return Period{}, &PeriodError{Text: text}
	}
	p.index = year*inYear + number - 1
	return p, nil
}

// digitsOf reads a number of exactly so many digits.
func digitsOf(text string, width int) (int, bool) {
	if len(text) != width || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// PeriodError says that a text names no period.
type PeriodError struct {
	Text string
}

func (e *PeriodError) Error() string {
	return fmt.Sprintf("commission: period %.40q: write a month as \"2026-06\", a quarter as \"2026-Q2\" or a year as \"2026\"", e.Text)
}

// floorDiv is a / b, rounded down for negative a too.
func floorDiv(a, b int) int {
	if quotient := a / b; a%b >= 0 {
		return quotient
	}
	return a/b - 1
}
