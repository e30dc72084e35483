package main

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsDoneOnceIsNoPartOfASlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var connect sync.Once
		c := &contender{long: 50 * time.Millisecond, run: func(n int) {
			connect.Do(func() { time.Sleep(time.Second) })
			time.Sleep(time.Duration(n) * time.Millisecond)
		}}
		c.calibrate()
		require.InDelta(t, 50, c.perSlice, 1)
		require.InDelta(t, time.Millisecond, c.fastest, 1)
	})
}

func TestAllWhoWorkAtOnceHaveWorkInASlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed firstError
		c := at(8, &failed, func(context.Context) error {
			time.Sleep(2 * several)
			return nil
		})
		raceFor(1, t.Name(), c)
		require.NoError(t, failed.err)
		require.Equal(t, 8, c.perSlice)
		require.InDelta(t, 2*several/8, c.fastest, 1)
	})
}
