package storetest

// plantedBug is a bug that somebody could write: what of the source it changes, and the test that must find it.
type plantedBug struct {
	name  string
	by    string
	edits []plantedEdit
}

// plantedEdit replaces a text that stands exactly once in a file, which is named from the root of the module, within functions.
type plantedEdit struct{ file, old, new string }

// The tests that find bugs: of this package, or of another one that stands before the colon.
const (
	byModel      = "TestTheProgrammeOnMemstore/programme/any_history_agrees_with_the_naive_programme"
	byOrder      = "TestTheProgrammeOnMemstore/programme/events_that_commute_give_the_same_in_any_order"
	byPortions   = "TestTheProgrammeOnMemstore/programme/refunds_in_portions_are_one_refund_and_the_order_without_it"
	byHistory    = "TestEveryHistoryOfFiveActions"
	byRuns       = "TestTheProgrammeOnMemstore/programme/any_history_of_period_runs_agrees_with_the_naive_ones"
	byGrants     = "TestAStoreThatRunsEverythingTwiceKeepsTheContract/programme/one-off_bonuses_that_many_runs_of_RunDue_judge_at_once_are_paid_and_taken_back_once"
	byLate       = "partner/program:TestRule_6_10_WhatIsToldLateLiftsFromTheLastLevelOn"
	byLock       = "partner:TestRule_6_10_AManualLevelIsLockedUntilItsInstantAndOnlyThatLevel"
	byReward     = "partner/program:TestRule_6_12_ARewardToHimselfIsExplainedAndStandsWithTheLevel"
	byPass       = "partner/program:TestRule_6_12_WhoIsJudgedByASettledOrderDoesNotRiseByTheRewardInThatPass"
	byCascade    = "partner/program:TestRule_6_12_ACascadeThatIsInterruptedGoesOn"
	byRounds     = "settlement:TestWhatIsTakenBackBeyondWhatIsPendingComesReleased"
	byBatch      = "partner/program:TestRule_5_34_ABatchIsItsOrdersOneByOne"
	byBatchLocks = "partner/program:TestABatchTakesItsLocksInOrder"
	byForest     = "partner/program:TestRule_3_23_InEveryTreeWhoStandsWhereIsWhatAMapSays"
	bySupply     = "partner/program:TestRule_3_2_WhatIsJudgedOnceMoreIsSoInEveryTree"

	bySale = "commission:TestRule_4_17_WhatIsNoSaleInAnyOrderIsNoneWhereTheBuyersOwnPurchasesPayNobody"

	byRelations = "TestRule_3_14_EveryHistoryOfFiveRelationsUnderEveryPolicy"
)

// plantedBugs are bugs that such programmes are known for, from the split of a coupon to the tenant of a view.
var plantedBugs = []plantedBug{
	{"the last unit of a split is lost", byModel, []plantedEdit{{
		"commission/money/split.go", "left.Int64(); units > 0 {", "left.Int64(); units > 1 {",
	}}},
	{"an order of a batch goes by what was so before the others", byBatch, []plantedEdit{{
		"partner/program/internal/ahead/records.go", "			c.changed = true\n", "",
	}}},
	{"an order of a batch reads what it has not written yet", byBatch, []plantedEdit{{
		"partner/program/internal/ahead/asked.go", "	a.inTurn = a.inTurn || a.kinds&of != 0\n", "",
	}}},
	{"orders of a batch lock when each comes to it", byBatchLocks, []plantedEdit{{
		"partner/program/internal/ahead/ahead.go", "	if notes == 0 {\n", "	if notes >= 0 {\n",
	}}},
	{"a batch locks customers before what is left of campaigns", byBatchLocks, []plantedEdit{{
		"partner/program/lock_paid.go", "among && !slices.ContainsFunc(c.likely, (*version).counts)", "among",
	}}},
	{"half-even rounds as half-up", byModel, []plantedEdit{{"commission/money/round.go", "return half > 0 || half == 0 && odd", "return half >= 0"}}},
	{"the order's discount is not taken off", byModel, []plantedEdit{{
		"commission/take_lines.go", "r.lines[i].net, _ = r.weights[i].Sub(r.parts[i])", "r.lines[i].net = r.weights[i]",
	}}},
	{"a campaign runs for an instant after its end", byModel, []plantedEdit{{
		"commission/campaign.go", "(c.To == nil || instant.Before(*c.To))", "(c.To == nil || !instant.After(*c.To))",
	}}},
	{"a loss of a line eats another line's commission", byModel, []plantedEdit{{
		"commission/settle.go", "if c.plan.Loss == FloorLine && base.sign()", "if c.plan.Loss == FloorLine && l.units == 0 && base.sign()",
	}}},
	{"losses take an order below 0", byModel, []plantedEdit{{
		"commission/settle.go", "return c.plan.Base == Profit && c.plan.Loss == FloorOrder", "return c.plan.Base == Amount && c.plan.Loss == FloorOrder",
	}}},
	{"a fixed amount is paid for units that came back", byPortions, []plantedEdit{{
		"commission/settle.go", "base := r.calc.baseOf(s, rest)\n", `base := r.calc.baseOf(s, rest)
	if s.Rate.kind == perUnit {
		base = whole(money.UnitsOf(line.quantity))
	}
`,
	}}},
	{"the cap is that of the whole line in a refund's target", byModel, []plantedEdit{{
		"commission/cap.go", "	limit, err := r.calc.capOf(net)\n", `	if r.order == nil && start < len(r.amounts) {
		index, _ := r.at(start)
		sold := whole(r.lines[index].net)
		net = &sold
	}
	limit, err := r.calc.capOf(net)
`,
	}}},
	{"only slot 1 is taken back", byHistory, []plantedEdit{{
		"commission/target.go", "		if !e.Amount.IsZero() {", "		if !e.Amount.IsZero() && e.Slot < 2 {",
	}}},
	{"each refund is rounded by itself", byHistory, []plantedEdit{{
		"settlement/refund.go", `	target, err := calc.Target(o.Frozen, returned, nil)
	if err != nil {
		return Posting{}, err
	}
	changes, err := commission.Difference(entriesIn(calc.Currency(), standing), target)
`, `	fresh := Order{ID: o.ID, Frozen: o.Frozen, Returned: make([]commission.Returned, len(o.Returned))}
	alone, err := fresh.give(calc, r)
	if err != nil {
		return Posting{}, err
	}
	target, err := calc.Target(o.Frozen, alone, nil)
	if err != nil {
		return Posting{}, err
	}
	var first []Row
	for _, row := range standing {
		if row.Revision == standing[0].Revision {
			first = append(first, row)
		}
	}
	changes, err := commission.Difference(entriesIn(calc.Currency(), first), target)
`,
	}}},
	{"a refund in two parts takes the second part only", byOrder, []plantedEdit{{
		"settlement/refund.go", "	returned := slices.Clone(o.Returned)\n", "	returned := make([]commission.Returned, len(o.Returned))\n",
	}}},
	{"more money goes back than was paid", byModel, []plantedEdit{{
		"settlement/refund.go", "if left := calc.Left(line, *back); amount.Cmp(left) > 0 {", "if left := calc.Left(line, *back); amount.Cmp(left) > 1 {",
	}}},
	{"units that came back with money count at the line's price too", byModel, []plantedEdit{{
		"settlement/refund.go", "	if !l.Amount.Valid {\n		back.Valued += l.Quantity\n", "	back.Valued += l.Quantity\n	if !l.Amount.Valid {\n",
	}}},
	{"a refund after release waits for a release that never comes", byHistory, []plantedEdit{{
		"settlement/refund.go", "	o.releaseLate(all, record.Recorded)\n", "",
	}}},
	{"a refund after release is taken twice", byHistory, []plantedEdit{{
		"partner/program/orders.go", "	changes = append(changes, also...)\n", "	changes = append(append(changes, changes...), also...)\n",
	}}},
	{"a second receipt moves the release", byModel, []plantedEdit{{
		"settlement/order.go", "	if !o.ReceivedAt.IsZero() {\n		return o\n	}\n", "",
	}}},
	{"an order is released a moment early", byModel, []plantedEdit{{
		"settlement/order.go", "o.ReleaseAt = r.At.Add(terms.Hold())", "o.ReleaseAt = r.At.Add(terms.Hold() - time.Microsecond)",
	}}},
	{"an order is released after the instant, not at it", byModel, []plantedEdit{{
		"partner/program/due.go", "o.ReleaseAt.IsZero() || o.ReleaseAt.After(now)", "o.ReleaseAt.IsZero() || !o.ReleaseAt.Before(now)",
	}}},
	{"an order is released twice", byHistory, []plantedEdit{
		{"partner/program/due.go", "		due[i].Released = now\n", ""},
		{"store/memstore/rows.go", "			if !row.Released.IsZero() {\n				continue\n			}\n", ""},
	}},
	{"a row that was folded stays pending when it is released", byHistory, []plantedEdit{{
		"partner/program/due_runs.go", "		if !row.Folded.IsZero() {\n			change.Pending", "		if row.Folded.IsZero() {\n			change.Pending",
	}}},
	{"a row is folded twice", byHistory, []plantedEdit{
		{
			"store/memstore/rows.go", "		if row.Folded.IsZero() {\n			if err := t.fold(row, instant); err != nil {\n				return nil, err\n			}\n			out",
			"		{\n			if err := t.fold(row, instant); err != nil {\n				return nil, err\n			}\n			out",
		},
		{"store/memstore/rows.go", "		t.unfolded = t.unfolded[done:]\n", ""},
	}},
	{"what is missing is forgiven instead of owed", byHistory, []plantedEdit{{"settlement/balance.go", "return zero, net.Neg()", "return zero, zero"}}},
	{"debt is not paid by what comes in", byModel, []plantedEdit{{
		"settlement/balance.go", "	after.Available, after.Debt = SplitNet(net)\n", `	after.Available, after.Debt = SplitNet(net)
	if c.Net.Sign() > 0 {
		after.Debt = b.Debt
		after.Available, _ = b.Available.Add(c.Net)
	}
`,
	}}},
	{"a withdrawal asks nothing of what is available", byModel, []plantedEdit{{
		"settlement/withdrawal.go", "Withdrawing: w.Gross, Need: w.Gross}", "Withdrawing: w.Gross}",
	}}},
	{"what is being withdrawn is still available", byHistory, []plantedEdit{{
		"settlement/withdrawal.go", "Change{Partner: w.Partner, Net: w.Gross.Neg(), Withdrawing: w.Gross,", "Change{Partner: w.Partner, Withdrawing: w.Gross,",
	}}},
	{"exactly the minimum is refused", byModel, []plantedEdit{{
		"settlement/withdrawal.go", "if w.Gross.Cmp(least) < 0 {", "if least.Sign() > 0 && w.Gross.Cmp(least) <= 0 {",
	}}},
	{"a paid withdrawal can fail", byHistory, []plantedEdit{{
		"settlement/withdrawal.go", "w.step(Failed, at, record, Approved)", "w.step(Failed, at, record, Approved, Paid)",
	}}},
	{"a failed withdrawal can be paid", byHistory, []plantedEdit{{
		"settlement/withdrawal.go", "w.step(Paid, at, record, Approved)", "w.step(Paid, at, record, Approved, Failed)",
	}}},
	{"a withdrawal is paid without approval", byModel, []plantedEdit{{
		"settlement/withdrawal.go", "w.step(Paid, at, record, Approved)", "w.step(Paid, at, record, Requested, Approved)",
	}}},
	{"a failed payout does not give back all", byHistory, []plantedEdit{{
		"settlement/withdrawal.go", "	return next, w.back(), err\n}\n\n// Pay ",
		"	change := w.back()\n	change.Net, _ = change.Net.Sub(w.Gross.Currency().Minor(1))\n	return next, change, err\n}\n\n// Pay ",
	}}},
	{"a rejected withdrawal is given back twice", byHistory, []plantedEdit{{
		"settlement/withdrawal.go", "w.step(Rejected, at, record, Requested, Approved)", "w.step(Rejected, at, record, Requested, Approved, Rejected)",
	}}},
	{"tax and fee can be more than the gross", byModel, []plantedEdit{{"settlement/withdrawal.go", "	case net.Sign() < 0:\n", "	case net.Sign() < -1:\n"}}},
	{"an event that comes again is done again", byHistory, []plantedEdit{{"partner/program/write.go", "Key: t.key},\n", "Key: t.key + token},\n"}}},
	{"other facts pass under a known key", byModel, []plantedEdit{{
		"partner/program/write.go", "if mine.Hash != first.Hash {", "if mine.Hash != first.Hash && mine.Key == \"\" {",
	}}},
	{"a refund that comes before its order is lost", byHistory, []plantedEdit{{
		"partner/program/refund.go", "	order.Parked = append(order.Parked, p)\n", "	if p.Refund == nil {\n		order.Parked = append(order.Parked, p)\n	}\n",
	}}},
	{"what was refunded counts as spent", byModel, []plantedEdit{{"partner/program/refund.go", "Amount: p.net.Neg()}", "Amount: p.net.Currency().Minor(0)}"}}},
	{"the line of people is that of now", byModel, []plantedEdit{{
		"partner/program/judge.go", "Start: j.attributed.Partner, At: j.order.PaidAt,", "Start: j.attributed.Partner, At: c.record.Recorded,",
	}}},
	{"who stands above in another tree is looked for among recruiters", bySupply, []plantedEdit{{
		"partner/program/judge.go", "{Tree: name, Start: j.attributed.Partner,", "{Start: j.attributed.Partner,",
	}}},
	{"who leaves closes the gap in the tree of recruiters alone", byForest, []plantedEdit{{
		"partner/program/leaver.go", "[]store.RecruitQuery{{Tree: name, Recruiter: id, At: from}}", "[]store.RecruitQuery{{Recruiter: id, At: from}}",
	}}},
	{"levels and freezes are those of now", byModel, []plantedEdit{{
		"partner/program/judge.go", "partner.At(facts[i], j.order.PaidAt)", "partner.At(facts[i], c.record.Recorded)",
	}}},
	{"the owner is that of now", byModel, []plantedEdit{{
		"partner/program/judge.go", "c.owner(j.order.Customer, at)", "c.owner(j.order.Customer, c.record.Recorded)",
	}}},
	{"the plan is that of now", byModel, []plantedEdit{{
		"partner/program/judge.go", "c.planAt(\"paidAt\", j.order.PaidAt)", "c.planAt(\"paidAt\", c.record.Recorded)",
	}}},
	{"the last owner takes the customer", byModel, []plantedEdit{{"tree/ownership.go", "case p.Touch != TouchLast:", "case p.Touch != TouchLast && r.firm:"}}},
	{"a recruit reaches back to what was paid before", byModel, []plantedEdit{{
		"partner/program/edges.go", "	if c.at.Before(recorded) {", "	if c.at.IsZero() {",
	}}},
	{"a promotion reaches the order that makes it", byModel, []plantedEdit{
		{"partner/program/orders.go", "		changes, err := soldChange(judged.version, &stored, &posting.Order)", `		promoted, err := c.spend(judged, &posting.Order)
		if err != nil {
			return nil, err
		}
		if judged, err = c.judge(&in, true); err != nil {
			return nil, err
		}
		posting, err = stored.Accrue(settlement.Accrual{
			Customer: in.Customer, PaidAt: judged.order.PaidAt, Kind: in.Kind, Plan: judged.version.stored.Version, Terms: judged.version.plan.Settlement,
			Attributed: judged.attributed, Goods: settlement.GoodsOf(in.Lines), Result: judged.result, Assets: judged.assets, Case: judged.again,
			Key: c.key, Record: c.record,
		})
		if err != nil {
			return nil, err
		}
		changes, err := soldChange(judged.version, &stored, &posting.Order)`},
		{"partner/program/orders.go", "if posting.Order.Promoted, err = c.spend(judged, &posting.Order); err != nil {", "if posting.Order.Promoted = promoted; err != nil {"},
	}},
	{"a frozen partner earns", byModel, []plantedEdit{{"partner/state.go", "	case s.Earning == Frozen:\n		return EarningFrozen\n", ""}}},
	{"a candidate earns", byModel, []plantedEdit{{"partner/state.go", "	case s.Status != Active:\n		return statusBars", "	case s.Status != Active && s.Status != Candidate:\n		return statusBars"}}},
	{"a run posts anew what stands already", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "run.Post(entries, standing[0], c.record.Recorded, c.record)", "run.Post(entries, standing[0][:0], c.record.Recorded, c.record)",
	}}},
	{"a part of a run is posted twice", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "	if err := c.addRows(append(rows, kept...)); err != nil {", `	for i := range rows {
		again := rows[i]
		again.Revision += posted.Revision
		rows = append(rows, again)
	}
	if err := c.addRows(append(rows, kept...)); err != nil {`,
	}}},
	{"a run looks for what stands in its first part", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "[]settlement.Source{run.Source(run.Posted)}", "[]settlement.Source{run.Source(0)}",
	}}},
	{"a run is committed before its last part is posted", byRuns, []plantedEdit{{
		"settlement/run.go", "	if r.Posted == r.Chunks {", "	if r.Posted >= max(1, r.Chunks-1) {",
	}}},
	{"a run is released before all of it is posted", byRuns, []plantedEdit{{
		"settlement/run.go", "return (r.State == RunCommitted || r.State == RunReversed) && r.Released < r.Chunks", "return r.State != RunLocked && r.Released < r.Posted",
	}}},
	{"a run is released without its last part", byRuns, []plantedEdit{{
		"settlement/run.go", "r.State == RunReversed) && r.Released < r.Chunks", "r.State == RunReversed) && r.Released+1 < r.Chunks",
	}}},
	{"a run that has changed since it was locked is posted", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "if run.State != \"\" && run.Digest != x.digest {", "if run.State != \"\" && run.Digest == \"\" {",
	}}},
	{"what a later round takes back waits although nothing else does", byRuns, []plantedEdit{{
		"settlement/run.go", "if all[i].Amount.Sign() < 0 && left.Sign() < 0 {", "if all[i].Amount.Sign() < 0 && left.Sign() < -1 {",
	}}},
	{"what a later round takes back waits where anything else does", byRounds, []plantedEdit{{
		"settlement/run.go", "if all[i].Amount.Sign() < 0 && left.Sign() < 0 {", "if all[i].Amount.Sign() < 0 && left.Cmp(all[i].Amount) == 0 {",
	}}},
	{"a run that is reversed pays once more", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "				return c.postPart(x, nil)\n", "				return c.postPart(x, x.parts(run))\n",
	}, {
		"partner/program/bonuses.go", "	x, err := b.locked(ctx, in)\n", "	x, err := b.compute(ctx, in)\n",
	}}},
	{"an order as of payment counts for who stands above at the end", byRuns, []plantedEdit{{
		"partner/program/bonus_facts.go", "f.genealogy.Sell(m, page[i].PaidAt, net)", "f.genealogy.Sell(m, f.last(), net)",
	}}},
	{"an order that is not released counts where released ones do", byRuns, []plantedEdit{{
		"partner/program/bonus_facts.go", "f.run.bonus.Counts == commission.NodeReleased", "f.run.bonus.Counts > commission.NodeReleased",
	}}},
	{"what is taken back says that it is paid in all", byRuns, []plantedEdit{{
		"commission/replace.go", "gone.Detail = gone.Detail.without()", "gone.Detail = gone.Detail.clone()",
	}}},
	{"the team is that of now", byRuns, []plantedEdit{{
		"partner/program/bonus_facts.go", "tree.RecruiterAt(edges[i], f.last())", "tree.RecruiterAt(edges[i], tree.Ever)",
	}}},
	{"who is barred from a bonus is told by now", byRuns, []plantedEdit{{
		"partner/program/bonus_facts.go", "partner.At(facts[i], f.last())", "partner.At(facts[i], f.now())",
	}}},
	{"an order at the end of a period counts in it", byRuns, []plantedEdit{{
		"store/memstore/orders.go", "timeKeyOf(from, \"\")), timeKeyOf(to, \"\")", "timeKeyOf(from, \"\")), timeKeyOf(to.Add(time.Microsecond), \"\")",
	}}},
	{"a bonus counts what has come back", byRuns, []plantedEdit{{
		"partner/program/bonus_facts.go", "v.calc.Left(&o.Frozen.Lines[i], o.Returned[i])", "v.calc.Left(&o.Frozen.Lines[i], commission.Returned{})",
	}}},
	{"a run is locked before its period is over", byRuns, []plantedEdit{{
		"partner/program/bonuses.go", "if now := b.now(); now.Before(x.to) {", "if now := b.now(); now.Before(x.from) {",
	}}},
	{"a one-off bonus stays when all that was bought has come back", byGrants, []plantedEdit{{
		"settlement/grant.go", "x.Owed() && (g.Settled != \"\" || x.Payee == g.User)", "x.Owed()",
	}}},
	{"nobody is judged when all that he bought comes back", byGrants, []plantedEdit{{
		"partner/program/grants.go", "grants[0].Settled != o.ID {", "grants[0].Settled != \"\" {",
	}}},
	{"the rows of one payee of several users change his balance one over the other", byGrants, []plantedEdit{{
		"partner/program/due_grants.go", "		rows = append(rows, paid...)\n", "		rows = paid\n",
	}}},
	{"an asset takes the order's discount off once more", byModel, []plantedEdit{{
		"commission/asset.go", "	order.Discount, order.Freight, order.Tenders = decimal.Decimal{}, decimal.Decimal{}, nil\n", "	order.Freight, order.Tenders = decimal.Decimal{}, nil\n",
	}}},
	{"a refund leaves what was paid in an asset", byModel, []plantedEdit{{
		"settlement/refund.go", "		changes = append(changes, taken...)\n", "		_ = taken\n",
	}}},
	{"what an order pays in an asset is what stands in cash", byModel, []plantedEdit{{
		"settlement/refund.go", "	entries := entriesIn(a.Total.Currency(), standing)\n", `	var entries []commission.Entry
	for _, row := range standing {
		if row.Amount.Currency() != a.Total.Currency() {
			entries = append(entries, row.Entries...)
		}
	}
`,
	}}},
	{"what is released in an asset is released as cash", byModel, []plantedEdit{{
		"partner/program/due.go", " || out[n-1].Currency() != c.Currency() {", " {",
	}}},
	{"a junior has one peer too many", byModel, []plantedEdit{{"commission/rule_peer.go", "if j.left--; j.left == 0 {", "if j.left--; j.left < 0 {"}}},
	{"a peer is paid by what other levels bring", byModel, []plantedEdit{{
		"commission/rule_peer.go", "if index < j.position || u.Level != j.level {", "if index < j.position {",
	}}},
	{"what an agent who earns nothing would get goes to the others", byModel, []plantedEdit{{
		"commission/rule_territory.go", "seat.Bar == \"\" || !r.missing.passes() {", "seat.Bar == \"\" {",
	}}},
	{"agents divide as if all had one weight", byModel, []plantedEdit{{
		"commission/rule_territory.go", "out.PayPart(index, slot, region.Rate, source, agent.Weight, weights)",
		"out.PayPart(index, slot, region.Rate, source, 1, int32(len(region.Agents)))",
	}}},
	{"a fee that comes before the split leaves the others all", byModel, []plantedEdit{{
		"commission/remaining.go", "if fees.IsZero() {", "if !fees.IsZero() || fees.IsZero() {",
	}}},
	{"a slot without a rate has one by a level's bonus", byModel, []plantedEdit{{
		"commission/level_bonus.go", "own[slot-1] == nil || !rate.IsSet() {", "own[slot-1] == nil {",
	}}},
	{"goods that pay nothing give the cap of the order no room", byModel, []plantedEdit{{
		"commission/cap.go", "		rest := r.lines[i].rest()\n		var err error\n", `		if r.lines[i].reason != "" {
			continue
		}
		rest := r.lines[i].rest()
		var err error
`,
	}}},
	{"all slots bear what the seller gives up", byModel, []plantedEdit{{
		"commission/giveup.go", "return s.Rule == RuleSlots && s.Slot == 1", "return s.Rule == RuleSlots",
	}}},
	{"units that come back for money leave what was given up of them", byPortions, []plantedEdit{{
		"commission/remaining.go", "times(line.facts.giveUp, back.Units-back.Valued, line.quantity)", "times(line.facts.giveUp, 0, line.quantity)",
	}}},
	{"an order that is told late lets a level fall at a time in between", byLate, []plantedEdit{{
		"partner/program/levels.go", "f.At.After(from) && !f.At.After(c.record.Recorded)", "f.At.After(from) && f.At.After(c.record.Recorded)",
	}}},
	{"a lock of the shop outlives its level", byLock, []plantedEdit{{
		"partner/state.go", "s.Level, s.LevelSet, s.LevelLockedUntil = Level(f.Value), false, time.Time{}", "s.Level = Level(f.Value)",
	}}},
	{"a reward for a level reaches the next one in the same pass", byPass, []plantedEdit{{"partner/program/due_grants.go", "	if cascade {\n", "	if cascade = true; cascade {\n"}}},
	{"a reward to who rises waits for a purchase of his", byReward, []plantedEdit{{"settlement/grant.go", " || x.Payee == g.User)", ")"}}},
	{"a cascade stops where a run was interrupted", byCascade, []plantedEdit{{"partner/program/due_grants.go", "after.Due, out.again = now, true", "out.again = true"}}},
	{"the tenant is ignored", byModel, []plantedEdit{{"partner/program/program.go", "	s.tenant = tenant\n", "	_ = tenant\n"}}},
	{"views are of the default tenant", byModel, []plantedEdit{{
		"partner/program/program.go", "return s.store.View(ctx, s.tenant, fn)", "return s.store.View(ctx, \"\", fn)",
	}}},
	{"an assignment that was refused binds", byModel, []plantedEdit{{
		"tree/ownership.go", "		case !b.couldBind():\n			return b.Reason\n		case owner == \"\":", "		case owner == \"\":",
	}}},
	{"a binding holds at the instant at which its days are over", byModel, []plantedEdit{{
		"tree/ownership.go", "!until.IsZero() && !instant.Before(until)", "!until.IsZero() && instant.After(until)",
	}}},
	{"an order does not begin the days again", byModel, []plantedEdit{{
		"tree/ownership.go", "if p.RenewOnOrder && at.After(r.renewed) {", "if p.RenewOnOrder && at.Before(r.renewed) {",
	}}},
	{"an owner is protected at the instant at which that is over", byRelations, []plantedEdit{{
		"tree/ownership.go", "case b.At.Before(afterDays(r.bound, p.ProtectionDays)):", "case !b.At.After(afterDays(r.bound, p.ProtectionDays)):",
	}}},
	{"a move is looked at only as of its beginning", byModel, []plantedEdit{{
		"tree/move.go", "		if next.IsZero() || !until", "		if !at.After(from) || next.IsZero() || !until",
	}}},
	{"who is bound late to one who has left stays his", byModel, []plantedEdit{{
		"partner/program/left_since.go", "if owner != bound.Owner {", "if owner == bound.Owner {",
	}}},
	{"what comes back of an order is taken again from who has forfeited it", byModel, []plantedEdit{{
		"settlement/forfeit.go", "	case !s.late:\n", "	case !s.late && s.known:\n		return money.Amount{}, nil\n	case !s.late:\n",
	}}},
	{"what is told of late is left to who has forfeited it", byModel, []plantedEdit{{
		"partner/program/forfeit.go", "	p.Forfeits, err = c.forfeits(c.record.Recorded, order)\n", "	_, err = c.forfeits(c.record.Recorded, order)\n",
	}}},
	{"unbinding voids what those above the owner have", byModel, []plantedEdit{{
		"partner/program/forfeit.go", "case row.Payee == all[i].lost:", "case all[i].lost != \"\":",
	}}},
	{"who is frozen withdraws what accrues", byModel, []plantedEdit{{
		"partner/joining.go", "s.Earning == Frozen && j.Frozen == FrozenAccrues {", "s.Earning == Open && j.Frozen == FrozenAccrues {",
	}}},
	{"a level is reached from below by who comes from above", byModel, []plantedEdit{{
		"partner/program/due_grants.go", "partner.At(u.facts[:i], f.At).Level", "partner.At(u.facts[:min(i, 0)], f.At).Level",
	}}},
	{"a one-off bonus stays when the order comes back by which it stands", byModel, []plantedEdit{{
		"partner/program/grants.go", "grants[0].Settled != o.ID", "grants[0].Settled == o.ID",
	}}},
	{"a one-off bonus waits for no order", byModel, []plantedEdit{{
		"settlement/grant.go", "x.Owed() && (g.Settled != \"\" || x.Payee == g.User)", "x.Owed()",
	}}},
	{"a gift with an own purchase that pays nobody is a sale", bySale, []plantedEdit{{
		"commission/ask_rules.go", "	case order != \"\":\n		return order\n", "	case order != \"\":\n		return order\n	case self != \"\" && source.Gift:\n		return self\n",
	}}},
	{"what comes back is not there again for others in a budget", byModel, []plantedEdit{{
		"settlement/refund.go", "		if !use.Added.IsZero() {\n", "		if use.Added.Sign() > 0 {\n",
	}}},
	{"an order takes more than is left of a budget", byModel, []plantedEdit{{
		"commission/campaign_budget.go", "l.budget != nil && l.added.Cmp(*l.budget) > 0", "l.budget != nil && l.budget.IsZero() && l.added.Cmp(*l.budget) > 0",
	}}},
	{"the staff's part is as large as the partner's", byModel, []plantedEdit{{
		"commission/staff.go", "out.PayPart(index, 1, rate, source, r.staff.StaffWeight, weights)", "out.PayPart(index, 1, rate, source, r.staff.PartnerWeight, weights)",
	}}},
	{"the grace goes by no policy", byModel, []plantedEdit{{
		"partner/program/judge_again.go", "	for _, h := range tree.History(known, policies...) {", "	for _, h := range tree.History(known) {",
	}}},
}
