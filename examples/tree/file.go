package main

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

// fromFile draws the team without a programme: who stands below whom in June, and what everybody and his team sold. A sale counts for the seller and for
// everybody above him.
func fromFile(people []person) (*draw.Drawing, error) {
	t := tree.NewTeam()
	for _, p := range people {
		if p.recruiter == "" {
			continue
		}
		if err := t.Add(tree.Edge{Partner: p.id, Recruiter: p.recruiter, From: june}); err != nil {
			return nil, err
		}
	}
	own, team := map[partner.ID]money.Amount{}, map[partner.ID]money.Amount{}
	for _, p := range people {
		var err error
		if own[p.id], err = cny.Amount(p.sold); err != nil {
			return nil, err
		}
		for _, id := range t.Uplines(p.id, june, 0) {
			if team[id], err = team[id].Add(own[p.id]); err != nil {
				return nil, err
			}
		}
	}
	var members []draw.Member
	for _, p := range people {
		members = append(members, draw.Member{
			Node: draw.Node{ID: p.id, Label: p.name, Level: string(p.level), Figures: []draw.Figure{
				{Name: "team", Amount: team[p.id]}, {Name: "own", Amount: own[p.id]},
			}},
			Recruiter: p.recruiter,
		})
	}
	forest, err := draw.NewForest("the shop", members)
	if err != nil {
		return nil, err
	}
	return draw.Build(forest, options)
}
