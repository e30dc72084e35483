package strictjson_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// decimals draws decimals that have their plain notation as only representation.
func decimals() *rapid.Generator[decimal.Decimal] {
	return rapid.Custom(func(t *rapid.T) decimal.Decimal {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), rapid.Int32Range(-20, 0).Draw(t, "exponent"))
		return decimal.RequireFromString(d.String())
	})
}

// levels draws levels.
func levels() *rapid.Generator[Level] {
	return rapid.Custom(func(t *rapid.T) Level {
		return Level{Name: rapid.String().Draw(t, "name"), From: rapid.Int().Draw(t, "from")}
	})
}

// plans draws plans nested at most depth times.
func plans(depth int) *rapid.Generator[Plan] {
	return rapid.Custom(func(t *rapid.T) Plan {
		plan := Plan{
			Header: Header{Version: rapid.Int().Draw(t, "version")},
			Name:   rapid.String().Draw(t, "name"),
			Active: rapid.Bool().Draw(t, "active"),
			Small:  rapid.Int8().Draw(t, "small"),
			Large:  rapid.Int64().Draw(t, "large"),
			Count:  rapid.Uint16().Draw(t, "count"),
			State:  State(rapid.String().Draw(t, "state")),
			Rates:  rapid.SliceOf(decimals()).Draw(t, "rates"),
			Share:  Percent{rapid.Int().Draw(t, "share")},
			Start:  time.Unix(rapid.Int64Range(0, 1<<37).Draw(t, "start"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")).UTC(),
			Levels: rapid.SliceOf(levels()).Draw(t, "levels"),
			Codes: rapid.MapOf(rapid.Map(rapid.StringMatching(`[A-Z]{0,5}`), func(s string) Code { return Code(s) }),
				rapid.Map(rapid.String(), func(s string) State { return State(s) })).Draw(t, "codes"),
		}
		if rapid.Bool().Draw(t, "capped") {
			plan.Cap = decimal.NewNullDecimal(decimals().Draw(t, "cap"))
		}
		if rapid.Bool().Draw(t, "ruled") {
			plan.Rule = Rule{levels().Draw(t, "rule")}
		}
		if rapid.Bool().Draw(t, "commissioned") {
			plan.Commission = &Commission{
				Rates:    rapid.SliceOf(rapid.String()).Draw(t, "commission rates"),
				Products: rapid.MapOfN(rapid.StringN(-1, -1, 40), rapid.SliceOf(rapid.Int()), 0, 4).Draw(t, "products"),
			}
		}
		if depth > 0 && rapid.Bool().Draw(t, "nested") {
			next := plans(depth-1).Draw(t, "next")
			plan.Next = &next
		}
		return plan
	})
}

func TestWhatEncodingJSONWritesDecodesBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans(2).Draw(t, "plan")
		document, err := json.Marshal(plan)
		require.NoError(t, err)
		var got Plan
		positions, err := strictjson.DecodePositions(document, &got)
		require.NoError(t, err)

		again, err := json.Marshal(got)
		require.NoError(t, err)
		require.Equal(t, string(document), string(again))
		require.Equal(t, plan.Levels, got.Levels)
		require.Equal(t, plan.Codes, got.Codes)
		require.Equal(t, plan.Commission, got.Commission)
		require.True(t, plan.Start.Equal(got.Start))
		for i := range plan.Rates {
			require.True(t, plan.Rates[i].Equal(got.Rates[i]))
		}
		for name, ints := range got.commissionProducts() {
			path := strictjson.Field("commission.products", name)
			require.NotEqual(t, positions.At("commission.products"), positions.At(path), path)
			for i := range ints {
				require.NotEqual(t, positions.At(path), positions.At(strictjson.Index(path, i)), path)
			}
		}
	})
}

// commissionProducts returns the products, if any.
func (p Plan) commissionProducts() map[string][]int {
	if p.Commission == nil {
		return nil
	}
	return p.Commission.Products
}
