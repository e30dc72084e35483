package storetest

import (
	"errors"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var joinSentences = []sentence{
	{"what is done is there after the shop commits", joining(joinCommit)},
	{"what is done is gone after the shop rolls back", joining(joinRollback)},
	{"several Updates are kept or undone together, and each sees those before it", joining(joinSeveral)},
	{"fn runs once", joining(joinOnce)},
	{"after an error that came after a write every call returns that error and nothing stays", joining(joinPoisoned)},
	{"after a panic that came after a write every call is an error and nothing stays", joining(joinPanicked)},
	{"a refusal before the first write lets the shop go on", joining(joinRefused)},
	{"a View cannot write", joining(joinView)},
	{"a period run that is posted inside the shop's transaction is there if and only if the shop commits", joining(joinRun)},
	{"an order that is paid inside the shop's transaction is there if and only if the shop commits", joining(joinProgramme)},
}

// host is a transaction of the shop's own.
type host struct {
	*trial   // on the store that works inside the transaction
	outside  *trial
	commit   func() error
	rollback func()
}

// joining opens a transaction of the shop's own for a sentence, or skips it where the store has none.
func joining(run func(begin func() *host)) func(*trial) {
	return func(x *trial) {
		if x.join == nil {
			x.Skip("storetest: the caller has not said how to join a transaction: WithJoin")
		}
		run(func() *host {
			st, commit, rollback := x.join(x, x.st)
			return &host{trial: x.on(st), outside: x, commit: commit, rollback: rollback}
		})
	}
}

func joinCommit(begin func() *host) {
	h := begin()
	within := h.filled()
	require.NoError(h, h.commit())
	h.rollback() // after the commit it does nothing
	sameText(h.trial, within, h.outside.dump())
}

func joinRollback(begin func() *host) {
	h := begin()
	require.NotEmpty(h, h.filled())
	h.rollback()
	require.Empty(h, h.outside.dump())
}

func joinSeveral(begin func() *host) {
	for _, keep := range list(false, true) {
		h := begin()
		write(h.trial, store.Tx.AddPartners, list(samplePartner("p-1")))
		require.Len(h, scan(h.trial, store.Tx.ScanPartners, "", 10), 1)
		write(h.trial, store.Tx.AddPartners, list(samplePartner("p-2")))
		write(h.of("another"), store.Tx.AddPartners, list(samplePartner("p-3")))
		require.Len(h, scan(h.trial, store.Tx.ScanPartners, "", 10), 2)
		if keep {
			require.NoError(h, h.commit())
		} else {
			h.rollback()
		}
		require.Equal(h, keep, len(scan(h.outside, store.Tx.ScanPartners, "", 10)) == 2)
		require.Equal(h, keep, len(scan(h.outside.of("another"), store.Tx.ScanPartners, "", 10)) == 1)
	}
}

func joinOnce(begin func() *host) {
	for _, failure := range []error{nil, store.ErrStale, errRefused} {
		h := begin()
		runs := 0
		err := h.st.Update(h.ctx, h.tenant, func(store.Tx) error {
			runs++
			return failure
		})
		require.ErrorIs(h, err, failure)
		require.Equal(h, 1, runs)
		h.rollback()
	}
}

// poisoned asserts that no call works any more, each with this error where it is one, and that nothing stays.
func (h *host) poisoned(failure error) {
	h.Helper()
	calls := 0
	fn := func(store.Tx) error { calls++; return nil }
	for _, err := range []error{h.st.Update(h.ctx, h.tenant, fn), h.st.View(h.ctx, h.tenant, fn), h.st.Update(h.ctx, "another", fn)} {
		require.Error(h, err)
		if failure != nil {
			require.ErrorIs(h, err, failure)
		}
	}
	require.Zero(h, calls, "fn does not run")
	h.rollback()
	require.Empty(h, h.outside.dump())
}

func joinPoisoned(begin func() *host) {
	h := begin()
	write(h.trial, store.Tx.AddPartners, list(samplePartner("p-1")))
	require.ErrorIs(h, h.st.Update(h.ctx, h.tenant, func(tx store.Tx) error {
		return errors.Join(tx.AddPartners(h.ctx, list(samplePartner("p-2"))), errRefused)
	}), errRefused)
	h.poisoned(errRefused)
}

func joinPanicked(begin func() *host) {
	h := begin()
	require.Panics(h, func() {
		_ = h.st.Update(h.ctx, h.tenant, func(tx store.Tx) error {
			_ = tx.AddPartners(h.ctx, list(samplePartner("p-2")))
			panic("storetest: fn panics")
		})
	})
	h.poisoned(nil)
}

func joinRefused(begin func() *host) {
	h := begin()
	write(h.trial, store.Tx.AddPartners, list(samplePartner("p-1")))
	require.ErrorIs(h, h.st.Update(h.ctx, h.tenant, func(tx store.Tx) error {
		if _, err := tx.LockOrders(h.ctx, list[commission.OrderID]("o-1")); err != nil {
			return err
		}
		return errRefused
	}), errRefused)
	require.ErrorIs(h, h.st.View(h.ctx, h.tenant, func(store.Tx) error { return errRefused }), errRefused)
	write(h.trial, store.Tx.AddPartners, list(samplePartner("p-2")))
	require.NoError(h, h.commit())
	require.Len(h, scan(h.outside, store.Tx.ScanPartners, "", 10), 2)
}

func joinView(begin func() *host) {
	h := begin()
	require.ErrorIs(h, h.st.View(h.ctx, h.tenant, func(tx store.Tx) error { return tx.AddPartners(h.ctx, list(samplePartner("p-1"))) }), store.ErrReadOnly)
	require.NoError(h, h.commit())
	require.Empty(h, h.outside.dump())
}

func joinProgramme(begin func() *host) {
	h := begin()
	h.rollback()
	b := h.outside.branch(simplePlan)
	b.family()
	before := b.dump()
	for _, end := range []func(*host) error{func(h *host) error { h.rollback(); return nil }, func(h *host) error { return h.commit() }} {
		sameText(h.trial, before, b.dump())
		h := begin()
		out, err := b.In(h.st).Orders.Paid(b.ctx, b.order("o-1"))
		require.NoError(h, err)
		require.False(h, out.Repeated)
		require.NoError(h, end(h))
	}
	out, err := b.Orders.Paid(b.ctx, b.order("o-1"))
	require.NoError(h, err)
	require.True(h, out.Repeated, "it was paid inside the transaction")
	b.sound()
}

func joinRun(begin func() *host) {
	h := begin()
	h.rollback()
	b := h.outside.branch(bonusPlan)
	b.sold()
	before := b.dump()
	for _, end := range []func(*host) error{func(h *host) error { h.rollback(); return nil }, func(h *host) error { return h.commit() }} {
		sameText(h.trial, before, b.dump())
		h := begin()
		within := b.In(h.st).Bonuses
		_, err := within.Post(b.ctx, b.dividend())
		var state *settlement.RunStateError
		require.ErrorAs(h, err, &state, "a refusal lets the shop go on")
		_, err = within.Lock(b.ctx, b.dividend())
		require.NoError(h, err)
		out, err := within.Post(b.ctx, b.dividend())
		require.NoError(h, err)
		require.Equal(h, settlement.RunCommitted, out.Run.State)
		require.NoError(h, end(h))
	}
	require.Equal(h, settlement.RunCommitted, b.run().State)
	b.sound()
}
