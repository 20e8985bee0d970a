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

import functools
import threading
from collections.abc import Mapping, Sequence

import federated_language as fl
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.call_block import BlockRefusedError
from tffsim.external_runtime.tensorflow.eager_execution import CancellationManager
from tffsim.external_runtime.tensorflow.functions.function_calls import RenewedFunction, Seeds, failure_in_pool
from tffsim.external_runtime.tensorflow.functions.function_import import (
    Imported,
    content_key,
    has_sequence,
    import_function,
    import_once,
)
from tffsim.external_runtime.tensorflow.functions.function_tensors import flatten, pack
from tffsim.external_runtime.tensorflow.functions.leaf_function import LeafFunction
from tffsim.external_runtime.tensorflow.functions.python_callbacks import Callbacks, calls_back, current_callbacks
from tffsim.external_runtime.tensorflow.functions.straight_calls import cancelled_with_scope
from tffsim.external_runtime.tensorflow.functions.tensorflow_failures import source_line
from tffsim.external_runtime.tensorflow.graph_passes import graph_traits
from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue
from tffsim.external_runtime.tensorflow.values.told_arguments import told_argument
from tffsim.failures.failure_location import locate
from tffsim.failures.source_places import SourceLine
from tffsim.language import building_blocks, provenance
from tffsim.language.identity_cache import IdentityCache, size_of_computation
from tffsim.language.recently_used import RecentlyUsed

MAX_FUNCTIONS = 512
"""How many imported functions are kept per process; fewer of those with large constants."""

_MAX_BYTES = 64 << 20
"""How large their graphs may be together. TensorFlow has eight copies of a constant of a function that was called."""


class TensorFlowFunction(LeafFunction):
    """A callable made from a TensorFlow computation. Thread-safe.

    Args:
        proto: A computation of the `tensorflow` kind.
        device: Where to run it, such as `/device:CPU:0`; None lets TensorFlow decide.
        as_written: Runs the graph as it is, without the passes of `graph_passes` that make it faster.
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
            self._import = functools.partial(import_once, proto, type_signature, device, as_written=as_written)
        else:
            self._import = functools.partial(
                import_function, proto.tensorflow, type_signature, device, as_written=as_written, callbacks=callbacks
            )
        try:
            imported = self._import()
        except (TypeError, ValueError) as error:
            locate(error, computation=self.name)
            raise
        self._imported, self.duration = imported, imported.duration
        self.draws_without_seed = imported.draws_without_seed
        reads_data = self._parameter_type is not None and has_sequence(self._parameter_type)
        self.may_call_python = reads_data or not imported.may_run_twice

    @property
    def kept_reductions(self) -> Mapping[str, str]:
        """Why a reduction of a data set is not a loop of the graph, by its name; see `reductions_to_loops`."""
        return self._imported.kept_reductions

    @property
    def may_be_straight(self) -> bool:
        """Whether a call by itself may be faster than as a part of a graph; see `straight_calls`."""
        return self._imported.straight_calls is not None

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
            outputs = self._run(imported, inputs, datasets, cancellation, seeds)
        except tf.errors.OpError as error:
            line = self._line_of(error, inputs, datasets)
            raise locate(error, computation=self.name, line=line, given=self._told(argument)) from None
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

    def _run(
        self,
        imported: Imported,
        inputs: Sequence[tf.Tensor],
        datasets: Sequence[tf.data.Dataset],
        cancellation: CancellationManager | None,
        seeds: Seeds | None,
    ) -> list[tf.Tensor]:
        lines = imported.straight_calls
        line = lines.of(datasets, imported.duration) if lines is not None else None
        if lines is None or line is None:
            return imported.runner.run(inputs, cancellation, seeds)
        try:
            return line.callee.run(inputs, cancellation)
        except tf.errors.CancelledError:
            raise
        except tf.errors.OpError:
            # Either it fails as a loop too, and then says where, or some data is longer or shorter than it said.
            with cancelled_with_scope() as again:
                outputs = imported.runner.run(inputs, again)
            lines.forget(line)
            return outputs

    @functools.cached_property
    def _seeded_import(self) -> "Imported":
        return self._import(is_seeded=True)

    def _told(self, argument: TensorFlowValue | None) -> str | None:
        if self._parameter_type is None:
            return None
        parameters = self._provenance.source.parameters if self._provenance is not None else ()
        return told_argument(argument, self._parameter_type, parameters)

    def _line_of(
        self, error: tf.errors.OpError, inputs: Sequence[tf.Tensor], datasets: Sequence[tf.data.Dataset]
    ) -> SourceLine | None:
        graph = self._proto.tensorflow.graph_def.value
        line = source_line(error, self._provenance, graph)
        if line is not None or self._provenance is None or isinstance(error, tf.errors.CancelledError):
            return line
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
            function = TensorFlowFunction(proto, device)
            _functions.put(key, function, size_of_computation(proto))
    return function


# One object of bytes, because every client's `create_value` looks it up.
_function_key: IdentityCache[pb.Computation, bytes] = IdentityCache(
    lambda proto: content_key(proto) + proto.tensorflow.cache_key.id.to_bytes(8, "little")
)
_functions: RecentlyUsed[tuple[bytes, str | None], TensorFlowFunction] = RecentlyUsed(MAX_FUNCTIONS, _MAX_BYTES)
_functions_lock = threading.Lock()
