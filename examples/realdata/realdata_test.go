package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// asProgram makes the test binary the program itself, to see its exit code.
const asProgram = "REALDATA_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// change rewrites one file of a copy.
type change struct {
	file string
	to   func(text string) string
}

func replace(file, old, new string) change {
	return change{file, func(text string) string { return strings.Replace(text, old, new, 1) }}
}

// tiny returns a copy of testdata, whose numbers were worked out by hand, with changes. Files that become empty are left out.
func tiny(t *testing.T, changes ...change) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel("testdata", path)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(raw)
		for _, c := range changes {
			if c.file == name || c.file == filepath.Dir(name) {
				text = c.to(text)
			}
		}
		if text == "" {
			return nil
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if match, err := filepath.Match("lines-*.csv", filepath.Base(name)); err != nil || !match {
			return errors.Join(err, os.WriteFile(to, []byte(text), 0o644))
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return errors.Join(w.Close(), os.WriteFile(to+".gz", packed.Bytes(), 0o644))
	}))
	return dir
}

func without(file string) change { return change{file, func(string) string { return "" }} }

func run(dir string) (string, error) {
	var out strings.Builder
	err := realdata(context.Background(), flags{}, dir, &out)
	return out.String(), err
}

func TestEverySetOfATinyCopyAgrees(t *testing.T) {
	out, err := run(tiny(t))
	require.NoError(t, err, out)
	for _, said := range []string{
		"reward_dot 0.56, contributed_dot 11.0000000002, of all accounts 21.0000000002",
		"referrers: 2 bound, 1 repeats, 1 other than the bound one, 1 refused as self, 1 refused as cycle, 1 rows without",
		"expected_account.csv: the column power_dot is not compared",
		"7 sale lines of customers in 5 orders, 3 people in the tree",
		"6 refund rows: 2 refunds of these orders, 2 of unknown ones",
		"1 refund rows give back lines that are no sales: left out",
		"1 promoted",
		"9 people, 4 without a recruiter, 1 of them alone, depth 2, widest 2; by depth 0:4 1:3 2:2",
		"5 bound, 0 repeats, 0 other than the bound one, 1 refused as self, 1 refused as cycle, 1 rows without",
		"3 bound, 0 repeats, 1 other than the bound one, 0 refused as self, 0 refused as cycle, 2 rows without",
		"0 differences in 23 runs",
	} {
		require.Contains(t, out, said)
	}
	require.NotContains(t, out, "not compared \n")
}

func TestEveryExpectedNumberIsCompared(t *testing.T) {
	files, err := filepath.Glob("testdata/*/expected*.csv")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	cells := 0
	for _, path := range files {
		file, err := filepath.Rel("testdata", path)
		require.NoError(t, err)
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
		require.NoError(t, err)
		for i := 1; i < len(rows); i++ {
			for j := 1; j < len(rows[i]); j++ {
				if rows[0][j] == "power_dot" {
					continue
				}
				right := rows[i][j]
				rows[i][j] = "987.65"
				var planted strings.Builder
				require.NoError(t, csv.NewWriter(&planted).WriteAll(rows))
				rows[i][j] = right
				set := filepath.Dir(file)
				changes := []change{{file, func(string) string { return planted.String() }}}
				for _, s := range sets {
					if s.name != set {
						changes = append(changes, without(s.name))
					}
				}
				out, err := run(tiny(t, changes...))
				require.ErrorContains(t, err, "differences", "%s, row %d, column %s\n%s", file, i, rows[0][j], out)
				require.Contains(t, out, fmt.Sprintf("difference: %s of %s is", rows[0][j], rows[i][0]))
				cells++
			}
		}
	}
	require.Greater(t, cells, 80)
}

func TestSomebodyTooManyOrTooFewIsADifference(t *testing.T) {
	out, err := run(tiny(t, replace("superstore/expected.csv", "s2,", "s9,")))
	require.Error(t, err)
	require.Contains(t, out, "difference: category_up of s2 is 0.7, expected.csv says 0\n")
	require.Contains(t, out, "difference: category_up of s9 is 0, expected.csv says 0.7\n")
	out, err = run(tiny(t, replace("retail/expected_promotion.csv", "1,2011", "2,2011")))
	require.Error(t, err)
	require.Contains(t, out, `difference: by_invoice of 1 is "i3", expected_promotion.csv says ""`)
}

func TestOnlyTheFirstDifferencesAreShown(t *testing.T) {
	var out strings.Builder
	r, err := newReport(context.Background(), flags{}, &out)
	require.NoError(t, err)
	r.run(result{differences: make([]string, 1234)})
	require.Equal(t, shown, strings.Count(out.String(), "difference:"))
	require.Contains(t, out.String(), "… and 1,224 more")
	require.ErrorContains(t, r.end(), "1,234 differences")
}

func TestTheExitCodeSaysWhetherAnythingDiffers(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{tiny(t)}, 0},
		{[]string{tiny(t, replace("plo/expected_tree2.csv", "0.16", "0.17"))}, 1},
		{[]string{filepath.Join(t.TempDir(), "nothing")}, 1},
		{nil, 2},
	} {
		cmd := exec.Command(os.Args[0], c.args...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		out, err := cmd.CombinedOutput()
		require.Equal(t, c.code, cmd.ProcessState.ExitCode(), "%v %s", err, out)
	}
}

func TestWhatIsMissingIsSkippedAndSaid(t *testing.T) {
	for _, c := range []struct {
		missing string
		said    string
		runs    string
	}{
		{"plo", "plo: there is no such folder, skipped", "21 runs"},
		{"plo/contributions.csv", "contributions.csv is missing: skipped", "21 runs"},
		{"plo/expected_referrer.csv", "expected_referrer.csv is missing: not compared", "23 runs"},
		{"plo/expected_account.csv", "expected_account.csv is missing: not compared", "23 runs"},
		{"plo/expected_tree2.csv", "expected_tree2.csv is missing: not compared", "23 runs"},
		{"retail/tree.csv", "tree.csv is missing: skipped", "13 runs"},
		{"retail/refunds.csv", "refunds.csv is missing: nothing is compared after refunds", "23 runs"},
		{"retail/expected_unilevel.csv", "expected_unilevel.csv is missing: not compared", "23 runs"},
		{"retail/expected_promotion.csv", "expected_promotion.csv is missing: not compared", "21 runs"},
		{"retail/expected_team.csv", "expected_team.csv is missing: not compared", "22 runs"},
		{"astar-tree/referrals.csv", "astar-tree: there is no such folder, skipped", "22 runs"},
		{"mentors/edges.csv", "edges.csv is missing: skipped", "22 runs"},
		{"mentors/nodes.csv", "nodes.csv is missing: everybody is there from the beginning", "23 runs"},
		{"superstore/lines.csv", "lines.csv is missing: skipped", "14 runs"},
		{"superstore/tree.csv", "tree.csv is missing: skipped", "14 runs"},
		{"superstore/expected.csv", "expected.csv is missing: not compared", "23 runs"},
	} {
		out, err := run(tiny(t, without(c.missing)))
		require.NoError(t, err, c.missing+"\n"+out)
		require.Contains(t, out, c.said, c.missing)
		require.Contains(t, out, "0 differences in "+c.runs, c.missing)
	}
	out, err := run(tiny(t, without("retail/lines-2011-01.csv"), without("retail/lines-2011-02.csv")))
	require.NoError(t, err)
	require.Contains(t, out, "lines-*.csv.gz is missing: skipped")
}

func TestAMissingColumnIsSaid(t *testing.T) {
	out, err := run(tiny(t, replace("superstore/expected.csv", "category_up", "category_ceiling")))
	require.NoError(t, err)
	require.Contains(t, out, "not compared: expected.csv has no column category_up")
	require.Contains(t, out, "expected.csv: the column category_ceiling is not compared")
}

func TestWhatIsNotKnownIsIgnoredAndSaid(t *testing.T) {
	dir := tiny(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "wholesale"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "retail", "notes.txt"), nil, 0o644))
	out, err := run(dir)
	require.NoError(t, err)
	require.Contains(t, out, "ignored, since no layout of theirs is known: wholesale")
	require.Contains(t, out, "notes.txt is not read")
	_, err = run(filepath.Join(dir, "plo"))
	require.ErrorContains(t, err, "has none of the folders plo, retail, superstore, astar-tree, mentors")
}

func TestAFileThatMakesNoSenseFailsWithItsPlace(t *testing.T) {
	for _, c := range []struct {
		file, old, new string
		said           string
	}{
		{"plo/contributions.csv", "amount_dot", "amount", `contributions.csv: there is no column "amount_dot"`},
		{"plo/contributions.csv", "account,referrer", "account,account", `contributions.csv: the column "account" comes twice`},
		{"plo/contributions.csv", "4.0000000000", "4e3", `contributions.csv:6: amount_dot "4e3": `},
		{"plo/contributions.csv", "2021-12-24T00:00:00Z", "24.12.2021", `contributions.csv:5: time "24.12.2021": a time is written like`},
		{"plo/contributions.csv", ",b,a,1.0000000001", ",b,1.0000000001", "contributions.csv: record on line 3: wrong number of fields"},
		{"plo/contributions.csv", "4.0000000000", "4.00000000001", "more than 10 decimals"},
		{"plo/contributions.csv", "2021-12-24T00:00:00Z,a", "2021-12-24T00:00:00Z,", `contributions.csv:5: account "": a value is needed`},
		{"plo/contributions.csv", "3,2021", "2,2021", "done before with another"},
		{"plo/expected_tree2.csv", "b,", "a,", "expected_tree2.csv:3: a comes twice"},
		{"plo/expected_tree2.csv", "0.1600000000", "?", `l1_dot of a: "?" is no number`},
		{"retail/lines-2011-01.csv", "0.355", "0,355", "lines-2011-01.csv.gz: record on line 2"},
		{"retail/lines-2011-01.csv", "p1,3", "p1,x", `lines-2011-01.csv.gz:2: qty "x": invalid syntax`},
		{"retail/lines-2011-01.csv", "i2,2", "i1,4", "order i1 belongs to 2 and to 3"},
		{"retail/tree.csv", "3,2,", "2,1,", "tree.csv:4: 2 comes twice"},
		{"retail/tree.csv", "1,,", "1,2,", `refused at 2011-01-01T08:00:00Z: tree: "1" cannot recruit "2"`},
		{"retail/refunds.csv", "i2,2,1", "i2,2,9", "refund of order \"i2\""},
		{"superstore/lines.csv", "1.25", "1.25555", "more than 4 decimals"},
		{"astar-tree/referrals.csv", "a1,\n", ",\n", `referrals.csv:2: account "": a value is needed`},
		{"mentors/nodes.csv", "1995-01-02", "2.1.1995", `nodes.csv:3: joined "2.1.1995": a time is written like`},
	} {
		out, err := run(tiny(t, replace(c.file, c.old, c.new)))
		require.Error(t, err, c.new)
		require.Contains(t, out, c.said, c.new)
	}
	dir := tiny(t)
	path := filepath.Join(dir, "retail", "lines-2011-01.csv.gz")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, raw[:len(raw)/2], 0o644))
	out, err := run(dir)
	require.Error(t, err)
	require.Contains(t, out, "lines-2011-01.csv.gz: unexpected EOF")
}

// TestTheRealDataAgrees runs real sets where an environment variable names their directory.
func TestTheRealDataAgrees(t *testing.T) {
	dir := os.Getenv(realDirectory)
	if dir == "" {
		t.Skipf("%s names no directory", realDirectory)
	}
	out, err := run(dir)
	require.NoError(t, err, out)
	t.Log(out)
}

// TestTheRealForestsAreWhatIsKnownOfThem holds what others have counted in the two forests: who is bound, who is refused, and the shape that comes of it.
func TestTheRealForestsAreWhatIsKnownOfThem(t *testing.T) {
	dir := os.Getenv(realDirectory)
	if dir == "" {
		t.Skipf("%s names no directory", realDirectory)
	}
	for _, c := range []struct {
		name string
		run  func(context.Context, string, *report) error
		said []string
	}{
		{"astar-tree", astar, []string{
			"17,142 bound, 0 repeats, 0 other than the bound one, 0 refused as self, 355 refused as cycle",
			"27,523 people, 10,381 without a recruiter, 8,966 of them alone, depth 14, widest 3,745; " +
				"by depth 0:10381 1:9487 2:3967 3:2838 4:654 5:125 6:38 7:11 8:10 9:5 10:3 11:1 12:1 13:1 14:1",
		}},
		{"mentors", mentors, []string{
			"305 bound, 0 repeats, 76 other than the bound one, 0 refused as self, 0 refused as cycle",
			"333 people, 28 without a recruiter", "depth 6, widest 26",
		}},
	} {
		var out strings.Builder
		rep, err := newReport(context.Background(), flags{}, &out)
		require.NoError(t, err)
		require.NoError(t, c.run(context.Background(), filepath.Join(dir, c.name), rep))
		require.NoError(t, rep.end(), out.String())
		for _, said := range c.said {
			require.Contains(t, out.String(), said)
		}
	}
}
