package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

var applicationSentences = []sentence{
	{"an application is saved with the revision above the stored one and any other is ErrStale", applicationRevisions},
	{"a stale application keeps the others of its call from being saved", staleApplicationInBatch},
	{"applications of one applicant come in order of id", applicationsInOrder},
	{"LockApplications returns applications as they are now, own writes too", lockApplicationsNow},
	{"OpenApplications has what waits for a decision, and no longer what is decided", openApplications},
}

func applicationAt(id partner.ApplicationID, revision int64) partner.Application {
	a := sampleApplication(id, "p-1")
	a.Revision = revision
	return a
}

func applicationRevisions(x *trial) {
	save := func(n int64) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.SaveApplications(x.ctx, list(applicationAt("a-1", n))) }
	}
	for stored := int64(0); stored < 4; stored++ {
		for _, wrong := range list(stored-1, stored, stored+2) {
			x.refused(store.ErrStale, save(wrong))
		}
		x.update(save(stored + 1))
	}
}

func staleApplicationInBatch(x *trial) {
	write(x, store.Tx.SaveApplications, list(applicationAt("a-1", 1), applicationAt("a-2", 1)))
	x.refused(store.ErrStale, func(tx store.Tx) error {
		return tx.SaveApplications(x.ctx, list(applicationAt("a-1", 2), applicationAt("a-2", 1)))
	})
}

func applicationsInOrder(x *trial) {
	for _, id := range list[partner.ApplicationID]("b", "c", "a", "B") {
		write(x, store.Tx.SaveApplications, list(applicationAt(id, 1)))
	}
	var got []partner.ApplicationID
	for _, a := range read(x, store.Tx.ApplicationsOf, list[partner.ID]("p-1"))[0] {
		got = append(got, a.ID)
	}
	require.Equal(x, list[partner.ApplicationID]("B", "a", "b", "c"), got)
}

func lockApplicationsNow(x *trial) {
	x.update(func(tx store.Tx) error {
		for n := int64(1); n < 4; n++ {
			if err := tx.SaveApplications(x.ctx, list(applicationAt("a-1", n))); err != nil {
				return err
			}
			locked, err := tx.LockApplications(x.ctx, list[partner.ID]("p-1"))
			if err != nil {
				return err
			}
			require.Equal(x, n, locked[0][0].Revision)
		}
		return nil
	})
	require.Equal(x, int64(3), change(x, store.Tx.LockApplications, list[partner.ID]("p-1"))[0][0].Revision)
}

func openApplications(x *trial) {
	write(x, store.Tx.SaveApplications, list(applicationAt("a-1", 1), applicationAt("a-2", 1), applicationAt("a-3", 1)))
	for i, state := range list(partner.ApplicationApproved, partner.ApplicationRejected, partner.ApplicationCancelled) {
		open := scan(x, store.Tx.OpenApplications, "", 10)
		require.Len(x, open, 3-i)
		decided := open[0]
		decided.Revision, decided.State = 2, state
		require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
			if err := tx.SaveApplications(x.ctx, list(decided)); err != nil {
				return err
			}
			return errRefused
		}), errRefused)
		require.Len(x, scan(x, store.Tx.OpenApplications, "", 10), 3-i, "what was undone is open")
		write(x, store.Tx.SaveApplications, list(decided))
	}
	require.Empty(x, scan(x, store.Tx.OpenApplications, "", 10))
	require.Len(x, scan(x, store.Tx.ScanApplications, "", 10), 3)
}
