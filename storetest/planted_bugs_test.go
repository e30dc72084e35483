package storetest

// plantedBug is a bug that somebody could write: what of the source it changes, and the test that must find it.
type plantedBug struct {
	name  string
	by    string
	edits []plantedEdit
}

// plantedEdit replaces a text that stands exactly once in a file.
type plantedEdit struct{ file, old, new string }

// The tests that find bugs.
const (
	byModel    = "TestTheProgrammeOnMemstore/any_history_agrees_with_the_naive_programme"
	byOrder    = "TestTheProgrammeOnMemstore/events_that_commute_give_the_same_in_any_order"
	byPortions = "TestTheProgrammeOnMemstore/refunds_in_portions_are_one_refund_and_the_order_without_it"
	byHistory  = "TestEveryHistoryOfFiveActions"
)

func plant(name, by, file, old, new string) plantedBug {
	return plantedBug{name, by, []plantedEdit{{file, old, new}}}
}

// plantedBugs are the bugs that such programmes are known for. Files are named from the root of the module.
var plantedBugs = []plantedBug{
	plant("the last unit of a split is lost", byModel, "commission/money/split.go",
		"	if left > 0 {\n		slices.SortStableFunc", "	if left > 1 {\n		slices.SortStableFunc"),
	plant("half-even rounds as half-up", byModel, "commission/money/round.go", "return half > 0 || half == 0 && odd", "return half >= 0"),
	plant("the order's discount is not taken off", byModel, "commission/calculate.go",
		"r.lines[i].net, _ = r.weights[i].Sub(r.parts[i])", "r.lines[i].net = r.weights[i]"),
	plant("a campaign runs for an instant after its end", byModel, "commission/plan.go",
		"(c.To == nil || instant.Before(*c.To))", "(c.To == nil || !instant.After(*c.To))"),
	plant("a loss of a line eats another line's commission", byModel, "commission/settle.go",
		"} else if r.calc.plan.Loss == FloorLine && line", "} else if r.calc.plan.Loss == FloorLine && line.quantity == 0 && line"),
	plant("losses take an order below 0", byModel, "commission/settle.go",
		"return c.plan.Base == Profit && c.plan.Loss == FloorOrder", "return c.plan.Base == Amount && c.plan.Loss == FloorOrder"),
	plant("a fixed amount is paid for units that came back", byPortions, "commission/settle.go",
		"n, exact = line.left.units, true", "n, exact = line.quantity, true"),
	plant("the cap is that of the whole line in a refund's target", byModel, "commission/cap.go",
		"	limit, err := r.calc.capOf(&line.left.net)\n	if err != nil || sum",
		"	net := line.left.net\n	if r.order == nil {\n		net = wholeUnits(line.net)\n	}\n	limit, err := r.calc.capOf(&net)\n	if err != nil || sum"),
	plant("only slot 1 is taken back", byHistory, "commission/target.go", "if !e.Amount.IsZero() {", "if !e.Amount.IsZero() && e.Slot < 2 {"),
	plant("each refund is rounded by itself", byHistory, "settlement/refund.go",
		"	target, err := calc.Target(o.Frozen, returned, nil)\n	if err != nil {\n		return Posting{}, err\n	}\n	var entries []commission.Entry\n	for _, row := range standing {\n",
		"	fresh := Order{ID: o.ID, Frozen: o.Frozen, Returned: make([]commission.Returned, len(o.Returned))}\n	alone, err := fresh.give(calc, r)\n"+
			"	if err != nil {\n		return Posting{}, err\n	}\n	target, err := calc.Target(o.Frozen, alone, nil)\n	if err != nil {\n		return Posting{}, err\n	}\n"+
			"	var entries []commission.Entry\n	for _, row := range standing {\n		if row.Revision != standing[0].Revision {\n			continue\n		}\n"),
	plant("more money goes back than was paid", byModel, "settlement/refund.go", "if left := calc.Left(line, *back); amount.Cmp(left) > 0 {", "if left := calc.Left(line, *back); amount.Cmp(left) > 1 {"),
	plant("units that came back with money count at the line's price too", byModel, "settlement/refund.go", "	if !l.Amount.Valid {\n		back.Valued += l.Quantity\n", "	back.Valued += l.Quantity\n	if !l.Amount.Valid {\n"),
	plant("a refund after release waits for a release that never comes", byHistory, "settlement/refund.go", "	if !o.Released.IsZero() {\n		for", "	if o.Released.IsZero() {\n		for"),
	plant("a second receipt moves the release", byModel, "settlement/order.go", "	if !o.ReceivedAt.IsZero() {\n		return o\n	}\n", ""),
	plant("an order is released a moment early", byModel, "settlement/order.go", "o.ReleaseAt = r.At.Add(terms.Hold())", "o.ReleaseAt = r.At.Add(terms.Hold() - 1000)"),
	plant("an order is released after the instant, not at it", byModel, "partner/program/due.go", "o.ReleaseAt.IsZero() || o.ReleaseAt.After(now)", "o.ReleaseAt.IsZero() || !o.ReleaseAt.Before(now)"),
	{"an order is released twice", byHistory, []plantedEdit{
		{"partner/program/due.go", "		o.Released = now\n", ""},
		{"store/memstore/rows.go", "			if !row.Released.IsZero() {\n				continue\n			}\n", ""},
	}},
	plant("a row is folded at its release and stays pending", byHistory, "partner/program/due.go", "if !row.Folded.IsZero() {\n			change.Pending", "if row.Folded.IsZero() {\n			change.Pending"),
	{"a row is folded twice", byHistory, []plantedEdit{
		{"store/memstore/rows.go", "		if row.Folded.IsZero() {\n			if err := t.fold(row, instant); err != nil {\n				return nil, err\n			}\n			out", "		{\n			if err := t.fold(row, instant); err != nil {\n				return nil, err\n			}\n			out"},
		{"store/memstore/rows.go", "		t.unfolded = t.unfolded[done:]\n", ""},
	}},
	plant("what is missing is forgiven instead of owed", byHistory, "settlement/balance.go", "return zero, net.Neg()", "return zero, zero"),
	plant("debt is not paid by what comes in", byHistory, "settlement/balance.go", "	after.Available, after.Debt = SplitNet(net)\n",
		"	after.Available, after.Debt = SplitNet(net)\n	if c.Net.Sign() > 0 {\n		after.Debt = b.Debt\n		after.Available, _ = b.Available.Add(c.Net)\n	}\n"),
	plant("a withdrawal asks nothing of what is available", byModel, "settlement/withdrawal.go", "Withdrawing: w.Gross, Need: w.Gross}", "Withdrawing: w.Gross}"),
	plant("what is being withdrawn is still available", byHistory, "settlement/withdrawal.go", "Change{Partner: w.Partner, Net: w.Gross.Neg(), Withdrawing: w.Gross,", "Change{Partner: w.Partner, Withdrawing: w.Gross,"),
	plant("exactly the minimum is refused", byModel, "settlement/withdrawal.go", "if w.Gross.Cmp(least) < 0 {", "if least.Sign() > 0 && w.Gross.Cmp(least) <= 0 {"),
	plant("a paid withdrawal can fail", byHistory, "settlement/withdrawal.go", "w.step(Failed, at, record, Approved)", "w.step(Failed, at, record, Approved, Paid)"),
	plant("a failed withdrawal can be paid", byHistory, "settlement/withdrawal.go", "w.step(Paid, at, record, Approved)", "w.step(Paid, at, record, Approved, Failed)"),
	plant("a withdrawal is paid without approval", byModel, "settlement/withdrawal.go", "w.step(Paid, at, record, Approved)", "w.step(Paid, at, record, Requested, Approved)"),
	plant("a failed payout does not give back all", byHistory, "settlement/withdrawal.go", "	return next, w.back(), err\n}\n\n// Pay", "	change := w.back()\n	change.Net, _ = change.Net.Sub(w.Gross.Currency().Minor(1))\n	return next, change, err\n}\n\n// Pay"),
	plant("a rejected withdrawal is given back twice", byHistory, "settlement/withdrawal.go", "w.step(Rejected, at, record, Requested, Approved)", "w.step(Rejected, at, record, Requested, Approved, Rejected)"),
	plant("tax and fee can be more than the gross", byModel, "settlement/withdrawal.go", "	case net.Sign() < 0:\n", "	case net.Sign() < -1:\n"),
	plant("an event that comes again is done again", byHistory, "partner/program/write.go", "Key: op.key},\n", "Key: op.key + token},\n"),
	plant("other facts pass under a known key", byModel, "partner/program/write.go", "if mine.Hash != first.Hash {", "if mine.Hash != first.Hash && mine.Key == \"\" {"),
	plant("a refund that comes before its order is lost", byHistory, "partner/program/refund.go", "	order.Parked = append(order.Parked, p)\n", "	if p.Refund == nil {\n		order.Parked = append(order.Parked, p)\n	}\n"),
	plant("a refund after release is taken twice", byHistory, "partner/program/orders.go", "			changes = append(changes, settlement.Change{Partner: row.Payee, Net: row.Amount})\n", "			changes = append(changes, settlement.Change{Partner: row.Payee, Net: row.Amount}, settlement.Change{Partner: row.Payee, Net: row.Amount})\n"),
	plant("what was refunded counts as spent", byModel, "partner/program/refund.go", "Amount: netBack.Neg()}", "Amount: netBack.Currency().Minor(0)}"),
	plant("the line of people is that of now", byModel, "partner/program/judge.go", "{{Start: j.attributed.Partner, At: j.order.PaidAt,", "{{Start: j.attributed.Partner, At: c.record.Recorded,"),
	plant("levels and freezes are those of now", byModel, "partner/program/judge.go", "partner.At(facts[i], j.order.PaidAt)", "partner.At(facts[i], c.record.Recorded)"),
	plant("the owner is that of now", byModel, "partner/program/judge.go", "c.owner(j.order.Customer, j.order.PaidAt)", "c.owner(j.order.Customer, c.record.Recorded)"),
	plant("the plan is that of now", byModel, "partner/program/judge.go", "c.planAt(\"paidAt\", j.order.PaidAt)", "c.planAt(\"paidAt\", c.record.Recorded)"),
	plant("the last owner takes the customer", byModel, "tree/binding.go", "before(a, first)", "before(first, a)"),
	plant("a recruit reaches back to what was paid before", byModel, "partner/program/team.go", "if from.Before(c.record.Recorded) {", "if from.IsZero() {"),
	{"a promotion reaches the order that makes it", byModel, []plantedEdit{
		{"partner/program/orders.go", "		stored, err := c.tx.LockOrders(ctx, []commission.OrderID{in.ID})\n",
			"		promoted, err := c.spend(judged, &in)\n		if err != nil {\n			return nil, err\n		}\n		if judged, err = c.judge(&in); err != nil {\n			return nil, err\n		}\n		stored, err := c.tx.LockOrders(ctx, []commission.OrderID{in.ID})\n"},
		{"partner/program/orders.go", "if posting.Order.Promoted, err = c.spend(judged, &in); err != nil {", "if posting.Order.Promoted = promoted; err != nil {"},
	}},
	plant("a frozen partner earns", byModel, "partner/state.go", "	case s.Earning == Frozen:\n		return EarningFrozen\n", ""),
	plant("a candidate earns", byModel, "partner/state.go", "	case s.Status == Candidate:\n		return NotYetPartner\n", ""),
	plant("the tenant is ignored", byModel, "partner/program/program.go", "	s.tenant = tenant\n", "	_ = tenant\n"),
	plant("views are of the default tenant", byModel, "partner/program/program.go", "return s.store.View(ctx, s.tenant, fn)", "return s.store.View(ctx, \"\", fn)"),
}
