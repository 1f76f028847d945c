"""To be described by what fills it."""
