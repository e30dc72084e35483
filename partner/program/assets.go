package program

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// account is where somebody has a balance.
type account struct {
	partner  partner.ID
	currency money.Currency
}

func accountOf(row *settlement.Row) account { return account{row.Payee, row.Amount.Currency()} }

// section is one of the parts of a plan that say what orders pay: the one in cash, or that of an asset.
type section struct {
	at        string // the path before commission and campaigns
	plan      commission.Plan
	campaigns []commission.Campaign
}

func (p Plan) sections() []section {
	all := []section{{plan: p.Commission, campaigns: p.Campaigns}}
	for i, a := range p.Assets {
		all = append(all, section{at: fmt.Sprintf("assets[%d].", i), plan: a.Commission, campaigns: a.Campaigns})
	}
	return all
}

func (p Plan) assetProblems(rules commission.Rules) []commission.Problem {
	problems := rules.ValidateAssets(p.Currency.Currency, p.Commission, p.Assets)
	for i, a := range p.Assets {
		nearestRules(problems, fmt.Sprintf("assets[%d].commission.rules", i), a.Commission.Rules, rules)
	}
	return problems
}

// assetsOf makes the assets of a plan ready.
func (s *shell) assetsOf(plan Plan, cash *commission.Calculator) ([]*commission.AssetCalculator, error) {
	all := make([]*commission.AssetCalculator, len(plan.Assets))
	for i, a := range plan.Assets {
		var err error
		if all[i], err = s.config.Rules.Asset(cash, a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// otherScales finds assets that earlier plans have with other scales: what is owed in them could not be added up.
func otherScales(plan Plan, before []*version) []PlanProblem {
	var problems []PlanProblem
	for i, a := range plan.Assets {
		for _, v := range before {
			for _, b := range v.assets {
				if b.Currency().Code() == a.Code && b.Currency().Scale() != a.Scale {
					problems = append(problems, PlanProblem{
						Path:    fmt.Sprintf("assets[%d].scale", i),
						Message: fmt.Sprintf("%s has a scale of %d since plan version %d and keeps it", a.Code, b.Currency().Scale(), v.stored.Version),
					})
				}
			}
		}
	}
	return slices.CompactFunc(problems, func(a, b PlanProblem) bool { return a.Path == b.Path })
}

// assetFor returns the calculator of what an order pays in a currency other than cash, nil if the plan does not pay it.
func (v *version) assetFor(currency money.Currency) *commission.AssetCalculator {
	for _, a := range v.assets {
		if a.Currency() == currency {
			return a
		}
	}
	return nil
}

// reach is how many uplines in a tree decide an order, in cash and in every asset; 0 is all of them.
func (v *version) reach(name partner.Tree) int {
	most := v.calc.Reach(name)
	for _, a := range v.assets {
		reach := a.Reach(name)
		if most == 0 || reach == 0 {
			return 0
		}
		most = max(most, reach)
	}
	return most
}

// trees are those by which an order pays beside that of recruiters, in cash or in an asset, each once and in order.
func (v *version) trees() []partner.Tree {
	all := v.calc.Trees()
	for _, a := range v.assets {
		all = append(all, a.Trees()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// seats are those whom the plan itself names for an order, in cash or in an asset, each once, in order of id.
func (v *version) seats(order *commission.Order) []partner.ID {
	ids := v.calc.Seats(order)
	for _, a := range v.assets {
		ids = append(ids, a.Seats(order)...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// assetResults works out what a judged order pays beside cash.
func (j *judged) assetResults(uplines, seats []commission.Upline) error {
	for _, a := range j.version.assets {
		result, err := a.Calculate(a.Order(j.result), uplines, nil, seats...)
		if err != nil {
			return err
		}
		j.assets = append(j.assets, result)
	}
	return nil
}

// AssetOutcome is what an order pays in an asset beside cash.
type AssetOutcome struct {
	Asset   string // its code
	Entries []commission.Entry
	Unpaid  []commission.Unpaid
	Total   money.Amount // the sum of the entries
}

// assetOutcomes works out what a posted order paid at first in each asset.
func assetOutcomes(o settlement.Order, v *version) ([]AssetOutcome, error) {
	var all []AssetOutcome
	for i := range o.Assets {
		a := v.assetFor(o.Assets[i].Total.Currency())
		if a == nil {
			return nil, fmt.Errorf("program: order %q pays %s, which plan version %d does not", o.ID, o.Assets[i].Total.Currency(), o.Plan)
		}
		result, err := a.Target(o.Assets[i].Frozen, nil, nil)
		if err != nil {
			return nil, err
		}
		out := AssetOutcome{Asset: a.Currency().Code()}
		out.Entries, out.Unpaid = paidOf(o, result)
		if out.Total, err = result.Total(); err != nil {
			return nil, err
		}
		all = append(all, out)
	}
	return all, nil
}

// withAssets adds to what an event says of an order what it pays in each asset, nothing where it pays cash alone.
func withAssets(o settlement.Order, data map[string]any) map[string]any {
	var totals []money.Amount
	for _, a := range o.Assets {
		totals = append(totals, a.Total)
	}
	if totals != nil {
		data["assets"] = totals
	}
	return data
}

// Assets returns what each partner has in each asset beside cash, as of now: by partner in the order asked for, then by asset in order of code. Those are
// the assets of every plan that was published; somebody without one has zeros. Cash is in [Wallet.Balances].
func (w Wallet) Assets(ctx context.Context, ids ...partner.ID) (settlement.Balances, error) {
	return w.balances(ctx, ids, (*call).assets)
}

// balances returns what each partner has in each of some currencies.
func (w Wallet) balances(ctx context.Context, ids []partner.ID, of func(*call) ([]money.Currency, error)) (settlement.Balances, error) {
	var out settlement.Balances
	err := w.view(ctx, func(tx store.Tx) error {
		currencies, err := of(&call{shell: w.shell, ctx: ctx, tx: tx})
		if err != nil {
			return err
		}
		found, err := tx.Balances(ctx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			for _, currency := range currencies {
				out = append(out, balanceIn(currency, id, found[i]))
			}
		}
		return nil
	})
	return out, err
}

// assets are the currencies of all assets that plans have had, in order.
func (c *call) assets() ([]money.Currency, error) {
	versions, _, err := c.versionsToBe()
	if err != nil {
		return nil, err
	}
	var all []money.Currency
	for _, v := range versions {
		for _, a := range v.assets {
			all = append(all, a.Currency())
		}
	}
	slices.SortFunc(all, money.Currency.Cmp)
	return slices.Compact(all), nil
}

// balanceIn is somebody's balance in a currency among all that he has.
func balanceIn(currency money.Currency, id partner.ID, all []settlement.Balance) settlement.Balance {
	for _, b := range all {
		if b.Currency() == currency {
			return b.In(currency)
		}
	}
	return settlement.Balance{Partner: id}.In(currency)
}

// CashError says that something other than cash was to be withdrawn.
type CashError struct {
	Asset string // that was asked for
	Cash  money.Currency
}

func (e *CashError) Error() string {
	return fmt.Sprintf("program: %s cannot be withdrawn, only %s can", e.Asset, e.Cash)
}

// checkCash refuses to pay out what is not cash.
func checkCash(asset string, cash money.Currency) error {
	if cmp.Or(asset, cash.Code()) != cash.Code() {
		return &CashError{Asset: asset, Cash: cash}
	}
	return nil
}
