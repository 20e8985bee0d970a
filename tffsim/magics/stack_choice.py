"""Which execution stack the options of a magic choose."""

from collections.abc import Mapping

from federated_language.framework import AsyncContext, ExecutorFactory, SyncContext
from IPython.core.error import UsageError

from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory

_MIN_FANOUT = 2


def chosen_context(
    variables: Mapping[str, object], stack: str | None, clients: int | None = None, max_fanout: int | None = None
) -> SyncContext | AsyncContext | None:
    """Returns the context that options choose; None if they leave the choice to the current one.

    Args:
        variables: Where a name other than `local` and `debug` is looked up.
        stack: `local`, `debug`, the name of a context or factory, or None.
        clients: How many clients there are where arguments do not tell, if it was said.
        max_fanout: How many children an executor may have, if it was said.

    Raises:
        UsageError: If there is no such stack, or it has no such option: nothing is dropped in silence.
    """
    if stack is None and clients is None and max_fanout is None:
        return None
    _check("--clients", clients, 0)
    _check("--max-fanout", max_fanout, _MIN_FANOUT)
    if stack in (None, "local"):
        options = (clients or 0,) if max_fanout is None else (clients or 0, max_fanout)
        return SyncExecutionContext(local_executor_factory(*options))
    if stack == "debug":
        _refuse("--max-fanout", max_fanout, "debug", "It has one executor for all clients; --stack local makes trees.")
        return SyncExecutionContext(debug_executor_factory(clients or 0))
    found = variables.get(stack or "")
    if not isinstance(found, (ExecutorFactory, SyncContext, AsyncContext)):
        raise UsageError(f"--stack is local, debug, or the name of a context or factory; found {stack!r}.")
    advice = f"Set it where {stack} is made."
    _refuse("--clients", clients, str(stack), advice)
    _refuse("--max-fanout", max_fanout, str(stack), advice)
    return SyncExecutionContext(found) if isinstance(found, ExecutorFactory) else found


def _check(option: str, number: int | None, least: int) -> None:
    if number is not None and number < least:
        raise UsageError(f"{option} is a number from {least} on, found {number}.")


def _refuse(option: str, number: int | None, stack: str, advice: str) -> None:
    if number is not None:
        raise UsageError(f"{option} {number} does not go with --stack {stack}. {advice}")
