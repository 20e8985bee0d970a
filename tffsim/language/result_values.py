"""What a result is made of: NumPy values, so that it can be used without TensorFlow."""

from federated_language.common_libs import structure


def to_numpy(value: object) -> object:
    """Turns the tensors of a result into NumPy scalars and arrays.

    Args:
        value: Tensors, in lists and `Struct`s. Datasets stay as they are: they are read
            when the user iterates.

    Returns:
        The same with NumPy scalars for tensors without dimensions, arrays for others,
        and `bytes` for strings.
    """
    if isinstance(value, list):
        return [to_numpy(element) for element in value]
    if isinstance(value, structure.Struct):
        names = structure.name_list_with_nones(value)
        return structure.Struct(zip(names, map(to_numpy, value), strict=True))
    convert = getattr(value, "numpy", None)
    return convert() if convert is not None else value
