package program

import (
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// sold is what somebody sold by an order, or by how much that changes.
type sold struct {
	Partner partner.ID   `json:"partner"`
	PaidAt  time.Time    `json:"paidAt"`
	Orders  int          `json:"orders,omitempty"` // 1 where something is left of what it sells
	Volume  money.Amount `json:"volume"`           // what is left of the goods that it sells, in whole units of the currency
}

// soldBy works out who sold what by an order as it stands: whose it is, and what is left of the lines that are sales of the programme, cut off downwards to
// whole units once for the order. An order that is nobody's, or not posted, is nobody's sale.
func soldBy(v *version, o *settlement.Order) (sold, error) {
	if !o.Posted || o.Attributed.Partner == "" {
		return sold{}, nil
	}
	left := v.calc.Price().Minor(0)
	for i := range o.Frozen.Lines {
		if !o.Frozen.Lines[i].Sells() {
			continue
		}
		var err error
		if left, err = left.Add(v.calc.Left(&o.Frozen.Lines[i], o.Returned[i])); err != nil {
			return sold{}, err
		}
	}
	s := sold{Partner: o.Attributed.Partner, PaidAt: o.PaidAt}
	if left.Sign() > 0 {
		s.Orders = 1
	}
	var err error
	s.Volume, err = inUnits(v.calc.Currency(), left)
	return s, err
}

// soldChange is by how much an order changes what people sold when it becomes another: what an event tells of it. Nothing where it changes nothing.
func soldChange(v *version, before, after *settlement.Order) ([]sold, error) {
	was, err := soldBy(v, before)
	if err != nil {
		return nil, err
	}
	is, err := soldBy(v, after)
	if err != nil {
		return nil, err
	}
	was.Orders, was.Volume = -was.Orders, was.Volume.Neg()
	changes := []sold{was, is}
	if was.Partner == is.Partner {
		is.Orders += was.Orders
		if is.Volume, err = is.Volume.Add(was.Volume); err != nil {
			return nil, err
		}
		changes = []sold{is}
	}
	var out []sold
	for _, s := range changes {
		if s.Orders != 0 || !s.Volume.IsZero() {
			out = append(out, s)
		}
	}
	return out, nil
}

// withSold adds to what an event says by how much it changes what people sold.
func withSold(changes []sold, data map[string]any) map[string]any {
	if len(changes) > 0 {
		data["sold"] = changes
	}
	return data
}
