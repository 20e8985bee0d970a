"""How much memory rounds take with 100, 101 and 250 clients: the greatest peak of some fresh processes.

One client more than `max_fanout` turns the flat federation into a tree. How many clients are at work when most
accumulators are there differs from round to round, so a single round tells a peak too low.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

_COHORTS = (100, 101, 250)
_MODEL_SIZE = 2_000_000
_AGGREGATIONS = ("mean", "weighted mean", "sum and max")
_BUDGET = 1.2
_NUM_PROCESSES = 3
_NUM_ROUNDS = 5


def rows() -> Iterator[tuple[str, str, str]]:
    """Yields an aggregation, what it takes, and what it may take."""
    for aggregation in _AGGREGATIONS:
        flat, *others = (
            max(_in_fresh_process(aggregation, cohort) for _ in range(_NUM_PROCESSES)) for cohort in _COHORTS
        )
        ratios = ", ".join(f"{n}: {mb / flat:.2f}" for n, mb in zip(_COHORTS[1:], others, strict=True))
        name = f"{aggregation} of models of 8 MB, peak above the start, 100 clients"
        yield name, f"{flat:.0f} MB (ratio of {ratios})", f"ratio ≤ {_BUDGET}"


def _in_fresh_process(aggregation: str, num_clients: int) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.cohort_memory", aggregation, str(num_clients)]
    return float(json.loads(subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL).splitlines()[-1]))


def _peak_mb(aggregation: str, num_clients: int) -> float:
    """Returns the most memory of some rounds above what the process needed before it."""
    import numpy as np

    import tffsim as tff

    model_type = tff.TensorType(np.float32, [_MODEL_SIZE])
    train = tff.tf_computation(lambda model, k: model + k, model_type, np.float32)

    @tff.federated_computation(tff.FederatedType(model_type, tff.SERVER), tff.FederatedType(np.float32, tff.CLIENTS))
    def next_round(model: Any, k: Any) -> Any:
        models = tff.federated_map(train, (tff.federated_broadcast(model), k))
        if aggregation == "mean":
            return tff.federated_mean(models)
        if aggregation == "weighted mean":
            return tff.federated_mean(models, k)
        return tff.federated_sum(models), tff.federated_max(models)

    model = np.zeros(_MODEL_SIZE, np.float32)
    next_round(model, [1.0])
    with _PeakOfThisProcess() as peak:
        for _ in range(_NUM_ROUNDS):
            next_round(model, [float(k) for k in range(num_clients)])
    return peak.mb


class _PeakOfThisProcess:
    """Looks every few milliseconds how much memory this process holds."""

    def __init__(self) -> None:
        self.mb = 0.0
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_PeakOfThisProcess":
        self._before = self._held_mb() - _unused_mb()
        self._watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._watcher.join()

    def _held_mb(self) -> float:
        import psutil

        return psutil.Process().memory_info().rss / 1e6

    def _watch(self) -> None:
        while not self._is_over.wait(0.002):
            self.mb = max(self.mb, self._held_mb() - self._before)


def _unused_mb() -> float:
    """Returns how much of the memory that TensorFlow holds it has free: a round uses that first."""
    import tensorflow as tf

    info = tf.config.experimental.get_memory_info("CPU:0")
    return (info["peak"] - info["current"]) / 1e6


if __name__ == "__main__":
    print(json.dumps(_peak_mb(sys.argv[1], int(sys.argv[2]))))
