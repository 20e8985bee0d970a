"""What an execution stack is made of: every executor says which executors stand below it."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from federated_language.framework import Executor


@dataclasses.dataclass(frozen=True, slots=True)
class StackPart:
    """An executor below another one.

    Attributes:
        executor: The executor.
        role: What it is there for, such as `server` or `clients 0-19`; may be empty.
        placement: `server` or `clients`, if it works for one of them alone.
        first_client: Index of the first client that it works for; -1 for none.
        num_clients: For how many clients it works.
    """

    executor: Executor
    role: str = ""
    placement: str = ""
    first_client: int = -1
    num_clients: int = 0

    def of(self, lower: "StackPart") -> "StackPart":
        """Returns a part of the executor in this place, with what is said here about both."""
        if lower.placement or (lower.role and not self.placement):
            return lower
        return dataclasses.replace(self, executor=lower.executor, role=lower.role or self.role)


@runtime_checkable
class HasParts(Protocol):
    """An executor, or what an executor is built on, that has several executors below it.

    An executor with just one below needs no more than an attribute `target`.
    """

    def parts(self) -> Sequence[StackPart]:
        """Returns the executors directly below, in the order in which a drawing shows them."""


def parts_of(executor: Executor) -> Sequence[StackPart]:
    """Returns the executors directly below one: its `parts()`, or its `target`, or nothing.

    A part may lead back to the executor that names it: the lambdas that a sequence executor applies to elements use
    sequences in turn. Whoever follows parts must stop where they have been.
    """
    if isinstance(executor, HasParts):
        return executor.parts()
    target = getattr(executor, "target", None)
    return [StackPart(target)] if isinstance(target, Executor) else []


def parts_of_clients(clients: Sequence[Executor], first_client: int) -> list[StackPart]:
    """Returns one part for all clients that share an executor.

    Args:
        clients: The executor of each client.
        first_client: Index of the first of these clients in the cohort.
    """
    members: dict[int, list[int]] = {}
    for client, executor in enumerate(clients):
        members.setdefault(id(executor), []).append(client)
    return [
        StackPart(
            clients[indices[0]],
            _client_range([first_client + index for index in indices]),
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
    between = (
        [f"{index}" for index in indices[:2]] + ["…"] * (len(indices) > 3) + [f"{indices[-1]}"] * (len(indices) > 2)
    )
    return f"clients {', '.join(between)}"
