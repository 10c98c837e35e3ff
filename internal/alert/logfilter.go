package alert

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLogFilter is the most characters that a query of Cloud Logging may have.
const maxLogFilter = 20000

// extractor is an expression for a label of a log match.
var extractor = regexp.MustCompile(`(?s)^\s*(?:EXTRACT\s*\(\s*[^()]+\)|REGEXP_EXTRACT\s*\(.+,\s*".*"\s*\))\s*$`)

// ValidateLogFilter checks that a query of Cloud Logging is put together
// rightly: quotes and parentheses close, every comparison has both sides, every
// AND, OR and NOT has something to join, regular expressions compile. Which
// fields there are only the log entries know.
//
// The grammar is that of cloud.google.com/logging/docs/view/logging-query-language.
func ValidateLogFilter(f string) error {
	if strings.TrimSpace(f) == "" {
		return errors.New("it is empty")
	}
	if n := utf8.RuneCountInString(f); n > maxLogFilter {
		return fmt.Errorf("it has %d characters, and the service takes %d", n, maxLogFilter)
	}
	tokens, err := lexFilter(f)
	if err != nil {
		return err
	}
	if tokens[0].kind == tokenEnd {
		return errors.New("it has nothing but comments")
	}
	p := &logParser{filterParser{tokens: tokens}}
	if err := p.expression(0); err != nil {
		return err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return t.errorf("%s is not expected here", t)
	}
	return nil
}

// logParser reads the same tokens by Logging's grammar.
type logParser struct{ filterParser }

func (p *logParser) expression(depth int) error {
	if depth > deepest {
		return p.peek().errorf("parentheses are nested deeper than %d", deepest)
	}
	for {
		if err := p.term(depth); err != nil {
			return err
		}
		if p.accept("AND") || p.accept("OR") {
			continue
		}
		if t := p.peek(); t.kind == tokenEnd || t.kind == tokenSign && (t.text == ")" || t.text == ",") {
			return nil
		}
	}
}

func (p *logParser) term(depth int) error {
	for p.accept("NOT") || p.accept("-") {
		continue
	}
	if p.accept("(") {
		if err := p.expression(depth + 1); err != nil {
			return err
		}
		return p.expect(")")
	}
	left := p.take()
	if left.kind != tokenWord && left.kind != tokenString {
		return left.errorf("a field or a text to search is expected, and %s found", left)
	}
	if err := reserved(left); err != nil {
		return err
	}
	if next := p.peek(); left.kind == tokenWord && next.kind == tokenSign && next.text == "(" && !next.spaced {
		if err := p.call(depth); err != nil {
			return err
		}
	}
	if p.peek().kind != tokenOperator {
		return nil
	}
	operator := p.take()
	return p.right(left, operator, depth)
}

// call parses the arguments of a function, which may be comparisons or calls.
func (p *logParser) call(depth int) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for {
		if err := p.expression(depth + 1); err != nil {
			return err
		}
		if !p.accept(",") {
			return p.expect(")")
		}
	}
}

// right parses the right side of a comparison: a value, a call, or values in
// parentheses.
func (p *logParser) right(field, operator token, depth int) error {
	if p.accept("(") {
		if err := p.expression(depth + 1); err != nil {
			return err
		}
		return p.expect(")")
	}
	p.accept("-")
	value := p.take()
	if value.kind != tokenWord && value.kind != tokenString {
		return value.errorf("a value is expected after %s%s, and %s found", field.text, operator.text, value)
	}
	if err := reserved(value); err != nil {
		return err
	}
	if slices.Contains([]string{"=~", "!~"}, operator.text) {
		if _, err := regexp.Compile(value.text); err != nil {
			return value.errorf("the regular expression is not valid in RE2: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
	if next := p.peek(); value.kind == tokenWord && next.kind == tokenSign && next.text == "(" && !next.spaced {
		return p.call(depth)
	}
	return nil
}
