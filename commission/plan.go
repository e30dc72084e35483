package commission

import (
	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Plan is the commission section of a plan: what an order pays, as data. The zero value of a field is its default; [Plan.WithDefaults] shows them.
type Plan struct {
	// Rates by slot, slot 1 (the attributed partner) first, for whatever has no rate of its own.
	Rates []Rate `json:"rates,omitempty"`
	// Slots is how many slots are paid. 0 is the longest list of rates, at most 3; more than 3 are paid only where this says so. A plan whose rates all
	// come with the order lines needs it.
	Slots int `json:"slots,omitempty"`
	// Levels, Partners, Categories, Products and SKUs give rates of their own, by slot. The first that is set wins: a rate given with the order line,
	// then kind of order, SKU, product, category, partner (unless Personal puts it before the goods), level, and Rates. Levels and Partners are those of the
	// one who is paid.
	Levels     map[partner.Level][]Rate `json:"levels,omitempty"`
	Partners   map[partner.ID][]Rate    `json:"partners,omitempty"`
	Categories map[string][]Rate        `json:"categories,omitempty"`
	Products   map[string][]Rate        `json:"products,omitempty"`
	SKUs       map[string][]Rate        `json:"skus,omitempty"`
	// Personal says whether a partner's own rates come before or after those of the goods.
	Personal PersonalRates `json:"personal"`
	// LevelBonus changes what a slot pays by the level of the one who is paid.
	LevelBonus LevelBonus `json:"levelBonus"`
	// LineRates says whether rates given with an order line count.
	LineRates LineRates `json:"lineRates"`
	// Excluded goods pay nothing.
	Excluded Excluded `json:"excluded"`
	// Kinds says what is different for a kind of order: rates by slot that come after a rate given with the line and before all others, or that such orders
	// pay nothing. Without an entry here gifts, and exchanges as Exchange says, pay nothing, and every other kind pays as an ordinary sale.
	Kinds map[OrderKind]Kind `json:"kinds,omitempty"`
	// Promotions says what is different for goods sold by a promotion: that they pay nothing, or a factor on every rate. Goods of a promotion that has no
	// entry pay as any others.
	Promotions map[string]Promotion `json:"promotions,omitempty"`
	// Tenders says what does not count of that with which an order was paid.
	Tenders Tenders `json:"tenders"`

	// Team is the share of every order of his team that a leader above the seller receives.
	Team Team `json:"team"`
	// Differential pays each upline what his level's share exceeds the best share below him, until somebody has the highest share of all.
	Differential Differential `json:"differential"`
	// Recruiter is what the direct recruiter of the seller receives of every order.
	Recruiter Recruiter `json:"recruiter"`
	// Peer is what uplines receive because of one below them who earns and has the same level.
	Peer Peer `json:"peer"`
	// Territory is what the agents of the order's region receive.
	Territory Territory `json:"territory"`
	// Trees are what those get who stand above the seller in other trees than that of recruiters, by the names of the trees.
	Trees map[partner.Tree]Tree `json:"trees,omitempty"`
	// Fees are what others take of every order.
	Fees []Fee `json:"fees,omitempty"`
	// Rules are those of the shop's own. A plan that names some can be used with the [Rules] that have them.
	Rules []OwnRule `json:"rules,omitempty"`

	// Base is what a share is taken of. Per-unit rates do not depend on it.
	Base Base `json:"base"`
	// Loss says what a line sold below cost does, where Base is profit.
	Loss Loss `json:"loss"`
	// Attribution lists whose line an order pays, in order of preference: the first that there is. Default: buyer, owner.
	Attribution []Attribution `json:"attribution,omitempty"`
	// AttributionAt is the instant of the order as of which that is looked up. Everything else is as of payment.
	AttributionAt OrderInstant `json:"attributionAt"`
	// GraceMinutes is for how many minutes after that instant, from 0 to 1440, a binding still makes an order its owner's that is nobody's otherwise. 0: not
	// at all. A buyer whom the order itself made a partner is bound to nobody any more.
	GraceMinutes int `json:"graceMinutes"`
	// Contested says whose an order is where its buyer is in the tree and it names another partner.
	Contested Contested `json:"contested"`
	// Staff says whose an order is that names a member of the shop's own staff and is a partner's too.
	Staff Staff `json:"staff"`
	// SelfPurchase says who is paid where the line of an order begins with the buyer himself.
	SelfPurchase SelfPurchase `json:"selfPurchase"`
	// Missing says what becomes of a slot whose holder is missing or earns nothing. A team reward whose leader earns nothing goes to the next leader
	// under compress and dynamic, else it is forfeited. What an agent of a region would get goes to the others who divide it under compress and dynamic, else it stays
	// with the shop.
	Missing Missing `json:"missing"`
	// LevelAt says when the levels count that decide what an order pays.
	LevelAt LevelAt `json:"levelAt"`
	// Exchange says what becomes of an order whose goods are exchanged for others. Kinds can say of the order of the others that it pays in other ways.
	Exchange Exchanges `json:"exchange"`

	// CampaignAt is the instant of an order that must lie in a campaign's window.
	CampaignAt OrderInstant `json:"campaignAt"`
	// Stacking says what several campaigns make of one share.
	Stacking Stacking `json:"stacking"`
	// Cap is the most that a line may pay in all, as a share of its net paid. Default 100%.
	Cap Rate `json:"cap"`
	// OrderCap is the most that all lines of an order may pay together, as a share of what was paid for its goods, those that pay nothing too. Not set:
	// what the caps of the lines allow.
	OrderCap Rate `json:"orderCap"`
	// Overflow says what happens to amounts above the cap of a line or of the order.
	Overflow Overflow `json:"overflow"`
	// Rounding says how and where amounts are rounded.
	Rounding Rounding `json:"rounding"`
	// PriceScale is the number of decimals that amounts on an order may have. 0 is the currency's scale, which is also the least.
	PriceScale int `json:"priceScale,omitempty"`
}

// Excluded lists goods that pay nothing.
type Excluded struct {
	Products   []string `json:"products,omitempty"`
	SKUs       []string `json:"skus,omitempty"`
	Categories []string `json:"categories,omitempty"`
}

// Kind is what is different for a kind of order. The zero Kind is an ordinary sale.
type Kind struct {
	Excluded bool   `json:"excluded,omitempty"` // whether such orders pay nothing
	Rates    []Rate `json:"rates,omitempty"`    // by slot
}

// Promotion is what is different for goods sold by a promotion. The zero Promotion joins in full.
type Promotion struct {
	Excluded bool                `json:"excluded,omitempty"` // whether such goods pay nothing
	Factor   decimal.NullDecimal `json:"factor,omitempty"`   // above 0, at most 1: what every rate is multiplied by; absent: 1
}

// Tenders says which tenders do not count.
type Tenders struct {
	// Excluded are the kinds that do not count: what was paid with them is taken off the lines. nil is "points" and "gift-card"; an empty list excludes
	// none.
	Excluded []string `json:"excluded"`
}

// Rounding is how amounts are rounded, and where.
type Rounding struct {
	Mode  money.Mode `json:"mode"`
	Scope Scope      `json:"scope"`
}
