package commission

import (
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
)

// roundOrder rounds the exact sums of the groups and pots from these on, once each, and lays them on the lines.
func (r *Result) roundOrder(groups, pots int) error {
	for i := groups; i < len(r.groups); i++ {
		if r.groups[i].pot >= 0 {
			continue
		}
		cells, sum := r.groups[i].cells, new(big.Rat)
		exact := make([]*big.Rat, len(cells))
		for j, at := range cells {
			exact[j] = r.cells[at].exact
			sum.Add(sum, exact[j])
		}
		for j, part := range largestRemainder(exact, r.round(sum)) {
			if err := r.setCell(cells[j], part); err != nil {
				return err
			}
		}
	}
	for i := pots; i < len(r.pots); i++ {
		if err := r.roundPot(&r.pots[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) round(x *big.Rat) *big.Int { return r.calc.plan.Rounding.Mode.Quo(x.Num(), x.Denom()) }

func (r *Result) setCell(at int, amount *big.Int) (err error) {
	c := &r.cells[at]
	if c.units, err = money.UnitsFromBig(amount); err != nil {
		return r.tooLarge(&r.lines[c.line], err)
	}
	return nil
}

// largestRemainder divides a total that is the sum of exact amounts, rounded to one of its neighbours: each gets its amount cut off downwards, and the
// units left over go to the largest remainders, ties to the earlier.
func largestRemainder(exact []*big.Rat, total *big.Int) []*big.Int {
	parts, rests, order := make([]*big.Int, len(exact)), make([]*big.Rat, len(exact)), make([]int, len(exact))
	left := new(big.Int).Set(total)
	for i, x := range exact {
		parts[i], rests[i] = floorOf(x)
		order[i] = i
		left.Sub(left, parts[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	return parts
}

// floorOf cuts an exact amount off downwards.
func floorOf(x *big.Rat) (floor *big.Int, rest *big.Rat) {
	floor, remainder := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	return floor, new(big.Rat).SetFrac(remainder, x.Denom())
}

// portion is what somebody, or nobody, gets of a pot from one line.
type portion struct {
	column int // whose it is: the index in pot.groups, or their number for nobody's
	exact  *big.Rat
	amount *big.Int
	rest   *big.Rat
}

func portionOf(column int, exact *big.Rat) portion {
	amount, rest := floorOf(exact)
	return portion{column: column, exact: exact, amount: amount, rest: rest}
}

// roundPot rounds a pot once and divides it twice, among the lines and among those who share it. Then it finds amounts that sum to both.
func (r *Result) roundPot(p *pot) error {
	columns := make(map[int]int, len(p.groups)) // by group
	for i, g := range p.groups {
		columns[g] = i
	}
	whole, lines, sums := new(big.Rat), make([]*big.Rat, len(p.rows)), make([]*big.Rat, len(p.groups)+1)
	for i := range sums {
		sums[i] = new(big.Rat)
	}
	rows := make([][]portion, len(p.rows))
	for i, row := range p.rows {
		lines[i] = row.exact
		whole.Add(whole, row.exact)
		nobody := new(big.Rat).Set(row.exact)
		for at := row.first; at < row.next; at++ {
			c := &r.cells[at]
			rows[i] = append(rows[i], portionOf(columns[c.group], c.exact))
			nobody.Sub(nobody, c.exact)
		}
		rows[i] = append(rows[i], portionOf(len(p.groups), nobody))
		for _, x := range rows[i] {
			sums[x.column].Add(sums[x.column], x.exact)
		}
	}
	total := r.round(whole)
	lacks := largestRemainder(sums, total)
	for _, row := range rows {
		for _, x := range row {
			lacks[x.column].Sub(lacks[x.column], x.amount)
		}
	}
	for i, amount := range largestRemainder(lines, total) {
		handOut(rows[i], amount, lacks)
		for j, at := 0, p.rows[i].first; at < p.rows[i].next; j, at = j+1, at+1 {
			if err := r.setCell(at, rows[i][j].amount); err != nil {
				return err
			}
		}
	}
	return nil
}

// handOut gives the units that the portions of a line, which are cut off downwards, lack of its amount: one each to those who lack most over the whole order,
// of them to the largest remainders, ties to the earlier; and again, where there are more units than somebody lacks.
func handOut(row []portion, amount *big.Int, lacks []*big.Int) {
	one, left := big.NewInt(1), new(big.Int).Set(amount)
	order := make([]int, len(row))
	for i := range row {
		order[i] = i
		left.Sub(left, row[i].amount)
	}
	for left.Sign() > 0 {
		slices.SortStableFunc(order, func(a, b int) int {
			if c := lacks[row[b].column].Cmp(lacks[row[a].column]); c != 0 {
				return c
			}
			return row[b].rest.Cmp(row[a].rest)
		})
		for n, i := range order {
			lack := lacks[row[i].column]
			if left.Sign() == 0 || n > 0 && lack.Sign() <= 0 {
				break
			}
			lack.Sub(lack, one)
			row[i].amount.Add(row[i].amount, one)
			left.Sub(left, one)
		}
	}
}
