"""What the work that runs now is for: which AST node, which client.

A stack does its work late, when a result is needed, and in whatever thread is free. Who
watches it (the tracing hooks between executors) could not tell from the call stack why
something runs. So the executor that reads the AST, and the strategies that hand work
to clients, say it here. Whoever moves work to another thread reports how long it waited.
"""

import contextvars
from typing import Protocol

from federated_language.framework import ComputationBuildingBlock

current_node: contextvars.ContextVar[ComputationBuildingBlock | None] = contextvars.ContextVar(
    "tffsim_current_node", default=None
)
"""The AST node that is being evaluated, or on whose behalf deferred work runs."""


def called_intrinsic() -> str:
    """Returns the URI of the intrinsic that the AST node of now calls; empty if it calls none."""
    return str(getattr(getattr(current_node.get(), "function", None), "uri", ""))


current_client: contextvars.ContextVar[int] = contextvars.ContextVar("tffsim_current_client", default=-1)
"""The index of the client that is at work, counted over the whole cohort; -1 for no client."""


class OffloadObserver(Protocol):
    """Hears of calls that run in worker threads, in the context that submits them.

    Moments are those of `time.perf_counter_ns`.
    """

    def submitted(self, moment: int) -> None:
        """A call waits for a thread; said in the thread that submits it."""

    def started(self, moment: int) -> None:
        """It begins; said in its thread, as the next."""

    def ended(self, moment: int) -> None:
        """It has ended."""


offload_observer: contextvars.ContextVar[OffloadObserver | None] = contextvars.ContextVar(
    "tffsim_offload_observer", default=None
)
"""Who hears of the calls that are submitted here; None if nobody does."""
