package partner

// Problem is one thing that is wrong with a value: it names a field by its path, such as lines[2].amount, and says what is wrong with it.
type Problem struct {
	Path    string
	Message string
}

// String returns "path: message".
func (p Problem) String() string { return p.Path + ": " + p.Message }
