package commission_test

import (
	"encoding/json"
	"fmt"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
)

// everybody is a rule of the shop's own that pays every upline the same rate, for all goods or for one product, by distance or without slots.
type everybody struct {
	Rate    commission.Rate `json:"rate"`
	Product string          `json:"product"`
	Slots   bool            `json:"slots"`
}

var everybodyRules = commission.Rules{{Name: "everybody", Version: "1", Make: func(params commission.Params) (commission.Rule, error) {
	var e everybody
	if err := params.Decode(&e); err != nil {
		return nil, err
	}
	all := commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
		for i := range in.Uplines {
			slot := 0
			if e.Slots {
				slot = i + 1
			}
			out.Pay(i, slot, e.Rate, commission.Source{Kind: commission.FromOwn})
		}
	})
	return commission.When(func(in *commission.Input) bool { return e.Product == "" || e.Product == in.Line.Product }, all), nil
}}}

func genEverybody(t *rapid.T) commission.OwnRule {
	e := everybody{Rate: genRates(t, "own rate", 1)[0], Product: rapid.SampledFrom(genGoods).Draw(t, "own product"), Slots: rapid.Bool().Draw(t, "own slots")}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return commission.OwnRule{Name: "everybody", Params: commission.Params(text)}
}

// everybody is what that rule gives.
func (o oracle) everybody(line *commission.Line, uplines []commission.Upline, vacant int) []oracleShare {
	var shares []oracleShare
	for _, own := range o.plan.Rules {
		var e everybody
		if err := json.Unmarshal([]byte(own.Params), &e); err != nil {
			panic(fmt.Sprint(own.Params, err))
		}
		for i := vacant; i < len(uplines) && (e.Product == "" || e.Product == line.Product); i++ {
			slot := 0
			if e.Slots {
				slot = i + 1
			}
			if uplines[i].Bar == "" {
				shares = pay(shares, "everybody", slot, i, uplines, e.Rate)
			}
		}
	}
	return shares
}
