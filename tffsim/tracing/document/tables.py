"""The tables of a trace: its spans, values, executors and invocations."""

import numpy as np

from tffsim.tracing.document.operations import ALL_OUTCOMES, COMPUTE, INVOKE, OK, OPERATIONS, PLACEMENTS
from tffsim.tracing.document.schema import COLUMNS
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table


def span_table(snapshot: Snapshot) -> Table:
    """All operations; see `Trace.spans`."""
    columns = {name if name != "layer" else "executor": column for name, column in snapshot.columns.items()}
    for name in ("type", "size", "scalar", "has_scalar", "alias", "index", "num_inputs"):
        del columns[name]
    threads = [thread.name for thread in snapshot.threads]
    texts = {
        "executor": [executor.label for executor in snapshot.executors],
        "operation": list(OPERATIONS),
        "outcome": list(ALL_OUTCOMES),
        "thread": threads,
        "worker": threads,
        "host": [host.name for host in snapshot.hosts],
    }
    units = {name: COLUMNS[name].unit for name in snapshot.columns if name in columns and COLUMNS[name].unit}
    return Table(columns, texts, units)


def value_table(snapshot: Snapshot) -> Table:
    """All values that executors made or that left them; see `Trace.values`."""
    columns = snapshot.columns
    produced = np.flatnonzero((columns["outcome"] == OK) & (columns["operation"] != INVOKE))
    layers = columns["layer"][produced]
    of_executor = np.array([PLACEMENTS.index(executor.placement) for executor in snapshot.executors] + [0])
    client = columns["client"][produced]
    return Table(
        {
            "value": produced,
            "type": columns["type"][produced],
            "executor": layers,
            "placement": np.where(client >= 0, PLACEMENTS.index("clients"), of_executor[layers]),
            "client": client,
            "size": columns["size"][produced],
            "scalar": columns["scalar"][produced],
            "has_scalar": columns["has_scalar"][produced],
            "alias": columns["alias"][produced],
            "is_payload": columns["operation"][produced] == COMPUTE,
        },
        {
            "type": snapshot.type_texts,
            "executor": [executor.label for executor in snapshot.executors],
            "placement": list(PLACEMENTS),
        },
        {"size": COLUMNS["size"].unit},
    )


def executor_table(snapshot: Snapshot) -> Table:
    """The executors of the stack; see `Trace.executors`."""
    infos = snapshot.executors
    texts = {name: [getattr(info, name) for info in infos] for name in ("name", "role", "placement", "device")}
    columns: dict[str, np.ndarray] = {
        "name": np.arange(len(infos)),
        "role": np.arange(len(infos)),
        "placement": np.arange(len(infos)),
        "first_client": np.array([info.first_client for info in infos], np.int32),
        "num_clients": np.array([info.num_clients for info in infos], np.int32),
        "device": np.arange(len(infos)),
        "parent": np.array([info.parent for info in infos], np.int32),
    }
    return Table(columns, texts)


def invocation_table(snapshot: Snapshot) -> Table:
    """The calls of computations; see `Trace.invocations`."""
    calls = snapshot.invocations
    spans = np.array([call.span for call in calls], np.int32)
    texts = {"name": [call.name for call in calls], "outcome": list(ALL_OUTCOMES)}
    columns: dict[str, np.ndarray] = {
        "span": spans,
        "name": np.arange(len(calls)),
        "num_clients": np.array([call.cardinalities.get("CLIENTS", -1) for call in calls], np.int32),
        "num_dropped": np.array([call.num_dropped for call in calls], np.int32),
        "counted_from": np.array([call.counted_from for call in calls], np.int64),
        "start": snapshot.columns["start"][spans],
        "end": snapshot.columns["end"][spans],
        "outcome": snapshot.columns["outcome"][spans],
        "root": np.array([call.root for call in calls], np.int32),
    }
    return Table(columns, texts, {name: COLUMNS[name].unit for name in ("start", "end")} | {"counted_from": "ns"})
