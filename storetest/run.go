package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fenrun/fenrun/store"
)

// sentence is one rule of the contract, under a name that says it.
type sentence struct {
	name string
	run  func(*trial)
}

// area is a part of the contract.
type area struct {
	name      string
	sentences []sentence
}

// contract is every sentence, by area.
func contract() []area {
	return []area{
		{"transactions", transactionSentences},
		{"batches", batchSentences()},
		{"values", valueSentences()},
		{"copies", copySentences()},
		{"ids", idSentences()},
		{"tenants", tenantSentences()},
		{"scans", scanSentences()},
		{"partners", partnerSentences},
		{"applications", applicationSentences},
		{"tree", treeSentences},
		{"plans", planSentences},
		{"orders", slices.Concat(orderSentences, paidOrders.sentences(), customerOrders.sentences(), soldOrders.sentences(), releasedOrders.sentences(), boughtSentences)},
		{"runs", runSentences},
		{"grants", grantSentences},
		{"forfeits", forfeitSentences},
		{"ledger", rowSentences},
		{"balances", balanceSentences},
		{"counters", counterSentences},
		{"currencies", currencySentences},
		{"payouts", payoutSentences},
		{"queue", queueSentences},
		{"tallies", tallySentences},
		{"claims", claimSentences},
		{"events", slices.Concat(eventSentences, readerSentences)},
		{"size", sizeSentences},
		{"concurrency", concurrencySentences},
		{"joining", joinSentences},
		{"programme", programmeSentences},
		{"faults", faultSentences()},
	}
}

// Cases returns the names of all sentences, "area/sentence", in the order in which Run tests them.
func Cases() []string {
	var names []string
	for _, a := range contract() {
		for _, s := range a.sentences {
			names = append(names, a.name+"/"+s.name)
		}
	}
	return names
}

// Run tests that a store keeps the contract of package store, each sentence in a subtest of its own on a store of its own. newStore returns an empty
// store, and cleans up through its argument; it is called often.
func Run(t *testing.T, newStore func(testing.TB) store.Store, opts ...Option) {
	t.Helper()
	o := optionsOf(t, opts)
	for _, a := range contract() {
		t.Run(a.name, func(t *testing.T) {
			for _, s := range a.sentences {
				t.Run(s.name, func(t *testing.T) {
					if reason, ok := o.skipped[a.name+"/"+s.name]; ok {
						t.Skipf("skipped by the caller: %s", reason)
					}
					try(t, s, newStore, o)
				})
			}
		})
	}
}

// patience is how long one sentence may wait for its store, so that a store that blocks fails instead of hanging where it minds the context.
const patience = 5 * time.Minute

// try tests one sentence.
func try(tb testing.TB, s sentence, newStore func(testing.TB) store.Store, o options) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.run(&trial{TB: tb, ctx: ctx, st: newStore(tb), options: o})
}
