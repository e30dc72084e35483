package rehearsal

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// found returns what checks report, a line each.
func found(checks func(checker)) []string {
	r := &runner{}
	checks(checker{runner: r, event: 1, label: "bind C"})
	var lines []string
	for _, d := range r.report.Differences {
		lines = append(lines, d.What+": want "+d.Want+", got "+d.Got)
	}
	return lines
}

func TestAnEngineThatAnswersOtherwiseTheSecondTimeIsFound(t *testing.T) {
	first := told{answer: program.BindOutcome{Owner: "B", Bound: true}}
	for _, c := range []struct {
		second told
		want   []string
	}{
		{first, nil},
		{told{answer: program.BindOutcome{Owner: "B", Reason: tree.SameOwner}}, []string{"again, Bound: want true, got false", `again, Reason: want "", got "same_owner"`}},
		{told{err: errors.New("broken")}, []string{`again: want {"Owner":"B","Bound":true,"Reason":""}, got error: broken`}},
	} {
		require.Equal(t, c.want, found(func(check checker) { check.sameAnswer("again", first, c.second) }))
	}
	once, twice := told{answer: program.Outcome{Order: "o-1"}}, told{answer: program.Outcome{Order: "o-1", Repeated: true}}
	require.Empty(t, found(func(check checker) { check.sameAnswer("again", once, twice) }), "that it was repeated is no other answer")
}

func TestAQuoteThatIsNotWhatTheOrderPaysIsFound(t *testing.T) {
	paid := told{answer: program.Outcome{Order: "o-1", Plan: 1, Promoted: true, ReleaseAt: time.Unix(1, 0)}}
	require.Empty(t, found(func(c checker) { c.quoted(told{answer: program.Outcome{Order: "o-1", Plan: 1}}, paid) }))
	require.Equal(t, []string{"its quote, Plan: want 1, got 2"}, found(func(c checker) { c.quoted(told{answer: program.Outcome{Order: "o-1", Plan: 2}}, paid) }))
	refused := told{err: errors.New("no"), answer: program.Outcome{}}
	require.Equal(t, []string{"its quote: want <nil>, got no"}, found(func(c checker) { c.quoted(refused, paid) }))
	require.Equal(t, []string{"its quote: want no, got <nil>"}, found(func(c checker) { c.quoted(told{answer: program.Outcome{}}, refused) }))
	require.Empty(t, found(func(c checker) { c.quoted(refused, refused) }))
	require.Empty(t, found(func(c checker) {
		c.quoted(told{answer: program.Outcome{}}, told{answer: program.Outcome{}, err: &store.ConflictError{}})
	}), "another order under the same id is quoted as it is")
}

func TestAChangeWhereNoneMayBeIsFoundAndNamed(t *testing.T) {
	scenario := Scenario{Name: "x", Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`), Start: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)}
	scenario.Events = []Event{{Add: &Add{Partner: "B"}}, {Bind: &Bind{Customer: "C", Owner: "B"}}}
	r, err := newRunner(context.Background(), scenario)
	require.NoError(t, err)
	for i, want := range []string{"partners, the trees, plans, balances", "bindings"} {
		e := &scenario.Events[i]
		before, err := r.footprint(context.Background(), e)
		require.NoError(t, err)
		_, after, err := r.tell(context.Background(), e, program.Meta{})
		require.NoError(t, err)
		require.Equal(t, want, changed(before, after))
		require.Equal(t, []string{"again: want no change, got a change of " + want}, found(func(c checker) { c.unchanged("again", before, after) }))
		require.Empty(t, changed(after, after))
	}
}

func TestWhatAnAuditFindsIsADifference(t *testing.T) {
	scenario := Scenario{Name: "x", Plan: program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`), Start: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)}
	scenario.Events = []Event{{Add: &Add{Partner: "B"}}}
	r, err := newRunner(context.Background(), scenario)
	require.NoError(t, err)
	require.NoError(t, r.events(context.Background()))
	require.NoError(t, r.store.Update(context.Background(), "", func(tx store.Tx) error {
		if err := tx.AddEdges(context.Background(), []tree.Edge{{Partner: "B", Recruiter: "A", Seq: 1}, {Partner: "A", Recruiter: "B", Seq: 1}}); err != nil {
			return err
		}
		return tx.AddPartners(context.Background(), []partner.Partner{{ID: "A"}})
	}))
	require.NoError(t, r.final(context.Background()))
	require.False(t, r.report.OK())
	require.Equal(t, "audit I13 of A", r.report.Differences[0].What)
}
