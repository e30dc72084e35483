package partner_test

import (
	"fmt"

	"github.com/fenrun/fenrun/partner"
)

// What somebody must reach, and what he still lacks.
func ExampleConditions() {
	asked := partner.Conditions{All: []partner.Condition{
		{Metric: &partner.Metric{Name: partner.MetricSpend, Node: partner.Completed}, AtLeast: number("2000")},
		{Metric: &partner.Metric{Name: partner.MetricCustomers}, AtLeast: number("2")},
	}}
	bob := partner.History{
		Partner: "bob", At: day(30), Currency: cny,
		Deals:  []partner.Deal{{Buyer: "bob", PaidAt: day(1), CompletedAt: day(4), Lines: []partner.DealLine{{Product: "tea", Units: 3, Paid: yuan("1200.00")}}}},
		People: []partner.Person{{ID: "carol", By: "bob", From: day(2)}, {ID: "dave", By: "bob", From: day(3)}},
	}
	verdict := asked.Evaluate(bob, nil)
	fmt.Println(verdict.Met)
	fmt.Println(verdict)
	fmt.Println(verdict.Chinese())
	// Output:
	// false
	// all of: own spend, completed: 1,200.00 of 2,000.00, 800.00 short; direct customers invited: 2 of 2, met
	// 满足全部条件：本人消费金额（已完成）：1,200.00 / 2,000.00，还差 800.00；直属邀请客户数：2 / 2，已达成
}

// What it does that somebody leaves is shown before it is carried out.
func ExampleLeaving_Depart() {
	bob := partner.Leaver{
		Standing: partner.Standing{ID: "bob", State: partner.State{Status: partner.Active}},
		Place: partner.Place{
			Above:    []partner.Standing{{ID: "alice", State: partner.State{Status: partner.Active}}},
			Recruits: []partner.ID{"cid"},
			Below:    4,
		},
		Customers: []partner.Customer{"carol", "dave"},
		Pending:   yuan("12.00"),
		Available: yuan("30.00"),
	}
	_, err := partner.Leaving{Customers: partner.CustomersToUpline}.Depart(bob, partner.MoveClearOut, false, day(0))
	fmt.Println(err)
	// Output:
	// partner: "bob" has a team of 4; say that it is meant so to clear him out: bob becomes cleared; of 4 below him his 1 recruits move below alice with their teams; 0 customers are released, 2 go to alice; pending 12.00 CNY settles to him; available 30.00 CNY can be withdrawn until 2026-08-30T00:00:00Z
}
