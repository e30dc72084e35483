// Package sqlstore keeps a programme's records in the shop's own database, so that an order and its commission are committed together or not at all:
//
//	st, err := sqlstore.New(db, sqlstore.Config{Dialect: sqlstore.PostgreSQL})
//	err = sqlstore.Migrate(ctx, db, st.Config())              // once, or hand Migrations to the tool that the shop has
//	prog, err := program.New(st, program.Config{Plan: plan})
//
//	tx, err := db.BeginTx(ctx, nil)                            // the shop's own transaction
//	_, err = tx.ExecContext(ctx, "UPDATE orders SET paid = …") // the shop's own table
//	part, err := st.Join(tx)
//	outcome, err := prog.In(part).Orders.Paid(ctx, order)
//	err = tx.Commit()                                          // both, or neither
//
// It works on SQLite (3.35 or newer), PostgreSQL (13), MySQL (8) and MariaDB (10.6) through database/sql, and imports no driver.
//
// # How things are kept
//
// Every key begins with the tenant. Ids are compared byte by byte: text with the collation "C" on PostgreSQL, varbinary on MySQL. Instants are
// whole microseconds since 1970 as integers. Amounts are minor units: decimal(38,0) where the database has it, text on SQLite, which has no integer
// beyond 64 bits; they are added up here and not in SQL, so that every database gives the same. What is only read back is a JSON document, with its format
// number beside it. Nothing depends on settings of the connection: not on a time zone, a search path, a SQL mode, or what a driver makes of dates.
//
// # Locks
//
// A record that does not exist yet is locked by an empty one, of revision 0, which no read shows; in a file, where only one writes, by nothing. A transaction of the store's own runs at READ COMMITTED
// and is run again, a bounded number of times, where the database gave up on it (a deadlock, a serialization failure, a busy file). In the shop's
// transaction nothing is run again: the error comes back, and so it does on every later call, so that the shop must roll back; [Retryable] says whether it
// is worth running all of it again.
//
// On MySQL and MariaDB the shop's transaction may be at REPEATABLE READ, the default there, or at READ COMMITTED, and may have read before. At REPEATABLE READ
// its first read hides from every plain SELECT what others commit afterwards; so in an Update every read that a write can depend on locks what it reads, in
// share mode, and for itself where it is going to be changed; a key that nobody has yet is locked by an empty claim. A View reads the shop's snapshot, as the
// shop's own SELECTs do. READ COMMITTED makes fewer wait: at REPEATABLE READ the gaps beside what is read are locked too, so that of two who then insert
// there one is given up on (1213), which [Retryable] reports; so it does of the error 1020 with which MariaDB, from 11.6 on unless innodb_snapshot_isolation
// is off, ends a transaction at REPEATABLE READ that reads what others have changed since its first read: there READ COMMITTED is the better choice. Before
// running one again, wait for a random time that grows from try to try: those who are back at once lock the gap again in which another wants to insert, and
// dozens of them on a busy machine can keep each other from it for minutes.
package sqlstore
