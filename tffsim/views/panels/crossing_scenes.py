"""What crossed in each call: scenes of letters between the server and its clients."""

from typing import TypedDict

import numpy as np

from tffsim.tracing.analysis.privacy_cut import DOWN, FROM_CALLER, UP, CrossingKind, PrivacyCut
from tffsim.tracing.analysis.value_parts import (
    ValuePart,
    bytes_of,
    description,
    first_numbers,
    numbers_text,
    value_parts,
)
from tffsim.tracing.document.operations import OK
from tffsim.tracing.document.snapshot import Snapshot
from tffsim.tracing.document.span_reader import SpanReader
from tffsim.tracing.document.table import Table
from tffsim.tracing.document.units import data_size
from tffsim.views.panels.words import say, words_about

MAX_LETTERS = 2000
"""How many letters are told one by one: those of the latest calls."""
MAX_ROWS = 12
"""So many clients have a row of their own; of more, some are chosen."""
_MAX_SCENES = 30
_MAX_TEXT = 40
_MOST_NAMES = 3


class LetterForm(TypedDict):
    """What many letters have in common: what their parts are, and of which types."""

    paths: list[str]
    types: list[str]


class Letter(TypedDict):
    """A value that crossed: of each part of its form a text, and the bytes with which it begins."""

    kind: int
    form: int
    span: int
    size: int
    texts: list[str]
    bytes: list[str]


class ClientRow(TypedDict):
    """A client: what it got from the caller, in short, and how many bytes; the letters from it and to it."""

    client: int
    holds: str
    held: int
    letters: list[Letter]


class Total(TypedDict):
    """What the server had in the end for one kind of crossing."""

    kind: int
    count: int
    letter: Letter


class Scene(TypedDict):
    """What crossed in one call. `rows` are those of clients, all or some; `shared` is sent to all clients alike.

    `puts_in` says what clients put into their envelopes, such as the parts of a struct.
    """

    call: int
    invocation: int
    num_clients: int
    kinds: list[int]
    rows: list[ClientRow]
    shared: list[Letter]
    totals: list[Total]
    held: int
    up: int
    down: int
    puts_in: str
    each: str


class CrossingScenes:
    """Makes the scenes, the latest with all letters, as many as may be told."""

    def __init__(self, snapshot: Snapshot, cut: PrivacyCut) -> None:
        self._snapshot = snapshot
        self._cut = cut
        self._parts = words_about("letter parts")
        self._reader = SpanReader(snapshot)
        self._left = MAX_LETTERS
        self._forms: dict[tuple[tuple[str, str], ...], int] = {}
        self._is_shared = np.array([*(kind.is_same_for_all for kind in cut.kinds), False])

    def all(self) -> list[Scene]:
        latest = range(len(self._cut.calls))[-_MAX_SCENES:]
        return [self._scene(call) for call in reversed(latest)][::-1]

    @property
    def forms(self) -> list[LetterForm]:
        """The forms of all letters that were told."""
        return [{"paths": [p for p, _ in form], "types": [t for _, t in form]} for form in self._forms]

    def _scene(self, call: int) -> Scene:
        snapshot, row = self._snapshot, self._cut.calls[call]
        invocation = snapshot.invocations[row]
        ledger = self._cut.letters_of(call)
        is_shared = self._is_shared[ledger["kind"]]
        single, shared = ledger.where(~is_shared), ledger.where(is_shared)
        num_clients = max(invocation.cardinalities.get("CLIENTS", 0), int(ledger["client"].max(initial=-1)) + 1)
        sums = {
            way: _sizes_by_client(ledger, way, num_clients, self._served(ledger)) for way in (FROM_CALLER, UP, DOWN)
        }
        told = self._told(single, num_clients, sums[FROM_CALLER])
        ended = snapshot.columns["outcome"][invocation.span] == OK
        rows = self._rows(single, told, sums[FROM_CALLER])
        return {
            "call": call,
            "invocation": invocation.span,
            "num_clients": num_clients,
            "kinds": [k for k, kind in enumerate(self._cut.kinds) if kind.letters[call]],
            "rows": rows,
            "shared": [self._letter(shared, k) for k in _first_of_each_kind(shared)],
            "totals": [self._total(number, kind, call) for number, kind in enumerate(self._cut.kinds)
                       if ended and kind.direction == UP and kind.letters[call] and kind.results[call] >= 0],
            "held": int(sums[FROM_CALLER].sum()),
            "up": int(sums[UP].sum()),
            "down": int(sums[DOWN].sum()),
            "puts_in": self._puts_in(rows),
            "each": self._each(sums),
        }  # fmt: skip

    def _puts_in(self, rows: list[ClientRow]) -> str:
        """Says what clients put into envelopes: of what goes up, what its parts are; of many, the first."""
        first = rows[0]["letters"] if rows else []
        letters = [letter for letter in first if self._cut.kinds[letter["kind"]].direction == UP]
        forms = self.forms
        told = dict.fromkeys(_first_names(forms[letter["form"]]["paths"]) for letter in letters)
        parts = "; ".join(filter(None, told))
        return say("puts in", parts=parts) if parts else say("puts in something")

    def _served(self, ledger: Table) -> "np.ndarray":
        """Returns for each row of the ledger the first client that gets what clients share."""
        first = np.array([executor.first_client for executor in self._snapshot.executors] + [0])
        layer = self._snapshot.columns["layer"][ledger["span"]]
        return np.where(ledger["copies"] > 1, first[layer], ledger["client"])

    def _told(self, single: Table, num_clients: int, held: "np.ndarray") -> "np.ndarray":
        """Returns the clients that have a row: all, or some where that would be too much."""
        clients = np.unique(single["client"])
        if len(single) <= self._left or num_clients <= MAX_ROWS:
            self._left -= len(single)
            return clients
        by_data = clients[np.argsort(held[clients], kind="stable")]
        return np.unique(np.concatenate([clients[: MAX_ROWS - 4], by_data[:2], by_data[-2:]]))

    def _rows(self, single: Table, told: "np.ndarray", held: "np.ndarray") -> list[ClientRow]:
        order = np.argsort(single["client"], kind="stable")
        kinds, spans = self._cut.kinds, single["span"]
        is_from_caller = np.array([kind.direction == FROM_CALLER for kind in kinds] + [False])[single["kind"]]
        bounds = np.searchsorted(single["client"][order], [told, told + 1]).T
        given = order[is_from_caller[order]]
        holds = dict(zip(given.tolist(), self._reader.previews(spans[given]), strict=True))
        rows: list[ClientRow] = []
        for client, (first, last) in zip(told.tolist(), bounds.tolist(), strict=True):
            mine = order[first:last].tolist()
            rows.append({
                "client": client,
                "holds": ", ".join(_shortened(holds[k]) for k in mine if k in holds),
                "held": int(held[client]),
                "letters": [self._letter(single, k) for k in mine if k not in holds],
            })  # fmt: skip
        return rows

    def _letter(self, ledger: Table, index: int) -> Letter:
        return self._told_letter(int(ledger["kind"][index]), int(ledger["span"][index]), int(ledger["size"][index]))

    def _total(self, number: int, kind: CrossingKind, call: int) -> Total:
        span = kind.results[call]
        size = int(self._snapshot.columns["size"][span])
        return {"kind": number, "count": kind.letters[call], "letter": self._told_letter(number, span, size, False)}

    def _told_letter(self, kind: int, span: int, size: int, is_sent: bool = True) -> Letter:
        parts = value_parts(self._reader, span)
        names = self._parts.get(self._cut.kinds[kind].intrinsic, "").split(", ") if is_sent else []
        if len(names) != len(parts) or not names[0]:
            names = [part.path for part in parts]
        form = tuple((name, part.type) for name, part in zip(names, parts, strict=True))
        number = self._forms.setdefault(form, len(self._forms))
        letter: Letter = {"kind": kind, "form": number, "span": span, "size": size, "texts": [], "bytes": []}
        for part in parts:
            self._tell(part, letter)
        return letter

    def _tell(self, part: ValuePart, letter: Letter) -> None:
        """Tells the numbers of a part of a letter, and their bytes, as far as they are known."""
        numbers, is_whole = first_numbers(self._reader, part)
        digits = bytes_of(numbers, part.dtype)
        if is_whole and len(numbers):
            letter["texts"].append(numbers_text(numbers, part.dtype))
            letter["bytes"].append(digits)
            return
        letter["texts"].append(_shortened(description(self._reader, part)))
        letter["bytes"].append(f"{digits} …" if digits else "")

    def _each(self, sums: "dict[str, np.ndarray]") -> str:
        """Says how many bytes went from and to each client, and how many stayed there."""
        marks = ((DOWN, "↓ {}"), (UP, "↑ {}"), (FROM_CALLER, f"{{}} {say('keeps')}"))
        parts = [mark.format(self._range(sums[way])) for way, mark in marks if sums[way].any()]
        return say("each", parts=" · ".join(parts)) if parts else ""

    def _range(self, sizes: "np.ndarray") -> str:
        least, most = data_size(int(sizes.min())), data_size(int(sizes.max()))
        return least if least == most else say("bytes from to", least=least, most=most)


def _first_names(paths: list[str]) -> str:
    """Returns what the parts of a letter are, as far as a reader cares to know; empty if it has no parts."""
    return ", ".join(filter(None, paths[:_MOST_NAMES])) + ", …" * (len(paths) > _MOST_NAMES)


def _shortened(preview: str) -> str:
    """Returns the description of a value, cut before what is said of all its numbers."""
    head, gap, tail = preview.partition("  ")
    return f"{head if len(head) <= _MAX_TEXT else f'{head[: _MAX_TEXT - 1]}…'}{gap}{tail}"


def _first_of_each_kind(ledger: Table) -> list[int]:
    return sorted(np.unique(ledger["kind"], return_index=True)[1].tolist())


def _sizes_by_client(ledger: Table, direction: str, num_clients: int, first: "np.ndarray") -> "np.ndarray":
    """Returns how many bytes went in a direction for each client; what clients share counts for each."""
    is_mine = ledger["direction"] == direction
    size, begin = ledger["size"][is_mine].astype(np.int64), first[is_mine]
    end = np.minimum(begin + ledger["copies"][is_mine], num_clients)
    changes = np.zeros(num_clients + 1, np.int64)
    np.add.at(changes, begin, size)
    np.add.at(changes, end, -size)
    return np.cumsum(changes)[:-1]
