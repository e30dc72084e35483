package storetest

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

func TestEverySentenceHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range Cases() {
		require.False(t, seen[name], name)
		seen[name] = true
		require.Equal(t, 1, strings.Count(name, "/"), "a name is area/sentence: %s", name)
	}
}

func TestTheTableOfMethodsIsComplete(t *testing.T) {
	var names []string
	for _, m := range methods() {
		names = append(names, m.name)
	}
	var want []string
	for i := range reflect.TypeFor[store.Tx]().NumMethod() {
		want = append(want, reflect.TypeFor[store.Tx]().Method(i).Name)
	}
	require.ElementsMatch(t, want, names)
}

func TestAnUnknownSentenceCannotBeSkipped(t *testing.T) {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		optionsOf(r, []Option{Skip("balances/no such sentence", "why not")})
	}()
	<-done
	require.True(t, r.Failed())
}

func TestWhatIsSkippedIsLogged(t *testing.T) {
	r := &recorder{TB: t}
	optionsOf(r, []Option{Skip("plans/Plans returns the versions from one on, in order", "it keeps only the last")})
	require.False(t, r.Failed())
	require.Contains(t, r.messages[0], "it keeps only the last")
}

// A field that is added to a record must be set in its sample, or no sentence would notice a store that forgets it.
func TestSamplesHaveEveryFieldSet(t *testing.T) {
	released := sampleRow("o-1", "p-1", 1, 100)
	released.Folded, released.Released = day(1), day(2)
	order := sampleOrder("o-1")
	order.Released = day(3)
	for name, sample := range map[string]any{
		"partner": samplePartner("p-1"), "fact": sampleFact("p-1", 1), "application": sampleApplication("a-1", "p-1"), "edge": inTree("supply", sampleEdge("p-2", "p-1")), "binding": sampleBinding("b-1", "c-1", "p-1", day(1)),
		"plan": samplePlan(1), "order": order, "row": released, "run": sampleRun("r-1"), "withdrawal": sampleWithdrawal(number(1), "p-1"), "claim": sampleClaim("paid", "o-1", "t-1"), "event": sampleEvent("e-1"),
	} {
		unset := map[string]bool{}
		set := map[string]bool{}
		fields(reflect.ValueOf(sample), name, func(path string, zero bool) {
			unset[path] = unset[path] || zero
			set[path] = set[path] || !zero
		})
		for path := range unset {
			if path != "event.Number" {
				require.True(t, set[path], "%s is not set", path)
			}
		}
	}
}

// fields visits every field that can be reached, an element of a slice under the slice's name.
func fields(v reflect.Value, path string, visit func(path string, zero bool)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), path, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				visit(path+"."+f.Name, v.Field(i).IsZero())
				fields(v.Field(i), path+"."+f.Name, visit)
			}
		}
	}
}
