package money

import "strconv"

// AppendFixed appends n / 10^scale with all its decimals: 1990 at scale 2 is "19.90", -5 is "-0.05". The scale is not below 0.
func AppendFixed(b []byte, n int64, scale int) []byte {
	units := uint64(n)
	if n < 0 {
		b, units = append(b, '-'), -units
	}
	var digits [20]byte
	text := strconv.AppendUint(digits[:0], units, 10)
	whole := len(text) - scale
	if whole > 0 {
		b, text = append(b, text[:whole]...), text[whole:]
	} else {
		b = append(b, '0')
	}
	if scale == 0 {
		return b
	}
	b = append(b, '.')
	for ; whole < 0; whole++ {
		b = append(b, '0')
	}
	return append(b, text...)
}
