"""Flags -> settings -> one call; and what a command's exit code means."""

MISTAKE = 2
"""The user's, told in one line."""
TOO_MANY_ERRORS = 3
"""More questions ended in an error than was allowed."""
INTERRUPTED = 130
"""Stopped on request; the same command goes on."""
