"""Looks at the options of a data set."""

import tensorflow as tf
from tensorflow.core.framework.dataset_options_pb2 import Options


def options_of(variant: tf.Tensor) -> Options:
    """Returns the options of a data set, its own and those of what it is made of."""
    return Options.FromString(tf.raw_ops.GetOptions(input_dataset=variant).numpy())
