package partner_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
)

// applied is an open application of bob's.
func applied(t *testing.T) partner.Application {
	t.Helper()
	a, err := partner.Joining{}.Apply(partner.Application{ID: "1", Applicant: "bob", At: day(1), Record: partner.Record{Actor: "bob"}}, nil, partner.State{}, known(nil), nil)
	require.NoError(t, err)
	return a
}

var because = partner.Record{Actor: "ann", Reason: "no shop of his own"}

// decisions are the moves of an application.
var decisions = map[partner.ApplicationState]func(partner.Application) (partner.Application, error){
	partner.ApplicationApproved: func(a partner.Application) (partner.Application, error) {
		return a.Approve(true, partner.Verdict{}, false, day(3), because)
	},
	partner.ApplicationRejected:  func(a partner.Application) (partner.Application, error) { return a.Reject(false, day(3), because) },
	partner.ApplicationCancelled: func(a partner.Application) (partner.Application, error) { return a.Cancel(day(3), because) },
}

func TestRule_1_02_ADecisionEndsAnApplication(t *testing.T) {
	for state, decide := range decisions {
		open := applied(t)
		require.False(t, open.Decided())
		before := open.Clone()
		decided, err := decide(open)
		require.NoError(t, err)
		require.Equal(t, before, open, "the application itself stays as it was")
		require.Equal(t, state, decided.State)
		require.True(t, decided.Decided())
		require.EqualValues(t, 2, decided.Revision)
		require.Equal(t, partner.ApplicationStep{State: state, At: day(3), Record: because}, decided.Steps[1])
		for next, again := range decisions {
			same, err := again(decided)
			var wrong *partner.ApplicationStateError
			require.ErrorAs(t, err, &wrong, "%s to %s", state, next)
			require.Equal(t, partner.ApplicationStateError{ID: "1", State: state, Move: next}, *wrong)
			require.Equal(t, decided, same, "and it is immutable")
			require.Contains(t, err.Error(), "who applies again makes another")
		}
	}
	for _, reason := range []string{"", " \n"} {
		_, err := applied(t).Reject(true, day(3), partner.Record{Reason: reason})
		require.ErrorIs(t, err, partner.ErrNoReason)
	}
	banned, err := applied(t).Reject(true, day(3), because)
	require.NoError(t, err)
	require.True(t, banned.Steps[1].Banned)
}

func TestRule_1_01_OneOpenApplicationAndEveryNewOneIsAnother(t *testing.T) {
	open := applied(t)
	rejected, err := open.Reject(false, day(3), because)
	require.NoError(t, err)
	banned, err := open.Reject(true, day(3), because)
	require.NoError(t, err)
	cancelled, err := open.Cancel(day(3), because)
	require.NoError(t, err)
	approved, err := open.Approve(true, partner.Verdict{}, false, day(3), because)
	require.NoError(t, err)
	wait := partner.Joining{ReapplyDays: 7}
	back := partner.Joining{Leaving: partner.Leaving{Rejoin: partner.RejoinTerminated}}
	asks := partner.Joining{Spend: number("100")}
	for name, c := range map[string]struct {
		joining partner.Joining
		before  []partner.Application
		status  partner.Status
		on      int
		reason  partner.Reason
		text    string
	}{
		"first":                      {partner.Joining{}, nil, "", 4, "", ""},
		"a candidate":                {partner.Joining{}, nil, partner.Candidate, 4, "", ""},
		"one is open":                {partner.Joining{}, list(rejected, open), "", 4, partner.AlreadyApplied, "an application of his is open (application 1); it is decided or cancelled first"},
		"after a rejection":          {partner.Joining{}, list(rejected), "", 3, "", ""},
		"too early":                  {wait, list(rejected, cancelled), "", 9, partner.AppliesTooEarly, "he has to wait after his rejection until 2026-06-11T00:00:00Z"},
		"when the days are over":     {wait, list(rejected), "", 10, "", ""},
		"a cancelled one asks none":  {wait, list(cancelled), "", 3, "", ""},
		"banned":                     {wait, list(banned, cancelled), "", 99, partner.BannedFromApplying, "he was rejected for good"},
		"banned, and one open":       {wait, list(banned, open), "", 99, partner.AlreadyApplied, ""},
		"a partner":                  {partner.Joining{}, list(approved), partner.Active, 4, partner.AlreadyPartner, "he is a partner already"},
		"one who is leaving":         {partner.Joining{}, nil, partner.Terminating, 4, partner.AlreadyPartner, ""},
		"one who left":               {partner.Joining{}, nil, partner.Terminated, 4, partner.MayNotRejoin, "who has left so cannot come back"},
		"one who left may come back": {back, nil, partner.Terminated, 4, "", ""},
		"one who was cleared out":    {back, nil, partner.ClearedOut, 4, partner.MayNotRejoin, ""},
		"what is asked is missing":   {asks, nil, "", 4, partner.NotEligible, "what is asked is not reached: own spend: 99.00 of 100.00, 1.00 short"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.joining.Apply(partner.Application{ID: "2", Applicant: "bob", At: day(c.on)}, c.before, partner.State{Status: c.status}, spent("99", 0), nil)
			if c.reason == "" {
				require.NoError(t, err)
				require.Equal(t, partner.ApplicationOpen, got.State)
				return
			}
			var refused *partner.ApplyError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, c.reason, refused.Reason)
			require.Contains(t, err.Error(), c.text)
			require.Zero(t, got)
		})
	}
}

func list[T any](values ...T) []T { return values }

func TestRule_1_14_TheRecruiterIsThatOfTheApplication(t *testing.T) {
	in := partner.Application{ID: "1", Applicant: "bob", Recruiter: "alice", Source: "poster-7", Level: "agent", Plan: 3, At: day(1), Record: partner.Record{Actor: "bob", Recorded: day(2)}}
	open, err := partner.Joining{}.Apply(in, nil, partner.State{}, known(nil), nil)
	require.NoError(t, err)
	approved, err := open.Approve(true, partner.Verdict{}, false, day(30), because)
	require.NoError(t, err)
	for _, a := range list(open, approved) {
		require.Equal(t, partner.ID("alice"), a.Recruiter)
		require.Equal(t, "poster-7", a.Source)
		require.Equal(t, day(1), a.At, "whenever it is decided")
		require.Equal(t, in.Record, a.Record)
		require.Equal(t, partner.ApplicationStep{State: partner.ApplicationOpen, At: day(1), Record: in.Record}, a.Steps[0])
	}
	in.Recruiter = "bob"
	_, err = partner.Joining{}.Apply(in, nil, partner.State{}, known(nil), nil)
	require.EqualError(t, err, "partner: application: recruiter: nobody can recruit himself")
}

func TestRule_1_06_WhatIsLostBeforeTheDecisionIsNotApproved(t *testing.T) {
	j := partner.Joining{Threshold: partner.Conditions{All: list(atLeast(partner.Metric{Name: partner.MetricUnits, Products: list("p1")}, "2"))}}
	open, err := j.Apply(partner.Application{ID: "1", Applicant: "bob", At: day(2)}, nil, partner.State{}, historyOn(2, bought(1, "p1", "9.00")), nil)
	require.NoError(t, err)
	reached, verdict := j.Reached(historyOn(5, bought(1, "p1", "9.00", refunded(2, "9.00"))), nil)
	require.False(t, reached)
	_, err = open.Approve(reached, verdict, false, day(5), because)
	var lost *partner.NotEligibleError
	require.ErrorAs(t, err, &lost)
	require.Contains(t, err.Error(), "waive it to approve all the same: own units bought, of products p1: 0 of 2, 2 short")
	approved, err := open.Approve(reached, verdict, true, day(5), because)
	require.NoError(t, err)
	require.True(t, approved.Steps[1].Waived)
	approved, err = open.Approve(true, verdict, true, day(5), because)
	require.NoError(t, err)
	require.False(t, approved.Steps[1].Waived, "there was nothing to waive")
}

func TestRule_1_03_WithoutThresholdAndReviewNobodyIsLeftToBind(t *testing.T) {
	for name, c := range map[string]struct {
		joining  partner.Joining
		problems int
	}{
		"whoever applies is a partner": {partner.Joining{Entry: partner.EntryApplication, Review: partner.ReviewAutomatic}, 1},
		"an empty list is no threshold": {partner.Joining{Entry: partner.EntryApplication, Review: partner.ReviewAutomatic,
			Threshold: partner.Conditions{Any: []partner.Condition{}}}, 1},
		"somebody reviews":        {partner.Joining{Entry: partner.EntryApplication}, 0},
		"a threshold":             {partner.Joining{Entry: partner.EntryApplication, Review: partner.ReviewAutomatic, Spend: number("1")}, 0},
		"partners are added":      {partner.Joining{}, 0},
		"reached is a partner":    {partner.Joining{Spend: number("1")}, 0},
		"automatic asks for more": {partner.Joining{Review: partner.ReviewAutomatic}, 0},
	} {
		require.Len(t, c.joining.CheckFirstPayment(), c.problems, name)
	}
}

func TestRule_1_10_ReachingTheThresholdPromotesOnce(t *testing.T) {
	automatic := partner.Joining{Spend: number("100")}
	application := partner.Joining{Spend: number("100"), Entry: partner.EntryApplication}
	for status, once := range map[partner.Status]bool{
		"": true, partner.Candidate: true, partner.Active: false, partner.Terminating: false, partner.Terminated: false, partner.ClearedOut: false,
	} {
		_, met := automatic.Reached(spent("100", 0), nil)
		_, short := automatic.Reached(spent("99.99", 0), nil)
		require.Equal(t, once, automatic.Promotes(status, met), status)
		require.False(t, automatic.Promotes(status, short))
		require.False(t, application.Promotes(status, met), "he applies")
		require.Equal(t, once, application.Reminds(status, met), "rule 1.11: he is told that he can")
		require.False(t, application.Reminds(status, short))
		require.False(t, automatic.Reminds(status, met))
	}
}

func TestAFormIsCheckedAtOnce(t *testing.T) {
	j := partner.Joining{
		Form: []partner.Field{
			{Key: "name", Required: true}, {Key: "about", Type: partner.FieldLong}, {Key: "phone", Type: partner.FieldPhone, Required: true},
			{Key: "fans", Type: partner.FieldNumber}, {Key: "born", Type: partner.FieldDate}, {Key: "city", Type: partner.FieldChoice, Options: list("上海", "杭州")},
			{Key: "trades", Type: partner.FieldSeveral, Options: list("tea", "wine")}, {Key: "adult", Type: partner.FieldYes, Required: true},
			{Key: "licence", Type: partner.FieldFile, MaxLength: 5},
		},
		Agreements: []partner.Agreement{{Key: "terms", Version: "2"}, {Key: "privacy", Version: "1"}},
	}
	require.Empty(t, j.Validate(cny, nil))
	good := []partner.FieldAnswer{
		{"licence", "f-123"}, {"name", "王五"}, {"about", "a\nb"}, {"phone", "+8613800000000"}, {"fans", "1200.5"}, {"born", "1990-02-28"}, {"city", "上海"}, {"trades", "wine\ntea"}, {"adult", "yes"},
	}
	accepted := []partner.Accepted{{"privacy", "1"}, {"terms", "2"}}
	require.Empty(t, j.CheckForm(good, accepted))
	open, err := j.Apply(partner.Application{ID: "1", Applicant: "bob", Answers: good, Accepted: accepted}, nil, partner.State{}, known(nil), nil)
	require.NoError(t, err)
	require.Equal(t, partner.FieldAnswer{Field: "name", Value: "王五"}, open.Answers[0], "in the order of the form")
	require.Equal(t, partner.Accepted{Agreement: "terms", Version: "2"}, open.Accepted[0])

	_, err = j.Apply(partner.Application{ID: "1", Applicant: "bob", Answers: []partner.FieldAnswer{
		{"name", " "}, {"about", "a\x00"}, {"phone", "138-000"}, {"fans", "1e3"}, {"born", "1990-02-30"}, {"city", "北京"}, {"trades", "tea\ntea"}, {"adult", "no"}, {"licence", "123456"}, {"x", "1"}, {"x", "2"}, {"fans", "3"},
	}, Accepted: []partner.Accepted{{"terms", "1"}, {"cookies", "1"}}, Source: strings.Repeat("x", 2001)}, nil, partner.State{}, known(nil), nil)
	var wrong *partner.ApplicationError
	require.ErrorAs(t, err, &wrong)
	var got []string
	for _, p := range wrong.Problems {
		got = append(got, p.String())
	}
	require.Equal(t, []string{
		"answers.x: the form has no such field", "answers.x: the form has no such field", "answers.fans: it is filled in twice",
		"answers.name: it must be filled in", "answers.about: it has characters that cannot be filled in", "answers.phone: a phone number has 5 to 20 digits",
		"answers.fans: it is no plain number", "answers.born: it is no date such as 2026-01-31", `answers.city: it is none of ["上海" "杭州"]`,
		`answers.trades: it is not some of ["tea" "wine"], one a line, each once`, `answers.adult: it is "yes", or left out`, "answers.licence: 6 bytes are more than 5",
		"agreements.cookies: there is no such agreement", `agreements.terms: version "2" must be accepted, and "1" was`, `agreements.privacy: version "1" must be accepted`,
		"source: 2001 bytes are more than 2000",
	}, got)
}

func TestEveryProblemOfAJoiningSectionIsToldAtOnce(t *testing.T) {
	n := -1
	j := partner.Joining{
		Spend: number("0.001"), Threshold: partner.Conditions{All: list(atLeast(partner.Metric{Name: "x"}, "1"))},
		Entry: "auto", Review: "none", Unentitled: "up", ReapplyDays: -1, ValidDays: 3651,
		Form: []partner.Field{
			{Key: "", Type: "colour", MaxLength: 2001}, {Key: "a", Type: partner.FieldChoice}, {Key: "a", Options: list("x")},
			{Key: "b", Type: partner.FieldSeveral, Options: list("x", "x", " y", "", "a\nb")},
		},
		Agreements: []partner.Agreement{{Key: "k"}, {Key: "k", Version: "1"}},
		Leaving:    partner.Leaving{Rejoin: "x", Pending: "x", Available: partner.AvailableFrozen, FinalDays: &n, Team: "x", Customers: "x", CustomersTo: "house"},
	}
	var paths []string
	for _, p := range j.Validate(cny, nil) {
		paths = append(paths, strings.TrimPrefix(p.Path, "joining."))
	}
	require.Equal(t, []string{
		"spend", "spend", "threshold.all[0].metric.name", "entry", "review", "unentitled", "reapplyDays", "validDays",
		"form[0].key", "form[0].type", "form[0].maxLength", "form[1].options", "form[2].key", "form[2].options", "form[3].options[1]", "form[3].options[2]", "form[3].options[3]", "form[3].options[4]",
		"agreements[0].version", "agreements[1].key",
		"leaving.rejoin", "leaving.pending", "leaving.team", "leaving.customers", "leaving.finalDays", "leaving.finalDays", "leaving.customersTo",
	}, paths)
	require.Equal(t, "joining.leaving.customersTo: the partner who gets the customers is named here",
		partner.Joining{Leaving: partner.Leaving{Customers: partner.CustomersToNamed}}.Validate(cny, nil)[0].String())
	require.Len(t, partner.Joining{Leaving: partner.Leaving{Customers: partner.CustomersToNamed, CustomersTo: "\n"}}.Validate(cny, nil), 1)

	full := partner.Joining{Spend: number("300")}.WithDefaults()
	require.False(t, full.Spend.Valid)
	require.Equal(t, partner.Joining{Threshold: full.Threshold}.WithDefaults(), full, "the short form is the long one")
	require.Empty(t, full.Validate(cny, nil))
	require.Equal(t, full, full.WithDefaults())
}

// TestRule_1_01_NoSequenceLeavesTwoOpenApplications draws what people and the shop do, legal or not.
func TestRule_1_01_NoSequenceLeavesTwoOpenApplications(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := partner.Joining{ReapplyDays: rapid.IntRange(0, 2).Draw(t, "reapply")}
		var all []partner.Application
		decided := map[partner.ApplicationID]partner.Application{}
		for n := range rapid.IntRange(1, 12).Draw(t, "deeds") {
			at, target := day(n), rapid.IntRange(0, max(0, len(all)-1)).Draw(t, "which")
			var next partner.Application
			var err error
			switch what := rapid.SampledFrom([]string{"apply", "approve", "reject", "ban", "cancel"}).Draw(t, "deed"); {
			case what == "apply":
				id := partner.ApplicationID(fmt.Sprint(n))
				if next, err = j.Apply(partner.Application{ID: id, Applicant: "bob", At: at}, all, partner.State{}, known(nil), nil); err == nil {
					all = append(all, next)
				}
			case len(all) == 0:
			case what == "approve":
				next, err = all[target].Approve(true, partner.Verdict{}, false, at, because)
				all[target] = next
			case what == "cancel":
				next, err = all[target].Cancel(at, because)
				all[target] = next
			default:
				next, err = all[target].Reject(what == "ban", at, because)
				all[target] = next
			}
			var refused *partner.ApplyError
			var ended *partner.ApplicationStateError
			if err != nil && !errors.As(err, &refused) && !errors.As(err, &ended) {
				t.Fatalf("%v", err)
			}
			open := 0
			for _, a := range all {
				if !a.Decided() {
					open++
				} else if first, ok := decided[a.ID]; !ok {
					decided[a.ID] = a.Clone()
				} else if first.State != a.State || !slices.Equal(first.Steps, a.Steps) {
					t.Fatalf("a decided application has changed: %+v to %+v", first, a)
				}
			}
			if open > 1 {
				t.Fatalf("%d are open", open)
			}
		}
	})
}
