"""What the numbers of a trace refer to, and whether it is there."""

import numpy as np

from tffsim.tracing.document.operations import ALL_OUTCOMES, INVOKE, OPERATIONS
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import ROWS, HostEvent, Snapshot, WireInfo
from tffsim.tracing.document.trace_file_error import TraceFileError

_MAX_DEPTH = 1000


def check_references(snapshot: Snapshot) -> None:
    """Checks that every number that refers to something refers to something that is there.

    Raises:
        TraceFileError: If one does not.
    """
    columns, count = snapshot.columns, snapshot.num_spans
    if any(len(column) != count for column in columns.values()):
        raise TraceFileError("its columns are of different lengths.")
    num_inputs = columns["num_inputs"]
    if (num_inputs < 0).any() or int(num_inputs.sum(dtype=np.int64)) != len(snapshot.inputs):
        raise TraceFileError("the numbers of inputs do not add up.")
    _check_bounds(snapshot)
    _check_order(columns)
    if ((snapshot.inputs < -1) | (snapshot.inputs >= count)).any():
        raise TraceFileError("its inputs refer to something that is not there.")
    _check_tree([executor.parent for executor in snapshot.executors], "executors")
    _check_tree([node.parent for node in snapshot.nodes], "AST nodes")
    if any(node.function >= len(snapshot.functions) for node in snapshot.nodes):
        raise TraceFileError("its AST nodes refer to functions that are not there.")
    for call in snapshot.invocations:
        is_there = call.span < count and call.root < len(snapshot.nodes)
        if not is_there or columns["operation"][call.span] != INVOKE:
            raise TraceFileError(f"its invocation {call.name!r:.60} refers to something that is not there.")
    _check_hosts(snapshot)


def _check_hosts(snapshot: Snapshot) -> None:
    """Checks what is said of hosts."""
    num_hosts, calls = len(snapshot.hosts), {-1, *(call.span for call in snapshot.invocations)}
    told: list[HostEvent | WireInfo] = [*snapshot.host_events, *snapshot.wire]
    if any(row.host >= num_hosts or row.invocation not in calls for row in told):
        raise TraceFileError("it tells of hosts or calls that are not there.")
    if any(event.before >= num_hosts for event in snapshot.host_events):
        raise TraceFileError("its clients come from hosts that are not there.")
    if any(row.node >= len(snapshot.nodes) for row in snapshot.wire):
        raise TraceFileError("it tells of bytes for AST nodes that are not there.")


def _check_bounds(snapshot: Snapshot) -> None:
    """Checks each column by what the schema says of it."""
    lengths = {name: len(getattr(snapshot, name)) for name in ROWS}
    lengths |= {"spans": snapshot.num_spans, "operations": len(OPERATIONS), "outcomes": len(ALL_OUTCOMES)}
    for name, column in COLUMNS.items():
        numbers, low = snapshot.columns[name], -1 if column.has_none else 0
        if not column.refers_to and not column.limit:
            continue
        high = lengths[column.refers_to] if column.refers_to else column.limit
        if ((numbers < low) | (numbers >= high)).any():
            raise _dangling(name)


def _check_order(columns: "dict[str, np.ndarray]") -> None:
    """Checks what the numbers of one span say of each other."""
    if (columns["parent"] >= np.arange(len(columns["parent"]))).any():
        raise _dangling("parent")
    # What is no invocation is an operation of an executor.
    if ((columns["layer"] < 0) & (columns["operation"] != INVOKE)).any():
        raise _dangling("layer")
    if (columns["end"] < columns["start"]).any():
        raise _dangling("end")


def _dangling(name: str) -> TraceFileError:
    return TraceFileError(f"its column `{name}` refers to something that is not there.")


def _check_tree(parents: list[int], what: str) -> None:
    depths: list[int] = []
    for number, parent in enumerate(parents):
        if not -1 <= parent < number:
            raise TraceFileError(f"its {what} are in no tree.")
        depths.append(depths[parent] + 1 if parent >= 0 else 0)
        if depths[-1] >= _MAX_DEPTH:
            raise TraceFileError(f"its {what} are nested too deeply.")
