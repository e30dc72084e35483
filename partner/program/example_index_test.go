package program_test

import (
	"fmt"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

// A page of the partner centre counts teams in memory, and a scheduler keeps what it counts current.
func ExampleTeam_Index() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	index := must(prog.Team.Index(ctx, program.IndexOf{}))

	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "carol", Recruiter: "bob"}))
	must(prog.RunDue(ctx, noon)) // gives the events their numbers
	if err := index.Refresh(ctx); err != nil {
		panic(err)
	}
	index.View(func(ix *tree.Index) {
		alice, _ := ix.Find("alice")
		team := ix.Team(alice, tree.Scope{})
		fmt.Println(team.Direct.Partners, "recruited,", team.All.Partners, "in the team")
	})
	// Output: 1 recruited, 2 in the team
}

// bobsTeam is a team of three below alice, of whom carol sold something.
func bobsTeam() *program.Program {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	for _, id := range []partner.ID{"bob", "dan"} {
		must(prog.Team.Recruit(ctx, program.Recruit{Partner: id, Recruiter: "alice"}))
	}
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "carol", Recruiter: "bob"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "eve", Owner: "carol"}))
	must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "eve", PaidAt: noon, Lines: []program.Line{
		{ID: "1", Product: "tea", Quantity: 1, Amount: decimal.RequireFromString("199.00")},
	}}))
	return prog
}

// The partner centre shows what a team sold this month, until the next leader or as a whole, and how many customers belong to it.
func ExampleTeamIndex_Performance() {
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	index := must(bobsTeam().Team.Index(ctx, program.IndexOf{Sales: true, From: june, To: june.AddDate(0, 1, 0), Customers: true}))
	bob := must(index.Performance("bob", tree.Scope{}))
	fmt.Println("bob:", bob.Own.Volume, "himself,", bob.Direct.Volume, "whom he recruited,", bob.Team.Volume, "with his team in", bob.Team.Orders, "order")
	fmt.Println("below him:", bob.Team.Partners, "partner,", bob.Team.NonPartners(), "other")
	for i, level := range must(index.Levels("alice", tree.Scope{})) {
		fmt.Println("level", i+1, "of alice:", level.Partners, "partners,", level.Volume)
	}
	// Output:
	// bob: 0.00 CNY himself, 199.00 CNY whom he recruited, 199.00 CNY with his team in 1 order
	// below him: 1 partner, 1 other
	// level 1 of alice: 2 partners, 0.00 CNY
	// level 2 of alice: 1 partners, 199.00 CNY
}

// A page that loads a level when somebody opens it turns pages by the id of the last member that it has shown.
func ExampleTeamIndex_Children() {
	index := must(bobsTeam().Team.Index(ctx, program.IndexOf{Sales: true}))
	for after := partner.ID(""); ; {
		page := must(index.Children(program.ChildrenOf{Of: "alice", After: after, Limit: 1}))
		for _, m := range page.Members {
			fmt.Println(m.ID, "with", m.Team.Partners, "below sold", m.Team.Volume)
			after = m.ID
		}
		if fmt.Println(page.Left, "left"); page.Left == 0 {
			break
		}
	}
	// Output:
	// bob with 1 below sold 199.00 CNY
	// 1 left
	// dan with 0 below sold 0.00 CNY
	// 0 left
}

// A partner looks at his own team, as far as he earns, with names that the shop gives: alice is not shown to bob.
func ExampleTeamIndex_Draw() {
	index := must(bobsTeam().Team.Index(ctx, program.IndexOf{Sales: true}))
	drawing := must(index.Draw(program.DrawTeam{Viewer: "bob", Options: draw.Options{Mask: func(n draw.Node) draw.Node {
		n.Label = string(n.ID[:1]) + "…"
		return n
	}}}))
	if err := drawing.Mermaid(os.Stdout); err != nil {
		panic(err)
	}
	_, err := index.Draw(program.DrawTeam{Viewer: "bob", Options: draw.Options{Root: "alice"}})
	fmt.Println(err)
	// Output:
	// flowchart LR
	//   accTitle: b…
	//   accDescr: 1 of 1 below are shown
	//   n0["b…<br/>1 direct<br/>team 199#46;00 CNY<br/>own 0#46;00 CNY"]
	//   n1["c…<br/>team 199#46;00 CNY<br/>own 199#46;00 CNY"]
	//   n0 --- n1
	//   classDef default fill:#ffffff,stroke:#94a3b8,color:#0f172a,text-align:left
	// program: there is no partner "alice"
}
