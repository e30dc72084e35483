package commission

import "github.com/fenrun/fenrun/partner"

// Reasons why an order, a line or a slot pays nothing. Those of the person (not a partner, frozen, …) are in package partner.
const (
	// NoOwner: the buyer is bound to nobody and has no line of his own.
	NoOwner partner.Reason = "no_owner"
	// NoReferrer: the plan pays whom the order names, and it names no partner.
	NoReferrer partner.Reason = "no_referrer"
	// UnknownReferrer: the order names somebody who is no partner.
	UnknownReferrer partner.Reason = "unknown_referrer"
	// ContestedOrder: the buyer is in the tree, the order names another partner, and the plan pays neither.
	ContestedOrder partner.Reason = "contested"
	// SelfPurchased: the buyer bought himself, and the plan pays nobody or leaves his slot unpaid.
	SelfPurchased partner.Reason = "self_purchase"
	// ExcludedGoods: the plan excludes the goods.
	ExcludedGoods partner.Reason = "excluded"
	// ExcludedKind: the plan excludes orders of this kind.
	ExcludedKind partner.Reason = "order_kind"
	// GiftGoods: the line or the order is a gift.
	GiftGoods partner.Reason = "gift"
	// Exchanged: the goods replace others, whose order keeps its commission.
	Exchanged partner.Reason = "exchange"
	// ExchangeOpen: goods of the order are being exchanged, so that it is not released.
	ExchangeOpen partner.Reason = "exchange_open"
	// NotJoining: the goods were sold by a promotion that does not join.
	NotJoining partner.Reason = "promotion"
	// NoUpline: nobody stands at that place.
	NoUpline partner.Reason = "no_upline"
	// NoLeader: no leader stands above the seller.
	NoLeader partner.Reason = "no_leader"
	// NoAgent: the order's region has no agent.
	NoAgent partner.Reason = "no_agent"
	// NoRate: no rate is set for the slot.
	NoRate partner.Reason = "no_rate"
	// ZeroRate: the rate is 0.
	ZeroRate partner.Reason = "zero_rate"
	// Overtaken: somebody below has the same or a higher level's share.
	Overtaken partner.Reason = "overtaken"
	// NoCost: the plan pays on profit, and the line has no cost.
	NoCost partner.Reason = "no_cost"
	// NoListPrice: the plan pays on the list price, and the line has none.
	NoListPrice partner.Reason = "no_list_price"
	// NoProfit: the line or the order was sold at or below cost.
	NoProfit partner.Reason = "no_profit"
	// NothingPaid: nothing was paid for the line, or nothing is left of it after refunds or fees.
	NothingPaid partner.Reason = "nothing_paid"
	// RoundsToZero: the amount is below the smallest unit.
	RoundsToZero partner.Reason = "rounds_to_zero"
	// CutByCap: the cap of the line left nothing.
	CutByCap partner.Reason = "cut_by_cap"
	// GivenUp: the payee gave up all that he had of the line.
	GivenUp partner.Reason = "given_up"
	// AwaitsBalance, AwaitsCollection and AwaitsFormation: the order is not final, so that nothing is posted for it yet.
	AwaitsBalance    partner.Reason = "awaits_balance"
	AwaitsCollection partner.Reason = "awaits_collection"
	AwaitsFormation  partner.Reason = "awaits_formation"
	// CutByOrderCap: the cap of the order left nothing.
	CutByOrderCap partner.Reason = "cut_by_order_cap"
	// CutByCampaignCap: a campaign's cap left nothing of what it adds, and without it the amount is below the smallest unit.
	CutByCampaignCap partner.Reason = "cut_by_campaign_cap"
	// BudgetSpent: what is left of a campaign's budget is not enough for the order.
	BudgetSpent partner.Reason = "budget_spent"
	// CutByCustomerCap: a campaign adds no more to the orders of one customer.
	CutByCustomerCap partner.Reason = "cut_by_customer_cap"
	// NoFactor: the factors of all campaigns together sum to nothing.
	NoFactor partner.Reason = "no_factor"
	// Refunded: an entry by which a refund changes what stands, mostly by taking back.
	Refunded partner.Reason = "refunded"
	// BorneByShop and BorneBySeller: an entry by which the shop, or the seller of the order, bears what a refund took back from somebody who had it no more.
	BorneByShop   partner.Reason = "borne_by_shop"
	BorneBySeller partner.Reason = "borne_by_seller"
	// ForfeitedByLeaving: the payee has left, and what was pending of his is the shop's.
	ForfeitedByLeaving partner.Reason = "forfeited_by_leaving"
	// ForfeitedByUnbinding: the customer was taken from the payee, and what was pending from his orders is the shop's.
	ForfeitedByUnbinding partner.Reason = "forfeited_by_unbinding"
	// LevelsOfRelease: an entry by which the levels of an order's release change what stands.
	LevelsOfRelease partner.Reason = "levels_of_release"
	// BoundInGrace: an entry of an order that a binding within the plan's grace made its owner's.
	BoundInGrace partner.Reason = "bound_in_grace"
	// Recalculated: an entry by which a period run changes what stands, since the facts of its period have changed.
	Recalculated partner.Reason = "recalculated"
	// NoVolume: of a period, nothing is left that would pay him: no sales, or more went back than was sold.
	NoVolume partner.Reason = "no_volume"
	// NotReached: his volume has not reached the first step of a period bonus.
	NotReached partner.Reason = "not_reached"
	// NoWeight: he has no share of a pool.
	NoWeight partner.Reason = "no_weight"
	// NoMembers: nobody has a share of a pool.
	NoMembers partner.Reason = "no_members"
	// NoRecruiter: nobody recruited the one for whom a one-off bonus would be.
	NoRecruiter partner.Reason = "no_recruiter"
	// NoSettledOrder: the one for whom a one-off bonus is has no settled order, so that it waits or was taken back.
	NoSettledOrder partner.Reason = "no_settled_order"
)
