package kvstore

import (
	"context"
	"errors"
	"fmt"
)

// Reader reads records. A read sees every commit that was acknowledged before it began: not a copy that may be older.
type Reader interface {
	// Load returns the record of each key, the zero Record where there is none. Where the database can, all of them are of one instant.
	Load(ctx context.Context, keys []string) ([]Record, error)
	// Scan returns the records of each range in order of key. Where the database can, all of them are of one instant.
	Scan(ctx context.Context, ranges []Range) ([][]Record, error)
}

// Database is what keeps records by key. Any number of goroutines use it at once.
//
// Keys are bytes, compared byte by byte; they are at most as long as the ids in them and some 100 bytes more. Where a database's keys are text, hexadecimal digits
// keep the order. A database that several programmes share gives each its own prefix.
type Database interface {
	Reader
	// Commit writes the items, each of another key, all or none, if each that has a condition meets it at that moment. If one does not, nothing is written
	// and the error is [ErrChanged]; any other error means that it is unknown whether it took effect. It is never sent twice: a client that repeats by
	// itself what was not answered has to be told not to.
	Commit(ctx context.Context, items []Item) error
	// Limit is how many items one Commit takes; 0: as many as there are.
	Limit() int
}

// Snapshots is a [Database] that can read one state for as long as a View takes.
type Snapshots interface {
	Database
	// Snapshot returns a reader of the state as it is now. end is called once.
	Snapshot(ctx context.Context) (reader Reader, end func(), err error)
}

// Record is a record as it was read.
type Record struct {
	Key   string
	Value []byte
	// Revision tells this state of the record from all others that it has: every write makes another, also one of the same value and one after a removal.
	// "" is that of a record that does not exist.
	Revision string
}

// Range is what to read in order of key: from a key on and before another.
type Range struct {
	From, To string
	Limit    int // at most so many; 0: all
}

// Item is one record of a commit.
type Item struct {
	Key   string
	If    *string // the revision that the record must have, "" where it must not exist; nil: whatever it is
	Write Write
	Value []byte // of a Put
}

// Write is what a commit does with a record.
type Write uint8

const (
	// Keep leaves the record as it is: the item is only a condition.
	Keep Write = iota
	// Put writes the value.
	Put
	// Remove removes the record. One that does not exist is no error.
	Remove
)

// ErrChanged is returned by [Database.Commit] where a record is not as it was read, and nothing was written.
var ErrChanged = errors.New("kvstore: a record has changed since it was read")

// ErrEnded is returned where a transaction is used after its end.
var ErrEnded = errors.New("kvstore: the transaction has ended")

// TooLargeError says that a transaction has more items than the database takes in one commit. Nothing was written.
type TooLargeError struct {
	Items int // what was read with a lock, and what was to be written
	Limit int // of the database
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("kvstore: the transaction has %d items and the database takes %d at once: make batches smaller", e.Items, e.Limit)
}
