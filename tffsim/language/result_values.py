"""What a result is made of: NumPy values, so that it can be used without TensorFlow."""

from federated_language.common_libs import structure

from tffsim.language.arrived_memory import ArrivedMemory

_NOTHING_ARRIVED = ArrivedMemory()


def to_numpy(value: object, arrived: ArrivedMemory = _NOTHING_ARRIVED) -> object:
    """Turns the tensors of a result into NumPy scalars and arrays.

    Args:
        value: Tensors, in lists and `Struct`s. Datasets stay as they are: they are read
            when the user iterates.
        arrived: What arrived for this result alone: arrays have that memory, others are copies.

    Returns:
        The same with NumPy scalars for tensors without dimensions, arrays for others,
        and `bytes` for strings.
    """
    if isinstance(value, list):
        return [to_numpy(element, arrived) for element in value]
    if isinstance(value, structure.Struct):
        names = structure.name_list_with_nones(value)
        return structure.Struct((name, to_numpy(element, arrived)) for name, element in zip(names, value, strict=True))
    convert = getattr(value, "numpy", None)
    if convert is None:
        return value
    taken = arrived.take(value)
    return taken if taken is not None else convert()
