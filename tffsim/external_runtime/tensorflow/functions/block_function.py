"""From a block of calls to one TensorFlow function.

The block's coroutine runs once, on executors whose leaf stands in the middle of a graph:
it writes each call down instead of making it, but for those of `calls_apart`. The graph
optimiser is off for the outcome. It would turn the additions of a fold into one `AddN`,
whose order is another, and inline the functions, which takes seconds for a block of
training loops.
"""

from collections.abc import Iterable, Iterator, Sequence

import federated_language as fl
import tensorflow as tf
from federated_language.common_libs import structure
from federated_language.framework import Executor

from tffsim.concurrency import concurrency
from tffsim.concurrency.call_block import BlockRefusedError, CallBlock
from tffsim.concurrency.call_duration import CallDuration
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.calls_apart import CallsApart, leaves_of
from tffsim.external_runtime.tensorflow.functions.function_calls import Seeds, SharedFunction
from tffsim.external_runtime.tensorflow.functions.function_tensors import flatten, leaf_types, pack, specs_of
from tffsim.external_runtime.tensorflow.functions.leaf_function import LeafFunction
from tffsim.external_runtime.tensorflow.functions.reading_options import leave_as_it_is
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue


class BlockFunction(LeafFunction):
    """A callable made from a block of calls. Thread-safe.

    It needs no seeds, and no Python code of the user runs in it.

    Args:
        block: What it does.
        executor: Writes calls down in the graph that is being built.
        calls_apart: The calls that `executor` does not write down; None if it does with all.

    Raises:
        BlockRefusedError: If it cannot be one function.
    """

    draws_without_seed = False
    may_call_python = False

    def __init__(self, block: CallBlock, executor: Executor, calls_apart: CallsApart | None = None) -> None:
        self.duration = CallDuration()
        self._result_type = block.result_type
        self._leaf_types = [leaf for type_spec in block.parameter_types for leaf in leaf_types(type_spec)]
        if any(isinstance(t, fl.SequenceType) for t in fl.framework.preorder_types(block.result_type)):
            raise BlockRefusedError("its result holds a sequence")
        specs = [spec for type_spec in block.parameter_types for spec in specs_of(type_spec)]
        self._calls_apart = calls_apart
        try:
            stand_ins: Sequence[tf.Tensor] = []
            self._needed: Sequence[int] = range(len(specs))
            if calls_apart is not None:
                stand_ins, self._needed = _found_apart(block, executor, specs, calls_apart)

            def body(*tensors: tf.Tensor) -> list[tf.Tensor]:
                remaining = iter(tensors)
                given = {position: next(remaining) for position in self._needed}
                if calls_apart is not None:
                    calls_apart.use(list(remaining))
                inputs = [given[k] if k in given else stand_ins[k] for k in range(len(specs))]
                return _written(block, executor, inputs, calls_apart)

            signature = [specs[position] for position in self._needed]
            signature += calls_apart.specs if calls_apart is not None else []
            self._function = tf.function(body, autograph=False, input_signature=signature).get_concrete_function()
        except BlockRefusedError:
            raise
        except Exception as error:
            raise BlockRefusedError(f"its function cannot be built: {type(error).__name__}: {error}") from error
        inputs, outputs = self._function.inputs, self._function.outputs
        self._call = SharedFunction(self._function, _dtypes(inputs), _dtypes(outputs), num_threads=0)

    def __call__(
        self,
        arguments: Sequence[TensorFlowValue],
        cancellation: CancellationManager | None = None,
        seeds: Seeds | None = None,
    ) -> TensorFlowValue:
        """Makes all the calls.

        Args:
            arguments: Values of the block's parameter types, as `to_tensorflow` makes them.
            cancellation: Aborts the call from any thread.
            seeds: Not used.

        Raises:
            tf.errors.OpError: If one of the calls fails; nothing tells which.
        """
        inputs: list[tf.Tensor] = []
        datasets: list[tf.data.Dataset] = []
        leaves = leaves_of(tuple(arguments))
        for position in self._needed:
            flatten(leaves[position], self._leaf_types[position], inputs, datasets)
        if self._calls_apart is not None:
            inputs += self._calls_apart.run(leaves, cancellation)
        outputs = self._call.run([*inputs, *self._function.captured_inputs], cancellation)
        return pack(iter(outputs), self._result_type, datasets)


def _found_apart(
    block: CallBlock, executor: Executor, specs: Sequence[tf.TensorSpec], calls_apart: CallsApart
) -> tuple[Sequence[tf.Tensor], Sequence[int]]:
    """Finds the calls that are made apart; returns stand-ins for all arguments, and which the rest needs."""
    with tf.Graph().as_default():
        stand_ins = [tf.compat.v1.placeholder(spec.dtype, spec.shape) for spec in specs]
        results = {id(tensor) for tensor in _written(block, executor, stand_ins, calls_apart)}
        needed = [k for k, tensor in enumerate(stand_ins) if tensor.consumers() or id(tensor) in results]
    return stand_ins, needed


def _written(
    block: CallBlock, executor: Executor, tensors: Sequence[tf.Tensor], calls_apart: CallsApart | None
) -> list[tf.Tensor]:
    """Writes the calls of a block down in the graph that is being built, and returns what comes out."""
    remaining = iter(tensors)
    arguments = [pack(remaining, type_spec, []) for type_spec in block.parameter_types]
    for dataset in datasets_in(arguments):
        leave_as_it_is(dataset)
    if calls_apart is not None:
        calls_apart.find(arguments)
    return tf.nest.flatten(concurrency.run_without_waiting(_computed(block, executor, arguments)))


def _dtypes(tensors: Iterable[tf.Tensor]) -> list[int]:
    return [tensor.dtype.as_datatype_enum for tensor in tensors]


def datasets_in(values: Iterable[TensorFlowValue]) -> Iterator[tf.data.Dataset]:
    """Yields the datasets among values and in structs."""
    for value in values:
        if isinstance(value, tf.data.Dataset):
            yield value
        elif isinstance(value, tuple):
            yield from datasets_in(value)


async def _computed(block: CallBlock, executor: Executor, arguments: Sequence[TensorFlowValue]) -> object:
    result = await (await block.body(executor, arguments)).compute()
    return _elements(result)


def _elements(value: object) -> object:
    return tuple(_elements(element) for element in value) if isinstance(value, structure.Struct) else value
