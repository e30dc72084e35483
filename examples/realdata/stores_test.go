package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

// databases are where the runs are tried: a file, and a server where the machine says that it has one.
func databases(t *testing.T, try func(t *testing.T, dsn string)) {
	t.Run("SQLite", func(t *testing.T) { try(t, "sqlite") })
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := os.Getenv("FENRUN_POSTGRES")
		if dsn == "" {
			t.Skip("FENRUN_POSTGRES names no server")
		}
		try(t, dsn)
	})
}

// answer is all that a run gives but the time it took, with amounts as texts, which are the same where the amounts are.
type answer struct {
	result
	posted, earned map[partner.ID]string
	slots          map[int]map[partner.ID]string
}

// answers are those of all runs of a directory, and what was printed of them.
func answers(t *testing.T, f flags, dir string) (all []answer, out string) {
	t.Helper()
	return answersTogether(t, f, dir, 0)
}

// answersTogether are answers where so many orders are told together; 0: as many as a store of that kind is told of.
func answersTogether(t *testing.T, f flags, dir string, most int) (all []answer, out string) {
	t.Helper()
	var text strings.Builder
	rep, err := newReport(context.Background(), f, &text)
	require.NoError(t, err)
	if most > 0 {
		rep.stores.most = most
	}
	err = rep.realdata(context.Background(), dir)
	require.NoError(t, rep.stores.close())
	require.NoError(t, err, text.String())
	for _, x := range rep.results {
		a := answer{result: x, posted: texts(x.books.posted), earned: texts(x.books.earned), slots: map[int]map[partner.ID]string{}}
		for slot, s := range x.books.slots {
			a.slots[slot] = texts(s)
		}
		a.time, a.books = 0, nil
		all = append(all, a)
	}
	return all, text.String()
}

func texts(s sums) map[partner.ID]string {
	all := map[partner.ID]string{}
	for id, amount := range s {
		all[id] = amount.String()
	}
	return all
}

func TestADatabaseGivesTheAnswersOfMemory(t *testing.T) {
	dir := tiny(t)
	want, _ := answers(t, flags{}, dir)
	require.Len(t, want, 23)
	databases(t, func(t *testing.T, dsn string) {
		has, out := answers(t, flags{db: dsn}, dir)
		require.Equal(t, want, has, out)
	})
}

// TestADatabaseGivesTheRealAnswersOfMemory runs a part of the real sets where an environment variable names their directory.
func TestADatabaseGivesTheRealAnswersOfMemory(t *testing.T) {
	dir := os.Getenv(realDirectory)
	if dir == "" {
		t.Skipf("%s names no directory", realDirectory)
	}
	const runs = "superstore/category_up|mentors"
	want, _ := answers(t, flags{runs: runs}, dir)
	databases(t, func(t *testing.T, dsn string) {
		has, out := answers(t, flags{db: dsn, runs: runs}, dir)
		require.Equal(t, want, has, out)
	})
}

func TestOnlyTheRunsThatAreAskedForAreRun(t *testing.T) {
	all, out := answers(t, flags{runs: "plo/first|retail/line_(up|even)|mentors"}, tiny(t))
	var names []string
	for _, a := range all {
		names = append(names, a.name)
	}
	require.Equal(t, []string{"first referrer for ever", "line_up", "line_even", "the first mentor"}, names)
	require.Contains(t, out, "0 differences in 4 runs")
	for runs, said := range map[string]string{"nothing": "there is no run nothing", "(": "-run: error parsing regexp"} {
		require.ErrorContains(t, realdata(context.Background(), flags{runs: runs}, tiny(t), &strings.Builder{}), said)
	}
}

func TestAFileThatIsNamedIsNewAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	ctx, f := context.Background(), flags{db: path, runs: "mentors"}
	require.NoError(t, realdata(ctx, f, tiny(t), &strings.Builder{}))
	s, err := openFile(path, kept)
	require.NoError(t, err)
	var n int
	require.NoError(t, s.db.QueryRow("SELECT count(*) FROM run1_partners").Scan(&n))
	require.Equal(t, 5, n)
	require.NoError(t, s.close())
	require.ErrorIs(t, realdata(ctx, f, tiny(t), &strings.Builder{}), os.ErrExist)
}

func TestWhatIsToldTogetherIsAsWhatIsToldAlone(t *testing.T) {
	dir := tiny(t)
	want, _ := answers(t, flags{}, dir)
	for _, most := range []int{2, 3, batch} {
		has, out := answersTogether(t, flags{}, dir, most)
		require.Equal(t, want, has, "%d at once\n%s", most, out)
	}
}
