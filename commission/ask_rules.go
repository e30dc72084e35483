package commission

import (
	"github.com/fenrun/fenrun/partner"
)

// askRules asks every rule once for each set of lines that have the same rates and campaigns.
func (r *Result) askRules() error {
	c := r.calc
	vacant, self := r.selfPurchase()
	reason := c.orderReason(r.order)
	own := c.goods || c.own || r.order.Kind != "" && len(c.plan.Kinds[r.order.Kind].Rates) > 0
	plain := -1 // the set of the lines without rates of their own
	goods := c.campaigns != nil && r.openCampaigns()
	for i := range r.lines {
		line, source := &r.lines[i], &r.order.Lines[i]
		if reason != "" || self != "" || line.facts != nil || c.choosy || line.net.IsZero() {
			if line.reason = c.lineReason(source, line, reason, self); line.reason != "" {
				continue
			}
		}
		if !goods && !own && len(source.Rates) == 0 && source.Promotion == "" {
			if plain < 0 {
				plain = r.ask(source, vacant, &c.plainRates)
			}
			line.set = plain
			continue
		}
		rates := c.ratesOf(r.order, source)
		if goods {
			rates.campaigns = r.campaignsFor(source)
			r.counting = rates.campaigns
		}
		if line.set = r.findSet(&rates); line.set < 0 {
			r.rates = append(r.rates, rates)
			own := &r.rates[len(r.rates)-1]
			own.set = r.ask(source, vacant, own)
			line.set = own.set
		}
	}
	if r.broken != nil {
		return r.broken
	}
	return nil
}

// ask asks every rule about a line and returns the set of what they answered.
func (r *Result) ask(source *Line, vacant int, rates *lineRates) int {
	r.openSet()
	r.out.result, r.out.promotion = r, rates.promotion
	in := &r.in
	in.Order, in.Line, in.Uplines, in.Vacant, in.Seats, in.rates = r.order, source, r.uplines, vacant, r.seats, rates
	if r.calc.own {
		r.seen = seenLine(source)
		in.Line, r.out.line = &r.seen, source.ID
	}
	start := len(r.shares)
	for i := range r.calc.rules {
		named := &r.calc.rules[i]
		first := len(r.shares)
		r.out.rule, in.Paid = named.name, r.shares[start:first:first]
		r.out.own, r.out.careful = named.own, named.own || rates.promotion != nil || r.calc.campaigns != nil
		named.rule.Shares(in, &r.out)
		if named.own {
			r.out.checkOwn(first)
		}
	}
	r.closeSet()
	return len(r.sets) - 1
}

// selfPurchase applies the plan's policy where the line of uplines begins with the buyer: it drops him, keeps his place vacant, or pays nobody.
func (r *Result) selfPurchase() (vacant int, reason partner.Reason) {
	if len(r.uplines) == 0 {
		return 0, ""
	}
	if string(r.uplines[0].Partner) != string(r.order.Customer) {
		return 0, ""
	}
	switch r.calc.plan.SelfPurchase {
	case ShiftUp:
		r.uplines = r.uplines[1:]
	case SkipSlot:
		return 1, ""
	case Nobody:
		return 0, SelfPurchased
	}
	return 0, ""
}

// orderReason is why an order pays nothing whoever stands above, "" if it can pay.
func (c *Calculator) orderReason(order *Order) partner.Reason {
	if order.Bar != "" || order.Kind == "" {
		return order.Bar
	}
	own, known := c.plan.Kinds[order.Kind]
	switch {
	case known && !own.Excluded:
	case order.Kind == GiftOrder:
		return GiftGoods
	case order.Kind == Exchange && (own.Excluded || c.plan.Exchange == HoldExchange):
		return Exchanged
	case own.Excluded:
		return ExcludedKind
	}
	return ""
}

// lineReason is why a line pays nothing whoever stands above.
func (c *Calculator) lineReason(source *Line, line *line, order, self partner.Reason) partner.Reason {
	switch {
	case order != "":
		return order
	case source.Gift:
		return GiftGoods
	case c.excludes(source):
		return ExcludedGoods
	case line.facts != nil && c.plan.Promotions[source.Promotion].Excluded:
		return NotJoining
	case line.net.IsZero() || line.givesUp() && line.net == line.facts.giveUp:
		return NothingPaid
	case self != "":
		return self
	case c.plan.Base == Amount:
	case c.plan.Base == Profit && (line.facts == nil || !line.facts.costed):
		return NoCost
	case c.plan.Base == ListPrice && (line.facts == nil || !line.facts.listed):
		return NoListPrice
	}
	return ""
}

// setSearch is how many sets back a line looks for one with its rates.
const setSearch = 16

func (r *Result) findSet(rates *lineRates) int {
	for i := len(r.rates) - 1; i >= max(0, len(r.rates)-setSearch); i-- {
		if r.rates[i].same(rates) {
			return r.rates[i].set
		}
	}
	return -1
}
