package settlement

import (
	"fmt"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// GrantExplanation says why a one-off bonus is what it is. String says it in English, Chinese in Chinese, from the same data.
type GrantExplanation struct {
	User    partner.ID         `json:"user"` // for whom it is given
	Grant   Grant              `json:"grant"`
	Settled commission.OrderID `json:"settled,omitempty"` // the order by which it stands; "" while he has no settled one
}

// Explain returns the explanation of each of the bonuses, in the order in which they were judged.
func (g Grants) Explain() []GrantExplanation {
	all := make([]GrantExplanation, len(g.All))
	for i, x := range g.All {
		all[i] = GrantExplanation{User: g.User, Grant: x, Settled: g.Settled}
	}
	return all
}

// String returns one line of English.
func (x GrantExplanation) String() string {
	g := &x.Grant
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s by the bonus %s", orNobody(g.Payee, "nobody"), g.Amount, g.Name)
	if g.Payee == x.User {
		fmt.Fprintf(&b, ", for reaching level %s at %s", g.Level, g.At.Format(time.RFC3339))
	} else if g.Kind == ForUpgrade {
		fmt.Fprintf(&b, ", for %s, who reached level %s at %s", x.User, g.Level, g.At.Format(time.RFC3339))
	} else {
		fmt.Fprintf(&b, ", for the first order of %s, %s, paid at %s", x.User, g.Order, g.At.Format(time.RFC3339))
	}
	switch {
	case !g.Owed():
		fmt.Fprintf(&b, "; not paid: %s", commission.ReasonEnglish(g.Reason))
	case g.Stands && g.Payee == x.User:
		b.WriteString("; paid")
	case g.Stands:
		fmt.Fprintf(&b, "; paid, since his order %s is settled", x.Settled)
	default:
		fmt.Fprintf(&b, "; not paid as long as %s", commission.ReasonEnglish(commission.NoSettledOrder))
	}
	fmt.Fprintf(&b, "; plan version %d", g.Plan)
	return b.String()
}

// Chinese returns one line of Chinese.
func (x GrantExplanation) Chinese() string {
	g := &x.Grant
	var b strings.Builder
	fmt.Fprintf(&b, "%s：%s，奖励 %s", orNobody(g.Payee, "（无人）"), g.Amount, g.Name)
	if g.Payee == x.User {
		fmt.Fprintf(&b, "，于 %s 升级到 %s", g.At.Format(time.RFC3339), g.Level)
	} else if g.Kind == ForUpgrade {
		fmt.Fprintf(&b, "，%s 于 %s 升级到 %s", x.User, g.At.Format(time.RFC3339), g.Level)
	} else {
		fmt.Fprintf(&b, "，%s 的首单 %s（%s 支付）", x.User, g.Order, g.At.Format(time.RFC3339))
	}
	switch {
	case !g.Owed():
		fmt.Fprintf(&b, "；不发放：%s", commission.ReasonChinese(g.Reason))
	case g.Stands && g.Payee == x.User:
		b.WriteString("；已发放")
	case g.Stands:
		fmt.Fprintf(&b, "；已发放，订单 %s 已结算", x.Settled)
	default:
		fmt.Fprintf(&b, "；未发放：%s", commission.ReasonChinese(commission.NoSettledOrder))
	}
	fmt.Fprintf(&b, "；方案版本 %d", g.Plan)
	return b.String()
}

func orNobody(id partner.ID, nobody string) string {
	if id == "" {
		return nobody
	}
	return string(id)
}
