"""Where in the user's source an error arose: what an error tells of it, as a file and a line."""

import re
from typing import NamedTuple

# Such as `model.py:12: return x / y`, or `Cell [3] line 12: return x / y`.
_PLACE = re.compile(r"(?P<file>[^\n]+?)(?::|,? line )(?P<line>\d+)(?=:|$)")


class ErrorPlace(NamedTuple):
    """A line of the user; `file` is empty if nobody knows it."""

    file: str
    line: int
    text: str


def error_place(error: str) -> ErrorPlace:
    """Returns the place that the text of an error tells in its last line; `text` is as it is told there."""
    first, _, place = error.rpartition("\n")
    found = _PLACE.match(place) if first else None
    return ErrorPlace("", 0, "") if found is None else ErrorPlace(found["file"], int(found["line"]), found[0])
