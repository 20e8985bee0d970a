"""Pure Python beside what is replaced: it is found on disk."""

FORM = "native"
