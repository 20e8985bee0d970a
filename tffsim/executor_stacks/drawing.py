"""An execution stack as text, the way it really is: read off the executors."""

import dataclasses
from collections.abc import Iterator, Sequence

import federated_language as fl
from federated_language.framework import Executor, ExecutorFactory

from tffsim.executors.federated_composing_strategy import FederatedComposingStrategy
from tffsim.executors.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.executors.federating_executor import FederatingExecutor


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """An executor below another one.

    Attributes:
        role: What it is there for, such as `server` or `clients 0-19`; may be empty.
        executor: The executor.
    """

    role: str
    executor: Executor


def children_of(executor: Executor) -> list[Child]:
    """Returns the executors directly below one of ours; of a foreign one, its `target` if any."""
    if isinstance(executor, FederatingExecutor):
        return [Child("unplaced", executor.unplaced_executor), *_participants(executor.strategy)]
    target = getattr(executor, "target", None)
    return [Child("", target)] if isinstance(target, Executor) else []


def draw(stack: Executor | ExecutorFactory, num_clients: int | None = None) -> str:
    """Draws a stack as a tree of text; a chain of executors takes one line.

    Args:
        stack: An executor, or a factory whose stack is drawn.
        num_clients: For a factory: the number of clients; None leaves it to the factory.

    Returns:
        Several lines without a line end after the last.
    """
    if isinstance(stack, ExecutorFactory):
        stack = stack.create_executor({} if num_clients is None else {fl.CLIENTS: num_clients})
    return "\n".join(_lines(Child("", stack)))


def _participants(strategy: object) -> list[Child]:
    if isinstance(strategy, FederatedResolvingStrategy):
        return [Child("server", strategy.server), *_grouped(strategy.clients)]
    if isinstance(strategy, FederatedComposingStrategy):
        children = [Child(f"{count} client{'s' * (count != 1)}", child) for child, count in strategy.children]
        return [Child("server", strategy.server), *children]
    return []


def _grouped(clients: Sequence[Executor]) -> list[Child]:
    """Makes one entry of the clients that share an executor."""
    members: dict[int, list[int]] = {}
    for client, executor in enumerate(clients):
        members.setdefault(id(executor), []).append(client)
    return [Child(_client_range(indices), clients[indices[0]]) for indices in members.values()]


def _client_range(indices: list[int]) -> str:
    if len(indices) == 1:
        return f"client {indices[0]}"
    if indices[-1] - indices[0] == len(indices) - 1:
        return f"clients {indices[0]}-{indices[-1]}"
    return f"clients {indices[0]}, {indices[1]}, … {indices[-1]}"


def _lines(child: Child) -> Iterator[str]:
    chain, below = _chain(child.executor)
    yield (f"{child.role}: " if child.role else "") + " ▶ ".join(chain)
    for position, lower in enumerate(_abridged(below)):
        is_last = position == len(_abridged(below)) - 1
        lines = _lines(lower) if isinstance(lower, Child) else iter([lower])
        yield ("└─ " if is_last else "├─ ") + next(lines)
        for line in lines:
            yield ("   " if is_last else "│  ") + line


def _chain(executor: Executor) -> tuple[list[str], list[Child]]:
    names, below = [type(executor).__name__], children_of(executor)
    while len(below) == 1:
        names.append(type(below[0].executor).__name__)
        below = children_of(below[0].executor)
    return names, below


def _abridged(children: list[Child], limit: int = 8) -> list[Child | str]:
    if len(children) <= limit:
        return list(children)
    hidden = len(children) - limit + 1
    return [*children[: limit - 2], f"… {hidden} more like these …", children[-1]]
