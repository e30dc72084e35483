package storetest

import (
	"math/big"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// Who is paid, and at which rate.

// oracleShare is that somebody is paid by a rule.
type oracleShare struct {
	rule    string
	slot    int
	place   int // in the line of people above the sale, the attributed partner first
	payee   partner.ID
	perUnit bool     // whether the rate is an amount in minor units for each unit, and not a share
	rate    *big.Rat // with the factor of the promotion, without campaigns
	level   partner.Level
	part    *big.Rat // his part of what several divide; nil: it is all his
	// campaigns are those that multiply it.
	campaigns []commission.Campaign
}

// oracleUpline is one in the line of people above a sale, as of its payment.
type oracleUpline struct {
	id     partner.ID
	level  partner.Level
	leader bool
	earns  bool
}

// attribute finds whose order it is: a partner's or, where there is none or the plan prefers them, that of the member of the staff whom it names.
func (o *oracle) attribute(plan *program.Plan, in *program.Order, owner partner.ID) commission.Attributed {
	found, staff := o.attributePartner(plan, in, owner), &plan.Commission.Staff
	prefers := staff.Sharing == commission.StaffOne && staff.First == commission.StaffMember && found.Partner != in.Staff
	if o.people[in.Staff] != nil && (found.Partner == "" || prefers) {
		return commission.Attributed{Partner: in.Staff, By: commission.ByStaff}
	}
	return found
}

// attributePartner is the first that there is in the plan's order of preference.
func (o *oracle) attributePartner(plan *program.Plan, in *program.Order, owner partner.ID) commission.Attributed {
	wanted := plan.Commission.Attribution
	if len(wanted) == 0 {
		wanted = []commission.Attribution{commission.Buyer, commission.Owner}
	}
	buyer := partner.ID(in.Customer)
	if o.status(buyer, oracleAt(plan.Commission.AttributionAt, in)) == "" {
		buyer = ""
	}
	if plan.Commission.Contested == commission.PayNeither && buyer != "" && o.people[in.Referrer] != nil && in.Referrer != buyer {
		return commission.Attributed{Reason: commission.ContestedOrder}
	}
	for _, by := range wanted {
		var id partner.ID
		switch by {
		case commission.Buyer:
			id = buyer
		case commission.Owner:
			id = owner
		case commission.Referrer:
			if o.people[in.Referrer] != nil {
				id = in.Referrer
			}
		}
		if id != "" {
			return commission.Attributed{Partner: id, By: by}
		}
	}
	switch byReferrer, byOwner := slices.Contains(wanted, commission.Referrer), slices.Contains(wanted, commission.Owner); {
	case byReferrer && in.Referrer != "":
		return commission.Attributed{Reason: commission.UnknownReferrer}
	case byReferrer && !byOwner:
		return commission.Attributed{Reason: commission.NoReferrer}
	}
	return commission.Attributed{Reason: commission.NoOwner}
}

// take freezes the lines of an order: what was paid for each, and who is paid for it. What has come back of them stays so.
func (o *oracle) take(x *oracleOrder, plan *program.Plan) {
	in, before := &x.in, x.lines
	x.lines, x.pays, x.stands = nil, nil, nil
	uplines, vacant, nobody := x.uplines(plan)
	for i, net := range o.nets(plan, in) {
		source := &in.Lines[i]
		line := oracleLine{id: source.ID, quantity: source.Quantity, net: net}
		if source.Cost.Valid {
			line.cost = o.minor(source.Cost.Decimal)
		}
		if source.List.Valid {
			line.list = o.minor(source.List.Decimal)
		}
		if line.giveUp = o.minor(source.GiveUp); line.giveUp.Cmp(line.net) > 0 {
			line.giveUp = line.net
		}
		c := &plan.Commission
		line.free = source.Gift || in.Kind == commission.GiftOrder || in.Kind == commission.Exchange && in.Abnormal == "" && oraclePaysNothing(c, in)
		excluded := slices.Contains(c.Excluded.Products, source.Product) || slices.Contains(c.Excluded.SKUs, source.SKU) ||
			slices.Contains(c.Excluded.Categories, source.Category)
		known := (c.Base != commission.Profit || line.cost != nil) && (c.Base != commission.ListPrice || line.list != nil)
		line.sells = !excluded && !oraclePaysNothing(c, in) && !source.Gift && !c.Promotions[source.Promotion].Excluded
		if !nobody && line.sells && line.net.Sign() > 0 && known {
			line.shares = slices.Concat(o.slots(plan, x, source, uplines, vacant), o.team(plan, uplines), o.differential(plan, uplines, vacant),
				o.paysRecruiter(plan, uplines))
			line.shares = append(line.shares, o.peers(plan, line.shares, uplines)...)
			line.shares = append(line.shares, slices.Concat(o.territory(plan, x), o.fees(plan, x))...)
			for j := range line.shares {
				if factor := c.Promotions[source.Promotion].Factor; factor.Valid {
					line.shares[j].rate = new(big.Rat).Mul(line.shares[j].rate, factor.Decimal.Rat())
				}
				line.shares[j].campaigns = oracleCampaigns(plan, &line.shares[j], source, oracleAt(c.CampaignAt, in), x.without)
			}
		}
		if before != nil {
			line.back = before[i].back
		}
		x.lines = append(x.lines, line)
	}
}

// oracleAt is an instant of an order.
func oracleAt(which commission.OrderInstant, in *program.Order) time.Time {
	if which == commission.AtCreation && !in.CreatedAt.IsZero() {
		return in.CreatedAt
	}
	return in.PaidAt
}

// lineOf is the line of people from somebody upwards, as of an instant; of nobody it is empty.
func (o *oracle) lineOf(id partner.ID, plan *program.Plan, at time.Time) (line []oracleUpline) {
	if id == "" {
		return nil
	}
	for _, id := range o.above(id, at) {
		line = append(line, o.upline(id, plan, at))
	}
	return line
}

// upline is somebody as of an instant.
func (o *oracle) upline(id partner.ID, plan *program.Plan, at time.Time) oracleUpline {
	u := oracleUpline{id: id, level: o.level(id, at), earns: o.accrues(id, plan, at)}
	u.leader = oracleLeads(plan, u.level)
	return u
}

func oracleLeads(plan *program.Plan, id partner.Level) bool {
	return slices.ContainsFunc(plan.Levels, func(l incentive.Level) bool { return l.ID == id && l.Leader })
}

// uplines returns the line of people above a sale as the plan sees it where it begins with the buyer himself: without him, with his place vacant, with
// him, or nobody at all.
func (x *oracleOrder) uplines(plan *program.Plan) (line []oracleUpline, vacant int, nobody bool) {
	if len(x.people) == 0 {
		return nil, 0, false
	}
	line = x.people
	if string(line[0].id) == string(x.in.Customer) {
		switch plan.Commission.SelfPurchase {
		case commission.ShiftUp:
			line = line[1:]
		case commission.SkipSlot:
			vacant = 1
		case commission.Nobody:
			nobody = true
		}
	}
	return line, vacant, nobody
}

// oracleRate is the first that is set: the line's own, then the order's kind, SKU, product, category, partner (unless he comes before the goods), level,
// default.
func oracleRate(plan *program.Plan, kind commission.OrderKind, line *program.Line, slot int, payee *oracleUpline) commission.Rate {
	c, own := &plan.Commission, line.Rates
	if c.LineRates == commission.IgnoreLineRates {
		own = nil
	}
	var first []commission.Rate
	if c.Personal == commission.BeforeGoods {
		first = c.Partners[payee.id]
	}
	for _, rates := range [][]commission.Rate{
		own, c.Kinds[kind].Rates, first, c.SKUs[line.SKU], c.Products[line.Product], c.Categories[line.Category], c.Partners[payee.id],
		c.Levels[payee.level], c.Rates,
	} {
		if slot <= len(rates) && rates[slot-1].IsSet() {
			return rates[slot-1]
		}
	}
	return commission.Rate{}
}

// oracleSlots is how many slots a plan pays: what it says, else its longest list of rates, but three at most.
func oracleSlots(c *commission.Plan) int {
	longest := len(c.Rates)
	for _, kind := range c.Kinds {
		longest = max(longest, len(kind.Rates))
	}
	for _, rates := range c.SKUs {
		longest = max(longest, len(rates))
	}
	for _, rates := range c.Products {
		longest = max(longest, len(rates))
	}
	for _, rates := range c.Categories {
		longest = max(longest, len(rates))
	}
	for _, rates := range c.Partners {
		longest = max(longest, len(rates))
	}
	for _, rates := range c.Levels {
		longest = max(longest, len(rates))
	}
	if c.Slots > 0 {
		return c.Slots
	}
	return min(longest, 3)
}

// pays adds that an upline is paid, unless the rate is not set or 0.
func (o *oracle) pays(shares []oracleShare, rule string, slot, index int, uplines []oracleUpline, rate commission.Rate) []oracleShare {
	if rate.Decimal().Sign() == 0 {
		return shares
	}
	s := oracleShare{rule: rule, slot: slot, place: index + 1, payee: uplines[index].id, perUnit: rate.IsPerUnit(), rate: rate.Decimal().Rat(), level: uplines[index].level}
	if s.perUnit {
		s.rate = o.minor(rate.Decimal())
	}
	return append(shares, s)
}

// slots pays slot 1, 2, … to the line of people upwards. What becomes of a slot whose holder is missing or earns nothing is the plan's choice.
func (o *oracle) slots(plan *program.Plan, x *oracleOrder, line *program.Line, uplines []oracleUpline, vacant int) (shares []oracleShare) {
	kind := x.in.Kind
	var earning []int // those who earn, by index
	for i := vacant; i < len(uplines); i++ {
		if uplines[i].earns {
			earning = append(earning, i)
		}
	}
	for slot := 1; slot <= oracleSlots(&plan.Commission); slot++ {
		index := -1
		switch nth := slot - 1 - vacant; {
		case nth < 0: // the buyer's own
		case plan.Commission.Missing == commission.Compress:
			if nth < len(earning) {
				index = earning[nth]
			}
		case plan.Commission.Missing == commission.Dynamic:
			index = o.dynamic(plan, kind, line, slot, uplines, vacant)
		case slices.Contains(earning, slot-1):
			index = slot - 1
		case plan.Commission.Missing == commission.ToTop && len(earning) > 0:
			index = earning[len(earning)-1]
		}
		switch {
		case slot == 1 && plan.Commission.Staff.Sharing != commission.StaffOne:
			shares = o.paysStaff(plan, x, line, index, uplines)
		case index >= 0:
			shares = o.paysSlot(shares, plan, kind, line, slot, index, uplines)
		}
	}
	return shares
}

// team pays the nearest leader above the seller. One who earns nothing is passed over only where the plan compresses.
func (o *oracle) team(plan *program.Plan, uplines []oracleUpline) []oracleShare {
	team := &plan.Commission.Team
	if !team.Rate.IsSet() && len(team.Levels) == 0 {
		return nil
	}
	if team.Mode == commission.EveryLeader {
		return o.everyLeader(plan, uplines)
	}
	for i := 1; i < len(uplines); i++ {
		u := &uplines[i]
		if !u.leader || !u.earns && oraclePasses(plan) {
			continue
		}
		if !u.earns {
			return nil
		}
		rate, own := team.Levels[u.level]
		if !own {
			rate = team.Rate
		}
		return o.pays(nil, commission.RuleTeam, 0, i, uplines, rate)
	}
	return nil
}

// differential pays each level what its share exceeds the best share below it.
func (o *oracle) differential(plan *program.Plan, uplines []oracleUpline, vacant int) (shares []oracleShare) {
	best := new(big.Rat)
	for i := vacant; i < len(uplines); i++ {
		share := plan.Commission.Differential.Rates[uplines[i].level].Decimal().Rat()
		if uplines[i].earns && share.Cmp(best) > 0 {
			shares = append(shares, oracleShare{
				rule: commission.RuleDifferential, place: i + 1, payee: uplines[i].id, rate: new(big.Rat).Sub(share, best),
				level: uplines[i].level,
			})
			best = share
		}
	}
	return shares
}
