"""The types of a trace, numbered, and what can be said of all values of a type."""

import math
import threading

import federated_language as fl
import numpy as np

FUNCTION = -2
UNKNOWN = -1


class TypeNumbers:
    """Numbers types in the order of their appearance. Thread-safe.

    Attributes:
        types: The types.
        sizes: The bytes of every value of a type; `UNKNOWN` if they differ, `FUNCTION` for functions.
        is_scalar: Whether all values of a type are single real numbers.
    """

    def __init__(self) -> None:
        self.types: list[fl.Type] = []
        self.sizes: list[int] = []
        self.is_scalar: list[bool] = []
        self._numbers: dict[int, int] = {}
        self._lock = threading.Lock()

    def number(self, type_spec: fl.Type) -> int:
        """Returns the number of a type, a new one for a new type."""
        number = self._numbers.get(id(type_spec))
        if number is not None:
            return number
        with self._lock:
            number = len(self.types)
            # The list keeps the type alive, so its id stays its own.
            self.types.append(type_spec)
            self.sizes.append(static_size(type_spec))
            self.is_scalar.append(_is_number(type_spec))
            return self._numbers.setdefault(id(type_spec), number)


def _is_number(type_spec: fl.Type) -> bool:
    """Whether all values of a type are single real numbers, wherever they are."""
    if isinstance(type_spec, fl.FederatedType) and (type_spec.placement is fl.SERVER or type_spec.all_equal):
        type_spec = type_spec.member
    return isinstance(type_spec, fl.TensorType) and type_spec.shape == () and type_spec.dtype.kind in "biufV"


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
