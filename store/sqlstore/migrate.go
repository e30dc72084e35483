package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Migration is one step of the tables from one version to the next.
type Migration struct {
	Version    int // 1, 2, …
	Name       string
	Statements []string // in order; each stands alone and ends without a semicolon
}

// Migrations returns every step, in order, for whoever lets a tool of his own (goose, atlas, golang-migrate) apply them. The last statement of a step notes it
// in {prefix}versions, so that [Migrate] and [Validate] know of it whoever applied it. Its error is that of a config that makes no sense.
func Migrations(config Config) ([]Migration, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	steps := []Migration{{Version: 1, Name: "create tables", Statements: append([]string{config.createVersions()}, config.create()...)}}
	for i := range steps {
		note := fmt.Sprintf("INSERT INTO {versions} (version) VALUES (%d)", steps[i].Version)
		steps[i].Statements = append(steps[i].Statements, config.names().Replace(note))
	}
	return steps, nil
}

func (c Config) createVersions() string {
	return c.names().Replace("CREATE TABLE IF NOT EXISTS {versions} (version INTEGER NOT NULL PRIMARY KEY)")
}

// Migrate applies the steps that a database does not have yet. It is for the start of a program: where several do it at once, one of them wins and the others'
// errors name the table that is there already.
func Migrate(ctx context.Context, db *sql.DB, config Config) error {
	config, err := config.checked()
	if err != nil {
		return err
	}
	steps, err := Migrations(config)
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, config.createVersions()); err != nil {
		return err
	}
	have, err := versions(ctx, db, config)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if slices.Contains(have, step.Version) {
			continue
		}
		if err := apply(ctx, db, step); err != nil {
			return fmt.Errorf("sqlstore: migration %d (%s): %w", step.Version, step.Name, err)
		}
	}
	return nil
}

// apply applies a step in one transaction, which MySQL ends at every statement.
func apply(ctx context.Context, db *sql.DB, step Migration) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = t.Rollback() }()
	for _, statement := range step.Statements {
		if _, err := t.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%w in %s", err, statement)
		}
	}
	return t.Commit()
}

func versions(ctx context.Context, db *sql.DB, config Config) ([]int, error) {
	rows, err := db.QueryContext(ctx, config.names().Replace("SELECT version FROM {versions} ORDER BY version"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var have []int
	for rows.Next() {
		var v int
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		have = append(have, v)
	}
	return have, rows.Err()
}

// Validate returns nil if a database has exactly the tables of this version, by what its versions table says; else an error that says what is missing or
// newer.
func Validate(ctx context.Context, db *sql.DB, config Config) error {
	config, err := config.checked()
	if err != nil {
		return err
	}
	steps, err := Migrations(config)
	if err != nil {
		return err
	}
	have, err := versions(ctx, db, config)
	if err != nil {
		return fmt.Errorf("sqlstore: the tables %s… are not there, or cannot be read: %w", config.Prefix, err)
	}
	for _, step := range steps {
		if !slices.Contains(have, step.Version) {
			return fmt.Errorf("sqlstore: migration %d (%s) is missing", step.Version, step.Name)
		}
	}
	if n := len(steps); len(have) > n {
		return fmt.Errorf("sqlstore: the tables are of version %d, which is newer than %d, the last one known here", have[len(have)-1], n)
	}
	return nil
}
