"""Reading the journal at the desk: by id, by rule, by resource, newest first."""
