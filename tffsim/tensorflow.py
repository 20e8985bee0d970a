"""`tffsim.tensorflow`: what other code calls `tff.tensorflow`, for computations and types of TensorFlow."""

from federated_language.framework import structure_with_type as structure_from_tensor_type_tree

from tffsim.computations.tensorflow_computation import tf_computation as computation
from tffsim.computations.type_specifications import to_type
from tffsim.external_runtime.tensorflow.tensorflow_types import element_spec as type_to_tf_tensor_specs

__all__ = ["computation", "structure_from_tensor_type_tree", "to_type", "type_to_tf_tensor_specs"]
