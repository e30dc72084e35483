package kvstore_test

import (
	"strings"
	"testing"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/kvstore"
	"github.com/fenrun/fenrun/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	var options []storetest.Option
	for _, name := range storetest.Cases() {
		if testing.Short() && strings.HasPrefix(name, "faults/") {
			options = append(options, storetest.Skip(name, "it takes minutes with the race detector; without -short it runs"))
		}
	}
	storetest.Run(t, func(testing.TB) store.Store { return kvstore.New(lasting{&memory{}}) }, options...)
}

// large are the sentences, or the areas of them, that write more in a transaction than 100 items: most of them fill a tenant with all there is.
var large = []string{"batches/", "ids/", "scans/", "tenants/", "transactions/", "size/a line of people is as long as it is"}

func TestStoreKeepsTheContractInCommitsOf100Items(t *testing.T) {
	options := []storetest.Option{storetest.WithSize(5), storetest.WithWorkers(2, 8), storetest.WithDebits(10), storetest.WithRounds(2)}
	for _, name := range storetest.Cases() {
		for _, beginning := range large {
			if strings.HasPrefix(name, beginning) {
				options = append(options, storetest.Skip(name, "it has transactions of more than 100 items"))
			}
		}
		if strings.HasPrefix(name, "faults/") {
			options = append(options, storetest.Skip(name, "faults are the same whatever the limit"))
		}
	}
	options = append(options, storetest.Skip("concurrency/a View reads one state while others write", "this database is no Snapshots"))
	storetest.Run(t, func(testing.TB) store.Store { return kvstore.New(&memory{limit: 100}) }, options...)
}
