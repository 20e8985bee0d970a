"""The executor that knows placements and federated intrinsics.

It recognises what is federated and leaves the doing to a strategy: one executor per
participant (`FederatedResolvingStrategy`) or a tree of federations
(`FederatedComposingStrategy`). What has no placement goes to the unplaced executor.
Functions are kept as they are, so that they can be sent to any participant.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import federated_language as fl
from federated_language import framework
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency import concurrency
from tffsim.executors.executor_base import (
    Executor,
    ExecutorValue,
    check_argument,
    check_open,
    named_elements,
    resolve_type,
    select_element_type,
)
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.failures.failure_location import locate, locate_argument
from tffsim.federation.federating_strategy import FederatedValue, FederatingStrategy, Function
from tffsim.language import building_blocks, intrinsics
from tffsim.language.containers import struct_elements
from tffsim.language.generic_intrinsics import LEAF_INTRINSIC_URIS
from tffsim.language.stack_parts import StackPart
from tffsim.language.struct_types import container, field_names, is_struct_type, struct_type, to_struct
from tffsim.language.type_kinds import struct_type_of

_UNPLACED_INTRINSIC_URIS = LEAF_INTRINSIC_URIS | intrinsics.SEQUENCE_INTRINSIC_URIS
_FUNCTION_KINDS = frozenset({"lambda", "tensorflow", "xla", "data", "intrinsic"})


class FederatingExecutorValue(OwnedValue):
    """A handle of the `FederatingExecutor`.

    Args:
        value: A `FederatedValue` of the strategy, a `Function`, a handle of the unplaced
            executor, a placement literal, or a tuple of handles of this executor, one
            per field of a struct.
        type_signature: The type of the value.
        executor: The executor that makes it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: object, type_signature: fl.Type, executor: "FederatingExecutor") -> None:
        super().__init__(executor, type_signature)
        self._value = value

    @property
    def reference(self) -> Any:
        return self._value

    async def compute(self) -> object:
        value = self._value
        if isinstance(value, FederatedValue):
            assert isinstance(self._type_signature, fl.FederatedType)
            return await self._executor.strategy.materialize(value, self._type_signature.all_equal)
        if isinstance(value, Function):
            raise TypeError(f"A function of type {self._type_signature} has no value. Did you forget to call it?")
        if isinstance(value, tuple):
            assert isinstance(self._type_signature, fl.StructType)
            computed = await concurrency.gather(*(element.compute() for element in value))
            return to_struct(self._type_signature, computed)
        if isinstance(value, ExecutorValue):
            return await value.compute()
        return value


class FederatingExecutor(Executor):
    """Runs federated intrinsics.

    Args:
        strategy: Knows the participants.
        unplaced_executor: Runs what has no placement.
    """

    def __init__(self, strategy: FederatingStrategy, unplaced_executor: Executor) -> None:
        self._strategy = strategy
        self._unplaced_executor = unplaced_executor
        self._is_closed = False

    @property
    def strategy(self) -> FederatingStrategy:
        """Knows the participants."""
        return self._strategy

    def parts(self) -> list[StackPart]:
        """Returns the executor for what has no placement, and those of the participants."""
        return [StackPart(self._unplaced_executor, "unplaced"), *self._strategy.parts()]

    def close(self) -> None:
        self._is_closed = True
        self._strategy.close()
        self._unplaced_executor.close()

    async def create_value(self, value: object, type_spec: object = None) -> FederatingExecutorValue:
        """Distributes a federated payload, keeps a function, or passes the rest on.

        Raises:
            TypeError: If the value does not fit the type.
            ValueError: If a computation is of a kind that must be resolved further up, or
                an intrinsic is unknown.
        """
        check_open(self._is_closed, self)
        return await self._embed(value, resolve_type(value, type_spec))

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> FederatingExecutorValue:
        """Calls an intrinsic, or a function without placement.

        The result of a federated intrinsic is there at once; its work is done when the
        result is needed.

        Raises:
            TypeError: If `arg` does not fit the parameter.
            ValueError: If `comp` is a lambda or no function at all.
            NotImplementedError: If the intrinsic is not known to the strategy.
        """
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        check_argument(function.type_signature, argument.type_signature if argument is not None else None)
        callee = function.reference
        if not isinstance(callee, Function):
            raise ValueError(
                f"Only functions that are not embedded yet can be called, found {function.type_signature}."
            )
        kind = building_blocks.kind_of(callee.proto)
        if kind == "intrinsic" and callee.proto.intrinsic.uri not in _UNPLACED_INTRINSIC_URIS:
            return await self._call_federated(callee, argument)
        if kind == "lambda":
            raise ValueError("The federating executor cannot call a lambda. Put a ReferenceResolvingExecutor above it.")
        return await self._call_unplaced(callee, argument)

    async def create_struct(self, elements: object) -> FederatingExecutorValue:
        """Makes a struct of handles."""
        check_open(self._is_closed, self)
        names, elements = named_elements(elements)
        handles = tuple(self._own(element) for element in elements)
        return self._handle(handles, struct_type(names, [handle.type_signature for handle in handles]))

    async def create_selection(self, source: ExecutorValue, index: int) -> FederatingExecutorValue:
        """Selects one element of a struct.

        Raises:
            TypeError: If `source` is no struct.
            IndexError: If there is no element at `index`.
        """
        check_open(self._is_closed, self)
        return await self._select(self._own(source), index)

    def _handle(self, value: object, type_signature: fl.Type) -> FederatingExecutorValue:
        return FederatingExecutorValue(value, type_signature, self)

    def _own(self, value: object) -> FederatingExecutorValue:
        return own_handle(value, FederatingExecutorValue, self)

    async def _embed(self, value: object, type_signature: fl.Type) -> FederatingExecutorValue:
        if building_blocks.is_computation(value):
            return await self._embed_computation(building_blocks.to_proto(value), type_signature)
        return await self._embed_payload(value, type_signature)

    async def _embed_payload(self, value: object, type_signature: fl.Type) -> FederatingExecutorValue:
        if isinstance(value, framework.PlacementLiteral):
            return self._handle(value, type_signature)
        if isinstance(type_signature, fl.FederatedType):
            return self._handle(await self._strategy.create_federated_value(value, type_signature), type_signature)
        if is_struct_type(type_signature) and framework.contains_federated_types(type_signature):
            return await self._embed_struct(value, type_signature)
        return self._handle(await self._unplaced_executor.create_value(value, type_signature), type_signature)

    async def _embed_computation(self, proto: pb.Computation, type_signature: fl.Type) -> FederatingExecutorValue:
        kind = building_blocks.kind_of(proto)
        if kind == "placement":
            return self._handle(framework.uri_to_placement_literal(proto.placement.uri), type_signature)
        if kind == "intrinsic":
            self._check_intrinsic(proto)
        if isinstance(type_signature, fl.FunctionType) and kind in _FUNCTION_KINDS:
            return self._handle(Function(proto, type_signature), type_signature)
        if kind in ("literal", "intrinsic", "data"):
            return self._handle(await self._unplaced_executor.create_value(proto, type_signature), type_signature)
        raise ValueError(
            f"The federating executor does not know the AST node `{kind}`. Put a ReferenceResolvingExecutor above it."
        )

    def _check_intrinsic(self, proto: pb.Computation) -> None:
        uri = proto.intrinsic.uri
        if uri not in _UNPLACED_INTRINSIC_URIS and not hasattr(self._strategy, f"compute_{uri}"):
            raise locate(
                NotImplementedError(
                    f"The intrinsic `{uri}` is not known here. Check its URI, or use other intrinsics."
                ),
                node=uri,
            )
        building_blocks.to_building_block(proto)  # Checks the concrete type against the definition.

    async def _embed_struct(self, value: object, type_signature: fl.StructType) -> FederatingExecutorValue:
        handles = []
        fields = zip(struct_elements(value, type_signature), type_signature, field_names(type_signature), strict=True)
        for position, (element, element_type, name) in enumerate(fields):
            try:
                handles.append(await self._embed(element, resolve_type(element, element_type)))
            except (TypeError, ValueError) as error:
                locate_argument(error, name if name is not None else position)
                raise
        return self._handle(tuple(handles), type_signature)

    async def _select(self, handle: FederatingExecutorValue, index: int) -> FederatingExecutorValue:
        element_type = select_element_type(handle.type_signature, index)
        value = handle.reference
        if isinstance(value, tuple):
            return value[index]
        return self._handle(await self._unplaced_executor.create_selection(value, index), element_type)

    async def _call_federated(
        self, callee: Function, argument: FederatingExecutorValue | None
    ) -> FederatingExecutorValue:
        uri = callee.proto.intrinsic.uri
        compute: Callable[..., Coroutine[object, object, FederatedValue]] = getattr(self._strategy, f"compute_{uri}")
        if argument is None:
            raise TypeError(f"The intrinsic `{uri}` needs an argument.")
        try:
            result = await compute(*await self._operands(uri, argument))
        except Exception as error:
            locate(error, node=uri)
            raise
        return self._handle(result, callee.type_signature.result)

    async def _operands(self, uri: str, argument: FederatingExecutorValue) -> list[object]:
        if intrinsics.zips(uri):
            return [await self._zipped(argument)]
        if not intrinsics.takes_several_operands(uri):
            return [await self._operand(argument)]
        value = argument.reference
        if not isinstance(value, tuple):
            raise TypeError(f"The intrinsic `{uri}` needs a struct of arguments, found type {argument.type_signature}.")
        return [await self._operand(element) for element in value]

    async def _operand(self, handle: FederatingExecutorValue) -> object:
        value = handle.reference
        if isinstance(value, (FederatedValue, Function, ExecutorValue)):
            return value
        return await self._embed_unplaced(handle)

    async def _zipped(self, handle: FederatingExecutorValue) -> object:
        """Returns federated values in nested `Struct`s; a part that holds none is empty, and has no placement."""
        if not is_struct_type(handle.type_signature):
            return await self._operand(handle)
        indices = range(len(handle.type_signature))
        elements = [await self._select(handle, index) for index in indices]
        return to_struct(handle.type_signature, [await self._zipped(element) for element in elements])

    async def _call_unplaced(
        self, callee: Function, argument: FederatingExecutorValue | None
    ) -> FederatingExecutorValue:
        function = await self._unplaced_executor.create_value(callee.proto, callee.type_signature)
        unplaced = await self._embed_unplaced(argument) if argument is not None else None
        result = await self._unplaced_executor.create_call(function, unplaced)
        return self._handle(result, callee.type_signature.result)

    async def _embed_unplaced(self, handle: FederatingExecutorValue) -> ExecutorValue:
        value = handle.reference
        if isinstance(value, ExecutorValue):
            return value
        if isinstance(value, Function):
            return await self._unplaced_executor.create_value(value.proto, value.type_signature)
        if isinstance(value, tuple):
            elements = [await self._embed_unplaced(element) for element in value]
            return await self._unplaced_executor.create_struct(
                container(field_names(struct_type_of(handle.type_signature)), elements)
            )
        raise TypeError(
            f"A function without placement cannot take a value of type {handle.type_signature}. "
            "Use `federated_map` to call it where the value is."
        )
