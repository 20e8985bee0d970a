"""How a notebook shows an error that is for the user: on a few lines.

IPython shows five lines of source around each frame, and all errors that an error arose
from. It asks an error first whether it wants to be shown in another way.
"""

import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from tffsim.failures.source_places import cell_name, is_library, linked, walk

_MAX_LINES = 12
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
# The first line of a cell with `%%tff_execute`, as Python sees it, where it is no line that failed.
_MAGIC = re.compile(r" *\d+ get_ipython\(\)\.run_line_magic\('tff_execute', .*")


def lines_for_notebook(error: BaseException, headline: Sequence[str] = (), message: str = "") -> list[str]:
    """Returns the lines to show: as much source as there is room for, and no frames of libraries.

    Args:
        error: The error.
        headline: What comes first, with source of its own.
        message: What the error says; by default all that it says.
    """
    entries = [entry for entry in walk(error.__traceback__) if not is_library(entry.tb_frame.f_code.co_filename)]
    # Without the error that it arose from: its message says that already.
    said = (message,) if message else error.args
    alone = type(error).__new__(type(error), *said)
    vars(alone).update(vars(error))
    formatter = _formatter()
    if formatter is None:
        shown = traceback.format_exception(type(alone), alone, linked(entries))
        return [*headline, *"".join(shown).splitlines()]
    lines: list[str] = []
    shorter = [(1, entries[-count:]) for count in (3, 2, 1)]
    longer = [] if headline else [(5, entries), (3, entries)]
    for context, kept in (*longer, (2, entries), (1, entries), *shorter):
        shown = formatter.structured_traceback(type(alone), alone, linked(kept), 0, context)
        lines = [line for line in "\n".join(shown).split("\n") if not _MAGIC.fullmatch(_COLOUR.sub("", line))]
        if len(lines) <= _MAX_LINES:
            break
    shown = _with_names_of_cells(lines, {entry.tb_frame.f_code.co_filename for entry in entries})
    return [*headline, *shown]


def _with_names_of_cells(lines: list[str], filenames: set[str]) -> list[str]:
    """Returns lines in which a cell has the name that its reader knows; IPython 7 calls it by a file of its own."""
    for filename in filenames:
        name = cell_name(filename)
        if name is not None:
            lines = [line.replace(filename, name) for line in lines]
    return lines


def _formatter() -> Any:
    """Returns what makes a traceback of IPython, in the user's colours and mode; None where there is no IPython."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    return shell.InteractiveTB if shell is not None else ipython.core.ultratb.AutoFormattedTB(mode="Context")
