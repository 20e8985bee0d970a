"""An execution stack as text, the way it really is: read off the executors."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import federated_language as fl
from federated_language.framework import Executor, ExecutorFactory

from tffsim.executors.federated_composing_strategy import FederatedComposingStrategy
from tffsim.executors.federated_resolving_strategy import FederatedResolvingStrategy
from tffsim.executors.federating_executor import FederatingExecutor
from tffsim.executors.materialising_executor import MaterialisingExecutor
from tffsim.tracing.tracing_executor import TracingExecutor


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """An executor below another one.

    Attributes:
        role: What it is there for, such as `server` or `clients 0-19`; may be empty.
        executor: The executor.
        placement: `server` or `clients`, if it works for one of them alone.
        first_client: Index of the first client that it works for; -1 for none.
        num_clients: For how many clients it works.
    """

    role: str
    executor: Executor
    placement: str = ""
    first_client: int = -1
    num_clients: int = 0

    def with_executor(self, executor: Executor) -> "Child":
        """Returns the same place with another executor in it."""
        return dataclasses.replace(self, executor=executor)


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
    if isinstance(stack, MaterialisingExecutor):
        # There for contexts of others; ours run on what is below.
        stack = stack.target
    return "\n".join(_lines(Child("", stack)))


def _participants(strategy: object) -> list[Child]:
    if isinstance(strategy, FederatedResolvingStrategy):
        server = Child("server", strategy.server, "server")
        return [server, *_grouped(strategy.clients, strategy.first_client)]
    if isinstance(strategy, FederatedComposingStrategy):
        ends = itertools.accumulate(count for _, count in strategy.children)
        children = [
            Child(f"{count} client{'s' * (count != 1)}", child, "", end - count, count)
            for (child, count), end in zip(strategy.children, ends, strict=True)
        ]
        return [Child("server", strategy.server, "server"), *children]
    return []


def _grouped(clients: Sequence[Executor], first_client: int) -> list[Child]:
    """Makes one entry of the clients that share an executor."""
    members: dict[int, list[int]] = {}
    for client, executor in enumerate(clients):
        members.setdefault(id(executor), []).append(client)
    return [
        Child(
            _client_range([first_client + index for index in indices]),
            clients[indices[0]],
            "clients",
            first_client + indices[0],
            len(indices),
        )
        for indices in members.values()
    ]


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
    names: list[str] = []
    while True:
        if not isinstance(executor, TracingExecutor):
            names.append(type(executor).__name__)
        below = children_of(executor)
        if len(below) != 1:
            return names, below
        executor = below[0].executor


def _abridged(children: list[Child], limit: int = 8) -> list[Child | str]:
    if len(children) <= limit:
        return list(children)
    hidden = len(children) - limit + 1
    return [*children[: limit - 2], f"… {hidden} more like these …", children[-1]]
