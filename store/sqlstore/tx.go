package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// tx is one transaction of one tenant.
type tx struct {
	store    *Store
	db       Runner
	tenant   string
	readOnly bool
	current  bool // whether reads show what is committed and not a snapshot that the shop's transaction may have
	ended    bool
	wrote    bool  // whether something was written that a read shows
	failed   error // the first error of the database, after which nothing works any more

	locked  map[commission.OrderID]int64      // the revisions of the orders that are locked
	unsaved map[commission.OrderID]bool       // the locked orders that nobody had ever saved, of which there are no rows
	spends  map[partner.Customer]money.Amount // the totals that are locked

	piped
}

var _ store.Tx = (*tx)(nil)

// ErrEnded is returned where a transaction is used after its end.
var ErrEnded = errors.New("sqlstore: the transaction has ended")

func (t *tx) end() { t.ended = true }

func (t *tx) reads(ctx context.Context) error {
	switch {
	case t.ended:
		return ErrEnded
	case t.failed != nil:
		return t.failed
	}
	return ctx.Err()
}

func (t *tx) writes(ctx context.Context) error {
	if err := t.reads(ctx); err != nil {
		return err
	}
	if t.readOnly {
		return store.ErrReadOnly
	}
	return nil
}

func (t *tx) query(text string, args ...any) *query {
	q := &query{dialect: t.store.config.Dialect, names: t.store.names}
	return q.add(text, args...)
}

// fail remembers an error of the database.
func (t *tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return err
}

func (t *tx) exec(ctx context.Context, q *query) (int64, error) {
	t.foreseen = nil
	if len(t.later) > 0 {
		if _, err := t.send(ctx, nil); err != nil {
			return 0, err
		}
	}
	n, err := t.db.Exec(ctx, q.text.String(), q.args...)
	return n, t.fail(err)
}

// each calls read for every row that a query gives.
func (t *tx) each(ctx context.Context, q *query, read func(scan func(...any) error) error) error {
	if !q.locks {
		q.text.WriteString(t.sharing())
	}
	rows, err := t.answer(ctx, q)
	if errors.Is(err, errNoted) {
		return err
	}
	if err != nil {
		return t.fail(err)
	}
	defer func() { _ = rows.Close() }() // what is wrong with them Err says
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return t.fail(err)
		}
	}
	return t.fail(rows.Err())
}

// sharing is what a SELECT ends with that needs nothing for itself, also one inside another: nothing, but where only reads that lock show what is committed.
// These are the words for it that MySQL and MariaDB have in common.
func (t *tx) sharing() string {
	if t.current {
		return " LOCK IN SHARE MODE"
	}
	return ""
}

// locking is what a read that locks ends with.
func (t *tx) locking(q *query) *query {
	q.locks = true
	if t.store.config.Dialect != SQLite {
		q.add(" FOR UPDATE")
	}
	return q
}

// skipping is locking that passes over what others have locked; a view locks nothing.
func (t *tx) skipping(q *query) *query {
	if t.store.config.Dialect != SQLite && !t.readOnly {
		q.locks = true
		q.add(" FOR UPDATE SKIP LOCKED")
	}
	return q
}

// most is how many arguments a statement has at the most, and batch how many rows. A statement costs nothing on its way to a file, and SQLite's drivers look
// for each argument among all of them.
const (
	most       = 30_000
	mostInFile = 500
	batch      = 1_000
)

// chunks calls do for as many tuples at a time as one statement takes.
func (t *tx) chunks(tuples [][]any, do func([][]any) error) error {
	most := most
	if t.store.config.Dialect == SQLite {
		most = mostInFile
	}
	for len(tuples) > 0 {
		n := min(len(tuples), batch, most/len(tuples[0]))
		if err := do(tuples[:n]); err != nil {
			return err
		}
		tuples = tuples[n:]
	}
	return nil
}

// ending is how an insertion meets what is there already.
type ending uint8

const (
	fresh  ending = iota // it is an error
	ignore               // it stays
	upsert               // it is replaced
)

// insert writes rows without their tenant.
func (t *tx) insert(ctx context.Context, into *table, tuples [][]any, end ending) error {
	columns := into.columns()
	return t.chunks(tuples, func(tuples [][]any) error {
		return t.write(ctx, t.inserting(into, columns, tuples, end))
	})
}

func (t *tx) inserting(into *table, columns []column, tuples [][]any, end ending) *query {
	return t.insertion(t.query(""), into, columns, tuples, end)
}

// insertion adds an insertion of rows without their tenant.
func (t *tx) insertion(q *query, into *table, columns []column, tuples [][]any, end ending) *query {
	own := make([][]any, len(tuples))
	for i, tuple := range tuples {
		own[i] = append([]any{t.tenant}, tuple...)
	}
	q.add("INSERT INTO {" + into.name + "} ")
	q.list(columns)
	if q.dialect == PostgreSQL && len(own) > 1 {
		q.text.WriteString(" SELECT * FROM ")
		q.unnest(columns, own)
	} else {
		q.text.WriteString(" VALUES ")
		q.values(own)
	}
	switch {
	case end == fresh:
	case q.dialect == MySQL && end == ignore && into == &claimsTable:
		q.text.WriteString(takeEmptyClaim)
	case q.dialect == MySQL && end == ignore:
		q.text.WriteString(" ON DUPLICATE KEY UPDATE tenant = VALUES(tenant)")
	case end == ignore:
		q.text.WriteString(" ON CONFLICT DO NOTHING")
	case q.dialect == MySQL:
		q.text.WriteString(" ON DUPLICATE KEY UPDATE ")
		q.assign(into.rest, func(name string) string { return "VALUES(" + name + ")" })
	default:
		q.text.WriteString(" ON CONFLICT ")
		q.list(append([]column{tenantColumn}, into.key...))
		q.text.WriteString(" DO UPDATE SET ")
		q.assign(into.rest, func(name string) string { return "excluded." + name })
	}
	return q
}

// takeEmptyClaim ends an insertion of claims on MySQL. An empty one is nobody's; it is told by its token, which is therefore written last.
const takeEmptyClaim = " ON DUPLICATE KEY UPDATE hash = IF(token = '', VALUES(hash), hash), fields = IF(token = '', VALUES(fields), fields), " +
	"at = IF(token = '', VALUES(at), at), token = IF(token = '', VALUES(token), token)"

func (q *query) assign(columns []column, value func(string) string) {
	for i, c := range columns {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.text.WriteString(c.name + " = " + value(c.name))
	}
}

// names of columns, for a select.
func list(columns ...[]column) string {
	var names []string
	for _, c := range slices.Concat(columns...) {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// lock keeps records from others until the end, by inserting empty ones where there are none, and reads them. empty are the values of the empty one.
func (t *tx) lock(ctx context.Context, of *table, keys [][]any, empty []any, read func(scan func(...any) error) error) error {
	keys = sortedKeys(keys)
	tuples := make([][]any, len(keys))
	for i, key := range keys {
		tuples[i] = append(slices.Clone(key), empty...)
	}
	switch {
	case t.store.config.Dialect == SQLite:
		return t.lockFile(ctx, of, keys, tuples, read)
	case t.store.config.Dialect == PostgreSQL && len(tuples) == 1:
		return t.lockOne(ctx, of, tuples[0], read)
	}
	if err := t.insert(ctx, of, tuples, ignore); err != nil {
		return err
	}
	return t.selecting(ctx, of, keys, true, read)
}

// lockOne locks and reads one record by one statement. What somebody else has inserted since it began is in neither of its halves, and read by a second one:
// of several that would come after others by which they should have been locked.
func (t *tx) lockOne(ctx context.Context, of *table, tuple []any, read func(scan func(...any) error) error) error {
	key, found := tuple[:len(of.key)], false
	columns := list(of.key, of.rest)
	q := t.query("WITH fresh AS (")
	t.insertion(q, of, of.columns(), [][]any{tuple}, ignore)
	q.add(" RETURNING "+columns+"), known AS (SELECT "+columns+" FROM {"+of.name+"} WHERE tenant = ? AND ", t.tenant).among(of.key, [][]any{key})
	q.add(" FOR UPDATE) SELECT " + columns + " FROM fresh UNION ALL SELECT " + columns + " FROM known")
	err := t.each(ctx, q, func(scan func(...any) error) error {
		found = true
		return read(scan)
	})
	if err != nil || found {
		return err
	}
	return t.selecting(ctx, of, [][]any{key}, true, read)
}

// lockFile reads: whoever writes to the file after somebody else has is refused by it, so that what was read in a transaction that writes is still so. What
// is not there yet needs nothing that stands for it.
func (t *tx) lockFile(ctx context.Context, of *table, keys, tuples [][]any, read func(scan func(...any) error) error) error {
	there := map[string]bool{}
	err := t.selecting(ctx, of, keys, true, func(scan func(...any) error) error {
		return read(func(into ...any) error {
			err := scan(into...)
			there[keyText(valuesOf(into[:len(of.key)]))] = true
			return err
		})
	})
	for _, tuple := range tuples {
		if err == nil && !there[keyText(tuple[:len(of.key)])] {
			err = read(func(into ...any) error { return assign(into, tuple) })
		}
	}
	return err
}

// valuesOf are the values that pointers point to.
func valuesOf(pointers []any) []any {
	values := make([]any, len(pointers))
	for i, p := range pointers {
		values[i] = reflect.ValueOf(p).Elem().Interface()
	}
	return values
}

// assign sets what pointers point to, as a scan does.
func assign(into, values []any) error {
	for i, p := range into {
		at := reflect.ValueOf(p).Elem()
		at.Set(reflect.ValueOf(values[i]).Convert(at.Type()))
	}
	return nil
}

// selecting reads the records of keys, in order of key.
func (t *tx) selecting(ctx context.Context, of *table, keys [][]any, lock bool, read func(scan func(...any) error) error) error {
	return t.chunks(keys, func(keys [][]any) error {
		q := t.query("SELECT "+list(of.key, of.rest)+" FROM {"+of.name+"} WHERE tenant = ? AND ", t.tenant).among(of.key, keys).
			add(" ORDER BY " + list(of.key))
		if lock || t.current && contended[of] {
			t.locking(q)
		}
		return t.each(ctx, q, read)
	})
}

// sortedKeys are the keys in order, each once.
func sortedKeys(keys [][]any) [][]any {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, compareKeys)
	return slices.CompactFunc(keys, func(a, b []any) bool { return compareKeys(a, b) == 0 })
}

func compareKeys(a, b []any) int {
	for i := range a {
		var c int
		switch x := a[i].(type) {
		case string:
			c = cmp.Compare(x, b[i].(string))
		case int64:
			c = cmp.Compare(x, b[i].(int64))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// head locks counts and returns them in the order asked for.
func (t *tx) head(ctx context.Context, name string, ids []string) (map[string]int64, error) {
	counts := make(map[string]int64, len(ids))
	err := t.lock(ctx, &headsTable, pairs(name, ids), []any{int64(0)}, func(scan func(...any) error) error {
		var id string
		var n int64
		if err := scan(new(string), &id, &n); err != nil {
			return err
		}
		counts[id] = n
		return nil
	})
	return counts, err
}

// setHead writes counts.
func (t *tx) setHead(ctx context.Context, name string, counts map[string]int64) error {
	var tuples [][]any
	for id, n := range counts {
		tuples = append(tuples, []any{name, id, n})
	}
	slices.SortFunc(tuples, compareKeys)
	return t.insert(ctx, &headsTable, tuples, upsert)
}

func pairs(name string, ids []string) [][]any {
	keys := make([][]any, len(ids))
	for i, id := range ids {
		keys[i] = []any{name, id}
	}
	return keys
}

// singles are keys of one column.
func singles[T ~string](ids []T) [][]any {
	keys := make([][]any, len(ids))
	for i, id := range ids {
		keys[i] = []any{string(id)}
	}
	return keys
}

// add inserts records that must not exist yet; say names one that does. Where it exists is told by which keys come back, not by how many rows were
// affected, and without an error of the database, which would end the shop's transaction.
func (t *tx) add(ctx context.Context, into *table, tuples [][]any, say func(key []any) error) error {
	if err := t.writes(ctx); err != nil || len(tuples) == 0 {
		return err
	}
	t.wrote = true
	there, err := keysOf(into, tuples, say)
	if err != nil {
		return err
	}
	err = t.chunks(tuples, func(tuples [][]any) error { return t.addSome(ctx, into, tuples, there) })
	if err != nil {
		return err
	}
	for _, tuple := range tuples {
		if key := tuple[:len(into.key)]; there[keyText(key)] {
			return say(key)
		}
	}
	return nil
}

// keysOf are the keys of records, as texts; say names one that comes twice.
func keysOf(into *table, tuples [][]any, say func(key []any) error) (map[string]bool, error) {
	keys := make(map[string]bool, len(tuples))
	for _, tuple := range tuples {
		key := keyText(tuple[:len(into.key)])
		if keys[key] {
			return nil, say(tuple[:len(into.key)])
		}
		keys[key] = true
	}
	return keys, nil
}

// addSome inserts records and removes from there those that were not there yet.
func (t *tx) addSome(ctx context.Context, into *table, tuples [][]any, there map[string]bool) error {
	columns := into.columns()
	forget := func(scan func(...any) error) error {
		key, err := scanKey(into.key, scan)
		delete(there, keyText(key))
		return err
	}
	if t.store.config.Dialect != MySQL {
		q := t.inserting(into, columns, tuples, ignore)
		return t.each(ctx, q.add(" RETURNING "+list(into.key)), forget)
	}
	// MySQL has nothing that comes back, but its transaction outlives a statement that fails.
	q := t.inserting(into, columns, tuples, fresh)
	if _, err := t.db.Exec(ctx, q.text.String(), q.args...); err == nil {
		for _, tuple := range tuples {
			delete(there, keyText(tuple[:len(into.key)]))
		}
		return nil
	} else if !duplicate(err) {
		return t.fail(err)
	}
	keys := make([][]any, len(tuples))
	for i, tuple := range tuples {
		keys[i] = tuple[:len(into.key)]
	}
	found := map[string]bool{}
	err := t.each(ctx, t.locking(t.query("SELECT "+list(into.key)+" FROM {"+into.name+"} WHERE tenant = ? AND ", t.tenant).among(into.key, keys)),
		func(scan func(...any) error) error {
			key, err := scanKey(into.key, scan)
			found[keyText(key)] = true
			return err
		})
	for _, key := range keys {
		if !found[keyText(key)] {
			delete(there, keyText(key))
		}
	}
	return err
}

// scanKey reads a key.
func scanKey(columns []column, scan func(...any) error) ([]any, error) {
	texts, numbers := make([]string, len(columns)), make([]int64, len(columns))
	into, key := make([]any, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		if into[i] = &texts[i]; c.kind == integer {
			into[i] = &numbers[i]
		}
	}
	err := scan(into...)
	for i, c := range columns {
		if key[i] = texts[i]; c.kind == integer {
			key[i] = numbers[i]
		}
	}
	return key, err
}

// keyText is a key as one text: its parts are no control characters, so that one separates them.
func keyText(key []any) string {
	var b []byte
	for _, part := range key {
		switch part := part.(type) {
		case string:
			b = append(b, part...)
		case int64:
			b = strconv.AppendInt(b, part, 10)
		default:
			b = fmt.Append(b, part)
		}
		b = append(b, 0)
	}
	return string(b)
}
