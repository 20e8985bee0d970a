"""Operations without a seed are captured without one, also where TensorFlow demands seeds.

With `tf.config.experimental.enable_op_determinism()` TensorFlow refuses an operation that
draws random numbers without a seed, unless there is a global one. A captured operation
takes its seed from the global one in each call, not while it is captured.
"""

from collections.abc import Callable

import tensorflow as tf
from tensorflow.python.eager.context import global_seed
from tensorflow.python.framework import random_seed

from tffsim.external_runtime.tensorflow.capture.tensor_equality import captured_graph


def install() -> None:
    """Replaces the function that chooses seeds in TensorFlow; to be called once per process."""
    random_seed.get_seed = _without_seed_in_captured_graphs(random_seed.get_seed)


def _without_seed_in_captured_graphs(get_seed: Callable[[object], object]) -> Callable[[object], object]:
    def get_seed_or_none(op_seed: object) -> object:
        if op_seed is None and not tf.executing_eagerly() and global_seed() is not None:
            graph = tf.compat.v1.get_default_graph()
            if graph.seed is None and captured_graph(graph) is not None:
                return None, None
        return get_seed(op_seed)

    return get_seed_or_none
