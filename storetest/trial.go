package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

// trial is one sentence under test: a store of its own, and a tenant on it.
type trial struct {
	testing.TB
	options
	ctx    context.Context
	st     store.Store
	tenant store.Tenant
}

// of is the same trial for another tenant.
func (x *trial) of(tenant store.Tenant) *trial {
	other := *x
	other.tenant = tenant
	return &other
}

// on is the same trial on another store.
func (x *trial) on(st store.Store) *trial {
	other := *x
	other.st = st
	return &other
}

// update runs fn in an Update that must succeed.
func (x *trial) update(fn func(tx store.Tx) error) {
	x.Helper()
	require.NoError(x, x.st.Update(x.ctx, x.tenant, fn))
}

// view runs fn in a View that must succeed.
func (x *trial) view(fn func(tx store.Tx) error) {
	x.Helper()
	require.NoError(x, x.st.View(x.ctx, x.tenant, fn))
}

// refused runs fn in an Update that must fail with an error that is target, and leave everything as it was.
func (x *trial) refused(target error, fn func(tx store.Tx) error) {
	x.Helper()
	before := x.dump()
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, fn), target)
	sameText(x, before, x.dump(), "a refused Update changed something")
}

// dump is everything that the tenant has.
func (x *trial) dump() string {
	x.Helper()
	var text []byte
	x.view(func(tx store.Tx) error {
		var err error
		text, err = dumpTenant(x.ctx, tx)
		return err
	})
	return string(text)
}

// read calls a method with one argument in a View.
func read[A, R any](x *trial, method func(store.Tx, context.Context, A) (R, error), arg A) R {
	x.Helper()
	var out R
	x.view(func(tx store.Tx) (err error) {
		out, err = method(tx, x.ctx, arg)
		return err
	})
	return out
}

// scan calls a method that reads a page in a View.
func scan[A, R any](x *trial, method func(store.Tx, context.Context, A, int) ([]R, error), after A, limit int) []R {
	x.Helper()
	var out []R
	x.view(func(tx store.Tx) (err error) {
		out, err = method(tx, x.ctx, after, limit)
		return err
	})
	return out
}

// write calls a method that writes its argument in an Update.
func write[A any](x *trial, method func(store.Tx, context.Context, A) error, arg A) {
	x.Helper()
	x.update(func(tx store.Tx) error { return method(tx, x.ctx, arg) })
}

// change calls a method that writes and returns something in an Update.
func change[A, R any](x *trial, method func(store.Tx, context.Context, A) (R, error), arg A) R {
	x.Helper()
	var out R
	x.update(func(tx store.Tx) (err error) {
		out, err = method(tx, x.ctx, arg)
		return err
	})
	return out
}

// list is a slice, for arguments that would be long otherwise.
func list[T any](values ...T) []T { return values }

// same asserts that two values say the same: nil and the empty slice do, and so do decimals that are equal.
func same(x *trial, want, got any, message ...any) {
	x.Helper()
	if wanted, gotten := said(x, want), said(x, got); wanted != gotten {
		sameText(x, indented(wanted), indented(gotten), message...)
	}
}

// said is what a value says.
func said(x *trial, v any) string {
	x.Helper()
	text, err := canonical(v)
	require.NoError(x, err)
	return string(text)
}

// indented has a line for each field.
func indented(text string) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		return text
	}
	return out.String()
}

// sameText asserts that two texts are equal, and shows the lines that are only in one of them where they are not.
func sameText(x *trial, want, got string, message ...any) {
	x.Helper()
	if want == got {
		return
	}
	require.Fail(x, "not the same; - should be there, + is there:\n"+difference(want, got), message...)
}

// most lines of a difference that are shown.
const mostShown = 40

func difference(want, got string) string {
	wanted, gotten := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	only := func(mark string, these, those []string) {
		times := map[string]int{}
		for _, line := range those {
			times[line]++
		}
		for _, line := range these {
			if times[line]--; times[line] < 0 {
				out = append(out, mark+line)
			}
		}
	}
	only("- ", wanted, gotten)
	only("+ ", gotten, wanted)
	if len(out) == 0 {
		return "the same lines in another order:\n" + got
	}
	if len(out) > mostShown {
		out = append(out[:mostShown], fmt.Sprintf("and %d lines more", len(out)-mostShown))
	}
	return strings.Join(out, "\n")
}
