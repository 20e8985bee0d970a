"""gRPC as a transport: one channel per worker, and large values in pieces of 1 MB."""

import asyncio
import contextlib
from collections.abc import Awaitable, Generator
from typing import Generic, NoReturn, TypeVar

import grpc
import numpy as np
from google.protobuf.message import Message

from tffsim.remote.arriving_result import ArrivingResult
from tffsim.remote.channels import ChannelSecurity, open_channel
from tffsim.remote.counted_calls import counted_stub
from tffsim.remote.remote_session import Upload
from tffsim.remote.transport import CallError, Transport
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire.methods import Method

_T = TypeVar("_T")
_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


class GrpcTransport(Transport):
    """Carries requests over a channel of gRPC.

    Args:
        address: Where the worker listens.
        security: How the channel is secured.
    """

    advice = "Start them with `tffsim worker`, and check the addresses."

    def __init__(self, address: str, security: ChannelSecurity) -> None:
        self.address = address
        self._security = security
        self._channel: grpc.aio.Channel | None = None

    async def open(self) -> None:
        if self._channel is None:
            self._channel = await open_channel(self.address, self._security)
            self._stub = counted_stub(self._channel)

    async def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    def forget(self) -> None:
        """It has kept nothing."""

    def call(self, method: Method[_Request, _Response], request: _Request, timeout: float) -> Awaitable[_Response]:
        callable_: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response] = getattr(self._stub, method.name)
        metadata = self._security.metadata
        return _Answer(callable_(request, timeout=timeout, metadata=metadata, wait_for_ready=False))

    async def upload(self, upload: Upload, timeout: float) -> None:
        call = self._stub.CreateValue(timeout=timeout, metadata=self._security.metadata)
        try:
            # If the worker refuses in the middle, `call` says why.
            with contextlib.suppress(asyncio.InvalidStateError):
                for request in upload.requests():
                    await call.write(request)
                await call.done_writing()
            await call
        except grpc.aio.AioRpcError as error:
            _fail(error)

    async def fetch(
        self, request: messages.ComputeRequest, num_bytes: int, timeout: float
    ) -> tuple[messages.Value, list[np.ndarray]] | None:
        arriving = ArrivingResult()
        try:
            async for response in self._stub.Compute(request, timeout=timeout, metadata=self._security.metadata):
                if not arriving.add(response):
                    return None
        except grpc.aio.AioRpcError as error:
            _fail(error)
        return arriving.complete()


class _Answer(Generic[_T]):
    """The answer to a call that has begun."""

    __slots__ = ("_call",)

    def __init__(self, call: "grpc.aio.UnaryUnaryCall[_T]") -> None:
        self._call = call

    def __await__(self) -> Generator[object, None, _T]:
        try:
            return (yield from self._call.__await__())
        except grpc.aio.AioRpcError as error:
            _fail(error)


def _fail(error: grpc.aio.AioRpcError) -> NoReturn:
    raise CallError(error.code(), str(error.details() or "")) from None
