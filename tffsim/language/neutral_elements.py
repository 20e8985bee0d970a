"""What a sum, a minimum or a maximum over no clients is."""

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure


def neutral_element(uri: str, type_spec: fl.Type) -> object:
    """Returns the value that changes nothing when combined with another.

    Args:
        uri: `generic_plus` (zeros), `generic_minimum` (+inf, or the largest integer) or
            `generic_maximum` (-inf, or the smallest integer).
        type_spec: A tensor type or a struct of them, with known shapes.

    Returns:
        NumPy arrays, in a `Struct` where `type_spec` is a struct.

    Raises:
        TypeError: If the type has no such value, or an unknown dimension.
    """
    if isinstance(type_spec, fl.StructType):
        return structure.Struct((name, neutral_element(uri, t)) for name, t in type_spec.items())
    if not isinstance(type_spec, fl.TensorType):
        raise TypeError(f"There is nothing to aggregate without clients: {uri} has no neutral {type_spec}.")
    if not fl.array_shape_is_fully_defined(type_spec.shape):
        raise TypeError(
            f"There are no clients, and the shape of {type_spec} is not fully known, so the result has no shape. "
            "Declare the shape, or pass at least one client."
        )
    return np.full(type_spec.shape, _neutral_number(uri, type_spec.dtype), type_spec.dtype)


def _neutral_number(uri: str, dtype: np.dtype) -> float | int:
    if uri == "generic_plus":
        return 0
    smallest = uri == "generic_maximum"
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        return int(limits.min if smallest else limits.max)
    return -np.inf if smallest else np.inf
