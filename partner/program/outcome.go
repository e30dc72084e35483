package program

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Outcome is what an order pays. Entries, Unpaid and all amounts are of cash, but for those in Assets.
type Outcome struct {
	Order      commission.OrderID
	Plan       int                   // the version of the plan that judged it
	Attributed commission.Attributed // whose order it is; its Reason says why nobody's
	Entries    []commission.Entry    // who earns what
	Unpaid     []commission.Unpaid   // who gets nothing, and why
	Goods      money.Amount          // what was paid for the goods, after discounts, without freight; at the price scale
	Commission money.Amount          // the sum of the entries
	// Campaigns are what the order uses of campaigns that have a budget or a cap for each customer, and of which there was too little left for it.
	Campaigns []commission.CampaignUse
	Assets    []AssetOutcome        // what it pays beside cash, in the order of the plan
	ReleaseAt time.Time             // when it becomes available; zero while the order is not received
	Promoted  bool                  // whether it made the buyer a partner, from the next order on
	Risen     partner.Level         // the level to which the buyer rose by it, from the next order on; "": he did not
	Unparked  []settlement.Unparked // what became of events that had come before the order
	Veto      partner.Reason        // why it was kept pending when it was last due; "" if it was not
	Awaits    Awaits                // what the order awaits, so that nothing was posted: all other fields but Order and Attributed are empty; "" for nothing
	Repeated  bool                  // whether this had been done before, and the outcome is the first one again

	hold string
}

// Kept returns what the shop keeps of the goods after commission, in whole units of the currency. Its error is that of [money.Amount.Sub].
func (o Outcome) Kept() (money.Amount, error) {
	goods, err := inUnits(o.Commission.Currency(), o.Goods)
	if err != nil {
		return money.Amount{}, err
	}
	return goods.Sub(o.Commission)
}

// inUnits is an amount at a price scale in whole units of the currency, cut off downwards. What is not below 0 stays so.
func inUnits(currency money.Currency, priced money.Amount) (money.Amount, error) {
	return currency.Amount(priced.Decimal().Truncate(int32(currency.Scale())))
}

// String says it as a table: a line an entry, then who gets nothing and why, then what the shop keeps.
func (o Outcome) String() string {
	if o.Awaits != "" {
		return fmt.Sprintf("nobody earns yet: %s\n", commission.ReasonEnglish(o.Attributed.Reason))
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	o.earns(w, o.Entries, o.Unpaid, "nothing")
	for _, a := range o.Assets {
		o.earns(w, a.Entries, a.Unpaid, "no "+a.Asset)
	}
	if o.Attributed.Partner == "" {
		fmt.Fprintf(w, "nobody\tearns\t%s\t\n", commission.ReasonEnglish(o.Attributed.Reason))
	}
	for _, use := range o.Campaigns {
		if use.Reason != "" {
			fmt.Fprintf(w, "campaign %s\tadds %s\t%s\t\n", use.Campaign, use.Added, commission.ReasonEnglish(use.Reason))
		}
	}
	w.Flush()
	if kept, err := o.Kept(); err == nil {
		fmt.Fprintf(&text, "the shop keeps %s of %s\n", kept, o.Goods)
	}
	return text.String()
}

// earns writes a line an entry, then who gets nothing and why.
func (o Outcome) earns(w io.Writer, entries []commission.Entry, unpaid []commission.Unpaid, nothing string) {
	for _, e := range entries {
		parts := ""
		if e.Weight > 0 {
			parts = fmt.Sprintf(", %d of %d parts", e.Weight, e.Weights)
		}
		fmt.Fprintf(w, "%s\tearns %s\t%s of %s (line %s, %s)%s\treleased %s\n", e.Payee, e.Amount, e.Rate, e.Base.Plain(), e.Line, e.Source, parts, o.released())
	}
	for _, u := range unpaid {
		who := string(u.Partner)
		if who == "" {
			who = "nobody"
		}
		fmt.Fprintf(w, "%s\tearns %s\tline %s, %s\t%s\n", who, nothing, u.Line, place(u), commission.ReasonEnglish(u.Reason))
	}
}

func place(u commission.Unpaid) string {
	switch {
	case u.Rule == "":
		return "all rules"
	case u.Rule == commission.RuleSlots:
		return fmt.Sprintf("slot %d", u.Slot)
	case u.Slot > 0:
		return fmt.Sprintf("%s %d", u.Rule, u.Slot)
	}
	return u.Rule
}

func (o Outcome) released() string {
	if o.ReleaseAt.IsZero() {
		return o.hold
	}
	return o.ReleaseAt.Format(time.RFC3339)
}

// outcomeOf works out what a posted order paid before anything came back, from what it froze.
func outcomeOf(o settlement.Order, v *version) (Outcome, error) {
	result, err := v.calc.Target(o.Frozen, nil, nil)
	if err != nil {
		return Outcome{}, err
	}
	return outcomeBy(o, v, result)
}

// outcomeBy is outcomeOf where the result is known.
func outcomeBy(o settlement.Order, v *version, result *commission.Result) (out Outcome, err error) {
	terms := v.plan.Settlement.Of(o.Kind)
	out = Outcome{
		Order: o.ID, Plan: o.Plan, Attributed: o.Attributed, ReleaseAt: o.ReleaseAt,
		Promoted: o.Promoted, Risen: o.Risen, Unparked: o.Unparked, Veto: o.Veto,
		hold: fmt.Sprintf("%d days after it is %s", int(terms.Hold().Hours()/24), terms.Anchor),
	}
	out.Entries, out.Unpaid = paidOf(o, result)
	if out.Assets, err = assetOutcomes(o, v); err != nil {
		return out, err
	}
	out.Campaigns = result.Uses()
	if out.Goods, err = result.Net(); err != nil {
		return out, err
	}
	out.Commission, err = result.Total()
	return out, err
}

// paidOf returns who is paid what by an order's result, and who gets nothing.
func paidOf(o settlement.Order, result *commission.Result) ([]commission.Entry, []commission.Unpaid) {
	var unpaid []commission.Unpaid
	for u := range result.Unpaid() {
		// An order that is nobody's says so once, and not for each slot; those whom the plan itself names have reasons of their own.
		if o.Attributed.Partner != "" || u.Partner != "" || u.Reason == commission.NoAgent {
			unpaid = append(unpaid, u)
		}
	}
	return slices.AppendSeq(make([]commission.Entry, 0, result.Len()), result.Entries()), unpaid
}

// firstOutcome is the outcome as it was when the order was posted, whatever has come since.
func (c *call) firstOutcome(o settlement.Order, v *version) (Outcome, error) {
	out, err := outcomeOf(o.JudgedAt(0), v)
	if err != nil {
		return out, err
	}
	return c.asPosted(out, &o, v)
}

// asPosted leaves out of the outcome of an order what came after it was posted.
func (c *call) asPosted(out Outcome, o *settlement.Order, v *version) (Outcome, error) {
	received := slices.ContainsFunc(o.Unparked, func(u settlement.Unparked) bool { return u.Event == eventReceived })
	if v.plan.Settlement.Of(o.Kind).Anchor == settlement.AnchorReceived && !received {
		out.ReleaseAt = time.Time{}
	}
	out.Veto = ""
	return out, c.lessForfeits(&out, o, true)
}

// lessForfeits makes those get nothing who have forfeited what an order pays them; first leaves out what they have forfeited since it was posted.
func (c *call) lessForfeits(out *Outcome, o *settlement.Order, first bool) error {
	if any, err := c.anyForfeit(); err != nil || !any {
		return err
	}
	rows, err := c.tx.Rows(c.ctx, []settlement.Source{settlement.OfForfeits(settlement.OfOrder(o.ID)), settlement.OfOrder(o.ID)})
	if err != nil {
		return err
	}
	kept := rows[0]
	if first {
		kept = slices.DeleteFunc(kept, func(row settlement.Row) bool { return row.Revision != rows[1][0].Revision })
	}
	return out.less(kept)
}

// less makes those get nothing of whom there are such rows.
func (o *Outcome) less(kept []settlement.Row) (err error) {
	if len(kept) == 0 {
		return nil
	}
	lost := map[account]partner.Reason{}
	for i := range kept {
		lost[accountOf(&kept[i])] = kept[i].Entries[0].Reason
	}
	if o.Entries, o.Unpaid, o.Commission, err = less(lost, o.Entries, o.Unpaid, o.Commission); err != nil {
		return err
	}
	for i := range o.Assets {
		a := &o.Assets[i]
		if a.Entries, a.Unpaid, a.Total, err = less(lost, a.Entries, a.Unpaid, a.Total); err != nil {
			return err
		}
	}
	return nil
}

// less takes the entries of those who have lost them out of what is paid.
func less(lost map[account]partner.Reason, entries []commission.Entry, unpaid []commission.Unpaid, total money.Amount) ([]commission.Entry, []commission.Unpaid, money.Amount, error) {
	kept := entries[:0:0]
	for _, e := range entries {
		reason := lost[account{e.Payee, e.Amount.Currency()}]
		if reason == "" {
			kept = append(kept, e)
			continue
		}
		var err error
		if total, err = total.Sub(e.Amount); err != nil {
			return nil, nil, total, err
		}
		unpaid = append(unpaid, commission.Unpaid{Line: e.Line, Rule: e.Rule, Slot: e.Slot, Position: e.Position, Partner: e.Payee, Reason: reason})
	}
	return kept, unpaid, total, nil
}

// posted returns an order that has been posted, and its plan.
func (c *call) posted(id commission.OrderID) (settlement.Order, *version, error) {
	orders, err := c.tx.Orders(c.ctx, []commission.OrderID{id})
	if err != nil {
		return settlement.Order{}, nil, err
	}
	if !orders[0].Posted {
		return settlement.Order{}, nil, &NotFoundError{Record: "order", ID: string(id)}
	}
	v, err := c.planOf(orders[0].Plan)
	return orders[0], v, err
}
