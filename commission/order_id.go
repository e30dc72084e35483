package commission

import (
	"strings"

	"github.com/fenrun/fenrun/partner"
)

// ExternalID is the id of an order that another system than the shop numbers, such as the till of a branch: its number under a name of that system, so that
// number 0001 of a till and number 0001 of the web shop are two orders, which pay by the same engine. It is "till-7:0001" for the system "till-7".
//
// It is an [*partner.IDError] where the system or the number is no id, the system has a colon, or the two together are longer than an id.
func ExternalID(system, number string) (OrderID, error) {
	if err := partner.CheckID("system", system); err != nil {
		return "", err
	}
	if strings.Contains(system, ":") {
		return "", &partner.IDError{Field: "system", Value: system}
	}
	if err := partner.CheckID("number", number); err != nil {
		return "", err
	}
	id := system + ":" + number
	return OrderID(id), partner.CheckID("id", id)
}
