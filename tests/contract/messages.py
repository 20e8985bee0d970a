"""What Python tells the front end of a small trace, and the sums that both must find in it.

`make schema` writes it to `messages.json`. A test here checks that this is what Python says today;
`widgets/src/model/contract.test.ts` lets the front end read it, and compares its sums with these.
"""

import base64
import collections
import json
import pathlib
import random
import re
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.unit.fake_time import FakeClock
from tffsim.tracing.analysis.timing import timing
from tffsim.tracing.analysis.traffic import traffic_totals
from tffsim.tracing.document import trace_file
from tffsim.tracing.document.operations import ALL_OUTCOMES, OPERATIONS
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.units import data_size, duration
from tffsim.tracing.recording.host_log import HostLog
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.recorder import Recorder
from tffsim.tracing.recording.source import Source
from tffsim.tracing.recording.span_rows import SPAN_DTYPE
from tffsim.tracing.recording.spans import Span
from tffsim.tracing.recording.subscription import Batch
from tffsim.views.notebook.feed import Feed, Message
from tffsim.views.notebook.page import page

FIXTURE = pathlib.Path(__file__).parent / "messages.json"
_TRACE = pathlib.Path(__file__).parents[1] / "unit/tracing/golden/version_6.tfftrace"
_SPANS_PER_MESSAGE = 50
_NUM_RANDOM = 500
# Panels and their texts are no part of this contract, and change more often.
_LEFT_OUT = {"tiles", "graph", "stack", "ast", "program", "source", "rounds", "words"}


def contract() -> dict[str, Any]:
    """Returns messages, pages, sums and units; what is deflated differs between versions of zlib."""
    snapshot = trace_file.load(_TRACE)
    feed = Feed(Source(snapshot))
    return {
        "all_at_once": [_told(message) for message in feed.everything(True, _SPANS_PER_MESSAGE)],
        "live": [_told(message) for message in _live_messages(snapshot)],
        "page": _page(snapshot),
        "sums": sums(snapshot),
        "durations": [[number, duration(number)] for number in _numbers()],
        "sizes": [[number, data_size(number)] for number in _numbers()],
    }


def sums(snapshot: Snapshot) -> dict[str, Any]:
    """Returns what the questions to a trace answer."""
    columns, times = snapshot.columns, timing(snapshot)
    is_executor = times.numbers("executor") >= 0
    time_per_executor = np.bincount(
        times.numbers("executor")[is_executor], times["self_time"][is_executor], len(snapshot.executors)
    )
    bytes_per_direction: collections.Counter[str] = collections.Counter()
    totals = traffic_totals(snapshot)
    for row in map(totals.row, range(len(totals))):
        bytes_per_direction[row["direction"].replace(" to ", " → ")] += row["size"]
    scalars = columns["scalar"][columns["has_scalar"]]
    return {
        "spans_per_operation": _counted(columns["operation"], OPERATIONS),
        "outcomes": _counted(columns["outcome"], ALL_OUTCOMES),
        "milliseconds_per_executor": (time_per_executor / 1e6).tolist(),
        "bytes_per_direction": dict(bytes_per_direction),
        "num_scalars": len(scalars),
        "num_nan": int(np.isnan(scalars).sum()),
        "num_infinite": int(np.isinf(scalars).sum()),
    }


def as_text(found: dict[str, Any]) -> str:
    """Returns the content of the file."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _counted(column: "np.ndarray", words: tuple[str, ...]) -> dict[str, int]:
    return {word: int((column == number).sum()) for number, word in enumerate(words)}


def _told(message: Message) -> dict[str, Any]:
    content, buffers = message
    return {"content": _without_panels(content), "buffers": [base64.b64encode(b).decode("ascii") for b in buffers]}


def _without_panels(content: dict[str, Any]) -> dict[str, Any]:
    description = {name: part for name, part in content["description"].items() if name not in _LEFT_OUT}
    if "traffic" in description:
        description["traffic"] = {"bars": description["traffic"]["bars"]}
    return {**content, "description": description}


def _page(snapshot: Snapshot) -> dict[str, Any]:
    found = re.search(r'id="tffsim-trace">(.*?)</script>', page(snapshot), re.DOTALL)
    assert found is not None
    return {"count": snapshot.num_spans, "columns": json.loads(found[1])["packed"]}


def _live_messages(snapshot: Snapshot) -> list[Message]:
    """Returns messages as they come while a trace is recorded: half of the spans have ended, then all."""
    columns = snapshot.columns
    rows = np.zeros(snapshot.num_spans, SPAN_DTYPE)
    rows["id"] = np.arange(len(rows))
    for name in COLUMNS:
        rows[name] = columns[name]
    half = int(np.median(columns["end"]))
    ended, begun = columns["end"] <= half, columns["start"] <= half
    clock = FakeClock(half)
    recorder = _recorder(snapshot, clock)
    feed = Feed(types.SimpleNamespace(recorder=recorder, snapshot=snapshot))  # type: ignore[arg-type]
    spans = [_span(snapshot, recorder, int(number)) for number in np.flatnonzero(begun & ~ended)]
    first = feed.update(Batch(rows[ended], spans, 0, is_last=False))
    clock.advance(int(columns["end"].max()) - half)
    return [first, feed.update(Batch(rows[~ended], [], 0, is_last=True))]


def _recorder(snapshot: Snapshot, clock: Callable[[], int]) -> Any:
    """Returns what a feed asks of a recorder, for a trace that was recorded before."""
    layers: list[Layer] = []
    for e in snapshot.executors:
        above = layers[e.parent] if e.parent >= 0 else None
        layers.append(Layer(e, above))
    return types.SimpleNamespace(
        now=clock,
        started=0,
        num_dropped=0,
        layers={layer: number for number, layer in enumerate(layers)},
        nodes=types.SimpleNamespace(nodes=snapshot.nodes, functions=snapshot.functions),
        threads=snapshot.threads,
        invocations=snapshot.invocations,
        errors=snapshot.errors,
        hosts=HostLog(clock),
        offloads=Recorder().offloads,
    )


def _span(snapshot: Snapshot, recorder: Any, number: int) -> Span:
    """Returns a span that is under way."""
    parent = int(snapshot.columns["parent"][number])
    above = None if parent < 0 else _span(snapshot, recorder, parent)
    span = Span(recorder, number, above, 0, 0, 0)
    for name in set(Span.__slots__) & COLUMNS.keys() - {"parent"}:
        setattr(span, name, int(snapshot.columns[name][number]))
    return span


def _numbers() -> list[int]:
    """Returns numbers of all sizes, and those between two texts."""
    chance = random.Random(0)
    found = {0, 1, 5, 999}
    for power in range(13):
        for digits in (1, 1.0005, 1.005, 1.125, 9.994, 9.995, 9.996, 99.94, 99.95, 99.96, 999.4, 999.5, 999.6):
            found.add(round(digits * 10**power))
    found |= {chance.randrange(10 ** chance.randint(1, 13)) for _ in range(_NUM_RANDOM)}
    return sorted(found)


if __name__ == "__main__":
    FIXTURE.write_text(as_text(contract()), encoding="utf-8")
