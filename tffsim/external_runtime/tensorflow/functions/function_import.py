"""Imports the graph of a TensorFlow computation, so that it can be called.

Imports with equal content are shared as long as one of their users lives. A graph with
loops over data sets can be imported again, for a number of elements: see `straight_calls`.
"""

import dataclasses
import functools
import hashlib
import itertools
import warnings
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import federated_language as fl
import tensorflow as tf
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.call_duration import CallDuration
from tffsim.external_runtime.tensorflow import bindings
from tffsim.external_runtime.tensorflow.eager_execution import (
    NO_OPTIMISATION,
    can_run_in_thread,
)
from tffsim.external_runtime.tensorflow.functions.function_calls import (
    FunctionOfSeeds,
    RenewedFunction,
    Runner,
    SharedFunction,
)
from tffsim.external_runtime.tensorflow.functions.function_tensors import specs_of
from tffsim.external_runtime.tensorflow.functions.python_callbacks import Callbacks, redirect
from tffsim.external_runtime.tensorflow.functions.python_gradients import OneAtATime, differentiated
from tffsim.external_runtime.tensorflow.functions.straight_calls import StraightCalls
from tffsim.external_runtime.tensorflow.graph_passes import graph_rewriting, graph_traits, seeded_draws
from tffsim.external_runtime.tensorflow.graph_passes.functions_in_thread import keep_functions_in_thread
from tffsim.external_runtime.tensorflow.graph_passes.graph_rewriting import CallableGraph
from tffsim.language.identity_cache import IdentityCache

if TYPE_CHECKING:
    from tffsim.external_runtime.tensorflow.graph_passes.straight_lines import StraightForm

_names = itertools.count()
_SEEDS = graph_rewriting.tensor_name(seeded_draws.SEEDS)


@dataclasses.dataclass(frozen=True, slots=True, weakref_slot=True)
class Imported:
    """A function that TensorFlow knows, shared by all with an equal graph as long as one of them lives.

    Attributes:
        runner: Calls it.
        num_outputs: How many tensors it returns.
        may_run_twice: Whether it may be called again to find out why it failed.
        draws_without_seed: Whether it draws random numbers that have no seed in the graph.
        kept_reductions: Why reductions of data sets are not loops of the graph, by name.
        calls_functions: Whether a data set that it makes may call functions; see `reading_options`.
        straight_calls: Calls for a known number of elements; None if it has no loops over data
            sets that could be straight lines.
        duration: How long its calls take.
    """

    runner: Runner
    num_outputs: int
    may_run_twice: bool
    draws_without_seed: bool
    kept_reductions: Mapping[str, str]
    calls_functions: bool
    straight_calls: StraightCalls | None = None
    duration: CallDuration = dataclasses.field(default_factory=CallDuration)


_imports: weakref.WeakValueDictionary[tuple[bytes, str | None, bool, bool], Imported] = weakref.WeakValueDictionary()


def import_once(
    proto: pb.Computation,
    type_signature: fl.FunctionType,
    device: str | None,
    *,
    is_seeded: bool = False,
    as_written: bool = False,
) -> Imported:
    """Imports a computation, or returns what was imported of one with equal content; see `import_function`."""
    key = content_key(proto), device, is_seeded, as_written
    imported = _imports.get(key)
    if imported is None:
        imported = _imports[key] = import_function(
            proto.tensorflow, type_signature, device, is_seeded=is_seeded, as_written=as_written
        )
    return imported


def import_function(
    tensorflow: pb.TensorFlow,
    type_signature: fl.FunctionType,
    device: str | None,
    *,
    is_seeded: bool = False,
    as_written: bool = False,
    callbacks: Callbacks | None = None,
    counts: Sequence[int] | None = None,
) -> Imported:
    """Imports a computation.

    Args:
        tensorflow: The computation.
        type_signature: Its type.
        device: Where to run it; None lets TensorFlow decide.
        is_seeded: Whether each call brings seeds for its random numbers.
        as_written: Runs the graph as it is, without the passes of `graph_passes` that make it faster.
        callbacks: They call the Python functions of the graph; None leaves that to TensorFlow.
        counts: How many elements its loops over data sets read, in the order of its
            `straight_form`; None lets them find out.

    Raises:
        TypeError: If it does not fit its type, or names tensors that its graph does not
            have.
    """
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
    straight_calls: StraightCalls | None = None
    kept_reductions: Mapping[str, str] = {}
    if not as_written and graph_traits.reduces_data(graph.graph_def):
        # Loaded with the first graph that loops over data: a first round without one need not wait.
        from tffsim.external_runtime.tensorflow.graph_passes import reductions_to_loops, straight_lines

        if counts is not None:
            straight_lines.reductions_to_straight_lines(graph.graph_def, counts)
            # Without elements there is no step, which alone may have read an argument.
            graph = dataclasses.replace(graph, feeds=graph.feeds & graph_rewriting.read_tensors(graph.graph_def))
        else:
            if not (is_seeded or graph.keeps_state or callbacks is not None):
                again = functools.partial(import_function, tensorflow, type_signature, device)
                form = straight_lines.straight_form(graph.graph_def, graph.feeds)
                straight_calls = _straight_calls(form, graph, feeds, result, again)
            kept_reductions = reductions_to_loops.reductions_to_loops(graph.graph_def, is_seeded)
    if not as_written and not graph_traits.may_run_twice(graph.graph_def):
        keep_functions_in_thread(graph.graph_def)
    if graph_traits.reduces_data(graph.graph_def):
        from tffsim.external_runtime.tensorflow.graph_passes.steps_as_written import keep_steps_as_written

        keep_steps_as_written(graph.graph_def, NO_OPTIMISATION)
    differentiated_functions = differentiated(graph_rewriting.all_nodes(graph.graph_def))
    if callbacks is not None:
        redirect(graph_rewriting.all_nodes(graph.graph_def), callbacks)
    # TensorFlow refuses to return a dataset from an accelerator.
    try:
        function = _wrap(graph, feeds, tokens, "/device:CPU:0" if has_sequence(result) else device)
    except ValueError as error:
        raise TypeError(
            f"TensorFlow cannot import the graph with parameters [{', '.join(feeds)}] and results "
            f"[{', '.join(graph.fetches)}]: {error}"
        ) from error
    inputs, outputs = _dtypes(feeds.values()), _dtypes(function.outputs)
    _check_dtypes(function.outputs, list(specs_of(result)))
    runner: Runner
    if graph.keeps_state or (is_seeded and num_pairs is None):
        runner = RenewedFunction([function.function_def, *graph.graph_def.library.function], inputs, outputs)
    else:
        runner = SharedFunction(function, inputs, outputs, graph_traits.num_threads(graph.graph_def))
    if num_pairs is not None:
        runner = FunctionOfSeeds(runner, num_pairs)
    if differentiated_functions:
        runner = OneAtATime(runner, differentiated_functions)
    draws_without_seed = seeded_draws.draws_without_seed(graph.graph_def)
    may_run_twice = graph_traits.may_run_twice(graph.graph_def)
    calls_functions = has_sequence(result) or graph_traits.data_calls_functions(graph.graph_def)
    return Imported(
        runner, len(outputs), may_run_twice, draws_without_seed, kept_reductions, calls_functions, straight_calls
    )


def _straight_calls(
    form: "StraightForm | None",
    graph: CallableGraph,
    feeds: Mapping[str, tf.TensorSpec],
    result: fl.Type,
    again: Callable[..., Imported],
) -> StraightCalls | None:
    # What runs as a straight line may have to run again as a loop.
    if not can_run_in_thread() or has_sequence(result) or not graph_traits.may_run_twice(graph.graph_def):
        return None
    datasets = [name for name, spec in feeds.items() if spec.dtype == tf.variant]
    return StraightCalls(form, datasets, lambda counts: again(counts=counts).runner) if form is not None else None


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


def has_sequence(type_spec: fl.Type) -> bool:
    """Returns whether values of a type hold sequences."""
    return any(isinstance(t, fl.SequenceType) for t in fl.framework.preorder_types(type_spec))


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


content_key: IdentityCache[pb.Computation, bytes] = IdentityCache(_digest)
"""Returns what tells computations apart, whatever their names."""
