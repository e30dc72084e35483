package storetest

import (
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

func tenantSentences() []sentence {
	sentences := []sentence{
		{"two tenants with the same ids have nothing to do with each other", twoTenants},
		{"tenants are compared byte by byte", tenantNames},
	}
	for _, m := range methods() {
		sentences = append(sentences, sentence{m.name + " sees and changes nothing of another tenant's", func(x *trial) { foreign(x, m) }})
	}
	return sentences
}

func twoTenants(x *trial) {
	first, second := x.of("shop"), x.of("")
	filled := first.filled()
	require.Empty(x, second.dump())
	require.Equal(x, filled, second.filled())
	first.update(func(tx store.Tx) error {
		for _, m := range methodsThat(writing) {
			if _, err := m.call(x.ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	require.NotEqual(x, filled, first.dump())
	sameText(x, filled, second.dump())
}

func tenantNames(x *trial) {
	names := append(trickyIDs(), "")
	for i, name := range names {
		p := samplePartner("p-1")
		p.Actor = fmt.Sprint(i)
		write(x.of(store.Tenant(name)), store.Tx.AddPartners, list(p))
	}
	for i, name := range names {
		require.Equal(x, fmt.Sprint(i), read(x.of(store.Tenant(name)), store.Tx.Partners, list[partner.ID]("p-1"))[0].Actor, "tenant %q", name)
	}
	for _, name := range absentIDs() {
		require.Empty(x, x.of(store.Tenant(name)).dump(), "tenant %q", name)
	}
}

// foreign calls a method for a tenant who has nothing, before another has something and after it, and then for one who has the same.
func foreign(x *trial, m method) {
	call := func(tenant store.Tenant) (result string) {
		err := x.st.Update(x.ctx, tenant, func(tx store.Tx) error {
			out, err := m.call(x.ctx, tx)
			result = said(x, out)
			return err
		})
		for _, known := range list(store.ErrStale, store.ErrExists) {
			if errors.Is(err, known) {
				return known.Error()
			}
		}
		return fmt.Sprintf("%s, error %v", result, err)
	}
	alone := call("alone")
	theirs := x.of("theirs").filled()
	require.Equal(x, alone, call("empty"))
	sameText(x, x.of("alone").dump(), x.of("empty").dump())

	require.Equal(x, theirs, x.of("same").filled())
	call("same")
	sameText(x, theirs, x.of("theirs").dump())
}
