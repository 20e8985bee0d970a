"""Where a computation came from: the user's function, and the line behind each operation.

A graph that failed names one of its operations. This registry leads from there back to
the user's source. It lives in this process; a computation that came from elsewhere has
no entry.
"""

import collections
import dataclasses
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MAX_ENTRIES = 2048


@dataclasses.dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of a TensorFlow computation.

    Attributes:
        name: The name of the user's function.
        filename: The file that defines it.
        line: Its first line, counted from 1.
        op_lines: For each operation of the graph the user's innermost line, such as
            `model.py:12: return x / y`.
    """

    name: str
    filename: str
    line: int
    op_lines: Mapping[str, str]


_entries: collections.OrderedDict[bytes, Provenance] = collections.OrderedDict()
_python_functions: dict[bytes, tuple[Callable[..., Any], ...]] = {}
_lock = threading.Lock()


def record(graph_bytes: bytes, provenance: Provenance) -> None:
    """Remembers where a serialised graph came from; the oldest entries are forgotten."""
    with _lock:
        _entries[hashlib.sha256(graph_bytes).digest()] = provenance
        if len(_entries) > _MAX_ENTRIES:
            _entries.popitem(last=False)


def keep_python_functions(graph_bytes: bytes, functions: Sequence[Callable[..., Any]]) -> None:
    """Keeps alive the Python functions that a graph calls (`tf.py_function`).

    TensorFlow finds them through a weak reference. They live as long as the process,
    because a copy of the graph may be anywhere.
    """
    if functions:
        with _lock:
            _python_functions[hashlib.sha256(graph_bytes).digest()] = tuple(functions)


def provenance_of(graph_bytes: bytes) -> Provenance | None:
    """Returns where a serialised graph came from, if it was made in this process."""
    with _lock:
        return _entries.get(hashlib.sha256(graph_bytes).digest())
