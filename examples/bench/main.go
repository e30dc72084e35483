// Command bench measures the speed goals of the library, each against a reference that runs in the same process, and prints whether they hold.
//
//	go run ./examples/bench
//	go run ./examples/bench -json
//	go run ./examples/bench -full
//
// It exits 1 if a goal does not hold.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

// suites are all measurements, in the order of their goals.
var suites = []func() ([]goal, error){calculation, richCalculation, wholeOrders, team}

// full adds what takes gigabytes and minutes: teams of ten million.
var full bool

func main() {
	asJSON := flag.Bool("json", false, "print the table as JSON")
	flag.BoolVar(&full, "full", false, "measure teams of ten million partners too")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	hold, err := run(os.Stdout, *asJSON)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !hold {
		os.Exit(1)
	}
}

// run measures everything, prints it, and reports whether every goal holds.
func run(out io.Writer, asJSON bool) (bool, error) {
	var goals []goal
	for _, suite := range suites {
		measured, err := suite()
		if err != nil {
			return false, err
		}
		goals = append(goals, measured...)
	}
	hold := !slices.ContainsFunc(goals, func(g goal) bool { return !g.Holds })
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return hold, enc.Encode(goals)
	}
	return hold, printTable(out, goals)
}
