"""A value that a controller sends to a worker in pieces."""

from collections.abc import AsyncIterator

import numpy as np
from google.protobuf.message import DecodeError

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.pieces import read_piece
from tffsim.remote.wire.tensors import ArrivingBuffers, read_only
from tffsim.remote.wire.values import buffer_sizes


async def arrived_value(
    contents: AsyncIterator[bytes], max_bytes: int
) -> tuple[messages.CreateValueRequest.Header, list[np.ndarray]]:
    """Returns a value that comes in pieces, and its buffers.

    Args:
        contents: The pieces; the first one says what the value is.
        max_bytes: How large it may be.

    Raises:
        MalformedError: If it is none.
        ValueBytesError: If it is larger.
    """
    header: messages.CreateValueRequest.Header | None = None
    arriving: ArrivingBuffers | None = None
    async for content in contents:
        if header is None:
            header = _request(content).header
            arriving = ArrivingBuffers(buffer_sizes(header.value), max_bytes)
        elif arriving is not None:
            piece = read_piece(content)
            arriving.add(piece if piece is not None else _request(content).chunk)
    if header is None or arriving is None:
        raise MalformedError("A value begins with what it is.")
    return header, read_only(arriving.complete())


def _request(content: bytes) -> messages.CreateValueRequest:
    try:
        return messages.CreateValueRequest.FromString(content)
    except DecodeError:
        raise MalformedError("A part of a value is no message.") from None
