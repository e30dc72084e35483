package commission_test

import (
	"math/big"

	"github.com/fenrun/fenrun/commission"
)

// withStaff is what slot 1 pays where the order names a member of the staff too: first is what it pays its holder, who stands at a place of the uplines, -1
// for nobody.
func (o oracle) withStaff(first []oracleShare, order *commission.Order, line *commission.Line, holder int, uplines []commission.Upline) []oracleShare {
	s, id := o.plan.Staff, order.Staff
	if s.Sharing == commission.StaffOne || id == "" || string(id) == string(order.Customer) || holder >= 0 && uplines[holder].Partner == id {
		return first
	}
	passes, earns := o.plan.Missing == commission.Compress || o.plan.Missing == commission.Dynamic, seatBar(id) == ""
	own := o.paySlot(nil, order.Kind, line, 1, 0, []commission.Upline{{Partner: id}})
	if s.Sharing == commission.StaffRatio {
		if !earns && passes {
			return first
		}
		if holder >= 0 {
			own = append([]oracleShare(nil), first...)
		}
		all := int64(s.StaffWeight) + int64(s.PartnerWeight)
		for i := range first {
			first[i].part, first[i].pot = big.NewRat(int64(s.PartnerWeight), all), first[i].payee
		}
		for i := range own {
			own[i].part, own[i].pot, own[i].payee, own[i].level = big.NewRat(int64(s.StaffWeight), all), own[i].payee, id, ""
		}
	}
	for i := range own {
		if own[i].position = 0; earns {
			first = append(first, own[i])
		}
	}
	return first
}
