"""A channel of gRPC that somebody else has made, as a transport. Who made it closes it.

Such a channel belongs to no event loop: its calls end in threads of gRPC, and are waited for in the loop of channels.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Iterator
from typing import TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.arriving_result import ArrivingResult
from tffsim.remote.counted_calls import count_received, count_sent
from tffsim.remote.remote_session import Upload
from tffsim.remote.transport import CallError, Transport
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import Method, path_of

_T = TypeVar("_T")
_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)
_numbers = itertools.count(1)


class GivenChannel(Transport):
    """Carries requests over a channel that the caller has made, secured and given options.

    Args:
        channel: The channel.
        metadata: What each call brings along.
    """

    advice = "Start them with `tffsim worker`, and check where the channels lead."

    def __init__(self, channel: grpc.Channel, metadata: tuple[tuple[str, str], ...]) -> None:
        # No channel tells its address, and two may lead to the same one.
        self.address = f"channel {next(_numbers)}"
        self._channel = channel
        self._metadata = metadata

    async def open(self) -> None:
        """It is open."""

    async def close(self) -> None:
        """It stays open: others may use it."""

    def forget(self) -> None:
        """It has kept nothing."""

    def call(self, method: Method[_Request, _Response], request: _Request, timeout: float) -> Awaitable[_Response]:
        content = request.SerializeToString()
        count_sent(len(content))
        call = self._channel.unary_unary(path_of(method.name))
        begun = call.future(content, timeout=timeout, metadata=self._metadata, wait_for_ready=False)
        return _answer(_waiter(begun), method.response)

    async def upload(self, upload: Upload, timeout: float) -> None:
        num_bytes = 0

        def contents() -> Iterator[bytes]:
            nonlocal num_bytes
            for content in upload.requests():
                num_bytes += len(content)
                yield content

        call = self._channel.stream_unary(path_of("CreateValue"))
        try:
            answer = await _waiter(call.future(contents(), timeout=timeout, metadata=self._metadata))
            count_received(len(answer))
        finally:
            count_sent(num_bytes)

    async def fetch(
        self, request: messages.ComputeRequest, num_bytes: int, timeout: float
    ) -> tuple[messages.Value, list[np.ndarray]] | None:
        content = request.SerializeToString()
        count_sent(len(content))
        call = self._channel.unary_stream(path_of("Compute"))
        answers = call(content, timeout=timeout, metadata=self._metadata)
        try:
            fetched, num_bytes = await asyncio.to_thread(_read, answers)
        except asyncio.CancelledError:
            answers.cancel()  # Otherwise the thread would wait for the rest.
            raise
        except grpc.RpcError as error:
            raise _call_error(error) from None
        count_received(num_bytes)
        return fetched


def _waiter(begun: "grpc.Future[_T]") -> "asyncio.Future[_T]":
    """Returns what a loop can wait for, in place of what a thread can wait for."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[_T] = loop.create_future()

    def settle() -> None:
        if waiter.done():
            return
        error = None if begun.cancelled() else begun.exception()
        if begun.cancelled():
            waiter.set_exception(CallError(grpc.StatusCode.CANCELLED, "The call was cancelled."))
        elif error is not None:
            waiter.set_exception(_call_error(error))
        else:
            waiter.set_result(begun.result())

    def cancel(waiter: "asyncio.Future[_T]") -> None:
        if waiter.cancelled():
            begun.cancel()

    waiter.add_done_callback(cancel)
    begun.add_done_callback(lambda _: loop.call_soon_threadsafe(settle))
    return waiter


async def _answer(content: Awaitable[bytes], response: type[_Response]) -> _Response:
    received = await content
    count_received(len(received))
    return response.FromString(received)


def _read(answers: Iterator[bytes]) -> tuple[tuple[messages.Value, list[np.ndarray]] | None, int]:
    """Reads a large result; returns it, and how many bytes its messages had."""
    arriving, num_bytes = ArrivingResult(), 0
    for content in answers:
        num_bytes += len(content)
        if not arriving.add(content):
            return None, num_bytes
    return arriving.complete(), num_bytes


def _call_error(error: BaseException) -> CallError:
    if isinstance(error, grpc.Call):
        return CallError(error.code(), str(error.details() or ""))
    return CallError(grpc.StatusCode.UNAVAILABLE, str(error))
