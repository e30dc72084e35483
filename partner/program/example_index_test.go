package program_test

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// A page of the partner centre counts teams in memory, and a scheduler keeps what it counts current.
func ExampleTeam_Index() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	index := must(prog.Team.Index(ctx, program.Index{}))

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
