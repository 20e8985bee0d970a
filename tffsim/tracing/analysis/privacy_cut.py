"""The cut between clients and server: what crossed it, call by call, and what the server can read of it."""

import dataclasses

import numpy as np

from tffsim.language import intrinsics
from tffsim.tracing.analysis.crossing_nodes import NO_NODE, call_nodes
from tffsim.tracing.analysis.traffic import traffic
from tffsim.tracing.document.operations import COMPUTE, CREATE_CALL, OK
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.table import Table

FROM_CALLER = "caller to clients"
UP, DOWN = "clients to server", "server to clients"
SEALED = ("aggregate", "hidden")
_MAX_ALIASES = 64


@dataclasses.dataclass(frozen=True, slots=True)
class CrossingKind:
    """All values that cross for one reason: for the call of an intrinsic, or because the caller passes or gets them.

    Attributes:
        node: The AST node of the call; -1 for what the caller passes or gets.
        intrinsic: What is called; empty for the caller.
        direction: One of `traffic.DIRECTIONS`.
        visibility: One of `traffic.VISIBILITIES`: what the server can read.
        letters: How many values crossed, in each of the calls.
        sizes: Their bytes, in each of the calls.
        results: The value that the server had in the end, in each of the calls; -1 if it had none.
        is_given: Whether some of the values are seen to be what the caller gave the clients, unchanged.
    """

    node: int
    intrinsic: str
    direction: str
    visibility: str
    letters: tuple[int, ...]
    sizes: tuple[int, ...]
    results: tuple[int, ...]
    is_given: bool

    @property
    def name(self) -> str:
        """The intrinsic as a program calls it; empty for the caller."""
        return intrinsics.name_as_written(self.intrinsic)

    @property
    def is_same_for_all(self) -> bool:
        """Whether all clients get one value, which is told once; in a tree several executors of clients get it."""
        return intrinsics.sends_one_value_to_all_clients(self.intrinsic)

    @property
    def is_sealed(self) -> bool:
        """Whether the server can read no value of a single client."""
        return self.visibility in SEALED


@dataclasses.dataclass(frozen=True, slots=True)
class PrivacyCut:
    """What crossed between clients, server and caller.

    Attributes:
        calls: The calls of computations that have clients, as rows of `trace.invocations`.
        kinds: The kinds of crossings, in the order in which they came first.
        letters: The ledger (see `traffic`), with two columns more: `call`, a number in `calls`, and `kind`.
    """

    calls: tuple[int, ...]
    kinds: tuple[CrossingKind, ...]
    letters: Table

    @property
    def plain_sizes(self) -> tuple[int, ...]:
        """How many bytes the clients would upload in each call if they sent what the caller gave them."""
        return self._sizes(FROM_CALLER)

    @property
    def plain_size(self) -> int:
        """The bytes of one plain upload: of the call whose clients had the most."""
        return max(self.plain_sizes, default=0)

    @property
    def sizes_up(self) -> tuple[int, ...]:
        """How many bytes the clients sent to the server in each call."""
        return self._sizes(UP)

    @property
    def ratio(self) -> float | None:
        """What the clients sent in all calls, as a multiple of one plain upload; None if they had nothing."""
        return sum(self.sizes_up) / self.plain_size if self.plain_size else None

    def totals_of_one(self) -> list[tuple[int, int]]:
        """Returns the kinds and the calls in which a sealed total covers one client only, and so is its value."""
        sealed = [(number, kind) for number, kind in enumerate(self.kinds) if kind.visibility == "aggregate"]
        return [(number, call) for number, kind in sealed for call, count in enumerate(kind.letters) if count == 1]

    def letters_of(self, call: int) -> Table:
        """Returns the letters of one of `calls`, given its number."""
        return self.letters.where(self.letters["call"] == call)

    def _sizes(self, direction: str) -> tuple[int, ...]:
        sizes = np.zeros(len(self.calls), np.int64)
        for kind in self.kinds:
            if kind.direction == direction:
                sizes += np.array(kind.sizes, np.int64)
        return tuple(sizes.tolist())


def privacy_cut(snapshot: Snapshot) -> PrivacyCut:
    """Returns what crossed; every row of `traffic` is in it once."""
    ledger = traffic(snapshot)
    spans = ledger["span"]
    invocations = snapshot.columns["invocation"][spans]
    roots = np.array([call.span for call in snapshot.invocations], np.int64)
    row = np.searchsorted(roots, invocations)
    calls, call = np.unique(
        np.concatenate([row, [k for k, c in enumerate(snapshot.invocations) if "CLIENTS" in c.cardinalities]]),
        return_inverse=True,
    )
    call = call.reshape(-1)[: len(row)]
    node = np.where(ledger["intrinsic"] == "", NO_NODE, call_nodes(snapshot.nodes)[snapshot.columns["node"][spans]])
    keys = np.stack([node, ledger.numbers("direction"), ledger.numbers("visibility")])
    _, first, kind = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    kind = np.argsort(order, kind="stable")[kind.reshape(-1)]
    letters = Table(
        {**{name: ledger.numbers(name) for name in ledger}, "call": call, "kind": kind}, ledger.texts, ledger.units
    )
    results = _results(snapshot, calls)
    is_given = _is_given(snapshot, ledger)
    kinds = []
    for number, index in enumerate(first[order].tolist()):
        sample, mine = ledger.row(index), kind == number
        copies, sizes = ledger["copies"][mine], ledger["copies"][mine] * ledger["size"][mine].astype(np.int64)
        kinds.append(
            CrossingKind(
                int(node[index]), sample["intrinsic"], sample["direction"], sample["visibility"],
                tuple(np.bincount(call[mine], copies, len(calls)).astype(np.int64).tolist()),
                tuple(np.bincount(call[mine], sizes, len(calls)).astype(np.int64).tolist()),
                tuple(results.get((int(node[index]), row), -1) for row in calls.tolist()),
                bool(is_given[mine].any()),
            )
        )  # fmt: skip
    return PrivacyCut(tuple(calls.tolist()), tuple(kinds), letters)


def _is_given(snapshot: Snapshot, ledger: Table) -> "np.ndarray":
    """Returns which letters stand for a value that the caller gave to a client; of others nobody knows it."""
    given = np.zeros(snapshot.num_spans + 1, bool)
    given[ledger["span"][ledger["direction"] == FROM_CALLER]] = True
    alias = np.append(snapshot.columns["alias"], -1)
    value, found = ledger["span"].astype(np.int64), np.zeros(len(ledger), bool)
    for _ in range(_MAX_ALIASES):
        value = alias[value]
        found |= given[value] & (value >= 0)
        if (value < 0).all():
            break
    return found & (ledger["direction"] == UP)


def _results(snapshot: Snapshot, calls: "np.ndarray") -> dict[tuple[int, int], int]:
    """Returns the last value that was made at the server for each AST call, in each call of a computation."""
    columns = snapshot.columns
    is_server = np.array([*(executor.placement == "server" for executor in snapshot.executors), False])
    made = (columns["outcome"] == OK) & np.isin(columns["operation"], (COMPUTE, CREATE_CALL))
    spans = np.flatnonzero(made & is_server[columns["layer"]])
    roots = np.array([snapshot.invocations[row].span for row in calls.tolist()], np.int64)
    # A call without clients has no cut.
    spans = spans[np.isin(columns["invocation"][spans], roots)]
    nodes = call_nodes(snapshot.nodes)[columns["node"][spans]]
    found: dict[tuple[int, int], int] = {}
    for span, node, root in zip(spans.tolist(), nodes.tolist(), columns["invocation"][spans].tolist(), strict=True):
        place = int(np.searchsorted(roots, root))
        found[node, int(calls[place])] = span
    return found
