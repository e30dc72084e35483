package sqlstore

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Dialect is the SQL that a database speaks.
type Dialect uint8

const (
	// SQLite is SQLite 3.35 or newer.
	SQLite Dialect = iota + 1
	// PostgreSQL is PostgreSQL 13 or newer, and what speaks its dialect.
	PostgreSQL
	// MySQL is MySQL 8, MariaDB 10.6, or newer.
	MySQL
)

var dialectNames = map[Dialect]string{SQLite: "sqlite", PostgreSQL: "postgresql", MySQL: "mysql"}

// String returns "sqlite", "postgresql" or "mysql".
func (d Dialect) String() string {
	if name, ok := dialectNames[d]; ok {
		return name
	}
	return fmt.Sprintf("unknown (%d)", uint8(d))
}

// ParseDialect reads what String writes. Any other text is an error that names them.
func ParseDialect(text string) (Dialect, error) {
	for d, name := range dialectNames {
		if name == text {
			return d, nil
		}
	}
	return 0, fmt.Errorf("sqlstore: %q is no dialect: sqlite, postgresql or mysql", text)
}

// Config says which database it is and how the tables are called.
type Config struct {
	Dialect Dialect
	// Prefix begins the name of every table, at most 20 letters, digits and underscores. Default: "fenrun_".
	Prefix string
	// Schema is where the tables are: a schema on PostgreSQL, a database on MySQL, an attached database on SQLite. Default: that of the connection.
	Schema string
}

const defaultPrefix = "fenrun_"

var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checked returns the config with its defaults.
func (c Config) checked() (Config, error) {
	if _, ok := dialectNames[c.Dialect]; !ok {
		return c, fmt.Errorf("sqlstore: Config.Dialect: %s is no dialect", c.Dialect)
	}
	if c.Prefix == "" {
		c.Prefix = defaultPrefix
	}
	if !name.MatchString(c.Prefix) || len(c.Prefix) > 20 {
		return c, fmt.Errorf("sqlstore: Config.Prefix: %q: a prefix is at most 20 letters, digits and underscores", c.Prefix)
	}
	if c.Schema != "" && (!name.MatchString(c.Schema) || len(c.Schema) > 63) {
		return c, fmt.Errorf("sqlstore: Config.Schema: %q: a schema is at most 63 letters, digits and underscores", c.Schema)
	}
	return c, nil
}

// names replaces {orders} by the quoted name of the table.
func (c Config) names() *strings.Replacer {
	quote := `"`
	if c.Dialect == MySQL {
		quote = "`"
	}
	before := quote + c.Prefix
	if c.Schema != "" {
		before = quote + c.Schema + quote + "." + before
	}
	return strings.NewReplacer("{", before, "}", quote)
}

// kind is what a column holds.
type kind uint8

const (
	text    kind = iota // an id or another short text
	integer             // a number or an instant
	amount              // minor units
	long                // a document or a free text
)

// types are the kinds in a dialect's table definitions, and arrays those of PostgreSQL's parameters.
var (
	types = map[Dialect][]string{
		SQLite:     {"TEXT NOT NULL", "INTEGER NOT NULL", "TEXT NOT NULL", "TEXT NOT NULL"},
		PostgreSQL: {`text COLLATE "C" NOT NULL`, "bigint NOT NULL", "numeric(38,0) NOT NULL", "text NOT NULL"},
		MySQL:      {"varbinary(255) NOT NULL", "bigint NOT NULL", "decimal(38,0) NOT NULL", "longblob NOT NULL"},
	}
	arrays = []string{"::text[]", "::bigint[]", "::numeric[]", "::text[]"}
)

// query is a statement in the making: its text and its arguments.
type query struct {
	dialect Dialect
	names   *strings.Replacer
	text    strings.Builder
	args    []any
	locks   bool // whether it says already how it locks what it reads, or is not to lock
}

// add adds text in which {orders} is a table and each ? an argument.
func (q *query) add(text string, args ...any) *query {
	text = q.names.Replace(text)
	if q.dialect != PostgreSQL {
		q.text.WriteString(text)
		q.args = append(q.args, args...)
		return q
	}
	for _, arg := range args {
		before, after, _ := strings.Cut(text, "?")
		q.text.WriteString(before)
		q.arg(arg)
		text = after
	}
	q.text.WriteString(text)
	return q
}

// arg adds one argument.
func (q *query) arg(value any) {
	q.args = append(q.args, value)
	if q.dialect == PostgreSQL {
		q.text.WriteByte('$')
		q.text.WriteString(strconv.Itoa(len(q.args)))
		return
	}
	q.text.WriteByte('?')
}

// column is a column of a table.
type column struct {
	name string
	kind kind
}

// among adds the condition that columns have the values of one of the tuples, of which there is at least one. A single one is compared with: so a database
// knows that it finds at most a few, and never plans to read all.
func (q *query) among(columns []column, tuples [][]any) *query {
	if len(tuples) == 1 {
		for i, c := range columns {
			if i > 0 {
				q.text.WriteString(" AND ")
			}
			q.text.WriteString(c.name + " = ")
			q.arg(tuples[0][i])
		}
		return q
	}
	if q.dialect == PostgreSQL && len(columns) == 1 { // which takes it a third less time
		q.text.WriteString(columns[0].name + " = ANY(")
		q.arg(array(columns[0].kind, tuples, 0))
		q.text.WriteString(arrays[columns[0].kind] + ")")
		return q
	}
	q.list(columns)
	q.text.WriteString(" IN (")
	switch q.dialect {
	case PostgreSQL:
		q.text.WriteString("SELECT * FROM ")
		q.unnest(columns, tuples)
	case SQLite:
		q.text.WriteString("VALUES ")
		q.values(tuples)
	default:
		q.values(tuples)
	}
	q.text.WriteByte(')')
	return q
}

// without adds the condition that columns have the values of none of the tuples.
func (q *query) without(columns []column, tuples [][]any) *query {
	if len(tuples) == 0 {
		return q
	}
	q.text.WriteString(" AND NOT (")
	q.among(columns, tuples).text.WriteByte(')')
	return q
}

// list adds the names of columns in parentheses.
func (q *query) list(columns []column) {
	q.text.WriteByte('(')
	for i, c := range columns {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.text.WriteString(c.name)
	}
	q.text.WriteByte(')')
}

// values adds (?, ?), (?, ?), ….
func (q *query) values(tuples [][]any) {
	for i, tuple := range tuples {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.text.WriteByte('(')
		for j, value := range tuple {
			if j > 0 {
				q.text.WriteString(", ")
			}
			q.arg(value)
		}
		q.text.WriteByte(')')
	}
}

// unnest adds tuples as PostgreSQL's arrays, one for each column, so that the text does not depend on how many there are.
func (q *query) unnest(columns []column, tuples [][]any) {
	q.text.WriteString("unnest(")
	for i, c := range columns {
		if i > 0 {
			q.text.WriteString(", ")
		}
		q.arg(array(c.kind, tuples, i))
		q.text.WriteString(arrays[c.kind])
	}
	q.text.WriteByte(')')
}
