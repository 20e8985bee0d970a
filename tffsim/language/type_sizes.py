"""How many bytes a value has, as far as its type tells."""

import math

import federated_language as fl
import numpy as np

UNKNOWN = -1
FUNCTION = -2


def static_size(type_spec: fl.Type) -> int:
    """Returns the bytes of every value of a type; `UNKNOWN` if they differ, `FUNCTION` for functions."""
    if isinstance(type_spec, fl.FunctionType):
        return FUNCTION
    if isinstance(type_spec, fl.TensorType):
        if type_spec.dtype.type is np.str_ or not fl.array_shape_is_fully_defined(type_spec.shape):
            return UNKNOWN
        return int(type_spec.dtype.itemsize * math.prod(type_spec.shape))
    if isinstance(type_spec, fl.StructType):
        sizes = [static_size(element) for element in type_spec]
        return sum(sizes) if min(sizes, default=0) >= 0 else min(sizes)
    if isinstance(type_spec, fl.FederatedType) and (type_spec.placement is fl.SERVER or type_spec.all_equal):
        return static_size(type_spec.member)
    return UNKNOWN
