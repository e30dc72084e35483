// Package storetest is the suite that every store passes. Who writes a store runs it in one test, and each subtest is a sentence of the contract in
// package store:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) store.Store { return mystore.Open(tb.TempDir()) })
//	}
//
//	--- FAIL: TestStore/balances/a_change_that_needs_more_than_is_available_changes_nothing
//
// Besides it has what the tests of a store, and of what is built on one, need:
//
//   - [Faulty] makes any store fail at the k-th call: before it, after it, by a cancelled context, or by a commit whose answer is lost.
//   - [Dump] writes everything that a tenant has as canonical text, so that two states are equal if and only if their dumps are.
//   - [Programme] draws histories of a whole programme on a store, and compares after every step what everybody has with a second, naive implementation.
//
// The suite runs the programme too: every write of package program meets a fault at every single store call.
package storetest
