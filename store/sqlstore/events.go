package sqlstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/store"
)

func claimKeys(keys []store.ClaimKey) [][]any {
	tuples := make([][]any, len(keys))
	for i, k := range keys {
		tuples[i] = []any{k.Operation, k.Key}
	}
	return sortedKeys(tuples)
}

func claimKey(key []any) store.ClaimKey {
	return store.ClaimKey{Operation: key[0].(string), Key: key[1].(string)}
}

var noClaim = []any{"", "", "", micros(time.Time{})}

func scanClaim(scan func(...any) error) (store.Claim, error) {
	var c store.Claim
	var at int64
	err := scan(&c.Operation, &c.Key, &c.Hash, &c.Fields, &c.Token, &at)
	c.At = moment(at)
	return c, err
}

// Claim inserts what is not there and reads back who has each key, with a lock where that is somebody else: never told by how many rows were affected, which
// depends on the driver's settings.
func (t *tx) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	if err := t.writes(ctx); err != nil || len(claims) == 0 {
		return nil, err
	}
	keys, first := make([]store.ClaimKey, len(claims)), map[store.ClaimKey][]any{}
	for i, c := range claims {
		keys[i] = c.ClaimKey
		if first[c.ClaimKey] == nil {
			first[c.ClaimKey] = []any{c.Operation, c.Key, c.Hash, c.Fields, c.Token, micros(c.At)}
		}
	}
	sorted := claimKeys(keys)
	tuples := make([][]any, len(sorted))
	for i, key := range sorted {
		tuples[i] = first[claimKey(key)]
	}
	found, err := t.claimFresh(ctx, tuples)
	if err != nil {
		return nil, err
	}
	if taken := slices.DeleteFunc(sorted, func(key []any) bool { return found[claimKey(key)].Token != "" }); len(taken) > 0 {
		others, err := t.claims(ctx, taken, true)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, others)
	}
	out := inOrder(keys, found)
	t.wrote = t.wrote || slices.Equal(out, claims)
	return out, nil
}

// claimFresh inserts claims and returns those that are there now because of it, where the database says so.
func (t *tx) claimFresh(ctx context.Context, tuples [][]any) (map[store.ClaimKey]store.Claim, error) {
	found := map[store.ClaimKey]store.Claim{}
	if t.store.config.Dialect == MySQL {
		return found, t.insert(ctx, &claimsTable, tuples, ignore)
	}
	columns := claimsTable.columns()
	return found, t.chunks(tuples, func(tuples [][]any) error {
		q := t.inserting(&claimsTable, columns, tuples, ignore)
		return t.each(ctx, q.add(" RETURNING "+list(claimsTable.key, claimsTable.rest)), claimsInto(found))
	})
}

func (t *tx) claims(ctx context.Context, keys [][]any, lock bool) (map[store.ClaimKey]store.Claim, error) {
	found := map[store.ClaimKey]store.Claim{}
	err := t.selecting(ctx, &claimsTable, keys, lock, claimsInto(found))
	return found, err
}

// claimsInto puts claims by key; one that is only locked is none.
func claimsInto(found map[store.ClaimKey]store.Claim) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		c, err := scanClaim(scan)
		if c.Token != "" {
			found[c.ClaimKey] = c
		}
		return err
	}
}

func (t *tx) Claimed(ctx context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	if !t.current {
		found, err := t.claims(ctx, claimKeys(keys), false)
		return inOrder(keys, found), err
	}
	// Whoever only reads that nobody has a key would lock the gap where it belongs, and of two who do neither could insert it.
	found := map[store.ClaimKey]store.Claim{}
	err := t.lock(ctx, &claimsTable, claimKeys(keys), noClaim, claimsInto(found))
	return inOrder(keys, found), err
}

func (t *tx) ScanClaims(ctx context.Context, after store.ClaimKey, limit int) ([]store.Claim, error) {
	var out []store.Claim
	err := t.scanning(ctx, &claimsTable, " AND token <> ''", []any{after.Operation, after.Key}, limit, func(scan func(...any) error) error {
		c, err := scanClaim(scan)
		out = append(out, c)
		return err
	})
	return out, err
}

func (t *tx) AppendEvents(ctx context.Context, events []store.Event) error {
	if err := t.writes(ctx); err != nil || len(events) == 0 {
		return err
	}
	tuples := make([][]any, len(events))
	for i, e := range events {
		tuples[i] = append([]any{e.ID, int64(0), e.Kind, e.Subject, micros(e.At), string(e.Data)}, recordOf(e.Record)...)
	}
	t.wrote = true
	return t.insert(ctx, &eventsTable, tuples, fresh)
}

func scanEvent(scan func(...any) error) (store.Event, error) {
	var e store.Event
	var at int64
	var r scanned
	err := scan(append([]any{&e.ID, &e.Number, &e.Kind, &e.Subject, &at, &e.Data}, r.into()...)...)
	e.At, e.Record = moment(at), r.record()
	return e, err
}

func (t *tx) events(ctx context.Context, q *query) ([]store.Event, error) {
	var out []store.Event
	err := t.each(ctx, q, func(scan func(...any) error) error {
		e, err := scanEvent(scan)
		out = append(out, e)
		return err
	})
	return out, err
}

var selectEvents = "SELECT " + list(eventsTable.key, eventsTable.rest) + " FROM {events} WHERE tenant = ? AND "

func (t *tx) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	return t.events(ctx, t.query(selectEvents+"number = 0 AND id > ? ORDER BY id LIMIT ?", t.tenant, after, int64(limit)))
}

// NumberEvents gives numbers in the order in which the events were written: what was committed before something else was written has a smaller seq.
func (t *tx) NumberEvents(ctx context.Context, limit int) (int, error) {
	if err := t.writes(ctx); err != nil || limit < 1 {
		return 0, err
	}
	counts, err := t.head(ctx, "events", []string{""})
	if err != nil {
		return 0, err
	}
	next := "(SELECT seq AS s, ROW_NUMBER() OVER (ORDER BY seq) + ? AS n FROM {events} WHERE tenant = ? AND number = 0 ORDER BY seq LIMIT ?) x"
	text := "UPDATE {events} SET number = x.n FROM " + next + " WHERE tenant = ? AND seq = x.s"
	if t.store.config.Dialect == MySQL {
		text = "UPDATE {events} JOIN " + next + " ON tenant = ? AND seq = x.s SET number = x.n"
	}
	t.wrote = true
	numbered, err := t.exec(ctx, t.query(text, counts[""], t.tenant, int64(limit), t.tenant))
	if err != nil || numbered == 0 {
		return 0, err
	}
	return int(numbered), t.setHead(ctx, "events", map[string]int64{"": counts[""] + numbered})
}

func (t *tx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	return t.events(ctx, t.query(selectEvents+"number > ? ORDER BY number LIMIT ?", t.tenant, max(after, 0), int64(limit)))
}

// readersHead is the name under which heads keep how far readers have read.
const readersHead = "reader"

func (t *tx) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	numbers, err := t.head(ctx, readersHead, readers)
	return inOrder(readers, numbers), err
}

func (t *tx) SaveReaders(ctx context.Context, readers []store.Reader) error {
	if err := t.writes(ctx); err != nil || len(readers) == 0 {
		return err
	}
	numbers := make(map[string]int64, len(readers))
	for _, r := range readers {
		numbers[r.Name] = r.Number
	}
	t.wrote = true
	return t.setHead(ctx, readersHead, numbers)
}

func (t *tx) Readers(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	numbers := make(map[string]int64, len(readers))
	err := t.selecting(ctx, &headsTable, sortedKeys(pairs(readersHead, readers)), false, func(scan func(...any) error) error {
		var name string
		var n int64
		err := scan(new(string), &name, &n)
		numbers[name] = n
		return err
	})
	return inOrder(readers, numbers), err
}
