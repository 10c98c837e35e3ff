package emulator

import (
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"
)

// sqlError is an error in Cloud SQL's words, with its reason.
func sqlError(httpStatus int, c codes.Code, reason, message string) error {
	return withReason(reason, withHTTPStatus(httpStatus, apiError(c, message)))
}

// sqlInvalid is the 400 that Cloud SQL answers a rule's breach with.
func sqlInvalid(format string, args ...any) error {
	return sqlError(http.StatusBadRequest, codes.InvalidArgument, "invalid", "Invalid request: "+fmt.Sprintf(format, args...))
}

// sqlInvalidData is the 400 that Cloud SQL answers some breaches with, without
// a word on what is wrong.
func sqlInvalidData() error {
	return sqlError(http.StatusBadRequest, codes.InvalidArgument, "invalidRequest", "The incoming request contained invalid data.")
}

// sqlNoInstance is the recorded 404 of an instance.
func sqlNoInstance() error {
	return sqlError(http.StatusNotFound, codes.NotFound, "instanceDoesNotExist", "The Cloud SQL instance does not exist.")
}

// sqlNotFound is the 404 of what lies in an instance.
func sqlNotFound() error {
	return sqlError(http.StatusNotFound, codes.NotFound, "notFound", "Not Found")
}

// sqlBusy is the 409 of an instance with an operation that runs.
func sqlBusy() error {
	return sqlError(http.StatusConflict, codes.Aborted, "operationInProgress",
		"Operation failed because another operation was already in progress. Try your request after the current operation is complete.")
}

// sqlWrongState is the 409 of an instance that can't do what is asked.
func sqlWrongState() error {
	return sqlError(http.StatusConflict, codes.FailedPrecondition, "invalidState",
		"The instance or operation is not in an appropriate state to handle the request.")
}

// sqlNameTaken is the 409 of an instance's name, which a deleted one holds too.
func sqlNameTaken() error {
	return sqlError(http.StatusConflict, codes.AlreadyExists, "instanceAlreadyExists",
		"The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name of the deleted instance until one week from the deletion date.")
}

// sqlStale is the 412 of settings that were changed since they were read.
func sqlStale() error {
	return &reasonedError{
		error:  withHTTPStatus(http.StatusPreconditionFailed, apiError(codes.FailedPrecondition, "Condition does not match.")),
		domain: "global", reason: "staleData", locationType: "header", location: "If-Match",
	}
}

// sqlDenied is the 403 of a caller that lacks a permission; Cloud SQL does not
// say which.
func sqlDenied(string, string) error {
	return sqlError(http.StatusForbidden, codes.PermissionDenied, "notAuthorized", "The client is not authorized to make this request.")
}
