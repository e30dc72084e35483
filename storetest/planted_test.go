package storetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	plantedChecks  = "2000" // how many histories are drawn to find a bug
	plantedHealthy = "200"  // and how many without one; that there is none in the programme is for the tests themselves
	plantedSeeds   = 4      // with how many seeds a bug is looked for at the most
)

// TestPlantedBugsStillApply: each bug is a change of source as it is today.
func TestPlantedBugsStillApply(t *testing.T) {
	require.GreaterOrEqual(t, len(plantedBugs), 24)
	names := map[string]bool{}
	for _, bug := range plantedBugs {
		require.False(t, names[bug.name], "two bugs are called %q", bug.name)
		names[bug.name] = true
	}
	require.NotEmpty(t, plantedSources(t))
}

// plantedSource returns the files that a bug changes, changed.
func plantedSource(t *testing.T, bug plantedBug) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, e := range bug.edits {
		text, ok := files[e.file]
		if !ok {
			text = plantedRead(t, e.file)
		}
		require.Equal(t, 1, strings.Count(text, e.old), "%q: this must stand exactly once in %s:\n%s", bug.name, e.file, e.old)
		files[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	return files
}

// TestPlantedBugsAreFound plants every bug, one at a time, and looks that the test that is for it fails. A bug that does not compile is no bug, and
// without a bug none of the tests fails.
func TestPlantedBugsAreFound(t *testing.T) {
	if os.Getenv("FENRUN_PLANTED") == "" {
		t.Skip("it takes minutes: set FENRUN_PLANTED=1; another number draws other histories")
	}
	seed, err := strconv.Atoi(os.Getenv("FENRUN_PLANTED"))
	require.NoError(t, err, "FENRUN_PLANTED is the number from which histories are drawn")
	built := newPlantedBinaries(t)
	t.Run("none", func(t *testing.T) {
		for _, by := range plantedTests() {
			t.Run(by, func(t *testing.T) {
				t.Parallel()
				out, err := built.run(by, 0, seed, plantedHealthy)
				require.NoError(t, err, "it fails without a bug:\n%s", out)
				require.Contains(t, out, "PASS: ", "it is no test")
			})
		}
	})
	for i, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			out, err := built.run(bug.by, i+1, seed, plantedChecks)
			for more := 1; err == nil && more < plantedSeeds; more++ { // a bug that shows rarely is looked for in other histories too
				out, err = built.run(bug.by, i+1, seed+more, plantedChecks)
			}
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "nothing found it")
			_, test := plantedTest(bug.by)
			require.Contains(t, out, "--- FAIL: "+strings.Split(test, "/")[0], "it did not fail as a test does")
			t.Logf("found by %s after %s", bug.by, time.Since(began).Round(100*time.Millisecond))
		})
	}
}

// plantedTests are the tests that find bugs.
func plantedTests() []string {
	tests := map[string]bool{}
	for _, bug := range plantedBugs {
		tests[bug.by] = true
	}
	return slices.Sorted(maps.Keys(tests))
}

// plantedTest returns the folder of the package that a test is in, and its name.
func plantedTest(by string) (dir, test string) {
	if dir, test, other := strings.Cut(by, ":"); other {
		return filepath.Join("..", filepath.FromSlash(dir)), test
	}
	return ".", by
}

// plantedBinaries are the tests of each package that finds bugs, with all of them in it, by the package's folder.
type plantedBinaries map[string]string

// newPlantedBinaries builds them: the compiler is told to read changed copies of the files instead.
func newPlantedBinaries(t *testing.T) plantedBinaries {
	t.Helper()
	dir := t.TempDir()
	replaced := map[string]string{}
	for file, text := range plantedSources(t) {
		original, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(file)))
		require.NoError(t, err)
		changed := filepath.Join(dir, fmt.Sprint(len(replaced), ".go"))
		require.NoError(t, os.WriteFile(changed, []byte(text), 0o600))
		replaced[original] = changed
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	require.NoError(t, err)
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, overlay, 0o600))
	built := plantedBinaries{}
	for _, by := range plantedTests() {
		from, _ := plantedTest(by)
		if built[from] != "" {
			continue
		}
		built[from] = filepath.Join(dir, fmt.Sprint(len(built), ".test"))
		build := exec.Command("go", "test", "-c", "-overlay", list, "-o", built[from], ".")
		build.Dir = from
		out, err := build.CombinedOutput()
		require.NoError(t, err, "a bug must compile:\n%s", out)
	}
	return built
}

// run runs one test with a bug. The seed is fixed, so that what is found once is found always.
func (b plantedBinaries) run(by string, bug, seed int, checks string) (output string, err error) {
	dir, test := plantedTest(by)
	run := exec.Command(b[dir], "-test.v", "-test.run", "^"+strings.ReplaceAll(test, "/", "$/^")+"$", "-test.timeout", "5m",
		"-rapid.checks", checks, "-rapid.seed", strconv.Itoa(seed), "-rapid.shrinktime", "0s", "-rapid.nofailfile")
	run.Dir, run.Env = dir, append(os.Environ(), fmt.Sprint(plantedEnv, "=", bug))
	out, err := run.CombinedOutput()
	return string(out), err
}
