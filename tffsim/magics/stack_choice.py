"""Which execution stack the options of a magic choose."""

import warnings
from collections.abc import Callable, Mapping

import federated_language as fl
from federated_language.framework import AsyncContext, ExecutorFactory, PlacementLiteral, SyncContext
from IPython.core.error import UsageError

from tffsim.execution_contexts.cardinality_inference import infer_cardinalities
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.magics.notebook_workers import notebook_workers
from tffsim.magics.spelling import did_you_mean

_STACKS = ("local", "debug")
_MIN_FANOUT = 2
_KINDS = (ExecutorFactory, SyncContext, AsyncContext)


def names_of_stacks(variables: Mapping[str, object]) -> list[str]:
    """Returns what `--stack` may be: those that are always there, then variables."""
    mine = [name for name, value in variables.items() if isinstance(value, _KINDS) and not name.startswith("_")]
    return [*_STACKS, *(["remote"] if notebook_workers.are_there else []), *mine]


def chosen_context(
    variables: Mapping[str, object], stack: str | None, clients: int | None = None, max_fanout: int | None = None
) -> SyncContext | AsyncContext | None:
    """Returns the context that options choose; None if they leave the choice to the current one.

    Args:
        variables: Where a name other than `local` and `debug` is looked up.
        stack: `local`, `debug`, `remote`, the name of a context or factory, or None.
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
        return _context(local_executor_factory(*options), clients)
    if stack == "debug":
        _refuse("--max-fanout", max_fanout, "debug", "It has one executor for all clients; --stack local makes trees.")
        return _context(debug_executor_factory(clients or 0), clients)
    found = variables.get(stack or "")
    if stack == "remote" and not isinstance(found, _KINDS):
        _refuse("--max-fanout", max_fanout, "remote", "Its clients are divided among the workers.")
        return _context(notebook_workers.factory(clients or 0), clients)
    if not isinstance(found, _KINDS):
        raise UsageError(_no_stack(str(stack), variables))
    advice = f"Set it where {stack} is made."
    _refuse("--clients", clients, str(stack), advice)
    _refuse("--max-fanout", max_fanout, str(stack), advice)
    return SyncExecutionContext(found) if isinstance(found, ExecutorFactory) else found


def _context(factory: ExecutorFactory, clients: int | None) -> SyncExecutionContext:
    if clients is None:
        return SyncExecutionContext(factory)
    return SyncExecutionContext(factory, cardinality_inference_fn=_telling_of_others(clients))


def _telling_of_others(clients: int) -> Callable[[object, fl.Type], dict[PlacementLiteral, int]]:
    """Returns what counts the clients of arguments, and says once that these are not as many as an option says."""
    told: set[int] = {clients}

    def infer(argument: object, type_spec: fl.Type) -> dict[PlacementLiteral, int]:
        cardinalities = infer_cardinalities(argument, type_spec)
        count = cardinalities.get(fl.CLIENTS, clients)
        if count not in told:
            told.add(count)
            text = f"--clients {clients} is not used: the argument tells of {count} client{'s' * (count != 1)}."
            warnings.warn_explicit(text, UserWarning, filename="%tff_execute", lineno=1)
        return cardinalities

    return infer


def _no_stack(name: str, variables: Mapping[str, object]) -> str:
    stacks = names_of_stacks(variables)
    if name in variables:
        what = f"`{name}` is no context and no executor factory."
    else:
        what = f"There is no stack {name!r}.{did_you_mean(name, stacks)}"
    return f"{what} Stacks: {', '.join(stacks)}; or a variable with a context or an executor factory."


def _check(option: str, number: int | None, least: int) -> None:
    if number is not None and number < least:
        raise UsageError(f"{option} is a number from {least} on, found {number}.")


def _refuse(option: str, number: int | None, stack: str, advice: str) -> None:
    if number is not None:
        raise UsageError(f"{option} {number} does not go with --stack {stack}. {advice}")
