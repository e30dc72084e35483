package strictjson

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the known name that name was probably meant to be, or "" if none is near. A third of the characters may be wrong, and
// always one; case does not count. Of equally near names the first wins.
func Nearest(name string, known []string) string {
	length := utf8.RuneCountInString(name)
	limit := max(1, length/3)
	best, bestDistance := "", limit+1
	for _, candidate := range known {
		if candidate == name {
			return candidate
		}
		difference := utf8.RuneCountInString(candidate) - length
		if max(difference, -difference) > limit {
			continue
		}
		if d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate))); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// distance returns the number of characters to insert, remove, replace or swap with their neighbour that turns a into b.
func distance(a, b []rune) int {
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range current {
		current[j] = j
	}
	for i := range a {
		before, previous, current = previous, current, before
		current[0] = i + 1
		for j := range b {
			replace := previous[j]
			if a[i] != b[j] {
				replace++
			}
			current[j+1] = min(replace, previous[j+1]+1, current[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				current[j+1] = min(current[j+1], before[j-1]+1)
			}
		}
	}
	return current[len(b)]
}
