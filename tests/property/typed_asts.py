"""Random computations that are well typed: expressions of a wanted type in a scope of names.

`Expressions` makes unplaced values, `typed_federations` what has a placement.
"""

from collections.abc import Callable

import federated_language as fl
import hypothesis.strategies as st
import numpy as np
from federated_language.framework import (
    Block,
    Call,
    ComputationBuildingBlock,
    Intrinsic,
    Lambda,
    Literal,
    Reference,
    Selection,
    Struct,
)

from tests.property import tensorflow_leaves
from tests.property.typed_types import FLOATS, INTEGERS, NUMBERS, all_leaves, is_number, members, numbers, tensors

Scope = dict[str, fl.Type]

# Few names, so that inner ones often hide outer ones.
_NAMES = ("x", "y", "z", "u", "v")


def intrinsic_call(
    uri: str, operands: list[ComputationBuildingBlock], parameter: list[fl.Type], result: fl.Type
) -> Call:
    """Returns a call of an intrinsic with several operands."""
    return Call(Intrinsic(uri, fl.FunctionType(fl.StructType(parameter), result)), Struct(operands))


def unplaced(scope: Scope) -> Scope:
    """Returns the names that a function may take along to a participant."""
    return {name: t for name, t in scope.items() if not fl.framework.contains_federated_types(t)}


class Expressions:
    """Draws expressions.

    Args:
        draw: Hypothesis's function.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy], object]) -> None:
        self.draw = draw

    def choose(self, options: list) -> object:
        """Draws one of several."""
        return self.draw(st.sampled_from(options))

    def of_type(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws an expression of an unplaced type."""
        options = self._simple(type_spec, scope)
        if depth > 0:
            options = options + self._compound(type_spec, scope, depth - 1)
        return self.choose(options)()

    def function(
        self, parameter: fl.Type | None, result: fl.Type, scope: Scope, depth: int
    ) -> ComputationBuildingBlock:
        """Draws a lambda; or a name of a function, or a TensorFlow function, that fits."""
        wanted = fl.FunctionType(parameter, result)
        named = [Reference(name, t) for name, t in scope.items() if t == wanted]
        if named and self.draw(st.booleans()):
            return self.choose(named)
        if parameter == result and isinstance(result, fl.TensorType) and self.draw(st.booleans()):
            return self._unary_leaf(result)
        if parameter is None:
            return Lambda(None, None, self.of_type(result, scope, depth))
        name = self.choose(_NAMES)
        return Lambda(name, parameter, self.of_type(result, {**scope, name: parameter}, depth))

    def _simple(self, type_spec: fl.Type, scope: Scope) -> list[Callable[[], ComputationBuildingBlock]]:
        found = [lambda b=b: b for b in self._references(type_spec, scope)]
        if isinstance(type_spec, fl.TensorType):
            return [*found, *found, lambda: self._literal(type_spec)]
        if isinstance(type_spec, fl.StructType):
            return [*found, lambda: self._struct(type_spec, scope, 0)]
        return found or [lambda: self._sequence(type_spec, scope)]

    def _compound(self, type_spec: fl.Type, scope: Scope, depth: int) -> list[Callable[[], ComputationBuildingBlock]]:
        options = [
            lambda: self._called_lambda(type_spec, scope, depth),
            lambda: self._block(type_spec, scope, depth),
            lambda: self._selection(type_spec, scope, depth),
        ]
        if isinstance(type_spec, fl.StructType):
            options.append(lambda: self._struct(type_spec, scope, depth))
            options.append(lambda: self._through_tensorflow(type_spec, scope, depth))
        if isinstance(type_spec, fl.TensorType):
            options.append(lambda: Call(self._unary_leaf(type_spec), self.of_type(type_spec, scope, depth)))
            options.append(lambda: Call(tensorflow_leaves.constant(type_spec)))
        if all_leaves(type_spec, NUMBERS):
            options.append(lambda: self._generic(type_spec, scope, depth))
            options.append(lambda: Intrinsic("generic_zero", type_spec))
            options.append(lambda: self._from_sequence(type_spec, scope, depth))
        if isinstance(type_spec, fl.SequenceType):
            options.append(lambda: self._mapped_sequence(type_spec, scope, depth))
        if type_spec == fl.TensorType(np.int32):
            options.append(lambda: self._length(scope, depth))
        return options

    def _references(self, type_spec: fl.Type, scope: Scope) -> list[ComputationBuildingBlock]:
        found: list[ComputationBuildingBlock] = []
        for name, t in scope.items():
            if t == type_spec:
                found.append(Reference(name, t))
            elif isinstance(t, fl.StructType):
                found += [Selection(Reference(name, t), index=i) for i, part in enumerate(t) if part == type_spec]
        return found

    def _literal(self, type_spec: fl.TensorType) -> ComputationBuildingBlock:
        value = self.draw(numbers(type_spec))
        return Literal(value if type_spec.shape else type_spec.dtype.type(value), type_spec)

    def _struct(self, type_spec: fl.StructType, scope: Scope, depth: int) -> ComputationBuildingBlock:
        return Struct([(name, self.of_type(t, scope, depth)) for name, t in type_spec.items()])

    def _sequence(self, type_spec: fl.SequenceType, scope: Scope) -> ComputationBuildingBlock:
        element = type_spec.element
        if isinstance(element, fl.TensorType):
            return Call(tensorflow_leaves.repeated(element), self.of_type(element, scope, 0))
        source = fl.TensorType(np.int32)
        return self._map_sequence(Call(tensorflow_leaves.repeated(source), self._literal(source)), type_spec, scope, 0)

    def _called_lambda(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        parameter = self.draw(members())
        function = self.function(parameter, type_spec, scope, depth)
        return Call(function, self.of_type(parameter, scope, depth))

    def _block(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        local_symbols = []
        for name in self.draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3)):
            value = self._local(scope, depth)
            local_symbols.append((name, value))
            scope = {**scope, name: value.type_signature}
        return Block(local_symbols, self.of_type(type_spec, scope, depth))

    def _local(self, scope: Scope, depth: int) -> ComputationBuildingBlock:
        if self.draw(st.booleans()):
            return self.of_type(self.draw(members()), scope, depth)
        parameter = self.draw(tensors())
        return self.function(parameter, self.draw(st.just(parameter) | tensors()), scope, depth)

    def _selection(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        other = self.of_type(self.draw(tensors()), scope, depth)
        wanted = self.of_type(type_spec, scope, depth)
        named = self.draw(st.booleans())
        parts = [("b", wanted), ("a", other)] if named else [other, wanted]
        return Selection(Struct(parts), name="b") if named else Selection(Struct(parts), index=1)

    def _through_tensorflow(self, type_spec: fl.StructType, scope: Scope, depth: int) -> ComputationBuildingBlock:
        return Call(tensorflow_leaves.identity(type_spec), self.of_type(type_spec, scope, depth))

    def _unary_leaf(self, type_spec: fl.TensorType) -> ComputationBuildingBlock:
        if is_number(type_spec) and self.draw(st.booleans()):
            return tensorflow_leaves.with_variable(type_spec)
        return tensorflow_leaves.negate(type_spec)

    def _generic(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        uris = ["generic_plus", "generic_multiply"] + ["generic_divide"] * all_leaves(type_spec, FLOATS)
        operand = type_spec
        uri = self.choose(uris)
        if uri == "generic_divide" and all_leaves(type_spec, (np.float64,)) and isinstance(type_spec, fl.TensorType):
            operand = fl.TensorType(self.choose([np.float64, *INTEGERS]), type_spec.shape)
        operands = [self.of_type(operand, scope, depth) for _ in range(2)]
        return intrinsic_call(uri, operands, [operand, operand], type_spec)

    def _from_sequence(self, type_spec: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        if self.draw(st.booleans()):
            sequence = self.of_type(fl.SequenceType(type_spec), scope, depth)
            return Call(Intrinsic("sequence_sum", fl.FunctionType(sequence.type_signature, type_spec)), sequence)
        element = self.draw(tensors())
        sequence = self.of_type(fl.SequenceType(element), scope, depth)
        zero = self.of_type(type_spec, scope, depth)
        operator = self.function(fl.StructType([type_spec, element]), type_spec, scope, depth)
        parts = [sequence, zero, operator]
        return intrinsic_call("sequence_reduce", parts, [part.type_signature for part in parts], type_spec)

    def _mapped_sequence(self, type_spec: fl.SequenceType, scope: Scope, depth: int) -> ComputationBuildingBlock:
        source = self.of_type(fl.SequenceType(self.draw(tensors())), scope, depth)
        return self._map_sequence(source, type_spec, scope, depth)

    def _map_sequence(
        self, source: ComputationBuildingBlock, type_spec: fl.SequenceType, scope: Scope, depth: int
    ) -> ComputationBuildingBlock:
        function = self.function(source.type_signature.element, type_spec.element, scope, depth)
        parts = [function, source]
        return intrinsic_call("sequence_map", parts, [part.type_signature for part in parts], type_spec)

    def _length(self, scope: Scope, depth: int) -> ComputationBuildingBlock:
        sequence = self.of_type(fl.SequenceType(self.draw(tensors())), scope, depth)
        return Call(tensorflow_leaves.length(sequence.type_signature), sequence)
