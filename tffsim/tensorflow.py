"""`tffsim.tensorflow.computation`: the name under which other code knows `tf_computation`."""

from tffsim.computations.tensorflow_computation import tf_computation as computation

__all__ = ["computation"]
