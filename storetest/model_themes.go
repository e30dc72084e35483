package storetest

// modelThemes are sections of which a history is full that has one: it has steps of its own. They are drawn more often than others, and not for laws, in which
// some of them do not hold: where orders share a budget their order matters.
var modelThemes = []modelSection{
	{"who leaves forfeits what is pending, and frozen earnings accrue", "", "joining", `{"leaving": {"pending": "forfeit", "rejoin": "all"}, "frozen": "accrue"}`},
	{"who leaves forfeits, and his team stays", "joining", "leaving", `{"pending": "forfeit", "team": "stay", "available": "frozen"}`},
	{"unbinding voids what is pending", "", "binding", `{"unbind": "void"}`},
	{"unbinding voids, and a payment binds", "", "binding", `{"unbind": "void", "on": "payment", "sameOrder": true}`},
	{"one-offs for levels and new recruits", "", "oneOffs", `[{"name": "spring", "upgrade": {"levels": {"manager": "1", "director": "3"}}},
		{"name": "june", "to": "2026-06-03T12:00:00Z", "upgrade": {"payee": "self", "levels": {"director": "2"}}},
		{"name": "heads", "firstOrder": {"amount": "5", "of": "recruits", "allowHeadCount": true}}]`},
	{"one-offs for levels in between and new customers", "", "oneOffs", `[{"name": "spring", "upgrade": {"skipped": "paid", "levels": {"manager": "2", "director": "4"}}},
		{"name": "self", "upgrade": {"payee": "self", "levels": {"manager": "3"}}},
		{"name": "heads", "to": "2026-06-03T12:00:00Z", "firstOrder": {"amount": "7", "of": "customers", "allowHeadCount": true}}]`},
	{"campaigns with budgets", "", "campaigns", `[{"name": "june", "to": "2026-06-03T12:00:00Z", "factor": "1.5", "budget": "10"},
		{"name": "team", "factor": "2", "rules": ["team", "recruiter"], "budget": "3"}]`},
	{"campaigns with small budgets", "", "campaigns", `[{"name": "tea", "factor": "2", "products": ["tea"], "rules": ["slots", "team"], "budget": "4"},
		{"name": "june", "factor": "1.5", "slots": [1], "budget": "2"}]`},
	{"staff and partner are both paid", "commission", "staff", `{"sharing": "both"}`},
	{"staff and partner divide", "commission", "staff", `{"sharing": "ratio", "staffWeight": 1, "partnerWeight": 2}`},
	{"staff comes first", "commission", "staff", `{"first": "staff"}`},
}
