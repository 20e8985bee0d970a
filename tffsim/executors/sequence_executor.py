"""The executor that knows sequences: `sequence_map`, `sequence_reduce`, `sequence_sum`.

A mapped sequence is lazy: an element is mapped when the sequence is read, and it can
be read again. Where a whole sequence is needed (an argument of a TensorFlow function,
a result) its elements are mapped one by one, in order.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import federated_language as fl
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency import concurrency
from tffsim.concurrency.call_block import CallBlock, Stack, run_block_below
from tffsim.concurrency.random_streams import current_place
from tffsim.executors.executor_base import (
    Executor,
    ExecutorValue,
    check_argument,
    check_open,
    named_elements,
    resolve_type,
    select_element_type,
    takes_whole_of,
)
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.executors.reference_resolving_executor import ReferenceResolvingExecutor
from tffsim.failures.failure_location import locate
from tffsim.language import building_blocks, federated_lambdas
from tffsim.language.neutral_elements import neutral_element
from tffsim.language.stack_parts import StackPart
from tffsim.language.struct_types import container, field_names, struct_type, to_struct
from tffsim.language.type_kinds import function_type_of, sequence_type_of, struct_type_of


class SequenceOperator:
    """An intrinsic on sequences, not yet called.

    Args:
        uri: Such as `sequence_map`.
    """

    __slots__ = ("uri",)

    def __init__(self, uri: str) -> None:
        self.uri = uri


class MappedSequence:
    """A sequence whose elements are mapped while it is read.

    Args:
        source: The sequence that is mapped.
        function: Maps a handle of one element, in `executor`.
        executor: Where the function lives.
        element_type: The type of an element before it is mapped.
    """

    __slots__ = ("_place", "element_type", "executor", "function", "source")

    def __init__(
        self, source: "SequenceExecutorValue", function: ExecutorValue, executor: Executor, element_type: fl.Type
    ) -> None:
        self.source = source
        self.function = function
        self.executor = executor
        self.element_type = element_type
        self._place = current_place.get()

    async def map(self, element: object) -> object:
        """Maps one element, wherever the sequence is read."""
        reading_place = current_place.get()
        current_place.set(self._place)
        try:
            argument = await self.executor.create_value(element, self.element_type)
            return await (await self.executor.create_call(self.function, argument)).compute()
        finally:
            current_place.set(reading_place)


# What a handle may hold other than a handle of the target executor.
_OWN_REPRESENTATIONS = frozenset({tuple, SequenceOperator, MappedSequence, pb.Computation})


class SequenceExecutorValue(OwnedValue):
    """A handle of the `SequenceExecutor`.

    Args:
        value: A handle of the target executor, a `SequenceOperator`, a `MappedSequence`,
            a function proto that the target cannot hold, or a tuple of handles.
        type_signature: The type of the value.
        executor: The executor that makes it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Any, type_signature: fl.Type, executor: "SequenceExecutor") -> None:
        super().__init__(executor, type_signature)
        self._value = value

    @property
    def reference(self) -> Any:
        return self._value

    async def compute(self) -> object:
        value = self._value
        if type(value) not in _OWN_REPRESENTATIONS:
            return await value.compute()
        if isinstance(value, tuple):
            assert isinstance(self._type_signature, fl.StructType)
            computed = await concurrency.gather(*(element.compute() for element in value))
            return to_struct(self._type_signature, computed)
        if isinstance(value, MappedSequence):
            return [element async for element in read(self)]
        raise TypeError(f"A function of type {self._type_signature} has no value. Did you forget to call it?")


class SequenceExecutor(Executor):
    """Runs intrinsics on sequences; the target executor does the rest.

    Lambdas that are applied to elements run in a part of this executor that stands above it, as they may use
    sequences in turn. Whoever builds a stack may replace that part, to see what goes through it.

    Args:
        target: Runs the functions that are applied to elements.
    """

    def __init__(self, target: Executor) -> None:
        self._target = target
        self._elements: Executor = ReferenceResolvingExecutor(self)
        self._is_closed = False
        self._operators: dict[str, Callable[..., Coroutine[object, object, SequenceExecutorValue]]] = {
            "sequence_map": self._map,
            "sequence_reduce": self._reduce,
            "sequence_sum": self._sum,
        }

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def parts(self) -> list[StackPart]:
        """Returns the target, and the executor of lambdas that are applied to elements."""
        return [StackPart(self._target), StackPart(self._elements, "elements")]

    def run_elements_in(self, executor: Executor) -> None:
        """Lets another executor run the lambdas that are applied to elements.

        Args:
            executor: Resolves names. Everything else comes back to this executor.
        """
        self._elements = executor

    def close(self) -> None:
        self._is_closed = True
        self._target.close()

    @property
    def takes_whole(self) -> Callable[[object], bool]:
        """Tells which structs the target takes in one piece."""
        return takes_whole_of(self._target)

    async def create_value(self, value: object, type_spec: object = None) -> SequenceExecutorValue:
        """Keeps sequence intrinsics and lambdas; passes the rest on.

        Raises:
            TypeError: If the value does not fit the type.
        """
        check_open(self._is_closed, self)
        type_signature = resolve_type(value, type_spec)
        if building_blocks.is_computation(value):
            return await self._embed_computation(building_blocks.to_proto(value), type_signature)
        return self._handle(await self._target.create_value(value, type_signature), type_signature)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> SequenceExecutorValue:
        """Calls an intrinsic on sequences, or a function of the target.

        Raises:
            TypeError: If `comp` is no function or `arg` does not fit its parameter.
        """
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        function_type = check_argument(
            function.type_signature, argument.type_signature if argument is not None else None
        )
        callee = function.reference
        if type(callee) is SequenceOperator:
            assert argument is not None
            try:
                return await self._operators[callee.uri](argument)
            except Exception as error:
                locate(error, node=callee.uri)
                raise
        if isinstance(callee, pb.Computation):
            raise ValueError("The sequence executor cannot call a lambda. Put a ReferenceResolvingExecutor above it.")
        embedded = await self._embed(argument) if argument is not None else None
        return self._handle(await self._target.create_call(callee, embedded), function_type.result)

    async def create_struct(self, elements: object) -> SequenceExecutorValue:
        """Makes a struct; in the target, if all its elements live there."""
        check_open(self._is_closed, self)
        names, elements = named_elements(elements)
        handles = tuple(self._own(element) for element in elements)
        type_signature = struct_type(names, [handle.type_signature for handle in handles])
        targets = [handle.reference for handle in handles]
        if any(type(target) in _OWN_REPRESENTATIONS for target in targets):
            return self._handle(handles, type_signature)
        return self._handle(await self._target.create_struct(container(names, targets)), type_signature)

    async def create_selection(self, source: ExecutorValue, index: int) -> SequenceExecutorValue:
        """Selects one element of a struct.

        Raises:
            TypeError: If `source` is no struct.
            IndexError: If there is no element at `index`.
        """
        check_open(self._is_closed, self)
        return await self._select(self._own(source), index)

    async def run_block(self, block: CallBlock, arguments: Sequence[object], stack: Stack) -> object:
        """Makes many calls in one, if the target can: see `call_block`.

        Raises:
            BlockRefusedError: If it cannot.
        """
        check_open(self._is_closed, self)
        return await run_block_below(self._target, block, arguments, lambda leaf: stack(SequenceExecutor(leaf)))

    def _handle(self, value: object, type_signature: fl.Type) -> SequenceExecutorValue:
        return SequenceExecutorValue(value, type_signature, self)

    def _own(self, value: object) -> SequenceExecutorValue:
        return own_handle(value, SequenceExecutorValue, self)

    async def _embed_computation(self, proto: pb.Computation, type_signature: fl.Type) -> SequenceExecutorValue:
        kind = building_blocks.kind_of(proto)
        if kind == "intrinsic" and proto.intrinsic.uri in self._operators:
            building_blocks.to_building_block(proto)  # Checks the type against the definition.
            return self._handle(SequenceOperator(proto.intrinsic.uri), type_signature)
        if kind == "lambda":
            return self._handle(proto, type_signature)
        return self._handle(await self._target.create_value(proto, type_signature), type_signature)

    async def _select(self, handle: SequenceExecutorValue, index: int) -> SequenceExecutorValue:
        element_type = select_element_type(handle.type_signature, index)
        value = handle.reference
        if isinstance(value, tuple):
            return value[index]
        return self._handle(await self._target.create_selection(value, index), element_type)

    async def _embed(self, handle: SequenceExecutorValue) -> ExecutorValue:
        value = handle.reference
        if type(value) not in _OWN_REPRESENTATIONS:
            return value
        if isinstance(value, tuple):
            names = field_names(struct_type_of(handle.type_signature))
            return await self._target.create_struct(container(names, [await self._embed(element) for element in value]))
        if isinstance(value, MappedSequence):
            return await self._target.create_value(await handle.compute(), handle.type_signature)
        raise TypeError(f"A function of type {handle.type_signature} cannot be an argument here.")

    async def _function(self, handle: SequenceExecutorValue) -> tuple[Executor, ExecutorValue]:
        """Returns where a function of elements runs, and its handle there."""
        value = handle.reference
        if isinstance(value, pb.Computation):
            return self._elements, await self._elements.create_value(value, handle.type_signature)
        if type(value) not in _OWN_REPRESENTATIONS:
            return self._target, value
        raise TypeError(f"An intrinsic on sequences cannot be applied to elements: {handle.type_signature}.")

    async def _map(self, argument: SequenceExecutorValue) -> SequenceExecutorValue:
        function_handle, source = await self._operands(argument)
        executor, function = await self._function(function_handle)
        mapped = MappedSequence(source, function, executor, sequence_type_of(source.type_signature).element)
        return self._handle(mapped, fl.SequenceType(function_type_of(function.type_signature).result))

    async def _reduce(self, argument: SequenceExecutorValue) -> SequenceExecutorValue:
        source, zero, operator_handle = await self._operands(argument)
        executor, operator = await self._function(operator_handle)
        total_type = function_type_of(operator.type_signature).result
        total = await executor.create_value(await zero.compute(), zero.type_signature)
        total = await _fold(source, executor, operator, total)
        if executor is self._target:
            return self._handle(total, total_type)
        return self._handle(await self._target.create_value(await total.compute(), total_type), total_type)

    async def _sum(self, argument: SequenceExecutorValue) -> SequenceExecutorValue:
        element_type = sequence_type_of(argument.type_signature).element
        operator = await self._target.create_value(federated_lambdas.generic_operator("generic_plus", element_type))
        zero = await self._target.create_value(neutral_element("generic_plus", element_type), element_type)
        return self._handle(await _fold(argument, self._target, operator, zero), element_type)

    async def _operands(self, argument: SequenceExecutorValue) -> list[SequenceExecutorValue]:
        size = len(struct_type_of(argument.type_signature))
        return [await self._select(argument, index) for index in range(size)]


async def read(sequence: SequenceExecutorValue) -> AsyncIterator[object]:
    """Yields the elements of a sequence, materialised, in order.

    Args:
        sequence: A handle of a sequence; it can be read again.

    Raises:
        ValueError: If a mapped sequence never ends.
    """
    value = sequence.reference
    if not isinstance(value, MappedSequence):
        payload = await value.compute()
        _check_finite(payload)
        for element in payload:
            yield element
        return
    async for element in read(value.source):
        yield await value.map(element)


async def _fold(
    sequence: SequenceExecutorValue, executor: Executor, operator: ExecutorValue, total: ExecutorValue
) -> ExecutorValue:
    element_type = sequence_type_of(sequence.type_signature).element
    async for element in read(sequence):
        addend = await executor.create_value(element, element_type)
        total = await executor.create_call(operator, await executor.create_struct([total, addend]))
    return total


def _check_finite(payload: object) -> None:
    cardinality = getattr(payload, "cardinality", None)
    if callable(cardinality) and int(cardinality()) == -1:  # tf.data.INFINITE_CARDINALITY
        raise ValueError("The sequence never ends. Limit it, for example with `dataset.take(n)`.")
