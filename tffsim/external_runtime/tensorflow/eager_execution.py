"""The few private names of TensorFlow that make a call cheap, all in one place.

Calling a `ConcreteFunction` costs 65-90 µs, most of it Python that checks what the
executor has already checked. The function behind it costs 35-40 µs, because it hops to
another thread; called through an op, which does not, 10-12 µs. An `EagerTensor` made
directly costs 0.5-1.5 µs, `tf.constant` 2-6 µs, `tf.convert_to_tensor` 9-12 µs
(TensorFlow 2.21, two cores). A round over thousands of clients pays these prices once
or more per client, so the executor uses the cheap ones. A TensorFlow version that moved
these names fails here, at import, with a message that says so.
"""

from collections.abc import Iterable, Sequence

import tensorflow as tf

try:
    from tensorflow.core.framework.function_pb2 import FunctionDef
    from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig
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
    "NO_OPTIMISATION",
    "TENSOR_ALIGNMENT",
    "CancellationManager",
    "EagerTensor",
    "FunctionDef",
    "add_functions",
    "call_attributes",
    "can_run_in_thread",
    "definitions_of",
    "eager_tensor",
    "kernels_of",
    "remove_functions",
    "run_in_pool",
    "run_in_thread",
    "shape_of",
]

# Without a context, `EagerTensor` crashes the process. This module is imported when the
# first leaf is made, after the user had the chance to configure devices.
context().ensure_initialized()

NO_OPTIMISATION = tf.compat.v1.ConfigProto(
    allow_soft_placement=True,
    graph_options=tf.compat.v1.GraphOptions(rewrite_options=RewriterConfig(disable_meta_optimizer=True)),
).SerializeToString()
"""The configuration of a call whose graph TensorFlow leaves as it is."""

TENSOR_ALIGNMENT = 64
"""TensorFlow takes an array that begins at a multiple of so many bytes as it is, and copies others."""

# No default for a call's attributes: giving the defaults costs 6 µs per call.
_NO_ATTRIBUTES: tuple[()] = ()


def call_attributes(
    name: str, input_types: Sequence[int], output_types: Sequence[int], *, is_optimised: bool = True
) -> tuple[object, ...]:
    """Returns the attributes with which the op `StatefulPartitionedCall` calls a function.

    Args:
        name: The function's name in the eager context.
        input_types: The `tf.DType.as_datatype_enum` of each argument.
        output_types: The same of each result.
        is_optimised: Whether TensorFlow optimises the graph first, which takes longer than
            a few calls of it.
    """
    config = context().function_call_options.config_proto_serialized if is_optimised else NO_OPTIMISATION
    return (
        "Tin", list(input_types), "Tout", list(output_types), "f", name,
        "config", "", "config_proto", config, "executor_type", "",
    )  # fmt: skip


def run_in_thread(
    operation: str,
    attributes: tuple[object, ...],
    num_outputs: int,
    inputs: Sequence[tf.Tensor],
    cancellation: CancellationManager | None,
) -> list[tf.Tensor]:
    """Runs a registered function in the calling thread, through an op.

    What TensorFlow can only run step by step in its pool (loops, branches and the
    functions of datasets) still goes there.

    Args:
        operation: `StatefulPartitionedCall` or `PartitionedCall`; each has kernels of its own.
        attributes: What `call_attributes` returned.
        num_outputs: How many tensors the function returns.
        inputs: Its arguments; dtypes and shapes were checked before.
        cancellation: Aborts the call from any thread; None if nobody can.

    Returns:
        The output tensors.

    Raises:
        tf.errors.OpError: If the function fails or is cancelled. It does not name the node.
    """
    if cancellation is None:
        return execute(operation, num_outputs, inputs, attributes, context())
    return execute_with_cancellation(operation, num_outputs, inputs, attributes, context(), cancellation)


def run_in_pool(
    name: str, num_outputs: int, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None
) -> list[tf.Tensor]:
    """Runs a registered function in TensorFlow's pool of threads, and waits for it.

    Four times as slow, and it waits while the pool is full of calls that wait; but its
    error names the node that failed, and devices other than the CPU take part.

    Args:
        name: Its name in the eager context.
        num_outputs: How many tensors it returns.
        inputs: Its arguments.
        cancellation: Aborts the call from any thread; None if nobody can.

    Returns:
        The output tensors.

    Raises:
        tf.errors.OpError: If the function fails or is cancelled.
    """
    if cancellation is None:
        return execute(name, num_outputs, inputs, _NO_ATTRIBUTES, context())
    return execute_with_cancellation(name, num_outputs, inputs, _NO_ATTRIBUTES, context(), cancellation)


def can_run_in_thread() -> bool:
    """Whether `run_in_thread` keeps its promise here, and gives the numbers that `run_in_pool` gives.

    An op runs on one device: with an accelerator it would put all of the function there.
    """
    return all(device.device_type == "CPU" for device in tf.config.list_logical_devices())


def kernels_of(operation: str, num_inputs: int, num_outputs: int) -> list[str]:
    """Returns the names under which TensorFlow keeps the kernels that `run_in_thread` made.

    TensorFlow wraps an op into a function of its own, one for each number of inputs and
    outputs and each device. `remove_functions` with its name frees all its kernels.
    """
    arity = f"__wrapped__{operation}_Tin_{num_inputs}_Tout_{num_outputs}_device_"
    return [name for device in context().devices() if context().has_function(name := arity + device)]


def eager_tensor(value: object, dtype_enum: int) -> tf.Tensor:
    """Makes a tensor on the current device.

    Args:
        value: A Python scalar or a NumPy array that fits the dtype: it is not checked,
            and an integer too large wraps around.
        dtype_enum: `tf.DType.as_datatype_enum`.

    Returns:
        A tensor. It has the memory of an array that begins at a multiple of `TENSOR_ALIGNMENT`, and a copy of others.
    """
    return EagerTensor(value, context().device_name or "", dtype_enum)


def shape_of(tensor: tf.Tensor) -> tuple[int, ...]:
    """Returns the shape of an eager tensor as plain integers."""
    return tensor._shape_tuple()


def add_functions(functions: Iterable[FunctionDef]) -> None:
    """Registers functions so that calls find them by name."""
    for function in functions:
        context().add_function_def(function)


def definitions_of(name: str) -> list[FunctionDef]:
    """Returns the definitions of a registered function and of all that it leads to, itself first."""
    # Loaded with the first graph, as who has none asks for no definitions.
    from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import called_functions

    found: dict[str, FunctionDef] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop(0)
        if name not in found and context().has_function(name):
            found[name] = FunctionDef.FromString(context().get_function_def(name).SerializeToString())
            waiting += called_functions(found[name])
    return list(found.values())


def remove_functions(names: Iterable[str]) -> None:
    """Forgets registered functions and their kernels."""
    for name in names:
        context().remove_function(name)
