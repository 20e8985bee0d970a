"""What the work that runs now is for: which AST node, which client.

A stack does its work late, when a result is needed, and in whatever thread is free. Who
watches it (the tracing hooks between executors) could not tell from the call stack why
something runs. So the executor that reads the AST, and the strategies that hand work
to clients, say it here. Whoever moves work to another thread reports how long it waited.
"""

import contextvars
from collections.abc import Callable
from typing import TypeAlias

from federated_language.framework import ComputationBuildingBlock

current_node: contextvars.ContextVar[ComputationBuildingBlock | None] = contextvars.ContextVar(
    "tffsim_current_node", default=None
)
"""The AST node that is being evaluated, or on whose behalf deferred work runs."""

current_client: contextvars.ContextVar[int] = contextvars.ContextVar("tffsim_current_client", default=-1)
"""The index of the client that is at work, counted over the whole cohort; -1 for no client."""

OffloadObserver: TypeAlias = Callable[[int, int, int], None]

offload_observer: contextvars.ContextVar[OffloadObserver | None] = contextvars.ContextVar(
    "tffsim_offload_observer", default=None
)
"""Called in a worker thread after a call that ran there, in the context that submitted it.

Its arguments are the times of submission, start and end, as `time.perf_counter_ns()`.
"""
