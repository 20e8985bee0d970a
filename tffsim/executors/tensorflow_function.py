"""From a serialised TensorFlow computation to a Python callable.

A computation arrives as a proto: a graph, the names of its inputs and outputs, and an
operation that initialises its variables. It is imported once per process, keyed by its
content, and then shared by all clients and threads: `graph_rewriting` makes every call
start from nothing, so a variable is initialised afresh on every call. Functions of the
user with equal graphs share the import, not the name: each has its own
`TensorFlowFunction`.

Random numbers. Without seeds every call draws fresh numbers. A seed in the graph makes
every call return the same numbers, whatever ran before: the stream starts anew. For
that TensorFlow needs a new kernel, so the function is registered under a new name for
each call and forgotten after it. For a small graph that costs a millisecond or more per
call, a hundred times as much as otherwise, and loops run their iterations one after the other. Prefer
`tf.random.stateless_*` where that matters. While TensorFlow has a global seed, the call
brings seeds for what has none in the graph (`random_streams`, `seeded_draws`).
"""

import collections
import dataclasses
import functools
import hashlib
import itertools
import threading
import warnings
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import federated_language as fl
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

from tffsim.computations import bindings, building_blocks, provenance
from tffsim.computations.identity_cache import IdentityCache
from tffsim.executors import graph_rewriting, graph_traits, seeded_draws
from tffsim.executors.call_block import BlockRefusedError
from tffsim.executors.call_duration import CallDuration
from tffsim.executors.eager_execution import CancellationManager, FunctionDef
from tffsim.executors.failure_location import locate
from tffsim.executors.function_calls import FunctionOfSeeds, RenewedFunction, Seeds, SharedFunction, failure_in_pool
from tffsim.executors.function_tensors import flatten, pack, specs_of
from tffsim.executors.graph_passes.functions_in_thread import keep_functions_in_thread
from tffsim.executors.graph_passes.reductions_to_loops import reductions_to_loops
from tffsim.executors.graph_rewriting import CallableGraph
from tffsim.executors.python_callbacks import Callbacks, calls_back, current_callbacks, redirect
from tffsim.executors.tensorflow_failures import source_line
from tffsim.executors.tensorflow_values import TensorFlowValue

MAX_FUNCTIONS = 512
"""How many imported functions are kept per process."""

_names = itertools.count()
_SEEDS = graph_rewriting.tensor_name(seeded_draws.SEEDS)


class TensorFlowFunction:
    """A callable made from a TensorFlow computation. Thread-safe.

    Args:
        proto: A computation of the `tensorflow` kind.
        device: Where to run it, such as `/device:CPU:0`; None lets TensorFlow decide.
        as_written: Runs the graph as it is, without the passes of `graph_passes`.
        callbacks: They call the Python functions of the graph; None leaves that to TensorFlow.

    Raises:
        ValueError: If it is a computation of another kind, or has no graph.
        TypeError: If it does not fit its type, or names tensors that its graph does not
            have.
    """

    def __init__(
        self,
        proto: pb.Computation,
        device: str | None = None,
        *,
        as_written: bool = False,
        callbacks: Callbacks | None = None,
    ) -> None:
        kind = building_blocks.kind_of(proto)
        if kind != "tensorflow":
            raise ValueError(f"Expected a `tensorflow` computation, found a `{kind}` computation.")
        type_signature = building_blocks.type_of(proto)
        assert isinstance(type_signature, fl.FunctionType)
        self.type_signature = type_signature
        self._proto = proto
        self._provenance = provenance.provenance_of(proto)
        self._parameter_type, self._result_type = type_signature.parameter, type_signature.result
        if callbacks is None:
            self._import = functools.partial(_import_once, proto, type_signature, device, as_written=as_written)
        else:
            self._import = functools.partial(
                _import, proto.tensorflow, type_signature, device, as_written=as_written, callbacks=callbacks
            )
        try:
            imported = self._import()
        except (TypeError, ValueError) as error:
            locate(error, computation=self.name)
            raise
        self._imported, self.duration = imported, imported.duration
        self.draws_without_seed = imported.draws_without_seed
        reads_data = self._parameter_type is not None and _has_sequence(self._parameter_type)
        self.may_call_python = reads_data or not imported.may_run_twice

    @property
    def kept_reductions(self) -> Mapping[str, str]:
        """Why a reduction of a data set is not a loop of the graph, by its name; see `reductions_to_loops`."""
        return self._imported.kept_reductions

    @property
    def name(self) -> str | None:
        """The user's name for it, if it was made in this process."""
        return self._provenance.name if self._provenance is not None else None

    def __call__(
        self,
        argument: TensorFlowValue | None = None,
        cancellation: CancellationManager | None = None,
        seeds: tuple[int, int] | None = None,
    ) -> TensorFlowValue:
        """Runs the function from a fresh state.

        Args:
            argument: A value of the parameter type as `to_tensorflow` makes it.
            cancellation: Aborts the call from any thread.
            seeds: For the random numbers that have no seed in the graph; None draws fresh ones.

        Returns:
            Tensors and datasets, in tuples where the result type is a struct.

        Raises:
            tf.errors.OpError: If the function fails, located at the user's source line.
        """
        imported = self._imported if seeds is None else self._seeded_import
        inputs: list[tf.Tensor] = []
        datasets: list[tf.data.Dataset] = []
        if self._parameter_type is not None:
            flatten(argument, self._parameter_type, inputs, datasets, calls_functions=imported.calls_functions)
        try:
            outputs = imported.runner.run(inputs, cancellation, seeds)
        except tf.errors.OpError as error:
            raise locate(error, computation=self.name, source=self._source_of(error, inputs, datasets)) from None
        return pack(iter(outputs), self._result_type, datasets)

    def write_call(self, argument: TensorFlowValue | None) -> TensorFlowValue:
        """Writes a call down in the graph that is being built.

        Args:
            argument: As for `__call__`, of symbolic tensors.

        Raises:
            BlockRefusedError: If its calls must be made one by one.
        """
        imported = self._imported
        if isinstance(imported.runner, RenewedFunction) or imported.draws_without_seed or not imported.may_run_twice:
            raise BlockRefusedError("it draws random numbers, or has an effect outside")
        inputs: list[tf.Tensor] = []
        datasets: list[tf.data.Dataset] = []
        if self._parameter_type is not None:
            flatten(argument, self._parameter_type, inputs, datasets, calls_functions=imported.calls_functions)
        return pack(iter(imported.runner.write_call(inputs)), self._result_type, datasets)

    @functools.cached_property
    def _seeded_import(self) -> "_Imported":
        return self._import(is_seeded=True)

    def _source_of(
        self, error: tf.errors.OpError, inputs: Sequence[tf.Tensor], datasets: Sequence[tf.data.Dataset]
    ) -> str | None:
        graph = self._proto.tensorflow.graph_def.value
        source = source_line(error, self._provenance, graph)
        if source is not None or self._provenance is None or isinstance(error, tf.errors.CancelledError):
            return source
        if not (self._imported.may_run_twice and all(map(graph_traits.may_be_read_twice, datasets))):
            return None
        definitions = self._imported.runner.definitions()
        error = failure_in_pool(definitions, self._imported.num_outputs, inputs, error)
        return source_line(error, self._provenance, graph)


def tensorflow_function(proto: pb.Computation, device: str | None = None) -> TensorFlowFunction:
    """Returns the callable of a computation, imported once per process.

    Args:
        proto: A computation of the `tensorflow` kind; it must never change.
        device: Where to run it; None lets TensorFlow decide.

    Raises:
        ValueError: If it is a computation of another kind.
        TypeError: If it names tensors that its graph does not have.
    """
    key = _function_key(proto), device
    callbacks = current_callbacks.get()
    if callbacks is not None and calls_back(proto):
        return callbacks.function(key, lambda: TensorFlowFunction(proto, device, callbacks=callbacks))
    with _functions_lock:
        function = _functions.get(key)
        if function is None:
            function = _functions[key] = TensorFlowFunction(proto, device)
            if len(_functions) > MAX_FUNCTIONS:
                _functions.popitem(last=False)
        else:
            _functions.move_to_end(key)
    return function


def _digest(proto: pb.Computation) -> bytes:
    tensorflow = proto.tensorflow
    digest = hashlib.sha256()
    for part in (
        tensorflow.graph_def.value,
        tensorflow.parameter.SerializeToString(deterministic=True),
        tensorflow.result.SerializeToString(deterministic=True),
        tensorflow.initialize_op.encode(),
        proto.type.SerializeToString(deterministic=True),
    ):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


_content_key: IdentityCache[pb.Computation, bytes] = IdentityCache(_digest)
# One object of bytes, because every client's `create_value` looks it up.
_function_key: IdentityCache[pb.Computation, bytes] = IdentityCache(
    lambda proto: _content_key(proto) + proto.tensorflow.cache_key.id.to_bytes(8, "little")
)
_functions: collections.OrderedDict[tuple[bytes, str | None], TensorFlowFunction] = collections.OrderedDict()
_functions_lock = threading.Lock()


class _Runner(Protocol):
    def run(
        self, inputs: Sequence[tf.Tensor], cancellation: CancellationManager | None, seeds: Seeds | None = None
    ) -> list[tf.Tensor]: ...

    def write_call(self, inputs: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]: ...

    def definitions(self) -> Sequence[FunctionDef]: ...


@dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
class _Imported:
    """A function that TensorFlow knows, shared by all with an equal graph as long as one of them lives.

    Attributes:
        runner: Calls it.
        num_outputs: How many tensors it returns.
        may_run_twice: Whether it may be called again to find out why it failed.
        draws_without_seed: Whether it draws random numbers that have no seed in the graph.
        kept_reductions: Why reductions of data sets are not loops of the graph, by name.
        calls_functions: Whether a data set that it makes may call functions; see `reading_options`.
        duration: How long its calls take.
    """

    runner: _Runner
    num_outputs: int
    may_run_twice: bool
    draws_without_seed: bool
    kept_reductions: Mapping[str, str]
    calls_functions: bool
    duration: CallDuration = dataclasses.field(default_factory=CallDuration)


_imports: weakref.WeakValueDictionary[tuple[bytes, str | None, bool, bool], _Imported] = weakref.WeakValueDictionary()


def _import_once(
    proto: pb.Computation,
    type_signature: fl.FunctionType,
    device: str | None,
    *,
    is_seeded: bool = False,
    as_written: bool = False,
) -> _Imported:
    key = _content_key(proto), device, is_seeded, as_written
    imported = _imports.get(key)
    if imported is None:
        imported = _imports[key] = _import(
            proto.tensorflow, type_signature, device, is_seeded=is_seeded, as_written=as_written
        )
    return imported


def _import(
    tensorflow: pb.TensorFlow,
    type_signature: fl.FunctionType,
    device: str | None,
    *,
    is_seeded: bool = False,
    as_written: bool = False,
    callbacks: Callbacks | None = None,
) -> _Imported:
    parameter, result = type_signature.parameter, type_signature.result
    bindings.check_fits(tensorflow.parameter, parameter, "parameter")
    bindings.check_fits(tensorflow.result, result, "result")
    feeds = {} if parameter is None else dict(zip(_names_in(tensorflow.parameter), specs_of(parameter), strict=True))
    tokens = _names_in_token(tensorflow.session_token_tensor_name)
    graph_def = tf.compat.v1.GraphDef.FromString(tensorflow.graph_def.value)
    if len(tf.config.list_logical_devices("GPU")) > 1 and graph_rewriting.place_reductions_on_cpu(graph_def):
        warnings.warn(
            "`Dataset.reduce` is not safe with several GPUs; it runs on the CPU. Write `for x in dataset:` "
            "in the function to run the loop's body on a GPU.",
            stacklevel=2,
        )
    graph = graph_rewriting.callable_graph(
        graph_def, [*feeds, *tokens], _names_in(tensorflow.result), tensorflow.initialize_op, f"_{next(_names)}"
    )
    if graph.keeps_state or is_seeded:
        graph_rewriting.make_loops_sequential(graph_rewriting.all_nodes(graph.graph_def))
        seeded_draws.make_datasets_sequential(graph.graph_def)
    num_pairs = seeded_draws.take_seeds(graph.graph_def) if is_seeded else None
    if num_pairs is not None:
        feeds[_SEEDS] = tf.TensorSpec([num_pairs, 2], tf.int32)
        graph = dataclasses.replace(graph, feeds=graph.feeds | {_SEEDS})
    kept_reductions = {} if as_written else reductions_to_loops(graph.graph_def, is_seeded)
    if not as_written and not graph_traits.may_run_twice(graph.graph_def):
        keep_functions_in_thread(graph.graph_def)
    if callbacks is not None:
        redirect(graph_rewriting.all_nodes(graph.graph_def), callbacks)
    # TensorFlow refuses to return a dataset from an accelerator.
    try:
        function = _wrap(graph, feeds, tokens, "/device:CPU:0" if _has_sequence(result) else device)
    except ValueError as error:
        raise TypeError(
            f"TensorFlow cannot import the graph with parameters [{', '.join(feeds)}] and results "
            f"[{', '.join(graph.fetches)}]: {error}"
        ) from error
    inputs, outputs = _dtypes(feeds.values()), _dtypes(function.outputs)
    _check_dtypes(function.outputs, list(specs_of(result)))
    runner: _Runner
    if graph.keeps_state or (is_seeded and num_pairs is None):
        runner = RenewedFunction([function.function_def, *graph.graph_def.library.function], inputs, outputs)
    else:
        runner = SharedFunction(function, inputs, outputs, graph_traits.num_threads(graph.graph_def))
    if num_pairs is not None:
        runner = FunctionOfSeeds(runner, num_pairs)
    draws_without_seed = seeded_draws.draws_without_seed(graph.graph_def)
    may_run_twice = graph_traits.may_run_twice(graph.graph_def)
    calls_functions = _has_sequence(result) or graph_traits.data_calls_functions(graph.graph_def)
    return _Imported(runner, len(outputs), may_run_twice, draws_without_seed, kept_reductions, calls_functions)


def _wrap(graph: CallableGraph, feeds: Mapping[str, tf.TensorSpec], tokens: Sequence[str], device: str | None) -> Any:
    computed = [fetch for fetch in graph.fetches if fetch not in feeds]

    def body(*arguments: tf.Tensor) -> list[tf.Tensor]:
        given = dict(zip(feeds, arguments, strict=True)) | {token: tf.constant("") for token in tokens}
        with tf.device(device):
            outputs = tf.graph_util.import_graph_def(
                graph.graph_def,
                input_map={name: tensor for name, tensor in given.items() if name in graph.feeds},
                return_elements=computed,
                name="",
            )
        found = given | dict(zip(computed, outputs or [], strict=True))
        return [found[fetch] for fetch in graph.fetches]

    specs = [
        tf.TensorSpec(spec.shape, spec.dtype, f"tffsim_argument_{position}")
        for position, spec in enumerate(feeds.values())
    ]
    return tf.compat.v1.wrap_function(body, specs)


def _dtypes(specs: Iterable[tf.Tensor | tf.TensorSpec]) -> list[int]:
    return [spec.dtype.as_datatype_enum for spec in specs]


def _check_dtypes(outputs: Sequence[tf.Tensor], specs: Sequence[tf.TensorSpec]) -> None:
    for position, (output, spec) in enumerate(zip(outputs, specs, strict=True)):
        if output.dtype != spec.dtype:
            raise TypeError(
                f"The computation does not fit its type: tensor {position} of its result is {output.dtype.name}, "
                f"its type says {spec.dtype.name}. Build it again; do not edit its proto."
            )


def _names_in(binding: pb.TensorFlow.Binding) -> list[str]:
    return [graph_rewriting.tensor_name(name) for name in bindings.tensor_names(binding)]


def _names_in_token(name: str) -> list[str]:
    return [graph_rewriting.tensor_name(name)] if name else []


def _has_sequence(type_spec: fl.Type) -> bool:
    return any(isinstance(t, fl.SequenceType) for t in fl.framework.preorder_types(type_spec))
