// Tree draws a small team with what everybody sells, in four forms, from a file or from a programme: go run ./examples/tree [svg|dot|mermaid|json]
// [file|programme]. Both draw the same.
package main

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree/draw"
)

var (
	cny  = money.MustCurrency("CNY", 2)
	june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
)

// options draw three children of each; a page that opens "and 1 more" asks again with Root: "fang", After: "ian".
var options = draw.Options{Root: "alice", Children: 3, Title: "Alice's team in June"}

// person is one of the shop's own records: what a partner is called, who brought him, his level, and what he sold in June.
type person struct {
	id, recruiter partner.ID
	name          string
	level         partner.Level
	sold          decimal.Decimal
}

//go:embed people.csv
var file []byte

// readPeople reads the file, uplines first.
func readPeople() ([]person, error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	var people []person
	for _, row := range rows[1:] {
		sold, err := decimal.NewFromString(row[4])
		if err != nil {
			return nil, err
		}
		people = append(people, person{partner.ID(row[0]), partner.ID(row[1]), row[2], partner.Level(row[3]), sold})
	}
	return people, nil
}

func main() {
	form, from := "dot", "file"
	if len(os.Args) > 1 {
		form = os.Args[1]
	}
	if len(os.Args) > 2 {
		from = os.Args[2]
	}
	if err := run(os.Stdout, form, from); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, form, from string) error {
	people, err := readPeople()
	if err != nil {
		return err
	}
	var drawing *draw.Drawing
	switch from {
	case "file":
		drawing, err = fromFile(people)
	case "programme":
		drawing, err = fromProgramme(people)
	default:
		err = fmt.Errorf("there is no source %q: file or programme is needed", from)
	}
	if err != nil {
		return err
	}
	switch form {
	case "svg":
		return drawing.SVG(w)
	case "dot":
		return drawing.DOT(w)
	case "mermaid":
		return drawing.Mermaid(w)
	case "json":
		return drawing.JSON(w)
	}
	return fmt.Errorf("there is no form %q: svg, dot, mermaid or json is needed", form)
}
