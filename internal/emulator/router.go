package emulator

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// router finds the method that serves a REST path.
type router struct {
	hosts map[string][]*endpoint
	verbs map[string]string
}

// endpoint is one REST method.
type endpoint struct {
	verb    string
	path    string
	rpc     string
	pattern *regexp.Regexp
	vars    []string
	action  bool
	method  method
}

// add registers a method under a path template of google.api.http.
func (r *router) add(host, verb, path, rpc string, m method) error {
	pattern, vars, err := compileTemplate(path)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, path, err)
	}
	if r.hosts == nil {
		r.hosts, r.verbs = map[string][]*endpoint{}, map[string]string{}
	}
	e := &endpoint{verb: verb, path: path, rpc: rpc, pattern: pattern, vars: vars, method: m}
	e.action = strings.Contains(path[strings.LastIndexAny(path, "/}")+1:], ":")
	// Custom methods come first: "topics/*" matches "topics/t:publish" too.
	at := len(r.hosts[host])
	if e.action {
		at = 0
	}
	r.hosts[host] = slices.Insert(r.hosts[host], at, e)
	if _, ok := r.verbs[rpc]; !ok {
		r.verbs[rpc] = verb
	}
	return nil
}

// find returns the method for an escaped path, with its path variables.
func (r *router) find(host, verb, escapedPath string) (*endpoint, map[string]string) {
	for _, e := range r.hosts[host] {
		if e.verb != verb {
			continue
		}
		found := e.pattern.FindStringSubmatch(escapedPath)
		if found == nil {
			continue
		}
		vars := make(map[string]string, len(e.vars))
		for i, name := range e.vars {
			value, err := url.PathUnescape(found[i+1])
			if err != nil {
				value = found[i+1]
			}
			vars[name] = value
		}
		return e, vars
	}
	return nil, nil
}

// knows tells whether any kind is served under host.
func (r *router) knows(host string) bool { return len(r.hosts[host]) > 0 }

// verbOf returns the HTTP verb of a method, for gRPC calls in the request log.
func (r *router) verbOf(rpc string) string { return r.verbs[rpc] }

// compileTemplate turns a path template of google.api.http, such as
// "/v3/{name=projects/*/alertPolicies/*}:verb", into a regular expression with
// one group a variable.
func compileTemplate(path string) (*regexp.Regexp, []string, error) {
	var vars []string
	var out strings.Builder
	out.WriteByte('^')
	rest := path
	for rest != "" {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			out.WriteString(globPattern(rest))
			break
		}
		end := strings.IndexByte(rest, '}')
		if end < open {
			return nil, nil, fmt.Errorf("unbalanced braces in path template")
		}
		out.WriteString(globPattern(rest[:open]))
		name, glob, ok := strings.Cut(rest[open+1:end], "=")
		if !ok {
			glob = "*"
		}
		vars = append(vars, name)
		out.WriteString("(" + globPattern(glob) + ")")
		rest = rest[end+1:]
	}
	out.WriteByte('$')
	pattern, err := regexp.Compile(out.String())
	return pattern, vars, err
}

func globPattern(glob string) string {
	quoted := regexp.QuoteMeta(glob)
	quoted = strings.ReplaceAll(quoted, `\*\*`, `.+`)
	return strings.ReplaceAll(quoted, `\*`, `[^/]+`)
}
