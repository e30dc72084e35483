package commission_test

import (
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

var (
	genSeats = []partner.ID{"a0", "a1", "a2", "x0", "x1", "p0", "p1"} // x… earn nothing, p… stand in the line of uplines too
	genCodes = []string{"3", "3/1", "3/1/9", "3/2", "4"}
)

func genRegions(t *rapid.T, p *commission.Plan) {
	if !often(t, "regions", 30) {
		return
	}
	p.Territory = commission.Territory{
		Regions: map[string]commission.Region{}, Tiers: commission.RegionTiers(rapid.IntRange(0, 1).Draw(t, "tiers")),
		Sharing: rapid.SampledFrom([]commission.Sharing{commission.SplitShares, commission.SplitShares, commission.FullShares, commission.OneAgent}).Draw(t, "sharing"),
	}
	if often(t, "by", 30) {
		all := rapid.Permutation([]commission.Place{commission.ShipTo, commission.Pickup, commission.Delivery}).Draw(t, "places")
		p.Territory.By = all[:rapid.IntRange(1, 3).Draw(t, "places")]
	}
	most := 4
	if p.Territory.Sharing == commission.OneAgent {
		most = 1
	}
	for _, code := range rapid.Permutation(genCodes).Draw(t, "regions")[:rapid.IntRange(1, 4).Draw(t, "regions")] {
		region := commission.Region{Rate: genSetRate(t, "region")}
		for _, id := range rapid.Permutation(genSeats).Draw(t, "agents")[:rapid.IntRange(1, most).Draw(t, "agents")] {
			agent := commission.Agent{Partner: id}
			if p.Territory.Sharing == commission.SplitShares {
				agent.Weight = rapid.SampledFrom([]int32{0, 1, 2, 3, 1_000_000}).Draw(t, "weight")
			}
			region.Agents = append(region.Agents, agent)
		}
		p.Territory.Regions[code] = region
	}
}

func genFees(t *rapid.T, p *commission.Plan) {
	if !often(t, "fees", 30) {
		return
	}
	for _, name := range []string{"platform", "service", "care"}[:rapid.IntRange(1, 3).Draw(t, "fees")] {
		p.Fees = append(p.Fees, commission.Fee{
			Name: name, Payee: rapid.SampledFrom(genSeats).Draw(t, "payee"), Rate: genSetRate(t, "fee"), BeforeSplit: often(t, "before the split", 50),
		})
	}
}

func genStaff(t *rapid.T, p *commission.Plan) {
	if !often(t, "staff", 30) {
		return
	}
	p.Staff.Sharing = rapid.SampledFrom([]commission.StaffSharing{commission.StaffRatio, commission.StaffRatio, commission.StaffBoth, commission.StaffOne}).Draw(t, "staff")
	if p.Staff.Sharing == commission.StaffRatio {
		weight := func(label string) int32 { return rapid.SampledFrom([]int32{1, 2, 3, 1_000_000}).Draw(t, label) }
		p.Staff.StaffWeight, p.Staff.PartnerWeight = weight("staff weight"), weight("partner weight")
	}
}

func genSetRate(t *rapid.T, label string) commission.Rate {
	texts := genShares[1:]
	if often(t, "fixed", 20) {
		texts = genFixed
	}
	return commission.MustRate(rapid.SampledFrom(texts).Draw(t, label))
}

func genPlaces(t *rapid.T) commission.Places {
	place := func(label string) string {
		return rapid.SampledFrom([]string{"", "3/1/9", "3/1", "3", "3/2/8", "4/1", "5", "33"}).Draw(t, label)
	}
	return commission.Places{ShipTo: place("ship to"), Pickup: place("pickup"), Delivery: place("delivery")}
}
