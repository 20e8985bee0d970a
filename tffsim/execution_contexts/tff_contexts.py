"""Execution contexts as TensorFlow Federated makes and sets them.

Its programs begin with such a call. The context is one of ours, with a local stack; what
only its C++ runtime has is taken and means nothing here.
"""

from collections.abc import Sequence

from federated_language.framework import ExecutorFactory

from tffsim.execution_contexts.async_execution_context import AsyncExecutionContext
from tffsim.execution_contexts.cardinality_inference import infer_cardinalities
from tffsim.execution_contexts.default_context import set_default_context
from tffsim.execution_contexts.invocation import CardinalityInferenceFn
from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
from tffsim.executor_stacks.debug import debug_executor_factory
from tffsim.executor_stacks.local import local_executor_factory
from tffsim.executor_stacks.sizing import sizing_executor_factory


def local_cpp_executor_factory(
    *, default_num_clients: int = 0, max_concurrent_computation_calls: int = -1, stream_structs: bool = False
) -> ExecutorFactory:
    """Returns a factory of local execution stacks.

    Args:
        default_num_clients: How many clients there are when the argument of a
            computation does not tell.
        max_concurrent_computation_calls: How many TensorFlow calls may run at a time; if
            not positive, one per processor.
        stream_structs: Without meaning here: nothing is sent.
    """
    limit = max_concurrent_computation_calls if max_concurrent_computation_calls > 0 else None
    return local_executor_factory(default_num_clients, max_concurrent_computation_calls=limit)


def create_sync_context(
    default_num_clients: int = 0,
    max_concurrent_computation_calls: int = -1,
    stream_structs: bool = False,
    cardinality_inference_fn: CardinalityInferenceFn | None = None,
) -> SyncExecutionContext:
    """Returns a context for plain calls; the parameters are those of `local_cpp_executor_factory`.

    Args:
        default_num_clients: See there.
        max_concurrent_computation_calls: See there.
        stream_structs: See there.
        cardinality_inference_fn: Tells from the argument how many clients there are.
    """
    factory = local_cpp_executor_factory(
        default_num_clients=default_num_clients, max_concurrent_computation_calls=max_concurrent_computation_calls
    )
    return SyncExecutionContext(factory, cardinality_inference_fn=cardinality_inference_fn or infer_cardinalities)


def create_async_context(
    default_num_clients: int = 0,
    max_concurrent_computation_calls: int = -1,
    stream_structs: bool = False,
    cardinality_inference_fn: CardinalityInferenceFn | None = None,
) -> AsyncExecutionContext:
    """Returns a context for `await computation(...)`; the parameters are those of `create_sync_context`."""
    factory = local_cpp_executor_factory(
        default_num_clients=default_num_clients, max_concurrent_computation_calls=max_concurrent_computation_calls
    )
    return AsyncExecutionContext(factory, cardinality_inference_fn=cardinality_inference_fn or infer_cardinalities)


def set_sync_context(
    default_num_clients: int = 0,
    max_concurrent_computation_calls: int = -1,
    stream_structs: bool = False,
    cardinality_inference_fn: CardinalityInferenceFn | None = None,
) -> None:
    """Makes such a context (see `create_sync_context`) the default one."""
    set_default_context(
        create_sync_context(
            default_num_clients, max_concurrent_computation_calls, stream_structs, cardinality_inference_fn
        )
    )


def set_async_context(
    default_num_clients: int = 0,
    max_concurrent_computation_calls: int = -1,
    stream_structs: bool = False,
    cardinality_inference_fn: CardinalityInferenceFn | None = None,
) -> None:
    """Makes such a context (see `create_async_context`) the default one."""
    set_default_context(
        create_async_context(
            default_num_clients, max_concurrent_computation_calls, stream_structs, cardinality_inference_fn
        )
    )


def create_python_context(
    default_num_clients: int = 0,
    max_fanout: int = 100,
    clients_per_thread: int | None = None,
    server_tf_device: object = None,
    client_tf_devices: Sequence[object] = (),
    reference_resolving_clients: bool = True,
) -> SyncExecutionContext:
    """Returns a context with a local stack, made as by the Python runtime of before 2023.

    Args:
        default_num_clients: As for `tffsim.local_executor_factory`.
        max_fanout: As there.
        clients_per_thread: As there.
        server_tf_device: As there.
        client_tf_devices: As there.
        reference_resolving_clients: Without meaning here: all clients resolve references.
    """
    return SyncExecutionContext(
        local_executor_factory(
            default_num_clients,
            max_fanout,
            clients_per_thread=clients_per_thread,
            server_tf_device=server_tf_device,
            client_tf_devices=client_tf_devices,
        )
    )


def set_python_context(
    default_num_clients: int = 0,
    max_fanout: int = 100,
    clients_per_thread: int | None = None,
    server_tf_device: object = None,
    client_tf_devices: Sequence[object] = (),
    reference_resolving_clients: bool = True,
) -> None:
    """Makes such a context (see `create_python_context`) the default one."""
    set_default_context(
        create_python_context(default_num_clients, max_fanout, clients_per_thread, server_tf_device, client_tf_devices)
    )


def create_sizing_context(default_num_clients: int = 0) -> SyncExecutionContext:
    """Returns a context that counts traffic; `executor_factory.get_size_info()` tells it."""
    return SyncExecutionContext(sizing_executor_factory(default_num_clients))


def create_debug_context(default_num_clients: int = 0) -> SyncExecutionContext:
    """Returns a context that does one step after the other, in the calling thread."""
    return SyncExecutionContext(debug_executor_factory(default_num_clients))


def set_debug_context(default_num_clients: int = 0) -> None:
    """Makes such a context (see `create_debug_context`) the default one."""
    set_default_context(create_debug_context(default_num_clients))
