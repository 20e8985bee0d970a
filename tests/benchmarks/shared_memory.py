"""40 MB to a local worker and back, through shared memory and streamed, beside a fresh copy in one process."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator

import federated_language as fl
import numpy as np

_NUM_TURNS = 15
_ONE_WAY, _THERE_AND_BACK = "one way", "there and back"
_BUDGETS = {_ONE_WAY: 2.0, _THERE_AND_BACK: 5.0}


def rows() -> Iterator[tuple[str, str, str]]:
    """Yields what was measured, as ratios to the copy: medians of turns, in each of which all run once."""
    seconds = _measured()
    copy = seconds.pop("copy")
    for name, taken in seconds.items():
        ratio = statistics.median(one / other for one, other in zip(taken, copy, strict=True))
        way = name.partition(", ")[2]
        budget = f"≤ {_BUDGETS[way]:g} copies" if name.startswith("memory") else ""
        yield f"40 MB, local worker, {name}", f"{statistics.median(taken) * 1e3:.1f} ms, {ratio:.1f} copies", budget


def _measured() -> dict[str, list[float]]:
    from tffsim.executor_stacks.remote import remote_executor_factory
    from tffsim.remote.channels import channel_loop
    from tffsim.remote.local_workers import LocalWorkers
    from tffsim.remote.remote_executor import RemoteExecutor

    array = np.random.default_rng(0).random(5_000_000)
    type_spec = fl.TensorType(np.float64, [array.size])
    with LocalWorkers(1) as workers, asyncio.Runner() as runner:
        factories = {"memory": remote_executor_factory(workers), "streamed": remote_executor_factory(workers.addresses)}
        contenders: dict[str, Callable[[], object]] = {"copy": array.copy}
        for name, factory in factories.items():
            (worker,) = channel_loop().submit(factory.workers.prepare()).result()
            executor = RemoteExecutor(factory.workers, worker, 0, 1, 1)

            async def one_way(executor: RemoteExecutor = executor) -> None:
                await (await executor.create_value(array, type_spec)).compute_ahead()

            async def there_and_back(executor: RemoteExecutor = executor) -> object:
                return await (await executor.create_value(array, type_spec)).compute()

            contenders[f"{name}, {_ONE_WAY}"] = _running(runner, one_way)
            contenders[f"{name}, {_THERE_AND_BACK}"] = _running(runner, there_and_back)
        for contender in contenders.values():
            contender()
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(_NUM_TURNS):
            for name, contender in contenders.items():
                seconds[name].append(_seconds(contender))
        for factory in factories.values():
            factory.close()
    return seconds


def _running(runner: asyncio.Runner, function: Callable[[], Awaitable[object]]) -> Callable[[], object]:
    async def run() -> object:
        return await function()

    return lambda: runner.run(run())


def _seconds(contender: Callable[[], object]) -> float:
    start = time.perf_counter()
    result = contender()
    taken = time.perf_counter() - start
    del result  # What is freed is freed afterwards.
    return taken


if __name__ == "__main__":
    for row in rows():
        print(*row, sep="  ")
