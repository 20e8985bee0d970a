"""The types of a trace, numbered, and what can be said of all values of a type."""

import threading

import federated_language as fl

from tffsim.language.type_sizes import static_size


class TypeNumbers:
    """Numbers types in the order of their appearance. Thread-safe.

    Attributes:
        types: The types.
        sizes: The bytes of every value of a type; `UNKNOWN` if they differ, `FUNCTION` for functions.
        is_scalar: Whether all values of a type are single real numbers.
        numbers: The numbers of the types, by their ids.
    """

    def __init__(self) -> None:
        self.types: list[fl.Type] = []
        self.sizes: list[int] = []
        self.is_scalar: list[bool] = []
        self.numbers: dict[int, int] = {}
        self._lock = threading.Lock()

    def number(self, type_spec: fl.Type) -> int:
        """Returns the number of a type, a new one for a new type."""
        number = self.numbers.get(id(type_spec))
        if number is not None:
            return number
        with self._lock:
            number = len(self.types)
            # The list keeps the type alive, so its id stays its own.
            self.types.append(type_spec)
            self.sizes.append(static_size(type_spec))
            self.is_scalar.append(_is_number(type_spec))
            return self.numbers.setdefault(id(type_spec), number)


def _is_number(type_spec: fl.Type) -> bool:
    """Whether all values of a type are single real numbers, wherever they are."""
    if isinstance(type_spec, fl.FederatedType) and (type_spec.placement is fl.SERVER or type_spec.all_equal):
        type_spec = type_spec.member
    return isinstance(type_spec, fl.TensorType) and type_spec.shape == () and type_spec.dtype.kind in "biufV"
