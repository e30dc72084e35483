package commission

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleTerritory is the name of the rule that pays the agents of a region.
const RuleTerritory = "territory"

// Territory is the reward of the agents of the region that an order goes to (区域代理分红). The zero Territory pays none.
type Territory struct {
	// Regions by code, larger ones as the beginning of smaller ones: "33" (a province), "33/01" (a city in it), "33/01/06" (a district of that).
	Regions map[string]Region `json:"regions,omitempty"`
	// By lists the places of an order that say its region, in order of preference: the first that the order has. Default: ship-to, pickup, delivery.
	By []Place `json:"by,omitempty"`
	// Tiers says which of the regions that contain the place pay.
	Tiers RegionTiers `json:"tiers"`
	// Sharing says what several agents of one region get. A plan with such a region has to choose.
	Sharing Sharing `json:"sharing"`
}

// Region is a region with its agents.
type Region struct {
	Rate   Rate    `json:"rate"`
	Agents []Agent `json:"agents"`
}

// Agent is a partner who has a region.
type Agent struct {
	Partner partner.ID `json:"partner"`
	Weight  int32      `json:"weight,omitempty"` // his part of what the agents of the region divide; default 1
}

// Places are the regions of an order's places, each "" where it has none.
type Places struct {
	ShipTo   string `json:"shipTo,omitempty"`
	Pickup   string `json:"pickup,omitempty"`
	Delivery string `json:"delivery,omitempty"`
}

func (p *Places) of(place Place) string {
	switch place {
	case ShipTo:
		return p.ShipTo
	case Pickup:
		return p.Pickup
	}
	return p.Delivery
}

func (p *Plan) territoryBonus() builtin {
	b := builtin{
		name: RuleTerritory, on: len(p.Territory.Regions) > 0, seats: p.Territory.seats,
		build: func() Rule { return &territoryRule{Territory: p.Territory, missing: p.Missing} },
		check: p.Territory.check,
		most:  p.Territory.most,
	}
	for _, region := range p.Territory.Regions {
		b.rates = append(b.rates, region.Rate)
	}
	return b
}

func (t Territory) withDefaults() Territory {
	if len(t.Regions) == 0 {
		return t
	}
	if len(t.By) == 0 {
		t.By = []Place{ShipTo, Pickup, Delivery}
	}
	t.Regions = maps.Clone(t.Regions)
	for code, region := range t.Regions {
		region.Agents = slices.Clone(region.Agents)
		for i := range region.Agents {
			if region.Agents[i].Weight == 0 {
				region.Agents[i].Weight = 1
			}
		}
		t.Regions[code] = region
	}
	return t
}

const (
	maxAgents       = 1000
	maxAgentWeight  = 1_000_000
	regionSeparator = "/"
)

func (t Territory) check(v *problems) {
	v.option("commission.territory.tiers", int(t.Tiers), len(tiersNames))
	v.option("commission.territory.sharing", int(t.Sharing), len(sharingNames))
	for i, place := range t.By {
		at := v.index("commission.territory.by", i)
		v.option(at, int(place), len(placeNames))
		if slices.Contains(t.By[:i], place) {
			v.add(at, "%s stands twice", place)
		}
	}
	several := ""
	for _, code := range slices.Sorted(maps.Keys(t.Regions)) {
		region, at := t.Regions[code], KeyPath("commission.territory.regions", code)
		if slices.Contains(strings.Split(code, regionSeparator), "") {
			v.add(at, "a region is written as \"33\" or, within it, \"33/01\"")
		}
		if !region.Rate.IsSet() {
			v.add(at+".rate", "a region needs a rate")
		}
		if n := len(region.Agents); n == 0 || n > maxAgents {
			v.add(at+".agents", "a region has 1 to %d agents, not %d", maxAgents, n)
		} else if n > 1 && several == "" {
			several = code
		}
		t.checkAgents(v, at+".agents", region.Agents)
	}
	if several != "" && t.Sharing == OneAgent {
		v.add("commission.territory.sharing", "%s has %d agents, and a region pays one; the guard is lifted by writing \"sharing\": \"split\", "+
			"where they divide the region's reward, or \"full\", where each gets it", several, len(t.Regions[several].Agents))
	}
}

func (t Territory) checkAgents(v *problems, path string, agents []Agent) {
	seen := map[partner.ID]bool{}
	for i, agent := range agents {
		at := v.index(path, i)
		if err := partner.CheckID("partner", agent.Partner); err != nil {
			v.add(at+".partner", "%s", err)
		} else if seen[agent.Partner] {
			v.add(at+".partner", "%s stands twice", agent.Partner)
		}
		seen[agent.Partner] = true
		switch {
		case agent.Weight < 1 || agent.Weight > maxAgentWeight:
			v.add(at+".weight", "a weight is from 1 to %d, not %d", maxAgentWeight, agent.Weight)
		case agent.Weight > 1 && t.Sharing == FullShares:
			v.add(at+".weight", "a weight says how agents divide a reward, and here each gets all of it")
		}
	}
}

// around are the regions that contain an order's place and pay, the smallest first.
func (t Territory) around(order *Order) iter.Seq2[string, Region] {
	return func(yield func(string, Region) bool) {
		for code := t.place(order); code != ""; code = larger(code) {
			if region, ok := t.Regions[code]; ok && (!yield(code, region) || t.Tiers == SmallestRegion) {
				return
			}
		}
	}
}

// place is the region of an order.
func (t Territory) place(order *Order) string {
	for _, place := range t.By {
		if code := order.Places.of(place); code != "" {
			return code
		}
	}
	return ""
}

// seats appends the agents of the regions that an order can pay.
func (t Territory) seats(ids []partner.ID, order *Order) []partner.ID {
	for _, region := range t.around(order) {
		for _, agent := range region.Agents {
			ids = append(ids, agent.Partner)
		}
	}
	return ids
}

// most is the most that the regions of any one place pay.
func (t Territory) most(of worth) decimal.Decimal {
	own := func(code string) decimal.Decimal {
		region := t.Regions[code]
		share := of(region.Rate)
		if t.Sharing == FullShares {
			share = share.Mul(decimal.NewFromInt(int64(len(region.Agents))))
		}
		return share
	}
	most := decimal.Zero
	for code := range t.Regions {
		sum := decimal.Zero
		for at := code; at != ""; at = larger(at) {
			sum = sum.Add(own(at))
			if t.Tiers == SmallestRegion {
				break
			}
		}
		most = decimal.Max(most, sum)
	}
	return most
}

// larger is the region that contains this one, "" for none.
func larger(code string) string { return code[:max(0, strings.LastIndex(code, regionSeparator))] }

// territoryRule pays the agents of the regions that contain the order's place, the smallest region first.
type territoryRule struct {
	Territory
	missing Missing
}

func (r *territoryRule) Shares(in *Input, out *Shares) {
	found := false
	for code, region := range r.around(in.Order) {
		found = true
		r.pay(in, code, region, out)
	}
	if !found {
		out.Skip(-1, 0, NoAgent)
	}
}

// pay pays the agents of a region. What one who earns nothing would get goes to the others where the plan passes over him; else it stays with the shop.
func (r *territoryRule) pay(in *Input, code string, region Region, out *Shares) {
	slot := strings.Count(code, regionSeparator) + 1
	source := Source{Kind: FromTerritory, Key: code}
	weights := int32(0)
	for _, agent := range region.Agents {
		if _, seat := in.seat(agent.Partner); seat.Bar == "" || !r.missing.passes() {
			weights += agent.Weight
		}
	}
	for _, agent := range region.Agents {
		switch index, seat := in.seat(agent.Partner); {
		case seat.Bar != "":
			out.Skip(index, slot, seat.Bar)
		case r.Sharing != SplitShares || agent.Weight == weights:
			out.Pay(index, slot, region.Rate, source)
		default:
			out.PayPart(index, slot, region.Rate, source, agent.Weight, weights)
		}
	}
}
