package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fenrun/fenrun/examples/internal/progress"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// The set astar-tree: who referred whom, in the order in which they joined.
//
//   - referrals.csv: account, referrer (may be empty, or somebody who joins later or never).
const astarReferrals = "referrals.csv"

// The set mentors: who was taught by whom, by one or by several, of whom the first counts.
//
//   - nodes.csv: member, joined (may be empty: from the beginning).
//   - edges.csv: mentor, mentee.
const (
	mentorsNodes = "nodes.csv"
	mentorsEdges = "edges.csv"

	mentorsDate = "2006-01-02"
)

// forestPlan pays nothing that matters here.
const forestPlan = `{"currency": "USD", "commission": {"rates": ["5%"]}}`

// referral is one attempt to bind somebody to a referrer.
type referral struct {
	at           time.Time
	id, referrer partner.ID
}

func astar(ctx context.Context, dir string, rep *report) error {
	if rep.missing(dir, astarReferrals) {
		return nil
	}
	var all []referral
	at := time.Date(2021, 12, 1, 0, 0, 0, 0, time.UTC) // the file has no times, only an order
	_, err := readCSV(filepath.Join(dir, astarReferrals), []string{"account", "referrer"}, func(r *row) error {
		at = at.Add(time.Second)
		all = append(all, referral{at, partner.ID(r.needed("account")), partner.ID(r.text("referrer"))})
		return nil
	})
	if err != nil {
		return err
	}
	return forest(ctx, rep, "who was first to refer", all)
}

func mentors(ctx context.Context, dir string, rep *report) error {
	if rep.missing(dir, mentorsEdges) {
		return nil
	}
	var members []partner.ID
	joined, earliest := map[partner.ID]time.Time{}, time.Time{}
	_, err := readCSV(filepath.Join(dir, mentorsNodes), []string{"member", "joined"}, func(r *row) error {
		id := partner.ID(r.needed("member"))
		members = append(members, id)
		if r.text("joined") == "" {
			return nil
		}
		joined[id] = r.instant("joined", mentorsDate)
		if earliest.IsZero() || joined[id].Before(earliest) {
			earliest = joined[id]
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		rep.say("%s is missing: everybody is there from the beginning", mentorsNodes)
	} else if err != nil {
		return err
	}
	if earliest.IsZero() {
		earliest = time.Unix(0, 0).UTC()
	}
	of := map[partner.ID][]partner.ID{}
	_, err = readCSV(filepath.Join(dir, mentorsEdges), []string{"mentor", "mentee"}, func(r *row) error {
		id := partner.ID(r.needed("mentee"))
		if of[id] == nil && !slices.Contains(members, id) {
			members = append(members, id)
		}
		of[id] = append(of[id], partner.ID(r.needed("mentor")))
		return nil
	})
	if err != nil {
		return err
	}
	var all []referral
	for _, id := range members {
		at, ok := joined[id]
		if !ok {
			at = earliest
		}
		if len(of[id]) == 0 {
			all = append(all, referral{at: at, id: id})
		}
		for _, mentor := range of[id] {
			all = append(all, referral{at, id, mentor})
		}
	}
	return forest(ctx, rep, "the first mentor", all)
}

// indexOf is what the indexes know that are compared.
var indexOf = program.IndexOf{Sales: true}

// forest binds everybody to the first referrer whom he can have, and looks at the team that comes of it through an index that follows the programme, which
// must say what the programme says and what an index says that is read anew.
func forest(ctx context.Context, rep *report, name string, all []referral) error {
	p, err := rep.player(ctx, name, program.MustPlan(forestPlan))
	if err != nil || p == nil {
		return err
	}
	if len(all) > 0 {
		p.now = all[0].at
	}
	following, err := p.Team.Index(ctx, indexOf)
	if err != nil {
		return err
	}
	var n bindings
	steps := make([]step, len(all))
	for i := range all {
		r := &all[i]
		steps[i] = step{r.at, func() error {
			for _, id := range []partner.ID{r.id, r.referrer} {
				if id == "" {
					continue
				}
				if err := p.meet(ctx, id); err != nil {
					return err
				}
			}
			return p.bind(ctx, &contribution{seq: strconv.Itoa(i + 1), account: r.id, referrer: r.referrer}, &n)
		}}
	}
	if err := p.play(ctx, steps); err != nil {
		return err
	}
	if _, err := p.close(ctx); err != nil {
		return err
	}
	shape, err := p.index(ctx, following)
	if err != nil {
		return err
	}
	p.totals = append(p.totals, n.String())
	rep.run(p.done(len(all)))
	rep.say("%s", shape)
	return nil
}

// index brings an index up to date and compares it, member by member, with what the programme says, and with an index that is read anew. It returns what
// the team looks like.
func (p *player) index(ctx context.Context, following *program.TeamIndex) (shape string, err error) {
	if err := following.Refresh(ctx); err != nil {
		return "", err
	}
	anew, err := p.Team.Index(ctx, indexOf)
	if err != nil {
		return "", err
	}
	bar := progress.New(len(p.people), p.name+": index")
	defer bar.Done()
	p.compared++
	following.View(func(ix *tree.Index) {
		anew.View(func(other *tree.Index) {
			if ix.Len() != len(p.people) || other.Len() != len(p.people) || ix.Number() != other.Number() {
				p.differ("%d people; the index has %d after event %d, read anew %d after event %d", len(p.people), ix.Len(), ix.Number(), other.Len(), other.Number())
			}
			for _, id := range p.people {
				if err = p.compareMember(ctx, id, ix, other); err != nil {
					return
				}
				bar.Add(1)
			}
		})
		shape = shapeOf(ix)
	})
	return shape, err
}

func (p *player) compareMember(ctx context.Context, id partner.ID, ix, other *tree.Index) error {
	line, err := p.Team.Uplines(ctx, program.Uplines{Partner: id, At: p.now})
	if err != nil {
		return err
	}
	m, ok := ix.Find(id)
	o, known := other.Find(id)
	if !ok || !known {
		p.differ("%s is not in the index", id)
		return nil
	}
	var ids []partner.ID
	for _, upline := range ix.Line(nil, m, 0) {
		ids = append(ids, ix.ID(upline))
	}
	if !slices.Equal(ids, line) || ix.Depth(m) != len(line)-1 {
		p.differ("above %s the index has %v at depth %d, the programme %v", id, ids, ix.Depth(m), line)
	}
	if ix.Node(m) != other.Node(o) || ix.Team(m, tree.Scope{}) != other.Team(o, tree.Scope{}) {
		p.differ("%s: the index has %+v, %+v, read anew %+v, %+v", id, ix.Node(m), ix.Team(m, tree.Scope{}), other.Node(o), other.Team(o, tree.Scope{}))
	}
	return nil
}

// shapeOf describes a forest.
func shapeOf(ix *tree.Index) string {
	depths := []int{}
	roots, alone, widest := 0, 0, 0
	for m := range tree.Member(ix.Len()) {
		depth, team := ix.Depth(m), ix.Team(m, tree.Scope{})
		for len(depths) <= depth {
			depths = append(depths, 0)
		}
		depths[depth]++
		widest = max(widest, team.Direct.Partners+team.Direct.Others)
		if depth == 0 {
			roots++
			if team.All == (tree.Count{}) {
				alone++
			}
		}
	}
	histogram := make([]string, len(depths))
	for depth, n := range depths {
		histogram[depth] = fmt.Sprintf("%d:%d", depth, n)
	}
	return fmt.Sprintf("%s people, %s without a recruiter, %s of them alone, depth %d, widest %s; by depth %s",
		count(ix.Len()), count(roots), count(alone), max(0, len(depths)-1), count(widest), strings.Join(histogram, " "))
}
