"""What a notebook shows first of a failure: who failed, in which function and line, why, and what it was given."""

import linecache

from tffsim.failures.argument_error import FailureLocation
from tffsim.failures.source_places import SourceLine

_LINES_AROUND = 2
_MAX_REASON = 160
_MAX_LINE = 200


def headline(location: FailureLocation, reason: str) -> list[str]:
    """Returns one line, then up to five lines of the user's source, and what was there.

    Args:
        location: Where it failed.
        reason: Why, on one line.
    """
    if location.line is None:
        return []
    function = f"in `{location.computation}`" if location.computation is not None else ""
    where = ", ".join(filter(None, (location.participant, function, location.line.place)))
    lines = [f"{where}: {reason if len(reason) <= _MAX_REASON else reason[:_MAX_REASON] + ' ...'}"]
    lines += _around(location.line)
    if location.given is not None:
        lines.append(f"It had been given {location.given}")
    return lines


def _around(line: SourceLine) -> list[str]:
    """Returns a line with those around it, as tracebacks of IPython show them; itself alone if its file is not here."""
    linecache.checkcache(line.filename)  # It may have been edited.
    source = linecache.getlines(line.filename)
    is_as_it_was = line.line <= len(source) and source[line.line - 1].strip() == line.text
    if not is_as_it_was:
        return [f"----> {line.line} {line.text}"] if line.text else []
    first = max(1, line.line - _LINES_AROUND)
    shown = "".join(source[first - 1 : line.line + _LINES_AROUND]).rstrip().splitlines()
    return [
        f"{'----> ' if number == line.line else '      '}{number:>{len(str(first + len(shown)))}} {text[:_MAX_LINE]}"
        for number, text in enumerate(shown, first)
    ]
