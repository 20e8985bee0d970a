"""What clients do, described once for all of them.

A value at the clients knows how it comes about: from arguments, from what all share, by
a function, by zipping. An aggregation can then do the whole work of many clients in one
call, as a `CallBlock`.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Container, Coroutine, Iterator, Mapping, Sequence
from typing import TypeAlias

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.call_block import BlockRefusedError
from tffsim.concurrency.deferred import Deferred
from tffsim.federation.client_results import ClientResults
from tffsim.federation.federating_strategy import Function
from tffsim.language.identity_cache import IdentityCache
from tffsim.language.struct_types import container

MakeMembers: TypeAlias = Callable[[Sequence[Deferred[ExecutorValue] | None], int], Coroutine[object, object, None]]
"""Asks for members one by one; the number is the index of the first."""


class ClientWork:
    """How a value at the clients comes about.

    Args:
        member_type: The type of each client's member.
        sources: The values it is made of.
    """

    __slots__ = ("member_type", "num_uses", "sources")

    def __init__(self, member_type: fl.Type, sources: Sequence["ClientWork"] = ()) -> None:
        self.member_type = member_type
        self.sources = sources
        self.num_uses = 0
        for source in sources:
            source.num_uses += 1

    def key(self) -> object:
        """Tells apart what is done, but not with which values, and not in the sources."""
        return type(self).__name__, self.member_type

    def without_values(self, sources: Sequence["ClientWork"]) -> "ClientWork":
        """Returns the same work on other sources, without arguments."""
        raise NotImplementedError


class Argument(ClientWork):
    """Each client has a payload of its own."""

    __slots__ = ("payloads",)

    def __init__(self, payloads: Sequence[object], member_type: fl.Type) -> None:
        super().__init__(member_type)
        self.payloads = payloads

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Argument((), self.member_type)


class Shared(ClientWork):
    """All clients have the same payload."""

    __slots__ = ("payload",)

    def __init__(self, payload: Deferred[object], member_type: fl.Type) -> None:
        super().__init__(member_type)
        self.payload = payload

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Shared(Deferred.of(None), self.member_type)


class Mapped(ClientWork):
    """A function is called at each client; without a source, it takes no argument."""

    __slots__ = ("function", "results")

    def __init__(self, function: Function, source: ClientWork | None) -> None:
        super().__init__(function.type_signature.result, [source] if source is not None else [])
        self.function = function
        self.results: ClientResults | None = None

    def key(self) -> object:
        return "Mapped", digest(self.function.proto)

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Mapped(self.function, sources[0] if sources else None)


class Zipped(ClientWork):
    """The members of several values, as a struct."""

    __slots__ = ("names",)

    def __init__(self, names: Sequence[str | None], sources: Sequence[ClientWork], member_type: fl.Type) -> None:
        super().__init__(member_type, sources)
        self.names = names

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Zipped(self.names, sources, self.member_type)


class WorkPlan:
    """The order in which the parts of some work are done.

    Args:
        work: The work.
    """

    def __init__(self, work: ClientWork) -> None:
        self.steps = list(_in_order(work, set()))
        self._positions = {id(step): position for position, step in enumerate(self.steps)}
        self._num_uses = [0] * len(self.steps)
        self._num_uses[-1] = 1
        for step in self.steps:
            for source in step.sources:
                self._num_uses[self._positions[id(source)]] += 1
        self.shared = [step for step in self.steps if isinstance(step, Shared)]
        self.arguments = [step for step in self.steps if isinstance(step, Argument)]

    def key(self) -> object:
        """Tells apart what is done, whatever the values."""
        return tuple((step.key(), *(self._positions[id(source)] for source in step.sources)) for step in self.steps)

    async def split(self, clients: range, singles: Container[int], make: MakeMembers) -> "Split | None":
        """Looks for results that other work needs too, or has left there.

        Args:
            clients: What there is to do depends on what has been done for them.
            singles: Positions of functions that must be called one by one.
            make: Makes members one by one. It is called for those.

        Returns:
            What there is left to do; None if other work has begun with some of the clients.
        """
        given, wanted, needed = [], [], {len(self.steps) - 1}
        for position in reversed(range(len(self.steps))):
            step = self.steps[position]
            if position not in needed:
                continue
            is_shared = isinstance(step, Mapped) and self._is_of_use_elsewhere(position)
            if is_shared or position in singles:
                assert isinstance(step, Mapped) and step.results is not None
                are_there = await step.results.are_there(clients)
                if position in singles and not are_there:
                    await make(step.results.of(clients), clients.start)
                    are_there = True
                if are_there is None:
                    return None
                if are_there:
                    given.append(position)
                    continue
                wanted.append(position)
            needed.update(self._positions[id(source)] for source in step.sources)
        return Split(tuple(given), tuple(wanted))

    def _is_of_use_elsewhere(self, position: int) -> bool:
        """Whether somebody else needs the result of a function, or may need it."""
        step = self.steps[position]
        assert isinstance(step, Mapped)
        return step.num_uses > self._num_uses[position] or (step.results is not None and step.results.may_find_readers)

    async def payload(self, position: int, client: int) -> object:
        """Returns what one client has of its own, or what a function has returned for it."""
        step = self.steps[position]
        if isinstance(step, Argument):
            return step.payloads[client]
        (member,) = self.results_of([position], range(client, client + 1))
        assert member is not None
        return await (await member.get()).compute()

    def results_of(self, positions: Sequence[int], clients: range) -> Sequence[Deferred[ExecutorValue] | None]:
        """Returns the results of functions, client by client; None for those that nobody will ask for."""
        columns = []
        for position in positions:
            step = self.steps[position]
            assert isinstance(step, Mapped) and step.results is not None
            columns.append(step.results.of(clients))
        return [member for row in zip(*columns, strict=True) for member in row]

    def can_be_run_only_once(self) -> bool:
        """Whether some payload is gone when it was read, as a generator is."""
        return any(
            fl.framework.type_contains(step.member_type, lambda t: isinstance(t, fl.SequenceType))
            and any(_is_read_once(payload) for payload in step.payloads)
            for step in self.arguments
        )

    def without_values(self, given: Container[int] = ()) -> tuple["WorkPlan", Mapping[int, int]]:
        """Returns the same plan without arguments, which would be kept alive by it.

        Args:
            given: Positions of steps whose results are arguments instead.

        Returns:
            The plan, and for the position of each of its steps the position of that step here.
        """
        copies: dict[int, ClientWork] = {}
        for position, step in enumerate(self.steps):
            sources = [copies[id(source)] for source in step.sources]
            copies[id(step)] = Argument((), step.member_type) if position in given else step.without_values(sources)
        plan = WorkPlan(copies[id(self.steps[-1])])
        here = {id(copies[id(step)]): position for position, step in enumerate(self.steps)}
        return plan, {position: here[id(step)] for position, step in enumerate(plan.steps)}

    async def embedded(self, executor: Executor) -> "EmbeddedWork":
        """Returns the work with its functions embedded in an executor."""
        functions = [
            await executor.create_value(step.function.proto, step.function.type_signature)
            if isinstance(step, Mapped)
            else None
            for step in self.steps
        ]
        return EmbeddedWork(executor, self, functions)


@dataclasses.dataclass(frozen=True, slots=True)
class Split:
    """What there is to do for some clients of a plan.

    Attributes:
        given: Positions of functions whose results are there.
        wanted: Positions of those that are to be called, and whose results others need too.
    """

    given: tuple[int, ...]
    wanted: tuple[int, ...]


class EmbeddedWork:
    """Work at one executor.

    Args:
        executor: Where.
        plan: What.
        functions: For each step the handle of the function that it calls.
    """

    def __init__(self, executor: Executor, plan: WorkPlan, functions: Sequence[ExecutorValue | None]) -> None:
        self._executor = executor
        self._plan = plan
        self._functions = functions

    async def run(self, shared: Sequence[ExecutorValue], arguments: Sequence[object]) -> Sequence[ExecutorValue]:
        """Does one client's work.

        Args:
            shared: Handles of what all share.
            arguments: The client's payloads.

        Returns:
            The result of each step.
        """
        members = dict(zip(map(id, self._plan.shared), shared, strict=True))
        for given, payload in zip(self._plan.arguments, arguments, strict=True):
            members[id(given)] = await self._executor.create_value(payload, given.member_type)
        for position, (step, function) in enumerate(zip(self._plan.steps, self._functions, strict=True)):
            inputs = [members[id(source)] for source in step.sources]
            if isinstance(step, Mapped):
                assert function is not None
                try:
                    members[id(step)] = await self._executor.create_call(function, *inputs)
                except BlockRefusedError as refusal:
                    refusal.step = position
                    raise
            elif isinstance(step, Zipped):
                members[id(step)] = await self._executor.create_struct(container(list(step.names), inputs))
        return [members[id(step)] for step in self._plan.steps]


def _in_order(work: ClientWork, seen: set[int]) -> Iterator[ClientWork]:
    if id(work) in seen:
        return
    seen.add(id(work))
    for source in work.sources:
        yield from _in_order(source, seen)
    yield work


def _is_read_once(payload: object) -> bool:
    if isinstance(payload, Mapping):
        payload = tuple(payload.values())
    if isinstance(payload, (tuple, structure.Struct)):
        return any(_is_read_once(element) for element in payload)
    return isinstance(payload, Iterator)


def _digest(proto: pb.Computation) -> bytes:
    return hashlib.sha256(proto.SerializeToString(deterministic=True)).digest()


digest: IdentityCache[pb.Computation, bytes] = IdentityCache(_digest)
"""Returns what tells functions apart."""
