"""What calls to workers on this machine cost: beside bare gRPC, the local stack, and one worker in place of two.

Run it alone: `python -m tests.benchmarks.remote_calls`. All contenders of a row take turns in one process; a ratio is
the median over the turns.
"""

import asyncio
import contextlib
import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.benchmarks import echo_server, workloads
from tests.benchmarks.turns import Ratio, ratio_of

_LARGE = 10_000_000
_PIECE_BYTES = 1 << 20
_TURNS_OF_SMALL, _TURNS = 300, 9
_FIRST_TURNS, _FIRST_TURNS_OF_LARGE = 3, 10
"""They do not count. A virtual machine is slow to give memory that it has not had: seven values of 40 MB go there."""
_LONG_CLIENTS = 64
"""Two blocks of a fold: clients of one block that several workers share are folded one after the other."""
_EXAMPLES_OF_LONG_CLIENTS = 10_000
"""With 500 batches in place of 4, a client of W2 takes more than 20 ms."""

Row = tuple[str, str, str]


def rows(*, with_ray: bool = True) -> Iterator[Row]:
    """Yields what was measured, what came out, and what it may be."""
    import tffsim as tff

    yield _start()
    with tff.local_workers(2) as workers, _server("echo_server") as port:
        echo = _Echo(port)
        yield from _small_call(workers.addresses[0], echo)
        yield _large_values(workers, echo)
        yield _many_clients(workers)
        if with_ray:
            yield _ray(workers)
        # The last one: each of the workers has one core from then on.
        yield _two_workers(workers)


def in_turns(
    contenders: Mapping[str, Callable[[], object]], num_turns: int, num_first: int = _FIRST_TURNS
) -> dict[str, list[float]]:
    """Lets functions take turns, in rotated order, and returns their seconds; the first turns do not count."""
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(num_turns + num_first):
        shift = turn % len(names)
        for name in [*names[shift:], *names[:shift]]:
            start = time.perf_counter()
            contenders[name]()
            if turn >= num_first:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def _told(found: Ratio, seconds: list[float]) -> str:
    return f"{found} of {1e3 * statistics.median(seconds):.3g} ms"


class _Bare:
    """A connection to a bare server, in the loop of the channels.

    Args:
        port: Where it listens.
        method: What it does with one message.
    """

    def __init__(self, port: int, method: str) -> None:
        import grpc

        from tffsim.remote.channels import channel_loop

        self._loop = channel_loop()

        async def connected() -> "grpc.aio.Channel":
            return grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=echo_server.OPTIONS)

        self._channel = self._loop.submit(connected()).result()
        self._one = self._channel.unary_unary(method)

    def one(self, request: bytes) -> float:
        """Sends a request; returns the seconds from its beginning to its answer, seen by the loop."""

        async def call() -> float:
            start = time.perf_counter()
            await self._one(request)
            return time.perf_counter() - start

        return float(self._loop.submit(call()).result())


class _Echo(_Bare):
    """A connection to the echo server."""

    def __init__(self, port: int) -> None:
        super().__init__(port, f"/{echo_server.SERVICE}/{echo_server.ONE}")
        self._many = self._channel.stream_stream(f"/{echo_server.SERVICE}/{echo_server.MANY}")

    def many(self, data: memoryview, target: Any) -> None:
        """Sends data in pieces, and writes what comes back into an array of bytes."""

        async def call() -> None:
            import numpy as np

            stream = self._many()

            async def write() -> None:
                for first in range(0, data.nbytes, _PIECE_BYTES):
                    await stream.write(bytes(data[first : first + _PIECE_BYTES]))
                await stream.done_writing()

            async def read() -> None:
                first = 0
                async for piece in stream:
                    target[first : first + len(piece)] = np.frombuffer(piece, np.uint8)
                    first += len(piece)

            await asyncio.gather(write(), read())

        self._loop.submit(call()).result()


@contextlib.contextmanager
def _server(module: str) -> Iterator[int]:
    """Runs a module that is a bare server; yields its port."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def _start() -> Row:
    import tffsim as tff

    def ours() -> None:
        with tff.local_workers(2) as workers:
            ready.append(time.perf_counter())
            assert len(workers.addresses) == 2

    def bare() -> float:
        start = time.perf_counter()
        for process in [subprocess.Popen([sys.executable, "-c", "import tensorflow"]) for _ in range(2)]:
            process.wait()
        return time.perf_counter() - start

    ready: list[float] = []
    seconds: tuple[list[float], list[float]] = ([], [])
    bare()  # From now on the files are in memory.
    for _ in range(3):
        start = time.perf_counter()
        ours()
        seconds[0].append(ready[-1] - start)
        seconds[1].append(bare())
    return "two local workers are ready / two imports of TensorFlow", _told(ratio_of(*seconds), seconds[1]), "≤ 1.2"


def _small_call(address: str, echo: _Echo) -> Iterator[Row]:
    """One message that makes a number, calls a function and computes the result, and an echo of the same bytes.

    And beside the same echo, the least that a worker can do: a bare server that calls the function. All as the loop of
    the channels sees it.
    """
    import federated_language as fl
    import numpy as np

    import tffsim as tff
    from tffsim.language import building_blocks
    from tffsim.remote.remote_executor import RemoteExecutor
    from tffsim.remote.wire.methods import BATCH, path_of
    from tffsim.remote.worker_connection import WorkerConnection

    increment = building_blocks.to_proto(tff.tf_computation(lambda x: x + 1, np.int32))
    run, took = WorkerConnection.run, []
    request, response_bytes = b"", 0

    async def timed(connection: WorkerConnection, program: Any, what: str) -> Any:
        nonlocal request, response_bytes
        start = time.perf_counter()
        response = await run(connection, program, what)
        took.append(time.perf_counter() - start)
        request, response_bytes = program.request.SerializeToString(), response.message.ByteSize()
        return response

    async def incremented(executor: RemoteExecutor) -> None:
        function = await executor.create_value(increment)
        one = await executor.create_value(np.int32(1), fl.TensorType(np.int32))
        assert await (await executor.create_call(function, one)).compute() == 2

    with contextlib.closing(tff.remote_executor_factory([address])) as factory:
        (connection,) = asyncio.run(factory.workers.prepare())
        executor = RemoteExecutor(factory.workers, connection, 0, 1, 1)
        WorkerConnection.run = timed  # type: ignore[method-assign]
        try:
            for _ in range(2):
                asyncio.run(incremented(executor))
            echoed = response_bytes.to_bytes(8, "little").ljust(len(request))
            ours = _beside_echo(lambda: asyncio.run(incremented(executor)), took, lambda: echo.one(echoed))
        finally:
            WorkerConnection.run = run  # type: ignore[method-assign]
        executor.close()
    sizes = f"unary echo of {len(request)} and {response_bytes} bytes"
    yield f"create, call, compute at a worker / {sizes}", ours, "≤ 1.5"
    with _server("bare_worker") as port:
        bare, took = _Bare(port, path_of(BATCH.name)), []
        barely = _beside_echo(lambda: took.append(bare.one(request)), took, lambda: echo.one(echoed))
    yield "a bare server that calls the function / the same echo", barely, ""


def _beside_echo(call: Callable[[], object], took: list[float], echo: Callable[[], float]) -> str:
    """Lets a call, which notes its seconds itself, and an echo take turns."""
    echoed: list[float] = []
    in_turns({"call": call, "echo": lambda: echoed.append(echo())}, _TURNS_OF_SMALL)
    return _told(ratio_of(took[-_TURNS_OF_SMALL:], echoed[-_TURNS_OF_SMALL:]), echoed)


def _large_values(workers: Any, echo: _Echo) -> Row:
    import numpy as np

    import tffsim as tff

    total = tff.federated_computation(
        tff.federated_sum, tff.FederatedType(tff.TensorType(np.float32, [_LARGE]), tff.CLIENTS)
    )
    values, target = np.ones(_LARGE, np.float32), np.empty(4 * _LARGE, np.uint8)
    # Who knows the addresses only cannot know that the workers are on this machine.
    with contextlib.closing(tff.remote_executor_factory(workers.addresses[:1])) as by_address:
        messages = tff.SyncExecutionContext(by_address)
        seconds = in_turns(
            {
                # A worker keeps what is alive here: a new array is sent each time.
                "messages": lambda: messages.invoke(total, [values.copy()]),
                "echo": lambda: echo.many(memoryview(values.copy()).cast("B"), target),
            },
            _TURNS,
            _FIRST_TURNS_OF_LARGE,
        )
    found = ratio_of(seconds["messages"], seconds["echo"])
    return "40 MB to a worker and back / streamed echo", _told(found, seconds["echo"]), "≤ 1.3"


def _many_clients(workers: Any) -> Row:
    import tffsim as tff
    from tests.benchmarks.contenders import tffsim_round

    run = tffsim_round.round_of(workloads.WORKLOADS["W1"], 1000)
    with contextlib.closing(tff.remote_executor_factory(workers)) as factory:
        remote, local = tff.SyncExecutionContext(factory), tff.SyncExecutionContext(tff.local_executor_factory())
        seconds = in_turns({"remote": _within(remote, run, None), "local": _within(local, run, None)}, 2 * _TURNS)
    found = ratio_of(seconds["remote"], seconds["local"])
    return "W1, 1000 clients, two workers / local", _told(found, seconds["local"]), "≤ 3"


def _two_workers(workers: Any) -> Row:
    import tffsim as tff
    from tests.benchmarks.contenders import tffsim_round

    work = dataclasses.replace(_mlp(), sizes=(_EXAMPLES_OF_LONG_CLIENTS,))
    run, weights = tffsim_round.round_of(work, _LONG_CLIENTS), workloads.initial_weights(work)
    for process, core in zip(workers.processes, sorted(os.sched_getaffinity(0)), strict=False):
        for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})
    with (
        contextlib.closing(tff.remote_executor_factory(workers)) as both,
        contextlib.closing(tff.remote_executor_factory(workers.addresses[:1])) as one,
    ):
        contexts = {name: tff.SyncExecutionContext(factory) for name, factory in (("two", both), ("one", one))}
        seconds = in_turns({name: _within(context, run, weights) for name, context in contexts.items()}, _TURNS)
    found = ratio_of(seconds["one"], seconds["two"])
    milliseconds = 1e3 * statistics.median(seconds["one"]) / _LONG_CLIENTS
    name = f"W2, {_LONG_CLIENTS} clients of {milliseconds:.0f} ms, one worker / two, a core each"
    return name, _told(found, seconds["two"]), "≥ 1.6"


def _ray(workers: Any) -> Row:
    import tffsim as tff
    from tests.benchmarks.contenders import tffsim_round

    work, name = _mlp(), "W2, 100 clients, two workers of Ray / two of gRPC"
    run, weights = tffsim_round.round_of(work, 100), workloads.initial_weights(work)
    with (
        contextlib.closing(tff.remote_executor_factory(workers)) as factory,
        contextlib.closing(tff.ray_executor_factory(2)) as actors,
    ):
        grpc, ray = tff.SyncExecutionContext(factory), tff.SyncExecutionContext(actors)
        seconds = in_turns({"ray": _within(ray, run, weights), "grpc": _within(grpc, run, weights)}, _TURNS)
    return name, _told(ratio_of(seconds["ray"], seconds["grpc"]), seconds["grpc"]), "≤ 1.5"


def _mlp() -> workloads.Training:
    work = workloads.WORKLOADS["W2"]
    assert isinstance(work, workloads.Training)
    return work


def _within(context: Any, run: Callable[[Any], object], state: Any) -> Callable[[], object]:
    import tffsim as tff

    def within() -> object:
        tff.framework.set_default_context(context)
        return run(state)

    return within


if __name__ == "__main__":
    for row in rows(with_ray="--without-ray" not in sys.argv):
        print(*row, sep=" | ", flush=True)
