"""Tells the reader of a data set what only the data set knows.

Loops read data sets as they are (see `graph_passes.element_reading`). Two things about a
data set that comes from outside are not seen in the graph that reads it. They go with it
as options:

- A shuffle draws a new order every time it is read. TensorFlow reads `shuffle().repeat(2)`
  as one step of its own by default: the first order is the same as without, but what the
  next reader of the same data gets is not. All of TensorFlow's optimisations cost more
  than the reading. For a data set with a repeated shuffle this one is asked for by name,
  so that its order stays.
- TensorFlow starts a pool of threads for every reading: 0.2 to 0.4 ms of processor
  time. It runs functions, such as that of a `map`. Data that calls none need
  no pool.
"""

import functools

import tensorflow as tf

from tffsim.external_runtime.tensorflow.functions.function_calls import SharedFunction

_SHUFFLE = "_ShuffleDataset"
_REPEAT = "_RepeatDataset"
_OPAQUE = "_VariantDataset"
# What they do, they do in the thread of the reader, or in one of their own.
_CALLS_NO_FUNCTION = {
    "_TensorDataset",
    "_TensorSliceDataset",
    "_RangeDataset",
    "_BatchDataset",
    "CacheDataset",
    "_ConcatenateDataset",
    "_PaddedBatchDataset",
    "_PrefetchDataset",
    "_ShardDataset",
    "_SkipDataset",
    "_TakeDataset",
    "_ZipDataset",
    _REPEAT,
    _SHUFFLE,
}

_NO_POOL = -1
_POOL_FOR_ALL_PROCESSORS = 0


def variant_to_read(dataset: tf.data.Dataset, *, calls_functions: bool) -> tf.Tensor:
    """Returns the tensor of a data set, with the options that its reader needs.

    Args:
        dataset: Comes from outside of the graph that reads it.
        calls_functions: Whether the graph has data sets that call functions, or makes one
            data set of several, or returns one.
    """
    variant = tf.data.experimental.to_variant(dataset)
    if tf.is_symbolic_tensor(variant):
        return _within_a_function(dataset, variant, calls_functions)
    known = dataset.__dict__.setdefault("tffsim_variants", {})
    if calls_functions not in known:
        pool = _NO_POOL if not calls_functions and calls_no_function(dataset) else None
        options = _serialised(_may_repeat_a_shuffle(dataset), pool)
        known[calls_functions] = _with_options(options).run([variant], None)[0] if options else variant
    return known[calls_functions]


def leave_as_it_is(dataset: tf.data.Dataset) -> None:
    """Tells that a stand-in in a graph is for data sets that are marked already, if they need to be."""
    dataset.tffsim_is_ordered = True


def _within_a_function(dataset: tf.data.Dataset, variant: tf.Tensor, calls_functions: bool) -> tf.Tensor:
    """Returns the same where a call is a part of a function that is being built."""
    # Whoever calls that function gives its arguments their options. Nobody knows what became of others.
    is_argument = variant.op.type == "Placeholder"
    pool = _POOL_FOR_ALL_PROCESSORS if calls_functions or not is_argument else None
    options = _serialised(not is_argument and _may_repeat_a_shuffle(dataset), pool)
    return _add_options(variant, options) if options else variant


@functools.cache
def _serialised(joins_shuffle_and_repeat: bool, pool: int | None) -> bytes:
    options = tf.data.Options()
    if joins_shuffle_and_repeat:
        options.experimental_optimization.shuffle_and_repeat_fusion = True
    if pool is not None:
        options.threading.private_threadpool_size = pool
    # A private name of TensorFlow, as in `element_reading`.
    return bytes(options._to_proto().SerializeToString()) if joins_shuffle_and_repeat or pool is not None else b""


@functools.cache
def _with_options(options: bytes) -> SharedFunction:
    """Returns a function that adds options: 100 times as fast as an eager operation on data sets."""
    spec = tf.TensorSpec([], tf.variant)
    # Autograph would read and rewrite the source of what it calls, for longer than a short first round takes.
    function = tf.function(lambda variant: _add_options(variant, options), autograph=False, input_signature=[spec])
    types = [tf.variant.as_datatype_enum]
    return SharedFunction(function.get_concrete_function(), types, types, num_threads=0)


def _add_options(variant: tf.Tensor, options: bytes) -> tf.Tensor:
    # The types of the elements stay those of the data set: what is said here is not looked at.
    return tf.raw_ops.OptionsDataset(
        input_dataset=variant,
        serialized_options=options,
        output_types=[tf.variant],
        output_shapes=[tf.TensorShape(None)],
    )


def calls_no_function(dataset: tf.data.Dataset) -> bool:
    """Returns whether a data set is known to call no function when it is read."""
    if type(dataset).__name__ == _OPAQUE:
        renamed = getattr(dataset, "tffsim_renamed", None)
        return renamed is not None and calls_no_function(renamed)
    return type(dataset).__name__ in _CALLS_NO_FUNCTION and all(map(calls_no_function, inputs_of(dataset)))


def _may_repeat_a_shuffle(dataset: tf.data.Dataset) -> bool:
    """Returns whether a data set repeats a shuffle, or its reader may."""
    return _may_be_shuffled(dataset) or _repeats_a_shuffle(dataset)


def _repeats_a_shuffle(dataset: tf.data.Dataset) -> bool:
    below = inputs_of(dataset)
    if type(dataset).__name__ == _REPEAT and any(_may_be_shuffled(repeated) for repeated in below):
        return True
    return any(_repeats_a_shuffle(part) for part in below)


def _may_be_shuffled(dataset: tf.data.Dataset) -> bool:
    """Returns whether the last step that made a data set is a shuffle, or is not known."""
    if hasattr(dataset, "tffsim_is_ordered"):
        return False
    if type(dataset).__name__ != _OPAQUE:
        return type(dataset).__name__ == _SHUFFLE
    return all(_may_be_shuffled(source) for source in inputs_of(dataset))


def inputs_of(dataset: tf.data.Dataset) -> list[tf.data.Dataset]:
    """Returns the data sets of which a data set is made."""
    renamed = getattr(dataset, "tffsim_renamed", None)
    # Private, and the only way to see what a data set is made of without running it.
    return [renamed] if renamed is not None else list(dataset._inputs())
