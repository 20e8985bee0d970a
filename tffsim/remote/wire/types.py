"""Types as they are sent: their serialised protos. The same type is read and written once."""

import functools

import federated_language as fl
from federated_language.proto import computation_pb2 as pb

from tffsim.remote.wire.malformed import MalformedError


@functools.lru_cache(maxsize=4096)
def type_bytes(type_spec: fl.Type) -> bytes:
    """Returns a type in the form in which it is sent."""
    return bytes(type_spec.to_proto().SerializeToString(deterministic=True))


@functools.lru_cache(maxsize=4096)
def type_of(content: bytes) -> fl.Type:
    """Returns the type in a message.

    Raises:
        MalformedError: If it is none.
    """
    try:
        return fl.Type.from_proto(pb.Type.FromString(content))
    except Exception:
        raise MalformedError("The type of a value cannot be read.") from None
