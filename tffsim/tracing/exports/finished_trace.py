"""A trace that no longer changes, for reading every span of it."""

from functools import cached_property

from tffsim.traces.trace import Trace
from tffsim.tracing.document.operations import OPERATIONS
from tffsim.tracing.document.plain_text import plain
from tffsim.tracing.document.snapshot import Snapshot, input_offsets


class FinishedTrace(Trace):
    """A trace of which all spans are read, one after the other.

    Args:
        snapshot: What was recorded.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._offsets: list[int] = input_offsets(snapshot).tolist()
        self._inputs: list[int] = snapshot.inputs.tolist()

    def inputs(self, span: int) -> list[int]:
        # Previews of structs ask for inputs. Adding up all counts for each of them would
        # take time that grows with the square of the number of spans.
        return self._inputs[self._offsets[span] : self._offsets[span + 1]]

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

    @cached_property
    def _computations(self) -> dict[int, str]:
        return {call.span: call.name for call in self.snapshot.invocations if call.name}
