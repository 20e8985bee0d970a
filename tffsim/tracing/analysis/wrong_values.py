"""Where values went wrong: the operations that made NaN or an infinite number out of finite ones."""

import dataclasses

import numpy as np

from tffsim.tracing.document.operations import CREATE_CALL, CREATE_VALUE
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader


@dataclasses.dataclass(frozen=True, slots=True)
class WrongValue:
    """A value with NaN or infinite numbers, made of values that have none, or given so by the caller.

    Attributes:
        span: The operation that made it; also the number of the value.
        is_given: Whether the caller gave it, and no operation made it.
        client: For which client; -1 for none.
        node: The AST node; -1 if nobody knows.
        invocation: The root span of its call.
        is_nan: Whether it has NaN; otherwise it has infinite numbers only.
        is_sampled: Whether there are numbers that were not looked at.
    """

    span: int
    is_given: bool
    client: int
    node: int
    invocation: int
    is_nan: bool
    is_sampled: bool


def wrong_values(snapshot: Snapshot) -> list[WrongValue]:
    """Returns the births of NaN and infinity, in the order in which their operations ended."""
    births = _Births(snapshot)
    columns = snapshot.columns
    found = [
        WrongValue(
            span, bool(columns["operation"][span] == CREATE_VALUE), int(columns["client"][span]),
            int(columns["node"][span]), int(columns["invocation"][span]),
            *_how_wrong(snapshot, span),
        )
        for span in births.spans()
    ]  # fmt: skip
    return sorted(found, key=lambda value: int(columns["end"][value.span]))


def _how_wrong(snapshot: Snapshot, value: int) -> tuple[bool, bool]:
    """Returns whether a wrong value has NaN, and whether only a sample of it was looked at."""
    if value not in snapshot.sketches:
        return bool(np.isnan(snapshot.columns["scalar"][value])), False
    sketch = snapshot.sketches[value]
    return sketch.num_nan > 0, sketch.is_sampled


def _wrong_scalars(snapshot: Snapshot) -> "np.ndarray":
    columns = snapshot.columns
    return np.flatnonzero(columns["has_scalar"] & ~np.isfinite(columns["scalar"]))


class _Births:
    """Finds values that are wrong although nothing that they were made of is."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._reader = SpanReader(snapshot)
        self._alias = snapshot.columns["alias"]
        self._is_call = snapshot.columns["operation"] == CREATE_CALL
        values = snapshot.sketches.table()
        self._wrong = set(values["value"][values["num_nan"] + values["num_inf"] > 0].tolist())
        self._wrong |= set(_wrong_scalars(snapshot).tolist())
        placed = np.array([*[executor.placement != "" for executor in snapshot.executors], False])
        is_given = (snapshot.columns["operation"] == CREATE_VALUE) & placed[snapshot.columns["layer"]]
        # An executor that delegates has its value from below.
        self._may_be_birth = (self._is_call | is_given) & (self._alias < 0)
        self._known: dict[int, bool] = {}

    def spans(self) -> list[int]:
        return [span for span in sorted(self._wrong) if self._may_be_birth[span] and not self._has_wrong_input(span)]

    def _has_wrong_input(self, span: int) -> bool:
        return any(self._is_wrong(value) for value in self._reader.inputs(span) if value >= 0)

    def _is_wrong(self, value: int) -> bool:
        if value in self._wrong:
            return True
        if value not in self._known:
            alias = int(self._alias[value])
            # What the lowest executor made of other values was looked at when it was made.
            made = self._is_call[value] and alias < 0
            self._known[value] = (alias >= 0 and self._is_wrong(alias)) or (not made and self._has_wrong_input(value))
        return self._known[value]
