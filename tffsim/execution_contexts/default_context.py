"""The context that runs computations where no other one was set, in all threads."""

import contextlib
import contextvars
import threading
from collections.abc import Iterator
from types import TracebackType

from federated_language import framework
from federated_language.framework import (
    AsyncContext,
    ConcreteComputation,
    ExecutorFactory,
    RuntimeErrorContext,
    SyncContext,
    get_context_stack,
)

from tffsim.computations.context_stack import Context, context_stack
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext


class _Default:
    """A place for a default context."""

    def __init__(self, context: Context | None = None) -> None:
        self._context = context
        self._lock = threading.Lock()

    def get(self) -> Context:
        with self._lock:
            if self._context is None:
                from tffsim.executor_stacks.local import local_executor_factory

                self._context = SyncExecutionContext(local_executor_factory())
            return self._context

    def set(self, context: Context | None) -> Context | None:
        """Sets it, and returns what it was before."""
        with self._lock:
            before, self._context = self._context, context
        return before


_shared = _Default()
_default: contextvars.ContextVar[_Default] = contextvars.ContextVar("tffsim_default_context", default=_shared)


def get_context() -> Context:
    """Returns the default context; the first call makes a local one."""
    return _default.get().get()


class use:  # noqa: N801 (it is called like a function)
    """Sets the default context of all threads.

    As a plain call it stays set; in a `with` statement, until the end of the block.

    Args:
        context: A context, or an executor factory for a `SyncExecutionContext`.

    Raises:
        TypeError: If it is neither.
    """

    def __init__(self, context: Context | ExecutorFactory) -> None:
        if isinstance(context, ExecutorFactory):
            context = SyncExecutionContext(context)
        if not isinstance(context, (SyncContext, AsyncContext)):
            raise TypeError(f"Expected an execution context or an executor factory, found {type(context).__name__}.")
        self._context = context
        self._default = _default.get()
        self._before = self._default.set(context)

    def __enter__(self) -> Context:
        return self._context

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._default.set(self._before)


def set_default_context(context: Context) -> None:
    """Sets the default context of all threads, also where `federated_language` had one of its own.

    Args:
        context: A context, or an executor factory for a `SyncExecutionContext`.

    Raises:
        TypeError: If it is neither.
    """
    use(context)
    framework.set_default_context(_DelegatingContext())


@contextlib.contextmanager
def separate_default(context: Context) -> Iterator[None]:
    """A block in which this thread has a default context of its own: `use` there changes nothing elsewhere."""
    token = _default.set(_Default(context))
    try:
        with context_stack.install(_DelegatingContext()):
            yield
    finally:
        _default.reset(token)


class _DelegatingContext(SyncContext):
    """Passes calls of computations made by `federated_language` alone to the default context."""

    def invoke(self, comp: ConcreteComputation, arg: object) -> object:
        return get_context().invoke(comp, arg)


def install() -> None:
    """Makes the default context available.

    It serves tffsim's computations in all threads, and those of `federated_language` in
    the thread that imports tffsim.
    """
    context_stack.set_default(get_context)
    if isinstance(get_context_stack().current, RuntimeErrorContext):
        framework.set_default_context(_DelegatingContext())
