"""The server of a worker: it listens, says that it is ready, and ends when it is told to."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Mapping

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tffsim.remote.service.credentials import TokenInterceptor, WorkerCredentials
from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.wire import executor_pb2 as messages
from tffsim.remote.wire import executor_pb2_grpc
from tffsim.remote.wire.protocol import MAX_MESSAGE_BYTES, SERVICE

# After the work has ended, for what is still on its way to a controller.
_SECONDS_FOR_ANSWERS = 1.0
_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),
    # Controllers ask every few seconds whether a connection still stands.
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.keepalive_permit_without_calls", 1),
)


class WorkerServer:
    """Serves an `ExecutorService`.

    Args:
        service: What it serves.
        address: Where it listens, such as `127.0.0.1`.
        port: The port; 0 takes a free one.
        credentials: Who may call.

    Raises:
        ValueError: If the credentials do not suffice for the address.
    """

    def __init__(self, service: ExecutorService, address: str, port: int, credentials: WorkerCredentials) -> None:
        credentials.check(address)
        self._service = service
        self._address = address
        self._port = port
        self._credentials = credentials
        self._stopped = asyncio.Event()
        self._health = health.aio.HealthServicer()

    async def start(self) -> int:
        """Begins to listen, and returns the port.

        Raises:
            OSError: If the port is taken, or this machine has no such address.
        """
        token = self._credentials.token
        interceptors = [TokenInterceptor(token)] if token is not None else []
        self._server = grpc.aio.server(interceptors=interceptors, options=_OPTIONS)
        self._server.add_generic_rpc_handlers((_handler_of(self._service),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        host = f"[{self._address}]" if ":" in self._address else self._address
        credentials, target = self._credentials.of_server(), f"{host}:{self._port}"
        try:
            if credentials is None:
                port: int = self._server.add_insecure_port(target)
            else:
                port = self._server.add_secure_port(target, credentials)
        except RuntimeError as error:
            raise OSError(
                f"The address {target} cannot be used. Is the port taken? Choose another: `--port 0`. "
                "Or is it an address of another machine?"
            ) from error
        await self._server.start()
        await self._set_health(health_pb2.HealthCheckResponse.SERVING)
        self._leases = asyncio.create_task(self._service.end_leases())
        return port

    async def run_until_stopped(self, drain_seconds: float) -> None:
        """Serves until `stop`; then lets calls that are under way end.

        Args:
            drain_seconds: For how long at most.
        """
        await self._stopped.wait()
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self._service.drain(drain_seconds)
        await self._server.stop(min(_SECONDS_FOR_ANSWERS, drain_seconds))
        self._leases.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._leases
        self._service.close()

    def stop(self) -> None:
        """Ends the service; called a second time, at once."""
        if self._stopped.is_set():
            os._exit(1)
        self._stopped.set()

    async def _set_health(self, status: int) -> None:
        for service in ("", SERVICE):
            await self._health.set(service, status)


class _Handlers:
    """Takes the handlers of the generated code, in place of a server."""

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """They are the same."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, grpc.RpcMethodHandler]) -> None:
        self.by_name = handlers


def _handler_of(service: ExecutorService) -> grpc.GenericRpcHandler:
    """Returns what handles the calls of a service, which gets and gives large values as bytes: see `pieces`."""
    generated = _Handlers()
    executor_pb2_grpc.add_ExecutorServicer_to_server(service, generated)
    answer, request = messages.CreateValueResponse.SerializeToString, messages.ComputeRequest.FromString
    large_values = {
        "CreateValue": grpc.stream_unary_rpc_method_handler(service.CreateValue, bytes, answer),
        "Compute": grpc.unary_stream_rpc_method_handler(service.Compute, request, bytes),
    }
    return grpc.method_handlers_generic_handler(SERVICE, {**generated.by_name, **large_values})


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Calls a function in the running loop when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def end_with(pipe: object) -> None:
    """Ends the process at once when whoever holds the other end of a pipe is gone.

    Args:
        pipe: The number of a file that can be read, and never says anything.
    """

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(int(str(pipe)), 1024):
                pass
        os._exit(0)

    threading.Thread(target=watch, name="tffsim-parent", daemon=True).start()
