"""The leaf of every stack: it hands the mathematics to TensorFlow.

It knows tensors, sequences, structs and TensorFlow functions; no placements, lambdas or
names. A call that is short runs at once, on the thread of the caller. A call that is
long goes to the pool of worker threads, so that the others need not wait. Which it is,
the executor learns from the calls before.

What imports graphs and builds blocks is loaded with the first graph and the first block:
a first round that only adds numbers does not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import federated_language as fl
import tensorflow as tf
from federated_language import framework
from federated_language.common_libs import structure
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.activity import OffloadObserver, offload_observer
from tffsim.concurrency.call_block import BlockRefusedError, CallBlock, Stack
from tffsim.concurrency.call_duration import LONG_SECONDS, timed_call
from tffsim.concurrency.cancellation import current_scope
from tffsim.concurrency.concurrency import outside_of_loop
from tffsim.concurrency.random_streams import is_seeded, seeds_of_call
from tffsim.concurrency.worker_pool import WorkerPool
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
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.leaf_function import LeafFunction
from tffsim.external_runtime.tensorflow.values.leaf_intrinsics import binary_operator, cast_to, type_of_operator, zero
from tffsim.external_runtime.tensorflow.values.modular_sums import digits_of_remainder, number_of_digits
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue, materialise, to_tensorflow
from tffsim.language import building_blocks
from tffsim.language.arrived_memory import note_reader
from tffsim.language.generic_intrinsics import GENERIC_CAST, GENERIC_DIGITS, GENERIC_NUMBER, LEAF_INTRINSIC_URIS
from tffsim.language.struct_types import struct_type
from tffsim.language.type_kinds import struct_type_of

if TYPE_CHECKING:
    from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction
    from tffsim.external_runtime.tensorflow.functions.calls_apart import CallsApart
    from tffsim.external_runtime.tensorflow.functions.tensorflow_function import TensorFlowFunction

_IntrinsicFunction: TypeAlias = Callable[[TensorFlowValue], TensorFlowValue]
_Callable: TypeAlias = "TensorFlowFunction | BlockFunction"
_Reference: TypeAlias = "TensorFlowValue | TensorFlowFunction | _IntrinsicFunction"


class EagerTFExecutorValue(OwnedValue):
    """A tensor, dataset, struct of these, or function inside one `EagerTFExecutor`."""

    __slots__ = ("_reference",)

    def __init__(self, executor: EagerTFExecutor, reference: _Reference, type_signature: fl.Type) -> None:
        super().__init__(executor, type_signature)
        self._reference = reference

    @property
    def reference(self) -> _Reference:
        """An eager tensor, a `tf.data.Dataset`, a tuple of these for a struct, or a callable."""
        return self._reference

    async def compute(self) -> tf.Tensor | tf.data.Dataset | structure.Struct:
        """Returns the value, a struct as a `Struct`; tensors and datasets are not copied.

        Raises:
            TypeError: If it is a function.
        """
        if isinstance(self._type_signature, fl.FunctionType):
            raise TypeError(
                f"A function of type {self._type_signature} is no value to compute. Did you forget to call it?"
            )
        return materialise(self._reference, self._type_signature)  # type: ignore[arg-type]


class EagerTFExecutor(Executor):
    """Runs TensorFlow eagerly.

    Args:
        device: Where tensors live and functions run, such as `/device:GPU:0`; None lets
            TensorFlow decide.
        worker_pool: Runs the long calls; None runs every call in place. It is not owned:
            executors share it.

    Raises:
        RuntimeError: If TensorFlow's eager mode is off.
        TypeError: If `device` is neither a string nor a logical device.
        ValueError: If this machine has no such device.
    """

    def __init__(
        self,
        device: str | tf.config.LogicalDevice | None = None,
        *,
        worker_pool: WorkerPool | None = None,
    ) -> None:
        if not tf.executing_eagerly():
            raise RuntimeError("TensorFlow's eager mode is off. Do not call `tf.compat.v1.disable_eager_execution()`.")
        self._device = _device_name(device)
        self._worker_pool = worker_pool
        self._is_closed = False

    def close(self) -> None:
        """Makes the executor unusable. Imported functions stay, they belong to the process."""
        self._is_closed = True

    @property
    def device(self) -> str | None:
        """Where tensors live and functions run; None leaves it to TensorFlow."""
        return self._device

    def takes_whole(self, value: object) -> bool:
        """Whether a value is a struct of tensors only, as another executor returns it: there is nothing to convert."""
        if not isinstance(value, structure.Struct):
            return False
        return all(isinstance(element, tf.Tensor) or self.takes_whole(element) for element in value)

    async def create_value(self, value: object, type_spec: object = None) -> EagerTFExecutorValue:
        """Embeds a payload or a computation.

        Args:
            value: A payload; a `tensorflow` or `literal` computation; an `intrinsic`
                computation which `LEAF_INTRINSIC_URIS` lists.
            type_spec: Its type; a computation knows its own.

        Raises:
            TypeError: If the value does not fit the type.
            ValueError: If it is a computation of another kind, or a number out of range.
        """
        check_open(self._is_closed, self)
        if isinstance(value, ExecutorValue):
            return self._own(value)
        type_signature = resolve_type(value, type_spec)
        if building_blocks.is_computation(value):
            return self._embed_computation(building_blocks.to_proto(value), type_signature)
        return self._embed_payload(value, type_signature)

    async def create_call(self, comp: ExecutorValue, arg: ExecutorValue | None = None) -> EagerTFExecutorValue:
        """Calls a function.

        Raises:
            TypeError: If `comp` is no function or `arg` does not fit its parameter.
            tf.errors.OpError: If the function fails.
        """
        check_open(self._is_closed, self)
        function, argument = self._own(comp), self._own(arg) if arg is not None else None
        check_argument(function.type_signature, argument.type_signature if argument is not None else None)
        assert isinstance(function.type_signature, fl.FunctionType)
        called, value = function.reference, argument.reference if argument is not None else None
        if isinstance(called, LeafFunction):
            note_reader(value)
            result = await self._call(called, value)  # type: ignore[arg-type]
        else:
            with self._placement():
                result = called(value)  # type: ignore[operator, arg-type]
        return EagerTFExecutorValue(self, result, function.type_signature.result)

    async def create_struct(self, elements: object) -> EagerTFExecutorValue:
        """Makes a struct of handles; nothing is copied."""
        check_open(self._is_closed, self)
        names, values = named_elements(elements)
        handles = [self._own(value) for value in values]
        type_signature = struct_type(names, [handle.type_signature for handle in handles])
        return EagerTFExecutorValue(self, tuple([handle.reference for handle in handles]), type_signature)

    async def create_selection(self, source: ExecutorValue, index: int) -> EagerTFExecutorValue:
        """Selects one element of a struct.

        Raises:
            TypeError: If `source` is no struct.
            IndexError: If there is no element at `index`.
        """
        check_open(self._is_closed, self)
        handle = self._own(source)
        element_type = select_element_type(handle.type_signature, index)
        return EagerTFExecutorValue(self, handle.reference[index], element_type)  # type: ignore[index]

    async def run_block(self, block: CallBlock, arguments: Sequence[object], stack: Stack) -> object:
        """Makes many calls in one: see `call_block`.

        Raises:
            BlockRefusedError: If they cannot be one call.
            tf.errors.OpError: If a function fails; nothing tells which.
        """
        from tffsim.external_runtime.tensorflow.functions.block_function import datasets_in
        from tffsim.external_runtime.tensorflow.functions.dataset_lengths import known_length
        from tffsim.external_runtime.tensorflow.graph_passes.graph_traits import may_be_read_twice

        check_open(self._is_closed, self)
        with self._placement():
            values = [to_tensorflow(v, t) for v, t in zip(arguments, block.parameter_types, strict=True)]
        datasets = list(datasets_in(values))
        if not all(map(may_be_read_twice, datasets)):
            raise BlockRefusedError("some data can be read only once", is_final=False)
        has_lengths = all(known_length(dataset) is not None for dataset in datasets)
        function = block.built.get((self._device, has_lengths))
        if function is None:
            function = self._build(block, stack, datasets, has_lengths=has_lengths)
            block.built[self._device, has_lengths] = function
        else:
            self._refuse_if_changed(block, has_lengths, function.duration.busy_seconds)
        return materialise(await self._call(function, values), block.result_type)

    def _build(
        self, block: CallBlock, stack: Stack, datasets: Sequence[tf.data.Dataset], *, has_lengths: bool
    ) -> BlockFunction:
        from tffsim.external_runtime.tensorflow.functions.block_function import BlockFunction
        from tffsim.external_runtime.tensorflow.functions.calls_apart import CallsApart

        is_for_one = block.num_clients == 1
        calls_apart = CallsApart(has_lengths=has_lengths) if datasets and not is_for_one else None
        with self._placement():
            leaf = _GraphLeaf(self._device, calls_apart, is_for_one=is_for_one)
            return BlockFunction(block, stack(leaf), calls_apart)

    def _refuse_if_changed(self, block: CallBlock, has_lengths: bool, busy_seconds: float | None) -> None:
        """Refuses a block whose clients have more or less to do than those from which it was learned how much.

        They are called one by one then, which teaches it anew.
        """
        if busy_seconds is None:
            return
        if block.num_clients == 1:
            has_changed = busy_seconds < LONG_SECONDS / 2
        else:
            has_changed = busy_seconds > block.num_clients * LONG_SECONDS
        if has_changed:
            del block.built[self._device, has_lengths]
            raise BlockRefusedError("its clients take longer now, or not as long as before", is_final=False)

    def _own(self, value: ExecutorValue) -> EagerTFExecutorValue:
        return own_handle(value, EagerTFExecutorValue, self)

    def _placement(self) -> contextlib.AbstractContextManager[object]:
        return tf.device(self._device) if self._device is not None else _NO_PLACEMENT

    def _embed_payload(self, value: object, type_signature: fl.Type) -> EagerTFExecutorValue:
        with self._placement():
            return EagerTFExecutorValue(self, to_tensorflow(value, type_signature), type_signature)

    def _embed_computation(self, proto: pb.Computation, type_signature: fl.Type) -> EagerTFExecutorValue:
        kind = building_blocks.kind_of(proto)
        if kind == "tensorflow":
            return EagerTFExecutorValue(self, _importer()(proto, self._device), type_signature)
        if kind == "intrinsic" and proto.intrinsic.uri in LEAF_INTRINSIC_URIS:
            return self._embed_intrinsic(proto.intrinsic.uri, type_signature)
        if kind == "literal":
            return self._embed_payload(framework.Literal.from_proto(proto).value, type_signature)
        if kind == "data":
            raise ValueError(
                "This data is not here. Start the worker with the same `--data`; elsewhere, use a `DataExecutor`."
            )
        found = f"the intrinsic `{proto.intrinsic.uri}`" if kind == "intrinsic" else f"a `{kind}` computation"
        raise ValueError(
            f"EagerTFExecutor runs `tensorflow` and `literal` computations and generic arithmetic, found {found}. "
            "Put the executor that understands it above this one."
        )

    def _embed_intrinsic(self, uri: str, type_signature: fl.Type) -> EagerTFExecutorValue:
        if isinstance(type_signature, fl.FunctionType):
            if uri in _TYPED_OPERATORS:
                return EagerTFExecutorValue(self, _TYPED_OPERATORS[uri](type_signature), type_signature)
            function_type = type_of_operator(uri, type_signature)
            return EagerTFExecutorValue(self, binary_operator(uri, function_type), function_type)
        with self._placement():
            return EagerTFExecutorValue(self, zero(type_signature), type_signature)

    async def _call(self, function: _Callable, value: object) -> TensorFlowValue:
        seeds = seeds_of_call() if function.draws_without_seed else None
        # A manager of its own for each call: TensorFlow cancels the one of a call that fails.
        cancellation = CancellationManager()
        scope = current_scope.get()
        forget = scope.on_cancel(cancellation.start_cancel) if scope is not None else None
        try:
            pool = self._worker_pool
            if pool is None or function.duration.is_best_in_place:
                if not function.may_call_python or (scope is not None and scope.has_thread):
                    return outside_of_loop(timed_call, function, value, cancellation, seeds)
                # The event loop is that of another library's context. What Python code calls may need it.
                pool = pool or _pool_of_other_contexts
            observer = offload_observer.get()
            if observer is not None:
                observer.submitted(time.perf_counter_ns())
            call = pool.submit(_offloaded_call, observer, function, value, cancellation, seeds)
            return await asyncio.wrap_future(call)
        except asyncio.CancelledError:
            cancellation.start_cancel()
            raise
        except tf.errors.OpError:
            if scope is not None and scope.cancelled:
                raise asyncio.CancelledError from None
            raise
        finally:
            if forget is not None:
                forget()


class _GraphLeaf(EagerTFExecutor):
    """Writes calls down in the graph that is being built, instead of making them.

    Args:
        device: Where they will run; None lets TensorFlow decide.
        calls_apart: Those that are to be made before; None writes all down.
        is_for_one: Whether they are the calls of a single client, which may take long.
    """

    def __init__(self, device: str | None, calls_apart: CallsApart | None, *, is_for_one: bool) -> None:
        super().__init__(device)
        self._calls_apart = calls_apart
        self._is_for_one = is_for_one

    def takes_whole(self, value: object) -> bool:
        """No: a tensor of a graph is taken as it is, by itself."""
        return False

    def _embed_payload(self, value: object, type_signature: fl.Type) -> EagerTFExecutorValue:
        if isinstance(value, (tf.Tensor, tf.data.Dataset)):
            return EagerTFExecutorValue(self, value, type_signature)
        return super()._embed_payload(value, type_signature)

    async def _call(self, function: TensorFlowFunction, value: TensorFlowValue | None) -> TensorFlowValue:  # type: ignore[override]
        seconds = function.duration.busy_seconds
        if seconds is None:
            raise BlockRefusedError("nobody knows yet how long a call takes", is_final=False)
        if seconds > LONG_SECONDS and not self._is_for_one:
            raise BlockRefusedError(f"a call takes {seconds * 1e3:.0f} ms", is_final=False, is_long=True)
        found = None
        if self._calls_apart is not None and not (function.draws_without_seed and is_seeded()):
            found = self._calls_apart.result(function, value)
        return found if found is not None else function.write_call(value)


@functools.cache
def _importer() -> Callable[[pb.Computation, str | None], TensorFlowFunction]:
    """Returns `tensorflow_function`; cached, as every client asks, and an `import` takes longer."""
    from tffsim.external_runtime.tensorflow.functions.tensorflow_function import tensorflow_function

    return tensorflow_function


def _device_name(device: str | tf.config.LogicalDevice | None) -> str | None:
    if device is None or isinstance(device, tf.config.LogicalDevice):
        return device.name if device is not None else None
    if not isinstance(device, str):
        raise TypeError(
            f"Expected a device name or a `tf.config.LogicalDevice`, found a {type(device).__name__}. "
            "List them with `tf.config.list_logical_devices()`."
        )
    # TensorFlow itself would not complain before the first call.
    devices = tf.config.list_logical_devices()
    with contextlib.suppress(ValueError):
        spec = tf.DeviceSpec.from_string(device)
        indices = [int(d.name.rsplit(":", 1)[1]) for d in devices if d.device_type == spec.device_type]
        if spec.device_index in indices or (indices and spec.device_index is None):
            return device
    raise ValueError(f"There is no device {device!r}. This machine has {', '.join(d.name for d in devices)}.")


# What these do depends on the types of numbers, not on the numbers alone.
_TYPED_OPERATORS: dict[str, Callable[[fl.FunctionType], Callable[[object], TensorFlowValue]]] = {
    GENERIC_CAST.uri: lambda t: functools.partial(cast_to, t.result),
    GENERIC_DIGITS.uri: lambda t: functools.partial(digits_of_remainder, struct_type_of(t.parameter)[0]),
    GENERIC_NUMBER.uri: lambda t: functools.partial(number_of_digits, t.result),
}
_NO_PLACEMENT = contextlib.nullcontext()
_pool_of_other_contexts = WorkerPool(max_workers=1)


def _offloaded_call(
    observer: OffloadObserver | None,
    function: _Callable,
    value: object,
    cancellation: CancellationManager,
    seeds: tuple[int, int] | None,
) -> TensorFlowValue:
    if observer is not None:
        observer.started(time.perf_counter_ns())
    try:
        return timed_call(function, value, cancellation, seeds, in_other_thread=True)
    finally:
        if observer is not None:
            observer.ended(time.perf_counter_ns())
