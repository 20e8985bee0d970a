"""The spans that a question is about: those of one client, those of one call of a computation."""

import numpy as np

from tffsim.tracing.document.snapshot import InvocationInfo, Snapshot


def call_number(snapshot: Snapshot, number: int) -> InvocationInfo:
    """Returns a row of `trace.invocations`; -1 is the last one.

    Raises:
        IndexError: If there is no such call.
    """
    count = len(snapshot.invocations)
    _check(number + count if number < 0 else number, number, count, "call")
    return snapshot.invocations[number]


def are_chosen(snapshot: Snapshot, client: int | None, invocation: int | None) -> "np.ndarray":
    """Returns which spans are of a client, and of a row of `trace.invocations`, as a mask; None stands for all.

    Raises:
        IndexError: If there is no such client, or no such call.
    """
    columns = snapshot.columns
    chosen = np.ones(snapshot.num_spans, bool)
    if client is not None:
        _check(client, client, _num_clients(snapshot), "client")
        chosen &= columns["client"] == client
    if invocation is not None:
        chosen &= columns["invocation"] == call_number(snapshot, invocation).span
    return chosen


def _check(row: int, number: int, count: int, noun: str) -> None:
    if not 0 <= row < count:
        if noun == "call" and not count:
            raise IndexError("The trace is empty: no computation was called in its block.")
        raise IndexError(f"There is no {noun} {number}: the trace has {count:,}, from 0.")


def _num_clients(snapshot: Snapshot) -> int:
    """Returns how many clients the calls had; a client that did nothing counts too."""
    told = max((call.cardinalities.get("CLIENTS", 0) for call in snapshot.invocations), default=0)
    return max(told, int(snapshot.columns["client"].max(initial=-1)) + 1)
