package rehearsal_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

// played parses and plays a text.
func played(t *testing.T, text string) rehearsal.Report {
	t.Helper()
	scenario, err := rehearsal.Parse([]byte(text))
	require.NoError(t, err)
	report, err := rehearsal.Run(ctx, scenario)
	require.NoError(t, err)
	return report
}

// differences plays a text and returns what differs, a line each.
func differences(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	for _, d := range played(t, text).Differences {
		lines = append(lines, d.String())
	}
	return lines
}

const (
	addA    = `{"add": {"partner": "A"}}`
	recruit = `{"recruit": {"partner": "B", "recruiter": "A"}}`
	bind    = `{"bind": {"customer": "C", "owner": "B"}}`
	paid    = `{"paid": {"order": "o-1", "customer": "C", "lines": [{"id": "1", "product": "tea", "quantity": 2, "amount": "199.00"}, {"id": "2", "quantity": 1, "amount": "0.01"}]}`
)

// expecting is a scenario of one order with so much expected of it, as event 4.
func expecting(expect string) string {
	return file(addA, recruit, bind, paid+`, "expect": `+expect+`}`)
}

func TestEveryDifferenceOfAnOrderIsNamed(t *testing.T) {
	for expect, wants := range map[string][]string{
		`{"entries": [{"line": "1", "slot": 1, "payee": "B", "amount": "19.9"}, {"line": "1", "slot": 2, "payee": "A", "amount": "9.95"}], "kept": "169.16", "goods": "199.01"}`: nil,
		`{"entries": [{"line": "1", "slot": 1, "payee": "B", "amount": "19.95"}, {"line": "1", "slot": 2, "payee": "A", "amount": "9.95"}]}`:                                     {"entry line 1 slot 1 of B: want 19.95, got 19.90"},
		`{"entries": [{"line": "1", "slot": 1, "payee": "A", "amount": "19.90"}]}`: {
			"entry line 1 slot 1 of A: want 19.9, got nothing", "entry line 1 slot 1 of B: want nothing, got 19.90", "entry line 1 slot 2 of A: want nothing, got 9.95",
		},
		`{"entries": []}`: {"entry line 1 slot 1 of B: want nothing, got 19.90", "entry line 1 slot 2 of A: want nothing, got 9.95"},
		`{"entries": [
			{"line": "1", "slot": 1, "payee": "B", "amount": "19.90", "base": "200", "rate": "11%", "source": "product tea", "cut": true},
			{"line": "1", "slot": 2, "payee": "A", "amount": "9.95"}, {"line": "1", "rule": "team", "payee": "A", "amount": "1.00"}
		]}`: {
			"entry line 1 slot 1 of B, its base: want 200.00, got 199.00", "entry line 1 slot 1 of B, its rate: want 11%, got 10%",
			"entry line 1 slot 1 of B, where its rate is from: want product tea, got default", "entry line 1 slot 1 of B, whether it was cut: want true, got false",
			"entry line 1 team of A: want 1, got nothing",
		},
		`{"unpaid": [{"line": "2", "slot": 1, "partner": "B", "reason": "zero_rate"}]}`: {"unpaid line 2 slot 1 of B: want zero_rate, got rounds_to_zero"},
		`{"unpaid": [{"line": "1", "reason": "excluded"}, {"line": "2", "slot": 1, "partner": "B", "reason": "rounds_to_zero"}], "complete": true}`: {
			"unpaid line 1: want excluded, got nothing", "unpaid line 2 slot 2 of A: want nothing, got rounds_to_zero",
		},
		`{"complete": true}`: {"unpaid line 2 slot 1 of B: want nothing, got rounds_to_zero", "unpaid line 2 slot 2 of A: want nothing, got rounds_to_zero"},
		`{"commission": "30", "goods": "199", "kept": "169.155", "attributed": "A", "reason": "no_owner", "version": 2, "promoted": true, "repeated": true}`: {
			"commission: want 30.00, got 29.85", "goods: want 199.00, got 199.01", "kept: want 169.155, got 169.16", "attributed: want A, got B",
			"reason: want no_owner, got nothing", "promoted: want true, got false", "repeated: want true, got false", "version: want 2, got 1",
		},
		`{"releaseAt": "2026-06-08T10:00:00+08:00", "unparked": [{"event": "refund"}]}`: {"releaseAt: want 2026-06-08T02:00:00Z, got nothing", "unparked: want refund, got nothing"},
		`{"balances": {"A": {"pending": "1", "earned": "9.95"}, "nobody": {"debt": "5"}}}`: {
			"pending of A: want 1.00, got 9.95", "debt of nobody: want 5.00, got 0.00",
		},
		`{"error": "no", "errorType": "store.ErrConflict"}`: {`error: want one that says "no", got nothing`, "error: want store.ErrConflict, got nothing"},
	} {
		var full []string
		for _, want := range wants {
			full = append(full, "event 4 (paid o-1): "+want)
		}
		require.Equal(t, full, differences(t, expecting(expect)), expect)
	}
}

func TestEveryDifferenceOfAnotherEventIsNamed(t *testing.T) {
	for event, wants := range map[string][]string{
		`{"bind": {"customer": "C", "owner": "A"}, "expect": {"owner": "A", "bound": true, "reason": ""}}`: {
			"(bind C): owner: want A, got B", "(bind C): bound: want true, got false", "(bind C): reason: want nothing, got owned",
		},
		`{"recruit": {"partner": "B", "recruiter": "C"}}`: {`(recruit B): error: want nothing, got program: there is no partner "C"`},
		`{"recruit": {"partner": "D", "recruiter": "B"}, "expect": {"recruited": false, "recruiter": "A", "status": "candidate", "level": "gold"}}`: {
			"(recruit D): recruited: want false, got true", "(recruit D): recruiter: want A, got B", "(recruit D): level: want gold, got nothing", "(recruit D): status: want candidate, got active",
		},
		`{"received": {"order": "o-1"}, "expect": {"parked": true, "releaseAt": "2026-06-08T08:00:00.001Z"}}`: {
			"(received o-1): releaseAt: want 2026-06-08T08:00:00.001Z, got 2026-06-08T08:00:00Z", "(received o-1): parked: want true, got false",
		},
		`{"refund": {"refund": "r-1", "order": "o-1", "lines": [{"line": "1", "quantity": 1}]}, "expect": {"parked": true, "changes": [{"payee": "B", "before": "19.91", "after": "9.94", "released": true}, {"payee": "C", "before": "1", "after": "0"}]}}`: {
			"(refund r-1): parked: want true, got false", "(refund r-1): change of B, before: want 19.91, got 19.90", "(refund r-1): change of B, after: want 9.94, got 9.95",
			"(refund r-1): change of B, from what was released: want true, got false", "(refund r-1): change of C: want 1 → 0, got nothing",
			"(refund r-1): change of A: want nothing, got 9.95 → 4.98",
		},
		`{"at": "2026-07-01T08:00:00Z", "run": {}, "expect": {"released": ["o-1"]}}`:                                                {"(run): released: want [o-1], got []"},
		`{"publish": {"plan": {"currency": "CNY", "commission": {"rates": ["1%"]}}}, "expect": {"version": 3}}`:                     {"(publish): version: want 3, got 2"},
		`{"publish": {"plan": {"name": "y", "currency": "CNY", "commission": {"rates": ["1%"]}}}, "expect": {"error": "anything"}}`: {`(publish y): error: want one that says "anything", got nothing`},
		`{"approve": {"withdrawal": "w-9"}, "expect": {"error": "there is no withdrawal \"w-9\"", "errorType": "settlement.StateError"}}`: {
			`(approve w-9): error: want settlement.StateError, got program: there is no withdrawal "w-9"`,
		},
	} {
		var full []string
		for _, want := range wants {
			full = append(full, "event 5 "+want)
		}
		require.Equal(t, full, differences(t, file(addA, recruit, bind, paid+`}`, event)), event)
	}
}

func TestEveryDifferenceOfAWithdrawalIsNamed(t *testing.T) {
	text := file(addA, recruit, bind, paid+`}`, `{"received": {"order": "o-1"}}`, `{"at": "2026-06-08T08:00:00Z", "run": {}}`,
		`{"key": "w-1", "withdraw": {"partner": "B", "amount": "10.00"}}`,
		`{"key": "w-2", "withdraw": {"partner": "B", "amount": "5.00"}, "expect": {"state": "approved", "withdrawal": "w-1", "net": "6"}}`)
	require.Equal(t, []string{
		"event 8 (withdraw B): state: want approved, got requested",
		"event 8 (withdraw B): withdrawal: want w-1, got w-2",
		"event 8 (withdraw B): net: want 6.00, got 5.00",
	}, differences(t, text))
}

func TestEveryDifferenceAtTheEndIsNamed(t *testing.T) {
	text := strings.TrimSuffix(expecting(`{}`), "\n}") + `, "expect": {"commission": "1", "goods": "2", "kept": "3", "entries": 4, "balances": {"B": {"pending": "5"}}}}`
	require.Equal(t, []string{
		"at the end: commission: want 1.00, got 29.85", "at the end: goods: want 2.00, got 199.01", "at the end: kept: want 3.00, got 169.16",
		"at the end: entries: want 4, got 2", "at the end: pending of B: want 5.00, got 19.90",
	}, differences(t, text))
}

func TestARunGoesOnAfterADifference(t *testing.T) {
	text := file(addA, `{"recruit": {"partner": "B", "recruiter": "X"}}`, `{"add": {"partner": "B"}, "expect": {"status": "candidate"}}`, bind, paid+`, "expect": {"commission": "19.90"}}`)
	require.Equal(t, []string{
		`event 2 (recruit B): error: want nothing, got program: there is no partner "X"`,
		"event 3 (add B): status: want candidate, got active",
	}, differences(t, text))
}

func TestAReportCountsAndSaysEverything(t *testing.T) {
	report := played(t, expecting(`{"commission": "29.85"}`))
	require.True(t, report.OK())
	require.Equal(t, []any{"test", 4, 2}, []any{report.Scenario, report.Events, report.Entries})
	require.Regexp(t, `^test: 4 events, 2 entries, \d+ checks, no difference$`, report.String())
	require.Len(t, report.Explanations, 2)
	require.Equal(t, "o-1/1/A/0", report.Explanations[0].ID.String())
	require.Len(t, report.Balances, 2)
	require.Equal(t, "19.90 CNY", report.Balances[1].Pending.String())
	require.Contains(t, played(t, expecting(`{"commission": "1"}`)).String(), "1 difference\n  event 4 (paid o-1): commission: want 1.00, got 29.85")
	require.Contains(t, played(t, expecting(`{"commission": "1", "kept": "1"}`)).String(), "2 differences\n")
}

func TestAScenarioRunsTheSameEveryTime(t *testing.T) {
	require.Equal(t, played(t, whole), played(t, whole))
}

func TestTheContextEndsARun(t *testing.T) {
	scenario, err := rehearsal.Parse([]byte(whole))
	require.NoError(t, err)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = rehearsal.Run(ended, scenario)
	require.ErrorIs(t, err, context.Canceled)
}

func TestTheClockIsThatOfTheFile(t *testing.T) {
	require.Empty(t, differences(t, file(addA, recruit, bind, paid+`}`,
		`{"at": "2026-06-01T09:00:00Z", "recorded": "2026-06-02T00:00:00Z", "received": {"order": "o-1"}, "expect": {"releaseAt": "2026-06-08T09:00:00Z"}}`,
		`{"add": {"partner": "D"}}`, // now, which is when the receipt was told
		`{"at": "2026-06-02T00:00:00Z", "bind": {"customer": "E", "owner": "D"}, "expect": {"bound": true}}`,
		`{"recorded": "2026-06-03T00:00:00Z", "bind": {"customer": "F", "owner": "D"}, "expect": {"bound": true}}`,
		`{"at": "2026-06-05T00:00:00Z", "recorded": "2026-06-04T00:00:00Z", "freeze": {"partner": "D"}}`, // planned for later
		`{"at": "2026-06-05T00:00:00Z", "bind": {"customer": "G", "owner": "D"}, "expect": {"reason": "inactive_owner"}}`,
	)))
}

func TestThePlanCanBeInForceFromAnInstantOn(t *testing.T) {
	text := strings.Replace(file(
		`{"add": {"partner": "A"}, "expect": {"errorType": "program.ErrNoPlan"}}`,
		`{"at": "2026-06-02T00:00:00Z", "add": {"partner": "A"}}`,
		`{"publish": {"plan": {"currency": "CNY", "commission": {"rates": ["1%"]}}}, "expect": {"version": 2}}`,
	), `"events"`, `"from": "2026-06-02T00:00:00Z", "events"`, 1)
	require.Empty(t, differences(t, text))
	require.Empty(t, differences(t, strings.Replace(file(addA), `"events"`, `"from": "2026-05-01T00:00:00Z", "events"`, 1)))
}

func TestEarlyEventsWaitOrAreRefused(t *testing.T) {
	early := []string{
		`{"received": {"order": "o-1"}, "expect": {"parked": true}}`,
		`{"refund": {"refund": "r-1", "order": "o-1", "lines": [{"line": "1", "quantity": 3}]}, "expect": {"parked": true, "changes": []}}`,
	}
	waits := file(addA, recruit, bind, early[0], early[1], paid+`, "expect": {"unparked": [{"event": "received"}, {"event": "refund"}]}}`)
	require.Equal(t, []string{
		"event 6 (paid o-1): unparked refund, refused: want nothing, got settlement: refund of order \"o-1\": lines[0].quantity: 3 units are more than the 2 that are left",
	}, differences(t, waits))
	refused := strings.Replace(file(early...), `"events"`, `"earlyEvents": "refuse", "events"`, 1)
	require.Equal(t, []string{
		`event 1 (received o-1): error: want nothing, got program: received of order "o-1", which is not known`,
		`event 2 (refund r-1): error: want nothing, got program: refund of order "o-1", which is not known`,
	}, differences(t, refused))
}
