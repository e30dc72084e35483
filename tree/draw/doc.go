// Package draw draws a team: who stands below whom, with level, status, counts and performance.
//
// A [Source] says who stands below whom, page by page; [Build] takes as much of it as somebody can look at and makes one [Drawing], a value, which is
// written in four forms that have the same nodes and edges:
//
//	drawing, err := draw.Build(source, draw.Options{Root: "alice", Depth: 3, Children: 20})
//	drawing.SVG(w)     // a picture that needs no other program
//	drawing.DOT(w)     // for Graphviz
//	drawing.Mermaid(w) // for Markdown pages
//	drawing.JSON(w)    // for the tree series of ECharts, and for pages that load children when somebody opens a node
//
// The team of a programme is drawn by the Draw method of its index, of package program.
//
// What is left out is counted where it is left out ("and 3,721 more"), and the id of the last child that is shown is the cursor to go on
// ([Options.After]). Equal sources and options give equal bytes.
package draw
