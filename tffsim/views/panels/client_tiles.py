"""What tiles of clients draw: for each measure a number, a small picture and a distance of each client."""

import math
from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.client_data import UNKNOWN, num_examples
from tffsim.tracing.analysis.client_values import ClientMeasure, client_measures
from tffsim.tracing.document.snapshot import Snapshot

MAX_PICTURES = 100
"""Of more clients no picture is drawn, and no number of calls before the last."""
_DIGITS = 4


class DrawnMeasure(TypedDict):
    """See `ClientMeasure` and `num_examples`. What is no number, or not known, is null."""

    name: str
    is_norm: bool
    invocation: int
    numbers: list[float | None]
    history: list[list[float | None]]
    distances: list[float | None]
    cells: list[list[float | None]]
    grid: list[int]
    is_sampled: bool
    examples: list[int | None]


def client_tiles(snapshot: Snapshot) -> list[DrawnMeasure]:
    """Returns the measures of the clients in the last call of the computation that was called last."""
    return [_drawn(snapshot, measure) for measure in client_measures(snapshot)]


def _drawn(snapshot: Snapshot, measure: ClientMeasure) -> DrawnMeasure:
    num_clients = len(measure.spans)
    has_pictures = num_clients <= MAX_PICTURES
    cells = measure.cells.reshape(num_clients, -1)
    return {
        "name": f"{measure.path} · {measure.function}" if measure.path else measure.function,
        "is_norm": bool(measure.shape),
        "invocation": snapshot.invocations[measure.calls[-1]].span,
        "numbers": _told(measure.numbers[-1][:num_clients]),
        "history": [_told(of_call[:num_clients]) for of_call in measure.numbers[:-1]] if has_pictures else [],
        "distances": _told(measure.distances),
        "cells": [_told(row) for row in cells] if has_pictures and cells.size and np.isfinite(cells).any() else [],
        "grid": list(measure.grid),
        "is_sampled": measure.is_sampled,
        "examples": _examples(snapshot, measure.calls[-1]),
    }


def _examples(snapshot: Snapshot, call: int) -> list[int | None]:
    """Returns how many examples each client of a call had; nothing if that is known of none."""
    counts = num_examples(snapshot, snapshot.invocations[call]).tolist()
    return [None if count == UNKNOWN else count for count in counts] if any(c != UNKNOWN for c in counts) else []


def _told(numbers: "np.ndarray") -> list[float | None]:
    return [_rounded(number) if math.isfinite(number) else None for number in numbers.tolist()]


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
