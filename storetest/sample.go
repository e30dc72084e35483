package storetest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// The records with which the suite fills a store. Each has every field set, and in every slice an element with nothing behind it too.

var (
	cny    = money.MustCurrency("CNY", 2)
	points = money.MustCurrency("POINTS", 0)
)

// day is an instant with microseconds, n days after a fixed one.
func day(n int) time.Time {
	return time.Date(2026, 6, 1, 12, 30, 15, 123456000, time.UTC).AddDate(0, 0, n)
}

func recorded(n int) partner.Record {
	return partner.Record{Recorded: day(n).Add(time.Second), Actor: fmt.Sprintf("actor %d", n), Reason: `because of "käse" & 分润 🎉`}
}

func samplePartner(id partner.ID) partner.Partner {
	return partner.Partner{ID: id, Joined: day(0), Record: recorded(0)}
}

func sampleFact(id partner.ID, seq int64) partner.Fact {
	return partner.Fact{Partner: id, Kind: partner.FactLevel, Value: fmt.Sprintf("level %d", seq), At: day(int(seq)), Seq: seq, Record: recorded(int(seq))}
}

// sampleApplication is an open application at its first revision, with everything that an application can have at once.
func sampleApplication(id partner.ApplicationID, of partner.ID) partner.Application {
	return partner.Application{
		ID: id, Revision: 1, Applicant: of, State: partner.ApplicationOpen, Level: "agent", Recruiter: "p-0", Source: "海报 7", At: day(1), Plan: 2,
		Answers:  []partner.FieldAnswer{{Field: "phone", Value: "+8613800000000"}, {}},
		Accepted: []partner.Accepted{{Agreement: "terms", Version: "2"}, {}},
		Flags:    []partner.Reason{partner.TopUpRefunded},
		Steps:    []partner.ApplicationStep{{State: partner.ApplicationOpen, At: day(1), Waived: true, Banned: true, Record: recorded(1)}, {}},
		Record:   recorded(1),
	}
}

func sampleEdge(id, recruiter partner.ID) tree.Edge {
	return tree.Edge{ID: short(id), Partner: id, Recruiter: recruiter, From: day(1), Seq: 1, Record: recorded(1)}
}

func sampleBinding(id string, customer partner.Customer, owner partner.ID, at time.Time) tree.Binding {
	return tree.Binding{ID: id, Customer: customer, Owner: owner, By: tree.ByContact, At: at, Had: "p-0", Reason: tree.Owned, Record: recorded(2)}
}

func samplePlan(version int) store.PlanVersion {
	return store.PlanVersion{Version: version, From: day(version), Hash: fmt.Sprintf("%064x", version), Text: []byte(`{"name":"方案","trees":["supply"]}`), Record: recorded(3)}
}

// sampleOrder is an order at its first revision, with everything that an order can have at once.
func sampleOrder(id commission.OrderID) settlement.Order {
	o := settlement.Order{
		ID: id, Revision: 1, Posted: true, Customer: "c-1", PaidAt: day(2), Kind: commission.Service, Plan: 1,
		Attributed: commission.Attributed{Partner: "p-1", By: commission.Owner, Reason: commission.NoOwner},
		Frozen:     sampleFrozen(),
		Goods:      []settlement.Goods{{SKU: "s-1", Product: "茶", Category: "drinks", Gift: true}, {}},
		Total:      cny.Minor(6865),
		Campaigns:  []commission.CampaignUse{{Campaign: "双", Added: cny.Minor(120)}, {Campaign: "618", Reason: commission.BudgetSpent}},
		Returned:   []commission.Returned{{Units: 2, Valued: 1, Money: cny.Minor(150)}, {}},
		Refunds:    []settlement.AppliedRefund{{Key: "r-1", Revision: 1, At: day(3), Released: true}},
		// The order is received and its release fixed.
		ReceivedAt: day(4), ReleaseAt: day(11),
		Parked: []settlement.Parked{
			{Key: "k-1", Received: &settlement.Receipt{Order: id, At: day(4)}, Record: recorded(4)},
			{Key: "k-2", Refund: sampleRefund(id), Record: recorded(5)},
		},
		Unparked: []settlement.Unparked{{Key: "k-3", Event: "refund", Refused: "the order has no such line"}, {Key: "k-4", Event: "received"}},
		Promoted: true, Risen: "gold", Veto: "disputed",
		Exchanges: []settlement.Exchange{{ID: "x-1", At: day(5), Held: true, ClosedAt: day(6)}, {}},
		Case:      sampleCase(id), Earlier: sampleJudgements(),
		Record: recorded(2),
	}
	o.Assets = []settlement.OrderAsset{{Frozen: sampleFrozen(), Total: points.Minor(597)}, {}}
	return o
}

func sampleCase(id commission.OrderID) *settlement.Case {
	return &settlement.Case{
		Order: commission.Order{
			ID: id, Customer: "c-1", Referrer: "p-9", Staff: "p-7", PaidAt: day(2), CreatedAt: day(1), Discount: decimal.RequireFromString("1.5"), Freight: decimal.RequireFromString("8"),
			Places: commission.Places{ShipTo: "44/01", Pickup: "shop 1", Delivery: "point 2"}, Bar: "test", Kind: commission.Service,
			Lines: []commission.Line{{
				ID: "1", SKU: "s-1", Product: "tea", Category: "drinks", Quantity: 3, Amount: decimal.RequireFromString("597.5"),
				Cost: decimal.NewNullDecimal(decimal.RequireFromString("42")), Rates: []commission.Rate{commission.MustRate("10%"), {}}, Gift: true, Promotion: "秒杀",
				List: decimal.NewNullDecimal(decimal.RequireFromString("666")), GiveUp: decimal.RequireFromString("3"),
			}, {}},
			Tenders: []commission.Tender{{Kind: "points", Amount: decimal.RequireFromString("5")}, {}},
			Used:    []commission.Used{{Campaign: "双", Total: cny.Minor(700), Customer: cny.Minor(70)}, {}},
			Trees:   []commission.TreeLine{{Tree: "supply", Uplines: []commission.Upline{{Partner: "p-6", Level: "gold", Leader: true, Bar: "risk"}, {}}}, {}},
		},
		Candidates: commission.Candidates{Buyer: "p-8", Owner: "p-1", Referrer: "p-9", Unknown: true, Staff: "p-7"},
		Uplines:    []commission.Upline{{Partner: "p-1", Level: "gold", Leader: true, Bar: partner.EarningFrozen}, {}},
		Seats:      []commission.Upline{{Partner: "p-7", Level: "gold", Leader: true, Bar: "risk"}, {}},
	}
}

func sampleJudgements() []settlement.Judgement {
	attributed := commission.Attributed{Partner: "p-2", By: commission.Referrer, Reason: commission.NoOwner}
	return []settlement.Judgement{{Attributed: attributed, Frozen: sampleFrozen(), Assets: []commission.Frozen{sampleFrozen(), {}}, Until: 2}, {}}
}

func sampleFrozen() commission.Frozen {
	cost, listPrice, giveUp := cny.Minor(4200), cny.Minor(66600), cny.Minor(300)
	return commission.Frozen{
		Lines: []commission.FrozenLine{
			{ID: "1", Quantity: 3, Net: cny.Minor(59700), Cost: &cost, List: &listPrice, GiveUp: &giveUp},
			{ID: "2", Quantity: 1, Net: cny.Minor(0), Reason: "excluded", Set: 1},
		},
		Sets: []commission.FrozenSet{{
			Shares: []commission.Share{
				{
					Payee: "p-1", Level: "gold", Rule: "slot", Slot: 1, Position: 1, Rate: commission.MustRate("10%"),
					Source:   commission.Source{Kind: commission.FromProduct, Key: "tea", Bonus: sampleBonus(), Rate: sampleRate()},
					Campaign: sampleCampaign(), Promotion: samplePromotion(), Weight: 2, Weights: 5,
				},
				{Payee: "p-2", Rule: "team", Position: 2, Rate: commission.MustRate("3.00/unit")},
			},
			Skips: []commission.Skip{{Rule: "slot", Slot: 3, Position: 3, Partner: "p-3", Reason: partner.EarningFrozen}},
		}, {}},
		Campaigns: []commission.CampaignUse{{Campaign: "双", Added: cny.Minor(300), Reason: commission.CutByCustomerCap}, {}},
	}
}

func sampleCampaign() *commission.Applied {
	most := cny.Minor(500)
	return &commission.Applied{
		Name: "双11", Factor: decimal.RequireFromString("1.2"), PerOrder: &most,
		Parts: []commission.CampaignPart{{Name: "双", Factor: decimal.RequireFromString("1.1"), PerOrder: &most}, {}},
	}
}

func sampleBonus() *commission.Raise {
	return &commission.Raise{Level: "gold", Mode: commission.Replace, Rate: commission.MustRate("12%")}
}

func samplePromotion() *commission.Applied {
	promotion := sampleCampaign()
	promotion.Name, promotion.Factor = "秒杀", decimal.RequireFromString("0.8")
	return promotion
}

func sampleDetail() *commission.BonusDetail {
	return &commission.BonusDetail{
		Period: "2026-05", Pays: cny.Minor(700), Volume: cny.Minor(90000), Base: cny.Minor(80000),
		Legs: []commission.LegsPart{{Rate: commission.MustRate("5%"), Volume: cny.Minor(1000), Entitled: cny.Minor(50)}, {}},
		Missed: &commission.MissedStep{
			From: "1000", Rate: commission.MustRate("15%"), Most: cny.Minor(50000), Counted: cny.Minor(70000), Legs: []commission.CappedLeg{{Partner: "p-3", Volume: cny.Minor(60000)}, {}},
		},
		Pool: &commission.PoolDetail{Pool: cny.Minor(8000), Weight: 3, Weights: decimal.RequireFromString("12"), Residue: true, Kept: cny.Minor(1)},
	}
}

func sampleRate() *commission.Rate {
	rate := commission.MustRate("25%")
	return &rate
}

func sampleRefund(id commission.OrderID) *settlement.Refund {
	return &settlement.Refund{Order: id, At: day(5), Lines: []settlement.RefundLine{
		{Line: "1", Quantity: 1, Amount: decimal.NewNullDecimal(decimal.RequireFromString("199.5"))}, {Line: "2", Quantity: 1},
	}}
}

// dueOrder is a posted order that is due from an instant on.
func dueOrder(id commission.OrderID, at time.Time) settlement.Order {
	o := sampleOrder(id)
	o.ReleaseAt = at
	return o
}

// releasedOrder is a posted order that was released at an instant.
func releasedOrder(id commission.OrderID, at time.Time) settlement.Order {
	o := dueOrder(id, at)
	o.Released, o.Veto = at, ""
	return o
}

func sampleRow(id commission.OrderID, payee partner.ID, revision, amount int64) settlement.Row {
	gaveUp := cny.Minor(100)
	return settlement.Row{
		Source: settlement.OfOrder(id), Payee: payee, Revision: revision, Key: "k-" + string(id), Amount: cny.Minor(amount), At: day(int(revision)),
		Entries: []commission.Entry{
			{
				Line: "1", Rule: "slot", Slot: 1, Position: 1, Payee: payee, Level: "gold", Amount: cny.Minor(amount), Base: cny.Minor(59700), Units: 3,
				Rate: commission.MustRate("10%"), Source: commission.Source{Kind: commission.FromLevel, Key: "gold", Bonus: sampleBonus(), Rate: sampleRate()}, Campaign: sampleCampaign(),
				Promotion: samplePromotion(), GiveUp: &gaveUp, Weight: 2, Weights: 5, Cut: true, CutByOrder: true, CutByCampaign: true, Reason: "refunded",
				Detail: sampleDetail(),
			},
			{Line: "2", Rule: "team", Payee: payee},
		},
		Record: recorded(int(revision)),
	}
}

// sampleRun is a committed run of which one part of three is released.
func sampleRun(id settlement.RunID) settlement.Run {
	return settlement.Run{
		ID: id, Revision: 1, State: settlement.RunCommitted, Plan: 1, Period: may2026, From: day(-31), To: day(0),
		Round: 2, Reverses: true, Digest: fmt.Sprintf("%064x", len(id)), Total: cny.Minor(8955), Payees: 2, Chunks: 3, Posted: 3, Released: 1,
		LockedAt: day(8), CommittedAt: day(9), Record: recorded(8),
	}
}

var may2026 = commission.Calendar{}.PeriodAt(commission.Monthly, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))

// runRow is a row of a part of a run.
func runRow(id settlement.RunID, chunk int, payee partner.ID, revision, amount int64) settlement.Row {
	row := sampleRow("", payee, revision, amount)
	row.Source, row.Key = sampleRun(id).Source(chunk), fmt.Sprintf("%s@%d", id, revision)
	return row
}

// number is a withdrawal's number: 32 hex digits.
func number(n int) settlement.WithdrawalID { return settlement.WithdrawalID(fmt.Sprintf("%032x", n)) }

func sampleWithdrawal(id settlement.WithdrawalID, of partner.ID) settlement.Withdrawal {
	return settlement.Withdrawal{
		ID: id, Revision: 1, Partner: of, Gross: cny.Minor(1000), Tax: cny.Minor(30), Fee: cny.Minor(5), State: settlement.Requested, At: day(6),
		Steps:  []settlement.Step{{State: settlement.Requested, At: day(6), Record: recorded(6)}, {State: settlement.Approved, At: day(7), Record: recorded(7)}},
		Record: recorded(6),
	}
}

func sampleClaim(operation, key, token string) store.Claim {
	return store.Claim{ClaimKey: store.ClaimKey{Operation: operation, Key: key}, Hash: fmt.Sprintf("%064x", len(key)), Fields: "order=0a0b0c0d;at=00000000;", Token: token, At: day(2)}
}

func sampleEvent(id string) store.Event {
	return store.Event{ID: id, Kind: "order_paid", Subject: "o-1", At: day(2), Data: []byte(`{"commission":"68.65 CNY"}`), Record: recorded(2)}
}
