"""A worker in this process, for tests of both its sides."""

import asyncio

import pytest

from tffsim.concurrency.loop_in_thread import LoopInThread
from tffsim.executor_stacks.worker import WorkerStacks
from tffsim.remote.channels import ChannelSecurity, channel_loop
from tffsim.remote.grpc_transport import GrpcTransport
from tffsim.remote.service.allowed_operations import check_operations
from tffsim.remote.service.credentials import WorkerCredentials
from tffsim.remote.service.executor_service import ExecutorService
from tffsim.remote.service.known_computations import KnownComputations
from tffsim.remote.service.worker_server import WorkerServer
from tffsim.remote.workers import Workers


class InProcessWorker:
    """A worker whose server runs in a thread of this process."""

    def __init__(self, make_executor=None, **options):
        self._loop = LoopInThread("tests-worker")
        options = {"lease_seconds": 600.0, "max_value_bytes": 4_000_000, **options}
        self.service = ExecutorService(
            make_executor or WorkerStacks().make, KnownComputations(check_operations), **options
        )
        self.address = f"127.0.0.1:{self._loop.submit(self._start()).result(60)}"

    def close(self):
        self._loop.loop.call_soon_threadsafe(self._server.stop)
        self._serving.result(60)
        self._loop.stop()
        self._loop.join()

    async def _start(self):
        self._server = WorkerServer(self.service, "127.0.0.1", 0, WorkerCredentials())
        port = await self._server.start()
        self._serving = self._loop.submit(self._server.run_until_stopped(0))
        return port


@pytest.fixture(scope="package")
def worker():
    started = InProcessWorker()
    yield started
    started.close()


@pytest.fixture
def make_workers():
    made = []

    def make(*addresses, **options):
        transports = [GrpcTransport(address, ChannelSecurity()) for address in addresses]
        made.append(Workers(transports, **{"connect_timeout": 20.0, **options}))
        return made[-1]

    yield make
    for workers in made:
        asyncio.run(workers.close())


@pytest.fixture
def call(worker):
    """Returns a function that makes a raw call of the worker: the name of the method, and the request's bytes."""
    import grpc

    def make_call(method, content, kind="unary_unary"):
        async def answer():
            async with grpc.aio.insecure_channel(worker.address) as channel:
                made = getattr(channel, kind)(f"/tffsim.remote.Executor/{method}")
                if kind == "stream_unary":
                    return await made(iter(content), timeout=60)
                if kind == "unary_stream":
                    return [part async for part in made(content, timeout=60)]
                return await made(content, timeout=60)

        return channel_loop().submit(answer()).result(120)

    return make_call
