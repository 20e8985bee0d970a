"""What a trace says of each call of a computation."""

import dataclasses


@dataclasses.dataclass(slots=True)
class Invocation:
    """One call of a computation.

    Attributes:
        span: The number of its root span.
        name: The name of the computation.
        root: The number of the root of its AST; -1 if that is unknown.
        cardinalities: How many participants each placement has, by its name.
        num_dropped: How many clients have dropped out; these are not among the participants.
    """

    span: int
    name: str
    root: int
    cardinalities: dict[str, int]
    num_dropped: int = 0
