package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

func (t *tx) LockTrees(ctx context.Context, trees []partner.Tree) error {
	if err := t.writes(ctx); err != nil || len(trees) == 0 {
		return err
	}
	names := make([]string, len(trees))
	for i, name := range trees {
		names[i] = string(name)
	}
	_, err := t.head(ctx, "tree", names)
	return err
}

// edgesOf is the name of the counts of edges in a tree.
func edgesOf(name partner.Tree) string {
	if name == "" {
		return "edges"
	}
	return "edges/" + string(name)
}

func (t *tx) AddEdges(ctx context.Context, edges []tree.Edge) error {
	if err := t.writes(ctx); err != nil || len(edges) == 0 {
		return err
	}
	ids := map[partner.Tree][]string{}
	for _, e := range edges {
		ids[e.Tree] = append(ids[e.Tree], string(e.Partner))
	}
	trees := slices.Sorted(maps.Keys(ids))
	counts := map[partner.Tree]map[string]int64{}
	for _, name := range trees {
		var err error
		if counts[name], err = t.head(ctx, edgesOf(name), ids[name]); err != nil {
			return err
		}
	}
	tuples := make([][]any, len(edges))
	for i, e := range edges {
		if e.Seq != counts[e.Tree][string(e.Partner)]+1 {
			return store.ErrStale
		}
		counts[e.Tree][string(e.Partner)] = e.Seq
		tuples[i] = slices.Concat([]any{string(e.Tree), string(e.Partner), e.Seq, e.ID, string(e.Recruiter), micros(e.From)}, recordOf(e.Record))
	}
	t.wrote = true
	if err := t.insert(ctx, &edgesTable, tuples, fresh); err != nil {
		return err
	}
	for _, name := range trees {
		if err := t.setHead(ctx, edgesOf(name), counts[name]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found, err := t.edges(ctx, queries)
	out := inOrder(queries, found)
	for i := range out {
		out[i] = slices.Clone(out[i]) // one asked for twice comes twice
	}
	return out, err
}

func (t *tx) edges(ctx context.Context, queries []store.EdgeQuery) (map[store.EdgeQuery][]tree.Edge, error) {
	found := map[store.EdgeQuery][]tree.Edge{}
	keys := make([][]any, len(queries))
	for i, q := range queries {
		keys[i] = []any{string(q.Tree), string(q.Partner)}
	}
	err := t.owned(ctx, &edgesTable, edgesTable.key[:2], keys, "seq", false, func(scan func(...any) error) error {
		var e tree.Edge
		var from int64
		var r scanned
		err := scan(append([]any{&e.Tree, &e.Partner, &e.Seq, &e.ID, &e.Recruiter, &from}, r.into()...)...)
		e.From, e.Record = moment(from), r.record()
		of := store.EdgeQuery{Tree: e.Tree, Partner: e.Partner}
		found[of] = append(found[of], e)
		return err
	})
	return found, err
}

// stretch is how far up one statement walks. MySQL ends a recursion after 1,000 rounds, so that a longer line takes several.
const stretch = 500

// below is somebody in a tree as of an instant.
type below struct {
	tree    partner.Tree
	person  partner.ID
	instant int64
}

func (t *tx) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]partner.ID, len(queries))
	steps := map[below]partner.ID{}
	for {
		ends := map[below]int64{} // where the walks end for want of an edge, and how much further they go
		for i, q := range queries {
			at := micros(q.At)
			line := tree.Walk(q.Start, q.At, q.Depth, func(id partner.ID) (tree.Edge, bool) {
				recruiter := steps[below{q.Tree, id, at}]
				return tree.Edge{Recruiter: recruiter}, recruiter != ""
			})
			out[i] = line
			rest, last := int64(stretch), below{q.Tree, line[len(line)-1], at}
			if q.Depth > 0 {
				rest = min(rest, int64(q.Depth-len(line)))
			}
			if _, known := steps[last]; rest > 0 && !known {
				ends[last] = max(ends[last], rest)
			}
		}
		if len(ends) == 0 {
			return out, nil
		}
		var tuples [][]any
		for end, rest := range ends {
			tuples = append(tuples, []any{string(end.tree), string(end.person), end.instant, rest})
		}
		slices.SortFunc(tuples, compareKeys)
		up := t.climb
		if t.current {
			up = t.climbNow
		}
		if err := t.chunks(tuples, func(tuples [][]any) error { return up(ctx, tuples, steps) }); err != nil {
			return nil, err
		}
	}
}

// belowOf is the end of a walk that climbing begins with, and how much further it goes.
func belowOf(end []any) (from below, rest int64) {
	return below{partner.Tree(end[0].(string)), partner.ID(end[1].(string)), end[2].(int64)}, end[3].(int64)
}

// climb reads by one statement the steps on the ways up from these ends: who stands directly above whom, "" for nobody. Where a way is shorter than was asked
// for, it is known that it ends there.
func (t *tx) climb(ctx context.Context, ends [][]any, steps map[below]partner.ID) error {
	q := t.climbing(ends)
	q.locks = true // a recursion cannot
	var of below
	var recruiter partner.ID
	into := []any{&of.tree, &of.person, &of.instant, &recruiter}
	err := t.each(ctx, q, func(scan func(...any) error) error {
		err := scan(into...)
		steps[of] = recruiter
		return err
	})
	for _, end := range ends {
		at, rest := belowOf(end)
		for ; rest > 0; rest-- {
			recruiter := steps[at]
			if recruiter == "" {
				steps[at] = ""
				break
			}
			at.person = recruiter
		}
	}
	return err
}

// climbNow is climb where a statement that does not lock may read what is out of date: by one it finds who is above, and by another what holds of each of
// them. Where that leads elsewhere the walk goes on from there.
func (t *tx) climbNow(ctx context.Context, ends [][]any, steps map[below]partner.ID) error {
	all := map[below]partner.ID{}
	if err := t.climb(ctx, ends, all); err != nil {
		return err
	}
	queries := make([]store.EdgeQuery, 0, len(all))
	for b := range all {
		queries = append(queries, store.EdgeQuery{Tree: b.tree, Partner: b.person})
	}
	found, err := t.edges(ctx, queries)
	for b := range all {
		steps[b] = tree.RecruiterAt(found[store.EdgeQuery{Tree: b.tree, Partner: b.person}], moment(b.instant))
	}
	return err
}

var climb = []column{{"tree", text}, {"person", text}, {"instant", integer}, {"rest", integer}}

// climbing reads for each (tree, person, instant, rest) the edges that hold of the person and of those above, at most rest of them.
func (t *tx) climbing(ends [][]any) *query {
	q := t.query("WITH RECURSIVE ends ")
	q.list(climb)
	switch q.dialect {
	case PostgreSQL:
		if len(ends) == 1 { // which PostgreSQL can plan once: of arrays it looks at each anew, and that takes longer than the climb
			q.add(` AS (SELECT CAST(? AS text) COLLATE "C", CAST(? AS text) COLLATE "C", CAST(? AS bigint), CAST(? AS bigint))`, ends[0]...)
			break
		}
		q.text.WriteString(` AS (SELECT a COLLATE "C", b COLLATE "C", c, d FROM `)
		q.unnest(climb, ends)
		q.text.WriteString(" AS u (a, b, c, d))")
	case SQLite:
		q.text.WriteString(" AS (VALUES ")
		q.values(ends)
		q.text.WriteByte(')')
	default: // MySQL and MariaDB share no other way to write a list of rows
		q.text.WriteString(" AS (")
		for i, end := range ends {
			if i > 0 {
				q.text.WriteString(" UNION ALL ")
			}
			q.add("SELECT CAST(? AS BINARY), CAST(? AS BINARY), CAST(? AS SIGNED), CAST(? AS SIGNED)", end...)
		}
		q.text.WriteByte(')')
	}
	const results = " SELECT tree, person, instant, recruiter FROM above WHERE recruiter <> ''"
	if q.dialect == PostgreSQL { // for which the latest edge is the first of an index, and others cannot look for one row a row
		latest := "(SELECT recruiter FROM {edges} WHERE tenant = ? AND tree = n.tree AND partner = %s AND since <= n.instant ORDER BY since DESC, seq DESC LIMIT 1)"
		return q.add(", above (tree, person, instant, recruiter, rest) AS ("+
			"SELECT n.tree, n.person, n.instant, "+fmt.Sprintf(latest, "n.person")+", n.rest FROM ends n "+
			"UNION ALL SELECT n.tree, n.recruiter, n.instant, "+fmt.Sprintf(latest, "n.recruiter")+", n.rest - 1 FROM above n WHERE n.recruiter <> '' AND n.rest > 1)"+
			results, t.tenant, t.tenant)
	}
	holds := "e.tree = %[1]s.tree AND e.recruiter <> '' AND e.since <= %[1]s.instant AND NOT EXISTS (SELECT 1 FROM {edges} x WHERE x.tenant = e.tenant " +
		"AND x.tree = e.tree AND x.partner = e.partner AND x.since <= %[1]s.instant AND (x.since > e.since OR x.since = e.since AND x.seq > e.seq))"
	return q.add(", above (tree, person, instant, recruiter, rest) AS ("+
		"SELECT e.tree, e.partner, n.instant, e.recruiter, n.rest FROM ends n JOIN {edges} e ON e.tenant = ? AND e.partner = n.person AND "+
		fmt.Sprintf(holds, "n")+" "+
		"UNION ALL SELECT e.tree, e.partner, a.instant, e.recruiter, a.rest - 1 FROM above a JOIN {edges} e ON e.tenant = ? AND e.partner = a.recruiter AND "+
		fmt.Sprintf(holds, "a")+" WHERE a.rest > 1)"+results, t.tenant, t.tenant)
}

func (t *tx) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var keys [][]any
	for _, q := range queries {
		keys = append(keys, []any{string(q.Tree), string(q.Recruiter)})
	}
	ever := map[store.EdgeQuery][]partner.ID{} // who ever stood below somebody
	var all []store.EdgeQuery
	by := []column{edgesTable.key[0], edgesTable.rest[1]}
	err := t.chunks(sortedKeys(keys), func(keys [][]any) error {
		q := t.query("SELECT DISTINCT tree, recruiter, partner FROM {edges} WHERE tenant = ? AND ", t.tenant).among(by, keys)
		return t.each(ctx, q.add(" ORDER BY partner"), func(scan func(...any) error) error {
			var of store.EdgeQuery
			var id partner.ID
			err := scan(&of.Tree, &of.Partner, &id)
			ever[of], all = append(ever[of], id), append(all, store.EdgeQuery{Tree: of.Tree, Partner: id})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	edges, err := t.edges(ctx, all)
	out := make([][]partner.ID, len(queries))
	for i, q := range queries {
		for _, id := range ever[store.EdgeQuery{Tree: q.Tree, Partner: q.Recruiter}] {
			if q.Recruiter != "" && tree.RecruiterAt(edges[store.EdgeQuery{Tree: q.Tree, Partner: id}], q.At) == q.Recruiter {
				out[i] = append(out[i], id)
			}
		}
	}
	return out, err
}

func (t *tx) AddBindings(ctx context.Context, attempts []tree.Binding) error {
	tuples := make([][]any, len(attempts))
	for i, b := range attempts {
		tuples[i] = slices.Concat([]any{b.ID, string(b.Customer), string(b.Owner), string(b.By), micros(b.At), string(b.Had), string(b.Reason)}, recordOf(b.Record))
	}
	return t.add(ctx, &bindingsTable, tuples, exists("binding"))
}

func (t *tx) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = string(c)
	}
	if _, err := t.head(ctx, "bindings", ids); err != nil {
		return nil, err
	}
	return t.bindings(ctx, customers, true)
}

func (t *tx) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.bindings(ctx, customers, false)
}

func (t *tx) bindings(ctx context.Context, customers []partner.Customer, lock bool) ([][]tree.Binding, error) {
	found := map[partner.Customer][]tree.Binding{}
	err := t.owned(ctx, &bindingsTable, bindingsTable.rest[:1], singles(customers), "at, id", lock, func(scan func(...any) error) error {
		var b tree.Binding
		var at int64
		var r scanned
		err := scan(append([]any{&b.ID, &b.Customer, &b.Owner, &b.By, &at, &b.Had, &b.Reason}, r.into()...)...)
		b.At, b.Record = moment(at), r.record()
		found[b.Customer] = append(found[b.Customer], b)
		return err
	})
	out := inOrder(customers, found)
	for i := range out {
		out[i] = slices.Clone(out[i]) // one asked for twice comes twice
	}
	return out, err
}

func (t *tx) CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	if err := t.reads(ctx); err != nil || limit < 1 || owner == "" {
		return nil, err
	}
	return ids[partner.Customer](ctx, t, t.query("SELECT DISTINCT customer FROM {bindings} WHERE tenant = ? AND owner = ? AND customer > ? ORDER BY customer LIMIT ?",
		t.tenant, string(owner), string(after), int64(limit)))
}
