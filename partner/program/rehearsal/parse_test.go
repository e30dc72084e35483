package rehearsal_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

var ctx = context.Background()

// file is a scenario with these events in its lines 5, 6, ….
func file(events ...string) string {
	return `{
  "name": "test", "rules": ["5.2"],
  "plan": {"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}, "start": "2026-06-01T08:00:00Z",
  "events": [
` + strings.Join(events, ",\n") + `
  ]
}`
}

// problems returns what Parse finds, a line each.
func problems(t *testing.T, text string) []string {
	t.Helper()
	_, err := rehearsal.Parse([]byte(text))
	var invalid *rehearsal.ScenarioError
	require.ErrorAs(t, err, &invalid)
	var lines []string
	for _, p := range invalid.Problems {
		lines = append(lines, p.String())
	}
	return lines
}

func TestEveryProblemOfAScenarioIsNamedAtOnceWithItsPlace(t *testing.T) {
	found := problems(t, `{
  "name": "", "rules": ["5.2", "S01"], "earlyEvents": "perhaps",
  "plan": {"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"holdDays": -1}},
  "events": [
    {"add": {"partner": "A"}},
    {"at": "2026-06-01T08:00:00Z"},
    {"add": {"partner": "A"}, "run": {}},
    {"at": "2026-06-01T07:00:00Z", "run": {}},
    {"at": "2026-06-01T07:00:00Z", "recorded": "2026-06-01T07:30:00Z", "run": {}},
    {"run": {}, "key": "k"},
    {"add": {"partner": "B"}, "expect": {"state": "paid"}},
    {"received": {"order": "o-1"}, "expect": {"error": "no", "parked": true}},
    {"paid": {"order": "o-1", "customer": "C", "lines": []}, "expect": {"entries": [{"line": "1", "payee": "B", "amount": "1"}]}},
    {"publish": {"plan": {"currency": "CNY", "commission": {"slots": -1}}}},
    {"publish": {"plan": {"currency": "CNY", "commission": {"slots": -1}}}, "expect": {"errorType": "program.PlanError"}}
  ]
}`)
	wants := []string{
		`2:11: name: a scenario needs a name`,
		`2:32: rules[1]: "S01" is no number of a rule`,
		`2:55: earlyEvents: "perhaps" is none of "park", "refuse"`,
		`plan.settlement.holdDays: from 0 to`,
		`5:5: events[0]: when is this? Give it an "at", or the scenario a "start"`,
		`6:5: events[1]: an event has exactly one action; this has none of add, recruit`,
		`7:5: events[2]: an event has exactly one action; this has add and run`,
		`8:12: events[3].at: this is before 2026-06-01T08:00:00Z, where the clock stands; for an event that came late say when it came: "recorded"`,
		`9:48: events[4].recorded: this is before 2026-06-01T08:00:00Z, where the clock stands, and the clock never goes back`,
		`10:24: events[5].key: run takes no key`,
		`11:51: events[6].expect.state: add has no state; it can expect level, status, recruiter, error, errorType, balances`,
		`12:72: events[7].expect.parked: an event that is refused has no parked`,
		`13:85: events[8].expect.entries[0]: an entry needs its slot or, where its rule has no slots, its rule`,
		`events[9].publish.plan.commission.slots`,
	}
	require.Len(t, found, len(wants), strings.Join(found, "\n"))
	for i, want := range wants {
		require.Contains(t, found[i], want)
	}
}

func TestUnknownNamesAreNamedWithTheNearestOne(t *testing.T) {
	found := problems(t, file(
		`    {"piad": {"order": "o-1"}}`,
		`    {"paid": {"order": "o-1", "customer": "C", "lines": [{"id": "1", "quantity": 1, "amount": "1", "prodct": "tea"}]}}`,
		`    {"run": {}, "expect": {"relased": []}}`,
		`    {"run": {}, "expect": {"errorType": "settlement.ErrInsuficient"}}`,
		`    {"run": {}, "expect": {"errorType": "bad luck"}}`,
	))
	require.Equal(t, []string{
		`5:6: events[0].piad: unknown field "piad"; did you mean "paid"?`,
		`6:100: events[1].paid.lines[0].prodct: unknown field "prodct"; did you mean "product"?`,
		`7:28: events[2].expect.relased: unknown field "relased"; did you mean "released"?`,
		`8:41: events[3].expect.errorType: there is no error type "settlement.ErrInsuficient"; did you mean "settlement.ErrInsufficient"?`,
	}, found[:4])
	require.Contains(t, found[4], `there is no error type "bad luck"; there are commission.OrderError, commission.RuleError, partner.IDError`)
}

func TestBrokenTextAndMissingPartsAreProblemsToo(t *testing.T) {
	require.Equal(t, []string{`1:1: document: required field "name" is missing`, `1:1: document: required field "plan" is missing`, `1:1: document: required field "events" is missing`},
		problems(t, `{}`))
	require.Len(t, problems(t, ``), 1)
	require.Len(t, problems(t, `{"name": "x"`), 1)
	require.Contains(t, strings.Join(problems(t, file()), "\n"), "a scenario has at least one event")
}

func TestAScenarioMadeInGoIsCheckedToo(t *testing.T) {
	plan := program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`)
	start := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	good := rehearsal.Scenario{Name: "x", Plan: plan, Start: start, Events: []rehearsal.Event{{Add: &rehearsal.Add{Partner: "B"}}}}
	require.NoError(t, good.Validate())
	report, err := rehearsal.Run(ctx, good)
	require.NoError(t, err)
	require.True(t, report.OK(), report.String())

	bad := good
	bad.Events = []rehearsal.Event{{Add: &rehearsal.Add{Partner: "B"}, Expect: &rehearsal.Expect{ErrorType: "made up"}}}
	_, err = rehearsal.Run(ctx, bad)
	var invalid *rehearsal.ScenarioError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "events[0].expect.errorType", invalid.Problems[0].Path)
}

// whole uses most of what the format has.
var whole = file(
	`{"add": {"partner": "A", "level": ""}}`,
	`{"recruit": {"partner": "B", "recruiter": "A"}, "expect": {"recruited": true, "recruiter": "A"}}`,
	`{"bind": {"customer": "C", "owner": "B"}, "expect": {"bound": true}}`,
	`{"at": "2026-06-01T10:00:00Z", "quote": {"order": "q", "customer": "C", "lines": [{"id": "1", "quantity": 1, "amount": "9.99"}]}}`,
	`{"paid": {"order": "o-1", "customer": "C", "discount": "1.00", "freight": "2", "lines": [{"id": "1", "sku": "s", "quantity": 3, "amount": "597.00", "rates": ["3.00/unit", "-"]}]}, "expect": {"entries": [], "unpaid": []}}`,
	`{"received": {"order": "o-1"}, "expect": {"releaseAt": "2026-06-08T12:00:00Z"}}`,
	`{"refund": {"refund": "r-1", "order": "o-1", "lines": [{"line": "1", "quantity": 1, "amount": "5.00"}]}, "expect": {"changes": []}}`,
	`{"at": "2026-06-09T10:00:00Z", "run": {}, "expect": {"released": ["o-1"], "balances": {"B": {"available": "1.00"}}}}`,
	`{"key": "w-1", "withdraw": {"partner": "B", "amount": "1.00"}}`,
	`{"approve": {"withdrawal": "w-1"}}`,
	`{"pay": {"withdrawal": "w-1", "tax": "0.10"}, "expect": {"net": "0.90", "state": "paid"}}`,
	`{"freeze": {"partner": "B"}}`,
	`{"level": {"partner": "B", "level": "none"}, "expect": {"error": "no level", "errorType": "program.LevelError"}}`,
	`{"publish": {"plan": {"currency": "CNY", "commission": {"rates": ["1%"]}}, "from": "2026-07-01T00:00:00Z"}, "expect": {"version": 2}}`,
)

// tryOut parses a text and plays what it finds. Neither may panic, and what can be parsed can be played.
func tryOut(t require.TestingT, text string) {
	scenario, err := rehearsal.Parse([]byte(text))
	if err != nil {
		return
	}
	_, err = rehearsal.Run(ctx, scenario)
	require.NoError(t, err)
}

func TestNoTextMakesParseOrRunPanic(t *testing.T) {
	_, err := rehearsal.Parse([]byte(whole))
	require.NoError(t, err)
	tokens := []string{`{`, `}`, `[`, `]`, `,`, `:`, `"`, `null`, `true`, `{}`, `[]`, `-1`, `0`, `1e9`, `""`, `"x"`, `"-"`, `"99999999999999999999999999999999999999.99"`, `"0.001"`,
		`"2026-06-01T08:00:00Z"`, `"1969-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`, `"run": {},`, `"at": "2030-01-01T00:00:00Z",`, "\x00", "\xff", `"C"`, `"B"`, `"o-1"`, `"w-1"`}
	rapid.Check(t, func(t *rapid.T) {
		text := whole
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			if text == "" {
				break
			}
			from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
			to := min(len(text), from+rapid.IntRange(0, 30).Draw(t, "length"))
			text = text[:from] + rapid.SampledFrom(tokens).Draw(t, "token") + text[to:]
		}
		tryOut(t, text)
	})
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add(`{}`)
	f.Add(file(`{"run": {}}`))
	f.Fuzz(func(t *testing.T, text string) { tryOut(t, text) })
}
