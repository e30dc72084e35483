// Package kvstore keeps a programme's records in the key-value or document database that the shop has, where that is no SQL database. The shop writes four
// methods, about a hundred lines, and has the whole store:
//
//	type shopDB struct{ client *client }
//
//	func (d shopDB) Load(ctx context.Context, keys []string) ([]kvstore.Record, error)           // values and revisions by key
//	func (d shopDB) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) // in order of key
//	func (d shopDB) Commit(ctx context.Context, items []kvstore.Item) error                       // all or nothing, if what was read still stands
//	func (d shopDB) Limit() int                                                                   // of items in one commit; 0: none
//
//	st := kvstore.New(shopDB{client})
//	prog, err := program.New(st, program.Config{Plan: plan})
//
// Whether the four methods do what they should is told by the suite of package storetest; its module dbtest has them for Redis and etcd. A database fits that
// reads in order of key and that writes several records at once under the condition that records which were read are as they were: etcd, FoundationDB,
// Redis, MongoDB and their kin.
//
// # Transactions
//
// An Update reads, keeps its writes to itself, and gives all of them to one [Database.Commit], with the revision of each record that a decision depends on.
// What is locked is a record whose revision is looked at then, also where it does not exist; a lock keeps nobody waiting. Where somebody else was faster fn is
// run again, at most 20 times, and then the error is [store.ErrStale]. Those of one process that run again go one after another, so that they do not
// get into each other's way. An error of fn is returned only where what it locked was still so; otherwise fn runs again too.
//
// What is read with a lock is what the commit finds. What is read without is the newest that was committed when it was read, as READ COMMITTED is in SQL,
// and so it is in a View, unless the database is a [Snapshots], which gives it one state.
//
// A transaction of the shop's own cannot be joined: what is read in it is not what a commit afterwards would find. Orders.Queue of package program, in the
// same process or from an outbox of the shop's, is the way to record commission beside an order.
//
// # Limits
//
// A transaction that would write or check more than [Database.Limit] items writes nothing and returns a [*TooLargeError]. An order that two partners earn by
// is about 16 items, and 3 more for each other row; a row that is folded is 3 with its balance, an event that is numbered 4. Where there is a limit,
// program.Config.Batch is to be a twentieth of it or less: 5 for the 128 operations that etcd takes by default. What does not go in parts, such as a part of a
// period run, has to fit as it is. A limit in bytes is not looked at: etcd takes 1.5 MB at once by default, and a line that two partners earn by is about
// 450 bytes, so that an order of 3000 lines fits and one of the largest, 5000, does not.
//
// # How things are kept
//
// Keys begin with the tenant and the name of a table. Their parts are bytes that sort as what they stand for: texts end with 0x00 0x01 and have 0xff after a
// 0x00 of their own, numbers and instants (whole microseconds since 1970) are 8 bytes, the highest first, and what is read newest first is inverted.
// Values are JSON documents with the number of their format. What is not folded into a balance yet is found by partner, so that posting an order touches no
// record that orders share, but those that the programme locks.
package kvstore
