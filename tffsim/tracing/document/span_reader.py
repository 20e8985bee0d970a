"""Reading single spans and values of a trace."""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np

from tffsim.tracing.document.operations import COMPUTE, CREATE_SELECTION, CREATE_STRUCT, OK
from tffsim.tracing.document.sketches import Sketch
from tffsim.tracing.document.snapshot import Snapshot, input_offsets

# How much of a struct a preview shows.
_MAX_DEPTH, _MAX_PARTS = 2, 6
_MAX_ALIASES = 64
_MAX_NESTED = 8

WholeValue: TypeAlias = "np.ndarray | float | tuple[WholeValue, ...]"


class SpanReader:
    """Says what a span used, and what a value was.

    A value of one executor often stands for one of the executor below, its alias. What is
    asked of a value is therefore looked for along its aliases.

    Args:
        snapshot: What was recorded.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def inputs(self, span: int) -> list[int]:
        """Returns the numbers of the values that a span used; -1 for one that was not recorded."""
        inputs: list[int] = self.snapshot.inputs[self._offsets[span] : self._offsets[span + 1]].tolist()
        return inputs

    def preview(self, value: int) -> str:
        """Returns a short description of a value, given its number."""
        return self.previews([value])[0]

    def previews(self, values: "Sequence[int] | np.ndarray", depth: int = 0) -> list[str]:
        """Returns short descriptions of values, of many in little more time than of one.

        Args:
            values: Their numbers.
            depth: Inside how many structs they are; parts that are nested deeply are described by their type.
        """
        numbers = np.asarray(values, np.int64)
        sources = self._sources(numbers, depth)
        texts = self._texts(np.array(sorted({*sources.tolist()} - {-1}), np.int64), depth)
        return [
            texts[source] if source >= 0 else self._type_text(value)
            for source, value in zip(sources.tolist(), numbers.tolist(), strict=True)
        ]

    def value(self, value: int, depth: int = 0) -> "WholeValue | None":
        """Returns a whole value, of a struct a tuple of its members; None if it, or a member, was not kept."""
        snapshot = self.snapshot
        for number in self._aliases(value):
            if number in snapshot.arrays:
                return snapshot.arrays[number]
            if snapshot.columns["has_scalar"][number]:
                return float(snapshot.columns["scalar"][number])
        members = [
            None if part < 0 or depth == _MAX_NESTED else self.value(part, depth + 1) for part in self.parts(value)
        ]
        whole = tuple(member for member in members if member is not None)
        return whole if members and len(whole) == len(members) else None

    def parts(self, value: int) -> list[int]:
        """Returns the numbers of the values that the members of a struct are; empty if nobody knows them.

        A struct that was put together has its inputs as members. Of one that a function made, those are known that
        were taken out of it: by a selection, or when all of it was computed, member by member. -1 is one that is not.
        """
        chain = self._aliases(value)
        for number in chain:
            if self.snapshot.columns["operation"][number] == CREATE_STRUCT:
                return self.inputs(number)
            if (compute := int(self._computed[number])) >= 0:
                return self._members_of_compute(compute)
        count = self._num_members[self.snapshot.columns["type"][value]]
        selected = [next((s for n in chain if (s := self._selected.get((n, k), -1)) >= 0), -1) for k in range(count)]
        return selected if max(selected, default=-1) >= 0 else []

    def sketch(self, value: int) -> Sketch | None:
        """Returns what is known of the numbers of a value; None if nothing is."""
        sketches = self.snapshot.sketches
        return next((sketches[number] for number in self._aliases(value) if number in sketches), None)

    @cached_property
    def _offsets(self) -> "np.ndarray":
        return input_offsets(self.snapshot)

    @cached_property
    def _num_members(self) -> "np.ndarray":
        """How many members the values of each type have, as far as they are counted; one entry more, for no type."""
        return np.array([*(len(type_info.members) for type_info in self.snapshot.types), 0])

    @cached_property
    def _member_computes(self) -> "tuple[np.ndarray, np.ndarray]":
        """Those computations of a member that are part of the computation of a struct; and where these are."""
        columns = self.snapshot.columns
        parent, types = columns["parent"], columns["type"]
        computes = (columns["operation"] == COMPUTE) & (columns["outcome"] == OK)
        # What goes to the executor below is the same struct, and clients are no members.
        is_part = computes & computes[parent] & (parent >= 0) & (types != types[parent])
        is_part &= columns["client"] == columns["client"][parent]
        parts = np.flatnonzero(is_part)
        count = np.bincount(parent[parts], minlength=len(parent))
        is_whole = (count > 0) & (count == self._num_members[types])
        parts = parts[is_whole[parent[parts]]]
        order = np.argsort(parent[parts], kind="stable")
        return parts[order], parent[parts][order]

    @cached_property
    def _computed(self) -> "np.ndarray":
        """For each value, and for each computation, the computation that told its members; -1 for none."""
        computes = np.unique(self._member_computes[1])
        computed = np.full(self.snapshot.num_spans, -1)
        inputs = self.snapshot.inputs[self._offsets[computes]]
        computed[inputs[inputs >= 0]] = computes[inputs >= 0]
        computed[computes] = computes
        return computed

    def _members_of_compute(self, compute: int) -> list[int]:
        parts, wholes = self._member_computes
        first, last = np.searchsorted(wholes, [compute, compute + 1])
        members: list[int] = parts[first:last].tolist()
        return members

    @cached_property
    def _selected(self) -> dict[tuple[int, int], int]:
        """What selected a member of a value, by the number of the value and that of the member."""
        columns = self.snapshot.columns
        selections = np.flatnonzero((columns["operation"] == CREATE_SELECTION) & (columns["outcome"] == OK))
        sources = self.snapshot.inputs[self._offsets[selections]]
        keys = zip(sources.tolist(), columns["index"][selections].tolist(), strict=True)
        return dict(zip(keys, selections.tolist(), strict=True))

    def _sources(self, values: "np.ndarray", depth: int) -> "np.ndarray":
        """Returns for each value the first along its aliases that says what it was; -1 where none does."""
        columns, sketches = self.snapshot.columns, self.snapshot.sketches
        sources, current = np.full(len(values), -1), values
        places = np.arange(len(values))
        for _ in range(_MAX_ALIASES):
            tells = columns["has_scalar"][current] | (sketches.rows_of(current) >= 0)
            if depth < _MAX_DEPTH:
                tells |= self._is_struct(current)
            sources[places[tells]] = current[tells]
            goes_on = ~tells & (columns["alias"][current] >= 0)
            places, current = places[goes_on], columns["alias"][current[goes_on]]
            if not len(places):
                break
        return sources

    def _texts(self, sources: "np.ndarray", depth: int) -> dict[int, str]:
        """Returns what values say of themselves, by their numbers."""
        columns, sketches = self.snapshot.columns, self.snapshot.sketches
        rows = sketches.rows_of(sources)
        is_struct = self._is_struct(sources) & (depth < _MAX_DEPTH)
        is_number = ~is_struct & columns["has_scalar"][sources]
        is_sketched = ~is_struct & ~is_number
        structs, numbers, sketched = sources[is_struct], sources[is_number], sources[is_sketched]
        return {
            **dict(zip(structs.tolist(), self._texts_of_structs(structs, depth), strict=True)),
            **dict(zip(numbers.tolist(), map("{:.6g}".format, columns["scalar"][numbers].tolist()), strict=True)),
            **dict(zip(sketched.tolist(), sketches.texts(rows[is_sketched]), strict=True)),
        }

    def _is_struct(self, values: "np.ndarray") -> "np.ndarray":
        """Whether it is known of which values each one consists, without a look at what was selected of it."""
        return (self.snapshot.columns["operation"][values] == CREATE_STRUCT) | (self._computed[values] >= 0)

    def _texts_of_structs(self, structs: "np.ndarray", depth: int) -> list[str]:
        snapshot = self.snapshot
        parts = [self.parts(struct) for struct in structs.tolist()]
        known = sorted({part for of_one in parts for part in of_one[:_MAX_PARTS] if part >= 0})
        texts = dict(zip(known, self.previews(known, depth + 1), strict=True)) if known else {}
        types = snapshot.columns["type"][structs].tolist()
        members = [snapshot.types[number].members if number >= 0 else () for number in types]
        return [_struct_text(names, of_one, texts) for names, of_one in zip(members, parts, strict=True)]

    def _type_text(self, value: int) -> str:
        number = self.snapshot.columns["type"][value]
        return self.snapshot.types[number].text if number >= 0 else ""

    def _aliases(self, value: int) -> list[int]:
        chain = [value]
        alias = self.snapshot.columns["alias"]
        while alias[chain[-1]] >= 0 and len(chain) < _MAX_ALIASES:
            chain.append(int(alias[chain[-1]]))
        return chain


def _struct_text(members: Sequence[str], parts: list[int], texts: dict[int, str]) -> str:
    names = [*members, *[""] * _MAX_PARTS]
    named = zip(names, parts[:_MAX_PARTS], strict=False)
    shown = [(f"{name}=" if name else "") + texts[part] for name, part in named if part >= 0]
    return f"<{', '.join([*shown, '…'] if len(parts) > _MAX_PARTS else shown)}>"
