"""The bounds that the inputs of a secure sum must keep.

A real secure sum masks numbers modulo a bound: a number outside it would corrupt the
sum unseen. The simulated one therefore refuses it.
"""

import federated_language as fl
import numpy as np
from federated_language.common_libs import structure


def check_bounds(value: object, maximum: object, type_spec: fl.Type, path: str = "value") -> None:
    """Checks that every number lies between 0 and its maximum, both included.

    Args:
        value: Integers, a `Struct` of them where `type_spec` is a struct.
        maximum: One integer, or one per number of the struct.
        type_spec: The type of `value`.
        path: What `value` is called in the message.

    Raises:
        ValueError: If a number is out of bounds.
    """
    if isinstance(type_spec, fl.StructType):
        assert isinstance(value, structure.Struct)
        for i, (name, element_type) in enumerate(type_spec.items()):
            element_maximum = maximum[i] if isinstance(maximum, structure.Struct) else maximum
            check_bounds(value[i], element_maximum, element_type, f"{path}.{name if name is not None else i}")
        return
    numbers, limit = np.asarray(value), np.asarray(maximum)
    wrong = (numbers < 0) | (numbers > limit)
    if wrong.any():
        found = numbers[wrong].flat[0] if numbers.shape else numbers
        raise ValueError(
            f"A secure sum takes integers from 0 to {limit.max()}, but `{path}` holds {found}. "
            "Clip the value, or raise the bound."
        )


def maximum_of_bitwidth(bitwidth: object) -> object:
    """Returns the largest integers of so many bits: 2^bitwidth - 1.

    Args:
        bitwidth: One integer between 1 and 62, or a `Struct` of them.

    Raises:
        ValueError: If a bit width is out of range.
    """
    if isinstance(bitwidth, structure.Struct):
        return structure.map_structure(maximum_of_bitwidth, bitwidth)
    bits = int(np.asarray(bitwidth))
    if not 1 <= bits <= 62:
        raise ValueError(f"A secure sum takes a bit width between 1 and 62, found {bits}.")
    return np.int64(2**bits - 1)


def maximum_type_of_bitwidth(bitwidth_type: fl.Type) -> fl.Type:
    """Returns the type of `maximum_of_bitwidth` for bit widths of this type."""
    if isinstance(bitwidth_type, fl.StructType):
        elements = [(name, maximum_type_of_bitwidth(t)) for name, t in bitwidth_type.items()]
        return fl.StructType([(name, t) if name is not None else t for name, t in elements])
    return fl.TensorType(np.int64)


def check_modulus(modulus: object, type_spec: fl.Type) -> None:
    """Checks that every modulus is positive, and within the range of what it is for.

    Args:
        modulus: One integer, or a `Struct` of one per number of the value.
        type_spec: The type of the value.

    Raises:
        ValueError: If a modulus is out of range.
    """
    if isinstance(type_spec, fl.StructType):
        for i, element_type in enumerate(type_spec):
            check_modulus(modulus[i] if isinstance(modulus, structure.Struct) else modulus, element_type)
        return
    assert isinstance(type_spec, fl.TensorType) and issubclass(type_spec.dtype.type, np.integer)
    largest = int(np.iinfo(type_spec.dtype.type).max)
    for number in np.asarray(modulus, object).flat:
        if not 1 <= int(number) <= largest:
            raise ValueError(f"A modulus for {type_spec} lies between 1 and {largest}, found {number}.")
