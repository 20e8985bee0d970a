"""An executor that remembers what it did, and does not do it twice.

Only what is pure may be remembered: a call of a function without state, with an
argument that was remembered itself. Everything else runs each time.
"""

import collections
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

import federated_language as fl
import numpy as np
from federated_language.proto import computation_pb2 as pb

from tffsim.computations import building_blocks
from tffsim.computations.struct_types import container, struct_type
from tffsim.executors.deferred import Deferred
from tffsim.executors.executor_base import (
    Executor,
    ExecutorValue,
    check_argument,
    check_open,
    named_elements,
    own_handle,
    resolve_type,
    select_element_type,
)


class CachedValue(ExecutorValue):
    """A handle of the `CachingExecutor`.

    Args:
        key: Equal for equal values; None if the value may not be remembered.
        target_value: A handle of the target executor.
        type_signature: The type of the value.
        is_pure: Whether the value is a function that may be remembered.
    """

    __slots__ = ("_computed", "_type_signature", "is_pure", "key", "target_value")

    def __init__(
        self, key: int | None, target_value: Deferred[ExecutorValue], type_signature: fl.Type, is_pure: bool
    ) -> None:
        self.key = key
        self.target_value = target_value
        self.is_pure = is_pure
        self._type_signature = type_signature
        self._computed: Deferred[Any] = Deferred(self._compute)

    @property
    def type_signature(self) -> fl.Type:
        return self._type_signature

    @property
    def reference(self) -> Deferred[ExecutorValue]:
        return self.target_value

    async def compute(self) -> Any:
        return await self._computed.get()

    async def _compute(self) -> Any:
        return await (await self.target_value.get()).compute()


class CachingExecutor(Executor):
    """Remembers pure values and calls, the most recently used ones.

    Args:
        target: Does what is not remembered.
        is_pure: Whether a computation gives equal results for equal arguments.
        max_size: How many values are remembered.
    """

    def __init__(self, target: Executor, is_pure: Callable[[pb.Computation], bool], max_size: int = 1000) -> None:
        self._target = target
        self._is_pure = is_pure
        self._max_size = max_size
        self._entries: collections.OrderedDict[Hashable, CachedValue] = collections.OrderedDict()
        self._next_key = 0
        self._is_closed = False

    @property
    def target(self) -> Executor:
        """The executor below."""
        return self._target

    def close(self) -> None:
        self._is_closed = True
        self._entries.clear()
        self._target.close()

    async def create_value(self, value: object, type_spec: object = None) -> CachedValue:
        """Embeds a value, or returns the one embedded before."""
        check_open(self._is_closed, self)
        type_signature = resolve_type(value, type_spec)
        is_pure = building_blocks.is_computation(value) and self._is_pure(building_blocks.to_proto(value))
        identity = _identity(value)
        if building_blocks.is_computation(value) and not is_pure and not isinstance(type_signature, fl.FunctionType):
            identity = None
        key = ("value", identity, type_signature) if identity is not None else None
        return await self._remember(key, type_signature, is_pure, self._target.create_value, value, type_spec)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> CachedValue:
        """Calls a function, or returns the result of the equal call before."""
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        check_argument(function.type_signature, argument.type_signature if argument is not None else None)
        argument_key = argument.key if argument is not None else -1
        known = function.is_pure and function.key is not None and argument_key is not None
        key = ("call", function.key, argument_key) if known else None
        result_type = function.type_signature.result
        return await self._remember(key, result_type, False, self._call, function, argument)

    async def create_struct(self, elements: object) -> CachedValue:
        """Makes a struct, or returns the equal one made before."""
        check_open(self._is_closed, self)
        names, handles = named_elements(elements)
        own = [self._own(handle) for handle in handles]
        keys = tuple(handle.key for handle in own)
        key = ("struct", tuple(names), keys) if None not in keys else None
        type_signature = struct_type(names, [handle.type_signature for handle in own])
        return await self._remember(key, type_signature, False, self._struct, names, own)

    async def create_selection(self, source: ExecutorValue, index: int) -> CachedValue:
        """Selects from a struct, or returns the element selected before."""
        check_open(self._is_closed, self)
        handle = self._own(source)
        element_type = select_element_type(handle.type_signature, index)
        key = ("selection", handle.key, index) if handle.key is not None else None
        return await self._remember(key, element_type, False, self._select, handle, index)

    def _own(self, value: object) -> CachedValue:
        own_handle(value, CachedValue, self)
        return value  # type: ignore[return-value]

    async def _remember(
        self,
        key: Hashable | None,
        type_signature: fl.Type,
        is_pure: bool,
        work: Callable[..., Coroutine[Any, Any, ExecutorValue]],
        *inputs: Any,
    ) -> CachedValue:
        entry = self._entries.get(key) if key is not None else None
        if entry is None:
            number = self._number() if key is not None else None
            entry = CachedValue(number, Deferred(work, *inputs), type_signature, is_pure)
            if key is not None:
                self._entries[key] = entry
                if len(self._entries) > self._max_size:
                    self._entries.popitem(last=False)
        else:
            self._entries.move_to_end(key)
        try:
            await entry.target_value.get()
        except BaseException:
            if key is not None and self._entries.get(key) is entry:
                del self._entries[key]
            raise
        return entry

    def _number(self) -> int:
        self._next_key += 1
        return self._next_key

    async def _call(self, function: CachedValue, argument: CachedValue | None) -> ExecutorValue:
        target_argument = await argument.target_value.get() if argument is not None else None
        return await self._target.create_call(await function.target_value.get(), target_argument)

    async def _struct(self, names: list[str | None], handles: list[CachedValue]) -> ExecutorValue:
        return await self._target.create_struct(container(names, [await h.target_value.get() for h in handles]))

    async def _select(self, source: CachedValue, index: int) -> ExecutorValue:
        return await self._target.create_selection(await source.target_value.get(), index)


def _identity(value: object) -> Hashable | None:
    """Returns something equal for equal values, None where that cannot be told."""
    if building_blocks.is_computation(value):
        return ("computation", building_blocks.to_proto(value).SerializeToString(deterministic=True))
    if isinstance(value, np.ndarray) and value.dtype != object:
        return ("array", value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, (bool, int, float, complex, str, bytes, np.generic)):
        return (type(value).__name__, repr(value))
    return None
