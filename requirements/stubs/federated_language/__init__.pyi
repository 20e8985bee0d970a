"""What `federated_language` has, name for name: with it, the stubs of its protos beside this file are found."""

from federated_language import framework, program
from federated_language.common_libs.serializable import Serializable
from federated_language.compiler.array import Array
from federated_language.compiler.array import from_proto as array_from_proto
from federated_language.compiler.array import from_proto_content as array_from_proto_content
from federated_language.compiler.array import is_compatible_dtype as array_is_compatible_dtype
from federated_language.compiler.array import is_compatible_shape as array_is_compatible_shape
from federated_language.compiler.array import to_proto as array_to_proto
from federated_language.compiler.array import to_proto_content as array_to_proto_content
from federated_language.computation.computation_base import Computation
from federated_language.federated_context.federated_computation import federated_computation
from federated_language.federated_context.intrinsics import (
    federated_aggregate,
    federated_broadcast,
    federated_eval,
    federated_map,
    federated_max,
    federated_mean,
    federated_min,
    federated_secure_select,
    federated_secure_sum,
    federated_secure_sum_bitwidth,
    federated_select,
    federated_sum,
    federated_value,
    federated_zip,
    sequence_map,
    sequence_reduce,
    sequence_sum,
)
from federated_language.federated_context.value_impl import Value, to_value
from federated_language.types.array_shape import ArrayShape
from federated_language.types.array_shape import from_proto as array_shape_from_proto
from federated_language.types.array_shape import is_compatible_with as array_shape_is_compatible_with
from federated_language.types.array_shape import is_shape_fully_defined as array_shape_is_fully_defined
from federated_language.types.array_shape import is_shape_scalar as array_shape_is_scalar
from federated_language.types.array_shape import num_elements_in_shape as num_elements_in_array_shape
from federated_language.types.array_shape import to_proto as array_shape_to_proto
from federated_language.types.computation_types import (
    AbstractType,
    FederatedType,
    FunctionType,
    PlacementType,
    SequenceType,
    StructType,
    StructWithPythonType,
    TensorType,
    Type,
    to_type,
)
from federated_language.types.dtype_utils import can_cast as can_cast_dtype
from federated_language.types.dtype_utils import from_proto as dtype_from_proto
from federated_language.types.dtype_utils import infer_dtype, is_valid_dtype
from federated_language.types.dtype_utils import to_proto as dtype_to_proto
from federated_language.types.placements import CLIENTS, SERVER
from federated_language.types.typed_object import TypedObject
from federated_language.version import __version__

__all__ = [
    "CLIENTS",
    "SERVER",
    "AbstractType",
    "Array",
    "ArrayShape",
    "Computation",
    "FederatedType",
    "FunctionType",
    "PlacementType",
    "SequenceType",
    "Serializable",
    "StructType",
    "StructWithPythonType",
    "TensorType",
    "Type",
    "TypedObject",
    "Value",
    "__version__",
    "array_from_proto",
    "array_from_proto_content",
    "array_is_compatible_dtype",
    "array_is_compatible_shape",
    "array_shape_from_proto",
    "array_shape_is_compatible_with",
    "array_shape_is_fully_defined",
    "array_shape_is_scalar",
    "array_shape_to_proto",
    "array_to_proto",
    "array_to_proto_content",
    "can_cast_dtype",
    "dtype_from_proto",
    "dtype_to_proto",
    "federated_aggregate",
    "federated_broadcast",
    "federated_computation",
    "federated_eval",
    "federated_map",
    "federated_max",
    "federated_mean",
    "federated_min",
    "federated_secure_select",
    "federated_secure_sum",
    "federated_secure_sum_bitwidth",
    "federated_select",
    "federated_sum",
    "federated_value",
    "federated_zip",
    "framework",
    "infer_dtype",
    "is_valid_dtype",
    "num_elements_in_array_shape",
    "program",
    "sequence_map",
    "sequence_reduce",
    "sequence_sum",
    "to_type",
    "to_value",
]
