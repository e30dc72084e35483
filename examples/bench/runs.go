package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/examples/internal/progress"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree"
)

// How many partners a period run is measured over, and how many with -full.
const somePartners, allPartners = 50_000, 1_000_000

var (
	june   = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	period = commission.Calendar{}.PeriodAt(commission.Monthly, june)
	cny    = money.MustCurrency("CNY", 2)
)

// The month: a ladder on team volume of which half a leg counts at most, as of the period's end and as of payment. Everybody sold once in June, for 1 to
// 1,000, everybody but the first was recruited by one of a third of those before him, and every tenth of them in the middle of June.
func runPlan() program.Plan {
	return program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["1%"]}, "bonuses": [
		{"name": "end", "ladder": {"legCap": "50%", "steps": [
			{"from": "1000", "rate": "2%"}, {"from": "10000", "rate": "5%"}, {"from": "100000", "rate": "8%"}]}},
		{"name": "payment", "ladder": {"legCap": "50%", "asOf": "payment", "steps": [
			{"from": "1000", "rate": "2%"}, {"from": "10000", "rate": "5%"}, {"from": "100000", "rate": "8%"}]}}]}`)
}

func recruiterOf(i int) int { return (i - 1) / 3 }

func soldBy(i int) int64 { return int64(100 + i*7919%99_901) }

func soldAt(i int) time.Time { return june.Add(time.Duration(i%29) * 24 * time.Hour) }

func recruitedAt(i int) time.Time {
	if i%10 == 0 {
		return june.AddDate(0, 0, 14)
	}
	return june.AddDate(0, -1, 0)
}

// periodRuns measures a run over so many partners: the pass over members in memory, and the whole of it in the programme on a store in memory.
func periodRuns(partners int) ([]goal, error) {
	goals, err := purePass(partners)
	if err != nil {
		return nil, err
	}
	s, err := newRunShop(partners)
	if err != nil {
		return nil, err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context, program.BonusRun) (program.RunOutcome, error)
	}{{"previewed", s.prog.Bonuses.Preview}, {"locked", s.prog.Bonuses.Lock}, {"posted", s.prog.Bonuses.Post}} {
		for _, bonus := range []string{"end", "payment"} {
			took, bytes, err := measure(func() error {
				_, err := step.do(context.Background(), program.BonusRun{Bonus: bonus, Period: period})
				return err
			})
			if err != nil {
				return nil, err
			}
			goals = append(goals, perPartner(fmt.Sprintf("a run over %d partners, as of the %s, %s", partners, bonus, step.name), partners, took, bytes)...)
		}
	}
	return goals, nil
}

// purePass measures the calculation of the ladder alone, and where people move the search for their places before it.
func purePass(partners int) ([]goal, error) {
	plan := runPlan()
	calc, err := commission.New(plan.Currency.Currency, plan.Commission)
	if err != nil {
		return nil, err
	}
	end, err := calc.Bonus(plan.Bonuses[0])
	if err != nil {
		return nil, err
	}
	in := commission.BonusInput{Members: make([]commission.Member, partners)}
	for i := range in.Members {
		in.Members[i] = commission.Member{Partner: partnerID(i), Recruiter: -1, Volume: money.UnitsOf(soldBy(i))}
		if i > 0 {
			in.Members[i].Recruiter = recruiterOf(i)
		}
	}
	var result *commission.BonusResult
	took, bytes, err := measure(func() error {
		result, err = end.Calculate(in, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	goals := perPartner(fmt.Sprintf("a ladder of %d partners in memory", partners), partners, took, bytes)
	took, bytes, err = measure(func() error {
		_, err := end.Calculate(in, result)
		return err
	})
	if err != nil {
		return nil, err
	}
	goals = append(goals, perPartner("the same, into a result that is used again", partners, took, bytes)...)
	payment, err := calc.Bonus(plan.Bonuses[1])
	if err != nil {
		return nil, err
	}
	took, bytes, err = measure(func() error { return passOfPayment(payment, in.Members) })
	return append(goals, perPartner("the same, as of payment, with the search for everybody's place", partners, took, bytes)...), err
}

func passOfPayment(bonus *commission.BonusCalculator, members []commission.Member) error {
	g := bonus.Genealogy(june.AddDate(0, 1, -1))
	for i := range members {
		standings := []commission.Standing{{Recruiter: -1}, {From: recruitedAt(i), Recruiter: members[i].Recruiter}}
		g.Add(members[i].Partner, standings...)
	}
	for i := range members {
		if err := g.Sell(i, soldAt(i), members[i].Volume); err != nil {
			return err
		}
	}
	places, err := g.Members()
	if err != nil {
		return err
	}
	_, err = bonus.Calculate(commission.BonusInput{Members: places}, nil)
	return err
}

// measure returns how long work takes and how many bytes it allocates.
func measure(work func() error) (took time.Duration, bytes uint64, err error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	err = work()
	took = time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc, err
}

// perPartner are two rows to look at.
func perPartner(name string, partners int, took time.Duration, bytes uint64) []goal {
	return []goal{
		{ID: "runs", Name: name + ", time for each", Unit: "ns", Ours: float64(took) / float64(partners), Holds: true},
		{ID: "runs", Name: name + ", memory for each", Unit: "B", Ours: float64(bytes) / float64(partners), Holds: true},
	}
}

// runShop is a programme whose records are written straight into its store.
type runShop struct {
	prog *program.Program
	now  time.Time
}

func newRunShop(partners int) (*runShop, error) {
	s, st := &runShop{now: june.AddDate(0, -2, 0)}, memstore.New()
	var err error
	if s.prog, err = program.New(st, program.Config{Clock: func() time.Time { return s.now }}); err != nil {
		return nil, err
	}
	ctx := context.Background()
	if _, err := s.prog.Plans.Publish(ctx, program.Publish{Plan: runPlan()}); err != nil {
		return nil, err
	}
	const batch = 10_000
	bar := progress.New(partners, "partners and orders")
	defer bar.Done()
	for from := 0; from < partners; from += batch {
		to := min(from+batch, partners)
		if err := st.Update(ctx, "", func(tx store.Tx) error { return fillRun(ctx, tx, from, to) }); err != nil {
			return nil, err
		}
		bar.Add(to - from)
	}
	s.now = june.AddDate(0, 1, 1)
	return s, nil
}

// fillRun writes some of the partners, each with his recruiter and his order.
func fillRun(ctx context.Context, tx store.Tx, from, to int) error {
	var people []partner.Partner
	var facts []partner.Fact
	var edges []tree.Edge
	var orders []settlement.Order
	for i := from; i < to; i++ {
		id, joined := partnerID(i), june.AddDate(0, -1, 0)
		people = append(people, partner.Partner{ID: id, Joined: joined})
		facts = append(facts, partner.Fact{Partner: id, Kind: partner.FactStatus, Value: string(partner.Active), At: joined})
		if i > 0 {
			edges = append(edges, tree.Edge{Seq: 1, ID: string(id), Partner: id, Recruiter: partnerID(recruiterOf(i)), From: recruitedAt(i)})
		}
		orders = append(orders, settlement.Order{
			ID: commission.OrderID("o" + string(id)), Revision: 1, Posted: true, PaidAt: soldAt(i), Plan: 1, Attributed: commission.Attributed{Partner: id},
			Frozen:   commission.Frozen{Lines: []commission.FrozenLine{{ID: "1", Quantity: 1, Net: cny.Minor(soldBy(i))}}, Sets: []commission.FrozenSet{{}}},
			Returned: make([]commission.Returned, 1),
		})
	}
	if err := tx.AddPartners(ctx, people); err != nil {
		return err
	}
	if err := tx.AddFacts(ctx, facts); err != nil {
		return err
	}
	if err := tx.AddEdges(ctx, edges); err != nil {
		return err
	}
	return tx.SaveOrders(ctx, orders)
}
