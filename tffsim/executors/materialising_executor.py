"""An executor whose results are NumPy values.

Inside a stack, results are what the leaf computes with: tensors. tffsim's own contexts
turn them into NumPy values, errors into messages for users, and a NaN into a warning.
Other contexts take what the top executor gives, so for them this one is the top.
"""

import contextlib
import warnings
from collections.abc import Iterator

from federated_language.framework import Executor

from tffsim.executors.executor_base import ExecutorValue, PassThroughExecutor, named_elements
from tffsim.executors.owned_value import OwnedValue, own_handle
from tffsim.failures.failure_location import location_of
from tffsim.federation.number_watch import Notice, current_notices
from tffsim.language.result_values import to_numpy
from tffsim.language.struct_types import container


class MaterialisingExecutorValue(OwnedValue):
    """A handle of the `MaterialisingExecutor`.

    Args:
        value: A handle of the target executor.
        executor: The executor that makes it.
        notices: What the aggregations below it notice.
    """

    __slots__ = ("_notices", "_value")

    def __init__(self, value: ExecutorValue, executor: "MaterialisingExecutor", notices: list[Notice]) -> None:
        super().__init__(executor, value.type_signature)
        self._value = value
        self._notices = notices

    @property
    def reference(self) -> ExecutorValue:
        return self._value

    async def compute(self) -> object:
        """Returns the value as NumPy scalars and arrays, in lists and `Struct`s."""
        told = len(self._notices)
        with _located(), _read(self._notices):
            result = to_numpy(await self._value.compute())
        for notice in self._notices[told:]:
            warnings.warn(f"{notice} See docs/numbers.md of tffsim.", stacklevel=2)
        return result


@contextlib.contextmanager
def _read(notices: list[Notice]) -> Iterator[None]:
    """A block whose aggregations write what they notice into a list, unless a context of ours reads it already."""
    if current_notices.get() is not None:
        yield
        return
    token = current_notices.set(notices)
    try:
        yield
    finally:
        current_notices.reset(token)


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
    """Passes everything on, turns results into NumPy values, and says where errors and NaN come from.

    Args:
        target: Receives every request.
    """

    def __init__(self, target: Executor) -> None:
        super().__init__(target)
        # Other contexts do not ask for them. One list for all calls: who was warned is not warned again.
        self._notices: list[Notice] = []

    async def create_value(self, value: object, type_spec: object = None) -> MaterialisingExecutorValue:
        """Embeds a value in the target."""
        with _located(), _read(self._notices):
            return self._handle(await self._target.create_value(value, type_spec))

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> MaterialisingExecutorValue:
        """Calls a function in the target."""
        target_arg = self._own(arg) if arg is not None else None
        with _located(), _read(self._notices):
            return self._handle(await self._target.create_call(self._own(comp), target_arg))

    async def create_struct(self, elements: object) -> MaterialisingExecutorValue:
        """Makes a struct in the target."""
        names, handles = named_elements(elements)
        owned = container(names, [self._own(handle) for handle in handles])
        return self._handle(await self._target.create_struct(owned))

    async def create_selection(self, source: ExecutorValue, index: int) -> MaterialisingExecutorValue:
        """Selects from a struct in the target."""
        return self._handle(await self._target.create_selection(self._own(source), index))

    def _handle(self, value: ExecutorValue) -> MaterialisingExecutorValue:
        return MaterialisingExecutorValue(value, self, self._notices)

    def _own(self, value: object) -> ExecutorValue:
        return own_handle(value, MaterialisingExecutorValue, self).reference
