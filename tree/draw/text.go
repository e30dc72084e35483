package draw

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean returns a text as every form can hold it: one line, valid UTF-8 that XML allows, without control characters, and without marks that turn the
// direction of what comes after them.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r) || r&0xfffe == 0xfffe:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError))))
}

// width returns how wide a text of a font size is at most, in pixels, in the sans-serif fonts that are in use.
func width(text string, size int) int {
	sum := 0
	for _, r := range text {
		sum += advance(r)
	}
	return pixels(sum, size)
}

// bold returns how wide a text of some width is in bold.
func bold(width int) int { return width * 6 / 5 }

func pixels(advance, size int) int { return (advance*size + 999) / 1000 }

// advance returns how wide a character is, in thousandths of the font size.
func advance(r rune) int {
	switch {
	case joins(r):
		return 0
	case r < 0x80:
		return int(latin[max(0, r-' ')]) * 10
	case r >= 0x1f000 && r < 0x20000, r >= 0x2300 && r <= 0x2bff: // pictures
		return 1400
	case r >= 0x20000, r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6:
		return 1000
	case r >= 0xfdf0 && r <= 0xfdfd, r >= 0x12000 && r <= 0x123ff: // words in one character
		return 4000
	case r == '·':
		return 400
	}
	return 900
}

// latin has the widths of the characters from space to tilde, in hundredths of the font size: the widest of the fonts in use.
var latin = [...]uint8{
	35, 40, 46, 84, 64, 108, 78, 28, 46, 46, 64, 84, 36, 46, 36, 46, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 46, 46, 84, 84, 84, 55, // to ?
	101, 69, 69, 70, 78, 64, 58, 78, 76, 42, 46, 70, 56, 87, 75, 79, 61, 79, 70, 69, 65, 74, 69, 99, 69, 65, 69, 46, 46, 46, 84, 64, // to _
	64, 62, 64, 56, 64, 62, 36, 64, 64, 28, 35, 60, 28, 98, 64, 62, 64, 64, 43, 53, 40, 64, 60, 82, 60, 60, 53, 64, 46, 64, 84, 84, // to ~
}

// joins reports whether a character belongs to the one before it.
func joins(r rune) bool {
	return r >= 0x300 && (unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200d' || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f)
}

// wrap breaks a text into lines at most so many pixels wide: after a space or a sign, or between characters of a script without spaces, and where there
// is none of these within a word. What belongs together stays together, so that a line may be wider.
func wrap(text string, size, limit int) []string {
	var lines []string
	start, brk, sum, sinceBrk := 0, 0, 0, 0 // of the line in hand; brk is where it may end
	last := rune(0)
	for i, r := range text {
		a := advance(r)
		glued := joins(r) || last == '\u200d'
		if !glued && i > start && (strings.ContainsRune(" -/@_", last) || advance(last) >= 1000 || a >= 1000) && r != ' ' {
			brk, sinceBrk = i, 0
		}
		for !glued && i > start && r != ' ' && pixels(sum+a, size) > limit {
			if brk <= start {
				brk, sinceBrk = i, 0
			}
			lines = append(lines, strings.TrimRight(text[start:brk], " "))
			start, sum = brk, sinceBrk
		}
		sum += a
		sinceBrk += a
		last = r
	}
	if rest := strings.TrimRight(text[start:], " "); rest != "" || len(lines) == 0 {
		lines = append(lines, rest)
	}
	return lines
}
