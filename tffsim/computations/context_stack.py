"""Which context runs a computation that is called.

`federated_language` keeps a stack of contexts per thread, and each new thread starts
without one. Computations made by tffsim look there first, so that its own ways to set a
context work; where nothing was set, they run in a default context that all threads
share.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from federated_language.framework import (
    AsyncContext,
    RuntimeErrorContext,
    SyncContext,
    get_context_stack,
)

Context: TypeAlias = AsyncContext | SyncContext


class SharedDefaultContextStack:
    """The context stack of `federated_language` with a default for all threads."""

    def __init__(self) -> None:
        self._default: Callable[[], Context] | None = None

    def set_default(self, default: Callable[[], Context]) -> None:
        """Sets how the context is found where none was set; asked at each call."""
        self._default = default

    @property
    def current(self) -> Context:
        """The context that runs a computation called now, in this thread."""
        current = get_context_stack().current
        if isinstance(current, RuntimeErrorContext) and self._default is not None:
            return self._default()
        return current

    def install(self, context: Context) -> AbstractContextManager[Context]:
        """Makes `context` the current one of this thread, for a `with` block."""
        return get_context_stack().install(context)


context_stack = SharedDefaultContextStack()
