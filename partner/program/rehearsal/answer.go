package rehearsal

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// told is what the programme answered when it was told of an event.
type told struct {
	meta   program.Meta
	answer any
	err    error
}

// text is the answer as text, without what only says that it was given before, and without what a run did.
func (t told) text() string {
	if t.err != nil {
		return "error: " + t.err.Error()
	}
	switch answer := t.answer.(type) {
	case program.Due:
		return "a run"
	case program.Outcome:
		answer.Repeated = false
		t.answer = answer
	case program.RunOutcome:
		t.answer = settled(answer)
	}
	text, err := json.Marshal(t.answer)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(text)
}

// sameAnswer compares two answers to the same event, and names the fields in which they differ.
func (c checker) sameAnswer(what string, first, second told) {
	one, other := first.text(), second.text()
	var fields, others map[string]json.RawMessage
	if one == other || json.Unmarshal([]byte(one), &fields) != nil || json.Unmarshal([]byte(other), &others) != nil {
		c.same(what, one, other)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		c.same(what+", "+name, string(fields[name]), string(others[name]))
	}
}

// quoted compares what a quote said of an order with what it paid.
func (c checker) quoted(quote, paid told) {
	outcome, _ := paid.answer.(program.Outcome)
	if errors.Is(paid.err, store.ErrConflict) || outcome.Repeated {
		return // the order had been paid before, as it was then
	}
	if paid.err != nil || quote.err != nil {
		c.same("its quote", fmt.Sprint(paid.err), fmt.Sprint(quote.err))
		return
	}
	// A quote cannot know of events that wait for the order, nor what the order makes of its buyer.
	outcome.Promoted, outcome.Risen, outcome.Unparked, outcome.ReleaseAt = false, "", nil, time.Time{}
	quoted, _ := quote.answer.(program.Outcome)
	quoted.ReleaseAt = time.Time{}
	c.sameAnswer("its quote", told{answer: outcome}, told{answer: quoted})
}
