"""How much memory workers on this machine take, and their controller.

Run it alone: `python -m tests.benchmarks.remote_memory`. What counts is memory of a process's own (anonymous): that of
libraries is shared by all processes that use them.
"""

import contextlib
import pathlib
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

_COHORTS = (100, 250)
_NUM_ROUNDS = 5
"""Which values are alive at the same time is chance: one round of 100 clients takes 40 MB, another one 56."""
_MODEL_SIZE = 2_000_000
_BARE = """
import sys, numpy as np, tensorflow as tf
double = tf.function(lambda x: 2 * x, input_signature=[tf.TensorSpec([], tf.float32)])
for x in np.ones(100, np.float32):
    double(x)
print("ran", flush=True)
sys.stdin.read()
"""

Row = tuple[str, str, str]


def rows() -> Iterator[Row]:
    """Yields what was measured, what came out, and what it may be."""
    yield _beside_tensorflow()
    peaks = [_peaks(num_clients) for num_clients in _COHORTS]
    (worker, controller), (worker_of_more, controller_of_more) = peaks
    names = "models of 8 MB, {} clients / {}".format(*reversed(_COHORTS))
    yield f"memory of a worker, {names}", f"{worker_of_more / worker:.2f} of {worker:.0f} MB", "≤ 1.3"
    yield f"memory of the controller, {names}", f"{controller_of_more / controller:.2f} of {controller:.0f} MB", "flat"


def _beside_tensorflow() -> Row:
    import numpy as np

    import tffsim as tff

    double = tff.tf_computation(lambda x: 2 * x, np.float32)
    total = tff.federated_computation(
        lambda x: tff.federated_sum(tff.federated_map(double, x)), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    with tff.local_workers(1) as workers, contextlib.closing(tff.remote_executor_factory(workers)) as factory:
        tff.SyncExecutionContext(factory).invoke(total, [1.0] * 100)
        ours = _own_mb(workers.processes[0].pid)
    with subprocess.Popen([sys.executable, "-c", _BARE], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        bare = _own_mb(process.pid)
        process.kill()
    name = "own memory of a worker above that of bare TensorFlow, the same function"
    return name, f"{ours - bare:+.0f} MB ({ours:.0f}, {bare:.0f})", "≤ 80 MB"


def _peaks(num_clients: int) -> tuple[float, float]:
    """Returns by how much rounds make the memory of a new worker grow, and that of this process."""
    import numpy as np

    import tffsim as tff

    model_type = tff.TensorType(np.float32, [_MODEL_SIZE])
    train = tff.tf_computation(lambda model, k: model + k, model_type, np.float32)

    @tff.federated_computation(tff.FederatedType(model_type, tff.SERVER), tff.FederatedType(np.float32, tff.CLIENTS))
    def next_round(model: Any, k: Any) -> Any:
        return tff.federated_mean(tff.federated_map(train, (tff.federated_broadcast(model), k)))

    model = np.zeros(_MODEL_SIZE, np.float32)
    with tff.local_workers(1) as workers, contextlib.closing(tff.remote_executor_factory(workers)) as factory:
        context = tff.SyncExecutionContext(factory)
        context.invoke(next_round, (model, [1.0]))
        with _Peaks([workers.processes[0].pid, "self"]) as peaks:
            for _ in range(_NUM_ROUNDS):
                context.invoke(next_round, (model, [float(k) for k in range(num_clients)]))
    worker, controller = peaks.mb
    return worker, controller


class _Peaks:
    """Looks every few milliseconds how much memory of their own processes hold."""

    def __init__(self, processes: Sequence[int | str]) -> None:
        self._processes = processes
        self._before = [_own_mb(process) for process in processes]
        self.mb = [0.0] * len(processes)
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Peaks":
        self._watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.005):
            now = [_own_mb(process) - before for process, before in zip(self._processes, self._before, strict=True)]
            self.mb = list(map(max, self.mb, now))


def _own_mb(process: int | str) -> float:
    lines = pathlib.Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("RssAnon"))


if __name__ == "__main__":
    for row in rows():
        print(*row, sep=" | ", flush=True)
