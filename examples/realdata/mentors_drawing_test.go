package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
	"github.com/fenrun/fenrun/tree/draw"
)

// TestRule_3_19_TheRealMentorsAreDrawn draws who was first taught by whom, and gives the drawings to Graphviz and xmllint.
func TestRule_3_19_TheRealMentorsAreDrawn(t *testing.T) {
	dir := filepath.Join(os.Getenv(realDirectory), "mentors")
	if os.Getenv(realDirectory) == "" {
		t.Skipf("%s names no directory", realDirectory)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("there are no mentors: %v", err)
	}
	var members []draw.Member
	joined := map[partner.ID]time.Time{}
	_, err := readCSV(filepath.Join(dir, "nodes.csv"), []string{"member", "joined"}, func(r *row) error {
		id := partner.ID(r.needed("member"))
		if r.text("joined") != "" {
			joined[id] = r.instant("joined", "2006-01-02")
		}
		members = append(members, draw.Member{Node: draw.Node{ID: id, Status: r.text("joined")}})
		return nil
	})
	require.NoError(t, err)
	team, ignored := tree.NewTeam(), 0
	_, err = readCSV(filepath.Join(dir, "edges.csv"), []string{"mentor", "mentee"}, func(r *row) error {
		e := tree.Edge{Partner: partner.ID(r.needed("mentee")), Recruiter: partner.ID(r.needed("mentor"))}
		e.From = joined[e.Partner]
		err := team.Add(e)
		if again := (*tree.RecruitedError)(nil); errors.As(err, &again) {
			ignored++
			return nil
		}
		return err
	})
	require.NoError(t, err)
	mentors := map[partner.ID]partner.ID{}
	for _, e := range team.EdgesAt(tree.Ever) {
		mentors[e.Partner] = e.Recruiter
	}
	require.Equal(t, [2]int{305, 76}, [2]int{len(mentors), ignored})
	for i := range members {
		members[i].Recruiter = mentors[members[i].ID]
	}
	source, err := draw.NewForest("everybody", members)
	require.NoError(t, err)
	drawing, err := draw.Build(source, draw.Options{Children: 50, Nodes: 1_000, Title: "Who taught whom"})
	require.NoError(t, err)
	require.Len(t, drawing.Nodes, 1+333)
	require.Equal(t, [2]int{28, 333}, [2]int{drawing.Nodes[0].Direct, drawing.Nodes[0].All})
	require.Equal(t, 1+6, drawing.Nodes[333].Depth, "six steps below the roots")
	widest := 0
	for _, n := range drawing.Nodes[1:] {
		widest = max(widest, n.Direct)
	}
	require.Equal(t, 26, widest)

	var svg, dot strings.Builder
	require.NoError(t, drawing.SVG(&svg))
	require.NoError(t, drawing.DOT(&dot))
	for _, c := range []struct{ command, text, said string }{
		{"xmllint --noout -", svg.String(), ""},
		{"gc -n -e", dot.String(), "334     333 team"},
		{"acyclic -nv", dot.String(), "is acyclic"},
	} {
		t.Run(c.command, func(t *testing.T) {
			words := strings.Fields(c.command)
			if _, err := exec.LookPath(words[0]); err != nil {
				t.Skipf("%s is not installed (graphviz, libxml2-utils)", words[0])
			}
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Stdin = strings.NewReader(c.text)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Contains(t, string(out), c.said)
		})
	}
}
