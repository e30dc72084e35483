package sqlstore

import (
	"slices"
	"strings"
)

// table is one table: its key after the tenant, and what else it has.
type table struct {
	name string
	key  []column
	rest []column
}

// columns are all columns, the tenant first.
func (t *table) columns() []column { return slices.Concat([]column{tenantColumn}, t.key, t.rest) }

// hasDocument reports whether a record is mostly longer than a quarter of a page of SQLite, which then takes a whole page more of a table without row ids.
func (t *table) hasDocument() bool {
	return slices.ContainsFunc(t.rest, func(c column) bool { return c.name == "document" })
}

var tenantColumn = column{"tenant", text}

// record is what every record says of its own origin.
var record = []column{{"recorded", integer}, {"actor", long}, {"reason", long}}

func with(columns ...column) []column { return append(columns, record...) }

var (
	partnersTable = table{"partners", []column{{"id", text}}, with(column{"joined", integer})}
	factsTable    = table{"facts", []column{{"partner", text}, {"seq", integer}},
		with(column{"kind", text}, column{"value", long}, column{"at", integer})}
	applicationsTable = table{"applications", []column{{"id", text}},
		[]column{{"applicant", text}, {"revision", integer}, {"undecided", integer}, {"format", integer}, {"document", long}}}
	customersTable = table{"customers", []column{{"id", text}}, []column{{"spent", amount}, {"currency", text}, {"scale", integer}}}
	edgesTable     = table{"edges", []column{{"tree", text}, {"partner", text}, {"seq", integer}}, with(column{"id", text}, column{"recruiter", text}, column{"since", integer})}
	bindingsTable  = table{"bindings", []column{{"id", text}},
		with(column{"customer", text}, column{"owner", text}, column{"cause", text}, column{"at", integer}, column{"had", text}, column{"why", text})}
	plansTable  = table{"plans", []column{{"version", integer}}, with(column{"since", integer}, column{"hash", text}, column{"document", long})}
	ordersTable = table{"orders", []column{{"id", text}},
		[]column{{"revision", integer}, {"customer", text}, {"seller", text}, {"paid", integer}, {"due", integer}, {"released", integer}, {"settled", integer},
			{"format", integer}, {"document", long}}}
	rowsTable = table{"rows", []column{{"kind", text}, {"source", text}, {"payee", text}, {"currency", text}, {"scale", integer}, {"revision", integer}},
		with(column{"ref", text}, column{"amount", amount}, column{"at", integer},
			column{"folded", integer}, column{"released", integer}, column{"format", integer}, column{"entries", long})}
	balancesTable = table{"balances", []column{{"partner", text}, {"currency", text}, {"scale", integer}}, []column{{"pending", amount}, {"net", amount},
		{"withdrawing", amount}, {"paid", amount}, {"taxed", amount}, {"fees", amount}}}
	countersTable = table{"counters", []column{{"campaign", text}, {"customer", text}},
		[]column{{"amount", amount}, {"currency", text}, {"scale", integer}}}
	talliesTable = table{"tallies", []column{{"series", text}, {"partner", text}, {"day", integer}},
		[]column{{"amount", amount}, {"currency", text}, {"scale", integer}, {"number", integer}}}
	countedTable = table{"counted", []column{{"series", text}, {"id", text}},
		[]column{{"paid", integer}, {"format", integer}, {"document", long}}}
	grantsTable   = table{"grants", []column{{"id", text}}, []column{{"revision", integer}, {"due", integer}, {"format", integer}, {"document", long}}}
	forfeitsTable = table{"forfeits", []column{{"id", text}}, []column{{"revision", integer}, {"due", integer}, {"format", integer}, {"document", long}}}
	runsTable     = table{"runs", []column{{"id", text}},
		[]column{{"revision", integer}, {"releasing", integer}, {"format", integer}, {"document", long}}}
	withdrawalsTable = table{"withdrawals", []column{{"id", text}},
		[]column{{"partner", text}, {"revision", integer}, {"state", text}, {"format", integer}, {"document", long}}}
	queueTable = table{"queue", []column{{"paid", integer}, {"id", text}, {"hash", text}},
		with(column{"refused", integer}, column{"why", long}, column{"document", long})}
	claimsTable = table{"claims", []column{{"operation", text}, {"ref", text}},
		[]column{{"hash", text}, {"fields", long}, {"token", text}, {"at", integer}}}
	eventsTable = table{"events", []column{{"id", text}},
		with(column{"number", integer}, column{"kind", text}, column{"subject", text}, column{"at", integer}, column{"data", long})}
	// headsTable has what is locked beside a record, each with a count: a tree, a partner's edges in it, his facts, a customer's bindings, plans, the numbers of events.
	headsTable = table{"heads", []column{{"name", text}, {"id", text}}, []column{{"n", integer}}}
)

var tables = []*table{&partnersTable, &factsTable, &applicationsTable, &customersTable, &edgesTable, &bindingsTable, &plansTable, &ordersTable, &rowsTable, &balancesTable,
	&countersTable, &talliesTable, &countedTable, &grantsTable, &forfeitsTable, &runsTable, &withdrawalsTable, &queueTable, &claimsTable, &eventsTable, &headsTable}

// contended are the tables of which whoever reads a record goes on to change it: where a read has to lock it takes the record for itself, for of two who
// share one neither can change it.
var contended = map[*table]bool{&applicationsTable: true, &customersTable: true, &ordersTable: true, &balancesTable: true, &countersTable: true, &runsTable: true,
	&withdrawalsTable: true, &headsTable: true}

// index is an index over columns after the tenant. Where says which rows it is for, on databases that have partial indexes.
type index struct {
	table   *table
	columns string
	where   string
}

var indexes = []index{
	{table: &edgesTable, columns: "recruiter, tree, partner"},
	{table: &applicationsTable, columns: "applicant, id"},
	{table: &applicationsTable, columns: "undecided, id", where: "undecided = 1"},
	{table: &bindingsTable, columns: "customer, at, id"},
	{table: &bindingsTable, columns: "owner, customer"},
	{table: &ordersTable, columns: "paid, id", where: "paid > " + never},
	{table: &ordersTable, columns: "due, id", where: "due > " + never},
	{table: &ordersTable, columns: "released, id", where: "released > " + never},
	{table: &ordersTable, columns: "customer, paid, id", where: "paid > " + never},
	{table: &ordersTable, columns: "seller, paid, id", where: "paid > " + never},
	{table: &ordersTable, columns: "settled, customer, id", where: "settled > " + never},
	{table: &countedTable, columns: "series, paid, id"},
	{table: &rowsTable, columns: "payee, at, kind, source, revision, currency, scale"},
	{table: &rowsTable, columns: "folded, payee, currency, scale, kind, source, revision", where: "folded = " + never},
	{table: &grantsTable, columns: "due, id", where: "due > " + never},
	{table: &forfeitsTable, columns: "due, id", where: "due > " + never},
	{table: &runsTable, columns: "releasing, id", where: "releasing = 1"},
	{table: &eventsTable, columns: "number, seq"},
}

// currentFormat is the number of the form in which documents are written.
const currentFormat int64 = 1

// create returns the statements that make the first version of the tables.
func (c Config) create() []string {
	var all []string
	names, kinds := c.names(), types[c.Dialect]
	for _, t := range tables {
		var b strings.Builder
		b.WriteString("CREATE TABLE {" + t.name + "} (\n")
		for _, col := range t.columns() {
			b.WriteString("  " + col.name + " " + kinds[col.kind] + ",\n")
		}
		key := "tenant"
		for _, col := range t.key {
			key += ", " + col.name
		}
		if t == &eventsTable {
			b.WriteString("  " + sequence[c.Dialect] + ",\n")
			b.WriteString("  UNIQUE (" + key + ")\n)")
		} else {
			b.WriteString("  PRIMARY KEY (" + key + ")\n)")
			if c.Dialect == SQLite && !t.hasDocument() {
				b.WriteString(" WITHOUT ROWID")
			}
		}
		all = append(all, names.Replace(b.String()))
	}
	for _, x := range indexes {
		all = append(all, names.Replace(c.indexText(&x)))
	}
	return all
}

// sequence is the column that keeps the order in which events were written.
var sequence = map[Dialect]string{
	SQLite:     "seq INTEGER PRIMARY KEY AUTOINCREMENT",
	PostgreSQL: "seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
	MySQL:      "seq bigint NOT NULL AUTO_INCREMENT PRIMARY KEY",
}

func (c Config) indexText(x *index) string {
	first, _, _ := strings.Cut(x.columns, ",")
	label := x.table.name + "_" + first
	on := "{" + x.table.name + "}"
	switch c.Dialect {
	case SQLite:
		// SQLite wants the schema before the index and none before the table.
		return "CREATE INDEX {" + label + "} ON \"" + c.Prefix + x.table.name + "\" (tenant, " + x.columns + ") WHERE " + orTrue(x.where)
	case PostgreSQL:
		// An index lies in the schema of its table.
		return "CREATE INDEX \"" + c.Prefix + label + "\" ON " + on + " (tenant, " + x.columns + ") WHERE " + orTrue(x.where)
	default:
		return "CREATE INDEX `" + c.Prefix + label + "` ON " + on + " (tenant, " + x.columns + ")"
	}
}

func orTrue(where string) string {
	if where == "" {
		return "tenant IS NOT NULL"
	}
	return where
}
