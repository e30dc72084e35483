package program

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/ahead"
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

	expects func(*call) store.Reads // what it reads first, beside its key and what is new of plans; nil: it does not begin with these

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
	quotes bool      // whether it only looks, in a view: there nothing can be locked
	known  time.Time // what was recorded later is not seen; zero: everything is
	events []store.Event
	likely []*version // the plans that there probably are

	spends []partner.Customer // to whose totals it adds next, once it has its key

	published bool       // whether this transaction published a plan
	plansRead []*version // what versions found; nil: it was not asked, or this transaction has published since

	raggedRead map[raggedDay]map[partner.ID]store.Tally // what was counted in parts of days, where it was asked for

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

// task is an operation with what does it: where its key is new, decide reads and works out what to write, and what it returns writes it; where the key is
// known, again finds the first result. An error of decide is found before the first write.
type task[T any] struct {
	operation
	decide func(*call, *T) (apply, error)
	again  func(*call, store.Claim, *T) error
}

// write does an operation once and returns its result, in one transaction with its key. An error gives the zero result. An error of decide leaves nothing.
func write[T any](ctx context.Context, s *shell, op operation, decide func(*call, *T) (apply, error), again func(*call, store.Claim, *T) error) (T, error) {
	return task[T]{op, decide, again}.write(ctx, s)
}

func (t task[T]) write(ctx context.Context, s *shell) (T, error) {
	if err := t.ready(s); err != nil {
		var none T
		return none, err
	}
	return t.writeAs(ctx, s, s.config.NewID())
}

// ready looks at what can be known of an operation before it is begun, and gives it its key.
func (t *task[T]) ready(s *shell) error {
	if s.store == nil {
		return ErrNoStore
	}
	if t.meta.Key != "" {
		t.key = t.meta.Key
	}
	return t.meta.check()
}

// writeAs is write under a token.
func (t task[T]) writeAs(ctx context.Context, s *shell, token string) (T, error) {
	var out, none T
	var err error
	for range attempts {
		err = s.store.Update(ctx, s.tenant, func(tx store.Tx) error {
			out = none // the store may run this more than once
			_, err := t.once(ctx, s, tx, token, s.sees(), &out)
			return err
		})
		if s.joined || !errors.Is(err, store.ErrUnknown) && !errors.Is(err, store.ErrStale) {
			break
		}
	}
	if err != nil {
		s.config.Log.DebugContext(ctx, "refused", "operation", t.name, "key", t.key, "error", err)
		return none, err
	}
	return out, nil
}

// seen is what all operations of a transaction begin with.
type seen struct {
	now    time.Time
	likely []*version // the plans that there probably are: by these it is known what is locked first, which has to be the same for all
}

func (s *shell) sees() seen { return seen{s.now(), s.plans.likely(s.tenant)} }

// once does an operation in a transaction, and reports whether it has begun to write.
func (t task[T]) once(ctx context.Context, s *shell, tx store.Tx, token string, by seen, out *T) (wrote bool, err error) {
	c := &call{
		shell: s, ctx: ctx, tx: tx, key: t.key, token: token, likely: by.likely,
		record: partner.Record{Recorded: by.now, Actor: t.meta.Actor, Reason: t.meta.Reason},
	}
	if c.at = instant(t.meta.At); t.meta.At.IsZero() {
		c.at = by.now
	}
	if t.keyed != nil && t.meta.Key == "" {
		if t.key, err = t.keyed(c); err != nil {
			return false, err
		}
		c.key = t.key
	}
	claim := store.Claim{
		ClaimKey: store.ClaimKey{Operation: t.name, Key: t.key},
		Hash:     t.payload.hash(), Fields: t.payload.fieldHashes(), Token: token, At: by.now,
	}
	if t.expects != nil {
		next := t.expects(c)
		next.Claimed, next.Plans = []store.ClaimKey{claim.ClaimKey}, c.nextPlan()
		if err := c.foresee(next); err != nil {
			return false, err
		}
	}
	known, err := tx.Claimed(ctx, []store.ClaimKey{claim.ClaimKey})
	if err != nil {
		return false, err
	}
	if known[0].Token != "" {
		return false, t.repeat(c, claim, known[0], out)
	}
	write, err := t.decide(c, out)
	if err != nil || write == nil {
		return t.refused(c, claim, out, err)
	}
	if len(c.spends) > 0 {
		if err := c.foresee(store.Reads{Claim: []store.Claim{claim}, LockSpent: c.spends}); err != nil {
			return true, err
		}
	}
	winners, err := tx.Claim(ctx, []store.Claim{claim})
	if err != nil {
		return true, err
	}
	if winners[0].Token != token {
		return true, t.repeat(c, claim, winners[0], out)
	}
	if err := write(); err != nil {
		return true, err
	}
	return true, tx.AppendEvents(ctx, c.events)
}

// foresee tells the store what is read next, where it likes to know.
func (c *call) foresee(next store.Reads) error {
	if tx, ok := c.tx.(store.Foreseeing); ok {
		return tx.Foresee(c.ctx, next)
	}
	return nil
}

// refused looks again for the key where decide refuses, or has nothing to write. Whoever was told of the same at once may have committed while decide waited for
// a lock of his: then he did what this one finds done, and his is the result. Among operations that are done together that is for each alone to find.
func (t task[T]) refused(c *call, claim store.Claim, out *T, refusal error) (wrote bool, err error) {
	if together, ok := c.tx.(*ahead.Tx); ok {
		taken, err := together.Taken(c.ctx, claim.ClaimKey)
		if err == nil && taken {
			return true, fmt.Errorf("key %q: %w", claim.Key, store.ErrStale)
		}
		return false, cmp.Or(refusal, err)
	}
	first, err := c.tx.Claimed(c.ctx, []store.ClaimKey{claim.ClaimKey})
	if err != nil || first[0].Token == "" {
		return false, cmp.Or(refusal, err)
	}
	var none T
	*out = none
	return false, t.repeat(c, claim, first[0], out)
}

// repeat answers an operation whose key is taken: again finds the first result, by what was known to the first call.
func (t task[T]) repeat(c *call, mine, first store.Claim, out *T) error {
	if mine.Hash != first.Hash {
		return &store.ConflictError{Operation: mine.Operation, Key: mine.Key, Field: differingField(first.Fields, mine.Fields)}
	}
	c.known = first.At
	if t.meta.At.IsZero() {
		c.at = first.At
	}
	return t.again(c, first, out)
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
