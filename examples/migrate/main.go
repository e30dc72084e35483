// Migrate prints the SQL that makes and changes the library's tables, for shops that let a tool of their own apply it:
//
//	go run ./examples/migrate -dialect postgresql                            # one text
//	go run ./examples/migrate -dialect mysql -tool goose -dir migrations     # files as goose, atlas or golang-migrate want them
//
// Whoever applied it, the library knows: each step notes itself.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/fenrun/fenrun/store/sqlstore"
)

func main() {
	var config sqlstore.Config
	dialect := flag.String("dialect", "postgresql", "sqlite, postgresql or mysql")
	flag.StringVar(&config.Prefix, "prefix", "", `what the names of the tables begin with (default "fenrun_")`)
	flag.StringVar(&config.Schema, "schema", "", "where the tables are (default: that of the connection)")
	tool := flag.String("tool", "atlas", "goose, atlas or golang-migrate")
	dir := flag.String("dir", "", "write a file for each step into this folder, instead of printing them")
	flag.Parse()
	var err error
	if config.Dialect, err = sqlstore.ParseDialect(*dialect); err == nil {
		err = run(os.Stdout, config, *tool, *dir)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// tools are how a file is called in which a tool looks for a step, and what stands before its statements. What each tool calls the way back is left out: the
// library's steps only add.
var tools = map[string]struct{ file, head string }{
	"atlas":          {file: "%05d_%s.sql"},
	"golang-migrate": {file: "%05d_%s.up.sql"},
	"goose":          {file: "%05d_%s.sql", head: "-- +goose Up\n"},
}

// run writes every step, in order.
func run(out io.Writer, config sqlstore.Config, tool, dir string) error {
	form, ok := tools[tool]
	if !ok {
		return fmt.Errorf("%q is no tool: goose, atlas or golang-migrate", tool)
	}
	steps, err := sqlstore.Migrations(config)
	if err != nil {
		return err
	}
	for _, step := range steps {
		name := fmt.Sprintf(form.file, step.Version, strings.ReplaceAll(step.Name, " ", "_"))
		text := form.head + strings.Join(step.Statements, ";\n\n") + ";\n"
		if dir == "" {
			if _, err := fmt.Fprintf(out, "-- %s\n%s", name, text); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
