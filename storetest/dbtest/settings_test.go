package dbtest

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/storetest"
)

// set is an address with other settings of the connection: at the end of a URL, or of PostgreSQL's other form, host=… port=….
func (a address) set(settings ...string) address {
	dsn := a.dsn()
	for i := 0; i < len(settings); i += 2 {
		switch name, value := settings[i], settings[i+1]; {
		case strings.HasPrefix(dsn, "host="):
			dsn += " " + name + "='" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(value) + "'"
		case strings.Contains(dsn, "?"):
			dsn += "&" + name + "=" + url.QueryEscape(value)
		default:
			dsn += "?" + name + "=" + url.QueryEscape(value)
		}
	}
	return address{usual: dsn, plain: &a}
}

// settingsOf runs the flow, and where values may be taken otherwise the sentences on them, under settings of a server's connections.
func settingsOf(t *testing.T, driver string, at address, drop string, dialect sqlstore.Dialect, values bool) {
	p := &place{db: server(t, driver, at), config: sqlstore.Config{Dialect: dialect}}
	t.Cleanup(func() { p.drop(t, drop) })
	flows(t, func(tb testing.TB) (*sql.DB, *sqlstore.Store) { return p.db, p.open(tb) })
	if !values {
		return
	}
	var options []storetest.Option
	for _, name := range storetest.Cases() {
		if !strings.HasPrefix(name, "values/") {
			options = append(options, storetest.Skip(name, "settings matter to values"))
		}
	}
	t.Run("values", func(t *testing.T) {
		storetest.Run(t, func(tb testing.TB) store.Store { return p.open(tb) }, options...)
	})
}

func TestSettingsOfAMySQLHostDoNotMatter(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		values   bool
	}{
		"times in the shop's zone, found rows, arguments in the text, anything goes": {[]string{"parseTime", "true", "loc", "Asia/Shanghai", "time_zone", "'+08:00'",
			"clientFoundRows", "true", "interpolateParams", "true", "sql_mode", "''"}, true},
		"dates as text, in another zone, as strict as can be": {[]string{"parseTime", "false", "time_zone", "'-11:00'", "clientFoundRows", "false",
			"sql_mode", "'TRADITIONAL,ONLY_FULL_GROUP_BY,NO_UNSIGNED_SUBTRACTION'"}, false},
		"anything goes":                             {[]string{"sql_mode", "''"}, true},
		"double quotes are names":                   {[]string{"sql_mode", "'ANSI,ANSI_QUOTES'"}, false},
		"no escapes, and another character set":     {[]string{"interpolateParams", "true", "sql_mode", "'NO_BACKSLASH_ESCAPES'", "charset", "latin1"}, false},
		"everything is serializable unless it says": {[]string{"tx_isolation", "'SERIALIZABLE'"}, false},
	} {
		t.Run(name, func(t *testing.T) { settingsOf(t, "mysql", mysqlAt.set(c.settings...), "", sqlstore.MySQL, c.values) })
	}
}

func TestSettingsOfAPostgreSQLHostDoNotMatter(t *testing.T) {
	for name, c := range map[string]struct {
		driver   string
		settings []string
		values   bool
	}{
		"another zone, dates and floats written otherwise": {"pgx", []string{"timezone", "Asia/Shanghai", "datestyle", "German", "extra_float_digits", "-15",
			"bytea_output", "escape"}, false},
		"no search path, and the simple protocol":   {"pgx", []string{"search_path", "pg_catalog", "default_query_exec_mode", "simple_protocol", "timezone", "Asia/Shanghai"}, true},
		"backslashes escape":                        {"pgx", []string{"standard_conforming_strings", "off"}, true},
		"backslashes escape, through pq":            {"postgres", []string{"standard_conforming_strings", "off", "search_path", "pg_catalog"}, false},
		"binary parameters, through pq":             {"postgres", []string{"binary_parameters", "yes", "timezone", "Pacific/Pago_Pago"}, false},
		"everything is serializable unless it says": {"pgx", []string{"default_transaction_isolation", "serializable"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			settingsOf(t, c.driver, postgresAt.set(c.settings...), " CASCADE", sqlstore.PostgreSQL, c.values)
		})
	}
}

func TestSettingsOfASQLiteHostDoNotMatter(t *testing.T) {
	for name, settings := range map[string]string{
		"foreign keys":             "_pragma=foreign_keys(1)&_pragma=recursive_triggers(1)",
		"the journal is deleted":   "_pragma=journal_mode(delete)&_pragma=foreign_keys(0)",
		"the journal is kept":      "_pragma=journal_mode(persist)&_pragma=synchronous(full)",
		"the journal is in memory": "_pragma=journal_mode(memory)",
		"write-ahead":              "_pragma=journal_mode(wal)&_pragma=synchronous(off)",
		"locks at once":            "_txlock=immediate&_pragma=journal_mode(wal)",
		"text in sixteen bits":     "_pragma=encoding('UTF-16')&_pragma=case_sensitive_like(1)",
		"double-quoted is a name":  "_dqs=0&_pragma=reverse_unordered_selects(1)",
	} {
		t.Run(name, func(t *testing.T) {
			flows(t, func(tb testing.TB) (*sql.DB, *sqlstore.Store) {
				db, err := sql.Open("sqlite", "file:"+filepath.Join(tb.TempDir(), "shop.db")+"?_pragma=busy_timeout(5000)&"+settings)
				require.NoError(tb, err)
				tb.Cleanup(func() { require.NoError(tb, db.Close()) })
				return db, opened(tb, db, sqlstore.Config{Dialect: sqlstore.SQLite})
			})
		})
	}
}
