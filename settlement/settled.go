package settlement

// Settled reports whether the order is one that stays: it was released, and something is left of a sale of its. Goods that take no part, and orders that
// pay nothing because the shop bars them or the plan excludes their kind, are none.
func (o *Order) Settled() bool {
	if !o.Posted || o.Released.IsZero() {
		return false
	}
	for i := range o.Frozen.Lines {
		if line := &o.Frozen.Lines[i]; line.Sells() && (i >= len(o.Returned) || line.Keeps(o.Returned[i])) {
			return true
		}
	}
	return false
}
