package commission_test

import (
	"encoding"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

// option is any of the plan's choices, as a text and back.
type option interface {
	String() string
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}

// all returns one option for each number up to one that has no name.
func all[T ~uint8, P interface {
	*T
	option
}](names int) []option {
	var list []option
	for i := range names + 1 {
		v := T(i)
		list = append(list, P(&v))
	}
	return list
}

func TestOptionsAreNames(t *testing.T) {
	for _, c := range []struct {
		options []option
		names   []string
	}{
		{all[commission.Base](3), []string{"amount", "profit", "list-price"}},
		{all[commission.Loss](3), []string{"floor-line", "floor-order", "signed"}},
		{all[commission.Attribution](5), []string{"buyer", "owner", "referrer", "chosen", "staff"}},
		{all[commission.SelfPurchase](4), []string{"shift-up", "own", "skip-slot", "nobody"}},
		{all[commission.Missing](4), []string{"forfeit", "compress", "to-top", "dynamic"}},
		{all[commission.PersonalRates](2), []string{"after-goods", "before-goods"}},
		{all[commission.BonusMode](3), []string{"additive", "multiplicative", "replace"}},
		{all[commission.TeamMode](2), []string{"nearest", "differential"}},
		{all[commission.PeerBase](2), []string{"income", "order"}},
		{all[commission.Place](3), []string{"ship-to", "pickup", "delivery"}},
		{all[commission.RegionTiers](2), []string{"every", "smallest"}},
		{all[commission.Sharing](3), []string{"one", "split", "full"}},
		{all[commission.Overflow](3), []string{"pro-rata", "cut-farthest", "refuse"}},
		{all[commission.Stacking](3), []string{"max", "sum", "product"}},
		{all[commission.Scope](2), []string{"entry", "order"}},
		{all[commission.SourceKind](20), []string{
			"line", "kind", "sku", "product", "category", "partner", "level", "default", "team", "differential", "recruiter", "peer", "territory", "fee",
			"ladder", "pool", "tiers", "upgrade", "first-order", "own",
		}},
		{all[commission.Interval](3), []string{"month", "quarter", "year"}},
		{all[commission.BarredShare](2), []string{"others", "shop"}},
		{all[commission.TierMode](3), []string{"marginal", "retroactive", "prospective"}},
	} {
		for i, name := range c.names {
			text, err := c.options[i].MarshalText()
			require.NoError(t, err)
			require.Equal(t, name, string(text))
			require.Equal(t, name, c.options[i].String())
		}
		unnamed := c.options[len(c.names)]
		require.Contains(t, unnamed.String(), "unknown (")
		var e *commission.OptionError
		require.ErrorAs(t, unnamed.UnmarshalText([]byte("Nonsense")), &e)
		require.Equal(t, c.names, e.Names)
		require.Contains(t, e.Error(), `commission: "Nonsense" is none of [`)
		require.Contains(t, unnamed.String(), "unknown (", "what cannot be read changes nothing")
		for i, name := range c.names {
			require.NoError(t, unnamed.UnmarshalText([]byte(name)))
			require.Equal(t, c.options[i].String(), unnamed.String())
		}
	}
}

func TestAttributionTakesTheFirstThatThereIs(t *testing.T) {
	everybody := commission.Candidates{Buyer: "c", Owner: "b", Referrer: "a"}
	of := func(sources ...commission.Attribution) commission.Plan { return commission.Plan{Attribution: sources} }
	for _, c := range []struct {
		plan commission.Plan
		who  commission.Candidates
		want commission.Attributed
	}{
		{of(), everybody, commission.Attributed{Partner: "c", By: commission.Buyer}},
		{of(), commission.Candidates{Owner: "b", Referrer: "a"}, commission.Attributed{Partner: "b", By: commission.Owner}},
		{of(), commission.Candidates{Referrer: "a"}, commission.Attributed{Reason: commission.NoOwner}},
		{of(commission.Referrer, commission.Owner), everybody, commission.Attributed{Partner: "a", By: commission.Referrer}},
		{of(commission.Referrer, commission.Owner), commission.Candidates{Owner: "b"}, commission.Attributed{Partner: "b", By: commission.Owner}},
		{of(commission.Referrer, commission.Owner), commission.Candidates{Buyer: "c"}, commission.Attributed{Reason: commission.NoOwner}},
		{of(commission.Owner), everybody, commission.Attributed{Partner: "b", By: commission.Owner}},
		{of(commission.Referrer), commission.Candidates{Buyer: "c", Owner: "b"}, commission.Attributed{Reason: commission.NoReferrer}},
		{of(commission.Buyer), commission.Candidates{Owner: "b"}, commission.Attributed{Reason: commission.NoOwner}},
	} {
		require.Equal(t, c.want, c.plan.Attributed(c.who))
	}
}
