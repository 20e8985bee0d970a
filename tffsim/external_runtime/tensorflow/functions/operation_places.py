"""Where in the user's code an operation was written that a graph must not have."""

from collections.abc import Iterable
from typing import TypeVar

from federated_language.proto import computation_pb2 as pb

from tffsim.failures.failure_location import locate
from tffsim.failures.source_places import SourceLine, source_line_at
from tffsim.language.provenance import provenance_of

_E = TypeVar("_E", bound=BaseException)


def locate_operation(error: _E, proto: pb.Computation, names: Iterable[str]) -> _E:
    """Adds to an error the function and the line in which an operation was written.

    Args:
        error: What is wrong with the operation.
        proto: The TensorFlow computation with it.
        names: The names of its nodes; the first that is known tells the line, otherwise it is that of the function.

    Returns:
        The same error.
    """
    known = provenance_of(proto)
    if known is None:
        return error
    lines = (SourceLine(*known.op_lines[name]) for name in names if name in known.op_lines)
    line = next(lines, None) or source_line_at(known.source.filename, known.source.line)
    return locate(error, computation=known.name, line=line)
