package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePartsPrintWhatTheyDid(t *testing.T) {
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, theTree(&out))
	require.NoError(t, theCalculation(&out))
	require.NoError(t, theMoney(&out))
	require.Equal(t, string(want), out.String())
}
