"""What a ReferenceResolvingExecutor's handles stand for: scopes, lambdas, structs."""

from __future__ import annotations

import federated_language as fl
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock, Executor, ExecutorValue

from tffsim.concurrency import concurrency
from tffsim.concurrency.deferred import Deferred
from tffsim.executors.owned_value import OwnedValue
from tffsim.language.struct_types import to_struct


class Scope:
    """One name and its value, in front of the names defined further out.

    Args:
        name: The name.
        value: Evaluated when first referenced.
        outer: The names further out.
    """

    __slots__ = ("name", "outer", "value")

    def __init__(self, name: str, value: Deferred[ReferenceResolvingExecutorValue], outer: Scope | None) -> None:
        self.name = name
        self.value = value
        self.outer = outer


async def resolve(name: str, scope: Scope | None) -> ReferenceResolvingExecutorValue:
    """Returns the value of the innermost definition of `name`.

    Raises:
        ValueError: If nothing defines the name.
    """
    known = []
    while scope is not None:
        if scope.name == name:
            return await scope.value.get()
        known.append(scope.name)
        scope = scope.outer
    raise ValueError(
        f"Nothing defines the name `{name}` here. Defined names, innermost first: {', '.join(known) or 'none'}."
    )


class ScopedLambda:
    """A lambda together with the names it can see.

    Args:
        block: The lambda.
        scope: The names defined around it.
    """

    __slots__ = ("block", "scope")

    def __init__(self, block: framework.Lambda, scope: Scope | None) -> None:
        self.block = block
        self.scope = scope

    async def resolve(self, name: str) -> ReferenceResolvingExecutorValue:
        """Returns the value of a name that the lambda can see."""
        return await resolve(name, self.scope)


class ReferenceResolvingExecutorValue(OwnedValue):
    """A handle of the `ReferenceResolvingExecutor`.

    Args:
        value: A handle of the target executor, a `ScopedLambda`, or a tuple of handles
            of this executor, one per field of a struct.
        type_signature: The type of the value.
        executor: The executor that makes it.
        source: The AST node a function was made from; lets lambdas capture it.
    """

    __slots__ = ("_source", "_value")

    def __init__(
        self,
        value: ExecutorValue | tuple[ReferenceResolvingExecutorValue, ...] | ScopedLambda,
        type_signature: fl.Type,
        executor: Executor,
        source: ComputationBuildingBlock | None = None,
    ) -> None:
        super().__init__(executor, type_signature)
        self._value = value
        self._source = source

    @property
    def reference(self) -> ExecutorValue | tuple[ReferenceResolvingExecutorValue, ...] | ScopedLambda:
        return self._value

    @property
    def source(self) -> ComputationBuildingBlock | None:
        """The AST node a function was made from."""
        return self._source

    async def compute(self) -> object:
        value = self._value
        if isinstance(value, ScopedLambda):
            raise TypeError(f"A function of type {self._type_signature} has no value. Did you forget to call it?")
        if isinstance(value, tuple):
            assert isinstance(self._type_signature, fl.StructType)
            return to_struct(self._type_signature, await concurrency.gather(*(element.compute() for element in value)))
        return await value.compute()
