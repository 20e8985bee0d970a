"""Counts the bytes of messages where they are serialised: what goes over the wire, without the frames around it.

Whoever makes a call says where its bytes are counted (`counting`). What carries it, gRPC or another transport,
says how many there are (`count_sent`, `count_received`), retries and pieces of streams included.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

import grpc

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire import executor_pb2_grpc
from tffsim.remote.wire.methods import path_of
from tffsim.tracing.recording.wire_bytes import OTHERS, WireBytes

_Message = TypeVar("_Message")
_counted: contextvars.ContextVar[tuple[WireBytes, int] | None] = contextvars.ContextVar("tffsim_wire", default=None)


@contextlib.contextmanager
def counting(wire: WireBytes, node: int = OTHERS) -> Iterator[None]:
    """Calls that begin in the block are counted.

    Args:
        wire: Where.
        node: The AST node whose values they bring; by default it is nobody's.
    """
    token = _counted.set((wire, node))
    try:
        yield
    finally:
        _counted.reset(token)


@contextlib.contextmanager
def values_of(node: int) -> Iterator[None]:
    """Calls that begin in the block bring values of an AST node."""
    counted = _counted.get()
    with counting(counted[0], node) if counted is not None else contextlib.nullcontext():
        yield


def count_sent(num_bytes: int) -> None:
    """Counts a message that is sent for the call that is made here."""
    counted = _counted.get()
    if counted is not None:
        counted[0].sent(num_bytes, counted[1])


def count_received(num_bytes: int) -> None:
    """Counts a message that was received for it."""
    counted = _counted.get()
    if counted is not None:
        counted[0].received(num_bytes, counted[1])


def counted_stub(channel: grpc.aio.Channel) -> executor_pb2_grpc.ExecutorStub:
    """Returns the calls of a worker over a channel of gRPC, which are counted.

    Of those that bring large values, the pieces are bytes: see `pieces`.
    """
    counted = cast(grpc.aio.Channel, _Counted(channel))
    stub = executor_pb2_grpc.ExecutorStub(counted)
    answer, request = messages.CreateValueResponse.FromString, messages.ComputeRequest.SerializeToString
    stub.CreateValue = counted.stream_unary(path_of("CreateValue"), bytes, answer)
    stub.Compute = counted.unary_stream(path_of("Compute"), request, bytes)
    return stub


class _Counted:
    """Makes the calls of a channel such that they count."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    def __getattr__(self, kind: str) -> Callable[..., object]:
        make = getattr(self._channel, kind)

        def make_counted(
            method: str,
            request_serializer: Callable[[object], bytes],
            response_deserializer: Callable[[bytes], object],
            **options: object,
        ) -> object:
            return make(
                method,
                request_serializer=_counting_sent(request_serializer),
                response_deserializer=_counting_received(response_deserializer),
                **options,
            )

        return make_counted


def _counting_sent(serialize: Callable[[_Message], bytes]) -> Callable[[_Message], bytes]:
    def serialize_and_count(message: _Message) -> bytes:
        content = serialize(message)
        count_sent(len(content))
        return content

    return serialize_and_count


def _counting_received(deserialize: Callable[[bytes], _Message]) -> Callable[[bytes], _Message]:
    def count_and_deserialize(content: bytes) -> _Message:
        count_received(len(content))
        return deserialize(content)

    return count_and_deserialize
