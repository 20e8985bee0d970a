"""Where a computation came from: the user's function, and the lines behind its operations and calls.

A graph that failed names one of its operations, and an AST names the results of its calls.
This registry leads from there back to the user's source. It lives in this process; what a
computation is made of travels with it where it is pickled (`entries_of`).

Two functions may have the same graph, so the graph cannot be the key. What a computation
*is* made of is copied whenever it becomes a part of another one, sent to a client or
parsed, so the identity of an object cannot be the key either. The key travels in the
proto, which every copy keeps:

- Of a TensorFlow computation it is `TensorFlow.cache_key`, a number beside the graph. The
  format wants it to be equal only for equal computations. It is a hash of the computation
  and its provenance, so that holds, and a function that is captured again, also in another
  process, gets the number it had. The runtime does not look at it to decide what is equal:
  graphs are imported and shared by their content.
- Of a federated computation it is the end of each name in its AST: see `call_places`.
"""

import collections
import dataclasses
import functools
import hashlib
import inspect
import json
import linecache
import threading
import tokenize
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from federated_language.proto import computation_pb2 as pb

from tffsim.language.lambda_names import name_of_code
from tffsim.language.proto_parts import parts_of

_MAX_ENTRIES = 2048
_MAX_CALLS = 16 * _MAX_ENTRIES


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """A function of the user.

    Attributes:
        name: Its name.
        filename: The file that defines it.
        line: The first line of `text`, counted from 1.
        text: Its source, decorators included; empty if nobody knows it.
        parameters: The names of its parameters; none if only a place in it matters.
    """

    name: str
    filename: str
    line: int
    text: str = ""
    parameters: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class CallPlace:
    """Where a federated computation calls something.

    Attributes:
        function: The function that the user's innermost line is in. It may be another one than that which
            becomes a computation: one that it calls.
        line: That line, counted from 1.
        variable: The variable to which the result is assigned; empty if there is none.
    """

    function: Source
    line: int
    variable: str


@dataclasses.dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of a TensorFlow computation.

    Attributes:
        source: The user's function.
        op_lines: For each operation of the graph the user's innermost line: its file, its number, and its text.
        output_line: The line of `source` with the operation that makes the result, or its first member; 0 if
            nobody knows it.
    """

    source: Source
    op_lines: Mapping[str, tuple[str, int, str]]
    output_line: int = 0

    @property
    def name(self) -> str:
        """The name of the user's function."""
        return self.source.name


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _Entries(Generic[_Key, _Value]):
    """What is known, by key; of too many entries those that were not used for longest are forgotten."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._entries: collections.OrderedDict[_Key, _Value] = collections.OrderedDict()
        self._lock = threading.Lock()

    def record(self, key: _Key, value: _Value) -> None:
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            if len(self._entries) > self._max_size:
                self._entries.popitem(last=False)

    def get(self, key: _Key) -> _Value | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)


_graphs = _Entries[int, Provenance](_MAX_ENTRIES)
_sources = _Entries[str, Source](_MAX_ENTRIES)
_calls = _Entries[str, CallPlace](_MAX_CALLS)
_python_functions: dict[bytes, tuple[Callable[..., object], ...]] = {}
_lock = threading.Lock()


def source_of(function: Callable[..., object], name: str = "") -> Source:
    """Returns what is known of a user's function, such as a lambda or one that wraps another.

    Args:
        function: The function.
        name: What to call it; by default its own name.
    """
    function = inspect.unwrap(function)
    parameters = parameters_of(function)
    while isinstance(function, functools.partial):
        function = function.func
    name = name or str(getattr(function, "__name__", type(function).__name__))
    code = getattr(function, "__code__", None)
    source = source_of_code(code, name) if isinstance(code, types.CodeType) else Source(name, "?", 0)
    return dataclasses.replace(source, parameters=parameters)


def parameters_of(function: Callable[..., object]) -> tuple[str, ...]:
    """Returns the parameters that are not given yet, by an object or by `functools.partial`."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(part.name for part in parameters if part.default is part.empty)


def source_of_code(code: types.CodeType, name: str) -> Source:
    """Returns what is known of a function by its code."""
    linecache.checkcache(code.co_filename)  # A module may have been edited and loaded again.
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    try:
        text = "".join(inspect.getblock(lines))
    except (SyntaxError, tokenize.TokenError):
        text = ""
    return Source(name_of_code(code, name), code.co_filename, code.co_firstlineno, text)


def record(proto: pb.Computation, provenance: Provenance) -> None:
    """Remembers where a computation came from, and marks it so that copies are known too.

    Of more than 2048 computations, those that were not used for longest are forgotten.

    Args:
        proto: A computation of the `tensorflow` kind; its cache key is set.
        provenance: Where it came from.
    """
    key = _key(proto, provenance)
    proto.tensorflow.cache_key.id = key
    _graphs.record(key, provenance)


def record_source(source: Source) -> str:
    """Remembers a function that becomes a federated computation, and returns its key."""
    key = hashlib.sha256(json.dumps(dataclasses.astuple(source)).encode()).hexdigest()[:8]
    _sources.record(key, source)
    return key


def record_call(name: str, place: CallPlace) -> None:
    """Remembers where a call is whose result has this name in the AST."""
    _calls.record(name, place)


def keep_python_functions(graph_bytes: bytes, functions: Sequence[Callable[..., object]]) -> None:
    """Keeps alive the Python functions that a graph calls (`tf.py_function`).

    TensorFlow finds them through a weak reference. They live as long as the process,
    because a copy of the graph may be anywhere.
    """
    if functions:
        with _lock:
            _python_functions[hashlib.sha256(graph_bytes).digest()] = tuple(functions)


def provenance_of(proto: pb.Computation) -> Provenance | None:
    """Returns where a computation came from, if it is one of TensorFlow, and known in this process."""
    return _graphs.get(proto.tensorflow.cache_key.id)


def place_of_call(name: str) -> CallPlace | None:
    """Returns where the call is whose result has this name in an AST; None if that is not known."""
    return _calls.get(name)


def source_of_call(name: str) -> Source | None:
    """Returns the function that makes the call whose result has this name in an AST."""
    return _sources.get(name.rpartition("_")[2])


Entry = tuple[str, object, object]
"""What is known of a computation: the kind of entry, its key and its value."""


def entries_of(proto: pb.Computation) -> list[Entry]:
    """Returns what is known of a computation and its parts, for another process."""
    found: list[Entry] = []
    for part in parts_of(proto):
        if part.WhichOneof("computation") == "tensorflow":
            graph = provenance_of(part)
            if graph is not None:
                found.append(("graph", part.tensorflow.cache_key.id, graph))
        for local in part.block.local if part.HasField("block") else ():
            place, source = place_of_call(local.name), source_of_call(local.name)
            found += [("call", local.name, place)] if place is not None else []
            found += [("source", local.name.rpartition("_")[2], source)] if source is not None else []
    return list({(kind, key): (kind, key, value) for kind, key, value in found}.values())


def learn(entries: Sequence[Entry]) -> None:
    """Remembers what `entries_of` told in another process."""
    kinds: dict[str, _Entries[Any, Any]] = {"graph": _graphs, "source": _sources, "call": _calls}
    for kind, key, value in entries:
        kinds[kind].record(key, value)


def _key(proto: pb.Computation, provenance: Provenance) -> int:
    proto.tensorflow.ClearField("cache_key")
    digest = hashlib.sha256(proto.SerializeToString(deterministic=True))
    digest.update(json.dumps(dataclasses.asdict(provenance), sort_keys=True).encode())
    # Zero would mean that there is no key.
    return int.from_bytes(digest.digest()[:8], "little") or 1
