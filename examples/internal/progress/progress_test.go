package progress

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWorkOfLessThanASecondShowsNothing(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	b := newBar(&out, func() time.Time { return now }, 10, "orders")
	now = now.Add(patience - 1)
	b.Add(10)
	b.Done()
	require.Empty(t, out.String())
}

func TestLongWorkShowsHowFarItIsAndIsTakenAway(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	b := newBar(&out, func() time.Time { return now }, 10, "orders")
	now = now.Add(patience)
	b.Add(4)
	b.Add(1)
	require.Equal(t, "\rorders ["+strings.Repeat("#", 12)+strings.Repeat(".", 18)+"]  40%", out.String(), "not more often than its pace")
	now = now.Add(pace)
	b.Add(99)
	require.True(t, strings.HasSuffix(out.String(), "\rorders ["+strings.Repeat("#", 30)+"] 100%"))
	b.Done()
	b.Done()
	require.True(t, strings.HasSuffix(out.String(), "100%\r\x1b[K"))
}

func TestWithoutATerminalNothingIsShown(t *testing.T) {
	b := &Bar{}
	b.Add(1)
	b.Done()
}
