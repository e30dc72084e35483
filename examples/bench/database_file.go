package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	modernc "modernc.org/sqlite"
)

// cgoDriver is SQLite by way of cgo. It is there where this program is built with -tags cgo_sqlite.
const cgoDriver = "sqlite3"

const fileRounds = 20

// fileOrders measures posting on SQLite in pure Go: where each commit waits for the disk, as it does unless somebody says otherwise, and by the work alone,
// also against SQLite by way of cgo where that is there.
func fileOrders(db *database) (goals []goal, err error) {
	var failed firstError
	single, group, err := fileContenders(db, &failed)
	if err != nil {
		return nil, err
	}
	if slices.Contains(sql.Drivers(), cgoDriver) {
		if goals, err = byCgo(single, group, &failed); err != nil {
			return nil, err
		}
	} else {
		raceFor(10*fileRounds, "SQLite", single)
		raceFor(fileRounds, "groups on SQLite", group)
	}
	goals = append(goals,
		times("G16", "groups of 1,000 on SQLite, an order, against one a transaction, by the work alone", group.fastest, single.fastest, single.fastest/group.fastest),
	)
	if err := db.do([]string{"PRAGMA synchronous = full"}); err != nil {
		return nil, err
	}
	raceFor(10*fileRounds, "SQLite", single)
	raceFor(fileRounds, "groups on SQLite", group)
	goals = append(goals, times("G16", "the same where a commit waits for this disk", group.fastest, single.fastest, single.fastest/group.fastest))
	if err := db.commitsTake(slowCommit); err != nil {
		return nil, err
	}
	raceFor(2*fileRounds, "SQLite", single)
	raceFor(fileRounds/4, "groups on SQLite", group)
	goals = append(goals, faster("G16", "the same where a disk takes 5 ms for a commit", group.fastest, single.fastest, 5))
	rows, err := rowsOfOrder(db, ownPrefix)
	return append(goals, rows), errors.Join(failed.err, err, db.commitsTake(0))
}

// slowCommit is how long a hard disk, or a flash disk that keeps nothing in a cache, takes until a commit is safe.
const slowCommit = 5 * time.Millisecond

// commitsTake makes every commit on the one connection take so much longer.
func (db *database) commitsTake(wait time.Duration) error {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		c.(modernc.HookRegisterer).RegisterCommitHook(func() int32 {
			time.Sleep(wait)
			return 0
		})
		return nil
	})
}

// byCgo races the contenders on a file in pure Go against the same on one by way of cgo.
func byCgo(single, group *contender, failed *firstError) ([]goal, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := openFile(cgoDriver, filepath.Join(dir, "cgo.db"))
	if err != nil {
		return nil, err
	}
	defer db.close()
	cgoSingle, cgoGroup, err := fileContenders(db, failed)
	if err != nil {
		return nil, err
	}
	raceFor(10*fileRounds, "SQLite", single, cgoSingle)
	raceFor(fileRounds, "groups on SQLite", group, cgoGroup)
	return []goal{
		faster("G16", "an order a transaction on SQLite in pure Go, against by way of cgo", single.fastest, cgoSingle.fastest, 0.6),
		faster("G16", "groups of 1,000, an order, against by way of cgo", group.fastest, cgoGroup.fastest, 0.6),
	}, nil
}

// fileContenders are an order a transaction, and groups, on a file.
func fileContenders(db *database, failed *firstError) (single, group *contender, err error) {
	p, err := newProgramme(db, ownPrefix, lineTeam(someLines))
	if err != nil {
		return nil, nil, err
	}
	return at(1, failed, p.pay), grouped(1000, failed, p.groupOf(1000)), nil
}
