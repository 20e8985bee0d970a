"""One contender in a process of its own; it makes a round when it is told to.

Orders and answers are lines of JSON: `{"workload": "W2", "clients": 100}` prepares,
`{"rounds": 3}` runs and answers with the seconds of a round, `{"result": true}` answers
with the fingerprint of the last result and the peak of the memory.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks import workloads

CONTENDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "numpy": ("numpy_loop", {}),
    "lowlevel": ("lowlevel", {}),
    "natural loop": ("natural_loop", {}),
    "natural loop, 2 threads": ("natural_loop", {"num_threads": 2}),
    "loop over data sets": ("natural_loop", {"from_datasets": True}),
    "tffsim": ("tffsim_round", {}),
    "tffsim, one by one": ("tffsim_round", {"one_by_one": True}),
    "tffsim, traced": ("tffsim_round", {"traced": True}),
}


def main(name: str, checkout: str = "") -> None:
    """Serves orders from the standard input until it ends.

    Args:
        name: Which contender.
        checkout: Where the tffsim that it uses is; empty takes that beside these benchmarks.
    """
    if checkout:
        # The benchmarks stay these: Python has found the package `tests` already.
        sys.path.insert(0, checkout)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print does not disturb the answers.
    module, options = CONTENDERS[name]
    if module != "tffsim_round":
        # References take the best way that is known, too: tffsim chooses this allocator.
        os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
    round_of = functools.partial(importlib.import_module(f"tests.benchmarks.contenders.{module}").round_of, **options)
    print(json.dumps({"ready": name}), file=answers, flush=True)
    serving = _serve(round_of)
    next(serving)
    for line in sys.stdin:
        try:
            answer = serving.send(json.loads(line))
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
            serving = _serve(round_of)
            next(serving)
        print(json.dumps(answer), file=answers, flush=True)
    answers.flush()
    os._exit(0)


def _serve(round_of: Callable[..., Any]) -> Iterator[Any]:
    run, state, work = None, None, None
    answer: Any = None
    while True:
        order = yield answer
        if "workload" in order:
            run = state = None
            gc.collect()
            work = workloads.WORKLOADS[order["workload"]]
            start = time.perf_counter()
            run = round_of(work, order["clients"])
            state = workloads.initial_weights(work) if isinstance(work, workloads.Training) else None
            answer = {"seconds": time.perf_counter() - start}
        elif "rounds" in order:
            assert run is not None
            start, cpu = time.perf_counter(), time.process_time()
            for _ in range(order["rounds"]):
                state = run(state)
            answer = {
                "seconds": (time.perf_counter() - start) / order["rounds"],
                "cpu_seconds": (time.process_time() - cpu) / order["rounds"],
            }
        else:
            assert work is not None
            answer = {"fingerprint": workloads.fingerprint(work, state), "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1e3 for line in status if line.startswith("VmHWM"))
    return float("nan")


if __name__ == "__main__":
    main(*sys.argv[1:])
