// Package dbtest runs the suite of package storetest on the stores that need a database: SQLite, PostgreSQL and MySQL or MariaDB, through several drivers,
// in a transaction of the store's own and in one that the shop has open; and Redis and etcd, as examples of databases under package kvstore. It is a module
// of its own, so that nobody who imports the library has to download a driver.
package dbtest
