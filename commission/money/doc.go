// Package money holds amounts exactly: whole minor units of a currency, no floats, one rounding function.
//
// An [Amount] of 19.90 CNY is the integer 1990 with the currency CNY at scale 2. It is a plain value: it can be copied, compared with == and used as
// a map key. It becomes a decimal only when asked.
//
//	cny := money.MustCurrency("CNY", 2)
//	price, err := cny.Parse("19.90")        // 19.90 CNY; "19.901" is a *ScaleError, never rounded silently
//	total, err := price.Add(cny.Minor(10))  // 20.00 CNY
//	total.Decimal()                         // decimal 20.00
//
// What has to be rounded is rounded once, by [Mode.Quo] or its fast forms, [Mode.MulPow10], [Mode.MulFraction] and [Divider]. What has to be divided among
// several is divided by [Split], whose parts always sum to the whole.
//
// Amounts have at most 38 digits; whatever is larger is a [*RangeError].
package money
