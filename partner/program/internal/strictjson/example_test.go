package strictjson_test

import (
	"fmt"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/shopspring/decimal"
)

func ExampleDecode() {
	var plan struct {
		Name  string            `json:"name" strict:"required"`
		Rates []decimal.Decimal `json:"rates"`
	}
	err := strictjson.Decode([]byte(`{
  "rats": ["0.10"],
  "rates": ["0.05", 0.1]
}`), &plan)
	fmt.Println(err)
	// Output:
	// 1:1: document: required field "name" is missing
	// 2:3: rats: unknown field "rats"; did you mean "rates"?
	// 3:21: rates[1]: a bare number is not accepted; write it as a string, for example "0.1"
}

func ExampleDecodePositions() {
	var plan struct {
		From int `json:"from"`
		To   int `json:"to"`
	}
	positions, err := strictjson.DecodePositions([]byte(`{
  "from": 10,
  "to": 5
}`), &plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	var problems strictjson.Problems
	if plan.To < plan.From {
		problems.Add("to", positions.At("to"), "%d is less than %d in from", plan.To, plan.From)
	}
	fmt.Println(problems.Err())
	// Output: 3:9: to: 5 is less than 10 in from
}
