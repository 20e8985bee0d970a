"""Random federated computations: every intrinsic on placed values."""

import dataclasses
from collections.abc import Callable

import federated_language as fl
import hypothesis.strategies as st
import numpy as np
from federated_language.framework import (
    Block,
    Call,
    ComputationBuildingBlock,
    ConcreteComputation,
    Intrinsic,
    Lambda,
    Literal,
    Reference,
    Selection,
    Struct,
)

from tests.property.typed_asts import Expressions, Scope, intrinsic_call, unplaced
from tests.property.typed_types import FLOATS, INTEGERS, NUMBERS, all_leaves, members, tensors, values

_KEYS = fl.TensorType(np.int32, [2])


@dataclasses.dataclass(frozen=True)
class Example:
    """A computation, an argument for it, and the number of clients the argument has."""

    block: Lambda
    argument: object
    num_clients: int

    @property
    def computation(self) -> ConcreteComputation:
        """The computation in the form that contexts run."""
        return ConcreteComputation.from_building_block(self.block)


@st.composite
def examples(draw: Callable, depth: int = 3, max_clients: int = 7) -> Example:
    """Draws a computation of a struct of federated and plain values."""
    num_clients = draw(st.integers(0, max_clients))
    parameter = fl.StructType(
        [
            ("clients", fl.FederatedType(draw(members()), fl.CLIENTS)),
            ("data", fl.FederatedType(fl.SequenceType(draw(tensors())), fl.CLIENTS)),
            ("server", fl.FederatedType(draw(members()), fl.SERVER)),
            ("keys", fl.FederatedType(_KEYS, fl.CLIENTS)),
            ("plain", draw(members())),
        ]
    )
    federations = Federations(draw)
    body = Struct([federations.any(_fields_of("arg", parameter), depth) for _ in range(draw(st.integers(1, 2)))])
    names = {name: Selection(Reference("arg", parameter), name=name) for name, _ in parameter.items()}
    block = Lambda("arg", parameter, Block(list(names.items()), body))
    return Example(block, draw(values(parameter, num_clients)), num_clients)


def _fields_of(name: str, parameter: fl.StructType) -> Scope:
    return {name: parameter, **dict(parameter.items())}


def clients(member: fl.Type) -> fl.FederatedType:
    """The type of client values whose members may differ."""
    return fl.FederatedType(member, fl.CLIENTS)


def server(member: fl.Type) -> fl.FederatedType:
    """The type of server values."""
    return fl.FederatedType(member, fl.SERVER)


class Federations(Expressions):
    """Draws expressions with placements."""

    def any(self, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws an expression that is placed somewhere, or nowhere."""
        member = self.draw(members())
        return self.choose(
            [
                lambda: self.at_server(member, scope, depth),
                lambda: self.at_server(member, scope, depth),
                lambda: self.at_clients(member, scope, depth),
                lambda: self.everywhere(member, scope, depth),
                lambda: self.selected(scope, depth),
                lambda: self.of_type(member, unplaced(scope), depth),
            ]
        )()

    def at_server(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws an expression of type `member@SERVER`."""
        inner, lower = unplaced(scope), depth - 1
        options = [
            *self._placed_references(server(member), scope),
            lambda: self._unary("federated_value_at_server", self.of_type(member, inner, 1), server(member)),
            lambda: self._unary("federated_eval_at_server", self.function(None, member, inner, 1), server(member)),
        ]
        if depth > 0:
            options += [
                lambda: self._applied(member, scope, lower),
                lambda: self._aggregated(member, scope, lower),
                lambda: self._shared(lambda s: self.at_server(member, s, lower), scope, lower),
            ]
            if isinstance(member, fl.StructType):
                options.append(lambda: self._zipped_at_server(member, scope, lower))
            if all_leaves(member, NUMBERS):
                options += [lambda: self._reduced(member, scope, lower)] * 3
            if all_leaves(member, INTEGERS):
                options += [lambda: self._secure(member, scope, lower)] * 4
            if all_leaves(member, FLOATS):
                options += [lambda: self._mean(member, scope, lower)] * 3
        return self.choose(options)()

    def at_clients(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws an expression of type `{member}@CLIENTS`."""
        inner, lower = unplaced(scope), depth - 1
        options = [
            *self._placed_references(clients(member), scope),
            lambda: self._unary("federated_eval_at_clients", self.function(None, member, inner, 1), clients(member)),
        ]
        if depth > 0:
            options += [lambda: self._mapped(member, scope, lower)] * 2
            options += [lambda: self._shared(lambda s: self.at_clients(member, s, lower), scope, lower)]
            if isinstance(member, fl.StructType):
                options.append(lambda: self._zipped_at_clients(member, scope, lower))
        return self.choose(options)()

    def everywhere(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws an expression of type `member@CLIENTS`, equal at all clients."""
        result = fl.FederatedType(member, fl.CLIENTS, all_equal=True)
        inner, lower = unplaced(scope), depth - 1
        options = [
            *self._placed_references(result, scope),
            lambda: self._unary("federated_value_at_clients", self.of_type(member, inner, 1), result),
        ]
        if depth > 0:
            options.append(lambda: self._unary("federated_broadcast", self.at_server(member, scope, lower), result))
            options.append(lambda: self._mapped_everywhere(member, scope, lower))
        return self.choose(options)()

    def selected(self, scope: Scope, depth: int) -> ComputationBuildingBlock:
        """Draws a `federated_select`; now and then a key is out of range."""
        state_member, slice_type = self.draw(tensors()), self.draw(members())
        keys = Reference("keys", clients(_KEYS))
        max_key = self._unary(
            "federated_value_at_server", Literal(np.int32(4), fl.TensorType(np.int32)), server(np.int32)
        )
        state = self.at_server(state_member, scope, depth - 1)
        select = self.function(fl.StructType([state_member, np.int32]), slice_type, unplaced(scope), 1)
        in_range = self.function_of_keys()
        parts = [self._call_map(in_range, keys), max_key, state, select]
        result = clients(fl.SequenceType(slice_type))
        return intrinsic_call(
            self.choose(["federated_select", "federated_secure_select"]),
            parts,
            [part.type_signature for part in parts],
            result,
        )

    def function_of_keys(self) -> ComputationBuildingBlock:
        """Draws `keys -> keys * keys`, which lie in range for keys between -1 and 1."""
        keys = Reference("k", _KEYS)
        product = intrinsic_call("generic_multiply", [keys, keys], [_KEYS, _KEYS], _KEYS)
        return Lambda("k", _KEYS, product if self.draw(st.booleans()) else Literal(np.array([3, 0], np.int32), _KEYS))

    def _placed_references(self, type_spec: fl.FederatedType, scope: Scope) -> list[Callable]:
        return [lambda b=b: b for b in self._references(type_spec, scope)] * 2

    def _unary(self, uri: str, operand: ComputationBuildingBlock, result: fl.Type) -> ComputationBuildingBlock:
        return Call(Intrinsic(uri, fl.FunctionType(operand.type_signature, result)), operand)

    def _shared(self, make: Callable[[Scope], ComputationBuildingBlock], scope: Scope, depth: int):
        """Gives a placed value a name, and uses it perhaps."""
        value = self.choose([self.at_server, self.at_clients, self.everywhere])(self.draw(members()), scope, depth)
        return Block([("w", value)], make({**scope, "w": value.type_signature}))

    def _call_map(self, function: ComputationBuildingBlock, argument: ComputationBuildingBlock):
        member = argument.type_signature.member
        result = clients(function.type_signature.result)
        parameter = [fl.FunctionType(member, function.type_signature.result), clients(member)]
        return intrinsic_call("federated_map", [function, argument], parameter, result)

    def _any_at_clients(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        return self.choose([self.at_clients, self.at_clients, self.everywhere])(member, scope, depth)

    def _mapped(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        if "data" in scope and self.draw(st.booleans()):
            argument: ComputationBuildingBlock = Reference("data", scope["data"])
        else:
            argument = self._any_at_clients(self.draw(members()), scope, depth)
        function = self.function(argument.type_signature.member, member, unplaced(scope), 2)
        return self._call_map(function, argument)

    def _mapped_everywhere(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        argument = self.everywhere(self.draw(members()), scope, depth)
        function = self.function(argument.type_signature.member, member, unplaced(scope), 2)
        result = fl.FederatedType(member, fl.CLIENTS, all_equal=True)
        parts = [function, argument]
        return intrinsic_call("federated_map_all_equal", parts, [p.type_signature for p in parts], result)

    def _applied(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        argument = self.at_server(self.draw(members()), scope, depth)
        parts = [self.function(argument.type_signature.member, member, unplaced(scope), 2), argument]
        return intrinsic_call("federated_apply", parts, [p.type_signature for p in parts], server(member))

    def _zipped_at_clients(self, member: fl.StructType, scope: Scope, depth: int) -> ComputationBuildingBlock:
        parts = Struct([(name, self._any_at_clients(t, scope, depth)) for name, t in member.items()])
        return self._unary("federated_zip_at_clients", parts, clients(member))

    def _zipped_at_server(self, member: fl.StructType, scope: Scope, depth: int) -> ComputationBuildingBlock:
        parts = Struct([(name, self.at_server(t, scope, depth)) for name, t in member.items()])
        return self._unary("federated_zip_at_server", parts, server(member))

    def _aggregated(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        value = self._any_at_clients(self.draw(tensors()), scope, depth)
        total, inner = self.draw(members()), unplaced(scope)
        operands = [
            value,
            self.of_type(total, inner, 1),
            self.function(fl.StructType([total, value.type_signature.member]), total, inner, 1),
            self.function(fl.StructType([total, total]), total, inner, 0),
            self.function(total, member, inner, 1),
        ]
        parameter = [clients(value.type_signature.member), *(operand.type_signature for operand in operands[1:])]
        return intrinsic_call("federated_aggregate", operands, parameter, server(member))

    def _reduced(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        value = self._any_at_clients(member, scope, depth)
        uri = self.choose(["federated_sum", "federated_min", "federated_max"])
        return Call(Intrinsic(uri, fl.FunctionType(clients(member), server(member))), value)

    def _mean(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        value = self._any_at_clients(member, scope, depth)
        if self.draw(st.booleans()):
            return Call(Intrinsic("federated_mean", fl.FunctionType(clients(member), server(member))), value)
        weight_type = fl.TensorType(self.choose(NUMBERS))
        weight = self._any_at_clients(weight_type, scope, depth)
        parameter = [clients(member), clients(weight_type)]
        return intrinsic_call("federated_weighted_mean", [value, weight], parameter, server(member))

    def _secure(self, member: fl.Type, scope: Scope, depth: int) -> ComputationBuildingBlock:
        value = self._any_at_clients(member, scope, depth)
        uri, bound = self.choose(
            [("federated_secure_sum", 20), ("federated_secure_sum_bitwidth", 5), ("federated_secure_modular_sum", 7)]
        )
        bounds = _bounds(member, bound)
        return intrinsic_call(uri, [value, bounds], [clients(member), bounds.type_signature], server(member))


def _bounds(member: fl.Type, bound: int) -> ComputationBuildingBlock:
    if isinstance(member, fl.StructType):
        return Struct([(name, _bounds(t, bound)) for name, t in member.items()])
    return Literal(np.int32(bound), fl.TensorType(np.int32))
