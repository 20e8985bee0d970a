"""How fast a large trace can be handled."""

import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator

import numpy as np

import tffsim as tff
from tests.benchmarks.contenders import RoundFn, tffsim_round
from tests.benchmarks.workloads import Scalars
from tffsim.traces.trace import Trace
from tffsim.tracing.document.snapshot import Snapshot

Measurement = tuple[str, str, str]


def trace_of_scalars() -> Trace:
    """Returns the trace of a mean over 1000 scalars."""
    round_fn: RoundFn = tffsim_round.round_of(Scalars(), 1000)
    with tff.trace() as trace:
        round_fn(None)
    return trace


def large_traces() -> Iterator[Measurement]:
    """Yields what was measured, how it went, and the budget."""
    one = trace_of_scalars()
    spans = one.snapshot.num_spans
    held = sum(chunk.nbytes for chunk in one.recorder.chunks()) / spans
    kept = sum(column.nbytes for column in one.snapshot.sketches.columns().values()) / spans
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
