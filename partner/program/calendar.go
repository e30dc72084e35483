package program

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/commission"
)

// Calendar says whose months, quarters and years a plan means.
type Calendar struct {
	// Zone is a name of the IANA time zone database, such as "Asia/Shanghai". Default: "UTC". A system without that database knows no other.
	Zone string `json:"zone,omitempty"`
	// YearBegins is the month with which a year and its quarters begin, 1 to 12. Default: 1.
	YearBegins int `json:"yearBegins,omitempty"`
}

func (c Calendar) withDefaults() Calendar {
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	if c.YearBegins == 0 {
		c.YearBegins = 1
	}
	return c
}

func (c Calendar) check(add func(path, message string)) {
	if c = c.withDefaults(); c.YearBegins < 1 || c.YearBegins > 12 {
		add("calendar.yearBegins", fmt.Sprintf("a year begins with month 1 to 12, not %d", c.YearBegins))
	}
	if _, err := c.calendar(); err != nil {
		add("calendar.zone", err.Error())
	}
}

// calendar is what the core calculates with.
func (c Calendar) calendar() (commission.Calendar, error) {
	c = c.withDefaults()
	location, err := time.LoadLocation(c.Zone)
	if err == nil && c.Zone == "Local" {
		err = fmt.Errorf("a zone is named, so that it is the same on every machine")
	}
	return commission.Calendar{Location: location, First: time.Month(c.YearBegins)}, err
}
