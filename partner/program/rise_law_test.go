package program_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// risersPlan has a level for each of what people can do for others, none of which is ever taken back.
var risersPlan = ladder([2]string{`"name": "customers"`, "2"}, [2]string{`"name": "partners", "levels": ["l1", "l2", "l3", "l4", "l5"]`, "1"},
	[2]string{`"name": "partners", "scope": "team"`, "3"}, [2]string{`"name": "sales", "node": "completed"`, "2"}, [2]string{`"name": "orders", "node": "after-sale-over"`, "1"})

// risers are some partners as plain values.
type risers struct {
	above     []int // who recruited each; -1 for nobody
	customers []int
	sold      []int // of whom each received order was
	settled   map[int]bool
	level     []int // the highest level that each has reached
}

// settle works out the levels: whoever has reached a higher one gets it, until nobody has.
func (r *risers) settle() {
	for changed := true; changed; {
		changed = false
		for i := range r.above {
			risen, team, sold := 0, 0, 0
			for j := range r.above {
				if r.above[j] == i && r.level[j] > 0 {
					risen++
				}
				for k := r.above[j]; k >= 0; k = r.above[k] {
					if k == i {
						team++
					}
				}
			}
			for _, seller := range r.sold {
				if seller == i {
					sold++
				}
			}
			for level, reached := range []bool{r.customers[i] >= 2, risen >= 1, team >= 3, sold >= 2, r.settled[i]} {
				if reached && r.level[i] < level+1 {
					r.level[i], changed = level+1, true
				}
			}
		}
	}
}

// However things come one after the other, however many events are read together and whenever the scheduler runs, everybody has at the end the highest level
// that he has reached, and was given each only once.
func TestRule_6_04_EverybodyHasWhatHeHasReachedHoweverTheRunsFall(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ids, now := 0, noon
		prog, err := program.New(memstore.New(), program.Config{
			Plan: program.MustPlan(risersPlan), Clock: func() time.Time { return now }, Batch: rapid.IntRange(1, 5).Draw(rt, "batch"),
			NewID: func() string { ids++; return fmt.Sprintf("%032x", ids) },
		})
		require.NoError(rt, err)
		r := &risers{settled: map[int]bool{}}
		id := func(i int) partner.ID { return partner.ID(fmt.Sprintf("p-%d", i)) }
		join := func() {
			n := len(r.above)
			above := rapid.IntRange(-1, n-1).Draw(rt, "above")
			if above < 0 {
				_, err = prog.Partners.Add(ctx, program.Add{Partner: id(n)})
			} else {
				_, err = prog.Team.Recruit(ctx, program.Recruit{Partner: id(n), Recruiter: id(above)})
			}
			require.NoError(rt, err)
			r.above, r.customers, r.level = append(r.above, above), append(r.customers, 0), append(r.level, 0)
		}
		run := func() (rises int) {
			for {
				due, err := prog.RunDue(ctx, now)
				require.NoError(rt, err)
				if rises += len(due.Risen); !due.More {
					return rises
				}
			}
		}
		orders := 0
		order := func(customer partner.Customer, referrer partner.ID) {
			orders++
			o := program.Order{ID: commission.OrderID(fmt.Sprint("o-", orders)), Customer: customer, Referrer: referrer, PaidAt: now, Lines: []program.Line{line("1", 1, "1.00")}}
			_, err := prog.Orders.Paid(ctx, o)
			require.NoError(rt, err)
			_, err = prog.Orders.Received(ctx, program.Received{Order: o.ID})
			require.NoError(rt, err)
		}
		join()
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			who := rapid.IntRange(0, len(r.above)-1).Draw(rt, "who")
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1:
				join()
			case 2:
				out, err := prog.Team.Bind(ctx, program.Bind{Customer: partner.Customer(fmt.Sprintf("c-%d-%d", who, r.customers[who])), Owner: id(who)})
				require.NoError(rt, err)
				require.True(rt, out.Bound)
				r.customers[who]++
			case 3:
				order(partner.Customer(fmt.Sprint("x-", orders)), id(who))
				r.sold = append(r.sold, who)
			case 4:
				order(partner.Customer(id(who)), "")
				r.settled[who] = true
			case 5:
				run()
				now = now.Add(time.Hour)
			}
		}
		now = now.Add(24 * time.Hour)
		run()
		r.settle()
		for i, level := range r.level {
			state, err := prog.Partners.At(ctx, id(i), now)
			require.NoError(rt, err)
			want := partner.Level("agent")
			if level > 0 {
				want = partner.Level(fmt.Sprint("l", level))
			}
			require.Equal(rt, want, state.Level, "%s of %+v", id(i), r)
			logs, err := prog.Partners.LevelLog(ctx, id(i))
			require.NoError(rt, err)
			for _, change := range logs[0][1:] {
				require.Equal(rt, partner.LevelReached, change.Cause)
				require.NotEqual(rt, change.From, change.To)
			}
		}
		require.Zero(rt, run())
		report, err := prog.Audit(ctx)
		require.NoError(rt, err)
		require.True(rt, report.OK(), report.String())
	})
}
