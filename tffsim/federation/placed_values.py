"""Federated values and functions in their places, shared by the strategies."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

import federated_language as fl
from federated_language.common_libs import structure
from federated_language.framework import Executor, ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.failure_location import current_argument_path, locate_argument
from tffsim.federation.federating_strategy import FederatedValue, Function, Nested
from tffsim.federation.number_watch import explained_quotient
from tffsim.language.struct_types import container

_S = TypeVar("_S")
_T = TypeVar("_T")

Places: TypeAlias = "structure.Struct[int | Places]"
"""Nested `Struct`s with the position of each leaf instead of the leaf."""
ArgumentPath: TypeAlias = tuple[str | int, ...]


class ServerValue(FederatedValue):
    """A value at the server.

    Args:
        member_type: The type of the value.
        member: A handle of the server's executor.
    """

    __slots__ = ("member",)

    def __init__(self, member_type: fl.Type, member: Deferred[ExecutorValue]) -> None:
        super().__init__(member_type)
        self.member = member


def explained(quotient: FederatedValue, sums: FederatedValue | None) -> ServerValue:
    """Returns a mean whose reader is told why it is NaN, if it is: see `FederatingStrategy.explained`."""
    dividend_and_divisor = server_value(sums).member if sums is not None else None
    member = Deferred(explained_quotient, server_value(quotient).member, dividend_and_divisor)
    return ServerValue(quotient.member_type, member)


class OnEachExecutor:
    """Something to be embedded once in each of several executors.

    Args:
        embed: Embeds it in one executor.
    """

    __slots__ = ("_embed", "_embedded")

    def __init__(self, embed: Callable[[Executor], Coroutine[object, object, ExecutorValue]]) -> None:
        self._embed = embed
        self._embedded: dict[int, Deferred[ExecutorValue]] = {}

    @classmethod
    def function(cls, function: Function) -> OnEachExecutor:
        """Returns a function to be embedded wherever it is called."""
        return cls(lambda executor: executor.create_value(function.proto, function.type_signature))

    def on(self, executor: Executor) -> Deferred[ExecutorValue]:
        """Returns it as a handle of `executor`."""
        embedded = self._embedded.get(id(executor))
        if embedded is None:
            embedded = self._embedded[id(executor)] = Deferred(self._embed, executor)
        return embedded


async def call(executor: Executor, function: OnEachExecutor, argument: Deferred[ExecutorValue] | None) -> ExecutorValue:
    """Calls a function at one executor."""
    if argument is None:
        return await executor.create_call(await function.on(executor).get())
    handle = await argument.get()
    del argument
    return await executor.create_call(await function.on(executor).get(), handle)


async def payload_of(member: Deferred[ExecutorValue]) -> Any:
    """Returns what a member is, outside its executor."""
    return await (await member.get()).compute()


async def move(executor: Executor, value: ExecutorValue) -> ExecutorValue:
    """Embeds in `executor` what a handle of another executor stands for."""
    return await executor.create_value(await value.compute(), value.type_signature)


def server_value(value: FederatedValue) -> ServerValue:
    """Returns `value` as a server value.

    Raises:
        TypeError: If it is placed elsewhere.
    """
    if not isinstance(value, ServerValue):
        raise TypeError(f"Expected a value at the server, found a {type(value).__name__} of {value.member_type}.")
    return value


def check_members(value: object, type_spec: fl.FederatedType, num_clients: int) -> Sequence[object]:
    """Returns `value` as a sequence of one payload per client.

    Raises:
        TypeError: If it is no list or tuple.
        ValueError: If it has the wrong length.
    """
    if not isinstance(value, (list, tuple)):
        found = type(value).__name__
        raise locate_argument(TypeError(f"Expected a list with one {type_spec.member} per client, found a {found}."))
    if len(value) != num_clients:
        message = f"Expected one member for each of the {num_clients} clients, found {len(value)} members."
        raise locate_argument(ValueError(message))
    return value


async def embed_at_server(server: Executor, value: object, type_spec: fl.FederatedType) -> ServerValue:
    """Embeds a payload at the server at once, so that one that does not fit is refused even if nobody uses it.

    Raises:
        TypeError: If it does not fit the type.
        ValueError: If the type has more than one member, or a number is out of range.
    """
    if not type_spec.all_equal:
        raise ValueError(f"A server value has exactly one member, found the type {type_spec}.")
    return ServerValue(type_spec.member, Deferred.of(await server.create_value(value, type_spec.member)))


async def common_payload(server: Executor, value: object, type_spec: fl.FederatedType) -> Deferred[object]:
    """Returns what all participants share, checked and converted once for all of them.

    Args:
        server: The executor that converts it.
        value: The payload.
        type_spec: An all-equal type.

    Raises:
        TypeError: If it does not fit the type.
        ValueError: If a number is out of range.
    """
    handle = await server.create_value(value, type_spec.member)
    return Deferred(handle.compute)


async def embed_argument(executor: Executor, value: object, type_spec: fl.Type, path: ArgumentPath) -> ExecutorValue:
    """Embeds a payload; a failure is one of the argument.

    Args:
        executor: Where the payload goes.
        value: The payload.
        type_spec: Its type.
        path: The steps from the argument to the payload.
    """
    token = current_argument_path.set(path)
    try:
        with part_of_argument(path):
            return await executor.create_value(value, type_spec)
    finally:
        current_argument_path.reset(token)


@contextlib.contextmanager
def part_of_argument(path: ArgumentPath) -> Iterator[None]:
    """What does not fit in the block is the part of the argument at a path."""
    try:
        yield
    except (TypeError, ValueError, OverflowError) as error:
        locate_argument(error)
        for segment in reversed(path):
            locate_argument(error, segment)
        raise


def leaves_of(value: Nested) -> Iterator[FederatedValue]:
    """Yields the federated values in nested `Struct`s, in order."""
    if isinstance(value, structure.Struct):
        for part in value:
            yield from leaves_of(part)
    else:
        yield value


def places_in(value: structure.Struct[Nested]) -> Places:
    """Returns a nested `Struct` with the position of each leaf instead of the leaf."""
    return _numbered(value, itertools.count())


def _numbered(value: structure.Struct[Nested], numbers: Iterator[int]) -> Places:
    return renamed(value, [_numbered(x, numbers) if isinstance(x, structure.Struct) else next(numbers) for x in value])


async def zip_members(executor: Executor, places: Places, *members: Deferred[ExecutorValue]) -> ExecutorValue:
    """Makes one handle of a struct.

    Args:
        executor: Makes it.
        places: A nested `Struct` of positions in `members`; see `places_in`.
        *members: What stands there. Not a `Struct` of them for each client: making one takes
            longer than many a client's work.
    """

    async def zipped(place: int | Places) -> ExecutorValue:
        return await (
            zip_members(executor, place, *members) if isinstance(place, structure.Struct) else members[place].get()
        )

    handles = await concurrency.gather(*(zipped(place) for place in places))
    return await executor.create_struct(container(structure.name_list_with_nones(places), handles))


def renamed(named: structure.Struct[_S], elements: Sequence[_T]) -> structure.Struct[_T]:
    """Returns a `Struct` of `elements` with the names of another."""
    return structure.Struct(zip(structure.name_list_with_nones(named), elements, strict=True))


def struct_type(value: structure.Struct[Nested]) -> fl.StructType:
    """Returns the type of the members of zipped federated values."""
    types = [
        (name, struct_type(leaf) if isinstance(leaf, structure.Struct) else leaf.member_type)
        for name, leaf in structure.to_elements(value)
    ]
    return fl.StructType([(name, t) if name is not None else t for name, t in types])
