"""How long an interrupt takes, and the call after it, while what was interrupted is still held in Python.

Each stack in a fresh process, which this one interrupts.
"""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

_STACKS = {
    "local": "tff.local_executor_factory()",
    "one worker": "tff.local_executor_factory(max_concurrent_computation_calls=1)",
    "tree": "tff.local_executor_factory(max_fanout=2)",
}
_REPETITIONS = 5
_INTERRUPT_BUDGET = 1.0
_NEXT_CALL_BUDGET = 0.5
_NUM_CLIENTS = 8


def rows() -> Iterator[tuple[str, str, str]]:
    """Yields what is interrupted on which stack, the longest times, and what they may be."""
    for stack in _STACKS:
        interrupts, next_calls = _in_fresh_process(stack)
        yield f"interrupt, {stack} stack, {_NUM_CLIENTS} clients", f"{interrupts:.2f} s", f"≤ {_INTERRUPT_BUDGET} s"
        yield "the next call, the interrupted one still held", f"{next_calls:.2f} s", f"≤ {_NEXT_CALL_BUDGET} s"


def _in_fresh_process(stack: str) -> tuple[float, float]:
    """Returns the longest time from an interrupt to `KeyboardInterrupt`, and that of the next call."""
    command = [sys.executable, "-m", "tests.benchmarks.interrupts", stack]
    interrupts, next_calls = [], []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            word, *seconds = line.split()
            if word == "held":
                sent = time.monotonic()
                process.send_signal(signal.SIGINT)
            elif word == "after":
                interrupts.append(float(seconds[0]) - sent)
                next_calls.append(float(seconds[1]))
    return max(interrupts), max(next_calls)


def _interrupted(stack: str) -> None:
    """Holds calls until it is interrupted, again and again, and prints when it was and how long the next call took."""
    import numpy as np
    import tensorflow as tf

    import tffsim as tff

    signal.signal(signal.SIGINT, signal.default_int_handler)
    held = threading.Event()

    def hold(x: Any) -> Any:
        held.set()
        threading.Event().wait()
        return x

    def announce() -> None:
        held.wait()
        held.clear()
        print("held", flush=True)

    def sum_of(function: Any) -> Any:
        function = tff.tf_computation(function, np.int32)
        clients = tff.FederatedType(np.int32, tff.CLIENTS)
        return tff.federated_computation(lambda x: tff.federated_sum(tff.federated_map(function, x)), clients)

    endless = sum_of(lambda x: tf.ensure_shape(tf.py_function(hold, [x], tf.int32), []))
    total = sum_of(lambda x: x * 2)
    with tff.use(eval(_STACKS[stack])):
        total(range(_NUM_CLIENTS))
        for _ in range(_REPETITIONS):
            threading.Thread(target=announce, daemon=True).start()
            try:
                endless(range(_NUM_CLIENTS))
            except KeyboardInterrupt:
                heard = time.monotonic()
            total(range(_NUM_CLIENTS))
            print("after", heard, time.monotonic() - heard, flush=True)


if __name__ == "__main__":
    _interrupted(sys.argv[1])
