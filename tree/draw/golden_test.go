package draw_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/tree/draw"
)

var update = flag.Bool("update", false, "write what is drawn to testdata")

// small is a team with something of everything: levels, a status, figures, somebody left out before, after and below, and labels that mean something
// elsewhere.
func small(t *testing.T) *draw.Drawing {
	t.Helper()
	figures := func(own, team int64) []draw.Figure {
		return []draw.Figure{{Name: "team", Amount: cny.Minor(team)}, {Name: "own", Amount: cny.Minor(own)}}
	}
	w := newWorld(t, []draw.Member{
		{Node: draw.Node{ID: "alice", Label: `Alice "A" & Söhne`, Level: "director", Figures: figures(125000, 123456789)}},
		{Node: draw.Node{ID: "bob"}, Recruiter: "alice"},
		{Node: draw.Node{ID: "dan", Label: "]]> --> </text>", Level: "agent", Status: "frozen", Figures: figures(-5, 0)}, Recruiter: "alice"},
		{Node: draw.Node{ID: "eve", Label: "伊芙·非常长的名字还要再长一点才会换行", Level: "agent"}, Recruiter: "alice"},
		{Node: draw.Node{ID: "fay"}, Recruiter: "alice"},
		{Node: draw.Node{ID: "gus", Level: "agent"}, Recruiter: "dan"},
		{Node: draw.Node{ID: "hal"}, Recruiter: "gus"},
		{Node: draw.Node{ID: "ida"}, Recruiter: "gus"},
		{Node: draw.Node{ID: "joe"}, Recruiter: "ida"},
	})
	d, err := draw.Build(w.source, draw.Options{Root: "alice", After: "bob", Depth: 2, Children: 2, Title: "A team"})
	require.NoError(t, err)
	return d
}

func TestRule_3_19_ASmallTeamIsDrawnAsItIsKept(t *testing.T) {
	for name, form := range forms(small(t)) {
		path := filepath.Join("testdata", "small."+name)
		text := write(t, form)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), text, name)
	}
}

// TestRule_3_19_OtherProgramsReadWhatIsWritten gives pictures and graphs of hostile labels to Graphviz and xmllint.
func TestRule_3_19_OtherProgramsReadWhatIsWritten(t *testing.T) {
	members := []draw.Member{{Node: draw.Node{ID: "top"}}}
	ids := numbered(len(hostile))
	for i, label := range hostile {
		members = append(members, draw.Member{Node: draw.Node{ID: ids[i], Label: label, Level: label, Status: label}, Recruiter: "top"})
	}
	d, err := draw.Build(newWorld(t, members).source, draw.Options{Children: len(hostile), Title: strings.Join(hostile[:24], " ")})
	require.NoError(t, err)
	for _, c := range []struct {
		command string
		form    string
		said    string
	}{
		{"xmllint --noout -", "svg", ""},
		{"gc -n -e", "dot", ""},
		{"acyclic -nv", "dot", "is acyclic"},
		{"dot -Tsvg", "dot", "</svg>"},
	} {
		t.Run(c.command, func(t *testing.T) {
			words := strings.Fields(c.command)
			if _, err := exec.LookPath(words[0]); err != nil {
				t.Skipf("%s is not installed (graphviz, libxml2-utils)", words[0])
			}
			for _, drawing := range []*draw.Drawing{d, small(t)} {
				cmd := exec.Command(words[0], words[1:]...)
				cmd.Stdin = strings.NewReader(write(t, forms(drawing)[c.form]))
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, string(out))
				require.Contains(t, string(out), c.said)
				require.NotContains(t, strings.ToLower(string(out)), "warning")
			}
		})
	}
}
