"""Where a computation came from: the user's function, and the line behind each operation.

A graph that failed names one of its operations. This registry leads from there back to
the user's source. It lives in this process; a computation that came from elsewhere has
no entry.

Two functions may have the same graph, so the graph cannot be the key. What a computation
*is* made of is copied whenever it becomes a part of another one, sent to a client or
parsed, so the identity of an object cannot be the key either. The key travels in the
proto: `TensorFlow.cache_key`, a number beside the graph, which every copy keeps. The
format wants it to be equal only for equal computations. It is a hash of the computation
and its provenance, so that holds, and a function that is captured again, also in another
process, gets the number it had. The runtime does not look at it to decide what is equal:
graphs are imported and shared by their content.
"""

import collections
import dataclasses
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from federated_language.proto import computation_pb2 as pb

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


_entries: collections.OrderedDict[int, Provenance] = collections.OrderedDict()
_python_functions: dict[bytes, tuple[Callable[..., Any], ...]] = {}
_lock = threading.Lock()


def record(proto: pb.Computation, provenance: Provenance) -> None:
    """Remembers where a computation came from, and marks it so that copies are known too.

    Of more than 2048 computations, those that were not used for longest are forgotten.

    Args:
        proto: A computation of the `tensorflow` kind; its cache key is set.
        provenance: Where it came from.
    """
    key = _key(proto, provenance)
    proto.tensorflow.cache_key.id = key
    with _lock:
        _entries[key] = provenance
        _entries.move_to_end(key)
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


def provenance_of(proto: pb.Computation) -> Provenance | None:
    """Returns where a computation came from, if it is one of TensorFlow made in this process."""
    key = proto.tensorflow.cache_key.id
    with _lock:
        if key in _entries:
            _entries.move_to_end(key)
        return _entries.get(key)


def _key(proto: pb.Computation, provenance: Provenance) -> int:
    proto.tensorflow.ClearField("cache_key")
    digest = hashlib.sha256(proto.SerializeToString(deterministic=True))
    digest.update(json.dumps(dataclasses.astuple(provenance), sort_keys=True).encode())
    # Zero would mean that there is no key.
    return int.from_bytes(digest.digest()[:8], "little") or 1
