"""The few private names of TensorFlow that make a call cheap, all in one place.

Calling a `ConcreteFunction` costs 65-90 µs, most of it Python that checks what the
executor has already checked. The op behind it costs 25-30 µs. An `EagerTensor` made
directly costs 0.5-1.5 µs, `tf.constant` 2-6 µs, `tf.convert_to_tensor` 9-12 µs
(TensorFlow 2.21, two cores). A round over thousands of clients pays these prices once
or more per client, so the executor uses the cheap ones. A TensorFlow version that moved
these names fails here, at import, with a message that says so.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import tensorflow as tf

try:
    from tensorflow.core.framework.function_pb2 import FunctionDef
    from tensorflow.core.protobuf import config_pb2
    from tensorflow.python.eager.cancellation import CancellationManager
    from tensorflow.python.eager.context import context
    from tensorflow.python.eager.execute import execute, execute_with_cancellation
    from tensorflow.python.framework.ops import EagerTensor
except ImportError as error:
    raise ImportError(
        f"TensorFlow {tf.__version__} has moved a name that tffsim needs ({error}). "
        "Install the TensorFlow version named in tffsim's requirements."
    ) from error

__all__ = [
    "CancellationManager",
    "EagerTensor",
    "FunctionCall",
    "FunctionDef",
    "add_functions",
    "eager_tensor",
    "remove_functions",
    "run_function",
    "shape_of",
]

# Without a context, `EagerTensor` crashes the process. This module is imported when the
# first leaf is made, after the user had the chance to configure devices.
context().ensure_initialized()

# No default for a call's attributes: giving the defaults costs 6 µs per call.
_NO_ATTRIBUTES: tuple[()] = ()


class FunctionCall:
    """Calls a function through the op `StatefulPartitionedCall`, in the caller's thread.

    Args:
        function: A `ConcreteFunction`.
        is_optimised: Whether TensorFlow's graph optimisers may rewrite it.
    """

    def __init__(self, function: Any, *, is_optimised: bool = True) -> None:
        self._function = function
        self._num_outputs = len(function.outputs)
        config = config_pb2.ConfigProto()
        config.graph_options.rewrite_options.disable_meta_optimizer = not is_optimised
        self._attributes = (
            "Tin", tuple(t.dtype.as_datatype_enum for t in function.inputs),
            "Tout", tuple(t.dtype.as_datatype_enum for t in function.outputs),
            "f", function.name,
            "config", "",
            "config_proto", config.SerializeToString(),
            "executor_type", "",
        )  # fmt: skip

    def run(self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None) -> list[tf.Tensor]:
        """Returns the outputs.

        Raises:
            tf.errors.OpError: If the function fails or is cancelled.
        """
        op = "StatefulPartitionedCall"
        if cancellation is None:
            return execute(op, self._num_outputs, inputs, self._attributes, context())
        return execute_with_cancellation(op, self._num_outputs, inputs, self._attributes, context(), cancellation)


def run_function(
    name: bytes | str, num_outputs: int, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None
) -> list[tf.Tensor]:
    """Runs a registered function.

    Args:
        name: Its name in the eager context.
        num_outputs: How many tensors it returns.
        inputs: Its arguments; dtypes and shapes were checked before.
        cancellation: Aborts the call from any thread; None if nobody can.

    Returns:
        The output tensors.

    Raises:
        tf.errors.OpError: If the function fails or is cancelled.
    """
    if cancellation is None:
        return execute(name, num_outputs, inputs, _NO_ATTRIBUTES, context())
    return execute_with_cancellation(name, num_outputs, inputs, _NO_ATTRIBUTES, context(), cancellation)


def eager_tensor(value: object, dtype_enum: int) -> tf.Tensor:
    """Makes a tensor on the current device.

    Args:
        value: A Python scalar or a NumPy array that fits the dtype: it is not checked,
            and an integer too large wraps around.
        dtype_enum: `tf.DType.as_datatype_enum`.

    Returns:
        A tensor that shares no memory with `value`.
    """
    return EagerTensor(value, context().device_name or "", dtype_enum)


def shape_of(tensor: tf.Tensor) -> tuple[int, ...]:
    """Returns the shape of an eager tensor as plain integers."""
    return tensor._shape_tuple()


def add_functions(functions: Iterable[FunctionDef]) -> None:
    """Registers functions so that `run_function` finds them by name."""
    for function in functions:
        context().add_function_def(function)


def remove_functions(names: Iterable[str]) -> None:
    """Forgets registered functions and their kernels."""
    for name in names:
        context().remove_function(name)
