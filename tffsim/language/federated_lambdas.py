"""Small lambdas in the AST's own language, of which averages are made."""

import functools

import federated_language as fl
import ml_dtypes
import numpy as np
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock
from federated_language.proto import computation_pb2 as pb

from tffsim.language.generic_intrinsics import (
    GENERIC_CAST,
    GENERIC_DIGITS,
    GENERIC_NUMBER,
    GENERIC_SCALE,
    GENERIC_UNSCALE,
)
from tffsim.language.struct_types import field_names, field_types, struct_type


@functools.lru_cache(maxsize=1024)
def generic_operator(uri: str, type_spec: fl.Type) -> pb.Computation:
    """Returns the proto of a binary intrinsic such as `generic_plus`.

    Args:
        uri: The intrinsic.
        type_spec: The type of its operands, and of its result.
    """
    operator_type = fl.FunctionType(fl.StructType([type_spec, type_spec]), type_spec)
    return framework.Intrinsic(uri, operator_type).to_proto()


@functools.lru_cache(maxsize=1024)
def identity(type_spec: fl.Type) -> framework.Lambda:
    """Returns `x -> x`."""
    return framework.Lambda("x", type_spec, framework.Reference("x", type_spec))


@functools.lru_cache(maxsize=1024)
def accumulator_type(type_spec: fl.Type) -> fl.Type:
    """Returns the type in which means of a type are added up: float32 for shorter floats, as `numpy.mean` does."""
    if isinstance(type_spec, fl.StructType):
        types = [accumulator_type(t) for t in field_types(type_spec)]
        return type_spec if types == field_types(type_spec) else struct_type(field_names(type_spec), types)
    if isinstance(type_spec, fl.TensorType) and type_spec.dtype.type in (np.float16, ml_dtypes.bfloat16):
        return fl.TensorType(np.float32, type_spec.shape)
    return type_spec


@functools.lru_cache(maxsize=1024)
def widen(type_spec: fl.Type) -> framework.Lambda:
    """Returns `x -> x` as an accumulator."""
    return framework.Lambda("x", type_spec, _cast(framework.Reference("x", type_spec), accumulator_type(type_spec)))


@functools.lru_cache(maxsize=1024)
def divide_by(count: int, type_spec: fl.Type) -> framework.Lambda:
    """Returns `x -> x / count` for every number in the accumulator `x`, as a value of `type_spec`."""
    sums_type = accumulator_type(type_spec)
    divisor = framework.Literal(np.int64(count), fl.TensorType(np.int64))
    quotient = _call(GENERIC_UNSCALE.uri, framework.Reference("x", sums_type), divisor)
    return framework.Lambda("x", sums_type, _cast(quotient, type_spec))


@functools.lru_cache(maxsize=1024)
def divide_pair(pair_type: fl.StructType, type_spec: fl.Type) -> framework.Lambda:
    """Returns `pair -> pair[0] / pair[1]`, as a value of `type_spec`."""
    pair = framework.Reference("pair", pair_type)
    dividend, divisor = framework.Selection(pair, index=0), framework.Selection(pair, index=1)
    quotient = _call(GENERIC_UNSCALE.uri, dividend, divisor)
    return framework.Lambda("pair", pair_type, _cast(quotient, type_spec))


@functools.lru_cache(maxsize=1024)
def scale_by_weight(pair_type: fl.StructType) -> framework.Lambda:
    """Returns `pair -> <pair[0] * pair[1], pair[1]>` as accumulators, an integer weight as int64."""
    pair = framework.Reference("pair", pair_type)
    value, weight = framework.Selection(pair, index=0), framework.Selection(pair, index=1)
    product = _call(GENERIC_SCALE.uri, _cast(value, accumulator_type(value.type_signature)), weight)
    return framework.Lambda("pair", pair_type, framework.Struct([product, _cast(weight, _weight_type(weight))]))


@functools.lru_cache(maxsize=1024)
def digits_of_remainder(pair_type: fl.StructType) -> framework.Intrinsic:
    """Returns `pair -> pair[0] mod pair[1]`, in digits that can be added."""
    return framework.Intrinsic(GENERIC_DIGITS.uri, fl.FunctionType(pair_type, _digits_type(pair_type[0])))


@functools.lru_cache(maxsize=1024)
def number_of_digits(pair_type: fl.StructType, type_spec: fl.Type) -> framework.Intrinsic:
    """Returns `pair -> pair[0] mod pair[1]`, where `pair[0]` is in digits, as a value of `type_spec`."""
    return framework.Intrinsic(GENERIC_NUMBER.uri, fl.FunctionType(pair_type, type_spec))


def _digits_type(type_spec: fl.Type) -> fl.Type:
    if isinstance(type_spec, fl.StructType):
        return struct_type(field_names(type_spec), [_digits_type(t) for t in field_types(type_spec)])
    assert isinstance(type_spec, fl.TensorType)
    digit = fl.TensorType(np.int64, type_spec.shape)
    return struct_type([None, None], [digit, digit])


def _weight_type(weight: ComputationBuildingBlock) -> fl.Type:
    weight_type = weight.type_signature
    assert isinstance(weight_type, fl.TensorType)
    is_integer = np.issubdtype(weight_type.dtype, np.integer)
    return fl.TensorType(np.int64, weight_type.shape) if is_integer else accumulator_type(weight_type)


def _cast(value: ComputationBuildingBlock, type_spec: fl.Type) -> ComputationBuildingBlock:
    if value.type_signature == type_spec:
        return value
    return framework.Call(
        framework.Intrinsic(GENERIC_CAST.uri, fl.FunctionType(value.type_signature, type_spec)), value
    )


def _call(uri: str, left: ComputationBuildingBlock, right: ComputationBuildingBlock) -> framework.Call:
    operands = fl.StructType([left.type_signature, right.type_signature])
    intrinsic = framework.Intrinsic(uri, fl.FunctionType(operands, left.type_signature))
    return framework.Call(intrinsic, framework.Struct([left, right]))
