"""A large result that comes from a worker in parts."""

import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.pieces import read_piece
from tffsim.remote.wire.tensors import ArrivingBuffers
from tffsim.remote.wire.values import buffer_sizes

_MAX_BYTES = 1 << 40


class ArrivingResult:
    """Takes the parts of a result."""

    def __init__(self) -> None:
        self._value = messages.Value()
        self._buffers = ArrivingBuffers((), 0)

    def add(self, content: bytes) -> bool:
        """Takes the next message; returns whether it is a part: who has the result no more sends another thing."""
        chunk = read_piece(content)
        if chunk is not None:
            self._buffers.add(chunk)
            return True
        response = messages.ComputeResponse.FromString(content)
        part = response.WhichOneof("part")
        if part == "value":
            self._value = response.value
            self._buffers = ArrivingBuffers(buffer_sizes(self._value), _MAX_BYTES)
        elif part == "chunk":
            self._buffers.add(response.chunk)
        return part in ("value", "chunk")

    def complete(self) -> tuple[messages.Value, list[np.ndarray]]:
        """Returns the result, and its buffers."""
        return self._value, self._buffers.complete()
