"""What a trace says of each call of a computation."""

import dataclasses

from tffsim.tracing.recording.spans import Span


@dataclasses.dataclass(slots=True)
class Invocation:
    """One call of a computation.

    Attributes:
        span: The number of its root span.
        name: The name of the computation.
        root: The number of the root of its AST; -1 if that is unknown.
        cardinalities: How many participants each placement has, by its name.
        num_dropped: How many clients have dropped out; these are not among the participants.
        counted_from: When it began again, by the clock of the recorder: what started before does not count.
    """

    span: int
    name: str
    root: int
    cardinalities: dict[str, int]
    num_dropped: int = 0
    counted_from: int | None = None


class Invocations(list[Invocation]):
    """The calls of a trace, in the order in which they started."""

    def under_way(self, span: Span | None) -> Invocation | None:
        """Returns the call to which a span belongs, the one that runs here; None if there is none."""
        return next((call for call in reversed(self) if span is not None and call.span == span.invocation), None)
