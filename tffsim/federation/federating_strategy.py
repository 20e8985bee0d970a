"""What a federating executor leaves to its strategy: where federated values live.

The strategy has one method per federated intrinsic, `compute_<uri>`. Each receives
the argument's parts and returns the strategy's own representation of the result at
once; the work behind it starts when somebody asks for the result.

Intrinsics that are short sentences in terms of others (a mean is a sum divided by a
count) are written here, once for all strategies.
"""

import abc
import dataclasses
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeAlias

import federated_language as fl
from federated_language import framework
from federated_language.common_libs import structure
from federated_language.framework import ExecutorValue
from federated_language.proto import computation_pb2 as pb

from tffsim.concurrency.activity import called_intrinsic
from tffsim.concurrency.deferred import Deferred
from tffsim.failures.failure_location import locate
from tffsim.federation.secure_sum_bounds import check_modulus, maximum_of_bitwidth, maximum_type_of_bitwidth
from tffsim.language import federated_lambdas
from tffsim.language.intrinsics import REDUCTIONS, name_as_written
from tffsim.language.stack_parts import StackPart
from tffsim.language.type_kinds import function_type_of


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function which is not embedded anywhere yet, so that it can go to any participant.

    Attributes:
        proto: The function.
        type_signature: Its type.
    """

    proto: pb.Computation
    type_signature: fl.FunctionType


class FederatedValue:
    """Base of a strategy's own representations of federated values.

    Args:
        member_type: The type of each member.
        makers: The functions that were called to make it, the last one first.
    """

    __slots__ = ("makers", "member_type")

    def __init__(self, member_type: fl.Type, makers: tuple[Function, ...] = ()) -> None:
        self.member_type = member_type
        self.makers = makers


Nested: TypeAlias = "FederatedValue | structure.Struct[Nested]"
"""Federated values that are to be zipped, in nested `Struct`s."""
Work: TypeAlias = Callable[..., Coroutine[object, object, ExecutorValue]]
"""What one participant does."""


class FederatingStrategy(abc.ABC):
    """Where the participants are, and how they work together."""

    @abc.abstractmethod
    def parts(self) -> Sequence[StackPart]:
        """Returns the participants' executors."""

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the participants' executors."""

    @abc.abstractmethod
    async def create_federated_value(self, value: object, type_spec: fl.FederatedType) -> FederatedValue:
        """Distributes a payload to the participants.

        Args:
            value: The member if `type_spec` is all-equal, else a list with one member
                per participant.
            type_spec: The federated type.

        Raises:
            TypeError: If the payload has the wrong form.
            ValueError: If the number of members is not the number of participants.
        """

    @abc.abstractmethod
    async def materialize(self, value: FederatedValue, all_equal: bool) -> object:
        """Returns a federated value's payload, in the form `create_federated_value` takes."""

    @abc.abstractmethod
    async def compute_federated_value_at_clients(self, value: ExecutorValue) -> FederatedValue:
        """Gives every client the same value."""

    @abc.abstractmethod
    async def compute_federated_value_at_server(self, value: ExecutorValue) -> FederatedValue:
        """Gives the server a value."""

    @abc.abstractmethod
    async def compute_federated_eval_at_clients(self, function: Function) -> FederatedValue:
        """Calls a function without argument at every client."""

    @abc.abstractmethod
    async def compute_federated_eval_at_server(self, function: Function) -> FederatedValue:
        """Calls a function without argument at the server."""

    @abc.abstractmethod
    async def compute_federated_map(self, function: Function, value: FederatedValue) -> FederatedValue:
        """Calls a function with each client's member."""

    @abc.abstractmethod
    async def compute_federated_map_all_equal(self, function: Function, value: FederatedValue) -> FederatedValue:
        """Calls a function with each client's member, all members being equal."""

    @abc.abstractmethod
    async def compute_federated_apply(self, function: Function, value: FederatedValue) -> FederatedValue:
        """Calls a function with the server's value."""

    @abc.abstractmethod
    async def compute_federated_broadcast(self, value: FederatedValue) -> FederatedValue:
        """Gives every client the server's value."""

    @abc.abstractmethod
    async def compute_federated_zip_at_clients(self, value: structure.Struct[Nested]) -> FederatedValue:
        """Turns a struct of client values into one client value of structs."""

    @abc.abstractmethod
    async def compute_federated_zip_at_server(self, value: structure.Struct[Nested]) -> FederatedValue:
        """Turns a struct of server values into one server value of a struct."""

    @abc.abstractmethod
    async def compute_federated_aggregate(
        self, value: FederatedValue, zero: ExecutorValue, accumulate: Function, merge: Function, report: Function
    ) -> FederatedValue:
        """Folds the clients' members into one server value, in client order."""

    @abc.abstractmethod
    async def reduce(self, value: FederatedValue, uri: str) -> FederatedValue:
        """Folds the clients' members with a generic binary intrinsic, in client order.

        Args:
            value: A client value.
            uri: One of the operators in `intrinsics.REDUCTIONS`.

        Returns:
            The server value. Without clients: the neutral element of the operator.
        """

    @abc.abstractmethod
    async def secure_sum(
        self, value: FederatedValue, maximum: Deferred[object], maximum_type: fl.Type
    ) -> FederatedValue:
        """Sums members, each of which must lie between 0 and `maximum`.

        Args:
            value: A client value of integers.
            maximum: One integer, or a `Struct` of one per integer tensor.
            maximum_type: The type of `maximum`.
        """

    @abc.abstractmethod
    async def compute_federated_select(
        self, keys: FederatedValue, max_key: FederatedValue, state: FederatedValue, select: Function
    ) -> FederatedValue:
        """Gives each client the sequence of slices that its keys name."""

    async def compute_federated_secure_select(
        self, keys: FederatedValue, max_key: FederatedValue, state: FederatedValue, select: Function
    ) -> FederatedValue:
        """Simulates a private selection: the result is that of the plain one."""
        return await self.compute_federated_select(keys, max_key, state, select)

    async def compute_federated_sum(self, value: FederatedValue) -> FederatedValue:
        """Adds the clients' members. Integers wrap around, as those of NumPy do."""
        return await self.reduce(value, REDUCTIONS["federated_sum"])

    async def compute_federated_min(self, value: FederatedValue) -> FederatedValue:
        """Returns the smallest member, number by number; +inf or the largest integer without clients."""
        return await self.reduce(value, REDUCTIONS["federated_min"])

    async def compute_federated_max(self, value: FederatedValue) -> FederatedValue:
        """Returns the largest member, number by number; -inf or the smallest integer without clients."""
        return await self.reduce(value, REDUCTIONS["federated_max"])

    async def compute_federated_mean(self, value: FederatedValue) -> FederatedValue:
        """Returns the sum divided by the number of clients; NaN without clients.

        Floats shorter than float32 are added up as float32, as by `numpy.mean`.
        """
        divide = federated_lambdas.divide_by(self.num_clients, value.member_type)
        if federated_lambdas.accumulator_type(value.member_type) != value.member_type:
            value = await self.compute_federated_map(_function(federated_lambdas.widen(value.member_type)), value)
        mean = await self.compute_federated_apply(_function(divide), await self.compute_federated_sum(value))
        return mean if self.num_clients else self.explained(mean, None)

    async def compute_federated_weighted_mean(self, value: FederatedValue, weight: FederatedValue) -> FederatedValue:
        """Returns Σ wᵢ·xᵢ / Σ wᵢ; NaN where the weights sum to zero.

        Integer weights are summed as int64, so that example counts do not overflow, and
        floats shorter than float32 as float32.
        """
        pairs = await self.compute_federated_zip_at_clients(structure.Struct.unnamed(value, weight))
        scale = _function(federated_lambdas.scale_by_weight(pairs.member_type))
        sums = await self.compute_federated_sum(await self.compute_federated_map(scale, pairs))
        divide = federated_lambdas.divide_pair(sums.member_type, value.member_type)
        mean = await self.compute_federated_apply(_function(divide), sums)
        return self.explained(mean, sums if self.num_clients else None)

    async def compute_federated_secure_sum(self, value: FederatedValue, maximum: ExecutorValue) -> FederatedValue:
        """Simulates a private sum of integers between 0 and `maximum`."""
        return await self.secure_sum(value, Deferred(maximum.compute), maximum.type_signature)

    async def compute_federated_secure_sum_bitwidth(
        self, value: FederatedValue, bitwidth: ExecutorValue
    ) -> FederatedValue:
        """Simulates a private sum of integers of at most `bitwidth` bits."""

        async def maximum() -> object:
            return maximum_of_bitwidth(await bitwidth.compute())

        return await self.secure_sum(value, Deferred(maximum), maximum_type_of_bitwidth(bitwidth.type_signature))

    async def compute_federated_secure_modular_sum(
        self, value: FederatedValue, modulus: ExecutorValue
    ) -> FederatedValue:
        """Simulates a private sum of integers modulo a number. It is exact: see `modular_sums`."""
        check_modulus(await modulus.compute(), value.member_type)
        moduli = await self.compute_federated_value_at_clients(modulus)
        pairs = await self.compute_federated_zip_at_clients(structure.Struct.unnamed(value, moduli))
        in_digits = _function(federated_lambdas.digits_of_remainder(pairs.member_type))
        sums = await self.compute_federated_sum(await self.compute_federated_map(in_digits, pairs))
        divisor = await self.compute_federated_value_at_server(modulus)
        pair = await self.compute_federated_zip_at_server(structure.Struct.unnamed(sums, divisor))
        number = federated_lambdas.number_of_digits(pair.member_type, value.member_type)
        return await self.compute_federated_apply(_function(number), pair)

    @abc.abstractmethod
    def explained(self, quotient: FederatedValue, sums: FederatedValue | None) -> FederatedValue:
        """Returns a mean whose reader is told why it is NaN, if it is.

        Args:
            quotient: A server value.
            sums: What was divided, and by what; None without clients.
        """

    @property
    @abc.abstractmethod
    def num_clients(self) -> int:
        """How many clients there are."""

    async def run_at_server(self, node: str, work: Work, *inputs: object) -> ExecutorValue:
        """Runs work; a failure is located at the server and at the AST node `node`."""
        running = work(*inputs)
        del inputs
        try:
            return await running
        except Exception as error:
            locate(error, node=_as_called(node), at_server=True)
            raise


def _as_called(node: str) -> str:
    """Returns the name that the user has called: what adds for a mean or a sum is an operator without a placement."""
    called = called_intrinsic()
    return name_as_written(called) if called and node in REDUCTIONS.values() else node


def _function(block: framework.Lambda | framework.Intrinsic) -> Function:
    return Function(block.to_proto(), function_type_of(block.type_signature))
