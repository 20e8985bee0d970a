"""`tffsim.tensorflow`: what other code calls `tff.tensorflow`, for computations and types of TensorFlow."""

from tffsim.computations.tensorflow_computation import tf_computation as computation
from tffsim.computations.type_specifications import to_type

__all__ = ["computation", "to_type"]
