// Command bench measures the speed goals of the library, each against a reference that runs in the same process, and prints whether they hold.
//
//	go run ./examples/bench
//	go run ./examples/bench -json
//	go run ./examples/bench -full
//
// It exits 1 if a goal does not hold. Rows without a goal are there to be looked at: those of period runs, which -full measures over a million partners.
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
var suites = []func() ([]goal, error){calculation, richCalculation}

func main() {
	asJSON := flag.Bool("json", false, "print the table as JSON")
	full := flag.Bool("full", false, "measure period runs over a million partners, which takes some GB and minutes")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "bench: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	partners := somePartners
	if *full {
		partners = allPartners
	}
	hold, err := run(os.Stdout, *asJSON, partners)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	if !hold {
		os.Exit(1)
	}
}

// run measures everything, period runs over so many partners, prints it, and reports whether every goal holds.
func run(out io.Writer, asJSON bool, partners int) (bool, error) {
	var goals []goal
	for _, suite := range append(slices.Clone(suites), func() ([]goal, error) { return periodRuns(partners) }) {
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
