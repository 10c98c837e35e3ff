package emulator

import (
	"errors"
	"fmt"
	"strings"
)

// filterNode is a parsed filter: one of filterAnd, filterOr, filterNot and
// filterTerm.
type filterNode interface{ isFilter() }

type (
	filterAnd []filterNode
	filterOr  []filterNode
	filterNot struct{ node filterNode }
	// filterTerm is one comparison. fn is the function around the value, such
	// as "starts_with", or "".
	filterTerm struct {
		path, op, fn string
		values       []filterValue
	}
	filterValue struct {
		text   string
		quoted bool
	}
)

func (filterAnd) isFilter()  {}
func (filterOr) isFilter()   {}
func (filterNot) isFilter()  {}
func (filterTerm) isFilter() {}

// parseFilter reads the filter language of Google's APIs (AIP-160, and
// Monitoring's filters, which are of the same shape): comparisons joined by AND
// (or by nothing), OR, NOT and parentheses. OR binds more tightly than AND.
func parseFilter(text string) (filterNode, error) {
	tokens, err := lexFilter(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens}
	node, err := p.sequence(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, fmt.Errorf("unexpected %q", p.tokens[p.at].text)
	}
	return node, nil
}

// terms returns every comparison of a filter, wherever it stands.
func filterTerms(node filterNode) []filterTerm {
	switch n := node.(type) {
	case filterAnd:
		var out []filterTerm
		for _, sub := range n {
			out = append(out, filterTerms(sub)...)
		}
		return out
	case filterOr:
		var out []filterTerm
		for _, sub := range n {
			out = append(out, filterTerms(sub)...)
		}
		return out
	case filterNot:
		return filterTerms(n.node)
	case filterTerm:
		return []filterTerm{n}
	}
	return nil
}

type filterToken struct {
	kind byte // 'w' word, 's' string, 'o' operator, '(' ')' ','
	text string
}

func lexFilter(text string) ([]filterToken, error) {
	var out []filterToken
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')' || c == ',':
			out = append(out, filterToken{kind: c, text: string(c)})
			i++
		case c == '"' || c == '\'':
			value, n, err := lexString(text[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, filterToken{kind: 's', text: value})
			i += n
		case strings.IndexByte("=!<>:~", c) >= 0:
			n := 1
			if i+1 < len(text) && (text[i+1] == '=' || text[i+1] == '~') && c != ':' && c != '~' {
				n = 2
			}
			out = append(out, filterToken{kind: 'o', text: text[i : i+n]})
			i += n
		case isWordByte(c):
			word, n, err := lexWord(text[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, filterToken{kind: 'w', text: word})
			i += n
		default:
			return nil, fmt.Errorf("unexpected character %q", c)
		}
	}
	return out, nil
}

// lexWord reads a path or a bare value. Parts of a path may be quoted or stand
// in brackets: metric.labels."a b", metadata.user_labels["a"].
func lexWord(text string) (string, int, error) {
	var word strings.Builder
	i := 0
	for i < len(text) {
		switch c := text[i]; {
		case isWordByte(c):
			word.WriteByte(c)
			i++
		case (c == '"' || c == '\'') && strings.HasSuffix(word.String(), "."):
			value, n, err := lexString(text[i:])
			if err != nil {
				return "", 0, err
			}
			word.WriteString(value)
			i += n
		case c == '[':
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return "", 0, errors.New("missing ]")
			}
			word.WriteString("." + strings.Trim(text[i+1:i+end], `"'`))
			i += end + 1
		default:
			return word.String(), i, nil
		}
	}
	return word.String(), i, nil
}

func lexString(text string) (string, int, error) {
	var value strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0]:
			return value.String(), i + 1, nil
		case c == '\\' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				value.WriteByte('\n')
			case 't':
				value.WriteByte('\t')
			case '"', '\'', '\\':
				value.WriteByte(text[i])
			default:
				value.WriteByte('\\')
				value.WriteByte(text[i])
			}
		default:
			value.WriteByte(c)
		}
	}
	return "", 0, errors.New("a string is not closed")
}

func isWordByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '/' || c == '*' || c == '+' || c == '%' || c >= 0x80 ||
		c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// maxFilterDepth bounds nesting, so that no filter exhausts the stack.
const maxFilterDepth = 64

type filterParser struct {
	tokens []filterToken
	at     int
}

func (p *filterParser) peek() filterToken {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return filterToken{}
}

func (p *filterParser) isWord(text string) bool {
	t := p.peek()
	return t.kind == 'w' && t.text == text
}

func (p *filterParser) sequence(depth int) (filterNode, error) {
	if depth > maxFilterDepth {
		return nil, errors.New("the filter is nested too deeply")
	}
	var all filterAnd
	for {
		node, err := p.alternatives(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, node)
		if p.isWord("AND") {
			p.at++
			continue
		}
		if k := p.peek().kind; k == 0 || k == ')' {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func (p *filterParser) alternatives(depth int) (filterNode, error) {
	var either filterOr
	for {
		node, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		either = append(either, node)
		if !p.isWord("OR") {
			break
		}
		p.at++
	}
	if len(either) == 1 {
		return either[0], nil
	}
	return either, nil
}

func (p *filterParser) term(depth int) (filterNode, error) {
	if depth > maxFilterDepth {
		return nil, errors.New("the filter is nested too deeply")
	}
	t := p.peek()
	switch {
	case t.kind == 0:
		return nil, errors.New("the filter ends too early")
	case t.kind == 'w' && t.text == "NOT":
		p.at++
		node, err := p.term(depth + 1)
		return filterNot{node: node}, err
	case t.kind == 'w' && t.text == "-" && p.at+1 < len(p.tokens) && p.tokens[p.at+1].kind == '(':
		p.at++
		node, err := p.term(depth + 1)
		return filterNot{node: node}, err
	case t.kind == '(':
		p.at++
		node, err := p.sequence(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek().kind != ')' {
			return nil, errors.New("missing )")
		}
		p.at++
		return node, nil
	case t.kind == 'w':
		return p.comparison()
	}
	return nil, fmt.Errorf("unexpected %q", t.text)
}

func (p *filterParser) comparison() (filterNode, error) {
	path := p.peek().text
	p.at++
	op := p.peek()
	if op.kind != 'o' || op.text == "!" || op.text == "~" {
		return nil, fmt.Errorf("an operator is missing after %q", path)
	}
	p.at++
	negate := false
	if rest, ok := strings.CutPrefix(path, "-"); ok {
		path, negate = rest, true
	}
	term := filterTerm{path: path, op: op.text}
	value := p.peek()
	switch value.kind {
	case 's':
		p.at++
		term.values = []filterValue{{text: value.text, quoted: true}}
	case 'w':
		p.at++
		if p.peek().kind != '(' {
			term.values = []filterValue{{text: value.text}}
			break
		}
		term.fn = value.text
		args, err := p.arguments()
		if err != nil {
			return nil, err
		}
		term.values = args
	default:
		return nil, fmt.Errorf("a value is missing after %q", path+op.text)
	}
	if negate {
		return filterNot{node: term}, nil
	}
	return term, nil
}

func (p *filterParser) arguments() ([]filterValue, error) {
	p.at++ // (
	var args []filterValue
	for {
		t := p.peek()
		switch t.kind {
		case 's', 'w':
			args = append(args, filterValue{text: t.text, quoted: t.kind == 's'})
			p.at++
		case ')':
			p.at++
			return args, nil
		case ',':
			p.at++
		default:
			return nil, errors.New("missing )")
		}
	}
}
