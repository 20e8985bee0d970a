"""Tracing hooks between the executors of a stack, when it is built for a trace.

Whoever assembles a stack passes each executor through `hooked`. In a stack that is built
for a trace this puts a `TracingExecutor` above it; in any other, nothing. A stack knows
where its parts are only when it is complete: `describe` then tells the hooks.
"""

import contextlib
import contextvars
from collections.abc import Iterator

from federated_language.framework import Executor

from tffsim.executor_stacks.drawing import Child, children_of
from tffsim.tracing.layers import Layer
from tffsim.tracing.tracing_executor import TracingExecutor

_is_traced: contextvars.ContextVar[bool] = contextvars.ContextVar("tffsim_builds_traced_stack", default=False)


@contextlib.contextmanager
def building(traced: bool) -> Iterator[None]:
    """Stacks that are built in the block get hooks, or none."""
    token = _is_traced.set(traced)
    try:
        yield
    finally:
        _is_traced.reset(token)


def hooked(executor: Executor) -> Executor:
    """Puts a tracing hook above an executor, if the stack is built for a trace."""
    return TracingExecutor(executor) if _is_traced.get() else executor


def describe(stack: Executor) -> None:
    """Tells the hooks of a complete stack where in it they are."""
    _describe(Child("", stack), None, set())


def _describe(child: Child, parent: Layer | None, seen: set[int]) -> None:
    executor = child.executor
    if isinstance(executor, TracingExecutor):
        if id(executor) in seen:
            return
        seen.add(id(executor))
        layer = executor.layer
        layer.parent, layer.role = parent, child.role
        layer.placement, layer.first_client, layer.num_clients = child.placement, child.first_client, child.num_clients
        layer.device = str(getattr(executor.target, "device", None) or "")
        parent = layer
    for lower in children_of(executor):
        inherited = lower if lower.role or lower.placement else child.with_executor(lower.executor)
        _describe(inherited, parent, seen)
