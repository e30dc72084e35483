package strictjson

import "fmt"

// Position is a place in the text of a document. The zero Position means that the place is not known.
type Position struct {
	Line   int // from 1
	Column int // from 1, counting characters rather than bytes
}

// String returns line and column, as in "3:14".
func (p Position) String() string {
	return fmt.Sprintf("%d:%d", p.Line, p.Column)
}

// Positions tells where the values of one document stand. The zero value knows no document. It is safe for concurrent use.
type Positions struct {
	root   *node
	source *source
}

// At returns the position of the value at path, or of its nearest ancestor in the document, which is the document itself at worst. It
// returns the zero Position if no document was read. [Field] and [Index] build paths.
func (p Positions) At(path string) Position {
	if p.root == nil {
		return Position{}
	}
	return p.source.position(p.root.find(path).start)
}

// markEvery is the number of bytes between two marks of a source.
const markEvery = 1024

// source turns byte offsets into positions. It remembers the position of every markEvery-th byte, so that a lookup stays cheap even in
// a document written on one long line.
type source struct {
	data  []byte
	marks []Position
}

// newSource indexes data.
func newSource(data []byte) *source {
	s := &source{data: data}
	pos := Position{Line: 1, Column: 1}
	for at := 0; ; at += markEvery {
		s.marks = append(s.marks, pos)
		if at+markEvery > len(data) {
			return s
		}
		pos = pos.after(data[at : at+markEvery])
	}
}

// position returns the position of the byte at the offset, which may be the end of the data.
func (s *source) position(at int) Position {
	mark := at / markEvery
	return s.marks[mark].after(s.data[mark*markEvery : at])
}

// after returns the position that follows the text, counting the first byte of each character.
func (p Position) after(text []byte) Position {
	for _, b := range text {
		switch {
		case b == '\n':
			p.Line++
			p.Column = 1
		case b&0xC0 != 0x80:
			p.Column++
		}
	}
	return p
}
