package alertpolicy

// Lost is lost: the emulator doesn't model MQL and SQL, so that what is said of
// such conditions is tested on the function itself.
var Lost = lost
