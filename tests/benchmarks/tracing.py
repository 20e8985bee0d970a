"""What tracing costs, and how fast a large trace can be handled."""

import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator

import numpy as np

import tffsim as tff
from tests.benchmarks import in_process_workloads as workloads
from tests.benchmarks.in_process import Comparison, best_times
from tffsim.tracing.snapshot import Snapshot
from tffsim.tracing.trace import Trace

Measurement = tuple[str, str, str]


def overheads(quick: bool) -> Iterator[Comparison]:
    """Compares workloads with tracing on and off, in turns."""
    cases = [
        ("W1 scalar map + mean, 1,000 clients", workloads.scalar_map_and_mean(1000)[0], 1000, 15, 2.0),
        ("W2 FedAvg round, MLP, 100 clients", workloads.federated_averaging(100)[0], 100, 3 if quick else 7, 1.05),
    ]
    for name, round_fn, units, rounds, budget in cases:
        best = best_times({"on": traced(round_fn), "off": round_fn}, rounds)
        yield Comparison(f"{name}, tracing on / off", best["on"], best["off"], budget, units)


def traced(round_fn: Callable[[], object]) -> Callable[[], object]:
    """Returns a function that runs another one and records it."""

    def run() -> Trace:
        with tff.trace() as trace:
            round_fn()
        return trace

    return run


def large_traces() -> Iterator[Measurement]:
    """Yields what was measured, how it went, and the budget."""
    one = traced(workloads.scalar_map_and_mean(1000)[0])()
    assert isinstance(one, Trace)
    spans = one.snapshot.num_spans
    held = sum(chunk.nbytes for chunk in one.recorder.chunks()) / spans
    kept = sum(len(repr(p)) for p in one.snapshot.previews.values()) / spans
    yield "bytes held per span, its value included", f"{held + kept:.0f}", "≤ 150 + 150"
    million = Trace(repeated(one.snapshot, -(-1_000_000 // spans)))
    hundred_thousand = Trace(repeated(one.snapshot, -(-100_000 // spans)))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "large.tfftrace"
        yield f"save {million.snapshot.num_spans:,} spans", _seconds(lambda: million.save(path)), "≤ 10 s"
        size = path.stat().st_size
        yield f"load them ({size / 1e6:.0f} MB)", _seconds(lambda: tff.load_trace(path)), "≤ 3 s"
    count = f"{hundred_thousand.snapshot.num_spans:,} spans"
    yield f"timing() of {count}", _seconds(hundred_thousand.timing), "≤ 0.5 s"
    yield f'graph(collapse="clients") of {count}', _seconds(lambda: hundred_thousand.graph(collapse="clients")), "≤ 1 s"


def _seconds(work: Callable[[], object]) -> str:
    start = time.perf_counter()
    work()
    return f"{time.perf_counter() - start:.2f} s"


def repeated(snapshot: Snapshot, times: int) -> Snapshot:
    """Returns a trace of the same invocation several times over."""
    count = snapshot.num_spans
    columns = {name: np.tile(column, times) for name, column in snapshot.columns.items()}
    shift = np.repeat(np.arange(times, dtype=np.int32) * count, count)
    for name in ("parent", "invocation", "alias"):
        columns[name] = np.where(columns[name] >= 0, columns[name] + shift, -1).astype(np.int32)
    duration = int(snapshot.columns["end"].max())
    for name in ("start", "end"):
        columns[name] = columns[name] + np.repeat(np.arange(times) * duration, count)
    inputs = np.tile(snapshot.inputs, times)
    inputs = np.where(inputs >= 0, inputs + np.repeat(np.arange(times) * count, len(snapshot.inputs)), -1)
    (call,) = snapshot.invocations
    calls = [dataclasses.replace(call, span=call.span + k * count) for k in range(times)]
    return dataclasses.replace(snapshot, columns=columns, inputs=inputs.astype(np.int32), invocations=calls)
