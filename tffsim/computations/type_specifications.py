"""What may be written where a type is expected, and the one hook into `federated_language` for it.

Every type constructor, decorator and building block of the language passes what the
user wrote through `to_type` of `federated_language.types.computation_types`. That one
knows NumPy's types only, and there is no other door: the classes of types are the
language's own, and stay so (`tffsim.FederatedType is federated_language.FederatedType`).
`install` therefore replaces three functions there, by functions that do the same for
everything the language knows:

- `to_type` takes what TensorFlow calls types, too: dtypes, specs, the `element_spec` of a
  dataset; and classes whose annotations are types. What is no type is refused in a
  sentence that says what to write.
- `_to_dtype`, behind `TensorType(dtype)`, takes TensorFlow's dtypes.
- `FederatedType._hashable_from_init_args`, which sees every argument of `FederatedType`,
  refuses what is no placement. A text would be kept, and fail later.

TensorFlow is not imported for this: nobody has one of its specs before it is imported.
"""

import dataclasses
import sys
import types
import typing
import warnings
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import attrs
import federated_language as fl
import numpy as np
from federated_language.common_libs import py_typecheck, structure
from federated_language.framework import PlacementLiteral
from federated_language.types import computation_types

from tffsim.computations.mistakes.mistake_error import SpecificationError
from tffsim.computations.mistakes.struct_keys import wrong_key

_KNOWN_VERSIONS: Final = ("0.5.",)

_PYTHON_SCALARS: Final = {
    bool: "np.bool_",
    int: "np.int32",
    float: "np.float32",
    complex: "np.complex64",
    str: "np.str_",
    bytes: "np.str_",
}
_EXAMPLES: Final = (
    "Write a type such as `np.float32`, `(np.float32, [2, 3])` or `tff.SequenceType(np.float32)`, "
    "or a dict, tuple or list of types."
)

_to_type_of_language: Callable[[object], fl.Type] = computation_types.to_type
_to_dtype_of_language: Callable[[object], np.dtype] = computation_types._to_dtype
_arguments_of_federated_type: Callable[..., Hashable] = fl.FederatedType.__dict__["_hashable_from_init_args"].__func__


def install() -> None:
    """Lets the language take what is written in this module for types."""
    if not fl.__version__.startswith(_KNOWN_VERSIONS):
        warnings.warn(
            f"tffsim does not know federated_language {fl.__version__}: types must be written as that package wants "
            "them, with `np.float32`. Install a version of tffsim that is as new.",
            RuntimeWarning,
            stacklevel=2,
        )
        return
    computation_types.to_type = fl.to_type = to_type
    # The decorator took hold of the function when the language was imported.
    fl.federated_computation._to_type_fn = to_type
    computation_types._to_dtype = _to_dtype
    fl.FederatedType._hashable_from_init_args = classmethod(  # type: ignore[assignment,method-assign]  # No other hook.
        _checked_arguments_of_federated_type
    )


def to_type(obj: object) -> fl.Type:
    """Returns the type that a specification describes.

    Args:
        obj: A type; a NumPy type such as `np.float32`, or one with a shape:
            `(np.float32, [2, None])`; a `tf.DType`, `tf.TensorSpec` or
            `tf.data.DatasetSpec`; a dict, tuple, list, `Struct`, or object of a
            dataclass or an attrs class, of specifications; a dataclass or named
            tuple whose annotations are some.

    Raises:
        TypeError: If it describes no type.
    """
    if isinstance(obj, fl.Type):
        return obj
    if isinstance(obj, Mapping) and (wrong := wrong_key(obj, "this one")) is not None:
        raise SpecificationError(wrong)
    if isinstance(obj, tuple) and len(obj) == 2 and _is_of_tensorflow(obj):
        return fl.TensorType(obj[0], _dimensions(obj[1]))
    if _is_known_to_language(obj):
        try:
            return _to_type_of_language(obj)
        except ValueError as error:
            if "duplicated names" not in str(error):
                raise
            raise SpecificationError(f"Two fields have the same name in {obj!r:.80}. Give each its own.") from None
    if isinstance(obj, type):
        return _type_of_class(obj)
    if dataclasses.is_dataclass(obj):
        fields = [(field.name, to_type(getattr(obj, field.name))) for field in dataclasses.fields(obj)]
        return fl.StructWithPythonType(fields, type(obj))
    if _belongs_to_tensorflow(obj):
        from tffsim.external_runtime.tensorflow.tensorflow_types import from_spec

        try:
            found = from_spec(obj)
        except TypeError as error:
            raise SpecificationError(str(error)) from None
        if found is not None:
            return found
    raise _no_type(obj)


def _is_of_tensorflow(pair: tuple[object, object]) -> bool:
    """Whether a pair is a dtype with a shape, and one of them is TensorFlow's."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return False
    dtype, shape = pair
    if isinstance(shape, tensorflow.TensorShape):
        return True
    return isinstance(dtype, tensorflow.DType) and computation_types._is_array_shape_like(shape)


def _dimensions(shape: Any) -> tuple[int | None, ...] | None:
    if hasattr(shape, "rank"):
        return None if shape.rank is None else tuple(shape.as_list())
    return None if shape is None else tuple(shape)


def _is_known_to_language(obj: object) -> bool:
    if isinstance(obj, type):
        return issubclass(obj, np.generic)
    return isinstance(obj, (np.dtype, tuple, list, Mapping, structure.Struct)) or attrs.has(type(obj))


def _type_of_class(cls: type) -> fl.Type:
    if dataclasses.is_dataclass(cls):
        fields = {field.name: field.type for field in dataclasses.fields(cls)}
    elif isinstance(cls, py_typecheck.SupportsNamedTuple):
        # The language reads `x: float` of a named tuple as NumPy does.
        scalars = tuple(_PYTHON_SCALARS)
        fields = {name: np.dtype(t) if t in scalars else t for name, t in cls.__annotations__.items()}
    else:
        raise _no_type(cls)
    if any(isinstance(annotation, str) for annotation in fields.values()):  # from __future__ import annotations
        fields = {name: t for name, t in typing.get_type_hints(cls).items() if name in fields}
    return fl.StructWithPythonType([(name, to_type(t)) for name, t in fields.items()], cls)


def _belongs_to_tensorflow(obj: object) -> bool:
    return "tensorflow" in sys.modules and type(obj).__module__.partition(".")[0] == "tensorflow"


def _to_dtype(dtype: object) -> np.dtype:
    """Returns the dtype of a tensor type; as in the language, but for what it does not know."""
    if isinstance(dtype, np.dtype) or (isinstance(dtype, type) and issubclass(dtype, np.generic)):
        return _to_dtype_of_language(dtype)
    if _belongs_to_tensorflow(dtype):
        import tensorflow as tf

        from tffsim.external_runtime.tensorflow.tensorflow_types import from_tf_dtype

        if isinstance(dtype, tf.DType):
            return np.dtype(from_tf_dtype(dtype))
    raise _no_type(dtype)


def _checked_arguments_of_federated_type(
    cls: type[fl.FederatedType], member: object, placement: object = None, all_equal: bool | None = None
) -> Hashable:
    arguments = _arguments_of_federated_type(cls, member, placement, all_equal)
    if not isinstance(placement, PlacementLiteral):
        raise _no_placement(placement)
    if isinstance(member, fl.FederatedType):
        raise SpecificationError(
            f"The type {member} says already where the values are. Use it as it is, or write the type of one value: "
            f"`tff.FederatedType({member.member}, tff.{placement})`."
        )
    return arguments


def _no_placement(found: object) -> SpecificationError:
    if isinstance(found, str):
        advice = f"`tff.{found.upper()}`" if found.upper() in ("CLIENTS", "SERVER") else "`tff.CLIENTS` or `tff.SERVER`"
        return SpecificationError(f"Expected a placement, found the text {found!r}. Write {advice}.")
    return SpecificationError(
        f"Expected a placement, found a value of Python type `{type(found).__name__}`. "
        "Write `tff.CLIENTS` or `tff.SERVER`."
    )


def _no_type(found: object) -> SpecificationError:
    """Returns an error that says what to write instead of what was found."""
    if isinstance(found, type):
        name = _PYTHON_SCALARS.get(found)
        advice = f"Write `{name}`, or the width you want." if name is not None else _EXAMPLES
        return SpecificationError(f"Expected a type of tensors, found the Python class `{found.__name__}`. {advice}")
    if isinstance(found, PlacementLiteral):
        return SpecificationError(
            f"Expected a type, found the placement {found}. "
            f"The type comes first: `tff.FederatedType(np.float32, tff.{found})`."
        )
    if isinstance(found, str):
        return SpecificationError(f"Expected a type, found the text {found!r}. {_type_of_text(found)}")
    if isinstance(found, fl.TypedObject):
        return SpecificationError(
            f"Expected a type, found a value of type {found.type_signature}. Write its `.type_signature`."
        )
    return SpecificationError(
        f"Expected a type, found a value of Python type `{type(found).__name__}`. {_type_of_value(found)}"
    )


def _type_of_text(text: str) -> str:
    try:
        name = np.dtype(text).type.__name__
    except TypeError:
        return _EXAMPLES
    return f"Write `np.{name}`."


def _type_of_value(value: object) -> str:
    if isinstance(value, (bool, int, float, complex, bytes)):
        return f"Write `{_PYTHON_SCALARS[type(value)]}`, or the width you want."
    if hasattr(value, "element_spec"):
        return "Write `tff.SequenceType(dataset.element_spec)`."
    dtype, shape = getattr(value, "dtype", None), getattr(value, "shape", None)
    name = getattr(dtype, "name", dtype)
    if isinstance(name, str) and isinstance(shape, tuple):
        return f"Write `(np.{name}, {list(shape)})`." if shape else f"Write `np.{name}`."
    if dtype is not None and shape is not None:
        return "Write `(x.dtype, x.shape)`, with your name for it."
    if isinstance(value, types.FunctionType):
        return f"In a decorator's call the function comes first, then its types. {_EXAMPLES}"
    return _EXAMPLES
