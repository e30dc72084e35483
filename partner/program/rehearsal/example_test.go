package rehearsal_test

import (
	"context"
	"fmt"
	"log"

	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

// A scenario expects five fen too much; the rest is as expected.
func ExampleRun() {
	scenario, err := rehearsal.Parse([]byte(`{
	  "name": "one sale",
	  "rules": ["5.2"],
	  "plan": {"currency": "CNY", "commission": {"rates": ["10%"]}},
	  "start": "2026-06-01T08:00:00Z",
	  "events": [
	    {"add": {"partner": "bob"}},
	    {"bind": {"customer": "carol", "owner": "bob"}},
	    {
	      "at": "2026-06-01T10:00:00Z",
	      "paid": {"order": "o-1", "customer": "carol", "lines": [{"id": "1", "quantity": 1, "amount": "199.00"}]},
	      "expect": {"entries": [{"line": "1", "slot": 1, "payee": "bob", "amount": "19.95"}]}
	    },
	    {"at": "2026-06-03T12:00:00Z", "received": {"order": "o-1"}},
	    {"at": "2026-06-10T12:00:00Z", "run": {}, "expect": {"released": ["o-1"], "balances": {"bob": {"available": "19.90"}}}}
	  ]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	report, err := rehearsal.Run(context.Background(), scenario)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range report.Differences {
		fmt.Println(d)
	}
	for _, x := range report.Explanations {
		fmt.Println(x)
	}
	// Output:
	// event 3 (paid o-1): entry line 1 slot 1 of bob: want 19.95, got 19.90
	// bob: 19.90 CNY from line 1 of order o-1: slot 1, 10% of 199.00 (default), rounded half-up per entry; plan version 1; released at 2026-06-10T12:00:00Z
}

// Every mistake in a file is named at once, with its place.
func ExampleParse() {
	_, err := rehearsal.Parse([]byte(`{
  "name": "mistakes",
  "plan": {"currency": "CNY", "commission": {"rats": ["10%"]}},
  "events": [
    {"at": "2026-06-01T08:00:00Z", "add": {"partnr": "bob"}},
    {"at": "2026-06-01T08:00:00Z", "pay": {"withdrawal": "w-1", "fee": 1.5}}
  ]
}`))
	fmt.Println(err)
	// Output:
	// rehearsal: scenario: 3:46: plan.commission.rats: unknown field "rats"; did you mean "rates"?
	// 5:43: events[0].add: required field "partner" is missing
	// 5:44: events[0].add.partnr: unknown field "partnr"; did you mean "partner"?
	// 6:72: events[1].pay.fee: a bare number is not accepted; write it as a string, for example "0.1"
}
