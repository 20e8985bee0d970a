"""Places in source code, and which of them are the user's own."""

import functools
import importlib.util
import itertools
import linecache
import os
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

_MAX_SOURCE = 100


def innermost_of_user(places: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
    """Returns the innermost file and line that belongs to no library; None if there is none.

    Args:
        places: Files and lines of a call stack, outermost first.
    """
    return next((place for place in reversed(list(places)) if not is_library(place[0])), None)


class SourceLine(NamedTuple):
    """A line of somebody's source: as text, something like `model.py:12: return x / y`.

    Attributes:
        filename: Its file, or what stands for one where the code of a cell was compiled.
        line: Its number, counted from 1.
        text: What it says, without blanks around; empty if nobody knows.
    """

    filename: str
    line: int
    text: str = ""

    @property
    def place(self) -> str:
        """Where it is, such as `model.py:12`, or `Cell [3] line 12`."""
        return f"{shown_file(self.filename)}{':' if cell_name(self.filename) is None else ' line '}{self.line}"

    def __str__(self) -> str:
        text = self.text if len(self.text) <= _MAX_SOURCE else self.text[:_MAX_SOURCE] + " ..."
        return self.place + (f": {text}" if text else "")


def source_line_at(filename: str, line: int) -> SourceLine:
    """Returns a line as it stands now in a file, or a cell."""
    linecache.checkcache(filename)  # A module may have been edited and loaded again.
    return SourceLine(filename, line, linecache.getline(filename, line).strip())


def describe(filename: str, line: int) -> str:
    """Returns something like `model.py:12: return x / y`, or `Cell [3] line 12: return x / y`."""
    return str(source_line_at(filename, line))


def shown_file(filename: str) -> str:
    """Returns what a reader calls a file: `Cell [3]`, or its name without its folders."""
    return cell_name(filename) or os.path.basename(filename)


def cell_name(filename: str) -> str | None:
    """Returns what to call the cell with this code, such as `Cell [3]`; None if no cell has it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    name_of = getattr(getattr(shell, "compile", None), "format_code_name", None)
    if name_of is None:
        number = None if shell is None else _number_in_history(shell, filename)
    else:
        number = _number_in(name_of(filename))
    return None if number is None else f"Cell [{number}]"


def place_of_definition(function: Callable[..., object]) -> tuple[str, int] | None:
    """Returns the file of a Python function and the line of its `def`, below the decorators, or of its `lambda`."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType):
        return None
    if code.co_name == "<lambda>":
        return code.co_filename, code.co_firstlineno
    linecache.checkcache(code.co_filename)
    for line in range(code.co_firstlineno, code.co_firstlineno + 50):
        words = linecache.getline(code.co_filename, line).split()
        if words[:1] == ["def"] or words[:2] == ["async", "def"]:
            return code.co_filename, line
        if not words:
            break
    return code.co_filename, code.co_firstlineno


def position_of(code: types.CodeType, instruction: int) -> tuple[int, int, int, int] | None:
    """Returns the first and the last line of what an instruction does, and where it begins and ends in them, in bytes.

    Args:
        code: The code.
        instruction: Its offset, as `f_lasti` and `tb_lasti` tell it.
    """
    first, last, start, end = next(itertools.islice(code.co_positions(), instruction // 2, None), (None,) * 4)
    if first is None or last is None or start is None or end is None:
        return None
    return first, last, start, end


def walk(trace: types.TracebackType | None) -> Iterator[types.TracebackType]:
    """Yields the entries of a traceback, outermost first."""
    while trace is not None:
        yield trace
        trace = trace.tb_next


def only_user_frames(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Returns a traceback without the frames of libraries."""
    return linked([entry for entry in walk(trace) if not is_library(entry.tb_frame.f_code.co_filename)])


def linked(entries: list[types.TracebackType]) -> types.TracebackType | None:
    """Returns a traceback of copies of these entries, outermost first."""
    trace = None
    for entry in reversed(entries):
        trace = types.TracebackType(trace, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return trace


@functools.lru_cache(maxsize=4096)
def is_library(filename: str) -> bool:
    """Whether a file belongs to Python, to tffsim, to what it is built on, or to another library for numbers."""
    # Of what was compiled from Cython, only the name is told.
    is_compiled = filename.startswith("<frozen") or filename.endswith(".pyx")
    return filename.startswith(_LIBRARIES) or is_compiled or "__autograph_generated" in filename


def _number_in(name: tuple[str, str] | None) -> int | None:
    """Returns which cell it is that IPython calls so, such as `("Cell", "In[3]")`."""
    digits = re.search(r"\d+", name[1]) if name is not None else None
    return None if digits is None else int(digits[0])


def _number_in_history(shell: Any, filename: str) -> int | None:
    """Returns which cell has the code that IPython 7, and with it Colab, compiled under a name.

    That is the name of a file that does not exist, made of the code, and nothing notes to which cell it belongs. Of
    cells alike, later ones take the name, as in newer versions.
    """
    known = linecache.cache.get(filename)
    if known is None or len(known) < 4 or os.path.exists(filename):
        return None
    code = "".join(known[2]).strip("\n")
    history = shell.history_manager
    cells = list(zip(history.input_hist_parsed, history.input_hist_raw, strict=False))
    for number in range(len(cells) - 1, 0, -1):
        parsed, raw = cells[number]
        # A cell in the background is compiled without its first line.
        if code in (parsed.strip("\n"), raw.partition("\n")[2].strip("\n")):
            return number
    return None


def _folders(packages: Iterable[str]) -> Iterator[str]:
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is not None:
            yield os.path.dirname(os.path.abspath(str(spec.origin))) + os.sep


_LIBRARIES = tuple(
    _folders(
        (
            *("tensorflow", "keras", "numpy", "federated_language", "tffsim", "IPython", "ipykernel", "functools"),
            *("pandas", "scipy", "sklearn"),
        )
    )
)
