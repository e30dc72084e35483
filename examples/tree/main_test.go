package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTreePrintsTheTeamInEveryFormFromEverySource(t *testing.T) {
	for _, form := range []string{"svg", "dot", "mermaid", "json"} {
		want, err := os.ReadFile("testdata/team." + form)
		require.NoError(t, err)
		for _, from := range []string{"file", "programme"} {
			var out strings.Builder
			require.NoError(t, run(&out, form, from))
			require.Equal(t, string(want), out.String(), "%s from the %s", form, from)
		}
	}
	require.ErrorContains(t, run(&strings.Builder{}, "png", "file"), `no form "png"`)
	require.ErrorContains(t, run(&strings.Builder{}, "dot", "air"), `no source "air"`)
}
