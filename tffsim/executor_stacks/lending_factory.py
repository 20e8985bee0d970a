"""What a factory of execution stacks may offer to contexts, beside `create_executor`."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from federated_language.framework import Executor, PlacementLiteral


@runtime_checkable
class LendingFactory(Protocol):
    """A factory that lends its stacks: `ResourceManagingExecutorFactory` is one, and yours may be.

    Contexts take any `ExecutorFactory`. One that offers none of this makes an executor for each call, which runs in a
    thread of the context, and must be told of clients by the argument.
    """

    @property
    def default_num_clients(self) -> int:
        """The number of clients when the argument tells none."""

    @property
    def runs_in_caller(self) -> bool:
        """Whether invocations should run in the thread that makes them."""

    def lease(self, cardinalities: Mapping[PlacementLiteral, int]) -> AbstractContextManager[Executor]:
        """Lends a stack for the time of a `with` block, with hooks in it while a trace is active.

        Args:
            cardinalities: How many participants there are at each placement.
        """


@runtime_checkable
class VisitingFactory(Protocol):
    """A factory whose stacks go where clients are, if these have homes: see `clients_at_home`."""

    @property
    def lets_clients_drop_out(self) -> bool:
        """Whether calls go on without clients whose data is lost."""

    async def prepare(self, cardinalities: Mapping[PlacementLiteral, int]) -> Collection[str]:
        """Waits until a stack can be made.

        Args:
            cardinalities: How many participants there are at each placement; if it is a `CohortAtHome`, also where.

        Returns:
            The homes that cannot be reached, if clients may drop out; never all of them.
        """
