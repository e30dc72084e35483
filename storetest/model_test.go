package storetest_test

import (
	"runtime/debug"
	"testing"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/storetest"
)

func TestTheProgrammeOnMemstore(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(3000)) // much is made, and hardly any of it is kept
	storetest.Programme(t, func(testing.TB) store.Store { return memstore.New() })
}
