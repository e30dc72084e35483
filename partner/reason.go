package partner

// Reasons why somebody in the line of an order earns nothing.
const (
	// NotPartner: there is no such partner at that time.
	NotPartner Reason = "not_partner"
	// NotYetPartner: a candidate, who has not reached the joining conditions.
	NotYetPartner Reason = "candidate"
	// EarningFrozen: the partner's earnings are frozen.
	EarningFrozen Reason = "earning_frozen"
	// Expired: his time as a partner is over, and he has not renewed.
	Expired Reason = "expired"
	// IsTerminating: he is leaving.
	IsTerminating Reason = "terminating"
	// HasLeft: he has left.
	HasLeft Reason = "terminated"
	// IsClearedOut: he was removed.
	IsClearedOut Reason = "cleared_out"
)

// Reasons why somebody cannot withdraw.
const (
	// WithdrawalFrozen: his withdrawals are frozen.
	WithdrawalFrozen Reason = "withdrawal_frozen"
	// FinalWindowOver: he has left, and the time in which he could still withdraw is over.
	FinalWindowOver Reason = "final_window_over"
)

// Reasons why somebody cannot recruit.
const (
	// MayNotRecruit: his level may not recruit.
	MayNotRecruit Reason = "may_not_recruit"
)

// Reasons why a member cannot be deleted.
const (
	// IsLivePartner: he is a partner.
	IsLivePartner Reason = "live_partner"
	// HasMoney: his balance is not 0.
	HasMoney Reason = "balance_open"
	// HasWithdrawals: withdrawals of his are open.
	HasWithdrawals Reason = "withdrawals_open"
)

var reasonTexts = ReasonTexts{
	NotPartner:         {"he is no partner", "不是合伙人"},
	NotYetPartner:      {"he has not become a partner yet", "尚未成为合伙人"},
	EarningFrozen:      {"his earnings are frozen", "收益已冻结"},
	Expired:            {"his time as a partner is over", "合伙人资格已到期"},
	IsTerminating:      {"he is leaving", "解约处理中"},
	HasLeft:            {"he has left", "已解约"},
	IsClearedOut:       {"he was cleared out", "已被清退"},
	WithdrawalFrozen:   {"his withdrawals are frozen", "提现已冻结"},
	FinalWindowOver:    {"the time for a last withdrawal is over", "最后提现期已过"},
	MayNotRecruit:      {"his level may not recruit", "该等级不能招募下级"},
	IsLivePartner:      {"he is a partner", "仍是合伙人"},
	HasMoney:           {"his balance is not 0", "账户余额不为零"},
	HasWithdrawals:     {"withdrawals of his are open", "有未完成的提现"},
	AlreadyApplied:     {"an application of his is open", "已有待审核的申请"},
	AlreadyPartner:     {"he is a partner already", "已经是合伙人"},
	BannedFromApplying: {"he was rejected for good", "已被禁止申请"},
	AppliesTooEarly:    {"he has to wait after his rejection", "被拒绝后尚需等待"},
	NotEligible:        {"what is asked is not reached", "未达到申请条件"},
	MayNotRejoin:       {"who has left so cannot come back", "退出后不能再次加入"},
	TopUpRefunded:      {"the top-up was refunded later", "充值已退款"},
}

// ReasonTexts are the reasons of a package, each as a short clause in English and in Chinese.
type ReasonTexts map[Reason][2]string

// English returns a reason in English: one of t, or of this package, the code itself for any other.
func (t ReasonTexts) English(r Reason) string { return t.text(r, 0) }

// Chinese returns a reason in Chinese: one of t, or of this package, the code itself for any other.
func (t ReasonTexts) Chinese(r Reason) string { return t.text(r, 1) }

func (t ReasonTexts) text(r Reason, language int) string {
	for _, texts := range []ReasonTexts{t, reasonTexts} {
		if text, ok := texts[r]; ok {
			return text[language]
		}
	}
	return string(r)
}

// ReasonEnglish returns a reason of this package as a short English clause, the code itself for any other.
func ReasonEnglish(r Reason) string { return reasonTexts.English(r) }

// ReasonChinese returns a reason of this package as a short Chinese clause, the code itself for any other.
func ReasonChinese(r Reason) string { return reasonTexts.Chinese(r) }
