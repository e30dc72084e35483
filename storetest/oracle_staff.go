package storetest

import (
	"math/big"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// paysStaff pays slot 1 to whoever in the line holds it, -1 for nobody, and to the member of the staff whom the order names: to both in full, or to each a
// part. One who holds it himself, is no partner, or buys for himself, leaves all of it to the holder, and so does one who earns nothing where the plan passes over
// such.
func (o *oracle) paysStaff(plan *program.Plan, x *oracleOrder, line *program.Line, holder int, uplines []oracleUpline) (shares []oracleShare) {
	staff, id := &plan.Commission.Staff, x.in.Staff
	if holder >= 0 {
		shares = o.paysSlot(nil, plan, x.in.Kind, line, 1, holder, uplines)
	}
	if id == "" || holder >= 0 && uplines[holder].id == id {
		return shares
	}
	member := o.seat(plan, x, id)
	gone := o.status(id, x.in.PaidAt) == "" || string(id) == string(x.in.Customer) || !member.earns && oraclePasses(plan)
	if gone {
		return shares
	}
	payee := member
	if staff.Sharing == commission.StaffRatio && holder >= 0 {
		payee = uplines[holder]
	}
	rate, perUnit := o.slotRate(plan, x.in.Kind, line, 1, &payee)
	own := oracleShare{rule: commission.RuleSlots, slot: 1, payee: id, perUnit: perUnit, rate: rate, level: member.level}
	if staff.Sharing == commission.StaffRatio {
		all := int64(staff.StaffWeight + staff.PartnerWeight)
		own.part = big.NewRat(int64(staff.StaffWeight), all)
		for i := range shares {
			shares[i].part = big.NewRat(int64(staff.PartnerWeight), all)
		}
	}
	if member.earns && rate.Sign() != 0 {
		shares = append(shares, own)
	}
	return shares
}
