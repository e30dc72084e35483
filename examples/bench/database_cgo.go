//go:build cgo_sqlite

package main

import _ "github.com/mattn/go-sqlite3" // SQLite by way of cgo, which needs a C compiler
