package partner

import (
	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Joining is the joining section of a plan: what a recruit must reach before he earns. The zero Joining asks for nothing: a recruit is a partner at once.
type Joining struct {
	// Spend is what somebody must have paid for goods himself, in all, after discounts and refunds. He is a partner from the order on that follows the
	// one that reaches it.
	Spend decimal.NullDecimal `json:"spend,omitempty"`
}

// Conditions reports whether anything is asked for.
func (j Joining) Conditions() bool { return j.Spend.Valid }

// Reached reports whether somebody who has spent so much has reached what is asked for. A plan that asks for nothing promotes nobody.
func (j Joining) Reached(spent money.Amount) bool {
	return j.Spend.Valid && spent.Decimal().Cmp(j.Spend.Decimal) >= 0
}

// StatusOnRecruit is the status with which a recruit begins.
func (j Joining) StatusOnRecruit() Status {
	if j.Conditions() {
		return Candidate
	}
	return Active
}
