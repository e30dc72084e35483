package commission

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// RuleShortfall is the rule of entries that no order pays: somebody bears for another what a refund took back, without line, base or rate.
const RuleShortfall = "shortfall"

// RuleForfeit is the rule of entries by which the shop keeps what a payee forfeits of what an order, a period run or a one-off bonus pays him, without line,
// base or rate.
const RuleForfeit = "forfeit"

// Explanation says why an entry is what it is: the entry itself, the plan that it was judged by, and who was passed over on the way to it. String says
// it in English, Chinese in Chinese, from the same data.
type Explanation struct {
	Order     OrderID   `json:"order"`
	Plan      int       `json:"plan"` // the version of the plan
	Entry     Entry     `json:"entry"`
	Rounding  Rounding  `json:"rounding"`
	Stacking  Stacking  `json:"stacking"`
	Cap       Rate      `json:"cap"`
	OrderCap  Rate      `json:"orderCap"`
	ReleaseAt time.Time `json:"releaseAt"` // zero while it is not fixed
	Passed    []Unpaid  `json:"passed,omitempty"`
	// Ratio is as how much of the entry's asset one unit of the plan's currency counts, nil for an entry in cash.
	Ratio *decimal.Decimal `json:"ratio,omitempty"`
}

// String returns one line of English.
func (x Explanation) String() string {
	e := &x.Entry
	if e.Rule == RuleShortfall || e.Rule == RuleForfeit {
		return fmt.Sprintf("%s: %s from order %s: %s; plan version %d", e.Payee, e.Amount, x.Order, ReasonEnglish(e.Reason), x.Plan)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s from line %s of order %s: %s", e.Payee, e.Amount, e.Line, x.Order, ruleText(e))
	fmt.Fprintf(&b, ", %s (%s%s)", rateOnBase(e, " of ", " × %d units"), e.Source, x.counts("; prices count × %s"))
	if e.Weight > 0 {
		fmt.Fprintf(&b, ", %d of %d parts", e.Weight, e.Weights)
	}
	if e.Campaign != nil {
		fmt.Fprintf(&b, " × %s (%s)", e.Campaign.Factor, campaignEnglish.text(e.Campaign, x.Stacking))
	}
	if e.Promotion != nil {
		fmt.Fprintf(&b, " × %s (promotion %s)", e.Promotion.Factor, e.Promotion.Name)
	}
	fmt.Fprintf(&b, ", rounded %s per %s", x.Rounding.Mode, x.Rounding.Scope)
	if e.CutByCampaign {
		b.WriteString(", cut by the campaign's cap")
	}
	if e.Cut {
		fmt.Fprintf(&b, ", cut by the line's cap of %s", x.Cap)
	}
	if e.CutByOrder {
		fmt.Fprintf(&b, ", cut by the order's cap of %s", x.OrderCap)
	}
	if e.GiveUp != nil {
		fmt.Fprintf(&b, ", less %s given up for the buyer", *e.GiveUp)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ", %s", ReasonEnglish(e.Reason))
	}
	for _, p := range x.Passed {
		fmt.Fprintf(&b, "; passed over %s at %d: %s", orNobody(p.Partner, "nobody"), p.Position, ReasonEnglish(p.Reason))
	}
	fmt.Fprintf(&b, "; plan version %d", x.Plan)
	if !x.ReleaseAt.IsZero() {
		fmt.Fprintf(&b, "; released at %s", x.ReleaseAt.Format(timeFormat))
	}
	return b.String()
}

// Chinese returns one line of Chinese.
func (x Explanation) Chinese() string {
	e := &x.Entry
	if e.Rule == RuleShortfall || e.Rule == RuleForfeit {
		return fmt.Sprintf("%s：%s，来自订单 %s：%s；方案版本 %d", e.Payee, e.Amount, x.Order, ReasonChinese(e.Reason), x.Plan)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s：%s，来自订单 %s 商品行 %s：%s", e.Payee, e.Amount, x.Order, e.Line, ruleChinese(e))
	fmt.Fprintf(&b, "，%s（%s%s）", rateOnBase(e, " × ", " × %d 件"), sourceChinese(e.Source), x.counts("；价格按 × %s 折算"))
	if e.Weight > 0 {
		fmt.Fprintf(&b, "，%d 份中的 %d 份", e.Weights, e.Weight)
	}
	if e.Campaign != nil {
		fmt.Fprintf(&b, "，× %s（%s）", e.Campaign.Factor, campaignChinese.text(e.Campaign, x.Stacking))
	}
	if e.Promotion != nil {
		fmt.Fprintf(&b, "，× %s（促销 %s）", e.Promotion.Factor, e.Promotion.Name)
	}
	fmt.Fprintf(&b, "，%s", roundingChinese(x.Rounding))
	if e.CutByCampaign {
		b.WriteString("，受活动上限限制")
	}
	if e.Cut {
		fmt.Fprintf(&b, "，受商品行上限 %s 限制", x.Cap)
	}
	if e.CutByOrder {
		fmt.Fprintf(&b, "，受订单上限 %s 限制", x.OrderCap)
	}
	if e.GiveUp != nil {
		fmt.Fprintf(&b, "，减去让利 %s", *e.GiveUp)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, "，%s", ReasonChinese(e.Reason))
	}
	for _, p := range x.Passed {
		fmt.Fprintf(&b, "；跳过第 %d 位 %s：%s", p.Position, orNobody(p.Partner, "（空缺）"), ReasonChinese(p.Reason))
	}
	fmt.Fprintf(&b, "；方案版本 %d", x.Plan)
	if !x.ReleaseAt.IsZero() {
		fmt.Fprintf(&b, "；%s 到账", x.ReleaseAt.Format(timeFormat))
	}
	return b.String()
}

// counts says by which ratio prices count in the entry's asset, nothing where they count as they are or the rate is not of a price.
func (x *Explanation) counts(format string) string {
	if x.Ratio == nil || x.Ratio.Equal(one) || x.Entry.Rate.IsPerUnit() {
		return ""
	}
	return fmt.Sprintf(format, *x.Ratio)
}

func ruleText(e *Entry) string {
	tree, rule := cutRule(e.Rule)
	text := rule
	switch {
	case e.Rule == RuleSlots && e.Position == 0:
		text = fmt.Sprintf("slot %d, as the staff's", e.Slot)
	case rule == RuleSlots:
		text = fmt.Sprintf("slot %d", e.Slot)
	case e.Position > 0:
		text = fmt.Sprintf("%s, upline %d", rule, e.Position)
	}
	if tree != "" {
		text += fmt.Sprintf(" in tree %s", tree)
	}
	return text
}

func rateOnBase(e *Entry, of, units string) string {
	if e.Rate.IsPerUnit() {
		return e.Rate.String() + fmt.Sprintf(units, e.Units)
	}
	return e.Rate.String() + of + e.Base.Plain()
}

func orNobody(id partner.ID, nobody string) string {
	if id == "" {
		return nobody
	}
	return string(id)
}

var reasonTexts = partner.ReasonTexts{
	NoOwner:              {"the buyer is bound to nobody", "买家没有归属合伙人"},
	NoReferrer:           {"the order names no partner", "订单没有推广人"},
	UnknownReferrer:      {"the order names somebody who is no partner", "推广人不是合伙人"},
	ContestedOrder:       {"the buyer is a partner himself and the order names another", "买家本人是合伙人且订单另有推广人"},
	SelfPurchased:        {"the buyer bought himself", "合伙人自购"},
	ExcludedGoods:        {"the goods are excluded", "商品不参与分销"},
	ExcludedKind:         {"orders of this kind are excluded", "该类订单不参与分销"},
	GiftGoods:            {"it is a gift", "赠品不计佣金"},
	Exchanged:            {"the order that was exchanged keeps its commission", "换货订单，佣金仍归原订单"},
	ExchangeOpen:         {"goods of the order are being exchanged", "换货处理中"},
	NotJoining:           {"the promotion does not join", "该促销活动不参与分销"},
	NoUpline:             {"nobody stands there", "该层没有上级"},
	NoLeader:             {"no leader stands above the seller", "上级中没有团队长"},
	NoAgent:              {"the order's region has no agent", "订单所在区域没有代理"},
	NoRate:               {"no rate is set", "未设置比例"},
	ZeroRate:             {"the rate is 0", "比例为 0"},
	Overtaken:            {"a level below has the same or a higher share", "下级等级相同或更高"},
	NoCost:               {"the line has no cost", "商品行没有成本"},
	NoListPrice:          {"the line has no list price", "商品行没有原价"},
	NoProfit:             {"there is no profit", "没有利润"},
	NothingPaid:          {"nothing is paid for the line", "该行没有实付金额"},
	RoundsToZero:         {"it rounds to nothing", "金额不足最小单位"},
	CutByCap:             {"the cap of the line left nothing", "受商品行上限限制"},
	GivenUp:              {"all of it was given up for the buyer", "佣金已全部让利"},
	AwaitsBalance:        {"the balance is not paid yet", "尾款未付"},
	AwaitsCollection:     {"the cash is not collected yet", "货款未收"},
	AwaitsFormation:      {"the group is not complete yet", "尚未成团"},
	CutByOrderCap:        {"the cap of the order left nothing", "受订单上限限制"},
	CutByCampaignCap:     {"the cap of the campaign left nothing", "受活动上限限制"},
	BudgetSpent:          {"what is left of the campaign's budget is not enough for the order", "活动预算余额不足"},
	CutByCustomerCap:     {"the campaign adds no more to this customer's orders", "受活动每位客户上限限制"},
	NoFactor:             {"the campaigns together leave nothing", "活动系数合计为 0"},
	Refunded:             {"adjusted after a refund", "退款调整"},
	BorneByShop:          {"the shop bears what a refund took back from him and he had no more", "退款应扣回的佣金已不在余额中，由商家承担"},
	BorneBySeller:        {"the seller bears what a refund took back from others and they had no more", "退款应扣回的他人佣金已不在余额中，由出单合伙人承担"},
	ForfeitedByLeaving:   {"he has left, and what was pending stays with the shop", "已退出，待结算佣金归商家"},
	ForfeitedByUnbinding: {"the customer was taken from him, and what was pending from his orders stays with the shop", "客户已解绑，其订单的待结算佣金归商家"},
	LevelsOfRelease:      {"judged by the levels of when its hold ended", "按结算时的等级重新计算"},
	BoundInGrace:         {"the buyer was bound within the grace of the order", "买家在订单宽限期内完成绑定"},
	Recalculated:         {"the period was calculated again", "周期重算调整"},
	NoVolume:             {"no volume of the period is left", "本期没有有效业绩"},
	NotReached:           {"his volume has not reached the first step", "业绩未达到第一档"},
	NoWeight:             {"he has no share of the pool", "没有分红权重"},
	NoMembers:            {"nobody has a share of the pool", "分红池没有成员"},
	NoRecruiter:          {"nobody recruited him", "没有推荐人"},
	NoSettledOrder:       {"he has no settled order", "没有已结算的订单"},
}

// ReasonEnglish returns a reason as a short English clause, the code itself for one of the host's own.
func ReasonEnglish(r partner.Reason) string { return reasonTexts.English(r) }

// ReasonChinese returns a reason as a short Chinese clause, the code itself for one of the host's own.
func ReasonChinese(r partner.Reason) string { return reasonTexts.Chinese(r) }

func ruleChinese(e *Entry) string {
	tree, rule := cutRule(e.Rule)
	if tree != "" {
		return fmt.Sprintf("关系树 %s %s", tree, ruleNameChinese(e, rule))
	}
	return ruleNameChinese(e, rule)
}

func ruleNameChinese(e *Entry, rule string) string {
	switch rule {
	case RuleSlots:
		if e.Position == 0 {
			return fmt.Sprintf("第 %d 层（导购）", e.Slot)
		}
		return fmt.Sprintf("第 %d 层", e.Slot)
	case RuleTeam:
		return fmt.Sprintf("团队奖励（上级第 %d 位）", e.Position)
	case RuleDifferential:
		return fmt.Sprintf("级差奖励（上级第 %d 位）", e.Position)
	case RuleRecruiter:
		return fmt.Sprintf("邀请人奖励（上级第 %d 位）", e.Position)
	case RulePeer:
		return fmt.Sprintf("平级奖（上级第 %d 位）", e.Position)
	case RuleTerritory:
		return "区域代理分红"
	case RuleFee:
		return "服务费"
	}
	if e.Position == 0 {
		return rule
	}
	return fmt.Sprintf("%s（上级第 %d 位）", rule, e.Position)
}

var sourceChineseNames = map[SourceKind]string{
	FromLine: "订单行比例", FromKind: "订单类型比例", FromSKU: "SKU 比例", FromProduct: "商品比例", FromCategory: "类目比例", FromPartner: "个人比例", FromLevel: "等级比例",
	FromDefault: "默认比例", FromTeam: "团队奖励比例", FromDifferential: "级差比例", FromRecruiter: "邀请人奖励比例", FromPeer: "平级奖比例", FromTerritory: "区域比例",
	FromFee: "服务费比例", FromOwn: "自定义规则比例",
	FromLadder: "团队级差奖金", FromPool: "股东分红", FromTiers: "阶梯奖励", FromUpgrade: "升级奖励", FromFirstOrder: "拉新首单奖励",
}

func sourceChinese(s Source) string {
	text := sourceChineseNames[s.Kind]
	if s.Key != "" {
		text += " " + s.Key
	}
	if s.Bonus != nil {
		text += "，" + s.Bonus.chinese()
	}
	if s.Rate != nil {
		text += "，按 " + s.Rate.String()
	}
	return text
}

var roundingModesChinese = map[string]string{"half-up": "四舍五入", "half-even": "银行家舍入", "down": "向下取整"}

func roundingChinese(r Rounding) string {
	mode := roundingModesChinese[r.Mode.String()]
	if r.Scope == PerOrder {
		return "按订单" + mode
	}
	return "按笔" + mode
}
