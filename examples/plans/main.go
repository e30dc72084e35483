// Command plans shows ready plans and what one order pays under each, side by side.
//
//	go run ./examples/plans
//	go run ./examples/plans -audit my-plan.json other-plan.json
//
// The order is the same for all: 1,000.00 for goods that cost the shop 600.00, sold by a partner with five people above him, two of each level from the
// lowest upwards, and sent into the region 33/01. The table is in cash: what a plan pays beside it, and what is paid once for a recruit, are not in it. A
// bonus of a whole month is shown as if this were the month's only order. With -audit it also prints what the audit of each plan finds. Plans are JSON
// documents: copy one from the folder plans and change it.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fenrun/fenrun/partner/program"
)

//go:embed plans/*.json
var ready embed.FS

func main() {
	audit := flag.Bool("audit", false, "print what the audit of each plan finds")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, flag.Args(), *audit); err != nil {
		fmt.Fprintln(os.Stderr, "plans:", err)
		os.Exit(1)
	}
}

// run prints the plans in the files, or the ready ones where there are none.
func run(ctx context.Context, out io.Writer, files []string, audit bool) error {
	read := os.ReadFile
	if len(files) == 0 {
		read = ready.ReadFile
		var err error
		if files, err = fs.Glob(ready, "plans/*.json"); err != nil {
			return err
		}
	}
	var all []tried
	for _, file := range files {
		text, err := read(file)
		if err != nil {
			return err
		}
		plan, err := program.ParsePlan(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		t, err := try(ctx, plan)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if t.name == "" {
			t.name = filepath.Base(file)
		}
		all = append(all, t)
	}
	if err := printTable(out, all); err != nil {
		return err
	}
	if audit {
		printFindings(out, all)
	}
	return nil
}
