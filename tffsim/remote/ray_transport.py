"""Ray as a transport: calls of an actor. A large value is put once, and comes once to each machine that needs it."""

import asyncio
import contextlib
import contextvars
import weakref
from collections.abc import Awaitable, Callable, Generator
from typing import Generic, TypeVar

import grpc
import numpy as np
import ray
from google.protobuf.message import Message
from ray.exceptions import ActorDiedError, RayError, RayTaskError, TaskCancelledError

from tffsim.remote.counted_calls import count_received, count_sent
from tffsim.remote.ray_cluster import said_by_ray
from tffsim.remote.ray_worker import RayWorker
from tffsim.remote.remote_session import Upload
from tffsim.remote.service.ray_actor import Refusal
from tffsim.remote.transport import CallError, Transport
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import Method

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)
_T = TypeVar("_T")
_NO_ACTOR = "it has no actor"


class RayStore:
    """Puts values into the store of a cluster, those that never change once for all workers. For one event loop."""

    def __init__(self) -> None:
        self._known: dict[int, ray.ObjectRef] = {}
        self._lock = asyncio.Lock()

    async def put(self, upload: Upload) -> "ray.ObjectRef":
        """Returns where the buffers of an upload are."""
        if upload.value is None:
            return await _put(upload)
        async with self._lock:
            reference = self._known.get(id(upload.value))
            if reference is None:
                reference = await _put(upload)
                # As long as the value lives, it is known by its identity.
                with contextlib.suppress(TypeError):
                    weakref.finalize(upload.value, self._known.pop, id(upload.value), None).atexit = False
                    self._known[id(upload.value)] = reference
        return reference


async def _put(upload: Upload) -> "ray.ObjectRef":
    count_sent(upload.num_bytes)
    # In a thread: it copies them.
    return await asyncio.to_thread(ray.put, upload.arrays())


class RayTransport(Transport):
    """Carries requests to an actor.

    Args:
        worker: Has the actor.
        store: Where large values are put; one for all workers of a factory.
    """

    advice = "Has the Ray cluster room for them? `ray status` tells."

    def __init__(self, worker: RayWorker, store: RayStore) -> None:
        self.address = worker.name
        self._worker = worker
        self._store = store

    async def open(self) -> None:
        if not self._worker.can_start:
            raise CallError(grpc.StatusCode.UNAVAILABLE, "Ray was shut down")
        await asyncio.to_thread(self._worker.start)

    async def close(self) -> None:
        """Does nothing: actors belong to the factory, and end with it."""

    def forget(self) -> None:
        """Does nothing: what is in the store is there for all workers."""

    def call(self, method: Method[_Request, _Response], request: _Request, timeout: float) -> Awaitable[_Response]:
        def read(content: object) -> _Response:
            assert isinstance(content, bytes)
            count_received(len(content))
            return method.response.FromString(content)

        actor, content = self._worker.actor, request.SerializeToString()
        count_sent(len(content))
        answer = actor.call.remote(method.name, content) if actor is not None else None
        return _Answer(self._worker, actor, answer, timeout, read)

    async def upload(self, upload: Upload, timeout: float) -> None:
        reference = await self._store.put(upload)
        actor, content = self._worker.actor, upload.header().SerializeToString()
        count_sent(len(content))
        answer = actor.take.remote(content, reference) if actor is not None else None
        await _Answer(self._worker, actor, answer, timeout, lambda nothing: None)

    async def fetch(
        self, request: messages.ComputeRequest, num_bytes: int, timeout: float
    ) -> tuple[messages.Value, list[np.ndarray]] | None:
        actor, content = self._worker.actor, request.SerializeToString()
        count_sent(len(content))
        answer = actor.fetch.remote(content) if actor is not None else None
        return await _Answer(self._worker, actor, answer, timeout, _read_fetched)


class _Answer(Generic[_T]):
    """What an actor will answer to a call that has begun.

    Args:
        worker: Has the actor.
        actor: The actor, if there is one.
        answer: Where its answer will be.
        timeout: After how many seconds to give up.
        read: Reads the answer.
    """

    def __init__(
        self,
        worker: RayWorker,
        actor: "ray.ActorHandle | None",
        answer: "ray.ObjectRef | None",
        timeout: float,
        read: Callable[[object], _T],
    ) -> None:
        self._worker = worker
        self._actor = actor
        self._answer = answer
        self._timeout = timeout
        self._read = read
        # What is received is counted for whoever made the call.
        self._context = contextvars.copy_context()

    def __await__(self) -> Generator[object, None, _T]:
        return self._wait().__await__()

    async def _wait(self) -> _T:
        if self._answer is None:
            raise CallError(grpc.StatusCode.UNAVAILABLE, _NO_ACTOR)
        try:
            async with asyncio.timeout(self._timeout):
                answer = await asyncio.wrap_future(self._answer.future())
        except RayError as error:
            raise self._failed(error) from None
        except TimeoutError:
            ray.cancel(self._answer)
            raise CallError(grpc.StatusCode.DEADLINE_EXCEEDED) from None
        except asyncio.CancelledError:
            ray.cancel(self._answer)
            raise
        if isinstance(answer, Refusal):
            raise CallError(grpc.StatusCode[answer.code], answer.details)
        return self._context.run(self._read, answer)

    def _failed(self, error: RayError) -> CallError:
        if isinstance(error, RayTaskError):
            return CallError(grpc.StatusCode.INTERNAL, f"{type(error.cause).__name__}: {error.cause}")
        if isinstance(error, TaskCancelledError):
            return CallError(grpc.StatusCode.CANCELLED, "it was cancelled")
        if isinstance(error, ActorDiedError) and self._actor is not None:
            self._worker.died(self._actor)
        return CallError(grpc.StatusCode.UNAVAILABLE, said_by_ray(error))


def _read_fetched(answer: object) -> tuple[messages.Value, list[np.ndarray]] | None:
    if answer is None:
        return None
    assert isinstance(answer, tuple)
    content, buffers = answer
    count_received(len(content) + sum(buffer.nbytes for buffer in buffers))
    # Nobody may write into what Ray has; and it would stay in the store as long as somebody reads it.
    return messages.Value.FromString(content), [buffer.copy() for buffer in buffers]
