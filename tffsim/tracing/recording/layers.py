"""What a trace knows about an executor of the stack."""

import dataclasses

from tffsim.tracing.document.snapshot import ExecutorInfo


@dataclasses.dataclass(slots=True, eq=False)
class Layer:
    """One executor of a stack, as a traced stack describes it.

    Attributes:
        info: What traces say of it, but for its parent: each trace has numbers of its own.
        above: The executor above it.
    """

    info: ExecutorInfo
    above: "Layer | None" = None

    @classmethod
    def of(cls, executor: object) -> "Layer":
        """Returns what is known of an executor before it has a place in a stack: its class."""
        return cls(ExecutorInfo(type(executor).__name__, "", "", -1, 0, "", -1))
