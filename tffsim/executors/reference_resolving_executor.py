"""The executor that knows names: lambdas, blocks, references, calls, structs, selections.

It interprets the AST. What has no names inside (TensorFlow, intrinsics, literals,
data, placements) goes to the target executor. So do plain values, one by one: a
struct is taken apart here and only its leaves reach the target. One that another
executor has computed stays whole, if the target wants it so: nobody selects a part of
most client updates, and each leaf would pass through all executors below by itself.

A block's locals are evaluated when they are first referenced, and an unused local
never runs. A lambda that is passed to the target may use names from outside: their
values are then written into the lambda (`closure_conversion`).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import federated_language as fl
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock

from tffsim.concurrency import concurrency
from tffsim.concurrency.activity import current_node
from tffsim.concurrency.call_block import CallBlock, Stack, run_block_below
from tffsim.concurrency.deferred import Deferred
from tffsim.concurrency.random_streams import current_place
from tffsim.executors import closure_conversion
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
from tffsim.executors.owned_value import own_handle
from tffsim.executors.resolved_values import (
    ReferenceResolvingExecutorValue,
    Scope,
    ScopedLambda,
    resolve,
)
from tffsim.failures.failure_location import current_argument_path, locate, locate_argument
from tffsim.language import building_blocks
from tffsim.language.containers import struct_elements
from tffsim.language.struct_types import container, field_names, is_struct_type, struct_type
from tffsim.language.type_kinds import struct_type_of

# The parts of a call, for the places at which random numbers are drawn.
_FUNCTION, _ARGUMENT, _BODY = range(3)


class ReferenceResolvingExecutor(Executor):
    """Interprets names and structure; the target executor does the rest.

    Args:
        target: Receives TensorFlow, intrinsics, literals, data, placements and leaves.
    """

    def __init__(self, target: Executor) -> None:
        self._target = target
        self._takes_whole = takes_whole_of(target)
        self._is_closed = False
        self._evaluators: dict[
            type, Callable[[Any, Scope | None], Coroutine[object, object, ReferenceResolvingExecutorValue]]
        ] = {
            framework.Reference: self._evaluate_reference,
            framework.Lambda: self._evaluate_lambda,
            framework.Block: self._evaluate_block,
            framework.Call: self._evaluate_call,
            framework.Struct: self._evaluate_struct,
            framework.Selection: self._evaluate_selection,
        }

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def close(self) -> None:
        self._is_closed = True
        self._target.close()

    async def create_value(self, value: object, type_spec: object = None) -> ReferenceResolvingExecutorValue:
        """Embeds a payload, or evaluates a computation.

        Raises:
            TypeError: If the value does not fit the type.
            ValueError: If a computation uses a name that nothing defines.
        """
        check_open(self._is_closed, self)
        if isinstance(value, ReferenceResolvingExecutorValue):
            return self._own(value)
        return await self._embed(value, type_spec)

    async def create_call(
        self, comp: ExecutorValue, arg: ExecutorValue | None = None
    ) -> ReferenceResolvingExecutorValue:
        """Calls a function.

        Raises:
            TypeError: If `comp` is no function or `arg` does not fit its parameter.
        """
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        return await self._call(function, argument)

    async def create_struct(self, elements: object) -> ReferenceResolvingExecutorValue:
        """Makes a struct of handles; nothing reaches the target."""
        check_open(self._is_closed, self)
        names, handles = named_elements(elements)
        return self._struct(names, [self._own(handle) for handle in handles])

    async def create_selection(self, source: ExecutorValue, index: int) -> ReferenceResolvingExecutorValue:
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
        return await run_block_below(
            self._target, block, arguments, lambda leaf: stack(ReferenceResolvingExecutor(leaf))
        )

    async def embed(self, handle: ReferenceResolvingExecutorValue) -> ExecutorValue:
        """Moves a handle's value whole into the target executor.

        Args:
            handle: A handle of this executor.

        Returns:
            A handle of the target executor.
        """
        value = handle.reference
        if isinstance(value, tuple):
            names = field_names(struct_type_of(handle.type_signature))
            return await self._target.create_struct(container(names, [await self.embed(element) for element in value]))
        if not isinstance(value, ScopedLambda):
            return value
        closed = await closure_conversion.close_lambda(value.block, value.resolve)
        return await self._target.create_value(building_blocks.message_of(closed), handle.type_signature)

    def _handle(
        self,
        value: ExecutorValue | tuple[ReferenceResolvingExecutorValue, ...] | ScopedLambda,
        type_signature: fl.Type,
        source: ComputationBuildingBlock | None = None,
    ) -> ReferenceResolvingExecutorValue:
        return ReferenceResolvingExecutorValue(value, type_signature, self, source)

    def _struct(
        self, names: Sequence[str | None], handles: Sequence[ReferenceResolvingExecutorValue]
    ) -> ReferenceResolvingExecutorValue:
        return self._handle(tuple(handles), struct_type(names, [handle.type_signature for handle in handles]))

    def _own(self, value: object) -> ReferenceResolvingExecutorValue:
        return own_handle(value, ReferenceResolvingExecutorValue, self)

    def _embed(self, value: object, type_spec: object) -> Coroutine[object, object, ReferenceResolvingExecutorValue]:
        # No coroutine of its own, as every payload of every client passes here.
        type_signature = resolve_type(value, type_spec)
        if building_blocks.is_computation(value):
            return self._embed_computation(building_blocks.to_building_block(value))
        return self._embed_payload(value, type_signature)

    async def _embed_computation(self, block: ComputationBuildingBlock) -> ReferenceResolvingExecutorValue:
        return await self._evaluate(block, None)

    async def _embed_payload(self, value: object, type_signature: fl.Type) -> ReferenceResolvingExecutorValue:
        if is_struct_type(type_signature) and not self._takes_whole(value):
            return await self._embed_struct(value, type_signature)
        return self._handle(await self._target.create_value(value, type_signature), type_signature)

    async def _embed_struct(self, value: object, type_signature: fl.StructType) -> ReferenceResolvingExecutorValue:
        try:
            elements = struct_elements(value, type_signature)
        except TypeError as error:
            raise locate_argument(error) from None
        fields = zip(elements, type_signature, field_names(type_signature), strict=True)
        embedded = await concurrency.gather(
            *(
                self._embed_element(element, element_type, name if name is not None else position)
                for position, (element, element_type, name) in enumerate(fields)
            )
        )
        return self._handle(tuple(embedded), type_signature)

    async def _embed_element(
        self, element: object, element_type: fl.Type, segment: str | int
    ) -> ReferenceResolvingExecutorValue:
        token = current_argument_path.set((*current_argument_path.get(), segment))
        try:
            if isinstance(element, ReferenceResolvingExecutorValue):
                return self._own(element)
            return await self._embed(element, element_type)
        except (TypeError, ValueError, OverflowError) as error:
            locate_argument(error, segment)
            raise
        finally:
            current_argument_path.reset(token)

    async def _call(
        self, function: ReferenceResolvingExecutorValue, argument: ReferenceResolvingExecutorValue | None
    ) -> ReferenceResolvingExecutorValue:
        function_type = check_argument(
            function.type_signature, argument.type_signature if argument is not None else None
        )
        callee = function.reference
        if isinstance(callee, ScopedLambda):
            return await self._call_lambda(callee, argument)
        assert not isinstance(callee, tuple)
        target_argument = await self.embed(argument) if argument is not None else None
        return self._handle(await self._target.create_call(callee, target_argument), function_type.result)

    async def _call_lambda(
        self, function: ScopedLambda, argument: ReferenceResolvingExecutorValue | None
    ) -> ReferenceResolvingExecutorValue:
        scope = function.scope
        if argument is not None:
            scope = Scope(str(function.block.parameter_name), Deferred.of(argument), scope)
        return await self._evaluate(function.block.result, scope, _BODY)

    async def _evaluate(
        self, block: ComputationBuildingBlock, scope: Scope | None, position: int = 0
    ) -> ReferenceResolvingExecutorValue:
        """Evaluates a block, which stands at `position` among the parts of what is being evaluated."""
        outer_node, outer_place = current_node.get(), current_place.get()
        current_node.set(block)
        if outer_place is not None:
            current_place.set(outer_place.part(position))
        try:
            evaluator = self._evaluators.get(type(block))
            if evaluator is not None:
                return await evaluator(block, scope)
            value = await self._target.create_value(building_blocks.message_of(block), block.type_signature)
            return self._handle(value, block.type_signature, block)
        finally:
            current_node.set(outer_node)
            if outer_place is not None:
                current_place.set(outer_place)

    async def _evaluate_reference(
        self, block: framework.Reference, scope: Scope | None
    ) -> ReferenceResolvingExecutorValue:
        return await resolve(block.name, scope)

    async def _evaluate_lambda(self, block: framework.Lambda, scope: Scope | None) -> ReferenceResolvingExecutorValue:
        return self._handle(ScopedLambda(block, scope), block.type_signature, block)

    async def _evaluate_block(self, block: framework.Block, scope: Scope | None) -> ReferenceResolvingExecutorValue:
        for position, (name, value) in enumerate(block.locals):
            scope = Scope(name, Deferred(self._evaluate, value, scope, position), scope)
        return await self._evaluate(block.result, scope, len(block.locals))

    async def _evaluate_call(self, block: framework.Call, scope: Scope | None) -> ReferenceResolvingExecutorValue:
        if block.argument is None:
            function, argument = await self._evaluate(block.function, scope, _FUNCTION), None
        else:
            function, argument = await concurrency.gather(
                self._evaluate(block.function, scope, _FUNCTION), self._evaluate(block.argument, scope, _ARGUMENT)
            )
        try:
            return await self._call(function, argument)
        except Exception as error:
            locate(error, node=_node_name(block.function))
            raise

    async def _evaluate_struct(self, block: framework.Struct, scope: Scope | None) -> ReferenceResolvingExecutorValue:
        values = await concurrency.gather(
            *(self._evaluate(element, scope, position) for position, element in enumerate(block.children()))
        )
        return self._struct(field_names(block.type_signature), values)

    async def _evaluate_selection(
        self, block: framework.Selection, scope: Scope | None
    ) -> ReferenceResolvingExecutorValue:
        return await self._select(await self._evaluate(block.source, scope), block.as_index())

    async def _select(self, handle: ReferenceResolvingExecutorValue, index: int) -> ReferenceResolvingExecutorValue:
        element_type = select_element_type(handle.type_signature, index)
        value = handle.reference
        if isinstance(value, tuple):
            return value[index]
        assert not isinstance(value, ScopedLambda)
        return self._handle(await self._target.create_selection(value, index), element_type)


def _node_name(function: ComputationBuildingBlock) -> str:
    if isinstance(function, framework.Intrinsic):
        return str(function.uri)
    if isinstance(function, framework.Reference):
        return f"call of `{function.name}`"
    if isinstance(function, framework.CompiledComputation):
        return "call of a TensorFlow function"
    return f"call of a {type(function).__name__.lower()}"
