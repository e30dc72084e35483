package main

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// salesScale is how many decimals sales have in the index, as in retailExact.
const salesScale = 6

// team runs the sales, without refunds, and compares everybody's team as an index has it with expected_team.csv: partner, level1 and level2 (how many stand
// one and two steps below), team (all below), depth_below, own_sales, and team_sales (of all below).
func (s *shop) team(ctx context.Context, dir string, rep *report) error {
	x, err := rep.readExpected(dir, retailTeam, "partner")
	if err != nil || x == nil {
		return err
	}
	p, err := rep.player(ctx, "team", program.MustPlan(retailExact))
	if err != nil || p == nil {
		return err
	}
	if len(s.members) > 0 {
		p.now = s.members[0].joined
	}
	following, err := p.Team.Index(ctx, indexOf)
	if err != nil {
		return err
	}
	if err := p.play(ctx, s.joinAndPay(ctx, p, func(*program.Order, *program.Outcome) {})); err != nil {
		return err
	}
	if _, err := p.close(ctx); err != nil {
		return err
	}
	shape, err := p.index(ctx, following)
	if err != nil {
		return err
	}
	columns := map[string]sums{}
	following.View(func(ix *tree.Index) { columns = teamColumns(ix) })
	for _, column := range x.columns {
		if has, ok := columns[column]; ok {
			p.compare(x, column, has)
		}
	}
	rep.run(p.done(len(s.members) + s.lines))
	rep.say("%s", shape)
	x.unread(rep)
	return nil
}

// teamColumns are the columns of expected_team.csv.
func teamColumns(ix *tree.Index) map[string]sums {
	columns := map[string]sums{"level1": {}, "level2": {}, "team": {}, "depth_below": {}, "own_sales": {}, "team_sales": {}}
	for m := range tree.Member(ix.Len()) {
		id, team := ix.ID(m), ix.Team(m, tree.Scope{})
		whole := func(column string, n int) { columns[column][id] = decimal.NewFromInt(int64(n)) }
		levels := ix.Levels(m, tree.Scope{})
		whole("level1", team.Direct.Partners+team.Direct.Others)
		whole("team", team.All.Partners+team.All.Others)
		whole("depth_below", len(levels))
		levels = slices.Concat(levels, make([]tree.Level, 2))
		whole("level2", levels[1].Partners+levels[1].Others)
		columns["own_sales"][id] = decimal.New(team.Own, -salesScale)
		columns["team_sales"][id] = decimal.New(team.Volume-team.Own, -salesScale)
	}
	return columns
}
