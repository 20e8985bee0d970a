"""Texts about spans for the formats of other tools."""

from functools import cached_property

from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.snapshot import Snapshot, input_offsets
from tffsim.tracing.document.span_reader import SpanReader


class PlainReader(SpanReader):
    """Reads all spans of a trace, one after the other, in texts that every tool bears.

    Args:
        snapshot: What was recorded.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        # Lists: who asks for single entries of an array, for every span, waits several times as long.
        self._all_offsets: list[int] = input_offsets(snapshot).tolist()
        self._all_inputs: list[int] = snapshot.inputs.tolist()

    def inputs(self, span: int) -> list[int]:
        return self._all_inputs[self._all_offsets[span] : self._all_offsets[span + 1]]

    def name(self, span: int) -> str:
        """Returns what a span is called: the computation, or the executor's class and the operation."""
        if span in self._computations:
            return plain(self._computations[span])
        columns = self.snapshot.columns
        layer, operation = int(columns["layer"][span]), OPERATIONS[columns["operation"][span]]
        return plain(f"{self.snapshot.executors[layer].name}.{operation}" if layer >= 0 else operation)

    def shown_value(self, span: int) -> str:
        """Returns the preview of what a span produced; empty if nothing is known but its type."""
        number = int(self.snapshot.columns["type"][span])
        if number < 0:
            return ""
        preview = self.preview(span)
        return "" if preview == self.snapshot.types[number].text else plain(preview)

    def error(self, span: int) -> str:
        """Returns what a span raised; empty if it did not fail."""
        return self.snapshot.errors.get(span, "")

    @cached_property
    def _computations(self) -> dict[int, str]:
        return {call.span: call.name for call in self.snapshot.invocations if call.name}
