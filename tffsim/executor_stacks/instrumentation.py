"""Tracing hooks between the executors of a stack, when it is built for a trace.

Whoever assembles a stack passes each executor through `hooked`. In a stack that is built
for a trace this puts a `TracingExecutor` above it; in any other, nothing. A stack knows
where its parts are only when it is complete: `describe` then tells the hooks.
"""

import contextlib
import contextvars
import dataclasses
import weakref
from collections.abc import Iterator, Mapping

from federated_language.framework import Executor, ExecutorFactory, PlacementLiteral

from tffsim.language.stack_parts import StackPart, parts_of
from tffsim.tracing.recording.layers import Layer
from tffsim.tracing.recording.tracing_executor import TracingExecutor

_is_traced: contextvars.ContextVar[bool] = contextvars.ContextVar("tffsim_builds_traced_stack", default=False)
# Of executors that came without a hook: a trace knows them again when their factory hands them out again.
_layers: "weakref.WeakKeyDictionary[Executor, Layer]" = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def building(traced: bool) -> Iterator[None]:
    """Stacks that are built in the block get hooks, or none."""
    token = _is_traced.set(traced)
    try:
        yield
    finally:
        _is_traced.reset(token)


def is_building_traced() -> bool:
    """Whether a stack is being built for a trace."""
    return _is_traced.get()


def hooked(executor: Executor) -> Executor:
    """Lets traces see an executor: use it where a factory of your own puts a stack together.

    In a stack that is built while a trace is active, this puts a hook above the executor,
    which records what goes in and out. In any other stack it returns the executor itself.
    Every executor of `federated_language` can be hooked::

        class MyFactory(federated_language.framework.ExecutorFactory):
            def create_executor(self, cardinalities):
                leaf = tffsim.hooked(EagerTFExecutor())
                return tffsim.hooked(MyExecutor(leaf))

    Traces and drawings must know what stands below an executor. They read its attribute
    `target`, or, if there are several, what its method `parts()` returns: see
    `tffsim.language.stack_parts`.

    Args:
        executor: Any executor.
    """
    return TracingExecutor(executor) if _is_traced.get() else executor


def describe(stack: Executor) -> None:
    """Tells the hooks of a complete stack where in it they are."""
    _describe(StackPart(stack), None, set())


def traced_stack(factory: ExecutorFactory, cardinalities: Mapping[PlacementLiteral, int]) -> Executor:
    """Returns a stack of any factory, with a hook at its top at least.

    Args:
        factory: A factory that is not ours; it need not know of traces.
        cardinalities: How many participants there are at each placement.
    """
    with building(True):
        executor = factory.create_executor(dict(cardinalities))
    if not isinstance(executor, TracingExecutor):
        layer = _layers.setdefault(executor, Layer.of(executor))
        executor = TracingExecutor(executor, layer)
    describe(executor)
    return executor


def hides_its_parts(stack: Executor) -> bool:
    """Returns whether a trace sees nothing of a stack but its top."""
    seen = {id(stack)}
    return not any(isinstance(executor, TracingExecutor) for executor in _below(stack, seen))


def _below(executor: Executor, seen: set[int]) -> Iterator[Executor]:
    for part in parts_of(executor):
        if id(part.executor) not in seen:
            seen.add(id(part.executor))
            yield part.executor
            yield from _below(part.executor, seen)


def _describe(part: StackPart, parent: Layer | None, seen: set[int]) -> None:
    executor = part.executor
    if id(executor) in seen:
        return
    seen.add(id(executor))
    if isinstance(executor, TracingExecutor):
        layer = executor.layer
        layer.above = parent
        layer.info = dataclasses.replace(
            layer.info,
            role=part.role,
            placement=part.placement,
            first_client=part.first_client,
            num_clients=part.num_clients,
            device=str(getattr(executor.target, "device", None) or ""),
        )
        parent = layer
    for lower in parts_of(executor):
        _describe(part.of(lower), parent, seen)
