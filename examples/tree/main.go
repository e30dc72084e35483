// Tree draws a small team with what everybody sells, in four forms: go run ./examples/tree [svg|dot|mermaid|json].
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

var (
	cny  = money.MustCurrency("CNY", 2)
	june = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// people are the shop's own records: what a partner is called, his level, and what he sold in June, in fen.
var people = []struct {
	id, recruiter partner.ID
	name, level   string
	sold          int64
}{
	{"alice", "", "Alice", "director", 1250000},
	{"bob", "alice", "Bob", "agent", 389900},
	{"dan", "bob", "Dan", "agent", 59700},
	{"eve", "bob", "Eve", "agent", 0},
	{"fang", "alice", "方小红", "director", 820050},
	{"gao", "fang", "高远", "agent", 99900},
	{"hu", "fang", "胡杨", "", 12000},
	{"ian", "fang", "Ian", "agent", 45000},
	{"jin", "fang", "金秋", "agent", 30000},
}

func main() {
	form := "dot"
	if len(os.Args) > 1 {
		form = os.Args[1]
	}
	if err := run(os.Stdout, form); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, form string) error {
	source, err := team()
	if err != nil {
		return err
	}
	// Three children of each; a page that opens "and 1 more" asks again with Root: "fang", After: "ian".
	drawing, err := draw.Build(source, draw.Options{Root: "alice", Children: 3, Title: "Alice's team in June"})
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

// team returns who stands below whom in June, and what everybody and his team sold: a sale counts for the seller and for everybody above him.
func team() (draw.Source, error) {
	t := tree.NewTeam()
	for _, p := range people {
		if p.recruiter == "" {
			continue
		}
		if err := t.Add(tree.Edge{Partner: p.id, Recruiter: p.recruiter, From: june}); err != nil {
			return nil, err
		}
	}
	sold := map[partner.ID]money.Amount{}
	for _, p := range people {
		for _, id := range t.Uplines(p.id, june, 0) {
			sum, err := sold[id].Add(cny.Minor(p.sold))
			if err != nil {
				return nil, err
			}
			sold[id] = sum
		}
	}
	recruiters := map[partner.ID]partner.ID{}
	for _, e := range t.EdgesAt(june) {
		recruiters[e.Partner] = e.Recruiter
	}
	var members []draw.Member
	for _, p := range people {
		members = append(members, draw.Member{
			Node: draw.Node{ID: p.id, Label: p.name, Level: p.level, Figures: []draw.Figure{
				{Name: "team", Amount: sold[p.id]}, {Name: "own", Amount: cny.Minor(p.sold)},
			}},
			Recruiter: recruiters[p.id],
		})
	}
	return draw.NewForest("the shop", members)
}
