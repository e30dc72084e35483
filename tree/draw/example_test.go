package draw_test

import (
	"fmt"
	"os"

	"github.com/fenrun/fenrun/tree/draw"
)

func ExampleBuild() {
	source, err := draw.NewForest("the shop", []draw.Member{
		{Node: draw.Node{ID: "alice", Level: "director"}},
		{Node: draw.Node{ID: "bob"}, Recruiter: "alice"},
		{Node: draw.Node{ID: "dan"}, Recruiter: "alice"},
		{Node: draw.Node{ID: "eve"}, Recruiter: "alice"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	drawing, err := draw.Build(source, draw.Options{Root: "alice", Children: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(drawing.JSON(os.Stdout))
	next, err := draw.Build(source, draw.Options{Root: "alice", Children: 1, After: drawing.After(0)})
	fmt.Println(next.Nodes[1].Label, next.Nodes[0].Before, next.Nodes[0].More, err)
	// Output:
	// {"name":"alice","collapsed":false,"id":"alice","level":"director","direct":3,"all":3,"children":[
	// {"name":"bob","id":"bob","direct":0,"all":0},
	// {"name":"and 2 more","of":"alice","after":"bob","more":2}]}
	// <nil>
	// dan 1 1 <nil>
}
