package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// Two facts that make somebody a partner together, told in two transactions that do not see each other: whichever is committed last, he becomes one.
func TestWhoBuysForTheFirstTimeWhileOthersJudgeHimBecomesAPartner(t *testing.T) {
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	ctx, st := context.Background(), p.open(t)
	plan, failed := program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rates": ["10%"], "attribution": ["owner"]}, "joining": {"threshold": {"all": [
		{"metric": {"name": "spend"}, "atLeast": "100"}, {"metric": {"name": "partners", "scope": "direct"}, "atLeast": "1"}]}}}`))
	require.NoError(t, failed)
	now := flowBegins
	prog, failed := program.New(st, program.Config{Plan: plan, Clock: func() time.Time { return now }})
	require.NoError(t, failed)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	require.NoError(t, err(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})))
	require.NoError(t, err(prog.Team.Recruit(ctx, program.Recruit{Partner: "carol", Recruiter: "bob"})))
	require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: "bob", Owner: "alice"})))

	now = now.Add(time.Hour)
	host, joined, failed := begin(ctx, p.db, st, nil)
	require.NoError(t, failed)
	defer func() { _ = host.Rollback() }() // after a commit there is nothing to roll back
	require.NoError(t, err(prog.In(joined).Orders.Paid(ctx, tea("o-1", "bob", "100.00", now))))
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "carol"})))
	due, failed := prog.RunDue(ctx, now)
	require.NoError(t, failed)
	require.Empty(t, due.Promoted, "his order is not committed")
	require.NoError(t, host.Commit())

	due, failed = prog.RunDue(ctx, now)
	require.NoError(t, failed)
	require.Equal(t, []partner.ID{"bob"}, due.Promoted)
}
