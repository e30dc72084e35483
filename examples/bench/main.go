// Command bench measures the speed goals of the library, each against a reference that runs in the same process, and prints whether they hold.
//
//	go run ./examples/bench
//	go run ./examples/bench -json
//	go run ./examples/bench -full
//	go run ./examples/bench -db sqlite
//	go run ./examples/bench -db postgres://localhost/test
//
// It exits 1 if a goal does not hold. Rows without a goal are there to be looked at: those of period runs, for example. -full adds teams of ten
// million partners and period runs over a million.
//
// -db measures the goals that are about a database instead: SQLite in a file of its own that is gone afterwards ("sqlite") or in the file of a path, or
// PostgreSQL at an address. There it makes tables whose names begin with fenrun_bench_, and drops them. With -tags cgo_sqlite SQLite by way of cgo is
// measured too, which needs a C compiler.
//
// GOALS.md has what was measured.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

// extent says how much is measured.
type extent struct {
	full     bool // teams of ten million partners too
	partners int  // of period runs
	db       string
}

// suites are all measurements, in the order of their goals.
func suites(of extent) []func() ([]goal, error) {
	return []func() ([]goal, error){
		calculation, richCalculation,
		func() ([]goal, error) { return wholeOrders(of.full) },
		func() ([]goal, error) { return team(of.full) },
		func() ([]goal, error) { return periodRuns(of.partners) },
	}
}

func main() {
	asJSON := flag.Bool("json", false, "print the table as JSON")
	full := flag.Bool("full", false, "measure teams of ten million partners too, and period runs over a million, which takes gigabytes and minutes")
	db := flag.String("db", "", `measure against a database instead: "sqlite", the path of an SQLite file, or the address of a PostgreSQL server`)
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	of := extent{full: *full, partners: somePartners, db: *db}
	if *full {
		of.partners = allPartners
	}
	hold, err := run(os.Stdout, *asJSON, of)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !hold {
		os.Exit(1)
	}
}

// run measures everything, prints it, and reports whether every goal holds.
func run(out io.Writer, asJSON bool, of extent) (hold bool, err error) {
	measure := suites(of)
	if of.db != "" {
		db, fault := openDatabase(of.db)
		if fault != nil {
			return false, fault
		}
		defer func() { err = errors.Join(err, db.close()) }()
		measure = databaseSuites(db, of)
	}
	var goals []goal
	for _, suite := range measure {
		measured, err := suite()
		if err != nil {
			return false, err
		}
		goals = append(goals, measured...)
	}
	hold = !slices.ContainsFunc(goals, func(g goal) bool { return !g.Holds })
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return hold, enc.Encode(goals)
	}
	return hold, printTable(out, goals)
}
