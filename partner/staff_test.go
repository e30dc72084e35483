package partner_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

func TestRule_1_28_AnOrderOfStaffAndPartnerIsOnesBothsOrDivided(t *testing.T) {
	all := func(id partner.ID) partner.Seller { return partner.Seller{Partner: id, Weight: 1, Weights: 1} }
	ratio := partner.Staff{Sharing: partner.StaffRatio, StaffWeight: 3, PartnerWeight: 7}
	for name, c := range map[string]struct {
		staff           partner.Staff
		member, partner partner.ID
		sellers         []partner.Seller
	}{
		"one by default, the partner's": {partner.Staff{}, "sue", "bob", list(all("bob"))},
		"the member's of the staff":     {partner.Staff{First: partner.StaffMember}, "sue", "bob", list(all("sue"))},
		"both":                          {partner.Staff{Sharing: partner.StaffBoth}, "sue", "bob", list(all("sue"), all("bob"))},
		"divided":                       {ratio, "sue", "bob", list(partner.Seller{Partner: "sue", Weight: 3, Weights: 10}, partner.Seller{Partner: "bob", Weight: 7, Weights: 10})},
		"staff alone":                   {ratio, "sue", "", list(all("sue"))},
		"partner alone":                 {partner.Staff{First: partner.StaffMember}, "", "bob", list(all("bob"))},
		"one who is both":               {partner.Staff{Sharing: partner.StaffBoth}, "bob", "bob", list(all("bob"))},
		"nobody":                        {partner.Staff{Sharing: partner.StaffBoth}, "", "", nil},
	} {
		require.Equal(t, c.sellers, c.staff.Sellers(c.member, c.partner), name)
		require.Equal(t, c.sellers, c.staff.WithDefaults().Sellers(c.member, c.partner), name)
		require.Empty(t, c.staff.Validate("staff"), name)
		require.Empty(t, c.staff.WithDefaults().Validate("staff"), name)
	}
	for problem, staff := range map[string]partner.Staff{
		`s.sharing: "half" is none of ["one" "both" "ratio"]`:                {Sharing: "half"},
		`s.first: "boss" is none of ["partner" "staff"]`:                     {First: "boss"},
		`s.first: it means something only where the order is one's`:          {Sharing: partner.StaffBoth, First: partner.StaffMember},
		`s.staffWeight: a weight is from 1 to 1000000, not 0`:                {Sharing: partner.StaffRatio, PartnerWeight: 1},
		`s.partnerWeight: a weight is from 1 to 1000000, not 1000001`:        {Sharing: partner.StaffRatio, StaffWeight: 1, PartnerWeight: 1_000_001},
		`s.staffWeight: it means something only where they divide the order`: {StaffWeight: 1},
	} {
		problems := staff.Validate("s")
		require.Len(t, problems, 1)
		require.Equal(t, problem, problems[0].String())
	}
}
