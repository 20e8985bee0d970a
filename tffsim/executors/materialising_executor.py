"""An executor whose results are NumPy values.

Inside a stack, results are what the leaf computes with: tensors. tffsim's own contexts
turn them into NumPy values, and errors into messages for users. Other contexts take what
the top executor gives, so for them this one is the top.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import federated_language as fl

from tffsim.computations.struct_types import container
from tffsim.executors.executor_base import ExecutorValue, PassThroughExecutor, named_elements, own_handle
from tffsim.executors.failure_location import location_of
from tffsim.executors.result_values import to_numpy


class MaterialisingExecutorValue(ExecutorValue):
    """A handle of the `MaterialisingExecutor`.

    Args:
        value: A handle of the target executor.
    """

    __slots__ = ("_value",)

    def __init__(self, value: ExecutorValue) -> None:
        self._value = value

    @property
    def type_signature(self) -> fl.Type:
        return self._value.type_signature

    @property
    def reference(self) -> ExecutorValue:
        return self._value

    async def compute(self) -> Any:
        """Returns the value as NumPy scalars and arrays, in lists and `Struct`s."""
        with _located():
            return to_numpy(await self._value.compute())


@contextlib.contextmanager
def _located() -> Iterator[None]:
    """A block whose errors tell where they happened, in a note below their message."""
    try:
        yield
    except Exception as error:
        note = "\n".join(location_of(error).lines())
        if note and note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise


class MaterialisingExecutor(PassThroughExecutor):
    """Passes everything on, turns the tensors of results into NumPy values, and says where errors happened.

    Args:
        target: Receives every request.
    """

    async def create_value(self, value: object, type_spec: object = None) -> MaterialisingExecutorValue:
        """Embeds a value in the target."""
        with _located():
            return MaterialisingExecutorValue(await self._target.create_value(value, type_spec))

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> MaterialisingExecutorValue:
        """Calls a function in the target."""
        target_arg = self._own(arg) if arg is not None else None
        with _located():
            return MaterialisingExecutorValue(await self._target.create_call(self._own(comp), target_arg))

    async def create_struct(self, elements: object) -> MaterialisingExecutorValue:
        """Makes a struct in the target."""
        names, handles = named_elements(elements)
        owned = container(names, [self._own(handle) for handle in handles])
        return MaterialisingExecutorValue(await self._target.create_struct(owned))

    async def create_selection(self, source: ExecutorValue, index: int) -> MaterialisingExecutorValue:
        """Selects from a struct in the target."""
        return MaterialisingExecutorValue(await self._target.create_selection(self._own(source), index))

    def _own(self, value: object) -> ExecutorValue:
        own_handle(value, MaterialisingExecutorValue, self)
        return value.reference  # type: ignore[attr-defined]
