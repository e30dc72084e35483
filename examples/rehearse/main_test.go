package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

// play runs the program and returns its exit code and what it prints.
func play(args ...string) (exit int, out, problems string) {
	var o, p strings.Builder
	exit = run(args, &o, &p)
	return exit, o.String(), p.String()
}

// file writes a scenario file and returns its path.
func file(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

const sale = `{
  "name": "one sale", "rules": ["5.2"],
  "plan": {"currency": "CNY", "commission": {"rates": ["10%"]}},
  "start": "2026-06-01T08:00:00Z",
  "events": [
    {"add": {"partner": "bob"}},
    {"bind": {"customer": "carol", "owner": "bob"}},
    {"paid": {"order": "o-1", "customer": "carol", "lines": [{"id": "1", "quantity": 1, "amount": "199.00"}]}, "expect": {"commission": "19.90"}}
  ]
}`

func TestEveryScenarioFileIsAsExpected(t *testing.T) {
	files, err := collect([]string{"scenarios"})
	require.NoError(t, err)
	require.Greater(t, len(files), 50)
	names := map[string]string{}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			report, err := rehearse(path)
			require.NoError(t, err)
			require.True(t, report.OK(), report.String())
			require.Greater(t, report.Checks, 0)
			require.Empty(t, names[report.Scenario], "two files have one name")
			names[report.Scenario] = path
		})
	}
}

func TestEveryScenarioFileNamesItsRulesAndWhatItShows(t *testing.T) {
	files, err := collect([]string{"scenarios"})
	require.NoError(t, err)
	for _, path := range files {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		scenario, err := rehearsal.Parse(text)
		require.NoError(t, err, path)
		require.NotEmpty(t, scenario.Rules, path)
		require.NotEmpty(t, scenario.About, path)
	}
}

func TestAllGoodFilesExitWith0(t *testing.T) {
	dir := t.TempDir()
	file(t, dir, "a.json", sale)
	file(t, dir, "below/b.json", strings.Replace(sale, "one sale", "another", 1))
	file(t, dir, "notes.txt", "not a scenario")
	exit, out, problems := play(dir)
	require.Equal(t, 0, exit)
	require.Empty(t, problems)
	require.Regexp(t, `^ok          one sale: 3 events, 1 entries, \d+ checks, no difference
ok          another: 3 events, 1 entries, \d+ checks, no difference
2 files: 2 ok, 0 with differences, 0 unreadable; 6 events, \d+ checks
$`, out)
}

func TestADifferenceExitsWith1AndIsNamed(t *testing.T) {
	dir := t.TempDir()
	good := file(t, dir, "good.json", sale)
	bad := file(t, dir, "bad.json", strings.Replace(sale, `"commission": "19.90"`, `"commission": "19.95"`, 1))
	exit, out, _ := play(good, bad)
	require.Equal(t, 1, exit)
	require.Contains(t, out, "different   "+bad)
	require.Contains(t, out, "event 3 (paid o-1): commission: want 19.95, got 19.90")
	require.Contains(t, out, "2 files: 1 ok, 1 with differences, 0 unreadable")
}

func TestAFileThatCannotBeReadExitsWith1AndTheOthersArePlayed(t *testing.T) {
	dir := t.TempDir()
	bad := file(t, dir, "a.json", `{"name": "x", "evnts": []}`)
	good := file(t, dir, "b.json", sale)
	exit, out, _ := play(bad, good)
	require.Equal(t, 1, exit)
	require.Contains(t, out, "unreadable  "+bad)
	require.Contains(t, out, `1:15: evnts: unknown field "evnts"; did you mean "events"?`)
	require.Contains(t, out, "2 files: 1 ok, 0 with differences, 1 unreadable")

	exit, _, problems := play(filepath.Join(dir, "none.json"))
	require.Equal(t, 1, exit)
	require.Contains(t, problems, "none.json")

	exit, out, _ = play(t.TempDir())
	require.Equal(t, 1, exit, "a directory without scenarios proves nothing")
	require.Contains(t, out, "0 files")
}

func TestExplainPrintsEveryEntrysDerivation(t *testing.T) {
	path := file(t, t.TempDir(), "a.json", sale)
	exit, out, _ := play("-explain", path)
	require.Equal(t, 0, exit)
	require.Contains(t, out, "            bob: 19.90 CNY from line 1 of order o-1: slot 1, 10% of 199.00 (default), rounded half-up per entry; plan version 1\n")
	exit, out, _ = play("-explain", "-lang", "zh", path)
	require.Equal(t, 0, exit)
	require.Contains(t, out, "            bob：19.90 CNY，来自订单 o-1 商品行 1：第 1 层，10% × 199.00（默认比例），按笔四舍五入；方案版本 1\n")
}

func TestWithoutArgumentsItSaysHowItIsUsed(t *testing.T) {
	for _, args := range [][]string{{}, {"-lang", "fr", "x.json"}, {"-unknown"}} {
		exit, out, problems := play(args...)
		require.Equal(t, 2, exit)
		require.Empty(t, out)
		require.Contains(t, problems, "usage: rehearse [-explain] [-lang en|zh] FILE|DIR…")
	}
}
