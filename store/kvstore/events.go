package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

// Events wait for their numbers in order of a position. A transaction takes the one above the highest that it sees among those that wait, so that what was
// committed before it comes before it; two that are written at once may have the same, and their order is that of their first ids. So no two transactions
// that append events meet in a record, as they would in a count.

// eventPlace is where the events of a transaction stand.
type eventPlace struct {
	Position int64
	First    string // the id of the first of them
	Of       int64  // which of them it is
}

// waitingEvent is an event that waits for its number.
type waitingEvent struct {
	ID    string
	Place eventPlace
}

func (t *tx) unnumberedKey(id string) path { return t.at("unnumbered events").text(id) }

func (t *tx) waitingKey(p eventPlace) path {
	return t.at("waiting events").number(p.Position).text(p.First).number(p.Of)
}

// positionKey is of a position at which events wait, the highest first.
func (t *tx) positionKey(p eventPlace) path {
	return t.at("event positions").down(path("").number(p.Position)).text(p.First)
}

func (t *tx) numberedKey(number int64) path { return t.at("events").number(number) }

func (t *tx) AppendEvents(ctx context.Context, events []store.Event) error {
	if err := t.writes(ctx); err != nil || len(events) == 0 {
		return err
	}
	if t.place.First == "" {
		r := t.at("event positions").under()
		r.Limit = 1
		highest, err := scanned[int64](ctx, t, r)
		if err != nil {
			return err
		}
		t.place = eventPlace{Position: 1, First: events[0].ID}
		if len(highest) > 0 {
			t.place.Position += highest[0]
		}
	}
	if err := write(t, t.positionKey(t.place), t.place.Position); err != nil {
		return err
	}
	for _, e := range events {
		e.Number = 0
		t.place.Of++
		if err := write(t, t.unnumberedKey(e.ID), e); err != nil {
			return err
		}
		if err := write(t, t.waitingKey(t.place), waitingEvent{e.ID, t.place}); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	return scanned[store.Event](ctx, t, t.at("unnumbered events").page(t.unnumberedKey(after), limit))
}

// NumberEvents locks the last number, by which one at a time gives the next ones.
func (t *tx) NumberEvents(ctx context.Context, limit int) (int, error) {
	if err := t.writes(ctx); err != nil || limit < 1 {
		return 0, err
	}
	last := t.at("last event")
	numbers, err := locked[int64](ctx, t, []path{last})
	if err != nil {
		return 0, err
	}
	r := t.at("waiting events").under()
	r.Limit = limited(limit, 1) // one more tells whether the last of them is the last of its position
	waiting, err := scanned[waitingEvent](ctx, t, r)
	if err != nil {
		return 0, err
	}
	taken := waiting[:min(len(waiting), limit)]
	events, err := load[store.Event](ctx, t, keys(taken, func(w waitingEvent) path { return t.unnumberedKey(w.ID) }))
	if err != nil || len(taken) == 0 {
		return 0, err
	}
	number := numbers[0]
	for i, w := range taken {
		number++
		events[i].Number = number
		if err := write(t, t.numberedKey(number), events[i]); err != nil {
			return 0, err
		}
		t.remove(t.unnumberedKey(w.ID))
		t.remove(t.waitingKey(w.Place))
		if i+1 == len(waiting) || waiting[i+1].Place.First != w.Place.First {
			t.remove(t.positionKey(w.Place))
		}
	}
	return len(taken), write(t, last, number)
}

func (t *tx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	return scanned[store.Event](ctx, t, t.at("events").page(t.numberedKey(after), limit))
}
