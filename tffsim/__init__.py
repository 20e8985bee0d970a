"""Run federated computations on an execution stack, and see them run.

    import tffsim as tff

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def mean(x):
        return tff.federated_mean(x)

    mean([1.0, 2.0, 3.0])

All public names of `federated_language` are here too, so one import is enough. The names
of tffsim itself are loaded when they are first used: importing tffsim does not load
TensorFlow, which takes seconds. Names of TensorFlow Federated that have another one here
(`tff.backends.native...`) are in `tffsim.aliases`.
"""

import importlib
from typing import TYPE_CHECKING, Any

import federated_language as _language
from federated_language import *  # noqa: F403 (the names of the language are our names)

from tffsim import aliases as _aliases
from tffsim import simulation as _simulation
from tffsim.computations import pickling as _pickling
from tffsim.computations import type_specifications as _type_specifications
from tffsim.computations.operators import operators_outside as _operators_outside
from tffsim.computations.operators.secure_modular_sum import federated_secure_modular_sum
from tffsim.computations.type_specifications import to_type
from tffsim.execution_contexts import default_context as _default_context
from tffsim.execution_contexts.default_context import get_context, use
from tffsim.external_runtime.tensorflow.tensor_memory import reuse_memory_of_tensors as _reuse_memory_of_tensors
from tffsim.external_runtime.tensorflow.tensorflow_startup import hide_startup_messages as _hide_startup_messages

if TYPE_CHECKING:
    from federated_language import framework, program
    from IPython.core.interactiveshell import InteractiveShell

    from tffsim import tensorflow
    from tffsim.computations.federated_computation import (  # type: ignore[assignment]  # Ours, instead of the language's.
        federated_computation,
    )
    from tffsim.computations.tensorflow_computation import tf_computation
    from tffsim.execution_contexts.async_execution_context import AsyncExecutionContext
    from tffsim.execution_contexts.execution_error import ArgumentError, CardinalityError, ExecutionError
    from tffsim.execution_contexts.sync_execution_context import SyncExecutionContext
    from tffsim.executor_stacks.debug import debug_executor_factory
    from tffsim.executor_stacks.instrumentation import hooked
    from tffsim.executor_stacks.local import local_executor_factory
    from tffsim.executor_stacks.ray import ray_executor_factory
    from tffsim.executor_stacks.remote import remote_executor_factory
    from tffsim.executor_stacks.sizing import sizing_executor_factory
    from tffsim.failures.definition_error import DefinitionError
    from tffsim.remote.local_workers import local_workers
    from tffsim.tff_layers import load_tff_layers
    from tffsim.traces.language import set_language
    from tffsim.traces.session import trace
    from tffsim.traces.trace import Trace, load_trace
    from tffsim.tracing.recording.gate import Gate

__version__ = "0.1.0"

_MODULES_OF_NAMES = {
    "AsyncExecutionContext": "execution_contexts.async_execution_context",
    "SyncExecutionContext": "execution_contexts.sync_execution_context",
    "ArgumentError": "execution_contexts.execution_error",
    "CardinalityError": "execution_contexts.execution_error",
    "DefinitionError": "failures.definition_error",
    "ExecutionError": "execution_contexts.execution_error",
    "tf_computation": "computations.tensorflow_computation",
    "federated_computation": "computations.federated_computation",
    "local_executor_factory": "executor_stacks.local",
    "local_workers": "remote.local_workers",
    "ray_executor_factory": "executor_stacks.ray",
    "remote_executor_factory": "executor_stacks.remote",
    "debug_executor_factory": "executor_stacks.debug",
    "sizing_executor_factory": "executor_stacks.sizing",
    "hooked": "executor_stacks.instrumentation",
    "trace": "traces.session",
    "Trace": "traces.trace",
    "load_trace": "traces.trace",
    "Gate": "tracing.recording.gate",
    "load_tff_layers": "tff_layers",
    "set_language": "traces.language",
}
_SUBMODULES = (
    "tensorflow",
    "executors",
    "federation",
    "executor_stacks",
    "execution_contexts",
    "simulation",
    "tracing",
)
_SUBMODULES_OF_SIMULATION = (
    "simulation.client_data",
    "simulation.digits",
    "simulation.emnist",
    "simulation.fed_avg",
    "simulation.partitioning",
)
_LANGUAGE_NAMES = [name for name in dir(_language) if not name.startswith("_")]

__all__ = sorted(
    {
        *_LANGUAGE_NAMES,
        *_MODULES_OF_NAMES,
        "federated_secure_modular_sum",
        "framework",
        "get_context",
        "program",
        "tensorflow",
        "use",
    }
)

# Ours carries the function's name, and runs in the default context from any thread.
del federated_computation
# Ours have more names: see `aliases`.
for _name in ("framework", "program", "types"):
    globals().pop(_name, None)


def _find_in_simulation(name: str) -> object:
    path = f"simulation.{name}"
    return importlib.import_module(f"tffsim.{path}") if path in _SUBMODULES_OF_SIMULATION else _aliases.find(path)


_hide_startup_messages()
_reuse_memory_of_tensors()
_default_context.install()
_pickling.register()
_operators_outside.install()
_type_specifications.install()
_aliases.load_with(importlib.import_module)
_simulation.look_elsewhere(_find_in_simulation)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Called by `%load_ext tffsim`: makes `%%tff_execute` and the other magics known."""
    from tffsim.magics.tff_magics import register

    register(shell)


def __getattr__(name: str) -> Any:
    if name in _MODULES_OF_NAMES:
        value = getattr(importlib.import_module(f"tffsim.{_MODULES_OF_NAMES[name]}"), name)
    elif name in _SUBMODULES:
        value = importlib.import_module(f"tffsim.{name}")
    else:
        value = _aliases.find(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES, *_aliases.names_in("")})
