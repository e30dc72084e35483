package program_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

var julyFirst = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// runID is the id of a bonus's run of June.
func runID(bonus string) settlement.RunID { return settlement.NewRunID(bonus, june2026) }

// stored is a run as it is stored, with its rows.
func (s *shop) stored(bonus string) (run settlement.Run, rows []settlement.Row) {
	s.t.Helper()
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		runs, err := tx.Runs(ctx, []settlement.RunID{runID(bonus)})
		if err != nil {
			return err
		}
		run = runs[0]
		all, err := tx.Rows(ctx, run.Sources())
		rows = slices.Concat(all...)
		return err
	}))
	return run, rows
}

// spread divides a run that is locked into four parts.
func (s *shop) spread(bonus string) {
	s.t.Helper()
	run, _ := s.stored(bonus)
	run.Chunks = 4
	run.Revision++
	require.NoError(s.t, s.store.Update(ctx, "", func(tx store.Tx) error { return tx.SaveRuns(ctx, []settlement.Run{run}) }))
}

// told are the subjects of the events of a kind.
func (s *shop) told(kind string) (subjects []string) {
	s.t.Helper()
	s.due(s.now)
	events, err := s.Events(ctx, 0, 10_000)
	require.NoError(s.t, err)
	for _, e := range events {
		if e.Kind == kind {
			subjects = append(subjects, e.Subject)
		}
	}
	return subjects
}

// three is a plan of which a pool pays alice, bob and cora.
const three = `{"currency": "CNY", "commission": {"rates": ["10%"]}, "bonuses": [{"name": "pool", "pool": {"rate": "10%", "partners": {"alice": 1, "bob": 2, "cora": 3}}}]}`

func sold(t *testing.T, change ...func(*program.Config)) *shop {
	t.Helper()
	s := family(t, three, change...)
	s.add("cora")
	s.paid(s.order("o-1", 2, "1200.00"))
	s.now = julyFirst
	return s
}

// doubtful is a store whose n-th commit from now on takes effect, and says that it is unknown.
type doubtful struct {
	*memstore.Store
	in int
}

func (u *doubtful) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	err := u.Store.Update(ctx, tenant, fn)
	if u.in--; u.in == 0 && err == nil {
		return store.ErrUnknown
	}
	return err
}

func TestARunIsPostedOnceWhateverCommitIsUnknown(t *testing.T) {
	for n := 1; n <= 6; n++ {
		s := sold(t)
		doubtful := &doubtful{Store: s.store}
		config := program.Config{Plan: program.MustPlan(three), Clock: func() time.Time { return s.now }}
		counted(&config)
		prog, err := program.New(doubtful, config)
		require.NoError(t, err)
		doubtful.in = 1
		_, err = prog.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
		s.spread("pool")
		doubtful.in = n
		out, err := prog.Bonuses.Post(ctx, s.run("pool"))
		require.NoError(t, err, "commit %d", n)
		require.Equal(t, settlement.RunCommitted, out.Run.State)
		_, rows := s.stored("pool")
		require.Equal(t, []string{"bob 40.00", "cora 60.00", "alice 20.00"}, paysOf(rows), "commit %d", n)
		require.Equal(t, []string{"pool/2026-06"}, s.told("run_committed"))
		require.Equal(t, []string{"pool/2026-06"}, s.told("run_locked"))
	}
}

func paysOf(rows []settlement.Row) (all []string) {
	for _, row := range rows {
		all = append(all, fmt.Sprintf("%s %s", row.Payee, row.Amount.Plain()))
	}
	return all
}

// stopping is a store that stops a post after so many commits.
type stopping struct {
	*memstore.Store
	after int
}

var errStopped = errors.New("the machine has stopped")

func (s *stopping) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	if s.after--; s.after < 0 {
		return errStopped
	}
	return s.Store.Update(ctx, tenant, fn)
}

func TestAPostThatWasStoppedIsCompletedByTheNext(t *testing.T) {
	for n := range 4 {
		s := sold(t)
		_, err := s.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
		s.spread("pool")
		_, err = s.In(&stopping{s.store, n}).Bonuses.Post(ctx, s.run("pool"))
		require.ErrorIs(t, err, errStopped)
		run, _ := s.stored("pool")
		require.Equal(t, n, run.Posted)
		s.sound()
		require.Zero(t, s.due(s.now).Parts, "nothing is released before all of it is posted")
		_, err = s.Bonuses.Post(ctx, s.run("pool"))
		require.NoError(t, err)
		_, rows := s.stored("pool")
		require.Equal(t, []string{"bob 40.00", "cora 60.00", "alice 20.00"}, paysOf(rows), "stopped after %d", n)
		s.sound()
	}
}

func TestAPostThatWasStoppedCanBeLockedAnewOrReversed(t *testing.T) {
	for n := range 4 {
		for _, reverse := range []bool{false, true} {
			s := sold(t)
			_, err := s.Bonuses.Lock(ctx, s.run("pool"))
			require.NoError(t, err)
			s.spread("pool")
			_, err = s.In(&stopping{s.store, n}).Bonuses.Post(ctx, s.run("pool"))
			require.ErrorIs(t, err, errStopped)
			s.refunded("r-1", "o-1", units("1", 1))
			_, err = s.Bonuses.Post(ctx, s.run("pool"))
			require.ErrorIs(t, err, program.ErrRunChanged)
			want := map[partner.ID]string{"alice": "10.00", "cora": "30.00"}
			if reverse {
				_, err = s.Bonuses.Reverse(ctx, s.run("pool"))
				require.NoError(t, err)
				want = map[partner.ID]string{"alice": "0.00", "cora": "0.00"}
			} else {
				require.NoError(t, s.post("pool"))
			}
			s.due(s.now)
			for id, available := range want {
				s.has(id, "0.00", available, "0.00")
			}
		}
	}
}

func TestAReverseThatWasStoppedIsCompletedByPostToo(t *testing.T) {
	for n := 1; n < 5; n++ {
		s := sold(t)
		_, err := s.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
		s.spread("pool")
		require.NoError(t, s.post("pool"))
		_, err = s.In(&stopping{s.store, n}).Bonuses.Reverse(ctx, s.run("pool"))
		require.ErrorIs(t, err, errStopped)
		out, err := s.Bonuses.Post(ctx, s.run("pool"))
		require.NoError(t, err)
		require.Equal(t, settlement.RunReversed, out.Run.State)
		require.Empty(t, out.Entries, "it pays nothing")
		require.Equal(t, "0.00", out.Total.Plain())
		s.due(s.now)
		for _, id := range []partner.ID{"alice", "cora"} {
			s.has(id, "0.00", "0.00", "0.00")
		}
		require.Equal(t, []string{"pool/2026-06"}, s.told("run_reversed"))
	}
}

// interrupting calls back before each commit but the first.
type interrupting struct {
	*memstore.Store
	commits int
	now     func()
}

func (i *interrupting) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	if i.commits++; i.commits == 2 {
		i.now()
	}
	return i.Store.Update(ctx, tenant, fn)
}

func TestARunThatIsReversedWhileItIsPostedPaysNothing(t *testing.T) {
	s := sold(t)
	_, err := s.Bonuses.Lock(ctx, s.run("pool"))
	require.NoError(t, err)
	s.spread("pool")
	out, err := s.In(&interrupting{Store: s.store, now: func() {
		_, err := s.In(&stopping{s.store, 1}).Bonuses.Reverse(ctx, s.run("pool")) // which begins, and leaves the rest to the other
		require.ErrorIs(t, err, errStopped)
	}}).Bonuses.Post(ctx, s.run("pool"))
	require.NoError(t, err)
	require.Equal(t, settlement.RunReversed, out.Run.State)
	require.Empty(t, out.Entries)
	s.due(s.now)
	s.has("cora", "0.00", "0.00", "0.00")
	s.has("alice", "0.00", "0.00", "0.00")
}

func TestARunThatIsLockedAnewWhileItIsPostedIsNotPostedAsItWas(t *testing.T) {
	s := sold(t)
	_, err := s.Bonuses.Lock(ctx, s.run("pool"))
	require.NoError(t, err)
	s.spread("pool")
	_, err = s.In(&interrupting{Store: s.store, now: func() {
		s.refunded("r-1", "o-1", units("1", 1))
		_, err := s.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
	}}).Bonuses.Post(ctx, s.run("pool"))
	require.ErrorIs(t, err, program.ErrRunChanged)
	require.NoError(t, s.post("pool"))
	s.due(s.now)
	s.has("cora", "0.00", "30.00", "0.00")
}

func TestTwoPostsAtOncePayOnce(t *testing.T) {
	for range 20 {
		s := sold(t, counted)
		_, err := s.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
		s.spread("pool")
		post := func() error {
			out, err := s.Bonuses.Post(ctx, s.run("pool"))
			if err == nil && out.Run.State != settlement.RunCommitted {
				err = fmt.Errorf("it is %s", out.Run.State)
			}
			return err
		}
		require.NoError(t, errors.Join(atOnce(post, post)...))
		_, rows := s.stored("pool")
		require.Equal(t, []string{"bob 40.00", "cora 60.00", "alice 20.00"}, paysOf(rows))
		var parts atomic.Int64
		release := func() error {
			out, err := s.RunDue(ctx, s.now)
			parts.Add(int64(out.Parts))
			return err
		}
		require.NoError(t, errors.Join(atOnce(release, release)...))
		require.Equal(t, int64(4), parts.Load())
		require.Len(t, s.told("run_committed"), 1)
		s.has("cora", "0.00", "60.00", "0.00")
	}
}

func TestARunInTheShopsTransactionIsThereIfTheShopCommits(t *testing.T) {
	for _, commit := range []bool{false, true} {
		s := sold(t)
		tx := s.store.Begin()
		within := s.In(tx)
		_, err := within.Bonuses.Post(ctx, s.run("pool"))
		var state *settlement.RunStateError
		require.ErrorAs(t, err, &state)
		_, err = within.Bonuses.Lock(ctx, s.run("pool"))
		require.NoError(t, err)
		out, err := within.Bonuses.Post(ctx, s.run("pool"))
		require.NoError(t, err)
		require.Equal(t, settlement.RunCommitted, out.Run.State)
		due, err := within.RunDue(ctx, s.now)
		require.NoError(t, err)
		require.Equal(t, 1, due.Parts)
		if commit {
			require.NoError(t, tx.Commit())
			s.has("cora", "0.00", "60.00", "0.00")
		} else {
			tx.Rollback()
			s.has("cora", "0.00", "0.00", "0.00")
			all, err := s.Bonuses.All(ctx, "", 10)
			require.NoError(t, err)
			require.Empty(t, all)
		}
		s.sound()
	}
}

// unwilling is a store that refuses to release the rows of one run.
type unwilling struct {
	*memstore.Store
	run settlement.RunID
}

type unwillingTx struct {
	store.Tx
	run settlement.RunID
}

var errUnwilling = errors.New("a row cannot be read")

func (u unwillingTx) ReleaseRows(ctx context.Context, sources []settlement.Source, at time.Time) ([]settlement.Row, error) {
	if sources[0].Kind == settlement.RunSource && sources[0].ID[:len(u.run)] == string(u.run) {
		return nil, errUnwilling
	}
	return u.Tx.ReleaseRows(ctx, sources, at)
}

func (u unwilling) Update(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return u.Store.Update(ctx, tenant, func(tx store.Tx) error { return fn(unwillingTx{tx, u.run}) })
}

func TestRunDueReportsARunThatCannotBeReleasedAndGoesOn(t *testing.T) {
	plan := `{"currency": "CNY", "commission": {"rates": ["10%"]}, "bonuses": [
		{"name": "a", "pool": {"rate": "10%", "partners": {"alice": 1}}}, {"name": "b", "pool": {"rate": "20%", "partners": {"alice": 1}}}, {"name": "c", "pool": {"rate": "30%", "partners": {"alice": 1}}}]}`
	s := family(t, plan)
	s.paid(s.order("o-1", 1, "100.00"))
	s.now = julyFirst
	for _, bonus := range []string{"a", "b", "c"} {
		require.NoError(t, s.post(bonus))
	}
	config := program.Config{Plan: program.MustPlan(plan), Clock: func() time.Time { return s.now }}
	prog, err := program.New(unwilling{s.store, runID("b")}, config)
	require.NoError(t, err)
	due, err := prog.RunDue(ctx, s.now)
	require.NoError(t, err)
	require.Equal(t, 2, due.Parts)
	require.Len(t, due.FailedRuns, 1)
	require.Equal(t, runID("b"), due.FailedRuns[0].Run)
	require.ErrorIs(t, due.FailedRuns[0].Err, errUnwilling)
	require.Contains(t, due.String(), "2 parts of period runs")
	require.Contains(t, due.String(), "1 failed")
	s.has("alice", "20.00", "40.00", "0.00")
	s.sound()
	require.Equal(t, 1, s.due(s.now).Parts, "it is tried again by the next run")
	s.has("alice", "0.00", "60.00", "0.00")
}

func TestARunOverTwentyThousandPartnersTakesSeconds(t *testing.T) {
	if testing.Short() {
		t.Skip("it adds 20,000 partners")
	}
	const many = 20_000
	s := open(t, `{"currency": "CNY", "commission": {"rates": ["1%"]}, "levels": [{"id": "holder", "weight": 1, "default": true}],
		"bonuses": [{"name": "all", "pool": {"rate": "50%", "levels": {"holder": 1}}}]}`)
	for i := range many {
		s.add(partner.ID(fmt.Sprintf("p-%05d", i)))
	}
	for i := range 2000 {
		_, err := s.Orders.Paid(ctx, program.Order{ID: commission.OrderID(fmt.Sprint(i)), Customer: "carol", PaidAt: s.now, Lines: []program.Line{line("1", 1, "1000.01")}})
		require.NoError(t, err)
	}
	s.now = julyFirst
	began := time.Now()
	locked, err := s.Bonuses.Lock(ctx, s.run("all"))
	require.NoError(t, err)
	require.Equal(t, 41, locked.Run.Chunks)
	_, err = s.Bonuses.Post(ctx, s.run("all"))
	require.NoError(t, err)
	for more := true; more; {
		due, err := s.RunDue(ctx, s.now)
		require.NoError(t, err)
		more = due.More
	}
	require.Less(t, time.Since(began), 30*time.Second, "it is a matter of a second on a machine that has nothing else to do")
	run, rows := s.stored("all")
	require.Equal(t, run.Chunks, run.Released)
	require.Len(t, rows, many)
	sum := decimal.Zero
	for _, row := range rows {
		sum = sum.Add(row.Amount.Decimal())
	}
	require.Equal(t, "1000010", sum.String())
	s.sound()
}
