"""What a function was given that failed, in a few words for the message of its error."""

from collections.abc import Iterator, Sequence

import federated_language as fl
import numpy as np
import tensorflow as tf

from tffsim.external_runtime.tensorflow.values.tensorflow_values import TensorFlowValue
from tffsim.language.struct_types import field_names, field_types

_MAX_MEMBERS = 4
_MAX_NUMBERS = 6
_MAX_TEXT = 60


def told_argument(value: TensorFlowValue | None, type_spec: fl.Type, parameters: Sequence[str] = ()) -> str:
    """Returns an argument in words, such as `x = 7.0` or `image = float32[28,28] from 0.0 to 1.0`.

    Data sets are not read.

    Args:
        value: What the function was given.
        type_spec: Its type.
        parameters: The names of the parameters of the function, where they are known.
    """
    if isinstance(value, tuple) and isinstance(type_spec, fl.StructType) and len(parameters) == len(value):
        # Arguments of several parameters come in a struct; those of an untyped function, too.
        known = field_names(type_spec)
        names = [name or parameter for name, parameter in zip(known, parameters, strict=True)]
        members = [
            member
            for name, part, part_type in zip(names, value, field_types(type_spec), strict=True)
            for member in _members(name, part, part_type)
        ]
    else:
        members = list(_members(parameters[0] if len(parameters) == 1 else "", value, type_spec))
    told = [f"{name} = {text}" if name else text for name, text in members]
    return ", ".join([*told[:_MAX_MEMBERS], "..."] if len(told) > _MAX_MEMBERS else told)


def _members(name: str, value: TensorFlowValue | None, type_spec: fl.Type) -> Iterator[tuple[str, str]]:
    """Yields the name and the text of each tensor and each data set in a value."""
    if isinstance(type_spec, fl.StructType):
        assert isinstance(value, tuple)
        fields = zip(field_names(type_spec), field_types(type_spec), value, strict=True)
        for number, (field, field_type, member) in enumerate(fields):
            steps = f"{name}[{number}]" if field is None else f"{name}.{field}".removeprefix(".")
            yield from _members(steps, member, field_type)
    elif isinstance(value, tf.Tensor):
        yield name, _told_tensor(value, type_spec)
    else:
        yield name, f"a data set of {getattr(type_spec, 'element', type_spec)}"


def _told_tensor(tensor: tf.Tensor, type_spec: fl.Type) -> str:
    """Returns a few numbers one by one, and of many the smallest and the largest."""
    array = np.asarray(tensor)
    if array.ndim == 0 or (array.ndim == 1 and array.size <= _MAX_NUMBERS):
        text = str(array.tolist())
        return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + " ..."
    if array.dtype.kind not in "if" or not array.size:
        return str(type_spec)
    finite = array[np.isfinite(array)]
    span = f" from {finite.min()} to {finite.max()}" if finite.size else ""
    num_nans = int(np.isnan(array).sum())
    return f"{type_spec}{span}" + (f", {num_nans} NaN" if num_nans else "")
