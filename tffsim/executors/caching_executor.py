"""An executor that remembers what it did, and does not do it twice.

Only what is pure may be remembered: a call of a function without state, with an
argument that was remembered itself. Everything else runs each time.
"""

import collections
import functools
import threading
from collections.abc import Callable, Coroutine, Hashable

import federated_language as fl
import numpy as np
from federated_language.proto import computation_pb2 as pb

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
from tffsim.external_runtime.tensorflow.functions.purity import is_pure
from tffsim.language import building_blocks
from tffsim.language.struct_types import container, struct_type


class CachedValue(OwnedValue):
    """A handle of the `CachingExecutor`.

    Args:
        executor: The executor that makes it.
        key: Equal for equal values; None if the value may not be remembered.
        target_value: A handle of the target executor.
        type_signature: The type of the value.
        is_pure: Whether the value is a function whose calls may be remembered.
        forget: Called when the value cannot be computed.
    """

    __slots__ = ("_forget", "_result", "is_pure", "key", "target_value")

    def __init__(
        self,
        executor: "CachingExecutor",
        key: int | None,
        target_value: ExecutorValue,
        type_signature: fl.Type,
        is_pure: bool,
        forget: Callable[[], object],
    ) -> None:
        super().__init__(executor, type_signature)
        self.key = key
        self.target_value = target_value
        self.is_pure = is_pure
        self._forget = forget
        self._result: tuple[object, ...] = ()

    @property
    def reference(self) -> ExecutorValue:
        return self.target_value

    async def compute(self) -> object:
        if not self._result:
            try:
                self._result = (await self.target_value.compute(),)
            except BaseException:
                self._forget()
                raise
        return self._result[0]


class CachingExecutor(Executor):
    """Remembers pure values and calls, the most recently used ones.

    Only what succeeded is remembered. Calls that are under way at the same time do not
    wait for each other, so several threads and event loops may share it.

    Args:
        target: Does what is not remembered.
        is_pure: Whether a computation gives equal results for equal arguments.
        max_size: How many values are remembered; at least 1.
    """

    def __init__(
        self, target: Executor, is_pure: Callable[[pb.Computation], bool] = is_pure, max_size: int = 1000
    ) -> None:
        self._target = target
        self._is_pure = is_pure
        self._max_size = max_size
        self._entries: collections.OrderedDict[Hashable, CachedValue] = collections.OrderedDict()
        self._last_number = 0
        self._lock = threading.Lock()
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
        if building_blocks.is_computation(value):
            return await self._embed_computation(building_blocks.to_proto(value), type_signature)
        return await self._embed_payload(value, type_signature)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> CachedValue:
        """Calls a function, or returns the result of the equal call before."""
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        function_type = check_argument(
            function.type_signature, argument.type_signature if argument is not None else None
        )
        argument_key = argument.key if argument is not None else -1
        known = function.is_pure and function.key is not None and argument_key is not None
        key = ("call", function.key, argument_key) if known else None
        return await self._remember(key, function_type.result, False, self._call, function, argument)

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
        return own_handle(value, CachedValue, self)

    async def _embed_payload(self, value: object, type_signature: fl.Type) -> CachedValue:
        identity = _identity(value)
        key = ("payload", identity, type_signature) if identity is not None else None
        return await self._remember(key, type_signature, False, self._target.create_value, value, type_signature)

    async def _embed_computation(self, proto: pb.Computation, type_signature: fl.Type) -> CachedValue:
        is_pure = self._is_pure(proto)
        # A function that is not pure is the same one every time; what it returns is not.
        is_known = is_pure or isinstance(type_signature, fl.FunctionType)
        key = ("computation", proto.SerializeToString(deterministic=True), type_signature) if is_known else None
        return await self._remember(key, type_signature, is_pure, self._target.create_value, proto, type_signature)

    async def _remember(
        self,
        key: Hashable | None,
        type_signature: fl.Type,
        is_pure: bool,
        work: Callable[..., Coroutine[object, object, ExecutorValue]],
        *inputs: object,
    ) -> CachedValue:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        target_value = await work(*inputs)
        if key is None:
            return CachedValue(self, None, target_value, type_signature, is_pure, lambda: None)
        with self._lock:
            self._last_number += 1
            forget = functools.partial(self._entries.pop, key, None)
            entry = CachedValue(self, self._last_number, target_value, type_signature, is_pure, forget)
            self._entries[key] = entry
            if len(self._entries) > self._max_size:
                self._entries.popitem(last=False)
            return entry

    async def _call(self, function: CachedValue, argument: CachedValue | None) -> ExecutorValue:
        target_argument = argument.target_value if argument is not None else None
        return await self._target.create_call(function.target_value, target_argument)

    async def _struct(self, names: list[str | None], handles: list[CachedValue]) -> ExecutorValue:
        return await self._target.create_struct(container(names, [handle.target_value for handle in handles]))

    async def _select(self, source: CachedValue, index: int) -> ExecutorValue:
        return await self._target.create_selection(source.target_value, index)


def _identity(value: object) -> Hashable | None:
    """Returns something equal for equal payloads, None where that cannot be told."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return ("array", value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, (bool, int, float, complex, str, bytes, np.generic)):
        return (type(value).__name__, repr(value))
    return None
