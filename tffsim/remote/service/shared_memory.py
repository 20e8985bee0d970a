"""The memory that a session of a worker shares with its controller: a segment for values, and one for results."""

import asyncio
import hmac

import numpy as np

from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.malformed import MalformedError
from tffsim.remote.wire.memory_segment import MemorySegment
from tffsim.remote.wire.tensors import Buffers, ValueBytesError, read_only
from tffsim.remote.wire.values import buffer_sizes


class SharedMemory:
    """What a session shares with its controller. Belongs to the loop in which requests are answered.

    What is copied is copied in threads: heart-beats do not wait for it. Who copies keeps the segment alive.
    """

    def __init__(self) -> None:
        self._segments: dict[bool, tuple[int, MemorySegment]] = {}

    def share(self, request: messages.ShareMemoryRequest, key: str) -> None:
        """Takes a segment of the controller.

        Args:
            request: Says which.
            key: What the process has handed over that has started this worker; empty if it was started by hand.

        Raises:
            MalformedError: If it is none, or somebody else asks.
        """
        if not key or not hmac.compare_digest(request.key.encode(), key.encode()):
            raise MalformedError("Only the process that has started this worker can share memory with it.")
        segment = MemorySegment.open(request.name, request.num_bytes, is_written=request.is_for_results)
        self._segments[request.is_for_results] = request.segment, segment

    async def take(self, request: messages.TakeFromMemoryRequest, max_bytes: int) -> list[np.ndarray]:
        """Returns copies of the buffers of a value.

        Raises:
            MalformedError: If they are not there.
            ValueBytesError: If there are more bytes than may be.
        """
        sizes = list(buffer_sizes(request.header.value))
        total = sum(sizes)
        if total > max_bytes:
            raise ValueBytesError(total, max_bytes)
        segment = self._segment(request.region, total, is_for_results=False)
        return read_only(await asyncio.to_thread(segment.read, sizes, is_aligned=True))

    async def put(self, region: messages.Region, buffers: Buffers) -> None:
        """Puts the buffers of a result where the controller wants them.

        Raises:
            MalformedError: If they have no room there.
        """
        segment = self._segment(region, buffers.num_bytes, is_for_results=True)
        await asyncio.to_thread(segment.write, buffers.arrays())

    def clear(self) -> None:
        """Lets all of it go."""
        self._segments.clear()

    def _segment(self, region: messages.Region, num_bytes: int, *, is_for_results: bool) -> MemorySegment:
        number, segment = self._segments.get(is_for_results, (0, None))
        if segment is None or number != region.segment:
            raise MalformedError(f"There is no shared memory with the number {region.segment} here.")
        if region.num_bytes != num_bytes or num_bytes > segment.num_bytes:
            raise MalformedError(
                f"{region.num_bytes} of {segment.num_bytes} shared bytes are not the {num_bytes} bytes of the buffers."
            )
        if region.is_last:
            del self._segments[is_for_results]
        return segment
