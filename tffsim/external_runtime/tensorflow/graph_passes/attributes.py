"""Attributes of hand-made nodes: the values that Python's operations would write."""

from collections.abc import Iterable

from tensorflow.core.framework.attr_value_pb2 import AttrValue, NameAttrList
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_BOOL

SCALAR = TensorShapeProto()
ANY_SHAPE = TensorShapeProto(unknown_rank=True)

TRUE = TensorProto(dtype=DT_BOOL, tensor_shape=SCALAR, bool_val=[True])
FALSE = TensorProto(dtype=DT_BOOL, tensor_shape=SCALAR, bool_val=[False])


def dtype(enum: int) -> AttrValue:
    """Returns one dtype, given as `tf.DType.as_datatype_enum`."""
    return AttrValue(type=enum)


def dtypes(enums: Iterable[int]) -> AttrValue:
    """Returns a list of dtypes."""
    return AttrValue(list=AttrValue.ListValue(type=enums))


def shapes(values: Iterable[TensorShapeProto]) -> AttrValue:
    """Returns a list of shapes."""
    return AttrValue(list=AttrValue.ListValue(shape=values))


def any_shapes(count: int) -> AttrValue:
    """Returns a list of unknown shapes."""
    return shapes([ANY_SHAPE] * count)


def function(name: str) -> AttrValue:
    """Returns a reference to a library function."""
    return AttrValue(func=NameAttrList(name=name))


def integer(value: int) -> AttrValue:
    """Returns a number."""
    return AttrValue(i=value)


def boolean(value: bool) -> AttrValue:
    """Returns a switch."""
    return AttrValue(b=value)


def text(value: bytes) -> AttrValue:
    """Returns bytes."""
    return AttrValue(s=value)


def constant(value: TensorProto) -> dict[str, AttrValue]:
    """Returns the attributes of a `Const` node."""
    return {"value": AttrValue(tensor=value), "dtype": dtype(value.dtype)}
