package tree

import "github.com/fenrun/fenrun/partner"

// Reasons why an attempt to bind, a recruit or a transfer changes nothing.
const (
	// Owned: he has another owner or recruiter, who keeps him.
	Owned partner.Reason = "owned"
	// SameOwner: he has this owner or recruiter already.
	SameOwner partner.Reason = "same_owner"
	// IsPartner: the customer is in the tree himself; his line is his own.
	IsPartner partner.Reason = "is_partner"
	// UnknownOwner: there is no such partner.
	UnknownOwner partner.Reason = "unknown_owner"
	// InactiveOwner: the owner earns nothing at that time.
	InactiveOwner partner.Reason = "inactive_owner"
	// Protected: he has another owner, whom the plan protects for some days.
	Protected partner.Reason = "protected"
	// Locked: he has another owner, to whom an order has bound him for ever.
	Locked partner.Reason = "locked"
	// NotNew: he has paid an order before, and the plan binds only new customers.
	NotNew partner.Reason = "not_new"
	// OtherTrigger: the plan binds by something else.
	OtherTrigger partner.Reason = "other_trigger"
	// NotOwned: he has no owner.
	NotOwned partner.Reason = "not_owned"
)

var reasonTexts = partner.ReasonTexts{
	Owned:         {"another has him", "已属于他人"},
	SameOwner:     {"he has him already", "已属于该合伙人"},
	IsPartner:     {"he is in the team himself", "客户本人在团队中"},
	UnknownOwner:  {"there is no such partner", "没有该合伙人"},
	InactiveOwner: {"the owner earns nothing", "该合伙人当前无收益资格"},
	Protected:     {"his owner is protected", "处于保护期"},
	Locked:        {"an order has bound him for ever", "已因成交永久绑定"},
	NotNew:        {"he is no new customer", "不是新客户"},
	OtherTrigger:  {"the plan binds by something else", "该行为不触发绑定"},
	NotOwned:      {"he has no owner", "未绑定合伙人"},
}

// ReasonEnglish returns a reason of this package, or of package partner, as a short English clause, the code itself for any other.
func ReasonEnglish(r partner.Reason) string { return reasonTexts.English(r) }

// ReasonChinese returns a reason of this package, or of package partner, as a short Chinese clause, the code itself for any other.
func ReasonChinese(r partner.Reason) string { return reasonTexts.Chinese(r) }
