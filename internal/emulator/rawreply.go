package emulator

import (
	"net/http"
	"strconv"
)

// rawReply is a reply that is no JSON with status 200: the content of an object,
// an empty 204, or the 308 of an upload that goes on.
type rawReply struct {
	status int
	header map[string]string
	body   []byte
}

// replyRaw writes a rawReply, or the half of it that a fault lets through.
func (s *Server) replyRaw(w http.ResponseWriter, c *call, own *rawReply) {
	h := w.Header()
	for name, value := range own.header {
		h.Set(name, value)
	}
	// Neither of these two may have a body, nor say how long it is.
	bodyless := own.status == http.StatusNoContent || own.status == http.StatusNotModified
	if !bodyless {
		h.Set("Content-Length", strconv.Itoa(len(own.body)))
	}
	if c.outcome == truncateReply {
		if bodyless || len(own.body) == 0 {
			closeConn(c.conn)
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(own.status)
		_, _ = w.Write(own.body[:len(own.body)/2]) //nolint:gosec // what the client stored, with the type it gave
		_ = http.NewResponseController(w).Flush()
		closeConn(c.conn)
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(own.status)
	if !bodyless {
		_, _ = w.Write(own.body) //nolint:gosec // what the client stored, with the type it gave
	}
}
