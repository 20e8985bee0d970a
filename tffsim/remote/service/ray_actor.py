"""The service of a worker in an actor of Ray, which calls it instead of gRPC. Nothing here needs Ray itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, NoReturn, TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.service.refusals import CallContext
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import REQUESTS

_T = TypeVar("_T")


class Refusal(NamedTuple):
    """Why a call was refused.

    Attributes:
        code: The name of one of the codes of gRPC.
        details: The same, in words.
    """

    code: str
    details: str


class RayActor:
    """Serves an `ExecutorService` in the event loop of an actor.

    What it is sent and what it returns are the bytes of messages, and arrays. Large arrays are in the memory that all
    processes of a machine share, and nobody may write into them.

    Args:
        make_service: Makes the service.
        find_machine: Returns Ray's name for the machine.
    """

    def __init__(self, make_service: Callable[[], ExecutorService], find_machine: Callable[[], str]) -> None:
        self._service = make_service()
        self._find_machine = find_machine
        self._leases: asyncio.Task[None] | None = None

    async def machine(self) -> str:
        """Returns Ray's name for the machine, when the service is there."""
        return self._find_machine()

    async def call(self, name: str, content: bytes) -> bytes | Refusal:
        """Calls a method that takes one message and returns one.

        Args:
            name: That of the method, as in `executor.proto`.
            content: The message.
        """
        if self._leases is None:
            self._leases = asyncio.create_task(self._service.end_leases())
        method: Callable[[Message, CallContext], Awaitable[Message]] = getattr(self._service, name)
        answer = await _or_refusal(method(REQUESTS[name].FromString(content), _CALL))
        return answer if isinstance(answer, Refusal) else answer.SerializeToString()

    async def take(self, content: bytes, buffers: list[np.ndarray]) -> Refusal | None:
        """Takes a value.

        Args:
            content: The message that says what it is.
            buffers: Its buffers.
        """
        header = messages.CreateValueRequest.Header.FromString(content)
        answer = await _or_refusal(self._service.take(header, buffers, _CALL))
        return answer if isinstance(answer, Refusal) else None

    async def fetch(self, content: bytes) -> tuple[bytes, list[np.ndarray]] | Refusal | None:
        """Returns a large result and its buffers; None if it is not there any more.

        Args:
            content: The message that says which.
        """
        answer = await _or_refusal(self._service.computed(messages.ComputeRequest.FromString(content), _CALL))
        if isinstance(answer, Refusal):
            return answer
        if isinstance(answer, messages.Failure):
            return None
        value, buffers = answer
        return value.SerializeToString(), buffers.arrays()


class _RefusedError(Exception):
    """Ends a call that is refused."""


class _Call:
    """What the service needs to know of a call."""

    async def abort(self, code: grpc.StatusCode, details: str = "") -> NoReturn:
        raise _RefusedError(Refusal(code.name, details))


_CALL = _Call()


async def _or_refusal(work: Awaitable[_T]) -> _T | Refusal:
    try:
        return await work
    except _RefusedError as error:
        (refusal,) = error.args
        assert isinstance(refusal, Refusal)
        return refusal
