package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/tree"
)

// TestADatabaseHasTheSameTeam keeps the comparison one of equal work.
func TestADatabaseHasTheSameTeam(t *testing.T) {
	db, err := openDatabase(filepath.Join(t.TempDir(), "team.db"))
	require.NoError(t, err)
	s, err := newSharedTeam(db, newForest(3000))
	require.NoError(t, err)
	defer s.close()
	require.NoError(t, s.same())
	require.NoError(t, s.ix.Apply(tree.Change{Volumes: []tree.Volume{{ID: s.thousand[0], By: 1}}}))
	require.Error(t, s.same())
	require.NoError(t, db.close())
}

func TestTheDatabaseIsWhatItsAddressSays(t *testing.T) {
	for dsn, name := range map[string]string{
		"sqlite":                               "SQLite",
		"postgres://nobody@127.0.0.1:1/none":   "PostgreSQL",
		"postgresql://nobody@127.0.0.1:1/none": "PostgreSQL",
		"host=127.0.0.1 port=1 user=nobody":    "PostgreSQL",
	} {
		db, err := openDatabase(dsn)
		require.NoError(t, err)
		require.Equal(t, name, db.name)
		require.NoError(t, db.close())
	}
}

// TestByHandTheSameRowsAreWritten keeps the comparisons of posting ones of equal work.
func TestByHandTheSameRowsAreWritten(t *testing.T) {
	dsn := os.Getenv("FENRUN_POSTGRES")
	if dsn == "" {
		t.Skip("it needs PostgreSQL, of which FENRUN_POSTGRES says where it is")
	}
	const own, hand = "fenrun_test_own_", "fenrun_test_hand_"
	db, err := openDatabase(dsn)
	require.NoError(t, err)
	defer db.close()
	p, err := newProgramme(db, own, lineTeam(3))
	require.NoError(t, err)
	h, err := newByHand(db, p, hand, 2)
	require.NoError(t, err)
	group := h.group(2)
	require.NoError(t, h.unnest(t.Context(), group))
	require.NoError(t, h.copy(t.Context(), h.group(2)))
	require.NoError(t, h.eachRow(t.Context()))
	require.NoError(t, h.bare(t.Context()))
	require.NoError(t, h.whole(2)(t.Context()))
	require.Equal(t, int64(8), h.count.Load())
	for n := range 8 {
		order, customer := handOrder(n+1), h.buyers[(n+1)%len(h.buyers)]
		want := h.postings[(n+1)%len(h.postings)].as(order, customer)
		require.NoError(t, pgx.BeginFunc(t.Context(), db.pool, func(tx pgx.Tx) error {
			got, err := postingOf(t.Context(), tx, hand, order, customer)
			require.NoError(t, err)
			for i, w := range want {
				if w.counts == "" { // what a customer has spent is that of several orders
					require.ElementsMatch(t, w.rows, got[i].rows, "order %d in %s", n, w.name)
				}
			}
			return nil
		}))
	}
	require.NoError(t, db.drop(own))
	require.NoError(t, db.drop(hand))
}
