"""The part of gRPC's asyncio that tffsim uses."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from typing import Generic, NoReturn, TypeVar

from grpc import (
    ChannelCredentials,
    GenericRpcHandler,
    HandlerCallDetails,
    RpcMethodHandler,
    ServerCredentials,
    StatusCode,
)

_Request = TypeVar("_Request", contravariant=True)
_Response = TypeVar("_Response", covariant=True)
_T = TypeVar("_T")
_R = TypeVar("_R")

class AioRpcError(Exception):
    def code(self) -> StatusCode: ...
    def details(self) -> str | None: ...

class ServicerContext:
    async def abort(self, code: StatusCode, details: str = ...) -> NoReturn: ...

class UnaryUnaryCall(Generic[_T]):
    def __await__(self) -> Generator[object, None, _T]: ...

class StreamUnaryCall(Generic[_Request, _T]):
    def __await__(self) -> Generator[object, None, _T]: ...
    async def write(self, request: _Request) -> None: ...
    async def done_writing(self) -> None: ...

class UnaryUnaryMultiCallable(Generic[_Request, _Response]):
    def __call__(
        self,
        request: _Request,
        *,
        timeout: float | None = ...,
        metadata: Sequence[tuple[str, str]] = ...,
        wait_for_ready: bool = ...,
    ) -> UnaryUnaryCall[_Response]: ...

class UnaryStreamMultiCallable(Generic[_Request, _Response]):
    def __call__(
        self, request: _Request, *, timeout: float | None = ..., metadata: Sequence[tuple[str, str]] = ...
    ) -> AsyncIterator[_Response]: ...

class StreamUnaryMultiCallable(Generic[_Request, _Response]):
    def __call__(
        self, *, timeout: float | None = ..., metadata: Sequence[tuple[str, str]] = ...
    ) -> StreamUnaryCall[_Request, _Response]: ...

class Channel:
    def stream_unary(
        self, method: str, request_serializer: Callable[[_T], bytes], response_deserializer: Callable[[bytes], _R]
    ) -> StreamUnaryMultiCallable[_T, _R]: ...
    def unary_stream(
        self, method: str, request_serializer: Callable[[_T], bytes], response_deserializer: Callable[[bytes], _R]
    ) -> UnaryStreamMultiCallable[_T, _R]: ...
    async def close(self, grace: float | None = ...) -> None: ...

class Server:
    def add_generic_rpc_handlers(self, generic_rpc_handlers: Sequence[GenericRpcHandler]) -> None: ...
    def add_insecure_port(self, address: str) -> int: ...
    def add_secure_port(self, address: str, server_credentials: ServerCredentials) -> int: ...
    async def start(self) -> None: ...
    async def stop(self, grace: float | None) -> None: ...

class ServerInterceptor:
    async def intercept_service(
        self,
        continuation: Callable[[HandlerCallDetails], Awaitable[RpcMethodHandler | None]],
        handler_call_details: HandlerCallDetails,
    ) -> RpcMethodHandler | None: ...

Options = Sequence[tuple[str, int]]

def server(*, interceptors: Sequence[ServerInterceptor] = ..., options: Options = ...) -> Server: ...
def insecure_channel(target: str, options: Options = ...) -> Channel: ...
def secure_channel(target: str, credentials: ChannelCredentials, options: Options = ...) -> Channel: ...
