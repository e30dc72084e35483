package main

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// Both databases walk the team the way it is written for them by hand: by recursion over an index that has everything that is asked for.
const (
	uplinesQuery = `WITH RECURSIVE line (id, recruiter, n) AS (
		SELECT id, recruiter, 1 FROM fenrun_bench_team WHERE id = $1
		UNION ALL SELECT t.id, t.recruiter, n + 1 FROM line JOIN fenrun_bench_team t ON t.id = line.recruiter
	) SELECT id FROM line ORDER BY n`
	teamQuery = `WITH RECURSIVE below (id, volume) AS (
		SELECT id, volume FROM fenrun_bench_team WHERE id = $1
		UNION ALL SELECT t.id, t.volume FROM below JOIN fenrun_bench_team t ON t.recruiter = below.id
	) SELECT sum(volume), count(*) FROM below`
)

// sharedTeam is a team in an index and in a database.
type sharedTeam struct {
	ix             *tree.Index
	asked          *asked
	thousand       []partner.ID // whose teams have about a thousand members
	uplines, below *sql.Stmt
	line           []tree.Member
	ids            []partner.ID
}

// databaseTeam compares the index with recursive queries: ids in, ids and sums out.
func databaseTeam(db *database, of extent) (goals []goal, err error) {
	n, atLeast := 100_000, 300.0
	if of.full {
		n = million
	}
	if db.name == "SQLite" {
		atLeast = 50
	}
	defer func() { err = errors.Join(err, db.do(db.dialect.gone)) }()
	s, err := newSharedTeam(db, newForest(n))
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.same(); err != nil {
		return nil, err
	}
	var failed error
	look := func(err error) {
		if err != nil && failed == nil {
			failed = err
		}
	}
	walk := &contender{run: func(n int) {
		for ; n > 0; n-- {
			s.uplinesOf(s.asked.ids[s.asked.next(0)])
		}
	}}
	recursion := &contender{run: func(n int) {
		for ; n > 0; n-- {
			_, err := s.queryUplines(s.asked.ids[s.asked.next(0)])
			look(err)
		}
	}}
	i, total := 0, int64(0)
	next := func() partner.ID { i = (i + 1) % len(s.thousand); return s.thousand[i] }
	team := &contender{run: func(n int) {
		for ; n > 0; n-- {
			volume, _ := s.teamOf(next())
			total += volume
		}
	}}
	sum := &contender{run: func(n int) {
		for ; n > 0; n-- {
			volume, _, err := s.queryTeam(next())
			look(err)
			total += volume
		}
	}}
	race("uplines in "+db.name, walk, recursion)
	raceFor(25, "teams in "+db.name, team, sum)
	of1000 := " of " + people(n) + ", against a recursive query of "
	return []goal{
		faster("G11", "all uplines"+of1000+db.name, walk.fastest, recursion.fastest, atLeast),
		faster("G11", "the sum of a team of 1,000"+of1000+db.name, team.fastest, sum.fastest, 10_000),
	}, failed
}

// newSharedTeam puts a team and what each member sells into an index and into a table.
func newSharedTeam(db *database, f *forest) (*sharedTeam, error) {
	if err := db.do(slices.Concat(db.dialect.gone, db.dialect.team)); err != nil {
		return nil, err
	}
	s := &sharedTeam{ix: f.index()}
	if err := s.load(db, f); err != nil {
		return nil, err
	}
	if err := db.do(db.dialect.full); err != nil {
		return nil, err
	}
	s.asked = f.asked(s.ix)
	for m := range tree.Member(s.ix.Len()) {
		if size := s.ix.Team(m, tree.Scope{}).All.Partners + 1; size > 900 && size < 1100 {
			s.thousand = append(s.thousand, partner.ID(strings.Clone(string(s.ix.ID(m)))))
		}
	}
	if len(s.thousand) == 0 { // the team is too small
		s.thousand = append(s.thousand, s.ix.ID(s.ix.Roots(nil)[0]))
	}
	var err error
	if s.uplines, err = db.Prepare(uplinesQuery); err != nil {
		return nil, err
	}
	s.below, err = db.Prepare(teamQuery)
	return s, err
}

func (s *sharedTeam) close() {
	s.uplines.Close()
	s.below.Close()
}

// load inserts some hundred rows at a time, and sells as much in the index.
func (s *sharedTeam) load(db *database, f *forest) error {
	const rows = 500
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	sold := []tree.Volume{{}}
	for from := 0; from < f.n; from += rows {
		var text strings.Builder
		var args []any
		text.WriteString("INSERT INTO fenrun_bench_team (id, recruiter, volume) VALUES ")
		for i := from; i < min(from+rows, f.n); i++ {
			if i > from {
				text.WriteString(", ")
			}
			id, recruiter := f.row(i)
			sold[0] = tree.Volume{ID: id, By: int64(i%1000) + 1}
			if err := s.ix.Apply(tree.Change{Number: s.ix.Number() + 1, Volumes: sold}); err != nil {
				return err
			}
			fmt.Fprintf(&text, "($%d, $%d, $%d)", len(args)+1, len(args)+2, len(args)+3)
			args = append(args, string(id), string(recruiter), sold[0].By)
		}
		if _, err := tx.Exec(text.String(), args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// uplinesOf returns the line of an id upwards, himself first.
func (s *sharedTeam) uplinesOf(id partner.ID) []partner.ID {
	m, ok := s.ix.Find(id)
	if !ok {
		panic(id)
	}
	s.line, s.ids = s.ix.Line(s.line[:0], m, 0), s.ids[:0]
	for _, m := range s.line {
		s.ids = append(s.ids, s.ix.ID(m))
	}
	return s.ids
}

func (s *sharedTeam) queryUplines(id partner.ID) (line []partner.ID, err error) {
	rows, err := s.uplines.Query(string(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var upline string
		if err := rows.Scan(&upline); err != nil {
			return nil, err
		}
		line = append(line, partner.ID(upline))
	}
	return line, rows.Err()
}

// teamOf returns what somebody and his team sell, and how many they are.
func (s *sharedTeam) teamOf(id partner.ID) (volume int64, members int) {
	m, ok := s.ix.Find(id)
	if !ok {
		panic(id)
	}
	t := s.ix.Team(m, tree.Scope{})
	return t.Volume, t.All.Partners + t.All.Others + 1
}

func (s *sharedTeam) queryTeam(id partner.ID) (volume int64, members int, err error) {
	return volume, members, s.below.QueryRow(string(id)).Scan(&volume, &members)
}

// same checks that both know the same.
func (s *sharedTeam) same() error {
	for i := range 100 {
		id := s.asked.ids[i]
		line, err := s.queryUplines(id)
		if err != nil {
			return err
		}
		if !slices.Equal(line, s.uplinesOf(id)) {
			return fmt.Errorf("the uplines of %s are %s, in the database %s", id, s.uplinesOf(id), line)
		}
		id = s.thousand[i%len(s.thousand)]
		volume, members, err := s.queryTeam(id)
		if err != nil {
			return err
		}
		if v, n := s.teamOf(id); v != volume || n != members {
			return fmt.Errorf("the %d of %s sell %d, in the database %d sell %d", n, id, v, members, volume)
		}
	}
	return nil
}
