package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// Meta is what every write says of itself.
type Meta struct {
	Key    string    // done once for each key; "": the natural key of what is done
	At     time.Time // when it happened, by the shop's clock; zero: now
	Actor  string    // who caused it; "": the shop's own system
	Reason string    // why, as free text; "": none
}

// operation is one write: what it is called, its key, and the facts that must be the same when it comes again.
type operation struct {
	name    string
	key     string
	meta    Meta
	payload payload

	keyed func(*call) (string, error) // the natural key where it depends on what is known; nil: it is key
}

// addKeyedAt makes the instant one of the facts where the caller gave a key of his own. A natural key has the instant itself, or names what can happen
// only once, so that hearing of it again at another time is no conflict.
func (o *operation) addKeyedAt() {
	if o.meta.Key != "" {
		o.payload.add("at", canonicalTime(o.meta.At))
	}
}

// call is one operation in its transaction.
type call struct {
	*shell
	ctx    context.Context
	tx     store.Tx
	key    string
	at     time.Time // when it happened
	record partner.Record
	token  string    // unique to this call
	known  time.Time // what was recorded later is not seen; zero: everything is
	events []store.Event

	published bool       // whether this transaction published a plan
	plansRead []*version // what versions found; nil: it was not asked, or this transaction has published since

	counting map[store.CounterKey]money.Amount // by how much orders that were judged again change counters, once it is written
}

// apply writes what was decided; nil where there is nothing to write, and so nothing to be done only once.
type apply func() error

// inTurn writes one after the other, up to the first error.
func inTurn(writes ...apply) error {
	for _, write := range writes {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// attempts is how often a transaction of the programme's own is run again after a commit whose effect is unknown, or a record that changed meanwhile.
const attempts = 5

// Limits of what every write says of itself, in bytes.
const (
	maxKey  = 200
	maxText = 2000
)

// MetaError says that a field of Meta makes no sense.
type MetaError struct {
	Field   string
	Problem string
}

func (e *MetaError) Error() string { return fmt.Sprintf("program: %s: %s", e.Field, e.Problem) }

func (m Meta) check() error {
	return errors.Join(checkText("key", m.Key, maxKey), checkText("actor", m.Actor, maxKey), checkText("reason", m.Reason, maxText), checkTime("at", m.At))
}

// checkText refuses what a database would refuse or cut: a text that is too long, is no UTF-8, or has a NUL.
func checkText(field, text string, limit int) error {
	switch {
	case len(text) > limit:
		return &MetaError{Field: field, Problem: fmt.Sprintf("%d bytes are more than %d", len(text), limit)}
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return &MetaError{Field: field, Problem: "it is not UTF-8, or has a NUL"}
	}
	return nil
}

// The years that every store can hold.
const firstYear, lastYear = 1970, 9999

func checkTime(field string, t time.Time) error {
	if !t.IsZero() && (t.UTC().Year() < firstYear || t.UTC().Year() > lastYear) {
		return &MetaError{Field: field, Problem: fmt.Sprintf("the year %d is not from %d to %d", t.UTC().Year(), firstYear, lastYear)}
	}
	return nil
}

// write does an operation once and returns its result: where its key is new, decide reads and works out what to write, and what it returns writes it, in
// one transaction with the key; where the key is known, again finds the first result. An error gives the zero result. An error of decide leaves nothing,
// and is found before the first write.
func write[T any](ctx context.Context, s *shell, op operation, decide func(*call, *T) (apply, error), again func(*call, store.Claim, *T) error) (T, error) {
	var out, none T
	if s.store == nil {
		return none, ErrNoStore
	}
	if err := op.meta.check(); err != nil {
		return none, err
	}
	if op.meta.Key != "" {
		op.key = op.meta.Key
	}
	token := s.config.NewID()
	var err error
	for range attempts {
		err = s.store.Update(ctx, s.tenant, func(tx store.Tx) error {
			out = none // the store may run this more than once
			return s.once(ctx, tx, op, token,
				func(c *call) (apply, error) { return decide(c, &out) },
				func(c *call, first store.Claim) error { return again(c, first, &out) })
		})
		if s.joined || !errors.Is(err, store.ErrUnknown) && !errors.Is(err, store.ErrStale) {
			break
		}
	}
	if err != nil {
		s.config.Log.DebugContext(ctx, "refused", "operation", op.name, "key", op.key, "error", err)
		return none, err
	}
	return out, nil
}

func (s *shell) once(ctx context.Context, tx store.Tx, op operation, token string, decide func(*call) (apply, error), again func(*call, store.Claim) error) error {
	now := s.now()
	c := &call{shell: s, ctx: ctx, tx: tx, key: op.key, token: token, record: partner.Record{Recorded: now, Actor: op.meta.Actor, Reason: op.meta.Reason}}
	if c.at = instant(op.meta.At); op.meta.At.IsZero() {
		c.at = now
	}
	if op.keyed != nil && op.meta.Key == "" {
		var err error
		if op.key, err = op.keyed(c); err != nil {
			return err
		}
		c.key = op.key
	}
	claim := store.Claim{
		ClaimKey: store.ClaimKey{Operation: op.name, Key: op.key},
		Hash:     op.payload.hash(), Fields: op.payload.fieldHashes(), Token: token, At: now,
	}
	known, err := tx.Claimed(ctx, []store.ClaimKey{claim.ClaimKey})
	if err != nil {
		return err
	}
	if known[0].Token != "" {
		return c.repeat(op, claim, known[0], again)
	}
	write, err := decide(c)
	if err != nil || write == nil {
		return err
	}
	winners, err := tx.Claim(ctx, []store.Claim{claim})
	if err != nil {
		return err
	}
	if winners[0].Token != token {
		return c.repeat(op, claim, winners[0], again)
	}
	if err := write(); err != nil {
		return err
	}
	return tx.AppendEvents(ctx, c.events)
}

// repeat answers an operation whose key is taken: again finds the first result, by what was known to the first call.
func (c *call) repeat(op operation, mine, first store.Claim, again func(*call, store.Claim) error) error {
	if mine.Hash != first.Hash {
		return &store.ConflictError{Operation: mine.Operation, Key: mine.Key, Field: differingField(first.Fields, mine.Fields)}
	}
	c.known = first.At
	if op.meta.At.IsZero() {
		c.at = first.At
	}
	return again(c, first)
}

// emit appends an event of this call.
func (c *call) emit(kind, subject string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s-%d", c.token, len(c.events))
	c.events = append(c.events, store.Event{ID: id, Kind: kind, Subject: subject, At: c.at, Data: raw, Record: c.record})
	return nil
}
