package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
)

var readmes = []string{"../README.md", "../README.zh-CN.md"}

// block is a code block of a README that says which file it shows, in a comment on the line before it: <!-- examples/quickstart/main.go -->.
type block struct{ source, text string }

var blockPattern = regexp.MustCompile("(?s)<!-- ([^>]+) -->\n```[a-z]*\n(.*?)```")

func blocks(t *testing.T, readme string) []block {
	t.Helper()
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	var all []block
	for _, m := range blockPattern.FindAllStringSubmatch(string(text), -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

func TestTheReadmesShowTheExamplesAsTheyAre(t *testing.T) {
	for _, readme := range readmes {
		shown := blocks(t, readme)
		require.NotEmpty(t, shown, readme)
		for _, b := range shown {
			if command, ok := strings.CutPrefix(b.source, "$ "); ok {
				require.Equal(t, run(t, command), b.text, "%s: output of %s", readme, command)
				continue
			}
			source, err := os.ReadFile("../" + b.source)
			require.NoError(t, err)
			require.Contains(t, string(source), b.text, "%s: %s", readme, b.source)
		}
	}
}

// run runs a command of a README in the root and returns what it prints.
func run(t *testing.T, command string) string {
	t.Helper()
	words := strings.Fields(command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err, command)
	return string(out)
}

func TestTheReadmesNameTheTwoCommands(t *testing.T) {
	for _, readme := range readmes {
		text, err := os.ReadFile(readme)
		require.NoError(t, err)
		require.Contains(t, string(text), "go run ./examples/quickstart")
		require.Contains(t, string(text), "go test work")
		require.LessOrEqual(t, strings.Count(string(text), "\n"), 230, "a README stays short")
	}
}

func TestBothReadmesShowTheSame(t *testing.T) {
	english, chinese := blocks(t, readmes[0]), blocks(t, readmes[1])
	require.Equal(t, english, chinese)
}

func TestThePlansThatTheReadmesShowCanBeUsed(t *testing.T) {
	files, err := filepath.Glob("rehearse/plans/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = program.ParsePlan(text)
		require.NoError(t, err, file)
	}
}
