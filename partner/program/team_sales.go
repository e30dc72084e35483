package program

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// sales is what somebody sold by several orders, or by how much that changes.
type sales struct {
	orders int64
	volume money.Amount
}

// sell adds what was sold within the time that is asked for.
func (r *teamReader) sell(all map[partner.ID]sales, s sold) error {
	if s.Partner == "" || s.PaidAt.Before(r.basis.from) || !s.PaidAt.Before(r.basis.to) {
		return nil
	}
	has := all[s.Partner]
	has.orders += int64(s.Orders)
	var err error
	has.volume, err = has.volume.Add(s.Volume)
	all[s.Partner] = has
	return err
}

// volumes is what people sold, in the minor units of cash, in order of id.
func volumes(all map[partner.ID]sales) ([]tree.Volume, error) {
	var out []tree.Volume
	for _, id := range slices.Sorted(maps.Keys(all)) {
		by, ok := all[id].volume.Units().Int64()
		if !ok {
			return nil, tree.ErrVolume
		}
		if by != 0 {
			out = append(out, tree.Volume{ID: id, By: by})
		}
	}
	return out, nil
}

// orderEvent is what the events of orders say that an index asks for.
type orderEvent struct {
	Customer partner.Customer `json:"customer"`
	Sold     []sold           `json:"sold"`
}

func readOrderEvent(e *store.Event) (data orderEvent, err error) {
	if err = json.Unmarshal(e.Data, &data); err != nil {
		err = fmt.Errorf("program: event %d, %s of %q: %w", e.Number, e.Kind, e.Subject, err)
	}
	return data, err
}

// tellsOfSales reports whether events of a kind can say that sales change.
func tellsOfSales(kind string) bool {
	return kind == "order_paid" || kind == "order_refunded" || kind == "order_attributed"
}

// salesOf adds up what events say of sales, but for those that are counted already. It is nil where sales are not asked for.
func (r *teamReader) salesOf(events []store.Event, counted map[string]bool) (map[partner.ID]sales, error) {
	if !r.of.Sales {
		return nil, nil
	}
	all := map[partner.ID]sales{}
	for i := range events {
		if !tellsOfSales(events[i].Kind) || counted[events[i].ID] {
			continue
		}
		data, err := readOrderEvent(&events[i])
		if err != nil {
			return nil, err
		}
		for _, s := range data.Sold {
			if err := r.sell(all, s); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// allSales returns what everybody sold by the orders as they stand, and which of the events after a number are counted by that. It reports whether orders
// changed while they were read, so that nobody knows which of the events they show.
func (r *teamReader) allSales(number int64) (all map[partner.ID]sales, counted map[string]bool, moved bool, err error) {
	later, err := r.eventsAfter(number)
	if err != nil {
		return nil, nil, false, err
	}
	all, counted = map[partner.ID]sales{}, map[string]bool{}
	for i := range later {
		if tellsOfSales(later[i].Kind) {
			counted[later[i].ID] = true
		}
	}
	for after := (store.OrderCursor{}); ; {
		page, err := r.tx.PaidOrders(r.ctx, r.basis.from, r.basis.to, after, r.config.Batch)
		if err != nil {
			return nil, nil, false, err
		}
		if len(page) == 0 {
			break
		}
		if err := r.sellOrders(all, page); err != nil {
			return nil, nil, false, err
		}
		last := &page[len(page)-1]
		after = store.OrderCursor{At: last.PaidAt, ID: last.ID}
	}
	then, err := r.eventsAfter(number)
	return all, counted, len(then) != len(later), err
}

func (r *teamReader) sellOrders(all map[partner.ID]sales, page []settlement.Order) error {
	for i := range page {
		v, err := r.planOf(page[i].Plan)
		if err != nil {
			return err
		}
		s, err := soldBy(v, &page[i])
		if err != nil {
			return err
		}
		if err := r.sell(all, s); err != nil {
			return err
		}
	}
	return nil
}

// eventsAfter returns the events after a number, those that have none yet too. None gets one in between, so that each is there once.
func (r *teamReader) eventsAfter(number int64) ([]store.Event, error) {
	for {
		var all []store.Event
		last := number
		for {
			page, err := r.tx.Events(r.ctx, last, r.config.Batch)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			all, last = append(all, page...), page[len(page)-1].Number
		}
		for after := ""; ; {
			page, err := r.tx.UnnumberedEvents(r.ctx, after, r.config.Batch)
			if err != nil {
				return nil, err
			}
			if len(page) == 0 {
				break
			}
			all, after = append(all, page...), page[len(page)-1].ID
		}
		next, err := r.tx.Events(r.ctx, last, 1)
		if err != nil || len(next) == 0 {
			return all, err
		}
	}
}
