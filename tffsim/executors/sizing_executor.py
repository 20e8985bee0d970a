"""An executor that counts what passes through it.

Placed above a client's stack it sees all that the server sends there, and all that
comes back: the traffic of that client.
"""

import dataclasses
from typing import Any

import federated_language as fl
import numpy as np

from tffsim.executors.executor_base import (
    Executor,
    ExecutorValue,
    PassThroughExecutor,
    named_elements,
    resolve_type,
)
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.language import building_blocks
from tffsim.language.containers import struct_elements
from tffsim.language.struct_types import container


@dataclasses.dataclass(slots=True)
class Traffic:
    """What crossed a boundary, in two directions.

    Attributes:
        sent: (number of elements, dtype) of each tensor that went down; for strings the
            number is that of bytes.
        received: The same for each tensor that came up.
    """

    sent: list[tuple[int, type[np.generic]]] = dataclasses.field(default_factory=list)
    received: list[tuple[int, type[np.generic]]] = dataclasses.field(default_factory=list)

    @property
    def sent_bytes(self) -> int:
        """Bytes that went down."""
        return sum(_num_bytes(*entry) for entry in self.sent)

    @property
    def received_bytes(self) -> int:
        """Bytes that came up."""
        return sum(_num_bytes(*entry) for entry in self.received)


class SizingExecutorValue(OwnedValue):
    """A handle of the `SizingExecutor`.

    Args:
        value: A handle of the target executor.
        executor: The executor that makes it, and counts what is computed.
    """

    __slots__ = ("_value",)

    def __init__(self, value: ExecutorValue, executor: "SizingExecutor") -> None:
        super().__init__(executor, value.type_signature)
        self._value = value

    @property
    def reference(self) -> ExecutorValue:
        return self._value

    async def compute(self) -> object:
        payload = await self._value.compute()
        self._executor.traffic.received.extend(sizes(payload, self.type_signature))
        return payload


class SizingExecutor(PassThroughExecutor):
    """Counts payloads on their way to and from the target.

    Functions and sequences are not counted: their size is not known before they run.

    Args:
        target: Receives every request.
    """

    def __init__(self, target: Executor) -> None:
        super().__init__(target)
        self._traffic = Traffic()

    @property
    def traffic(self) -> Traffic:
        """What passed so far."""
        return self._traffic

    async def create_value(self, value: object, type_spec: object = None) -> SizingExecutorValue:
        """Embeds a value in the target, and counts a payload."""
        type_signature = resolve_type(value, type_spec)
        handle = await self._target.create_value(value, type_spec)
        if not building_blocks.is_computation(value):
            self._traffic.sent.extend(sizes(value, type_signature))
        return SizingExecutorValue(handle, self)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> SizingExecutorValue:
        """Calls a function in the target."""
        target_arg = self._own(arg) if arg is not None else None
        return SizingExecutorValue(await self._target.create_call(self._own(comp), target_arg), self)

    async def create_struct(self, elements: object) -> SizingExecutorValue:
        """Makes a struct in the target."""
        names, handles = named_elements(elements)
        owned = container(names, [self._own(handle) for handle in handles])
        return SizingExecutorValue(await self._target.create_struct(owned), self)

    async def create_selection(self, source: ExecutorValue, index: int) -> SizingExecutorValue:
        """Selects from a struct in the target."""
        return SizingExecutorValue(await self._target.create_selection(self._own(source), index), self)

    def _own(self, value: object) -> ExecutorValue:
        return own_handle(value, SizingExecutorValue, self).reference


def sizes(payload: Any, type_spec: fl.Type) -> list[tuple[int, type[np.generic]]]:
    """Returns (number of elements, dtype) of each tensor in a payload.

    Args:
        payload: A tensor, or a container of them.
        type_spec: Its type.
    """
    if isinstance(type_spec, fl.StructType):
        elements = zip(struct_elements(payload, type_spec), type_spec.items(), strict=True)
        return [entry for element, (_, t) in elements for entry in sizes(element, t)]
    if not isinstance(type_spec, fl.TensorType):
        return []
    dtype = type_spec.dtype.type
    if dtype is np.str_:
        return [(sum(_num_characters(s) for s in np.asarray(payload, object).flat), dtype)]
    count = fl.num_elements_in_array_shape(type_spec.shape)
    return [(count if count is not None else int(np.size(payload)), dtype)]


def _num_bytes(count: int, dtype: type[np.generic]) -> int:
    return count if dtype is np.str_ else count * np.dtype(dtype).itemsize


def _num_characters(text: str | bytes) -> int:
    return len(text.encode() if isinstance(text, str) else text)
