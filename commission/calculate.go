package commission

import (
	"slices"
	"strings"

	"github.com/fenrun/fenrun/partner"
)

// Calculate works out what an order pays. uplines is the line of people above the sale as of its payment: the attributed partner first (the buyer
// himself where his own line is paid), then his recruiter, and so on, at least [Calculator.Reach] of them or all there are; empty where the order is
// nobody's. into is a Result to use again, or nil. seats are those of [Calculator.Seats] in any order, as of the payment too; one who is left out earns,
// without a level. The lines of other trees come with the order.
//
// An order that makes no sense is an [*OrderError] with all its problems, and what a rule of the shop's own cannot decide a [*RuleError]; into is then
// empty. Uplines who earn nothing, excluded goods and the like are no errors: [Result.Unpaid] names them with the reason.
//
// The stages are: discount and excluded tenders over lines, what pays nothing, rules (who, at which rate), factors of promotion and campaigns, rounding in
// its scope, caps of campaigns, floor of losses, cap of each line, cap of the order, campaigns' caps for each customer, what the seller gives up. Where there
// is not enough left of a campaign's budget for that, all of it is done again without the campaign.
func (c *Calculator) Calculate(order *Order, uplines []Upline, into *Result, seats ...Upline) (*Result, error) {
	if into == nil {
		into = &Result{}
	}
	into.reset(c, order, uplines)
	if err := into.takeUsed(order); err != nil {
		into.reset(c, nil, nil)
		return into, err
	}
	for {
		if err := into.calculate(seats); err != nil {
			into.reset(c, nil, nil)
			return into, err
		}
		if !into.leaveOut() {
			return into, nil
		}
		into.reset(c, order, uplines)
	}
}

// calculate is Calculate with the campaigns that are not left out.
func (r *Result) calculate(seats []Upline) error {
	if r.calc.beyond {
		r.sit(seats)
	}
	if err := r.takeLines(); err != nil {
		return err
	}
	if err := r.askRules(); err != nil {
		return err
	}
	return r.settle()
}

func (r *Result) reset(c *Calculator, order *Order, uplines []Upline) {
	r.calc, r.order, r.uplines, r.seats, r.failed, r.broken = c, order, uplines, r.seats[:0], nil, nil
	r.lines, r.sets, r.shares, r.skips, r.coefficients = r.lines[:0], r.sets[:0], r.shares[:0], r.skips[:0], r.coefficients[:0]
	if order == nil {
		r.limits = r.limits[:0]
	}
	r.runs, r.amounts, r.cuts, r.rates, r.facts, r.gone, r.capped = r.runs[:0], r.amounts[:0], r.cuts[:0], r.rates[:0], r.facts[:0], r.gone[:0], false
}

// sit puts everybody whom the plan names for the order on his seat, and looks at the lines of other trees with which it comes.
func (r *Result) sit(given []Upline) {
	r.checkTrees()
	r.seatIDs = r.calc.appendSeats(r.seatIDs[:0], r.order)
	for _, id := range r.seatIDs {
		r.seats = append(r.seats, Upline{Partner: id})
	}
	for _, u := range given {
		if i, ok := seatOf(r.seats, u.Partner); ok {
			r.seats[i] = u
		}
	}
}

// seatOf finds somebody among seats, which are in order of id.
func seatOf(seats []Upline, id partner.ID) (int, bool) {
	return slices.BinarySearchFunc(seats, id, func(u Upline, id partner.ID) int { return strings.Compare(string(u.Partner), string(id)) })
}
