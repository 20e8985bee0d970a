"""The first calls of functions at clients, for which TensorFlow got ready."""

import dataclasses

import numpy as np

from tffsim.tracing.document.operations import OPERATIONS, RUNNING
from tffsim.tracing.document.snapshot import Snapshot


@dataclasses.dataclass(frozen=True, slots=True)
class WarmUp:
    """What the first calls tell of each span.

    Attributes:
        is_part: Whether the span began before the first of its kind had ended. A kind is an operation of an AST node.
        ended_first: Whether the span is that first of its kind.
    """

    is_part: "np.ndarray"
    ended_first: "np.ndarray"


def warm_up(snapshot: Snapshot, spans: "np.ndarray") -> WarmUp:
    """Returns which spans are warm-up, among `spans`; no other span is."""
    columns = snapshot.columns
    node, operation, start, end, outcome = (
        columns[name][spans] for name in ("node", "operation", "start", "end", "outcome")
    )
    kinds, kind = np.unique(node.astype(np.int64) * len(OPERATIONS) + operation, return_inverse=True)
    never = np.iinfo(np.int64).max
    ends = np.where(outcome == RUNNING, never, end)
    first_ends = np.full(len(kinds), never)
    np.minimum.at(first_ends, kind, ends)
    masks = np.zeros((2, snapshot.num_spans), bool)
    masks[:, spans] = start < first_ends[kind], ends == first_ends[kind]
    return WarmUp(*masks)
