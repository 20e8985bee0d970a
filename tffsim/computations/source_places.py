"""Places in source code, and which of them are the user's own."""

import functools
import importlib.util
import linecache
import os
from collections.abc import Iterable


def innermost_of_user(places: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
    """Returns the innermost file and line that belongs to no library; None if there is none.

    Args:
        places: Files and lines of a call stack, outermost first.
    """
    return next((place for place in reversed(list(places)) if not _is_library(place[0])), None)


def describe(filename: str, line: int) -> str:
    """Returns something like `model.py:12: return x / y`."""
    linecache.checkcache(filename)  # A module may have been edited and loaded again.
    source = linecache.getline(filename, line).strip()
    return f"{os.path.basename(filename)}:{line}" + (f": {source}" if source else "")


@functools.lru_cache(maxsize=4096)
def _is_library(filename: str) -> bool:
    return filename.startswith(_LIBRARIES) or filename.startswith("<frozen") or "__autograph_generated" in filename


def _folder(package: str) -> str:
    spec = importlib.util.find_spec(package)
    return os.path.dirname(os.path.abspath(str(spec.origin if spec is not None else package))) + os.sep


_LIBRARIES = tuple(_folder(package) for package in ("tensorflow", "keras", "federated_language", "tffsim", "functools"))
