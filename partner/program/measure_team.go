package program

import (
	"math"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// teamSold measures what a scope sold by what was counted for him. It is what is known now, and so not known as of an instant before this call. Until a series
// that a plan asks for has counted what those were judged by whom it concerns, it is not known either.
func (m *measured) teamSold(metric partner.Metric) (partner.Value, bool, error) {
	if m.at.Before(m.record.Recorded) {
		m.late = true
		return partner.Value{}, false, nil
	}
	s, err := seriesOf(metric, m.currency)
	if err != nil {
		return partner.Value{}, false, err
	}
	read, err := m.tx.Readers(m.ctx, []string{s.caughtUp(), reachedReader})
	if err != nil || read[0] == 0 || read[0] < read[1] {
		return partner.Value{}, false, err
	}
	since, err := m.reachedLevel(metric)
	if err != nil {
		return partner.Value{}, false, err
	}
	sum, err := m.countedSince(&s, m.id, metric.From(m.at, since))
	if err != nil {
		return partner.Value{}, false, err
	}
	if metric.Unit() == partner.Money {
		sum.Amount, err = m.currency.Minor(0).Add(sum.Amount)
		return partner.Value{Amount: sum.Amount}, true, err
	}
	return partner.Value{Number: sum.Number}, true, nil
}

// countedSince sums what was counted for somebody of orders that were paid from an instant on, the zero Time for all: the days that are whole as they are kept,
// and the orders of a first day that is not.
func (c *call) countedSince(s *series, id partner.ID, from time.Time) (sum store.Tally, err error) {
	add := func(t store.Tally) (err error) {
		sum.Number += t.Number
		sum.Amount, err = sum.Amount.Add(t.Amount)
		return err
	}
	after := store.TallyKey{Series: s.id, Partner: id, Day: math.MinInt64}
	if !from.IsZero() {
		after.Day = dayOf(from) - 1
		if from.After(startOf(dayOf(from))) {
			after.Day++
			part, err := c.countedOn(raggedDay{s.id, from})
			if err != nil {
				return sum, err
			}
			if err := add(part[id]); err != nil {
				return sum, err
			}
		}
	}
	for {
		page, err := c.tx.TalliesOf(c.ctx, after, auditPage)
		if err != nil || len(page) == 0 {
			return sum, err
		}
		for _, t := range page {
			if err := add(t); err != nil {
				return sum, err
			}
		}
		after = page[len(page)-1].TallyKey
	}
}

// raggedDay is what is left of a day from an instant on, in a series.
type raggedDay struct {
	series string
	from   time.Time
}

// countedOn sums what was counted of orders that were paid in a part of a day, for everybody. It is read once in a call: those whom one batch of events
// concerns have mostly the same window.
func (c *call) countedOn(part raggedDay) (map[partner.ID]store.Tally, error) {
	if sums, done := c.raggedRead[part]; done {
		return sums, nil
	}
	sums := map[partner.ID]store.Tally{}
	to := startOf(dayOf(part.from) + 1)
	for after := (store.OrderCursor{}); ; {
		page, err := c.tx.CountedBetween(c.ctx, part.series, part.from, to, after, auditPage)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, x := range page {
			for _, id := range x.Partners {
				sum := sums[id]
				if sum.Amount, err = sum.Amount.Add(x.Amount); err != nil {
					return nil, err
				}
				sum.Number += x.Number
				sums[id] = sum
			}
		}
		after = store.OrderCursor{At: page[len(page)-1].PaidAt, ID: page[len(page)-1].Order}
	}
	if c.raggedRead == nil {
		c.raggedRead = map[raggedDay]map[partner.ID]store.Tally{}
	}
	c.raggedRead[part] = sums
	return sums, nil
}
