"""What crossed between the server and the clients, and what the server could see of it."""

import collections

import numpy as np

from tffsim.language import intrinsics
from tffsim.tracing.analysis.crossing_nodes import intrinsic_labels
from tffsim.tracing.analysis.lost_work import given_up, lost_work
from tffsim.tracing.analysis.wire import wire_of_crossings
from tffsim.tracing.document.operations import COMPUTE, CREATE_VALUE
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table

DIRECTIONS = ("server to clients", "clients to server", "caller to clients", "clients to caller")
VISIBILITIES = ("", "individual", "aggregate", "caller", "hidden")
_INDIVIDUAL, _AGGREGATE, _CALLER, _HIDDEN = 1, 2, 3, 4


def traffic(snapshot: Snapshot) -> Table:
    """Returns the ledger of crossings: one row per value that entered or left a client.

    Columns: `span`, `client`, `direction`, `size` in bytes, `type`, `intrinsic` (the AST node
    on whose behalf it crossed; empty for arguments of the call), `visibility`: `individual`
    if the server sees the value of this client, `aggregate` if the intrinsic stands for a
    protocol that shows it only a combination, `hidden` if it stands for one that shows it nothing,
    `caller` if it goes to or comes from the caller and not the server, empty for what goes to a client.

    A value that clients share an executor for crosses once for each client in a real
    federation, but is embedded once here: `copies` says for how many clients it stands.
    Functions are not counted, nor what crossed for nothing, because a worker was lost and its clients ran again.
    """
    columns = snapshot.columns
    entering = entering_clients(snapshot)
    is_data = np.array([not type_info.is_function for type_info in snapshot.types] + [False])
    crossing = np.flatnonzero(
        entering
        & np.isin(columns["operation"], (CREATE_VALUE, COMPUTE))
        & (columns["outcome"] == 0)
        & is_data[columns["type"]]
        & ~given_up(snapshot)
    )
    crossing = crossing[_counts(snapshot, crossing)]
    node = columns["node"][crossing]
    labels = intrinsic_labels(snapshot.nodes)
    names = sorted(set(labels) - {""})
    numbers = np.array([names.index(label) if label else -1 for label in labels] + [-1])
    intrinsic = numbers[node]
    outward = columns["operation"][crossing] == CREATE_VALUE
    seen = np.array([*map(_visibility_of, names), _INDIVIDUAL])[intrinsic]
    visibility = np.where(intrinsic < 0, _CALLER, np.where(outward, 0, seen))
    return Table(
        {
            "span": crossing,
            "client": columns["client"][crossing],
            "direction": np.where(outward, 0, 1) + np.where(intrinsic < 0, 2, 0),
            "size": columns["size"][crossing],
            "copies": _copies(snapshot, crossing, outward, intrinsic, names),
            "type": columns["type"][crossing],
            "intrinsic": intrinsic,
            "visibility": visibility,
        },
        {
            "direction": list(DIRECTIONS),
            "type": snapshot.type_texts,
            "intrinsic": names,
            "visibility": list(VISIBILITIES),
        },
        {"size": "bytes"},
    )


def traffic_totals(snapshot: Snapshot) -> Table:
    """Adds the ledger up: one row per intrinsic, direction and visibility, the largest first.

    Columns: `intrinsic`, `direction`, `visibility`, `values` (how many crossed), `size` in bytes. If clients ran at
    workers, `wire` says how many bytes of messages brought these values; see `tffsim.tracing.analysis.wire`. It counts
    all that was sent: also to a worker that was then lost, and again to the next one. `values` and `size` count once.
    """
    ledger = traffic(snapshot)
    names = ("intrinsic", "direction", "visibility")
    kinds, kind_of = np.unique(np.stack([ledger.numbers(name) for name in names]), axis=1, return_inverse=True)
    kind_of = kind_of.reshape(-1)
    values = np.zeros(kinds.shape[1], np.int64)
    size = np.zeros(kinds.shape[1], np.int64)
    np.add.at(values, kind_of, ledger["copies"])
    np.add.at(size, kind_of, ledger["copies"] * ledger["size"].astype(np.int64))
    columns = {**dict(zip(names, kinds, strict=True)), "values": values, "size": size}
    units = {"size": "bytes"}
    if snapshot.wire:
        columns["wire"], units["wire"] = _wire(snapshot, kinds, ledger.texts["intrinsic"]), "bytes"
    return Table(columns, ledger.texts, units).where(np.argsort(-size, kind="stable"))


def _wire(snapshot: Snapshot, kinds: "np.ndarray", names: list[str]) -> "np.ndarray":
    """Returns how many bytes went over the wire, for each intrinsic and direction."""
    labels = intrinsic_labels(snapshot.nodes)
    found: collections.Counter[tuple[str, bool]] = collections.Counter()
    for (node, is_down), size in wire_of_crossings(snapshot).items():
        found[labels[node] if node >= 0 else "", is_down] += size
    return np.array(
        [found[names[number] if number >= 0 else "", direction % 2 == 0] for number, direction, _ in kinds.T.tolist()],
        np.int64,
    )


def entering_clients(snapshot: Snapshot) -> "np.ndarray":
    """Returns which spans are operations on the top executor of a client: its border."""
    is_border = [
        executor.placement == "clients"
        and (executor.parent < 0 or snapshot.executors[executor.parent].placement != "clients")
        for executor in snapshot.executors
    ]
    return np.array([*is_border, False])[snapshot.columns["layer"]] & (snapshot.columns["client"] >= 0)


def _counts(snapshot: Snapshot, crossing: "np.ndarray") -> "np.ndarray":
    """Returns which of the spans count, when clients ran again at another host.

    What they sent counts if it was used. What they got may have been used before the host was lost, and be needed
    again: of one kind, that host counts where a client got most.
    """
    counts = ~lost_work(snapshot)[crossing]
    columns = {name: column[crossing] for name, column in snapshot.columns.items()}
    outward = columns["operation"] == CREATE_VALUE
    again = {event.invocation for event in snapshot.host_events if event.before >= 0}
    repeated = np.flatnonzero(outward & np.isin(columns["invocation"], list(again)))
    if not len(repeated):
        return counts
    key = np.stack([columns[name][repeated] for name in ("invocation", "client", "node", "type", "host")])
    kinds, kind_of, num_of_kind = np.unique(key, axis=1, return_inverse=True, return_counts=True)
    at_any_host: dict[tuple[int, ...], int] = {}
    for number, kind in enumerate(map(tuple, kinds[:-1].T.tolist())):
        most = at_any_host.setdefault(kind, number)
        if num_of_kind[number] > num_of_kind[most]:
            at_any_host[kind] = number
    counts[repeated] = np.isin(kind_of.reshape(-1), list(at_any_host.values()))
    return counts


def _visibility_of(intrinsic: str) -> int:
    """Returns what the server sees of what a client sends for an intrinsic."""
    if intrinsics.definition_of(intrinsic) is None or not intrinsics.hides_single_values(intrinsic):
        return _INDIVIDUAL
    return _AGGREGATE if intrinsics.is_secure_aggregation(intrinsic) else _HIDDEN


def _copies(
    snapshot: Snapshot, crossing: "np.ndarray", outward: "np.ndarray", intrinsic: "np.ndarray", names: list[str]
) -> "np.ndarray":
    """Broadcast values are embedded once per executor, whatever the number of its clients."""
    serves = np.array([executor.num_clients for executor in snapshot.executors] + [1])
    spread = np.array([intrinsics.sends_one_value_to_all_clients(name) for name in names] + [False])
    shared = outward & spread[intrinsic]
    return np.where(shared, np.maximum(serves[snapshot.columns["layer"][crossing]], 1), 1)
