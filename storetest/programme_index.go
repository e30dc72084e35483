package storetest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// indexFollows lets a team grow, sell, give back, rise and move, with indexes that follow it from the beginning and from the middle.
func indexFollows(x *trial) {
	b := x.branch(levelsPlan)
	of := program.IndexOf{Sales: true, Customers: true}
	index := func() *program.TeamIndex {
		out, err := b.Team.Index(b.ctx, of)
		return must(b, out, err)
	}
	following := list(index())
	for i, step := range []func(){
		b.family,
		func() { b.paid("o-1") },
		func() { b.recruit("dora", "alice"); b.bind("dan", "dora") },
		func() { b.refunded("r-1", "o-1") },
		func() { following = append(following, index()) },
		func() {
			out, err := b.Team.Move(b.ctx, program.Move{Partner: "cora", Recruiter: "dora"})
			must(b, out, err)
			b.paid("o-2")
		},
		func() {
			out, err := b.Partners.SetLevel(b.ctx, program.SetLevel{Partner: "dora", Level: "gold"})
			must(b, out, err)
		},
		func() { b.received("o-2"); b.due(7); b.refunded("r-2", "o-2") },
	} {
		step()
		if i%2 == 1 { // what others follow one by one, some follow by several steps
			b.due(0)
			require.NoError(x, following[0].Refresh(b.ctx))
		}
	}
	b.due(0)
	// Of carol's orders, each of 587.53 for three of tea and 32.80 for a cup, one of tea came back: 391.68 and 32.80 are left, twice.
	want := list(
		"agent [alice]: sold 0.00 CNY by 0 orders, team 3 partners 2 customers 848.96 CNY, until leaders 1 partners 0 customers 0.00 CNY",
		"agent [bob alice]: sold 0.00 CNY by 0 orders, team 0 partners 0 customers 0.00 CNY, until leaders 0 partners 0 customers 0.00 CNY",
		"agent [cora dora alice]: sold 848.96 CNY by 2 orders, team 0 partners 1 customers 848.96 CNY, until leaders 0 partners 1 customers 848.96 CNY",
		"gold [dora alice]: sold 0.00 CNY by 0 orders, team 1 partners 2 customers 848.96 CNY, until leaders 1 partners 2 customers 848.96 CNY",
	)
	require.Equal(x, want, shown(x, index()))
	for _, follower := range following {
		require.NoError(x, follower.Refresh(b.ctx))
		require.Equal(x, want, shown(x, follower))
	}
}

// shown is what an index says of everybody, in order of id: his level and who stands above him, what he sold, and his team, whole and until the next leaders.
func shown(x *trial, index *program.TeamIndex) []string {
	x.Helper()
	said := map[partner.ID]string{}
	index.View(func(ix *tree.Index) {
		for m := range tree.Member(ix.Len()) {
			var line []partner.ID
			for _, upline := range ix.Line(nil, m, 0) {
				line = append(line, ix.ID(upline))
			}
			said[ix.ID(m)] = fmt.Sprintf("%s %s", ix.Node(m).Level, line)
		}
	})
	var all []string
	for _, id := range slices.Sorted(maps.Keys(said)) {
		whole, err := index.Performance(id, tree.Scope{})
		require.NoError(x, err)
		near, err := index.Performance(id, tree.Scope{UntilLeader: true})
		require.NoError(x, err)
		team := func(g program.Group) string {
			return fmt.Sprintf("%d partners %d customers %s", g.Partners, g.Customers, g.Volume)
		}
		all = append(all, fmt.Sprintf("%s: sold %s by %d orders, team %s, until leaders %s",
			said[id], whole.Own.Volume, whole.Own.Orders, team(whole.Team), team(near.Team)))
	}
	return all
}
