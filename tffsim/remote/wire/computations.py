"""Computations as messages: their bytes, under the SHA-256 of these, and where their lines are in the user's files."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from federated_language.proto import computation_pb2 as pb

from tffsim.external_runtime.tensorflow.functions.operation_places import locate_operation
from tffsim.failures.failure_location import location_of
from tffsim.language import provenance
from tffsim.language.identity_cache import IdentityCache
from tffsim.language.proto_parts import parts_of
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.protocol import MAX_MESSAGE_BYTES
from tffsim.tracing.document.units import data_size

_Known: TypeAlias = provenance.Provenance | provenance.Source | provenance.CallPlace
_Fields: TypeAlias = Mapping[str, object]

# How the op of a node is written in a serialised graph, after its name: field 2 of `NodeDef`, its length, its text.
_PYTHON = rb"\x12(?:\x06PyFunc|\x0bEagerPyFunc|\x0fPyFuncStateless)"
_CALLS_PYTHON = re.compile(_PYTHON)
_NAME_AND_PYTHON = re.compile(rb"\n.([\w./>-]+)" + _PYTHON, re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class SentComputation:
    """A computation in the form in which it is sent.

    Attributes:
        proto: The computation.
        content: Its bytes.
        digest: Their SHA-256.
        provenance: What is known of its source, as JSON.
    """

    proto: pb.Computation
    content: bytes
    digest: bytes
    provenance: bytes


def _sent(proto: pb.Computation) -> SentComputation:
    content = proto.SerializeToString(deterministic=True)
    if _CALLS_PYTHON.search(content):
        raise _calls_python(proto)
    entries = [(kind, key, dataclasses.asdict(value)) for kind, key, value in _entries(proto)]
    return SentComputation(proto, content, hashlib.sha256(content).digest(), json.dumps(entries).encode())


sent_computation: IdentityCache[pb.Computation, SentComputation] = IdentityCache(_sent)
"""Returns a computation as it is sent; TypeError if it cannot be."""


def _calls_python(proto: pb.Computation) -> TypeError:
    part = next((part for part in parts_of(proto) if _CALLS_PYTHON.search(part.tensorflow.graph_def.value)), proto)
    error = TypeError(
        f"{_name(part)} calls Python functions (`tf.py_function`, `tf.numpy_function` or a generator), which stay "
        "in this process. A worker is another one. Use TensorFlow's operations instead, or a local stack."
    )
    location_of(error).placement = "clients"
    nodes = _NAME_AND_PYTHON.findall(part.tensorflow.graph_def.value)
    return locate_operation(error, part, [name.decode() for name in nodes])


def check_size(computations: Collection[SentComputation]) -> None:
    """Checks that one message can carry computations.

    Raises:
        ValueError: If they are too large, with the name of the largest.
    """
    num_bytes = sum(len(computation.content) for computation in computations)
    if num_bytes > MAX_MESSAGE_BYTES:
        largest = max(computations, key=lambda computation: len(computation.content)).proto
        name = _name(max(provenance.parts_of(largest), key=lambda part: part.tensorflow.ByteSize()))
        raise ValueError(
            f"{name} is too large for a message to a worker: with all that goes with it, it has {data_size(num_bytes)} "
            f"of {data_size(MAX_MESSAGE_BYTES)} at most. Pass large arrays as arguments, not as constants."
        )


def read_computation(content: bytes, digest: bytes) -> pb.Computation:
    """Returns a computation from its bytes.

    Raises:
        MalformedError: If they are none, or others than the digest says.
    """
    if hashlib.sha256(content).digest() != digest:
        raise MalformedError("The bytes of a computation are not those of its digest.")
    try:
        return pb.Computation.FromString(content)
    except Exception:
        raise MalformedError("The bytes of a computation are no computation.") from None


def learn_provenance(content: bytes) -> None:
    """Remembers where the lines of a computation are.

    Raises:
        MalformedError: If the text says something else.
    """
    if not content:
        return
    try:
        provenance.learn([(kind, key, _READERS[kind](value)) for kind, key, value in json.loads(content)])
    except Exception:
        raise MalformedError("What is said of the source of a computation cannot be read.") from None


def _entries(proto: pb.Computation) -> Iterator[tuple[str, object, _Known]]:
    for kind, key, value in provenance.entries_of(proto):
        assert isinstance(value, (provenance.Provenance, provenance.Source, provenance.CallPlace))
        yield kind, key, value


def _name(proto: pb.Computation) -> str:
    known = provenance.provenance_of(proto) if proto.WhichOneof("computation") == "tensorflow" else None
    return f"`{known.name}`" if known is not None else "The computation"


def _source(fields: _Fields) -> provenance.Source:
    parameters = fields["parameters"]
    if not isinstance(parameters, list):
        raise TypeError("the parameters of a function are no list")
    name, filename, text = (str(fields[key]) for key in ("name", "filename", "text"))
    return provenance.Source(name, filename, _line(fields), text, tuple(map(str, parameters)))


def _graph(fields: _Fields) -> provenance.Provenance:
    lines = {str(name): _op_line(line) for name, line in _below(fields, "op_lines").items()}
    return provenance.Provenance(_source(_below(fields, "source")), lines, int(str(fields["output_line"])))


def _call(fields: _Fields) -> provenance.CallPlace:
    return provenance.CallPlace(_source(_below(fields, "function")), _line(fields), str(fields["variable"]))


def _op_line(line: object) -> tuple[str, int, str]:
    if not isinstance(line, list) or len(line) != 3:
        raise TypeError("a line of an operation has no three parts")
    filename, number, text = line
    return str(filename), int(str(number)), str(text)


def _below(fields: _Fields, name: str) -> _Fields:
    found = fields[name]
    if not isinstance(found, dict):
        raise TypeError(f"{name} has no fields")
    return found


def _line(fields: _Fields) -> int:
    return int(str(fields["line"]))


_READERS = {"graph": _graph, "source": _source, "call": _call}
