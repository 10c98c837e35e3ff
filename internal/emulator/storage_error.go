package emulator

import (
	"net/http"
	"net/url"
	"strconv"

	"google.golang.org/grpc/codes"
)

// storageError is an error of Cloud Storage in its own words.
func storageError(httpStatus int, reason, message string) error {
	return withReason(reason, withHTTPStatus(httpStatus, apiError(codeOfHTTP(httpStatus), message)))
}

// storageInvalid is the 400 of a value that breaks a rule.
func storageInvalid(message string) error {
	return storageError(http.StatusBadRequest, "invalid", message)
}

// preconditionFailed is the 412 of a precondition that does not hold.
func preconditionFailed() error {
	return &reasonedError{
		error:  withHTTPStatus(http.StatusPreconditionFailed, apiError(codes.FailedPrecondition, "At least one of the pre-conditions you specified did not hold.")),
		domain: "global", reason: "conditionNotMet", locationType: "header", location: "If-Match",
	}
}

// notModified is the 304 of a NotMatch precondition; it has no body.
func notModified() error {
	return withHTTPStatus(http.StatusNotModified, apiError(codes.Aborted, "Not Modified"))
}

// bucketConditions and objectConditions are the preconditions that a call may have.
var (
	bucketConditions = []string{"ifMetagenerationMatch", "ifMetagenerationNotMatch"}
	objectConditions = append([]string{"ifGenerationMatch", "ifGenerationNotMatch"}, bucketConditions...)
)

// checkConditions compares the preconditions of a query with what stands, which
// has the generation 0 when there is nothing.
func checkConditions(query url.Values, generation, metageneration int64) error {
	for _, name := range objectConditions {
		text := query.Get(name)
		if text == "" {
			continue
		}
		want, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return storageInvalid("Invalid value for: Invalid long value: '" + text + "'.")
		}
		switch name {
		case "ifGenerationMatch":
			if want != generation {
				return preconditionFailed()
			}
		case "ifGenerationNotMatch":
			if want == generation {
				return notModified()
			}
		case "ifMetagenerationMatch":
			if generation == 0 || want != metageneration {
				return preconditionFailed()
			}
		case "ifMetagenerationNotMatch":
			if generation != 0 && want == metageneration {
				return notModified()
			}
		}
	}
	return nil
}
