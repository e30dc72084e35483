package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTreePrintsTheTeamInEveryForm(t *testing.T) {
	for _, form := range []string{"svg", "dot", "mermaid", "json"} {
		want, err := os.ReadFile("testdata/team." + form)
		require.NoError(t, err)
		var out strings.Builder
		require.NoError(t, run(&out, form))
		require.Equal(t, string(want), out.String(), form)
	}
	require.ErrorContains(t, run(&strings.Builder{}, "png"), `no form "png"`)
}
