"""What clients do, described once for all of them.

A value at the clients knows how it comes about: from arguments, from what all share, by
a function, by zipping. An aggregation can then do the whole work of many clients in one
call, as a `CallBlock`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.computations.identity_cache import IdentityCache
from tffsim.computations.struct_types import container, struct_type
from tffsim.executors.deferred import Deferred
from tffsim.executors.federating_strategy import Function


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

    def __init__(self, payloads: Sequence[Any], member_type: fl.Type) -> None:
        super().__init__(member_type)
        self.payloads = payloads

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Argument((), self.member_type)


class Shared(ClientWork):
    """All clients have the same payload."""

    __slots__ = ("payload",)

    def __init__(self, payload: Deferred[Any], member_type: fl.Type) -> None:
        super().__init__(member_type)
        self.payload = payload

    def without_values(self, sources: Sequence[ClientWork]) -> ClientWork:
        return Shared(Deferred.of(None), self.member_type)


class Mapped(ClientWork):
    """A function is called at each client; without a source, it takes no argument."""

    __slots__ = ("function",)

    def __init__(self, function: Function, source: ClientWork | None) -> None:
        super().__init__(function.type_signature.result, [source] if source is not None else [])
        self.function = function

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


def zipped(value: structure.Struct) -> ClientWork | None:
    """Returns the work of a nested `Struct` of client values; None if that of one is not known."""
    parts = []
    for leaf in value:
        part = zipped(leaf) if isinstance(leaf, structure.Struct) else leaf.work
        if part is None:
            return None
        parts.append(part)
    names = structure.name_list_with_nones(value)
    return Zipped(names, parts, struct_type(names, [part.member_type for part in parts]))


class WorkPlan:
    """The order in which the parts of some work are done.

    Args:
        work: The work.
    """

    def __init__(self, work: ClientWork) -> None:
        self.steps = list(_in_order(work, set()))
        self._positions = {id(step): position for position, step in enumerate(self.steps)}
        self.shared = [step for step in self.steps if isinstance(step, Shared)]
        self.arguments = [step for step in self.steps if isinstance(step, Argument)]

    def key(self) -> object:
        """Tells apart what is done, whatever the values."""
        return tuple((step.key(), *(self._positions[id(source)] for source in step.sources)) for step in self.steps)

    def is_used_elsewhere(self) -> bool:
        """Whether somebody else needs the result of a function that is called here."""
        uses = [0] * len(self.steps)
        for step in self.steps:
            for source in step.sources:
                uses[self._positions[id(source)]] += 1
        uses[-1] += 1
        return any(isinstance(s, Mapped) and s.num_uses > used for s, used in zip(self.steps, uses, strict=True))

    def can_be_run_only_once(self) -> bool:
        """Whether some payload is gone when it was read, as a generator is."""
        return any(
            fl.framework.type_contains(step.member_type, lambda t: isinstance(t, fl.SequenceType))
            and any(_is_read_once(payload) for payload in step.payloads)
            for step in self.arguments
        )

    def without_values(self) -> "WorkPlan":
        """Returns the same plan without arguments, which would be kept alive by it."""
        copies: dict[int, ClientWork] = {}
        for step in self.steps:
            copies[id(step)] = step.without_values([copies[id(source)] for source in step.sources])
        return WorkPlan(copies[id(self.steps[-1])])

    async def embedded(self, executor: Executor) -> "EmbeddedWork":
        """Returns the work with its functions embedded in an executor."""
        functions = [
            await executor.create_value(step.function.proto, step.function.type_signature)
            if isinstance(step, Mapped)
            else None
            for step in self.steps
        ]
        return EmbeddedWork(executor, self, functions)


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

    async def run(self, shared: Sequence[ExecutorValue], arguments: Sequence[Any]) -> ExecutorValue:
        """Does one client's work.

        Args:
            shared: Handles of what all share.
            arguments: The client's payloads.
        """
        members = dict(zip(map(id, self._plan.shared), shared, strict=True))
        for given, payload in zip(self._plan.arguments, arguments, strict=True):
            members[id(given)] = await self._executor.create_value(payload, given.member_type)
        for step, function in zip(self._plan.steps, self._functions, strict=True):
            inputs = [members[id(source)] for source in step.sources]
            if isinstance(step, Mapped):
                assert function is not None
                members[id(step)] = await self._executor.create_call(function, *inputs)
            elif isinstance(step, Zipped):
                members[id(step)] = await self._executor.create_struct(container(list(step.names), inputs))
        return members[id(self._plan.steps[-1])]


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
