package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/glebarez/go-sqlite"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store/sqlstore"
)

func TestWhatIsPrintedMakesTheTables(t *testing.T) {
	ctx, config := context.Background(), sqlstore.Config{Dialect: sqlstore.SQLite}
	for tool := range tools {
		t.Run(tool, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, run(&out, config, tool, ""))
			db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db"))
			require.NoError(t, err)
			defer func() { require.NoError(t, db.Close()) }()
			_, err = db.ExecContext(ctx, out.String())
			require.NoError(t, err)
			require.NoError(t, sqlstore.Validate(ctx, db, config))
			require.NoError(t, sqlstore.Migrate(ctx, db, config), "there is nothing left to do")
		})
	}
}

func TestFilesAreCalledAsTheToolsWantThem(t *testing.T) {
	for tool, names := range map[string][]string{
		"atlas":          {"00001_create_tables.sql"},
		"golang-migrate": {"00001_create_tables.up.sql"},
		"goose":          {"00001_create_tables.sql"},
	} {
		dir := t.TempDir()
		var out strings.Builder
		require.NoError(t, run(&out, sqlstore.Config{Dialect: sqlstore.PostgreSQL}, tool, dir))
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		var have []string
		for _, e := range entries {
			have = append(have, e.Name())
		}
		require.Equal(t, names, have, tool)
		text, err := os.ReadFile(filepath.Join(dir, names[0]))
		require.NoError(t, err)
		require.Equal(t, tool == "goose", strings.HasPrefix(string(text), "-- +goose Up\nCREATE TABLE"))
	}
}

func TestAToolThatThereIsNotIsRefused(t *testing.T) {
	require.ErrorContains(t, run(&strings.Builder{}, sqlstore.Config{Dialect: sqlstore.SQLite}, "flyway", ""), `"flyway" is no tool`)
}
