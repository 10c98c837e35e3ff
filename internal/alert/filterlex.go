package alert

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a token of a filter is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenOperator
	tokenSign
)

// token is a part of a filter; Monitoring's and Logging's are cut the same way.
type token struct {
	kind tokenKind
	text string
	// at is the position in characters, from 0.
	at int
	// spaced says that blanks stand before it.
	spaced bool
}

func (t token) String() string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return strconv.Quote(t.text)
}

// filterLexer cuts a filter into tokens.
type filterLexer struct {
	runes []rune
	at    int
}

func lexFilter(f string) ([]token, error) {
	if !utf8.ValidString(f) {
		return nil, fmt.Errorf("it is not valid UTF-8")
	}
	l := &filterLexer{runes: []rune(f)}
	var tokens []token
	for {
		spaced := l.skip()
		t, err := l.token()
		if err != nil {
			return nil, err
		}
		t.spaced = spaced
		tokens = append(tokens, t)
		if t.kind == tokenEnd {
			return tokens, nil
		}
	}
}

func (l *filterLexer) peek(ahead int) rune {
	if l.at+ahead >= len(l.runes) {
		return 0
	}
	return l.runes[l.at+ahead]
}

// skip passes over blanks and comments, which go from -- to the end of the line.
func (l *filterLexer) skip() bool {
	start := l.at
	for l.at < len(l.runes) {
		switch {
		case unicode.IsSpace(l.peek(0)):
			l.at++
		case l.peek(0) == '-' && l.peek(1) == '-':
			for l.at < len(l.runes) && l.peek(0) != '\n' {
				l.at++
			}
		default:
			return l.at > start
		}
	}
	return l.at > start
}

func (l *filterLexer) token() (token, error) {
	start := l.at
	if l.at >= len(l.runes) {
		return token{kind: tokenEnd, at: start}, nil
	}
	switch r := l.peek(0); {
	case r == '"' || r == '\'':
		text, err := l.quoted()
		return token{kind: tokenString, text: text, at: start}, err
	case r == '(' || r == ')' || r == ',':
		l.at++
		return token{kind: tokenSign, text: string(r), at: start}, nil
	case strings.ContainsRune("=!<>:~", r):
		for _, operator := range []string{"=~", "!~", "!=", ">=", "<=", "=", ">", "<", ":"} {
			if string(l.runes[l.at:min(l.at+len(operator), len(l.runes))]) == operator {
				l.at += len(operator)
				return token{kind: tokenOperator, text: operator, at: start}, nil
			}
		}
		return token{}, token{at: start}.errorf("%q is no operator", r)
	case r == '-' && !unicode.IsDigit(l.peek(1)):
		l.at++
		return token{kind: tokenSign, text: "-", at: start}, nil
	default:
		text, err := l.word()
		return token{kind: tokenWord, text: text, at: start}, err
	}
}

func ends(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"'(),=!<>:~", r) }

// word is a field or a bare value. A part of a field may be quoted, as in
// labels."k8s-pod/app", and an unquoted time holds colons.
func (l *filterLexer) word() (string, error) {
	var b strings.Builder
	for l.at < len(l.runes) {
		r := l.peek(0)
		switch {
		case (r == '"' || r == '\'') && strings.HasSuffix(b.String(), "."):
			part, err := l.quoted()
			if err != nil {
				return "", err
			}
			b.WriteString(part)
			continue
		case r == ':' && inTime(b.String()) && unicode.IsDigit(l.peek(1)):
		case ends(r):
			return b.String(), nil
		}
		b.WriteRune(r)
		l.at++
	}
	return b.String(), nil
}

// inTime says whether word is the beginning of a time such as 2026-01-31T09.
func inTime(word string) bool {
	if len(word) < len("2006-01-02T15") || word[10] != 'T' {
		return false
	}
	return word[4] == '-' && word[7] == '-' && strings.Trim(word[:4], "0123456789") == ""
}

// quoted is a string in double or single quotes, with backslashes.
func (l *filterLexer) quoted() (string, error) {
	start, quote := l.at, l.peek(0)
	var b strings.Builder
	for l.at++; l.at < len(l.runes); l.at++ {
		switch r := l.peek(0); r {
		case quote:
			l.at++
			return b.String(), nil
		case '\\':
			l.at++
			if l.at >= len(l.runes) {
				continue
			}
			if next := l.peek(0); next != quote && next != '\\' {
				b.WriteRune('\\')
			}
			b.WriteRune(l.peek(0))
		default:
			b.WriteRune(r)
		}
	}
	return "", token{at: start}.errorf("a quotation mark is not closed")
}
