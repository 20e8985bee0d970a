"""Keeps the order of data that is shuffled and then repeated.

A shuffle draws a new order every time it is read. TensorFlow reads `shuffle().repeat(2)`
as one step of its own by default: the first order is the same as without, but what the
next reader of the same data gets is not. Data sets are read without TensorFlow's
optimisations (see `graph_passes.element_reading`), which cost more than the reading. For
a data set with a repeated shuffle this one is asked for by name, so that its order stays.
"""

import tensorflow as tf

_SHUFFLE = "_ShuffleDataset"
_REPEAT = "_RepeatDataset"
_OPAQUE = "_VariantDataset"


def ordered_as_ever(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Returns the data set, marked if its shuffle is repeated, or may be by its reader."""
    if not _may_be_shuffled(dataset) and not _repeats_a_shuffle(dataset):
        return dataset
    marked = getattr(dataset, "tffsim_marked", None)
    if marked is None:
        options = tf.data.Options()
        options.experimental_optimization.shuffle_and_repeat_fusion = True
        marked = dataset.tffsim_marked = dataset.with_options(options)
    return marked


def leave_as_it_is(dataset: tf.data.Dataset) -> None:
    """Tells that a stand-in in a graph is for data sets that are marked already, if they need to be."""
    dataset.tffsim_is_ordered = True


def _repeats_a_shuffle(dataset: tf.data.Dataset) -> bool:
    below = _inputs(dataset)
    if type(dataset).__name__ == _REPEAT and any(_may_be_shuffled(repeated) for repeated in below):
        return True
    return any(_repeats_a_shuffle(part) for part in below)


def _may_be_shuffled(dataset: tf.data.Dataset) -> bool:
    """Returns whether the last step that made a data set is a shuffle, or is not known."""
    if hasattr(dataset, "tffsim_is_ordered"):
        return False
    if type(dataset).__name__ != _OPAQUE:
        return type(dataset).__name__ == _SHUFFLE
    return all(_may_be_shuffled(source) for source in _inputs(dataset))


def _inputs(dataset: tf.data.Dataset) -> list[tf.data.Dataset]:
    renamed = getattr(dataset, "tffsim_renamed", None)
    # Private, and the only way to see what a data set is made of without running it.
    return [renamed] if renamed is not None else list(dataset._inputs())
