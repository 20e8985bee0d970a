"""The names that TensorFlow Federated has for what is here, and what to use for what is not.

    tff.backends.native.set_sync_local_cpp_execution_context(default_num_clients=5)

A program of that system says `import tensorflow_federated as tff`. With `import tffsim as
tff` instead, the names of its core mean the same here. `ALIASES` says for each of them
where the thing is; `INSTEAD` says of the others what to use. `docs/migration.md` shows
both to readers; a test compares it with this module.

A name is looked up when it is used; nothing is imported before. The public face, which alone
imports by name, lends the function that does it: see `load_with`.
"""

import sys
import types
from collections.abc import Callable
from typing import Any, Final

from federated_language import framework, program
from federated_language import types as language_types

from tffsim.failures.notebook_traceback import lines_for_notebook

_CONTEXTS = "tffsim.execution_contexts.tff_contexts"
_LANGUAGE = "federated_language"
_FRAMEWORK = "federated_language.framework"
_SPELLINGS = "tffsim.computations.tff_types"
_EXECUTORS = "tffsim.executors"
_STACKS = "tffsim.executor_stacks"

ALIASES: Final[dict[str, str]] = {
    "type_at_clients": f"{_SPELLINGS}:type_at_clients",
    "type_at_server": f"{_SPELLINGS}:type_at_server",
    "tensorflow_computation": "tffsim.computations.tensorflow_computation:tf_computation",
    "structure_from_tensor_type_tree": f"{_FRAMEWORK}:structure_with_type",
    "NamedTupleType": f"{_LANGUAGE}:StructType",
    "structure": "federated_language.common_libs.structure",
    # Types
    "types.AbstractType": f"{_LANGUAGE}:AbstractType",
    "types.ArrayShape": f"{_LANGUAGE}:ArrayShape",
    "types.FederatedType": f"{_LANGUAGE}:FederatedType",
    "types.FunctionType": f"{_LANGUAGE}:FunctionType",
    "types.PlacementType": f"{_LANGUAGE}:PlacementType",
    "types.SequenceType": f"{_LANGUAGE}:SequenceType",
    "types.StructType": f"{_LANGUAGE}:StructType",
    "types.StructWithPythonType": f"{_LANGUAGE}:StructWithPythonType",
    "types.TensorType": f"{_LANGUAGE}:TensorType",
    "types.Type": f"{_LANGUAGE}:Type",
    "types.TypeNotAssignableError": f"{_FRAMEWORK}:TypeNotAssignableError",
    "types.TypesNotEquivalentError": f"{_FRAMEWORK}:TypesNotEquivalentError",
    "types.UnexpectedTypeError": f"{_FRAMEWORK}:UnexpectedTypeError",
    "types.at_clients": f"{_SPELLINGS}:type_at_clients",
    "types.at_server": f"{_SPELLINGS}:type_at_server",
    "types.contains": f"{_FRAMEWORK}:type_contains",
    "types.contains_only": f"{_FRAMEWORK}:type_contains_only",
    "types.count": f"{_FRAMEWORK}:type_count",
    "types.deserialize_type": f"{_SPELLINGS}:deserialize_type",
    "types.is_shape_fully_defined": f"{_LANGUAGE}:array_shape_is_fully_defined",
    "types.is_structure_of_floats": f"{_FRAMEWORK}:is_structure_of_floats",
    "types.is_structure_of_integers": f"{_FRAMEWORK}:is_structure_of_integers",
    "types.is_structure_of_tensors": f"{_FRAMEWORK}:is_structure_of_tensors",
    "types.is_tensorflow_compatible_type": f"{_SPELLINGS}:is_tensorflow_compatible_type",
    "types.num_elements_in_shape": f"{_LANGUAGE}:num_elements_in_array_shape",
    "types.serialize_type": f"{_SPELLINGS}:serialize_type",
    "types.structure_from_tensor_type_tree": f"{_FRAMEWORK}:structure_with_type",
    "types.tensorflow_to_type": "tffsim.computations.type_specifications:to_type",
    "types.to_type": "tffsim.computations.type_specifications:to_type",
    "types.type_to_py_container": f"{_FRAMEWORK}:type_to_py_container",
    "types.type_to_tf_tensor_specs": "tffsim.external_runtime.tensorflow.tensorflow_types:element_spec",
    # Execution stacks
    "framework.local_executor_factory": f"{_STACKS}.local:local_executor_factory",
    "framework.local_cpp_executor_factory": f"{_CONTEXTS}:local_cpp_executor_factory",
    "framework.sizing_executor_factory": f"{_STACKS}.sizing:sizing_executor_factory",
    "framework.thread_debugging_executor_factory": f"{_STACKS}.debug:debug_executor_factory",
    "framework.ResourceManagingExecutorFactory": (
        f"{_STACKS}.resource_managing_executor_factory:ResourceManagingExecutorFactory"
    ),
    "framework.CachingExecutor": f"{_EXECUTORS}.caching_executor:CachingExecutor",
    "framework.DataBackend": f"{_EXECUTORS}.data_executor:DataBackend",
    "framework.DataExecutor": f"{_EXECUTORS}.data_executor:DataExecutor",
    "framework.EagerTFExecutor": f"{_EXECUTORS}.eager_tf_executor:EagerTFExecutor",
    "framework.FederatedComposingStrategy": "tffsim.federation.federated_composing_strategy:FederatedComposingStrategy",
    "framework.FederatedResolvingStrategy": "tffsim.federation.federated_resolving_strategy:FederatedResolvingStrategy",
    "framework.FederatingExecutor": f"{_EXECUTORS}.federating_executor:FederatingExecutor",
    "framework.FederatingStrategy": "tffsim.federation.federating_strategy:FederatingStrategy",
    "framework.ReferenceResolvingExecutor": f"{_EXECUTORS}.reference_resolving_executor:ReferenceResolvingExecutor",
    "framework.SequenceExecutor": f"{_EXECUTORS}.sequence_executor:SequenceExecutor",
    "framework.SizingExecutor": f"{_EXECUTORS}.sizing_executor:SizingExecutor",
    "framework.ThreadDelegatingExecutor": f"{_EXECUTORS}.thread_delegating_executor:ThreadDelegatingExecutor",
    "framework.TransformingExecutor": f"{_EXECUTORS}.transforming_executor:TransformingExecutor",
    "framework.set_default_context": "tffsim.execution_contexts.default_context:set_default_context",
    "framework.serialize_computation": f"{_SPELLINGS}:serialize_computation",
    "framework.deserialize_computation": f"{_SPELLINGS}:deserialize_computation",
    "framework.serialize_type": f"{_SPELLINGS}:serialize_type",
    "framework.deserialize_type": f"{_SPELLINGS}:deserialize_type",
    # Execution contexts
    "backends.native.create_sync_local_cpp_execution_context": f"{_CONTEXTS}:create_sync_context",
    "backends.native.set_sync_local_cpp_execution_context": f"{_CONTEXTS}:set_sync_context",
    "backends.native.create_async_local_cpp_execution_context": f"{_CONTEXTS}:create_async_context",
    "backends.native.set_async_local_cpp_execution_context": f"{_CONTEXTS}:set_async_context",
    "backends.native.create_local_python_execution_context": f"{_CONTEXTS}:create_python_context",
    "backends.native.set_local_python_execution_context": f"{_CONTEXTS}:set_python_context",
    "backends.native.create_local_execution_context": f"{_CONTEXTS}:create_python_context",
    "backends.native.set_local_execution_context": f"{_CONTEXTS}:set_python_context",
    "backends.native.create_sizing_execution_context": f"{_CONTEXTS}:create_sizing_context",
    "backends.native.create_thread_debugging_execution_context": f"{_CONTEXTS}:create_debug_context",
    "backends.native.set_thread_debugging_execution_context": f"{_CONTEXTS}:set_debug_context",
    "backends.test.create_sync_test_cpp_execution_context": f"{_CONTEXTS}:create_sync_context",
    "backends.test.set_sync_test_cpp_execution_context": f"{_CONTEXTS}:set_sync_context",
    "backends.test.create_async_test_cpp_execution_context": f"{_CONTEXTS}:create_async_context",
    "backends.test.set_async_test_cpp_execution_context": f"{_CONTEXTS}:set_async_context",
    "backends.test.create_test_python_execution_context": f"{_CONTEXTS}:create_python_context",
    "backends.test.set_test_python_execution_context": f"{_CONTEXTS}:set_python_context",
    "backends.test.create_test_execution_context": f"{_CONTEXTS}:create_python_context",
    "backends.test.set_test_execution_context": f"{_CONTEXTS}:set_python_context",
    "backends.mapreduce.federated_secure_modular_sum": (
        "tffsim.computations.operators.secure_modular_sum:federated_secure_modular_sum"
    ),
    "simulation.ClientData": "tffsim.simulation.client_data:ClientData",
    "simulation.datasets.ClientData": "tffsim.simulation.client_data:ClientData",
    "test.set_no_default_context": f"{_FRAMEWORK}:set_no_default_context",
    "test.with_context": f"{_FRAMEWORK}:with_context",
}
"""For each name of that system the thing it means: a module, or `module:attribute`."""

_LAYERS = "To run that system's own layers on tffsim, see `docs/tff_layers.md` (`tff.load_tff_layers`)."
_REMOTE = "Use `tff.remote_executor_factory`, with the addresses that `tffsim worker` prints."
_DATASETS = "Pass the clients' datasets as arguments of the computation."
_OWN_DATA = "Make a `tffsim.simulation.client_data.ClientData` of your files."
_COMPILER = "Nothing has to be compiled here: call the computation."

INSTEAD: Final[dict[str, str]] = {
    "learning": f"`tffsim.simulation.fed_avg` is federated averaging, to read and to change. {_LAYERS}",
    "templates": f"Write `initialize` and `next` as two computations. {_LAYERS}",
    "aggregators": f"Use `tff.federated_mean`, `tff.federated_sum` or `tff.federated_aggregate`. {_LAYERS}",
    "analytics": f"Use `tff.federated_sum` or `tff.federated_aggregate`. {_LAYERS}",
    "jax": "Write the client's work with TensorFlow: `tff.tf_computation`.",
    "jax_computation": "Write it with TensorFlow: `tff.tf_computation`.",
    "utils": "Use `tff.federated_map` and `tff.tf_computation` with TensorFlow's own functions.",
    "profiler": "Use `with tff.trace() as t:`, then `t.timing()`.",
    "async_utils": "Use `asyncio`.",
    "data": "Pass client data as arguments of a computation.",
    "check_returns_type": "Compare `computation.type_signature.result` with the type.",
    "federated_apply": "Use `tff.federated_map`; it maps server values, too.",
    "federated_collect": "Use `tff.federated_aggregate`, or let the computation return the client values.",
    "federated_reduce": "Use `tff.federated_aggregate`.",
    "types.TypeRelation": "Use `type.is_equivalent_to(other)` or `type.is_assignable_from(other)`.",
    "types.TypesNotIdenticalError": "Compare types with `==`.",
    "types.type_mismatch_error_message": "Use `type.check_assignable_from(other)`; it raises with a message.",
    "framework.remote_executor_factory": _REMOTE,
    "framework.remote_executor_factory_from_stubs": _REMOTE,
    "framework.worker_pool_executor_factory": _REMOTE,
    "framework.RemoteExecutor": _REMOTE,
    "framework.RemoteExecutorGrpcStub": _REMOTE,
    "framework.RemoteExecutorStub": _REMOTE,
    "framework.ExecutorService": _REMOTE,
    "framework.MergeableCompExecutionContext": "Use `tff.SyncExecutionContext`: clients never have to be split.",
    "framework.MergeableCompForm": "Use `tff.federated_aggregate`: its `merge` is called where clients are split.",
    "framework.to_call_dominant": _COMPILER,
    "framework.merge_cardinalities": "Use `{**some, **others}`.",
    "framework.CardinalityCarrying": "Give the context a `cardinality_inference_fn`.",
    "framework.CardinalityFreeDataDescriptor": "Pass client data as arguments of a computation.",
    "framework.CreateDataDescriptor": "Pass client data as arguments of a computation.",
    "framework.DataDescriptor": "Pass client data as arguments of a computation.",
    "framework.Ingestable": "Pass client data as arguments of a computation.",
    "framework.deserialize_value": "Use `pickle`.",
    "framework.serialize_value": "Use `pickle`.",
    "framework.set_default_executor": "Use `tff.use(executor_factory)`.",
    "framework.create_executor_factory": "Use `tff.framework.ResourceManagingExecutorFactory`.",
    "backends.mapreduce": "Only `federated_secure_modular_sum` is here: nothing is compiled to that form.",
    "backends.xla": "Use `tff.local_executor_factory`; TensorFlow compiles parts with XLA if a function asks for it.",
    "backends.iree": "Use `tff.local_executor_factory`.",
    "backends.reference": "Use `tff.debug_executor_factory`.",
    "backends.native.compile_to_mergeable_comp_form": _COMPILER,
    "backends.native.desugar_and_transform_to_native": _COMPILER,
    "backends.native.transform_to_native_form": _COMPILER,
    "backends.native.create_mergeable_comp_execution_context": "Use `tff.SyncExecutionContext`.",
    "backends.native.set_mergeable_comp_execution_context": "Use `tff.use`.",
    "backends.native.create_remote_python_execution_context": _REMOTE,
    "backends.native.create_remote_execution_context": _REMOTE,
    "backends.native.set_remote_execution_context": _REMOTE,
    "backends.test.replace_secure_intrinsics_with_bodies": "Secure sums are simulated here by themselves.",
    "simulation.baselines": "`tffsim.simulation.fed_avg` is a training run, to read and to change.",
    "simulation.models": "Write the model with Keras or TensorFlow: see `tffsim.simulation.fed_avg`.",
    "simulation.build_uniform_sampling_fn": "Use `numpy.random.default_rng(round).choice(client_ids, size)`.",
    "simulation.compose_dataset_computation_with_computation": _DATASETS,
    "simulation.compose_dataset_computation_with_iterative_process": _DATASETS,
    "simulation.compose_dataset_computation_with_learning_process": _DATASETS,
    "simulation.run_training_process": "Write the loop over rounds: see `tffsim.simulation.fed_avg`.",
    "simulation.datasets.emnist": "`tffsim.simulation.emnist` reads its files from your disk.",
    "simulation.datasets.celeba": _OWN_DATA,
    "simulation.datasets.cifar100": _OWN_DATA,
    "simulation.datasets.flair": _OWN_DATA,
    "simulation.datasets.gldv2": _OWN_DATA,
    "simulation.datasets.inaturalist": _OWN_DATA,
    "simulation.datasets.shakespeare": _OWN_DATA,
    "simulation.datasets.stackoverflow": _OWN_DATA,
    "simulation.datasets.TestClientData": "Use `tffsim.simulation.client_data.InMemoryClientData`.",
    "simulation.datasets.FilePerUserClientData": _OWN_DATA,
    "simulation.datasets.TransformingClientData": _OWN_DATA,
    "test.ReferenceExecutor": "Use `tff.debug_executor_factory`.",
    "test.assert_contains_secure_aggregation": "Assert `tff.framework.computation_contains_secure_aggregation(...)`.",
    "test.assert_contains_unsecure_aggregation": (
        "Assert `tff.framework.computation_contains_unsecure_aggregation(...)`."
    ),
    "test.assert_not_contains_secure_aggregation": (
        "Assert `not tff.framework.computation_contains_secure_aggregation(...)`."
    ),
    "test.assert_not_contains_unsecure_aggregation": (
        "Assert `not tff.framework.computation_contains_unsecure_aggregation(...)`."
    ),
    "test.assert_type_assignable_from": "Assert `type.is_assignable_from(other)`.",
    "test.assert_types_equivalent": "Assert `type.is_equivalent_to(other)`.",
    "test.assert_types_identical": "Assert `type == other`.",
    "test.create_runtime_error_context": "Use `tff.framework.RuntimeErrorContext`.",
    "test.with_contexts": "Use `pytest.mark.parametrize` and `tff.use`.",
    "program.CSVFileReleaseManager": "Write a subclass of `tff.program.ReleaseManager`.",
    "program.CSVKeyFieldnameNotFoundError": "Write a subclass of `tff.program.ReleaseManager`.",
    "program.CSVSaveMode": "Write a subclass of `tff.program.ReleaseManager`.",
    "program.DatasetDataSource": "Write a subclass of `tff.program.FederatedDataSource`.",
    "program.FileProgramStateManager": "Write a subclass of `tff.program.ProgramStateManager`.",
    "program.SavedModelFileReleaseManager": "Write a subclass of `tff.program.ReleaseManager`.",
    "program.TensorBoardReleaseManager": "Write a subclass of `tff.program.ReleaseManager`.",
}
"""For each name of that system which is not here, what to use."""

_LENDERS: Final = {"framework": framework, "program": program, "types": language_types}
"""The namespaces whose names are the language's, but for the ones above."""

_LAYERS_OF_TFF: Final = {
    "learning": "tensorflow_federated.python.learning",
    "templates": "tensorflow_federated.python.core.templates",
    "aggregators": "tensorflow_federated.python.aggregators",
    "analytics": "tensorflow_federated.python.analytics",
}
"""Where its layers are, once `tffsim.tff_layers` has made them importable."""

_NAMESPACES: Final = frozenset(
    {path.rpartition(".")[0] for path in (*ALIASES, *INSTEAD)} | {"backends"} | set(_LENDERS)
) - {""}

_loaders: list[Callable[[str], types.ModuleType]] = []


class MissingNameError(AttributeError):
    """A name is not here; if TensorFlow Federated has it, the message says what to use."""

    def _render_traceback_(self) -> list[str]:
        """Returns what IPython shows: the user's lines only."""
        return lines_for_notebook(self)


MissingNameError.__module__ = "tffsim"


class _Namespace(types.ModuleType):
    """Looks like a module of that system, such as `tff.backends.native`."""

    def __init__(self, path: str) -> None:
        super().__init__(f"tffsim.{path}", f"What TensorFlow Federated calls `tff.{path}`: see `tffsim.aliases`.")
        self._path = path
        self._lender = _LENDERS.get(path)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self._path}.{name}"
        if path not in ALIASES and self._lender is not None and hasattr(self._lender, name):
            value = getattr(self._lender, name)
        else:
            value = find(path)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        lent = [] if self._lender is None else [name for name in dir(self._lender) if not name.startswith("_")]
        return sorted({*lent, *names_in(self._path)})


def load_with(load: Callable[[str], types.ModuleType]) -> None:
    """Lets the public face import what names lie in: nobody else imports modules by their names."""
    _loaders[:] = [load]


def names_in(namespace: str) -> list[str]:
    """Returns the names that this module adds to a namespace; `""` for those of `tffsim` itself."""
    found = {
        path.removeprefix(f"{namespace}.") for path in (*ALIASES, *_NAMESPACES) if path.startswith(f"{namespace}.")
    }
    return sorted({path.partition(".")[0] for path in (found if namespace else (*ALIASES, *_NAMESPACES))})


def find(path: str) -> Any:
    """Returns what a name of TensorFlow Federated means here.

    Args:
        path: The name as it follows `tff.`, such as `backends.native`.

    Raises:
        AttributeError: If it is not here; it says what to use.
    """
    if path in ALIASES:
        module, _, attribute = ALIASES[path].partition(":")
        found = _load(module)
        return getattr(found, attribute) if attribute else found
    if path in _NAMESPACES:
        return _Namespace(path)
    if path in _LAYERS_OF_TFF and "tensorflow_federated" in sys.modules:
        return _load(_LAYERS_OF_TFF[path])
    if path in INSTEAD:
        raise MissingNameError(f"tffsim has no `{path}`. {INSTEAD[path]}")
    namespace, _, name = f"tffsim.{path}".rpartition(".")
    raise MissingNameError(f"module {namespace!r} has no attribute {name!r}")


def _load(module: str) -> types.ModuleType:
    (load,) = _loaders
    return load(module)
