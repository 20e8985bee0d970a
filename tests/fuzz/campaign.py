"""Sends nonsense to a worker, and looks how it answers and what it keeps."""

import asyncio
import collections
import gc
import random
import weakref
from typing import Any

import grpc
from federated_language.framework import Executor

from tests.fuzz.requests import MEMORY_KEY, STREAMS_IN, STREAMS_OUT, Request, good_requests, mutated
from tests.unit.remote.conftest import InProcessWorker
from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.remote.service.hosted_data import HostedData
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.memory_segment import MemorySegment

PROPER = {
    grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.RESOURCE_EXHAUSTED,
}  # fmt: skip
_SECONDS = 60.0
_PER_SESSION = 50


class Campaign:
    """Requests to a worker of this process.

    Args:
        seed: Decides which.

    Attributes:
        answers: How often each status was the answer; OK is `OK`.
        improper: Answers that are none a worker should give.
    """

    def __init__(self, seed: int) -> None:
        self.answers: collections.Counter[str] = collections.Counter()
        self.improper: list[str] = []
        self._rng = random.Random(seed)
        self._alive: weakref.WeakSet[Executor] = weakref.WeakSet()
        self._stacks = WorkerStacks(data=HostedData({"numbers": [1, 2]}))
        self._worker = InProcessWorker(self._make, wait_seconds=0.01, memory_key=MEMORY_KEY)
        # Their names stay, so that each session can open them.
        self._memory = [MemorySegment.create(1 << 14) for _ in range(2)]

    async def run(self, count: int) -> None:
        """Sends a number of requests."""
        async with grpc.aio.insecure_channel(self._worker.address) as channel:
            for start in range(0, count, _PER_SESSION):
                await self._session(channel, f"session {start}", min(_PER_SESSION, count - start))

    def close(self) -> int:
        """Ends the worker, and returns how many executors are left."""
        self._worker.close()
        for segment in self._memory:
            segment.unlink()
        gc.collect()
        return len(self._alive)

    def _make(self, *arguments: Any) -> Executor:
        executor = self._stacks.make(*arguments)
        self._alive.add(executor)
        return executor

    async def _session(self, channel: grpc.aio.Channel, name: str, count: int) -> None:
        requests = await self._begin(channel, name)
        for _ in range(count):
            request = self._rng.choice(requests)
            if self._rng.random() < 0.8:
                request = mutated(request, self._rng)
            await self._send(channel, request)
        # The worker is well: what is right is answered, whatever came before.
        for request in await self._begin(channel, name):
            assert await self._send(channel, request), request.method
        self._worker.service.close()

    async def _begin(self, channel: grpc.aio.Channel, name: str) -> list[Request]:
        """Returns good requests to a new executor."""
        begin, make, *_ = good_requests(name, "", self._memory)
        await self._send(channel, begin)
        (made,) = await self._send(channel, make)
        return good_requests(name, messages.GetExecutorResponse.FromString(made).executor, self._memory)

    async def _send(self, channel: grpc.aio.Channel, request: Request) -> list[bytes]:
        method = f"/tffsim.remote.Executor/{request.method}"
        try:
            if request.method == STREAMS_IN:
                answer = [await channel.stream_unary(method)(iter(request.messages), timeout=_SECONDS)]
            elif request.method == STREAMS_OUT:
                answer = [part async for part in channel.unary_stream(method)(request.messages[0], timeout=_SECONDS)]
            else:
                answer = [await channel.unary_unary(method)(request.messages[0], timeout=_SECONDS)]
        except grpc.aio.AioRpcError as error:
            self.answers[error.code().name] += 1
            # gRPC itself answers what is no message at all.
            if error.code() not in PROPER and "DecodeError" not in str(error.details()):
                self.improper.append(f"{request.method}: {error.code().name}: {error.details()}")
            return []
        self.answers["OK"] += 1
        return answer


def run_campaign(count: int, seed: int) -> tuple[Campaign, int]:
    """Sends requests to a new worker; returns the campaign, and how many executors it left behind."""
    campaign = Campaign(seed)
    try:
        asyncio.run(campaign.run(count))
    finally:
        left = campaign.close()
    return campaign, left
