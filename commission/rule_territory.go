package commission

import (
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
	Weight  int32      `json:"weight,omitempty"` // his part of what the agents share; default 1
}

// Place is one place of an order.
type Place uint8

const (
	// ShipTo is where the goods are sent.
	ShipTo Place = iota
	// Pickup is the shop where the buyer fetches them.
	Pickup
	// Delivery is the point from which they are delivered.
	Delivery
)

// RegionTiers is which of the regions that contain an order's place pay.
type RegionTiers uint8

const (
	// EveryRegion pays each of them at its own rate.
	EveryRegion RegionTiers = iota
	// SmallestRegion pays the smallest alone.
	SmallestRegion
)

// Sharing is what several agents of one region get.
type Sharing uint8

const (
	// OneAgent is for plans of which no region has several agents.
	OneAgent Sharing = iota
	// SplitShares divides the region's reward by weight, by largest remainder.
	SplitShares
	// FullShares pays each agent the region's rate.
	FullShares
)

var (
	placeNames   = []string{"ship-to", "pickup", "delivery"}
	tiersNames   = []string{"every", "smallest"}
	sharingNames = []string{"one", "split", "full"}
)

// String returns the option's name in a plan.
func (o Place) String() string { return optionText(o, placeNames) }

// MarshalText writes the form of String.
func (o Place) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Place) UnmarshalText(text []byte) error { return parseOption(o, text, placeNames) }

// String returns the option's name in a plan.
func (o RegionTiers) String() string { return optionText(o, tiersNames) }

// MarshalText writes the form of String.
func (o RegionTiers) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *RegionTiers) UnmarshalText(text []byte) error { return parseOption(o, text, tiersNames) }

// String returns the option's name in a plan.
func (o Sharing) String() string { return optionText(o, sharingNames) }

// MarshalText writes the form of String.
func (o Sharing) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Sharing) UnmarshalText(text []byte) error { return parseOption(o, text, sharingNames) }

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
	var rates []Rate
	for _, code := range slices.Sorted(maps.Keys(p.Territory.Regions)) {
		rates = append(rates, p.Territory.Regions[code].Rate)
	}
	return builtin{
		name: RuleTerritory, on: len(p.Territory.Regions) > 0, rates: rates, seats: p.Territory.seats(),
		build: func() Rule { return newTerritory(p) },
		check: p.Territory.check,
		most:  p.Territory.most,
	}
}

func (t Territory) withDefaults() Territory {
	if len(t.Regions) > 0 && len(t.By) == 0 {
		t.By = []Place{ShipTo, Pickup, Delivery}
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
	for _, code := range slices.Sorted(maps.Keys(t.Regions)) {
		region, at := t.Regions[code], KeyPath("commission.territory.regions", code)
		if slices.Contains(strings.Split(code, regionSeparator), "") {
			v.add(at, "a region is written as \"33\" or, within it, \"33/01\"")
		}
		if !region.Rate.IsSet() {
			v.add(at+".rate", "a region needs a rate")
		}
		switch n := len(region.Agents); {
		case n == 0 || n > maxAgents:
			v.add(at+".agents", "a region has 1 to %d agents, not %d", maxAgents, n)
		case n > 1 && t.Sharing == OneAgent:
			v.add("commission.territory.sharing", "%s has %d agents: choose \"split\", where they divide the region's reward, or \"full\", where each gets it", code, n)
		}
		for i, agent := range region.Agents {
			if err := partner.CheckID("partner", agent.Partner); err != nil {
				v.add(v.index(at+".agents", i)+".partner", "%s", err)
			}
			if slices.ContainsFunc(region.Agents[:i], func(a Agent) bool { return a.Partner == agent.Partner }) {
				v.add(v.index(at+".agents", i)+".partner", "%s stands twice", agent.Partner)
			}
			if agent.Weight < 0 || agent.Weight > maxAgentWeight {
				v.add(v.index(at+".agents", i)+".weight", "a weight is from 1 to %d, not %d", maxAgentWeight, agent.Weight)
			}
		}
	}
}

// seats are the agents, each once, in order of id.
func (t Territory) seats() []partner.ID {
	var ids []partner.ID
	for _, region := range t.Regions {
		for _, agent := range region.Agents {
			ids = append(ids, agent.Partner)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// most is the most that the regions of any one place pay.
func (t Territory) most() decimal.Decimal {
	own := func(code string) decimal.Decimal {
		region := t.Regions[code]
		share := region.Rate.share()
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
	seat    map[partner.ID]int // the place of each agent in Input.Seats
}

func newTerritory(p *Plan) *territoryRule {
	r := &territoryRule{Territory: p.Territory, missing: p.Missing, seat: map[partner.ID]int{}}
	for i, id := range p.seats() {
		r.seat[id] = i
	}
	return r
}

func (r *territoryRule) Shares(in *Input, out *Shares) {
	found := false
	for code := r.place(in.Order); code != ""; code = larger(code) {
		region, ok := r.Regions[code]
		if !ok {
			continue
		}
		found = true
		r.pay(in, code, &region, out)
		if r.Tiers == SmallestRegion {
			return
		}
	}
	if !found {
		out.Skip(-1, 0, NoAgent)
	}
}

// place is the region of an order.
func (r *territoryRule) place(order *Order) string {
	for _, place := range r.By {
		if code := order.Places.of(place); code != "" {
			return code
		}
	}
	return ""
}

// pay pays the agents of a region. What one who earns nothing would get goes to the others where the plan passes over him; else it stays with the shop.
func (r *territoryRule) pay(in *Input, code string, region *Region, out *Shares) {
	slot := strings.Count(code, regionSeparator) + 1
	source := Source{Kind: FromTerritory, Key: code}
	total := int32(0)
	for i := range region.Agents {
		agent := &region.Agents[i]
		if r.missing.passes() && in.Seats[r.seat[agent.Partner]].Bar != "" {
			continue
		}
		total += max(1, agent.Weight)
	}
	for i := range region.Agents {
		agent := &region.Agents[i]
		seat := r.seat[agent.Partner]
		index := len(in.Uplines) + seat
		switch bar := in.Seats[seat].Bar; {
		case bar != "":
			out.Skip(index, slot, bar)
		case r.Sharing == FullShares || total == max(1, agent.Weight):
			out.Pay(index, slot, region.Rate, source)
		default:
			out.PayPart(index, slot, region.Rate, source, max(1, agent.Weight), total)
		}
	}
}
