"""What a computation means, in plain Python: the reference for every execution stack.

It interprets building blocks directly. Nothing of tffsim's executors and nothing of
TensorFlow is used; a TensorFlow function is replaced by its twin in NumPy.

Values: tensors are NumPy arrays and scalars, structs are tuples, sequences are lists,
functions are Python functions. A value at the clients is a list with one member per
client, or `AllEqual`; a value at the server is the bare value.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import federated_language as fl
import ml_dtypes
import numpy as np
from federated_language import framework

Twin = Callable[..., Any]


class OutOfBoundsError(ValueError):
    """A secure sum or a selection got a number that it must refuse."""


@dataclasses.dataclass(frozen=True)
class AllEqual:
    """A value that all clients share."""

    value: Any


class Oracle:
    """Evaluates building blocks for a number of clients.

    Args:
        num_clients: How many clients there are.
        twins: NumPy functions by the serialised graph they stand for.
    """

    def __init__(self, num_clients: int, twins: Mapping[bytes, Twin]) -> None:
        self._n = num_clients
        self._twins = twins

    def evaluate(self, block: framework.ComputationBuildingBlock, scope: Mapping[str, Callable[[], Any]]) -> Any:
        """Returns the value of a building block.

        Args:
            block: Any building block.
            scope: For each name a function that returns its value.
        """
        return getattr(self, f"_{type(block).__name__.lower()}")(block, scope)

    def _literal(self, block, scope):
        return np.asarray(block.value)

    def _reference(self, block, scope):
        return scope[block.name]()

    def _lambda(self, block, scope):
        if block.parameter_name is None:
            return lambda: self.evaluate(block.result, scope)
        return lambda argument: self.evaluate(block.result, {**scope, block.parameter_name: lambda: argument})

    def _block(self, block, scope):
        for name, value in block.locals:
            scope = {**scope, name: functools.cache(functools.partial(self.evaluate, value, scope))}
        return self.evaluate(block.result, scope)

    def _call(self, block, scope):
        function = self.evaluate(block.function, scope)
        return function() if block.argument is None else function(self.evaluate(block.argument, scope))

    def _struct(self, block, scope):
        return tuple(self.evaluate(element, scope) for element in block)

    def _selection(self, block, scope):
        return self.evaluate(block.source, scope)[block.as_index()]

    def _compiledcomputation(self, block, scope):
        return self._twins[block.to_proto().tensorflow.graph_def.value]

    def _intrinsic(self, block, scope):
        if block.uri == "generic_zero":
            return _filled(block.type_signature, 0)
        return functools.partial(getattr(self, block.uri), block.type_signature)

    def _members(self, value):
        return [value.value] * self._n if isinstance(value, AllEqual) else value

    # Placements

    def federated_value_at_clients(self, type_spec, value):
        return AllEqual(value)

    def federated_value_at_server(self, type_spec, value):
        return value

    def federated_eval_at_clients(self, type_spec, function):
        return [function() for _ in range(self._n)]

    def federated_eval_at_server(self, type_spec, function):
        return function()

    def federated_map(self, type_spec, argument):
        function, value = argument
        return [function(member) for member in self._members(value)]

    def federated_map_all_equal(self, type_spec, argument):
        function, value = argument
        return AllEqual(function(value.value))

    def federated_apply(self, type_spec, argument):
        function, value = argument
        return function(value)

    def federated_broadcast(self, type_spec, value):
        return AllEqual(value)

    def federated_zip_at_clients(self, type_spec, value):
        def member(part, k):
            return tuple(member(p, k) for p in part) if isinstance(part, tuple) else self._members(part)[k]

        return [member(value, k) for k in range(self._n)]

    def federated_zip_at_server(self, type_spec, value):
        return value

    # Aggregations: folds in blocks, see `fold`

    def federated_aggregate(self, type_spec, argument):
        value, zero, accumulate, merge, report = argument
        blocks = [
            functools.reduce(lambda total, member: accumulate((total, member)), block, zero)
            for block in _blocks(self._members(value))
        ]
        return report(_joined(lambda left, right: merge((left, right)), blocks) if blocks else zero)

    def federated_sum(self, type_spec, value):
        return self._reduce(np.add, value, type_spec.result.member, 0)

    def federated_min(self, type_spec, value):
        return self._reduce(np.minimum, value, type_spec.result.member, np.inf)

    def federated_max(self, type_spec, value):
        return self._reduce(np.maximum, value, type_spec.result.member, -np.inf)

    def federated_mean(self, type_spec, value):
        member_type = type_spec.result.member
        total = self._reduce(
            np.add, [_widened(member) for member in self._members(value)], _widened_type(member_type), 0
        )
        return _as_type(_each(lambda x: _divide(x, np.asarray(self._n).astype(x.dtype)), total), member_type)

    def federated_weighted_mean(self, type_spec, argument):
        values, weights = (self._members(part) for part in argument)
        member_type, weight_type = type_spec.result.member, type_spec.parameter[1].member
        widened = [_widened(value) for value in values]
        scaled = [_each(lambda x, w=w: x * w.astype(x.dtype), v) for v, w in zip(widened, weights, strict=True)]
        total = self._reduce(np.add, scaled, _widened_type(member_type), 0)
        is_integer = np.issubdtype(weight_type.dtype.type, np.integer)
        weight_dtype = np.int64 if is_integer else _widened_type(weight_type).dtype.type
        total_weight = fold(np.add, [w.astype(weight_dtype) for w in weights]) if weights else weight_dtype(0)
        return _as_type(_each(lambda x: _divide(x, total_weight.astype(x.dtype)), total), member_type)

    def federated_secure_sum(self, type_spec, argument):
        value, maximum = argument
        for member in self._members(value):
            _check_bounds(member, maximum)
        return self.federated_sum(type_spec, value)

    def federated_secure_sum_bitwidth(self, type_spec, argument):
        value, bitwidth = argument
        return self.federated_secure_sum(type_spec, (value, _each(lambda b: np.int64(2) ** b - 1, bitwidth)))

    def federated_secure_modular_sum(self, type_spec, argument):
        value, modulus = argument
        return _modular_sum(self._members(value), modulus, type_spec.result.member)

    def _reduce(self, operator, value, type_spec, neutral):
        members = self._members(value)
        if not members:
            return _filled(type_spec, neutral)
        return fold(functools.partial(_pointwise, operator), members)

    def federated_select(self, type_spec, argument):
        keys, max_key, state, select = argument

        def slices(member):
            for key in member:
                if not 0 <= key < max_key:
                    raise OutOfBoundsError(f"key {key}")
            return [select((state, np.int32(key))) for key in member]

        return [slices(member) for member in self._members(keys)]

    federated_secure_select = federated_select

    # Sequences and generic operators

    def sequence_map(self, type_spec, argument):
        function, sequence = argument
        return [function(element) for element in sequence]

    def sequence_reduce(self, type_spec, argument):
        sequence, zero, operator = argument
        return functools.reduce(lambda total, element: operator((total, element)), sequence, zero)

    def sequence_sum(self, type_spec, sequence):
        zero = _filled(type_spec.result, 0)
        return functools.reduce(functools.partial(_pointwise, np.add), sequence, zero)

    def generic_plus(self, type_spec, argument):
        return _pointwise(np.add, *argument)

    def generic_multiply(self, type_spec, argument):
        return _pointwise(np.multiply, *argument)

    def generic_divide(self, type_spec, argument):
        return _pointwise(_divide, *argument)


def fold(operator, members):
    """Folds in client order: blocks of 32 one by one, then the blocks in a binary tree."""
    return _joined(operator, [functools.reduce(operator, block) for block in _blocks(members)])


def _blocks(members):
    return [members[start : start + 32] for start in range(0, len(members), 32)]


def _joined(merge, blocks):
    """Joins the largest power of two of blocks that leaves a rest with that rest, each joined in the same way."""
    if len(blocks) == 1:
        return blocks[0]
    middle = 1 << ((len(blocks) - 1).bit_length() - 1)
    return merge(_joined(merge, blocks[:middle]), _joined(merge, blocks[middle:]))


def _pointwise(operator, left, right):
    if isinstance(left, tuple):
        return tuple(_pointwise(operator, x, y) for x, y in zip(left, right, strict=True))
    with np.errstate(all="ignore"):
        return operator(left, right)


def _each(function, value):
    return tuple(_each(function, part) for part in value) if isinstance(value, tuple) else function(np.asarray(value))


def _widened(value):
    """Shorter floats as float32: means add them up so, as `numpy.mean` does."""
    return _each(lambda x: x.astype(np.float32) if x.dtype in _SHORT_FLOATS else x, value)


def _widened_type(type_spec):
    if isinstance(type_spec, fl.StructType):
        return fl.StructType([_widened_type(t) for t in type_spec])
    return fl.TensorType(np.float32, type_spec.shape) if type_spec.dtype in _SHORT_FLOATS else type_spec


def _as_type(value, type_spec):
    if isinstance(value, tuple):
        return tuple(_as_type(v, t) for v, t in zip(value, type_spec, strict=True))
    with np.errstate(all="ignore"):
        return value.astype(type_spec.dtype) if type_spec.dtype in _SHORT_FLOATS else value


_SHORT_FLOATS = (np.float16, ml_dtypes.bfloat16)


def _divide(x, y):
    with np.errstate(all="ignore"):
        return np.true_divide(x, y)


def _filled(type_spec: fl.Type, number: float) -> Any:
    if isinstance(type_spec, fl.StructType):
        return tuple(_filled(t, number) for t in type_spec)
    dtype = type_spec.dtype.type
    if np.isinf(number) and np.issubdtype(dtype, np.integer):
        number = np.iinfo(dtype).max if number > 0 else np.iinfo(dtype).min
    return np.full(type_spec.shape, number, dtype)


def _modular_sum(members, modulus, type_spec):
    if isinstance(type_spec, fl.StructType):
        return tuple(_modular_sum([m[i] for m in members], modulus[i], t) for i, t in enumerate(type_spec))
    zero = np.zeros(type_spec.shape, object)
    exact = sum((np.asarray(member).astype(object) for member in members), zero)
    return np.asarray(exact % int(modulus)).astype(type_spec.dtype)


def _check_bounds(member, maximum):
    if isinstance(member, tuple):
        for part, limit in zip(member, maximum, strict=True):
            _check_bounds(part, limit)
    elif np.any(np.asarray(member) < 0) or np.any(np.asarray(member) > maximum):
        raise OutOfBoundsError(f"{member} is not in [0, {maximum}]")
