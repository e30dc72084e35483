package main

import (
	"path/filepath"
	"testing"

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
	for dsn, name := range map[string]string{"sqlite": "SQLite", "postgres://nobody@127.0.0.1:1/none": "PostgreSQL", "postgresql://nobody@127.0.0.1:1/none": "PostgreSQL"} {
		db, err := openDatabase(dsn)
		require.NoError(t, err)
		require.Equal(t, name, db.name)
		require.NoError(t, db.close())
	}
}
