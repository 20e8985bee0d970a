"""Small lambdas in the AST's own language, of which averages are made."""

import functools

import federated_language as fl
import numpy as np
from federated_language import framework
from federated_language.framework import ComputationBuildingBlock
from federated_language.proto import computation_pb2 as pb

from tffsim.computations.generic_intrinsics import GENERIC_SCALE, GENERIC_UNSCALE


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
def divide_by(count: int, type_spec: fl.Type) -> framework.Lambda:
    """Returns `x -> x / count`, for every number in `x`."""
    divisor = framework.Literal(np.int64(count), fl.TensorType(np.int64))
    quotient = _call(GENERIC_UNSCALE.uri, framework.Reference("x", type_spec), divisor)
    return framework.Lambda("x", type_spec, quotient)


@functools.lru_cache(maxsize=1024)
def divide_pair(pair_type: fl.StructType) -> framework.Lambda:
    """Returns `pair -> pair[0] / pair[1]`."""
    pair = framework.Reference("pair", pair_type)
    dividend, divisor = framework.Selection(pair, index=0), framework.Selection(pair, index=1)
    quotient = _call(GENERIC_UNSCALE.uri, dividend, divisor)
    return framework.Lambda("pair", pair_type, quotient)


@functools.lru_cache(maxsize=1024)
def scale_by_weight(pair_type: fl.StructType) -> framework.Lambda:
    """Returns `pair -> <pair[0] * pair[1], pair[1]>`, an integer weight as int64."""
    pair = framework.Reference("pair", pair_type)
    value, weight = framework.Selection(pair, index=0), framework.Selection(pair, index=1)
    product = _call(GENERIC_SCALE.uri, value, weight)
    return framework.Lambda("pair", pair_type, framework.Struct([product, _widened(weight)]))


def _widened(weight: ComputationBuildingBlock) -> ComputationBuildingBlock:
    # A product has the type of its first operand: multiplying by an int64 one widens.
    weight_type = weight.type_signature
    assert isinstance(weight_type, fl.TensorType)
    if not np.issubdtype(weight_type.dtype, np.integer):
        return weight
    one = framework.Literal(np.int64(1), fl.TensorType(np.int64))
    return _call(GENERIC_SCALE.uri, one, weight)


def _call(uri: str, left: ComputationBuildingBlock, right: ComputationBuildingBlock) -> framework.Call:
    operands = fl.StructType([left.type_signature, right.type_signature])
    intrinsic = framework.Intrinsic(uri, fl.FunctionType(operands, left.type_signature))
    return framework.Call(intrinsic, framework.Struct([left, right]))
