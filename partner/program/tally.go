package program

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// series is one way to count what teams sell: a metric without what only chooses among its days, in a currency. Sums of it are kept, by partner and day of
// payment.
type series struct {
	id       string // a hash of the rest
	metric   partner.Metric
	currency money.Currency
}

// seriesOf returns the series of which a metric takes its days.
func seriesOf(m partner.Metric, currency money.Currency) (series, error) {
	m.Days, m.Since, m.SinceLevel, m.Levels = 0, nil, false, nil
	m.Products, m.Categories, m.SKUs = uniqueSorted(m.Products), uniqueSorted(m.Categories), uniqueSorted(m.SKUs)
	text, err := json.Marshal(struct {
		Metric partner.Metric
		Code   string
		Scale  int
	}{m, currency.Code(), currency.Scale()})
	sum := sha256.Sum256(text)
	return series{id: hex.EncodeToString(sum[:]), metric: m, currency: currency}, err
}

// uniqueSorted is a list in order, each once.
func uniqueSorted(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }

// reader is the name of who counts events for the series, and caughtUp that of the event up to which it had counted when there were no more.
func (s *series) reader() string { return "tally " + s.id }

func (s *series) caughtUp() string { return "tallied " + s.id }

// isTeamSales reports whether a metric is of what a team sold.
func isTeamSales(m *partner.Metric) bool {
	return (m.Name == partner.MetricVolume || m.Name == partner.MetricSales) && m.Scope != partner.Own
}

// teamSales returns the series that a plan asks for, in order of id.
func (v *version) teamSales() ([]series, error) {
	found := map[string]series{}
	var failed error
	v.asks(func(_ string, x *partner.Condition) {
		if x.Metric != nil && isTeamSales(x.Metric) {
			s, err := seriesOf(*x.Metric, v.plan.Currency.Currency)
			found[s.id], failed = s, errors.Join(failed, err)
		}
	})
	return inOrderOfID(found), failed
}

func inOrderOfID(found map[string]series) []series {
	all := make([]series, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[id])
	}
	return all
}

// countedSeries returns the series that the plan in force at an instant or one that is to come asks for, in order of id: those that are counted.
func (c *call) countedSeries(at time.Time) ([]series, error) {
	now, _, err := c.planAt("at", at)
	if err != nil && !errors.Is(err, ErrNoPlan) {
		return nil, err
	}
	versions, err := c.versions()
	if err != nil {
		return nil, err
	}
	found := map[string]series{}
	for _, v := range versions {
		if v != now && !v.stored.From.After(at) {
			continue
		}
		all, err := v.teamSales()
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			found[s.id] = s
		}
	}
	return inOrderOfID(found), nil
}

// dayLength is how long a day of a tally is.
const dayLength = 24 * time.Hour

// dayOf is the day of an instant, in whole days since the start of 1970 in UTC.
func dayOf(at time.Time) int64 {
	const micros = int64(dayLength / time.Microsecond)
	day, rest := at.UnixMicro()/micros, at.UnixMicro()%micros
	if rest < 0 {
		day--
	}
	return day
}

// startOf is the first instant of a day.
func startOf(day int64) time.Time {
	return time.UnixMicro(day * int64(dayLength/time.Microsecond)).UTC()
}

// counts reports whether an event is of something that can change what an order comes to in a series.
func counts(e store.Event) bool {
	switch e.Kind {
	case "order_paid", "order_received", "order_refunded", "order_released", "order_attributed", "exchange_opened", "exchange_closed":
		return true
	}
	return false
}

// upToTallied leaves of events those that every series that a plan asks for has counted: nobody is judged by what is not counted yet.
func (c *call) upToTallied(v *version, events []store.Event) ([]store.Event, error) {
	all, err := v.teamSales()
	if err != nil || len(all) == 0 {
		return events, err
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].caughtUp()
	}
	numbers, err := c.tx.Readers(c.ctx, names)
	if err != nil {
		return nil, err
	}
	last := slices.Min(numbers)
	return slices.DeleteFunc(events, func(e store.Event) bool { return e.Number > last }), nil
}
