"""Reading single spans and values of a trace."""

import math
from functools import cached_property

import numpy as np

from tffsim.tracing.document.operations import CREATE_STRUCT
from tffsim.tracing.document.sketches import Sketch
from tffsim.tracing.document.snapshot import Snapshot, input_offsets

# How much of a struct a preview shows.
_MAX_DEPTH, _MAX_PARTS = 2, 6
_MAX_ALIASES = 64


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

    def preview(self, value: int, depth: int = 0) -> str:
        """Returns a short description of a value.

        Args:
            value: The number of the value.
            depth: Inside how many structs it is; parts that are nested deeply are described by their type.
        """
        snapshot = self.snapshot
        operation = snapshot.columns["operation"]
        for number in self._aliases(value):
            if operation[number] == CREATE_STRUCT and depth < _MAX_DEPTH:
                return self._preview_of_struct(number, depth)
            scalar = snapshot.columns["scalar"][number]
            if number in snapshot.sketches:
                return str(snapshot.sketches[number])
            if not np.isnan(scalar):
                return f"{scalar:.6g}"
        number = snapshot.columns["type"][value]
        return snapshot.types[number].text if number >= 0 else ""

    def value(self, value: int) -> "np.ndarray | float | None":
        """Returns a whole value; None if it was not kept."""
        snapshot = self.snapshot
        for number in self._aliases(value):
            if number in snapshot.arrays:
                return snapshot.arrays[number]
            if not np.isnan(snapshot.columns["scalar"][number]):
                return float(snapshot.columns["scalar"][number])
            if number in snapshot.sketches and snapshot.sketches[number].is_nan:
                return math.nan
        return None

    def sketch(self, value: int) -> Sketch | None:
        """Returns what is known of the numbers of a value; None if nothing is."""
        sketches = self.snapshot.sketches
        return next((sketches[number] for number in self._aliases(value) if number in sketches), None)

    @cached_property
    def _offsets(self) -> "np.ndarray":
        return input_offsets(self.snapshot)

    def _preview_of_struct(self, value: int, depth: int) -> str:
        snapshot = self.snapshot
        parts = self.inputs(value)
        names = [*snapshot.types[snapshot.columns["type"][value]].members, *[""] * _MAX_PARTS]
        named = zip(names, parts[:_MAX_PARTS], strict=False)
        shown = [(f"{name}=" if name else "") + self.preview(part, depth + 1) for name, part in named if part >= 0]
        return f"<{', '.join([*shown, '…'] if len(parts) > _MAX_PARTS else shown)}>"

    def _aliases(self, value: int) -> list[int]:
        chain = [value]
        alias = self.snapshot.columns["alias"]
        while alias[chain[-1]] >= 0 and len(chain) < _MAX_ALIASES:
            chain.append(int(alias[chain[-1]]))
        return chain
